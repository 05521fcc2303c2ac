"""The calls."""

from __future__ import annotations

import json
import logging
import math
import operator
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from . import _clinical, _inputs, _perirad, _place
from ._clinical import Clinical
from ._errors import OPTION, InputError, of
from ._features import FeatureSet, FeatureSets, Score
from ._model import Model
from ._perturb import AnyPerturbation, perturbation
from ._settings import Settings, unfit
from ._voxels import Image, Mask, Warning, masks

_log = logging.getLogger("perirad")

#: What a progress callback is told: lesions done, lesions in all, the one done last.
Progress = Callable[[int, int, str], object]
AnySettings = str | os.PathLike[str] | Mapping[str, Any] | Settings


class Reading(TypedDict, total=False):
    """Which series and which lesions; the keywords are the program's options."""

    roi: str | Sequence[str]
    """Names of ROIs or segments: exact, a pattern with ``*`` and ``?``, or ``/regex/``."""
    label: int | Sequence[int]
    """Labels, or numbers of segments; several are one lesion, but for ``roi_many="separate"``."""
    any_nonzero: bool
    """Take every label that is not 0 as one lesion."""
    roi_type: str
    """Only ROIs of this RT ROI Interpreted Type, such as ``GTV``."""
    roi_exclude: str | Sequence[str]
    """Names or patterns that are left out."""
    ignore_case: bool
    """Are upper and lower case one in names?"""
    roi_many: str
    """Where several match: ``error``, ``separate`` or ``union``."""
    split: bool
    """Make each connected part a lesion of its own."""
    connectivity: int
    """Neighbours that touch, for ``split``: 6, 18 or 26."""
    min_volume: float
    """Smallest part that is kept, for ``split``, mL."""
    holes: str
    """How contours of one plane make holes: ``xor``, ``union`` or ``nonzero``."""
    fill_gaps: str
    """Planes without contours between some that have them: ``none`` or ``shape``."""
    seg_threshold: float
    """Fraction from which on a voxel of a fractional DICOM SEG is inside."""
    mask_to_image: str
    """A mask of another lattice than the image's: ``refuse``, ``nearest`` or ``linear``."""
    ignore_frame_of_reference: bool
    """Accept contours or segments of another frame of reference."""
    ring_exclude: str | Sequence[str]
    """ROIs or segments whose voxels are taken out of ring and shells."""
    ring_within: str | Sequence[str]
    """ROIs or segments within which ring and shells are kept, such as the body or a lung."""
    ring_exclude_mask: Any
    """The same of a mask of its own, whatever :func:`extract` takes as one; of several, a list. All
    of it, or with a pair of mask and name what is so named."""
    ring_within_mask: Any
    """The same of a mask of its own."""
    ring_neighbour: str | Sequence[str]
    """Other lesions for ``ring.overlap`` that are not measured."""
    below: Sequence[float]
    """Intensities below which the share of each region is told; in HU -500 and -200 by default."""
    series: str
    """Series of a folder that holds several: its UID, its number, a pattern of its description."""
    regularise: bool
    """Resample slices that are tilted or unevenly spaced onto a regular lattice."""
    assume_hu: bool
    """Take DICOM CT numbers of unspecified unit as HU."""


#: Keywords that are lists of names, or one.
_NAMES = ("roi", "label", "roi_exclude", "ring_exclude", "ring_within", "ring_neighbour")
#: Keywords that are masks of their own, with what they do to rings.
_BOUNDS = {"ring_within_mask": "within", "ring_exclude_mask": "exclude"}


def _options(reading: Reading, settings: Settings | None = None) -> str:
    if unknown := reading.keys() - Reading.__annotations__.keys():
        raise TypeError(f"unknown keyword {sorted(unknown)[0]!r}; perirad.Reading lists them")
    beside = ("below", *_BOUNDS)
    options: dict[str, Any] = {key: value for key, value in reading.items() if key not in beside}
    for key in _NAMES:
        value = options.get(key, [])
        options[key] = [value] if isinstance(value, str) or hasattr(value, "__index__") else [*value]
    # A fraction is no label: it is refused, not cut off.
    options["label"] = [operator.index(label) for label in options["label"]]
    if "connectivity" in options:
        options["connectivity"] = str(options["connectivity"])
    if settings is not None and (asked := settings._core.asked) is not None:
        _, options["usual_label"], correct = asked
        if correct:
            options.setdefault("mask_to_image", "nearest")
    for key, number in unfit(options):
        raise of(OPTION, f"{key} is {number}, expected a finite number", "")
    return json.dumps(options)


