"""Stubs, types and docstrings say what the module is."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import perirad
from perirad import _perirad

PACKAGE = Path(perirad.__file__).parent


def stub_of(body):
    """Names of a stub, and the parameters of what can be called."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            kept = [a.arg for a in node.args.args if a.arg not in ("self", "cls")]
            is_property = any(getattr(d, "id", "") == "property" for d in node.decorator_list)
            found[node.name] = None if is_property else kept
        elif isinstance(node, ast.ClassDef):
            found[node.name] = stub_of(node.body)
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = None
    return found


def module_of(owner, names):
    found = {}
    for name in names:
        member = vars(owner)[name]
        if inspect.isclass(member):
            found[name] = module_of(member, [n for n in vars(member) if public(n)])
            if "__new__" in vars(member) and member.__text_signature__:
                kept = [p for p in inspect.signature(member).parameters]
                found[name]["__new__"] = kept
        elif callable(member) or isinstance(member, staticmethod):
            function = getattr(owner, name)
            kept = [p for p in inspect.signature(function).parameters if p != "self"]
            found[name] = kept
        else:
            found[name] = None
    return found


def public(name):
    return not name.startswith("_") or name in ("__len__",)


def test_the_stub_is_the_module():
    stub = stub_of(ast.parse((PACKAGE / "_perirad.pyi").read_text()).body)
    shown = {name for name in vars(_perirad) if public(name)} | {"__version__"}
    # Named for annotations only.
    stub.pop("Shown", None)
    module = module_of(_perirad, shown)
    assert stub == module


def test_every_public_name_is_documented():
    assert (PACKAGE / "py.typed").exists()
    homes = {name for names in perirad._HOMES.values() for name in names}
    assert homes == {*perirad.__all__, "Warning"} and {*perirad.__all__} <= {*dir(perirad)}
    for name in perirad.__all__:
        member = getattr(perirad, name)
        if not callable(member):
            continue
        assert inspect.getdoc(member), name
        if inspect.isclass(member):
            for key, own in vars(member).items():
                if not key.startswith("_") and (callable(own) or isinstance(own, property)):
                    assert inspect.getdoc(own), f"{name}.{key}"


def test_mypy_is_content(tmp_path):
    config = Path(__file__).parents[1] / "pyproject.toml"
    examples = sorted(config.parent.glob("examples/*.py"))
    assert examples
    for targets in (["-p", "perirad"], [str(example) for example in examples]):
        command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config)]
        command += ["--cache-dir", str(tmp_path), *targets]
        # From elsewhere: what is checked is the installed package.
        told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert told.returncode == 0, told.stdout + told.stderr


def test_pyright_is_content():
    """Its own node comes as a package: nothing is fetched."""
    config = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pyright", "--project", str(config)]
    told = subprocess.run(
        [*command, "--pythonpath", sys.executable],
        capture_output=True,
        text=True,
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
    )
    assert told.returncode == 0, told.stdout + told.stderr
