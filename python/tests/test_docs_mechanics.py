"""What the documents show is what happens."""

from __future__ import annotations

import csv
import doctest
import os
import re
import subprocess
import sys

from conftest import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_on_python_shows_what_happens(monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert len(blocks) > 4
    told: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags)
    shared: dict[str, object] = {}
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, shared, "python.md", None, 0)
        runner.run(test, out=told.append, clear_globs=False)
        shared = test.globs
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def run(example, *args):
    command = [sys.executable, str(ROOT / "python" / "examples" / example), *map(str, args)]
    # As a user would run it: the installed package, from anywhere.
    return subprocess.run(command, capture_output=True, text=True, env=os.environ)


def test_the_examples_run(patient, tmp_path):
    done = run("train.py", tmp_path / "model.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Research use only" in done.stdout
    table = tmp_path / "table.csv"
    done = run("batch.py", table, *patient, tmp_path / "none", patient[1])
    assert done.returncode == 0 and "left out: [io.read]" in done.stderr, done.stderr
    with table.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["roi"] for row in rows] == ["GTV-1", "GTV-1", "GTV-2", "GTV-2"]
    assert run("batch.py", table).returncode == 1
