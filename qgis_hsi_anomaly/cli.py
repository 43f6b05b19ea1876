"""The detectors without QGIS: commands, options and help are made from the registry."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
from typing import Any, Dict, Optional, Sequence, Type

from . import __version__, workflow
from .core.bands import parse_bands
from .core.detectors.base import Detector, Method
from .core.detectors.registry import detector_class, detector_ids, method_class, preprocessor_ids
from .core.errors import Cancelled, HsiAnomalyError
from .core.parameters import Parameter, Parameters, from_values, parameters_of
from .core.run import Run
from .jobs.execution import LEARNING_ONLY, TORCH_ONLY, Execution
from .raster.dataset import choose_error_mode
from .record import json_text
from .tools.base import Tool
from .tools.registry import tools

DONE, REFUSED, CANCELLED = 0, 1, 130


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 refused or failed, 130 cancelled (2: wrong usage)."""
    arguments = _parser().parse_args(argv)
    interrupt = _Interrupt()
    choose_error_mode()
    try:
        answer = arguments.run(arguments, _run(arguments, interrupt))
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled.", file=sys.stderr)
        return CANCELLED
    except HsiAnomalyError as error:
        print(" ".join(str(error).split("\n", 1)[0].split()), file=sys.stderr)
        for line in str(error).split("\n")[1:]:
            print(f"  {line}", file=sys.stderr)
        return REFUSED
    except MemoryError:
        print("Not enough memory: close other programs, or use fewer bands (--bands).", file=sys.stderr)
        return REFUSED
    except Exception as error:  # a mistake of ours: still one line, the trace on request
        if os.environ.get("HSI_ANOMALY_TRACEBACK"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(
            f"Unexpected error, please report it (HSI_ANOMALY_TRACEBACK=1 shows where): {what}",
            file=sys.stderr,
        )
        return REFUSED
    try:
        print(json_text(answer) if arguments.json else arguments.show(answer), flush=True)
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


class _Interrupt:
    """Ctrl-C and SIGTERM ask for an orderly end; a second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                signal.signal(number, self._ask)
            except ValueError:
                return  # not the main thread: whoever called us handles signals

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(arguments: argparse.Namespace, interrupt: _Interrupt) -> Run:
    """Messages go to standard error; the fraction done too, where it is a terminal."""
    terminal = sys.stderr.isatty()
    quiet = arguments.json

    def show_fraction(fraction: float) -> None:
        if terminal:
            print(
                f"\r{100 * fraction:5.1f} %", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True
            )

    def show_message(text: str) -> None:
        if not quiet:
            print(("\r" if terminal else "") + text, file=sys.stderr, flush=True)

    def show_warning(text: str) -> None:
        print(("\r" if terminal else "") + f"Warning: {text}", file=sys.stderr, flush=True)

    return Run(show_fraction, show_message, show_warning, is_cancelled=lambda: interrupt.asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hsi-anomaly", description="Hyperspectral anomaly detection: score maps, their figures, models."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help)

    detect = command("detect", "Write the anomaly scores of a raster (larger = more anomalous).")
    for id, options in _each_method(detect, detector_ids()):
        options.add_argument(
            "input", metavar="INPUT", help="hyperspectral raster (GeoTIFF, ENVI, any GDAL format)"
        )
        options.add_argument(
            "output", metavar="OUTPUT", help="score raster to write (.tif, or ENVI: .img, .dat)"
        )
        _add_method_options(options, method_class(id))
        _add_learning_options(options)
        if method_class(id).can_save:
            options.add_argument(
                "--model", metavar="FILE", help="also write what was learned to this model file"
            )
        if method_class(id).gives_spread:
            options.add_argument(
                "--spread", metavar="RASTER", help="also write how much the members disagree"
            )
        options.set_defaults(run=_detect, show=_show_outcome)

    fit = command("fit", "Learn the background of a raster and write it to a model file.")
    savable = [id for id in (*detector_ids(), *preprocessor_ids()) if method_class(id).can_save]
    for id, options in _each_method(fit, savable):
        options.add_argument("input", metavar="INPUT", help="hyperspectral raster")
        options.add_argument("output", metavar="MODEL", help="model file to write")
        _add_method_options(options, method_class(id))
        _add_learning_options(options)
        options.set_defaults(run=_fit, show=_show_outcome)

    apply = command("apply", "Score a raster against the background in a model file.")
    apply.add_argument("model", metavar="MODEL", help="model file")
    apply.add_argument("input", metavar="INPUT", help="hyperspectral raster; bands are matched by wavelength")
    apply.add_argument("output", metavar="OUTPUT", help="score raster to write")
    apply.add_argument("--spread", metavar="RASTER", help="also write how much the members disagree")
    _add_options(apply, Execution, without=LEARNING_ONLY)
    apply.set_defaults(run=_apply, show=_show_outcome)

    for id in preprocessor_ids():
        cls = method_class(id)
        make = command(id, f"{cls.label}: raster in, raster out.")
        make.description = cls.summary
        make.add_argument("input", metavar="INPUT", help="hyperspectral raster")
        make.add_argument("output", metavar="OUTPUT", help="raster to write, with the bands used")
        _add_method_options(make, cls)
        _add_learning_options(make)
        make.add_argument("--model", metavar="FILE", help="also write what was learned to this model file")
        make.set_defaults(run=_suppress, show=_show_outcome, method=id)
        _add_json(make)

    for tool in tools("command"):
        make = command(tool.command or tool.id, tool.label)
        make.description, make.epilog = tool.summary, f"Source: {tool.source}" if tool.source else None
        _add_options(make, tool)
        if tool.executes:
            _add_options(make, Execution)
        make.set_defaults(run=_perform, tool=tool)
        _add_json(make)

    detectors = command("detectors", "List the detectors with their parameters.")
    detectors.set_defaults(run=_list_detectors, show=_show_detectors)

    for options in (apply, detectors):
        _add_json(options)
    return parser


def _each_method(parser: argparse.ArgumentParser, ids: Sequence[str]) -> Any:
    choices = parser.add_subparsers(required=True, metavar="DETECTOR", dest="method")
    for id in ids:
        cls = method_class(id)
        options = choices.add_parser(
            id, help=cls.label, description=f"{cls.label}. {cls.summary}", epilog=f"Source: {cls.source}"
        )
        _add_json(options)
        yield id, options


def _add_json(options: argparse.ArgumentParser) -> None:
    options.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_learning_options(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--bands", metavar="LIST", help="bands to use, such as 1,2,5-40; all good ones by default"
    )
    options.add_argument(
        "--background", metavar="MASK", help="raster (nonzero) or polygons: where the background is learned"
    )


def _add_method_options(options: argparse.ArgumentParser, cls: Type[Method]) -> None:
    _add_options(options, cls)
    _add_options(options, Execution, without=() if cls.needs_torch else TORCH_ONLY)


def _add_options(
    options: argparse.ArgumentParser, cls: Type[Parameters], without: Sequence[str] = ()
) -> None:
    for parameter in parameters_of(cls):
        if parameter.name in without:
            continue
        several: Dict[str, Any] = {"nargs": "+"} if parameter.several else {}
        if parameter.positional:
            options.add_argument(
                parameter.name, metavar=parameter.processing_name, help=_option_help(parameter), **several
            )
            continue
        flag: Dict[str, Any] = {"nargs": "?", "const": "true"} if parameter.kind == "boolean" else several
        names = [parameter.option, *([f"--{parameter.alias}"] if parameter.alias else [])]
        options.add_argument(
            *names,
            dest=parameter.name,
            metavar=_metavar(parameter),
            default=argparse.SUPPRESS,
            required=parameter.is_path and not parameter.optional,
            help=_option_help(parameter),
            **flag,
        )


def _metavar(parameter: Parameter) -> str:
    if parameter.kind == "choice":
        return "|".join(parameter.options)
    if parameter.is_path:
        return "MASK" if parameter.kind == "region" else parameter.kind.upper()
    return {"bands": "LIST", "extent": "EXTENT", "crs": "CRS"}.get(parameter.kind, "VALUE")


def _option_help(parameter: Parameter) -> str:
    if parameter.is_path or parameter.kind == "bands":
        return parameter.help.replace("%", "%%")
    default = ",".join(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
    unit = f" {parameter.unit}" if parameter.unit else ""
    shown = "none" if default == "" else f"{default}{unit}"
    return f"{parameter.help} Default: {shown}.".replace("%", "%%")


def _given(arguments: argparse.Namespace, cls: Type[Parameters]) -> Dict[str, Any]:
    names = [parameter.name for parameter in parameters_of(cls)]
    return {name: getattr(arguments, name) for name in names if hasattr(arguments, name)}


def _learning(arguments: argparse.Namespace) -> Dict[str, Any]:
    return {
        "bands": None if arguments.bands is None else parse_bands(arguments.bands),
        "background": arguments.background,
        "execution": from_values(Execution, _given(arguments, Execution)),
    }


def _method(arguments: argparse.Namespace) -> Any:
    cls = method_class(arguments.method)
    return from_values(cls, _given(arguments, cls))


def _detect(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    outcome = workflow.detect(
        _method(arguments),
        arguments.input,
        arguments.output,
        spread=getattr(arguments, "spread", None),
        model=getattr(arguments, "model", None),
        run=run,
        **_learning(arguments),
    )
    return {"output": arguments.output, **dataclasses.asdict(outcome)}


def _fit(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    outcome = workflow.fit(
        _method(arguments), arguments.input, arguments.output, run=run, **_learning(arguments)
    )
    return {"output": arguments.output, **dataclasses.asdict(outcome)}


def _apply(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    outcome = workflow.apply(
        arguments.model,
        arguments.input,
        arguments.output,
        spread=arguments.spread,
        execution=from_values(Execution, _given(arguments, Execution)),
        run=run,
    )
    return {"output": arguments.output, **dataclasses.asdict(outcome)}


def _suppress(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    outcome = workflow.suppress_background(
        _method(arguments),
        arguments.input,
        arguments.output,
        model=arguments.model,
        run=run,
        **_learning(arguments),
    )
    return {"output": arguments.output, **dataclasses.asdict(outcome)}


def _perform(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    cls: Type[Tool] = arguments.tool
    tool = from_values(cls, _given(arguments, cls))
    answer = tool.perform(run, from_values(Execution, _given(arguments, Execution)))
    written = tool.written()
    arguments.show = lambda _: "\n".join([tool.show(answer), *written.values()])
    return {**written, **answer}


def _list_detectors(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    return {"detectors": [_description(detector_class(id)) for id in detector_ids()]}


def _description(cls: Type[Detector]) -> Dict[str, Any]:
    return {
        "id": cls.id,
        "label": cls.label,
        "group": cls.group.value,
        "summary": cls.summary,
        "source": cls.source,
        "needs_torch": cls.needs_torch,
        "can_save": cls.can_save,
        "gives_spread": cls.gives_spread,
        "parameters": [
            {"option": parameter.option, **dataclasses.asdict(parameter)} for parameter in parameters_of(cls)
        ],
    }


def _show_outcome(answer: Dict[str, Any]) -> str:
    if not answer["written"]:
        return f"Machine 0 of this run writes {answer['output']}."
    return f"{answer['output']}: {answer['valid_pixels']} valid pixels, {answer['bands_used']} bands used."


def _show_detectors(answer: Dict[str, Any]) -> str:
    lines = []
    for detector in answer["detectors"]:
        lines.append(f"{detector['id']}: {detector['label']} ({detector['group']})")
        lines.append(f"    {detector['summary']}")
        for parameter in detector["parameters"]:
            unit = f" {parameter['unit']}" if parameter["unit"] else ""
            lines.append(f"    {parameter['option']} {parameter['default']}{unit}: {parameter['help']}")
    return "\n".join(lines)