def _threads() -> int:
    """``PERIRAD_THREADS``; else one in a worker process, and one for each processor elsewhere."""
    if given := os.environ.get("PERIRAD_THREADS"):
        try:
            # The engine makes far fewer than the most that fits its number.
            return min(max(0, int(given)), 1 << 16)
        except ValueError:
            raise InputError(
                "python.threads", f"PERIRAD_THREADS is {given!r}, expected a whole number"
            ) from None
    processes = sys.modules.get("multiprocessing")
    return 0 if processes is None or processes.parent_process() is None else 1


def _lent() -> tuple[int, str | None]:
    return _threads(), os.environ.get("PERIRAD_MAX_MEMORY") or None


def _bounds(reading: Reading) -> list[tuple[str, Any, str | None]]:
    """Structures of masks of their own: what each does, its mask, which of it."""
    found: list[tuple[str, Any, str | None]] = []
    for key, rule in _BOUNDS.items():
        given = reading.get(key)
        for one in given if isinstance(given, list) else [] if given is None else [given]:
            if isinstance(one, tuple) and len(one) == 2 and isinstance(one[1], str):
                found.append((rule, one[0], one[1]))
            else:
                found.append((rule, one, None))
    return found


def _asked(
    image: Any,
    mask: Any,
    place: _place.Place | None,
    unit: str | None,
    case: str | None,
    reading: Reading,
    settings: Settings | None = None,
) -> _perirad.Asked:
    bounds = _bounds(reading)
    masks = [mask, *(bound for _, bound, _ in bounds)]
    if any(map(_inputs.needs_image, masks)) and not isinstance(image, Image):
        # The mask lies on the image's voxels, whose place must be known to say so.
        if _inputs._files(image) is not None:
            image, place, unit = _read(image, place, unit, reading), None, None
        else:
            image, place, unit = _inputs.to_image(image, place, unit), None, None
    on = image if isinstance(image, Image) else None
    if isinstance(mask, Mapping) and not {"roi", "label", "any_nonzero"} & reading.keys():
        # Lesions that are named one by one are meant one by one.
        reading = {"roi_many": "separate", **reading}
    below = None if (given := reading.get("below")) is None else [float(value) for value in given]
    if below is not None and not all(map(math.isfinite, below)):
        raise InputError("image.below", f"below is {below}, expected finite intensities")
    return (
        _inputs.image(image, place, unit),
        _inputs.mask(mask, on),
        _options(reading, settings),
        [(rule, _inputs.mask(bound, on), name) for rule, bound, name in bounds],
        case,
        below,
    )


def _tell(warnings: Sequence[Warning]) -> None:
    for code, message in warnings:
        _log.warning("%s: %s", code, message)


def _plan(
    settings: AnySettings | None,
    regions: Sequence[str] | None,
    model: str | os.PathLike[str] | Model | None,
    told: _clinical.Told,
    perturb: AnyPerturbation | None,
) -> tuple[_perirad.Plan, Settings]:
    """What is done with each lesion, and the settings."""
    scorer = None if model is None else Model(model)
    chosen = Settings("cd8" if settings is None else settings)
    if scorer is not None:
        if settings is not None:
            scorer._core.expects(chosen._core)
        chosen = scorer.settings
    elif told.given():
        raise InputError(
            "python.no_model",
            "clinical inputs or a site are given, and no model",
            "They go into a score: name its model.",
        )
    _tell(chosen.warnings)
    if regions is None and scorer is not None:
        regions = scorer._core.regions()
    elif regions is None:
        regions = ("tumour",) if chosen._core.asked is not None else ("tumour", "ring")
    plan = (
        chosen._core,
        [regions] if isinstance(regions, str) else list(regions),
        None if scorer is None else (scorer._core, told.passed()),
        None if perturb is None else perturbation(perturb),
    )
    return plan, chosen


