"""The detectors without QGIS: commands, options and help are made from the registry."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from typing import Any, Dict, List, Optional, Sequence, Type

from . import __version__, workflow
from .core.bands import parse_bands
from .core.detectors.base import Detector, Method
from .core.detectors.registry import detector_class, detector_ids, method_class, preprocessor_ids
from .core.errors import Cancelled, HsiAnomalyError, ParameterError
from .core.libraries import missing_library
from .core.parameters import Parameter, Parameters, from_values, parameters_of
from .core.reading import Reading
from .core.run import Run
from .jobs.execution import LEARNING_ONLY, TORCH_ONLY, Execution
from .raster.dataset import choose_error_mode
from .record import json_text
from .tools.base import Tool
from .tools.registry import tools

DONE, REFUSED, WRONG_USAGE, CANCELLED = 0, 1, 2, 130


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 refused or failed, 2 wrong usage, 130 cancelled."""
    words = sys.argv[1:] if argv is None else argv
    parser = _parser(words)
    _complete(parser)
    arguments, more = parser.parse_known_args(argv)
    if more and (any(word.startswith("-") for word in more) or not hasattr(arguments, "output_folder")):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    arguments.more = more
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
        return WRONG_USAGE if isinstance(error, ParameterError) else REFUSED
    except ModuleNotFoundError as error:
        print(missing_library("This", str(error.name)), file=sys.stderr)
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
    except OSError as error:
        print(f"Standard output cannot be written ({error.strerror}); all files are.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    return REFUSED if answer.get("failed") else DONE


def _complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks what may come next, where argcomplete is installed."""
    if "_ARGCOMPLETE" in os.environ:
        with suppress(ImportError):
            import argcomplete

            argcomplete.autocomplete(parser)


class _Interrupt:
    """Ctrl-C and SIGTERM ask for an orderly end; a second Ctrl-C breaks off a run that has not heard the first.

    Once the run is ending, further ones change nothing: what it clears away is not to be left.
    """

    def __init__(self) -> None:
        self.asked = self.heard = False
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                signal.signal(number, self._ask)
            except ValueError:
                return  # not the main thread: whoever called us handles signals

    def _ask(self, number: int, frame: Any) -> None:
        if self.asked and not self.heard and number == signal.SIGINT:
            self.heard = True
            raise KeyboardInterrupt
        self.asked = True

    def is_cancelled(self) -> bool:
        """Answer a run that asks whether to go on."""
        self.heard = self.heard or self.asked
        return self.asked


def _run(arguments: argparse.Namespace, interrupt: _Interrupt) -> Run:
    """Messages go to standard error; a bar of what is done too, where it is a terminal."""
    bar = _Bar()

    def show_message(text: str) -> None:
        if not arguments.json:
            bar.write(text)

    def show_warning(text: str) -> None:
        bar.write(f"Warning: {text}")

    return Run(bar.show, show_message, show_warning, is_cancelled=interrupt.is_cancelled)


class _Bar:
    """The last line of a terminal: how much is done, and how long the rest will take at this pace.

    Messages scroll above it. Where standard error is no terminal there are only the messages.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._started, self._shown, self._line = time.monotonic(), 0.0, ""

    def show(self, fraction: float) -> None:
        """Draw it, ten times a second at most; the whole work done, take it away."""
        now = time.monotonic()
        if not self._terminal or (fraction < 1 and now - self._shown < 0.1):
            return
        self._shown = now
        self._line = "" if fraction >= 1 else _bar_line(fraction, now - self._started)
        self._draw("")

    def write(self, text: str) -> None:
        """Print a line above it."""
        self._draw(f"{text}\n")

    def _draw(self, above: str) -> None:
        clear = (
            "\r\033[K" if self._terminal else ""
        )  # to the beginning of the line, and what stands there away
        print(f"{clear}{above}{self._line}", end="", file=sys.stderr, flush=True)


def _bar_line(fraction: float, seconds: float) -> str:
    """Return the bar, and the time left once there is something to judge it by."""
    full = int(_BAR * fraction)
    left = seconds * (1 - fraction) / fraction if fraction > 0.02 and seconds > 2 else 0.0
    ahead = f"  {int(left) // 60}:{int(left) % 60:02d} left" if left else ""
    return f"[{'#' * full}{'.' * (_BAR - full)}] {100 * fraction:3.0f} %{ahead}"


_BAR = 30
"""Letters of the bar."""


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of all commands that `words` may need: to load the tools takes time."""
    parser = argparse.ArgumentParser(
        prog="hsi-anomaly", description="Hyperspectral anomaly detection: score maps, their figures, models."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help)

    detect = command("detect", "Write the anomaly scores of a raster (larger = more anomalous).")
    for id, options in _each_method(detect, detector_ids()):
        both_ways = ("INPUT OUTPUT", "INPUT [INPUT ...] --output-folder FOLDER")
        options.usage = "\n       ".join(f"%(prog)s [options] {way}" for way in both_ways)
        options.add_argument(
            "input", metavar="INPUT", help="hyperspectral raster (GeoTIFF, ENVI, any GDAL format)"
        )
        options.add_argument(
            "output", metavar="OUTPUT", nargs="?", help="score raster to write (.tif, or ENVI: .img, .dat)"
        )
        options.add_argument(
            "--output-folder",
            metavar="FOLDER",
            help=f"score every INPUT, of which there may be several, and write each to FOLDER/NAME_{id}.tif",
        )
        _add_method_options(options, method_class(id))
        _add_learning_options(options)
        if method_class(id).can_save:
            options.add_argument(
                "--model", metavar="FILE", help="also write what was learned to this model file"
            )
        if method_class(id).gives_spread:
            options.add_argument(
                "--spread",
                metavar="RASTER",
                help="also write how much the members disagree (a learned detector: with --members 2 or more)",
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

    apply = command("apply", "Score a raster, or suppress its background, with a model file.")
    apply.add_argument("model", metavar="MODEL", help="model file")
    apply.add_argument("input", metavar="INPUT", help="hyperspectral raster; bands are matched by wavelength")
    apply.add_argument(
        "output", metavar="OUTPUT", help="raster to write: scores, or spectra without background"
    )
    apply.add_argument("--spread", metavar="RASTER", help="also write how much the members disagree")
    _add_options(apply, Reading)
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

    for tool in () if set(words[:1]) & set(commands.choices) else tools("command"):
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
    _add_options(options, Reading)


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
        option: Any = options.add_argument(
            *names,
            dest=parameter.name,
            metavar=_metavar(parameter),
            default=argparse.SUPPRESS,
            required=parameter.is_path and not parameter.optional,
            help=_option_help(parameter),
            **flag,
        )
        if parameter.options:
            option.completer = partial(_choices, parameter.options)


def _choices(options: Sequence[str], **asked: Any) -> Sequence[str]:
    """Return what argcomplete offers."""
    return options


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
        "allow": from_values(Reading, _given(arguments, Reading)).allow,
        "execution": from_values(Execution, _given(arguments, Execution)),
    }


def _method(arguments: argparse.Namespace) -> Any:
    cls = method_class(arguments.method)
    return from_values(cls, _given(arguments, cls))


def _detect(arguments: argparse.Namespace, run: Run) -> Dict[str, Any]:
    paths = [path for path in (arguments.input, arguments.output, *arguments.more) if path is not None]
    more: Dict[str, Any] = {name: getattr(arguments, name, None) for name in ("spread", "model")}
    if arguments.output_folder is not None:
        return _detect_each(arguments, paths, more, run)
    if len(paths) != 2:
        raise ParameterError(
            f"detect needs INPUT and OUTPUT, or --output-folder for several inputs; got {' '.join(paths)}."
        )
    input, output = paths
    outcome = workflow.detect(
        _method(arguments),
        input,
        output,
        spread=more["spread"],
        model=more["model"],
        run=run,
        **_learning(arguments),
    )
    return {"output": output, **dataclasses.asdict(outcome)}


def _detect_each(
    arguments: argparse.Namespace, inputs: Sequence[str], more: Dict[str, Any], run: Run
) -> Dict[str, Any]:
    """Score one raster after the other. One that fails is named, and the rest go on."""
    given = [f"--{name}" for name, path in more.items() if path is not None]
    if given:
        raise ParameterError(
            f"{given[0]} names one file, and --output-folder is for several inputs: leave it out."
        )
    outputs = _outputs_in(arguments.output_folder, inputs, arguments.method)
    method, learning = _method(arguments), _learning(arguments)
    done: List[Dict[str, Any]] = []
    failed: List[Dict[str, str]] = []
    for (input, output), part in zip(outputs.items(), run.parts(len(outputs))):
        run.message(f"{input}:")
        try:
            outcome = workflow.detect(method, input, output, run=part, **learning)
        except Cancelled:
            raise
        except HsiAnomalyError as error:
            failed.append({"input": input, "reason": str(error)})
            run.warning(str(error))
        else:
            done.append({"input": input, "output": output, **dataclasses.asdict(outcome)})
    arguments.show = _show_each
    return {"done": done, "failed": failed}


def _outputs_in(folder: str, inputs: Sequence[str], id: str) -> Dict[str, str]:
    """Return the score raster of each input. Raises ParameterError where two would be one, or there is no folder."""
    if not os.path.isdir(folder):
        raise ParameterError(f"--output-folder {folder} does not exist: create it or choose another.")
    outputs: Dict[str, str] = {}
    for input in dict.fromkeys(inputs):
        name = f"{os.path.splitext(os.path.basename(os.path.normpath(input)))[0]}_{id}.tif"
        other = next((known for known, path in outputs.items() if os.path.basename(path) == name), None)
        if other is not None:
            raise ParameterError(
                f"{other} and {input} would both be written to {name}: score them one by one."
            )
        outputs[input] = os.path.join(folder, name)
    return outputs


def _show_each(answer: Dict[str, Any]) -> str:
    lines = [_show_outcome(done) for done in answer["done"]]
    return "\n".join([*lines, *(f"{failed['input']}: failed" for failed in answer["failed"])])


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
        allow=from_values(Reading, _given(arguments, Reading)).allow,
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
