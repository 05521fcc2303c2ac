"""The reference of the Python package, made of its signatures and docstrings: docs/api.md.

    python scripts/api_reference.py          write the page
    python scripts/api_reference.py --check  exit 1 where the page differs

Sources and stub are read, not imported: whoever documents needs no compiler.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python" / "perirad"
PAGE = ROOT / "docs" / "api.md"

#: Modules with names of their own, after those of ``perirad``.
MODULES = ("export", "sklearn", "monai", "compat.pyradiomics")
INTRODUCTION = """\
# Python reference

Made by `python scripts/api_reference.py` from the package's signatures and docstrings; a test holds
this page to them. How things go together: [python.md](python.md).

**Arrays are `[z, y, x]`; spacing, origin and direction are x, y, z, mm, LPS, as SimpleITK states
them.** Research use only; not a medical device.
"""
#: numpydoc's sections that list entries, and those that are text.
LISTS = ("Parameters", "Attributes", "Returns", "Yields", "Raises")
SECTION = re.compile(r"^(\w+)\n-{3,}$", re.MULTILINE)
ROLE = re.compile(r":(?:func|class|meth|attr|mod):`~?([^`]+)`")

Definition = ast.FunctionDef | ast.ClassDef | ast.AnnAssign | ast.Assign


def parsed(module: str) -> dict[str, tuple[Definition, str]]:
    """What a module defines, by name, with its docstring; also that of an attribute."""
    stem = PACKAGE / module.replace(".", "/")
    path = next(p for p in (stem.with_suffix(".pyi"), stem.with_suffix(".py")) if p.exists())
    return dict(defined(ast.parse(path.read_text(encoding="utf-8")).body))


def defined(body: list[ast.stmt]) -> Iterator[tuple[str, tuple[Definition, str]]]:
    for at, node in enumerate(body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            decorators = [ast.unparse(one) for one in node.decorator_list]
            if "overload" not in decorators:
                yield node.name, (node, ast.get_docstring(node) or "")
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            after = body[at + 1] if at + 1 < len(body) else None
            told = after.value if isinstance(after, ast.Expr) else None
            text = told.value if isinstance(told, ast.Constant) else ""
            if isinstance(target, ast.Name):
                yield target.id, (node, cleandoc(text) if isinstance(text, str) else "")


def public() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each importable module with its names and the file each is in."""
    homes = ast.literal_eval(assigned("__init__", "_HOMES"))
    yield "perirad", [(name, home) for home, names in homes.items() for name in names]
    for module in MODULES:
        names = ast.literal_eval(assigned(module, "__all__"))
        yield f"perirad.{module}", [(name, module) for name in names]


def assigned(module: str, name: str) -> ast.expr:
    value = getattr(parsed(module)[name][0], "value", None)
    assert isinstance(value, ast.expr), f"{module} has no {name}"
    return value


def signature(name: str, node: ast.FunctionDef, bound: bool) -> str:
    """A call as it is written, broken where it is long."""
    given = node.args
    if bound:
        own = (given.posonlyargs or given.args)[0].arg
    parts = [part for part in split(ast.unparse(given)) if not bound or part != own]
    returns = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    end = ")" if node.name == "__init__" else f"){returns}"
    line = f"{name}({', '.join(parts)}{end}"
    if len(line) <= 96:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + end


def split(text: str) -> Iterator[str]:
    """The parts of a list of parameters, with spaces around the = after an annotation."""
    depth, part, annotated = 0, "", False
    for char in text + ",":
        depth += (char in "([{") - (char in ")]}")
        annotated |= char == ":" and depth == 0
        if char == "," and depth == 0:
            yield part.strip()
            part, annotated = "", False
        else:
            part += " = " if char == "=" and depth == 0 and annotated else char


def inline(text: str) -> str:
    """reStructuredText's marks as Markdown's."""
    text = ROLE.sub(r"`\1`", text)
    return text.replace("``", "`")


def prose(text: str) -> str:
    """Paragraphs and examples."""
    blocks = []
    for block in re.split(r"\n\s*\n", cleandoc(text).strip()):
        shown = block.lstrip().startswith(">>>")
        blocks.append(f"```python\n{block}\n```" if shown else inline(block))
    return "\n\n".join(blocks) + "\n" if text.strip() else ""


