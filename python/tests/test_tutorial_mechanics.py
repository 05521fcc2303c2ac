"""The tutorial runs, and prints what it shows."""

from __future__ import annotations

import copy
import os

import nbformat
import perirad
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"


def printed(cell):
    return "".join(one.text for one in cell.get("outputs", []) if one.output_type == "stream")


# What a notebook needs is not ours to mend.
@pytest.mark.filterwarnings("ignore")
def test_the_tutorial_runs_and_prints_what_it_shows():
    shown = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(shown)
    run = copy.deepcopy(shown)
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(run, timeout=120, resources=resources, record_timing=False).execute()
    pictures = [
        output
        for cell in run.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 4
    for cell in run.cells:
        if cell.cell_type == "code":
            cell["execution_count"] = None
        if "score.value:.2f" in cell.source:
            assert perirad.NOTICE in printed(cell) or "perirad.NOTICE" in cell.source
    if os.environ.get("PERIRAD_UPDATE"):
        nbformat.write(run, NOTEBOOK)
        shown = run
    for was, made in zip(shown.cells, run.cells, strict=True):
        assert printed(was) == printed(made), "stale: run this test with PERIRAD_UPDATE=1 and look"
    assert NOTEBOOK.stat().st_size < 300_000
