"""Parameters described once: checks, toolbox, command line, help and documentation follow.

A detector or a tool is a frozen dataclass whose fields are made by `integer`, `number`, `choice`, `choices`, `flag`
and `text`; those of a tool also by `raster`, `region`, `vector`, `file`, `bands` and `output`. The field's name in
upper case is the Processing name, in lower case with dashes the option. Where it would be a word of Python the field
ends in an underscore (`lambda_`), which the two leave out.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple, Type, TypeVar

from .errors import ParameterError
from .masks import KINDS

PATHS = ("raster", "region", "vector", "file", "folder")
"""Kinds of parameters that are paths."""
MOST_NUMBERS = 10**6
"""Of a list such as 1,2,5-40."""
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its type, default, unit, permitted values and help.

    kind : integer, number, choice (one static string), choices (a tuple of them), boolean, text, bands (a tuple of
    numbers), crs and extent (texts), or what a path leads to: raster, region (a raster or polygons), vector, file,
    folder.
    minimum, maximum : bounds, both included. above : a bound that is not included.
    odd : only odd integers. unit : empty where the value has none.
    writes : the path is an output. several : a tuple of them. optional : may be empty. positional : stands on the
    command line without a name. extensions : of files, empty where any will do. alias : another option name.
    offered : an optional output that dialogs make unless the user says otherwise.
    """

    kind: str
    default: Any
    label: str
    help: str
    name: str = ""
    unit: str = ""
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    above: Optional[float] = None
    odd: bool = False
    options: Tuple[str, ...] = ()
    advanced: bool = False
    writes: bool = False
    several: bool = False
    optional: bool = False
    positional: bool = False
    extensions: Tuple[str, ...] = ()
    alias: str = ""
    offered: bool = False

    @property
    def is_path(self) -> bool:
        """Whether the value is a path, or several."""
        return self.kind in PATHS

    @property
    def processing_name(self) -> str:
        """Name in QGIS Processing: upper case."""
        return self.name.rstrip("_").upper()

    @property
    def option(self) -> str:
        """Name on the command line: `--` and lower case with dashes."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    def permitted(self) -> str:
        """Say in words which values are permitted, to end a sentence with."""
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "text":
            return "text"
        if self.kind == "crs":
            return "a coordinate reference system such as EPSG:32611"
        if self.kind == "extent":
            return "an extent XMIN,XMAX,YMIN,YMAX"
        if self.kind == "bands":
            return "a list of band numbers such as 1,2,5-40"
        if self.is_path:
            known = {"raster": "a raster", "region": "a raster or polygons", "vector": "a vector layer"}
            path = known.get(self.kind, f"the name of a {self.kind}")
            return f"{path} or several" if self.several else path
        if self.kind in ("choice", "choices"):
            listed = ", ".join(self.options)
            return f"one of {listed}" if self.kind == "choice" else f"one or more of {listed}"
        words = ("an odd integer" if self.odd else "an integer") if self.kind == "integer" else "a number"
        if self.above is not None:
            words = f"a number above {_written(self.above)}"
        if self.minimum is not None:
            words = f"{words} at least {_written(self.minimum)}"
        if self.maximum is None:
            return words
        highest = _written(self.maximum)
        bounded = self.above is not None or self.minimum is not None
        return f"{words} and at most {highest}" if bounded else f"{words} at most {highest}"

    def check(self, value: Any, who: str) -> Any:
        """Return `value` (or the text of one) as this parameter's type.

        Raises ParameterError, naming `who` and the parameter, where it is not permitted.
        """
        try:
            converted = self._convert(value)
        except (TypeError, ValueError, OverflowError):
            converted = None
        if converted is None:
            raise ParameterError(f"{who}: {self.processing_name} must be {self.permitted()}; got {value!r}.")
        return converted

    def _convert(self, value: Any) -> Any:
        if self.kind == "boolean":
            if isinstance(value, str):
                text = value.strip().lower()
                return True if text in _TRUE else False if text in _FALSE else None
            return bool(value) if value in (True, False, 0, 1) else None
        if self.kind == "text" and self.several:
            return tuple(" ".join([value] if isinstance(value, str) else value or ()).split())
        if self.kind in ("text", "crs"):
            return value.strip() if isinstance(value, str) else None
        if self.kind == "extent":
            return _extent(value)
        if self.kind == "bands":
            return tuple(
                parse_numbers(value) if isinstance(value, str) and value.strip() else map(int, value or ())
            )
        if self.is_path:
            return self._paths(value)
        if self.kind == "choice":
            return value if value in self.options else None
        if self.kind == "choices":
            items = value.split(",") if isinstance(value, str) else value
            chosen = tuple(dict.fromkeys(str(item).strip() for item in items))
            chosen = tuple(item for item in chosen if item)
            return (
                chosen if (chosen or self.optional) and all(item in self.options for item in chosen) else None
            )
        if isinstance(value, bool):
            return None
        number = float(value)
        if not math.isfinite(number):
            return None
        if self.minimum is not None and number < self.minimum:
            return None
        if self.above is not None and number <= self.above:
            return None
        if self.maximum is not None and number > self.maximum:
            return None
        if self.kind == "number":
            return number
        # Beyond 2^53 not every integer is a float: nobody counts so far.
        if number != int(number) or abs(number) > 2**53 or (self.odd and int(number) % 2 == 0):
            return None
        return int(number)

    def _paths(self, value: Any) -> Any:
        if self.several:
            paths = tuple(os.fspath(item) for item in ([value] if isinstance(value, str) else value or ()))
            return paths if paths or self.optional else None
        path = os.fspath(value) if value is not None else ""
        return path if path.strip() or self.optional else None


def _extent(value: Any) -> Any:
    """Return XMIN,XMAX,YMIN,YMAX without the CRS that QGIS adds, empty for none; None where it is no extent."""
    if not isinstance(value, str):
        return None
    text = re.sub(r"\[.*\]$", "", value.strip()).strip()
    if not text:
        return ""
    west, east, south, north = (float(part) for part in text.split(","))
    return (
        text
        if west < east and south < north and all(map(math.isfinite, (west, east, south, north)))
        else None
    )


def parse_numbers(text: str) -> List[int]:
    """Return the numbers in a list such as `1,2,5-40`. Raises ValueError where it is none.

    >>> parse_numbers("1,5-7")
    [1, 5, 6, 7]
    """
    numbers: List[int] = []
    for item in (part.strip() for part in text.split(",")):
        match = re.fullmatch(r"(\d{1,6})\s*(?:-\s*(\d{1,6}))?", item)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise ValueError(f"{' '.join(item[:40].split())} is not a number or a range of numbers")
        wanted = range(int(match[1]), int(match[2] or match[1]) + 1)
        if len(numbers) + len(wanted) > MOST_NUMBERS:
            raise ValueError(f"these are more than {MOST_NUMBERS} numbers")
        numbers.extend(wanted)
    return numbers


def _written(bound: float) -> str:
    """Write a bound with all its digits."""
    return f"{bound:.0f}" if float(bound).is_integer() else f"{bound:g}"


def integer(
    default: int,
    label: str,
    help: str,
    *,
    minimum: Optional[int] = None,
    maximum: Optional[int] = None,
    odd: bool = False,
    unit: str = "",
    advanced: bool = False,
) -> Any:
    """Field that holds an integer."""
    return _field(
        Parameter("integer", default, label, help, "", unit, minimum, maximum, None, odd, (), advanced)
    )


def number(
    default: float,
    label: str,
    help: str,
    *,
    minimum: Optional[float] = None,
    maximum: Optional[float] = None,
    above: Optional[float] = None,
    unit: str = "",
    advanced: bool = False,
) -> Any:
    """Field that holds a finite real number."""
    return _field(
        Parameter("number", default, label, help, "", unit, minimum, maximum, above, False, (), advanced)
    )


def choice(
    default: str,
    options: Tuple[str, ...],
    label: str,
    help: str,
    *,
    advanced: bool = False,
    optional: bool = False,
) -> Any:
    """Field that holds one of several static strings. optional : may be missing in models made before it was there."""
    return _field(
        Parameter("choice", default, label, help, options=options, advanced=advanced, optional=optional)
    )


def choices(
    default: Tuple[str, ...],
    options: Tuple[str, ...],
    label: str,
    help: str,
    *,
    advanced: bool = False,
    optional: bool = False,
) -> Any:
    """Field that holds one or more of several static strings, as a tuple."""
    return _field(
        Parameter("choices", default, label, help, options=options, advanced=advanced, optional=optional)
    )


def flag(default: bool, label: str, help: str, *, advanced: bool = False) -> Any:
    """Field that holds true or false."""
    return _field(Parameter("boolean", default, label, help, advanced=advanced))


def text(default: str, label: str, help: str, *, advanced: bool = False) -> Any:
    """Field that holds a line of text, without blanks at its ends."""
    return _field(Parameter("text", default, label, help, advanced=advanced))


def words(label: str, help: str) -> Any:
    """Field that holds words, as a tuple; in a text they are divided by blanks."""
    return _field(Parameter("text", (), label, help, several=True, optional=True))


def raster(label: str, help: str, *, several: bool = False, **more: Any) -> Any:
    """Field that holds the path of a raster to read, or with `several` a tuple of them."""
    return _path("raster", label, help, several=several, **more)


def region(label: str, help: str, **more: Any) -> Any:
    """Field that holds the path of a mask raster or of polygons."""
    return _path("region", label, help, **more)


def vector(label: str, help: str, **more: Any) -> Any:
    """Field that holds the path of a vector layer to read."""
    return _path("vector", label, help, **more)


def file(
    label: str, help: str, *, several: bool = False, extensions: Tuple[str, ...] = (), **more: Any
) -> Any:
    """Field that holds the path of a file to read, or with `several` a tuple of them."""
    return _path("file", label, help, several=several, extensions=extensions, **more)


def folder(label: str, help: str, **more: Any) -> Any:
    """Field that holds the path of a folder to read."""
    return _path("folder", label, help, **more)


def output(kind: str, label: str, help: str, *, extensions: Tuple[str, ...] = (), **more: Any) -> Any:
    """Field that holds the path of what is written: a raster, a vector, a file or a folder."""
    return _path(kind, label, help, writes=True, extensions=extensions, **more)


def crs(label: str, help: str) -> Any:
    """Field that holds a coordinate reference system as text, empty for none."""
    return _field(Parameter("crs", "", label, help, optional=True))


def extent(label: str, help: str) -> Any:
    """Field that holds an extent as text, XMIN,XMAX,YMIN,YMAX, empty for none."""
    return _field(Parameter("extent", "", label, help, optional=True))


def image() -> Any:
    """Field that holds the path of the hyperspectral raster."""
    return raster(
        "Hyperspectral raster",
        "The image: GeoTIFF, ENVI or any other format of GDAL. Pixels without data in any used band get no score.",
        positional=True,
    )


def bands() -> Any:
    """Field that holds band numbers of the image as a tuple, empty for all."""
    help = (
        "The bands to use; all by default. Bands marked bad in the file, constant bands and bands without data "
        "are left out in any case, and the log names them. As text: 1,2,5-40."
    )
    return _field(Parameter("bands", (), "Bands", help, optional=True))


def allow() -> Any:
    """Field that holds the kinds of masked pixels that are used all the same, as a tuple."""
    help = (
        "Pixels that a product's own masks mark (cloud and two pixels around it, cirrus, haze, shadow of a cloud, "
        "saturated, bad, nodata) get no score, and nothing is learned from them. Kinds named here are used all the "
        "same, such as haze,cirrus where the masks take too much; the log says how many pixels each mask takes. "
        "Rasters without masks of their own are not affected."
    )
    return choices((), tuple(KINDS), "Masked pixels to use", help, advanced=True, optional=True)


def background() -> Any:
    """Field that holds the path of polygons or of a mask: where the background is learned."""
    return region(
        "Background region",
        "Where the background is learned: polygons, or a raster of the input's size in which it is not 0. "
        "Every pixel is scored all the same. The whole image by default.",
        optional=True,
    )


def _path(kind: str, label: str, help: str, **more: Any) -> Any:
    default: Any = () if more.get("several") else ""
    return _field(Parameter(kind, default, label, help, **more))


def seed_field(
    help: str = "Start of the random numbers: the same seed gives the same scores.", *, advanced: bool = False
) -> Any:
    """Field that holds the start of random numbers, as every library takes it."""
    return integer(0, "Seed", help, minimum=0, maximum=2**31 - 1, advanced=advanced)


def _field(parameter: Parameter) -> Any:
    return dataclasses.field(default=parameter.default, metadata={"parameter": parameter})


@dataclass(frozen=True)
class Parameters:
    """Base of dataclasses whose fields are parameters: checks every value at construction."""

    def __post_init__(self) -> None:
        for parameter in parameters_of(type(self)):
            checked = parameter.check(getattr(self, parameter.name), self.who())
            object.__setattr__(self, parameter.name, checked)

    @classmethod
    def who(cls) -> str:
        """Name to begin an error message with."""
        return cls.__name__

    def values(self) -> Dict[str, Any]:
        """Return the parameters as JSON values by field name."""
        return {
            parameter.name: list(value) if isinstance(value, tuple) else value
            for parameter in parameters_of(type(self))
            for value in [getattr(self, parameter.name)]
        }


RESERVED = frozenset(
    (
        *(
            "input",
            "output",
            "bands",
            "background",
            "allow",
            "model",
            "spread",
            "json",
            "help",
            "version",
            "method",
        ),
        *("device", "processes", "resume", "python", "machines", "machine", "rendezvous"),
    )
)
"""Names that commands and the toolbox use for something else: no parameter of a detector may have them."""

P = TypeVar("P", bound=Parameters)


def parameters_of(cls: Type[Parameters]) -> Tuple[Parameter, ...]:
    """List the parameters of a dataclass in order of declaration, its own before those of its base classes."""
    fields = [field for field in dataclasses.fields(cls) if "parameter" in field.metadata]
    own = vars(cls).get("__annotations__", {})
    return tuple(
        dataclasses.replace(field.metadata["parameter"], name=field.name)
        for field in sorted(fields, key=lambda field: field.name not in own)
    )


def from_values(cls: Type[P], values: Dict[str, Any]) -> P:
    """Build `cls` from values (or their texts) by field name; ParameterError where a name is unknown."""
    known = {parameter.name for parameter in parameters_of(cls)}
    for name in values:
        if name not in known:
            raise ParameterError(f"{cls.who()}: unknown parameter {name.upper()}.")
    return cls(**values)
