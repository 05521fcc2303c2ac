"""Results."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from . import _perirad, _table
from ._errors import OPTION, InputError, PeriradError, of
from ._settings import Settings
from ._table import Form, Rows, Tabular
from ._voxels import Warning, warnings_of

Value = float | None


class _Entries(Mapping[str, Value]):
    """Values by their names."""

    __slots__ = ("_entries",)

    def __init__(self, entries: dict[str, Value]) -> None:
        self._entries = entries

    def __getitem__(self, key: str) -> Value:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class Family(_Entries):
    """The features of one family of one region, under ``feature:aggregation``.

    A feature that was measured in one aggregation is an attribute, too.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Value:
        if name.startswith("_"):
            raise AttributeError(name)
        found = [key for key in self._entries if key.split(":")[0] == name]
        if len(found) == 1:
            return self._entries[found[0]]
        if found:
            raise AttributeError(f"{name} was measured in several aggregations: {found}")
        raise AttributeError(f"no feature {name!r} was measured")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *{key.split(":")[0] for key in self._entries}]

    def __repr__(self) -> str:
        return f"Family({self._entries!r})"


class Region(_Entries):
    """The features of one region, under ``family.feature:aggregation``; families are attributes."""

    __slots__ = ("facts",)

    def __init__(self, entries: dict[str, Value], facts: dict[str, Any]) -> None:
        super().__init__(entries)
        #: Voxels, volume, clamped voxels, facts of the ring.
        self.facts = facts

    def __getattr__(self, name: str) -> Family:
        if name.startswith("_"):
            raise AttributeError(name)
        start = f"{name}."
        found = {
            key.removeprefix(start): value
            for key, value in self._entries.items()
            if key.startswith(start)
        }
        if not found:
            raise AttributeError(f"no family {name!r} was measured")
        return Family(found)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *{key.split(".")[0] for key in self._entries}]

    def __repr__(self) -> str:
        return f"<{len(self._entries)} features of the {self.facts['region']}>"


class Score:
    """A score and why. Research use only; not a medical device.

    Attributes
    ----------
    value : float
        What the model predicts.
    contributions : list of dict
        What each term adds: ``term``, ``input``, ``value``, ``unit``, ``contribution``, ...
    percentile : float or None
        Percentage of the model's reference group with a lower score.
    model : dict
        The model's card.
    notice : str
        What is said with every score.
    interval : tuple of 2 floats or None
        Its 2.5th and 97.5th percentile over repeats, where they were asked for.
    """

    __slots__ = (
        "_entries",
        "contributions",
        "interval",
        "model",
        "notice",
        "percentile",
        "value",
        "warnings",
    )

    def __init__(
        self, entries: dict[str, Any], interval: tuple[float, float] | None = None
    ) -> None:
        self._entries = entries
        self.interval = interval
        self.value: float = entries["value"]
        self.contributions: list[dict[str, Any]] = entries["contributions"]
        self.percentile: float | None = entries["percentile"]
        self.model: dict[str, Any] = entries["model"]
        self.notice: str = entries["notice"]
        self.warnings = tuple(Warning(w["code"], w["message"]) for w in entries["warnings"])

    def to_dict(self) -> dict[str, Any]:
        """All that the program's JSON says of it."""
        return self._entries

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        return f"<perirad.Score {self.value:.6g} of {self.model['name']}. {self.notice}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Score, (self._entries, self.interval)


