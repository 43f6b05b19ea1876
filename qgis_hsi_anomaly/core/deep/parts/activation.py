"""What stands between the layers of branches and estimation network: tanh, or relu6 = min(max(x, 0), 6)."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu6


def activate(values: Tensor, rectified: bool) -> Tensor:
    """Return tanh, or relu6, of values of any shape; in place where no gradient is wanted of them."""
    if values.requires_grad:
        return relu6(values) if rectified else values.tanh()
    return values.clamp_(0.0, 6.0) if rectified else values.tanh_()


def through(gradient: Tensor, output: Tensor, rectified: bool) -> Tensor:
    """Return the gradient for what was activated, given that for the output and the output itself; in place."""
    if rectified:
        return gradient.mul_((output > 0) & (output < 6))
    return gradient.addcmul_(gradient, output * output, value=-1.0)