def entries(text: str) -> str:
    """A list of names with what each is, as numpydoc writes it."""
    items: list[list[str]] = []
    for line in cleandoc(text).splitlines():
        if not line.startswith(" ") and line.strip():
            names, _, kind = line.partition(" : ")
            items.append([f"`{names}`" + (f" ({inline(kind)})" if kind else "")])
        elif line.strip():
            items[-1].append(inline(line.strip()))
    shown = (f"{head}:\n  " + "\n  ".join(rest) if rest else head for head, *rest in items)
    return "".join(f"- {item}\n" for item in shown)


def docstring(text: str) -> str:
    """A numpydoc docstring as Markdown."""
    head, *sections = SECTION.split(text)
    made = prose(head)
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        made += f"\n*{title}*\n\n" + (entries(body) if title in LISTS else prose(body))
    return made


def members(node: ast.ClassDef, home: dict[str, tuple[Definition, str]]) -> dict[str, tuple]:
    """Public members, with those of bases that are not public themselves."""
    found: dict[str, tuple] = {}
    for base in node.bases:
        name = ast.unparse(base)
        place = home if name in home else parsed("_table") if name == "Tabular" else {}
        if isinstance(inherited := place.get(name, (None,))[0], ast.ClassDef):
            if name.startswith("_") or name == "Tabular":
                found |= members(inherited, place)
    own = dict(defined(node.body))
    return found | {name: it for name, it in own.items() if not name.startswith("_")}


def described(name: str, home: dict[str, tuple[Definition, str]]) -> str:
    """The part of the page about one name."""
    node, text = home[name]
    made = f"\n### `{name}`\n\n"
    if isinstance(node, ast.FunctionDef):
        return made + f"```python\n{signature(name, node, False)}\n```\n\n" + docstring(text)
    if not isinstance(node, ast.ClassDef):
        kind = node.annotation if isinstance(node, ast.AnnAssign) else None
        return made + (f"`{ast.unparse(kind)}`\n\n" if kind else "") + docstring(text)
    init = dict(defined(node.body)).get("__init__", (None,))[0]
    if isinstance(init, ast.FunctionDef) and SECTION.search(text) and "Parameters\n" in text:
        made += f"```python\n{signature(name, init, True)}\n```\n\n"
    made += docstring(text)
    fields = [
        f"- `{key}` (`{ast.unparse(member.annotation)}`):\n  {inline(told)}\n"
        for key, (member, told) in members(node, home).items()
        if isinstance(member, ast.AnnAssign) and told
    ]
    made += "\n" * bool(fields) + "".join(fields)
    for key, (member, told) in members(node, home).items():
        if isinstance(member, ast.FunctionDef):
            kinds = {ast.unparse(one) for one in member.decorator_list}
            if kinds & {"property", "cached_property"}:
                returns = "" if member.returns is None else f" : `{ast.unparse(member.returns)}`"
                made += f"\n#### `{name}.{key}`{returns}\n\n" + docstring(told)
            elif told:
                call = signature(f"{name}.{key}", member, "staticmethod" not in kinds)
                made += f"\n#### `{name}.{key}()`\n\n```python\n{call}\n```\n\n" + docstring(told)
    return made


def reference() -> str:
    """The whole page."""
    page = INTRODUCTION
    for module, names in public():
        page += f"\n## `{module}`\n"
        stem = module.removeprefix("perirad").lstrip(".")
        if stem:
            source = (PACKAGE / f"{stem.replace('.', '/')}.py").read_text(encoding="utf-8")
            page += "\n" + docstring(ast.get_docstring(ast.parse(source)) or "")
        parts = [(name, parsed(home)) for name, home in names]
        # What is called comes first.
        parts.sort(key=lambda part: not isinstance(part[1][part[0]][0], ast.FunctionDef))
        page += "".join(described(*part) for part in parts)
    return page


def main() -> int:
    made = reference()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    return 0 if PAGE.read_text(encoding="utf-8") == made else 1


if __name__ == "__main__":
    sys.exit(main())
