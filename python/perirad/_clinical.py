"""What a user tells of lesions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from . import _perirad
from ._errors import InputError

#: Inputs of all lesions, and of some under their name or pattern.
Clinical = Mapping[str, "float | str | Mapping[str, float | str]"]


class Told:
    """Clinical inputs as they are given, and where lesions' names are compared, how."""

    def __init__(
        self,
        clinical: Clinical | None,
        table: Any,
        names: str | os.PathLike[str] | None,
        site: str | None,
        reading: Mapping[str, Any],
    ) -> None:
        self._clinical, self._table, self._map, self._site = clinical, table, names, site
        self._ignore_case = bool(reading.get("ignore_case", False))

    def given(self) -> bool:
        """Is anything told?"""
        return bool(self._clinical) or any(
            one is not None for one in (self._table, self._map, self._site)
        )

    def passed(self) -> _perirad.Given:
        """As the compiled part takes it."""
        told: list[tuple[str | None, str, float | str]] = []
        for name, value in (self._clinical or {}).items():
            if isinstance(value, Mapping):
                told += [(name, key, _value(one)) for key, one in value.items()]
            else:
                told.append((None, name, _value(value)))
        table = None if self._table is None else table_of(self._table, "clinical_table")
        names = None if self._map is None else _perirad.table(os.fspath(self._map))
        return told, table, names, self._site, self._ignore_case


def _value(value: Any) -> float | str:
    if isinstance(value, str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(
            "python.clinical", f"a clinical input is {value!r}, expected a number or a word"
        ) from None


def table_of(given: Any, what: str) -> tuple[str, str]:
    """Name and text of a CSV: of a file, or of a frame of pandas or polars."""
    if isinstance(given, (str, os.PathLike)):
        return _perirad.table(os.fspath(given))
    if hasattr(given, "write_csv"):
        return what, str(given.write_csv())
    if hasattr(given, "to_csv"):
        return what, str(given.to_csv(index=False))
    raise InputError(
        "python.table",
        f"{what} is {type(given).__name__}, expected a path or a frame of pandas or polars",
    )
