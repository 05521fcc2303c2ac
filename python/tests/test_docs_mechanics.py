"""What the documents show is what happens."""

from __future__ import annotations

import csv
import doctest
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page, count", [("python.md", 5), ("mirp.md", 2)])
def test_the_pages_show_what_happens(monkeypatch, page, count):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = [block for block in BLOCK.findall(text) if ">>>" in block]
    assert len(blocks) >= count
    told: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags)
    shared: dict[str, object] = {}
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, shared, page, None, 0)
        runner.run(test, out=told.append, clear_globs=False)
        shared = test.globs
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def run(example, *args):
    command = [sys.executable, str(ROOT / "python" / "examples" / example), *map(str, args)]
    # As a user would run it: the installed package, from anywhere.
    return subprocess.run(command, capture_output=True, text=True, env=os.environ)


def test_the_examples_run(patient, tmp_path):
    # The third has a test of its own: test_deploy_mechanics.py.
    there = {path.name for path in (ROOT / "python" / "examples").glob("*.py")}
    assert there == {"batch.py", "monai_deploy.py", "train.py"}
    done = run("train.py", tmp_path / "model.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Research use only" in done.stdout
    table = tmp_path / "table.csv"
    done = run("batch.py", table, *patient, tmp_path / "none", patient[1])
    assert done.returncode == 1 and "0001 failed: [io.read]" in done.stderr, done.stderr
    with table.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["roi"] for row in rows] == ["GTV-1", "GTV-1", "GTV-2", "GTV-2", ""]
    assert [rows[-1][key] for key in ("case", "status", "error")] == ["0001", "failed", "io.read"]
    assert {row["case"] for row in rows[:-1]} == {"0000"}
    assert run("batch.py", table, *patient).returncode == 0
    assert run("batch.py", table).returncode == 2
