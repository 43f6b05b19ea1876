"""ECA-MSKDAD: a student network learns a teacher's features of the background; where it fails is anomalous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..parameters import choice
from .learned import LearnedDetector, epochs_field, learning_rate_field, members_field

if TYPE_CHECKING:
    from ..deep.models.base import LearnedModel


@dataclass(frozen=True)
class MSKDAD(LearnedDetector):
    """Multi-scale knowledge distillation with efficient channel attention, for one scene.

    A frozen teacher gives every pixel features at three levels; a student of random start learns to give the same over
    the background. The score is how far the two are apart. Both see ten principal components of variance 1.

    `adapted`, the default, is ours: no images, each pixel by itself. Teacher and student are six linear layers of 16
    units with tanh between, the second, fourth and sixth a level each. The teacher is random (random network
    distillation, Burda et al., 2019), its features standardized over the background. Loss: the mean squared difference
    of a level, added over levels; Adam, 10 steps an epoch of 10,000 pixels of a sample of at most 20,000. Score: the
    same for a pixel. With ATTENTION eca the student's channels weigh each other by their means over tiles of 32 x 32
    pixels.

    `published` follows the paper as far as one scene allows. Levels are two 3 x 3 convolutions of 24 channels each,
    normalized, leaky rectified between; sides are halved from level to level. Distance: half the squared difference of
    feature vectors of length 1. The paper adds 1 - cosine with a weight: that is the same number, so the weight says
    nothing. Loss: the distances of a tile and of an altered copy (gain and offset, blur, first component alone), and
    the relation term, the squared difference of how far tile and copy are apart for teacher and student. Adam, 20
    steps an epoch of 16 tiles, step size a third of LEARNING_RATE and falling to 0. Score: levels enlarged, multiplied.

    Departures of `published`, all assumed: tiles of 32 x 32 pixels, 16 apart, take the place of images, and a pixel's
    score is the mean over its tiles. The teacher is no ResNet trained on ImageNet (three channels, another domain, a
    download): it has the student's layers and learned, in 200 steps, to remove noise from the same tiles. Channels are
    normalized by the teacher's figures over the background, as a batch's would make a tile depend on others. Attention
    stands behind every normalization: the paper does not say behind which.

    Every member has a teacher of its own. Figures of both variants, with their controls, are in docs/quality.md and
    docs/sources.md. Cost of a member on a scene of 100 x 100 pixels: `adapted` about 2 processor seconds, `published`
    about 60.
    """

    id: ClassVar[str] = "mskdad"
    order: ClassVar[int] = 6
    label: ClassVar[str] = "ECA-MSKDAD (multi-scale knowledge distillation)"
    summary: ClassVar[str] = (
        "A small network learns to give the same features as a fixed one at three levels, from the background only; "
        "pixels on which the two differ are anomalies. A single training depends on its seed and ends below RX; the "
        "mean of five (MEMBERS, the default) is above it on the scenes of the literature and equal to it on others. "
        "Needs torch."
    )
    source: ClassVar[str] = (
        "Attention-based multi-scale knowledge distillation (ECA-MSKDAD); random network distillation: Y. Burda et "
        "al., ICLR 2019, arXiv 1810.12894; attention: Q. Wang et al., ECA-Net, CVPR 2020, arXiv 1910.03151"
    )

    variant: str = choice(
        "adapted",
        ("adapted", "published"),
        "Variant",
        "adapted compares pixel by pixel with a random teacher. published has convolutions over tiles, a teacher that "
        "learned to remove noise from the scene, and altered copies of the tiles; it takes a "
        "minute a member on a small scene, and finds less.",
    )
    epochs: int = epochs_field(
        20,
        "Training epochs of ten steps (in the published variant twenty steps over sixteen tiles); 0 is the untrained "
        "control.",
    )
    learning_rate: float = learning_rate_field(3e-3)
    members: int = members_field(5)
    fusion: str = choice(
        "auto",
        ("auto", "mean", "product"),
        "Fusion",
        "How the three levels are put together: their mean, or their product, which asks all to agree. auto is mean in "
        "the adapted and product in the published variant.",
        advanced=True,
    )
    attention: str = choice(
        "auto",
        ("auto", "off", "eca"),
        "Attention",
        "eca lets the student's channels weigh each other by their means over a tile of 32 x 32 pixels. auto is off in "
        "the adapted and eca in the published variant.",
        advanced=True,
    )

    def model(self, bands: int, seed: int) -> LearnedModel:
        """Return the variant's teacher and untrained student."""
        published = self.variant == "published"
        product = self.fusion == "product" if self.fusion != "auto" else published
        attention = self.attention == "eca" if self.attention != "auto" else published
        if published:
            from ..deep.models.mskdad_published import PublishedDistillation

            return PublishedDistillation(bands, product, attention)
        from ..deep.models.mskdad import AttentivePixels, PixelDistillation

        return AttentivePixels(bands, product) if attention else PixelDistillation(bands, product)