def extract_all(
    image: Any,
    mask: Any,
    *,
    settings: AnySettings | None = None,
    regions: Sequence[str] | None = None,
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    unit: str | None = None,
    case: str | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    clinical: Clinical | None = None,
    clinical_table: Any = None,
    clinical_map: str | os.PathLike[str] | None = None,
    site: str | None = None,
    perturb: AnyPerturbation | None = None,
    progress: Progress | None = None,
    **reading: Unpack[Reading],
) -> FeatureSets:
    """Features, and with a model scores, of many lesions of one image.

    A lesion that cannot be measured keeps its place, with the reason in ``error``.

    Parameters
    ----------
    image, mask, settings, regions, spacing, origin, direction, unit, case
        As for :func:`extract`.
    model, clinical, clinical_table, clinical_map, site
        As for :func:`score`; with a model the settings are the model's, and others are refused.
    perturb : str, path or mapping, optional
        Measure again under small random changes of image and contour, and give each number its
        interval: a name of ``perirad.PERTURBATIONS``, a file, or a mapping that names one of these
        under ``"base"`` and states what differs: ``{"base": "default", "run": {"repeats": 10}}``.
    progress : callable, optional
        Called after each lesion with the number done, the number in all, and its name.
    **reading
        Which lesions: see :class:`Reading`.

    Returns
    -------
    FeatureSets

    Raises
    ------
    PeriradError
        What keeps every lesion from being measured.
    KeyboardInterrupt
        Within a tenth of a second; the lesion at work is abandoned.
    """
    told = _clinical.Told(clinical, clinical_table, clinical_map, site, reading)
    plan, chosen = _plan(settings, regions, model, told, perturb)
    place = _place.stated(spacing, origin, direction)
    asked = _asked(image, mask, place, unit, case, reading, chosen)
    sets = FeatureSets._of(_perirad.measure(asked, plan, _lent(), progress), chosen)
    _tell(list(dict.fromkeys(warning for one in sets for warning in one.warnings)))
    return sets


def _only(sets: FeatureSets) -> FeatureSet:
    if len(sets) != 1:
        raise InputError(
            "python.several",
            f"{len(sets)} lesions are meant: {', '.join(one.roi for one in sets)}",
            "Choose one with roi or label, or call extract_all.",
        )
    if (error := sets[0].error) is not None:
        raise error
    return sets[0]


def extract(
    image: Any,
    mask: Any,
    *,
    settings: AnySettings = "cd8",
    regions: Sequence[str] | None = None,
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    unit: str | None = None,
    case: str | None = None,
    perturb: AnyPerturbation | None = None,
    progress: Progress | None = None,
    **reading: Unpack[Reading],
) -> FeatureSet:
    """Features of one lesion and its ring.

    Parameters
    ----------
    image
        A path (a folder with a DICOM series, DICOM, NIfTI, NRRD, MetaImage), a list of pydicom
        data sets, an image of SimpleITK, ITK or nibabel, a tensor of torch or MONAI, an
        :class:`Image`, or an array ``[z, y, x]`` of any number type and order.
    mask
        A path (RTSTRUCT, DICOM SEG, NIfTI, NRRD, ``.seg.nrrd``, MetaImage), a pydicom data set, or
        voxels of any of the types above: boolean, or labels of which 0 is background; or a mapping
        of names to such voxels. Voxels without a place of their own lie on the image's.
    settings
        What :class:`Settings` takes; ``cd8`` by default.
    regions : sequence of str, optional
        ``tumour``, ``ring``, ``core``, ``shell_1`` and on; by default tumour and ring, of a
        pyradiomics parameter file the tumour.
    spacing : sequence of 3 floats, optional
        For an array: mm along **x, y, z** (columns, rows, slices), as SimpleITK states it.
    origin : sequence of 3 floats, optional
        For an array: LPS mm of the centre of the first voxel; 0 by default.
    direction : sequence of 9 floats or matrix, optional
        For an array: by rows, columns are the axes x, y, z; axial by default.
    unit : {"HU", "arbitrary"}, optional
        For an array: what its numbers are. Without it they are taken as HU, and a warning says so.
    case : str, optional
        Name of the case in the output; otherwise a code made from the image.
    perturb : str, path or mapping, optional
        As for :func:`extract_all`; see :attr:`FeatureSet.robustness`.
    progress : callable, optional
        Called after the lesion with 1, 1 and its name.
    **reading
        Which lesion: see :class:`Reading`.

    Returns
    -------
    FeatureSet

    Raises
    ------
    PeriradError
        With its ``code`` and ``hint``; nothing is ever guessed.
    """
    return _only(
        extract_all(
            image,
            mask,
            settings=settings,
            regions=regions,
            spacing=spacing,
            origin=origin,
            direction=direction,
            unit=unit,
            case=case,
            perturb=perturb,
            progress=progress,
            **reading,
        )
    )