class FeatureSet(Tabular, Mapping[str, Value]):
    """All numbers of one lesion, under ``region:family.feature:aggregation``.

    A feature that is undefined for this lesion is ``None``; :meth:`reason` tells why. Regions are
    attributes with families as attributes: ``features.ring.statistics.mean``.

    Attributes
    ----------
    case, roi : str
        Names of case and lesion.
    error : PeriradError or None
        Why the lesion was not measured or not scored.
    warnings : tuple of Warning
        What the reader must know of image, lesion and score.
    """

    __slots__ = (
        "_document",
        "_lesions",
        "_numbers",
        "_rows",
        "_settings",
        "case",
        "error",
        "roi",
        "warnings",
    )

    def __init__(self, lesions: _perirad.Lesions, at: int, settings: Settings) -> None:
        self.case, self.roi = lesions.name(at) or ("", "")
        failure = lesions.failure(at)
        self.error: PeriradError | None = None if failure is None else of(*failure)
        self.warnings = warnings_of(lesions.warnings(at))
        self._lesions: tuple[_perirad.Lesions, int] | None = (lesions, at)
        self._document: dict[str, Any] | None = None
        self._numbers: dict[str, Value] | None = None
        self._rows: dict[str, Rows] = {}
        self._settings = settings

    @property
    def document(self) -> dict[str, Any]:
        """All that the program's JSON says of this lesion."""
        if self._document is None:
            assert self._lesions is not None
            lesions, at = self._lesions
            document: dict[str, Any] = json.loads(lesions.json(at))
            self._document = document
            return document
        return self._document

    def _tables(self, form: Form) -> Iterable[Rows]:
        if form not in self._rows:
            assert self._lesions is not None
            lesions, at = self._lesions
            long = form == "long"
            self._rows[form] = (
                (list(_perirad.LONG_HEADER), lesions.long(at)) if long else lesions.wide(at, None)
            )
        return [self._rows[form]]

    @property
    def _lesion(self) -> dict[str, Any]:
        lesion: dict[str, Any] = self.document["lesions"][0]
        return lesion

    @property
    def regions(self) -> dict[str, Region]:
        """The regions by name, in the order asked for."""
        found = {}
        for region in self._lesion["regions"]:
            entries = {f"{f['feature']}:{f['aggregation']}": f["value"] for f in region["features"]}
            facts = {key: value for key, value in region.items() if key != "features"}
            found[region["region"]] = Region(entries, facts)
        return found

    @property
    def tumour(self) -> Region:
        """The lesion as drawn."""
        return self._region("tumour")

    @property
    def ring(self) -> Region:
        """The ring around it."""
        return self._region("ring")

    def _region(self, name: str) -> Region:
        if self.error is not None and not self.regions:
            raise self.error
        if name not in self.regions:
            raise AttributeError(f"the {name} was not measured: name it in regions")
        return self.regions[name]

    @property
    def score(self) -> Score | None:
        """The score, where one was asked for."""
        score = self._lesion["score"]
        robust = self.robustness or {"values": []}
        found = [value["interval"] for value in robust["values"] if value["name"] == "score"]
        ends = found[0] if found else None
        return None if score is None else Score(score, None if ends is None else (ends[0], ends[1]))

    @property
    def robustness(self) -> dict[str, Any] | None:
        """How far the numbers follow small changes, where ``perturb`` asked for it.

        ``values`` holds for each number its name, feature, region and aggregation, ``unperturbed``,
        ``mean``, ``sd``, ``cv``, ``interval`` (2.5th and 97.5th percentile) and each repeat's value.
        """
        found: dict[str, Any] | None = self._lesion.get("perturbation")
        return found

    @property
    def settings(self) -> Settings:
        """How the numbers were made."""
        return self._settings

    def named(self, names: Sequence[str]) -> dict[str, float]:
        """Features under pyradiomics' names, ``original_class_Name``, of the first region.

        Parameters
        ----------
        names : sequence of str
            ``class_Name``; what was not measured is left out.

        Returns
        -------
        dict of str to float
            NaN where a feature is undefined.

        Raises
        ------
        ValueError
            Of a set that was pickled.
        """
        if self._lesions is None:
            raise ValueError("the names of a pickled set are gone: ask before it is pickled")
        lesions, at = self._lesions
        head, rows = lesions.wide(at, list(names))
        found = {
            name: float(cell) if cell else float("nan")
            for name, cell in zip(head, rows[0], strict=True)
            if name.startswith("original_")
        }
        return found

    def reason(self, key: str) -> str | None:
        """Why a feature is undefined.

        Parameters
        ----------
        key : str
            ``region:family.feature:aggregation``.

        Returns
        -------
        str or None
            ``None`` for one that has a value.

        Raises
        ------
        KeyError
            For what was not measured.
        """
        for region in self._lesion["regions"]:
            for feature in region["features"]:
                if f"{region['region']}:{feature['feature']}:{feature['aggregation']}" == key:
                    return feature["note"] or None
        raise KeyError(key)

    @property
    def _values(self) -> dict[str, Value]:
        if self._numbers is None:
            assert self._lesions is not None
            lesions, at = self._lesions
            self._numbers = dict(lesions.values(at))
        return self._numbers

    def to_dict(self) -> dict[str, Value]:
        """The numbers under their keys.

        Returns
        -------
        dict
            ``region:family.feature:aggregation`` to float, or to ``None`` where it is undefined.
        """
        return dict(self._values)

    def __getitem__(self, key: str) -> Value:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        if self.error is not None:
            return f"<perirad.FeatureSet {self.roi!r} of {self.case}: {self.error}>"
        return f"<perirad.FeatureSet {self.roi!r} of {self.case}: {len(self)} features>"

    def _repr_html_(self) -> str:
        rows = []
        for region in self._lesion["regions"]:
            for f in region["features"]:
                shown = f["note"] if f["value"] is None else f"{f['value']:.6g}"
                cells = (region["region"], f["feature"], f["aggregation"], f["ibsi"])
                rows.append((*cells, shown, f["unit"]))
        head = ("region", "feature", "aggregation", "IBSI", "value", "unit")
        error = "" if self.error is None else f": {self.error}"
        notice = self.document["notice"]
        return _table.html(rows, head, f"{self.roi} of {self.case}{error}. {notice}")

    def __getstate__(self) -> dict[str, Any]:
        self._tables("wide")
        self._tables("long")
        len(self)
        state = {name: getattr(self, name) for name in self.__slots__ if name != "_lesions"}
        return state | {"_document": self.document}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._lesions = None


