"""Pages made from the code are as the code is."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_the_detectors_is_up_to_date():
    """`python docs/make_algorithms.py` would change nothing."""
    spec = importlib.util.spec_from_file_location("make_algorithms", DOCS / "make_algorithms.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert (DOCS / "algorithms.md").read_text(encoding="utf-8") == module.page()