def score(
    image: Any,
    mask: Any,
    *,
    model: str | os.PathLike[str] | Model,
    clinical: Clinical | None = None,
    clinical_table: Any = None,
    clinical_map: str | os.PathLike[str] | None = None,
    site: str | None = None,
    settings: AnySettings | None = None,
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    unit: str | None = None,
    case: str | None = None,
    perturb: AnyPerturbation | None = None,
    **reading: Unpack[Reading],
) -> Score:
    """The score of one lesion. Research use only; not a medical device.

    Parameters
    ----------
    image, mask, spacing, origin, direction, unit, case
        As for :func:`extract`.
    model : str, path or Model
        Name of a built-in model, or a model file.
    clinical : mapping, optional
        What the image does not tell, by the model's keys: ``{"node": 0, "kvp": 120}``. Of some
        lesions only, under their name or pattern: ``{"GTVn*": {"node": 1}}``.
    clinical_table : path or data frame, optional
        The same for each lesion: a CSV, or a frame of pandas or polars, with the columns ``roi``, if
        need be ``case``, ``node`` and so on.
    clinical_map : path, optional
        The same by patterns of lesions' names, where the table says nothing: a TOML file.
    site : str, optional
        Site the image comes from, where the model has parameters for it.
    settings : optional
        Settings you expect: refused where they are not the model's.
    perturb : str, path or mapping, optional
        As for :func:`extract_all`: the score gets its ``interval``.
    **reading
        Which lesion: see :class:`Reading`.

    Returns
    -------
    Score

    Raises
    ------
    ModelError
        A model with faults, inputs that are missing or unknown, other settings.
    """
    features = _only(
        extract_all(
            image,
            mask,
            settings=settings,
            model=model,
            clinical=clinical,
            clinical_table=clinical_table,
            clinical_map=clinical_map,
            site=site,
            spacing=spacing,
            origin=origin,
            direction=direction,
            unit=unit,
            case=case,
            perturb=perturb,
            **reading,
        )
    )
    made = features.score
    assert made is not None, "a score that failed is an error of its lesion"
    return made


def _read(image: Any, place: _place.Place | None, unit: str | None, reading: Reading) -> Image:
    source = _inputs.image(image, place, unit)
    return Image(_perirad.read_image(source, _options(reading), _lent()))


def read_image(
    image: Any,
    *,
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    unit: str | None = None,
    **reading: Unpack[Reading],
) -> Image:
    """An image in memory, whole, of whatever :func:`extract` takes.

    Parameters
    ----------
    image, spacing, origin, direction, unit
        As for :func:`extract`.
    **reading
        Which series: see :class:`Reading`.

    Returns
    -------
    Image
        Its ``array`` is ``[z, y, x]``, float32, read-only.

    Raises
    ------
    PeriradError
        A file that cannot be read, a series that is not named where there are several.
    """
    return _read(image, _place.stated(spacing, origin, direction), unit, reading)


def read_mask(
    image: Any,
    mask: Any,
    *,
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    **reading: Unpack[Reading],
) -> dict[str, Mask]:
    """The lesions that are meant, by name, on the voxels of their image.

    Parameters
    ----------
    image, mask, spacing, origin, direction
        As for :func:`extract`.
    **reading
        Which lesions: see :class:`Reading`.

    Returns
    -------
    dict of str to Mask
        In the order of the file; each ``array`` is ``[z, y, x]``, boolean.

    Raises
    ------
    PeriradError
        What cannot be read or put on the image.
    """
    place = _place.stated(spacing, origin, direction)
    asked = _asked(image, mask, place, None, None, reading)
    return masks(_perirad.read_masks(asked, _lent()))


def ring(
    image: Any,
    mask: Any,
    *,
    settings: AnySettings = "cd8",
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Any = None,
    unit: str | None = None,
    region: str = "ring",
    **reading: Unpack[Reading],
) -> dict[str, Mask]:
    """The rings of the lesions that are meant, by the lesions' names, on the image's voxels.

    A ring that is made on the resampled lattice is shown as a picture of it: it is measured as it
    was made.

    Parameters
    ----------
    image, mask, settings, spacing, origin, direction, unit
        As for :func:`extract`.
    region : str, optional
        ``ring``, ``core``, ``shell_1`` and on, or ``tumour``.
    **reading
        Which lesions: see :class:`Reading`.

    Returns
    -------
    dict of str to Mask
        On the voxels of the image, without what the settings remove.

    Raises
    ------
    PeriradError
        As for :func:`extract`.
    """
    place = _place.stated(spacing, origin, direction)
    chosen = Settings(settings)
    _tell(chosen.warnings)
    asked = _asked(image, mask, place, unit, None, reading, chosen)
    return masks(_perirad.region(asked, chosen._core, region, _lent()))


def inspect(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a file or folder holds, and every problem found in it.

    Parameters
    ----------
    path : path
        A file or folder.

    Returns
    -------
    dict
        The program's JSON of ``perirad inspect``.

    Raises
    ------
    PeriradError
        A path that is not there.
    """
    found: dict[str, Any] = json.loads(_perirad.inspect(os.fspath(path), _lent()))
    return found
