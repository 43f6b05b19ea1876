"""What the toolbox shows: every algorithm, with names, help and icons."""

import html

import pytest
from qgis.core import QgsProcessingParameterDefinition

from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids, preprocessor_ids
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.jobs.execution import COMMAND_LINE_ONLY, Execution
from qgis_hsi_anomaly.processing.resources import resource
from qgis_hsi_anomaly.tools.registry import tools

OTHERS = ("fitmodel", "applymodel", "suppressbackground", *(cls.id for cls in tools("toolbox")))
ALL = (*detector_ids(), *OTHERS)


def test_every_detector_and_tool_is_listed(provider):
    """Under the ids that models and scripts depend on."""
    assert provider.id() == "hsianomaly"
    models = {"RX then evaluate", "Fit on one raster then apply to another", "Consensus then objects"}
    assert {algorithm.name() for algorithm in provider.algorithms()} == set(ALL) | models


@pytest.mark.parametrize("id", ALL)
def test_nothing_is_left_unexplained(algorithm, id):
    """Every parameter has a name, a help text and a tooltip; the algorithm has help that holds them all."""
    found = algorithm(id)

    assert found.displayName() and found.group() and found.groupId() and found.tags()
    assert found.shortDescription().endswith(".")
    assert not found.icon().isNull() and resource("icons", f"{found.icon_name}.svg").is_file()
    page = found.shortHelpString()
    for definition in found.parameterDefinitions():
        assert len(definition.help()) > 15, f"{id} {definition.name()} has no help"
        assert definition.help().endswith("."), f"{id} {definition.name()}: the help is no sentence"
        assert definition.description() and definition.description() != definition.name()
        assert html.escape(definition.help(), quote=False) in page
        assert definition.toolTip()
    assert all(output.description() for output in found.outputDefinitions())


def test_a_model_is_applied_without_parameters_of_learning(algorithm):
    """There is nothing to resume."""
    assert algorithm("fitmodel").parameterDefinition("RESUME")
    assert not algorithm("applymodel").parameterDefinition("RESUME")


@pytest.mark.parametrize("id", detector_ids())
def test_parameters_are_the_core_s(algorithm, id):
    """Names, defaults, bounds and advanced flags come from the detector's dataclass."""
    found, cls = algorithm(id), detector_class(id)

    for parameter in parameters_of(cls):
        definition = found.parameterDefinition(parameter.processing_name)
        default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        assert definition.defaultValue() == default
        advanced = bool(definition.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        assert advanced == parameter.advanced
        if parameter.kind in ("choice", "choices"):
            assert definition.usesStaticStrings() and tuple(definition.options()) == parameter.options
        if parameter.minimum is not None:
            assert definition.minimum() == parameter.minimum
        if parameter.maximum is not None:
            assert definition.maximum() == parameter.maximum


@pytest.mark.parametrize("id", detector_ids())
def test_names_every_detector_has(algorithm, id):
    """INPUT, BANDS, BACKGROUND, OUTPUT; MODEL, SPREAD and where it runs only from those that can."""
    found, cls = algorithm(id), detector_class(id)
    names = {definition.name() for definition in found.parameterDefinitions()}
    where = {item.processing_name for item in parameters_of(Execution) if item.name not in COMMAND_LINE_ONLY}

    assert {"INPUT", "BANDS", "BACKGROUND", "OUTPUT"} <= names
    assert where <= names if cls.needs_torch else not where & names
    assert ("MODEL" in names) == cls.can_save
    assert ("SPREAD" in names) == cls.gives_spread
    assert {"OUTPUT", "VALID_PIXELS", "BANDS_USED"} <= {output.name() for output in found.outputDefinitions()}


def test_what_pre_processors_learn_can_be_kept(algorithm):
    """Beside the raster, or by itself."""
    fit = algorithm("fitmodel")
    for id in preprocessor_ids():
        found = algorithm(id)
        assert found.parameterDefinition("MODEL") and found.parameterDefinition("OUTPUT")
        assert id in fit.parameterDefinition("DETECTOR").options()


def test_evaluate_returns_the_figures_of_the_interface(algorithm):
    """Models and scripts depend on these names."""
    expected = (
        "AUC_PD_PF AUC_PD_TAU AUC_PF_TAU AUC_TD AUC_BS AUC_TDBS AUC_ODP AUC_OADP AUC_SNPR AVERAGE_PRECISION "
        "PD_AT_PF_1E2 PD_AT_PF_1E3 REPORT"
    )

    found = algorithm("evaluate")
    assert {output.name() for output in found.outputDefinitions()} == set(expected.split())
