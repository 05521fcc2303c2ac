"""Tables of results, for pandas, polars and whatever reads Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from . import _perirad

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Form = Literal["wide", "long"]
Rows = tuple[list[str], list[list[str]]]

_TEXT = {"case", "roi", "region", "status", "error", "warnings", "settings"}
_NUMBERS = {"value", "baseline", "followup", "delta", "relative_delta"}
_LONG = list(_perirad.LONG_HEADER)
#: What stands before the features, and alone where there is no lesion.
_FIXED = list(_perirad.WIDE_HEADER)


class Table:
    """A table in Arrow's C interface: ``pyarrow.table(table)``, ``polars.DataFrame(table)``."""

    __slots__ = ("_columns",)

    def __init__(self, columns: list[tuple[str, bool, list[Any]]]) -> None:
        self._columns = columns

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return _perirad.arrow_stream(self._columns)

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        return _perirad.arrow_rows(self._columns)


class Tabular:
    """What has rows."""

    __slots__ = ()
    _usual: ClassVar[Form] = "wide"

    def _tables(self, form: Form) -> Iterable[Rows]:
        raise NotImplementedError

    def _columns(self, form: Form) -> list[tuple[str, bool, list[Any]]]:
        """Name, whether it is text, and cells of each column; a number without a value is None."""
        if form not in ("wide", "long"):
            raise ValueError(f"form is {form!r}, expected 'wide' or 'long'")
        tables = list(self._tables(form))
        names = list(dict.fromkeys(name for head, _ in tables for name in head))
        names = names or (_LONG if form == "long" else _FIXED)
        columns = []
        for name in names:
            text = name not in _NUMBERS if form == "long" else name in _TEXT
            cells: list[Any] = []
            for head, rows in tables:
                at = head.index(name) if name in head else None
                found = ["" if at is None else row[at] for row in rows]
                cells += found if text else [float(cell) if cell else None for cell in found]
            columns.append((name, text, cells))
        return columns

    def to_pandas(self, form: Form | None = None) -> pd.DataFrame:
        """A DataFrame.

        Parameters
        ----------
        form : {"wide", "long"}, optional
            ``wide``, the usual one but for two scans: one row for each lesion and region, one column for each feature, as the
            program's ``csv``; ``long``: one row for each value, as the program's ``long``.

        Returns
        -------
        pandas.DataFrame
            Where a feature is undefined the cell is NaN; ``long`` tells why under ``note``.

        Raises
        ------
        ImportError
            Without pandas.
        ValueError
            Another form.
        """
        import pandas as pd

        columns = self._columns(form or self._usual)
        data = {
            name: pd.Series(cells, dtype="str" if text else "float64")
            for name, text, cells in columns
        }
        return pd.DataFrame(data)

    def to_polars(self, form: Form | None = None) -> pl.DataFrame:
        """The same for polars.

        Parameters
        ----------
        form : {"wide", "long"}, optional
            As for :meth:`to_pandas`.

        Returns
        -------
        polars.DataFrame
            Where a feature is undefined the cell is null.

        Raises
        ------
        ImportError
            Without polars.
        ValueError
            Another form.
        """
        import polars as pl

        return pl.DataFrame(self.table(form))

    def table(self, form: Form | None = None) -> Table:
        """The same for whatever reads Arrow: pyarrow, polars, duckdb; none of them is needed.

        Parameters
        ----------
        form : {"wide", "long"}, optional
            As for :meth:`to_pandas`.

        Returns
        -------
        Table
            What has ``__arrow_c_stream__`` and ``__arrow_c_array__``: text and float64 columns, null
            where there is no number.

        Raises
        ------
        ValueError
            Another form.
        """
        return Table(self._columns(form or self._usual))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table().__arrow_c_stream__(requested_schema)

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        return self.table().__arrow_c_array__(requested_schema)


def html(rows: Sequence[tuple[str, ...]], head: tuple[str, ...], caption: str) -> str:
    """A table for notebooks."""
    from html import escape

    def line(cells: Iterable[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table><caption>{escape(caption)}</caption>{line(head, 'th')}{body}</table>"
