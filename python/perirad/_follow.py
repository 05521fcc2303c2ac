"""Two scans of one patient."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from . import _calls, _perirad, _table
from ._calls import AnySettings, Progress, Reading
from ._clinical import Clinical, Told, table_of
from ._errors import OPTION, PeriradError, of
from ._model import Model
from ._table import Form, Rows, Tabular
from ._voxels import Warning


class Follow(Tabular):
    """The lesions of two scans: sizes and response, changes of features and of the score.

    Attributes
    ----------
    document : dict
        All that the program's JSON says.
    errors : dict of (str, str) to PeriradError
        Why lesions failed, by ``"baseline"`` or ``"follow-up"`` and their name.
    """

    __slots__ = ("_failed", "_rows", "document")
    _usual = "long"

    def __init__(
        self, document: dict[str, Any], rows: Rows, failed: list[tuple[str, str, str, str, str]]
    ) -> None:
        self.document = document
        self._rows = rows
        self._failed = failed

    def _tables(self, form: Form) -> Iterable[Rows]:
        if form != "long":
            raise ValueError("a comparison has the form 'long' only")
        return [self._rows]

    @property
    def errors(self) -> dict[tuple[str, str], PeriradError]:
        """Why lesions failed, by scan and name."""
        return {(scan, roi): of(*failure) for scan, roi, *failure in self._failed}

    @property
    def lesions(self) -> list[dict[str, Any]]:
        """Each lesion: ``found``, ``response``, ``volume_ml``, ``score``, ``features``, ..."""
        lesions: list[dict[str, Any]] = self.document["lesions"]
        return lesions

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What the reader must know of both scans together."""
        return tuple(Warning(w["code"], w["message"]) for w in self.document["warnings"])

    def _names(self) -> list[tuple[str, str]]:
        both = (lesion[scan] for lesion in self.lesions for scan in ("baseline", "followup"))
        names = ["-" if one is None else one["roi"] for one in both]
        return list(zip(names[::2], names[1::2], strict=True))

    def __len__(self) -> int:
        return len(self.lesions)

    def __repr__(self) -> str:
        return f"<perirad.Follow of {len(self)} lesions, {len(self._failed)} failed>"

    def _repr_html_(self) -> str:
        rows = []
        for (before, after), lesion in zip(self._names(), self.lesions, strict=True):
            volume, score = lesion["volume_ml"], lesion["score"] or {}
            numbers = [volume["baseline"], volume["followup"]]
            numbers += [score.get("baseline"), score.get("followup")]
            shown = ["" if number is None else f"{number:.6g}" for number in numbers]
            found = (before, after, lesion["found"], lesion["response"] or "")
            rows.append((*found, *shown))
        scans = ("baseline", "follow-up", "found", "response")
        head = (*scans, "mL before", "mL after", "score before", "score after")
        return _table.html(rows, head, f"{len(self)} lesions. {self.document['notice']}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Follow, (self.document, self._rows, self._failed)


def follow(
    baseline: Any,
    followup: Any,
    *,
    mask: Any,
    mask_followup: Any,
    pair: Any = "name",
    shift: Sequence[float] | None = None,
    size: str = "axial",
    roi_followup: str | Sequence[str] | None = None,
    label_followup: int | Sequence[int] | None = None,
    series_followup: str | None = None,
    settings: AnySettings | None = None,
    regions: Sequence[str] | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    clinical: Clinical | None = None,
    clinical_table: Any = None,
    clinical_map: str | os.PathLike[str] | None = None,
    site: str | None = None,
    case: str | None = None,
    progress: Progress | None = None,
    **reading: Unpack[Reading],
) -> Follow:
    """Compares the lesions of two scans: sizes and response, features, and with a model scores.

    Parameters
    ----------
    baseline, followup
        The two images, each whatever :func:`extract` takes and says where it is; arrays as
        :class:`Image`, of :func:`read_image`.
    mask, mask_followup
        Their masks, as for :func:`extract`.
    pair
        Which lesions belong together: those of one ``"name"``, those that ``"overlap"`` most, or as
        a CSV, or a frame of pandas or polars, with the columns ``baseline`` and ``followup`` says.
    shift : sequence of 3 floats, optional
        For ``pair="overlap"``: how far the patient has moved, mm along x, y, z, LPS. Otherwise 0
        within one frame of reference, and else what makes lesions overlap most.
    size : {"axial", "maximum", "volume"}
        Size that makes a lesion progressive or responding.
    roi_followup, label_followup, series_followup : optional
        ``roi``, ``label`` and ``series`` at follow-up, where they are others than at baseline.
    settings, regions, case
        As for :func:`extract`.
    model, clinical, clinical_table, clinical_map, site
        As for :func:`score`.
    progress : callable, optional
        As for :func:`extract_all`, over the lesions of both.
    **reading
        Which lesions: see :class:`Reading`.

    Returns
    -------
    Follow

    Raises
    ------
    PeriradError
        What keeps one of the two from being read; lesions that cannot be paired.
    """
    if shift is not None and not (isinstance(pair, str) and pair == "overlap"):
        raise of(OPTION, "a shift counts for pair='overlap' only", "")
    later: Reading = {**reading}
    if roi_followup is not None:
        later.pop("label", None)
        later["roi"] = roi_followup
    if label_followup is not None:
        later.pop("roi", None)
        later["label"] = label_followup
    if series_followup is not None:
        later["series"] = series_followup
    told = Told(clinical, clinical_table, clinical_map, site, reading)
    plan, chosen = _calls._plan(settings, regions, model, told, None)
    if isinstance(pair, str) and pair in ("name", "overlap"):
        by: _perirad.Pairing = (pair, None if shift is None else _three(shift), None)
    else:
        file, text = table_of(pair, "pair")
        by = (file, None, text)
    text, head, rows, failed = _perirad.follow(
        _calls._asked(baseline, mask, None, None, case, reading, chosen),
        _calls._asked(followup, mask_followup, None, None, case, later, chosen),
        plan,
        by,
        size,
        _calls._lent(),
        progress,
    )
    document: Mapping[str, Any] = json.loads(text)
    found = Follow(dict(document), (head, rows), failed)
    _calls._tell(found.warnings)
    return found


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