class FeatureSets(Tabular, Sequence[FeatureSet]):
    """The lesions of one call, in the order of the mask; none is ever left out."""

    __slots__ = ("_lesions", "_like", "_sets")

    def __init__(self, sets: Iterable[FeatureSet]) -> None:
        self._sets = tuple(sets)
        self._lesions: _perirad.Lesions | None = None
        #: A lesion whose columns a part without lesions has.
        self._like: FeatureSet | None = self._sets[0] if self._sets else None

    @classmethod
    def _of(cls, lesions: _perirad.Lesions, settings: Settings) -> FeatureSets:
        made = cls(FeatureSet(lesions, at, settings) for at in range(len(lesions)))
        made._lesions = lesions
        return made

    def _tables(self, form: Form) -> Iterable[Rows]:
        if not self._sets and self._like is not None:
            return [(head, []) for head, _ in self._like._tables(form)]
        return [table for one in self._sets for table in one._tables(form)]

    @property
    def errors(self) -> dict[str, PeriradError]:
        """Why lesions were not measured or not scored, by their names."""
        return {one.roi: one.error for one in self._sets if one.error is not None}

    def _together(
        self, minimum_volume: float, bins: tuple[float, float, int] | None
    ) -> dict[str, Any]:
        if self._lesions is None:
            raise ValueError("these are some lesions of a call, or pickled: ask all of one call")
        document: dict[str, Any] = json.loads(self._lesions.together(minimum_volume, bins))
        return document

    def patient(
        self, *, minimum_volume: float = 0.0, bins: tuple[float, float, int] | None = None
    ) -> dict[str, Any]:
        """The scores of all lesions together, in each of the ways that were published.

        Parameters
        ----------
        minimum_volume : float
            Lesions below this volume do not count, mL.
        bins : tuple of (float, float, int), optional
            Lowest and highest edge and number of the score's bins, for its entropy over lesions.

        Returns
        -------
        dict
            The card of the ``model``, ``notice``, counts of lesions, ``lowest_lesion``, ``warnings``
            and ``values``: name, definition, value and, where there is none, why. Research use
            only; not a medical device.
        """
        if not 0 <= minimum_volume < math.inf:
            raise InputError(
                "python.minimum_volume",
                f"minimum_volume is {minimum_volume}, expected mL of 0 or more",
            )
        if bins is not None and not 0 < operator.index(bins[2]) < 1 << 32:
            raise of(OPTION, f"bins are {bins}, expected a number of bins of 1 or more", "")
        found: dict[str, Any] = self._together(minimum_volume, bins)["patient"]
        return found

    @property
    def agreement(self) -> list[dict[str, Any]]:
        """Intraclass correlation of each number over the lesions, where ``perturb`` asked for it."""
        perturbation = self._together(0.0, None)["perturbation"]
        found: list[dict[str, Any]] = [] if perturbation is None else perturbation["agreement"]
        return found

    @overload
    def __getitem__(self, at: int) -> FeatureSet: ...
    @overload
    def __getitem__(self, at: slice) -> FeatureSets: ...
    def __getitem__(self, at: int | slice) -> FeatureSet | FeatureSets:
        if not isinstance(at, slice):
            return self._sets[at]
        part = FeatureSets(self._sets[at])
        part._like = self._like
        return part

    def __len__(self) -> int:
        return len(self._sets)

    def __repr__(self) -> str:
        return f"<perirad.FeatureSets of {len(self)} lesions, {len(self.errors)} failed>"

    def __reduce__(self) -> tuple[Any, ...]:
        return FeatureSets, (self._sets,), (None, {"_like": self._like})
