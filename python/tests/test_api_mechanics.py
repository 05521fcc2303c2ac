"""The reference is what the docstrings say, and they name what they take."""

from __future__ import annotations

import ast
import os
import re
import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import api_reference


def test_the_reference_is_up_to_date():
    made = api_reference.reference()
    if os.environ.get("PERIRAD_UPDATE"):
        api_reference.PAGE.write_text(made, encoding="utf-8")
    assert api_reference.PAGE.read_text(encoding="utf-8") == made, (
        "docs/api.md is stale: run python scripts/api_reference.py and look at what changed"
    )
    # Nothing of reStructuredText is left over.
    assert not re.search(r"(?<!`)``(?!`)|:(func|class|meth|attr):", made)


def listed(text: str, section: str) -> list[str]:
    """Names under a section of a numpydoc docstring."""
    _, _, after = text.partition(f"{section}\n{'-' * len(section)}\n")
    body = re.split(r"\n\w+\n-{3,}\n", after)[0]
    heads = [line.split(" : ")[0] for line in body.splitlines() if re.match(r"\S", line)]
    return [name.strip(" *") for head in heads for name in head.split(",")]


def test_docstrings_name_parameters_that_there_are():
    checked = 0
    for module, names in api_reference.public():
        for name, home in names:
            node, text = api_reference.parsed(home)[name]
            calls = [(name, node, text)]
            if isinstance(node, ast.ClassDef):
                own = dict(api_reference.defined(node.body))
                calls = [(key, *it) for key, it in own.items() if key != "__init__"]
                if "__init__" in own and "Parameters\n" in text:
                    calls.append((name, own["__init__"][0], text))
            for key, call, told in calls:
                if not isinstance(call, ast.FunctionDef) or not (found := listed(told, "Parameters")):
                    continue
                given = call.args
                taken = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
                taken += [a.arg for a in (given.vararg, given.kwarg) if a is not None]
                missing = [a for a in taken if a not in found and a not in ("self", "cls")]
                unknown = [a for a in found if a not in taken]
                assert not missing and not unknown, f"{module}.{key}: {missing}, {unknown}"
                checked += 1
    assert checked > 8
