"""Images and masks of other libraries, by what they can do; none of them is imported."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _perirad, _place
from ._errors import InputError
from ._place import Place
from ._voxels import Image, Mask, Placed

#: Share of what an image's numbers span by which they may be rounded without a word.
_ROUNDED = 1e-4

Found = tuple[np.ndarray[Any, Any], Place | None]
Labels = tuple[np.ndarray[Any, Any], Place]


def image(given: Any, place: Place | None, unit: str | None) -> _perirad.ImageInput:
    """An image: a path, data sets of pydicom, an :class:`Image`, or an array with a place."""
    files = _files(given)
    if files is None and not isinstance(given, Image):
        given = to_image(given, place, unit)
    elif place is not None or unit is not None:
        what = "a file" if files is not None else "an Image"
        raise InputError("python.place", f"the image is {what}: it has spacing and unit of its own")
    if isinstance(files, dict):
        return _perirad.ImageInput.files(files)
    if files is not None:
        return _perirad.ImageInput.path(files)
    return _perirad.ImageInput.image(given._core)


def to_image(given: Any, place: Place | None, unit: str | None) -> Image:
    """An image in memory of an array or of another library's image."""
    array, own = _array(given, "image")
    if own is not None and place is not None:
        raise InputError("python.place", "the image has its own spacing, and another is given")
    where = own or place
    if where is None:
        raise InputError(
            "python.place",
            "an array says nothing of its spacing",
            "Give spacing=(x, y, z) in mm, as SimpleITK's GetSpacing() does.",
        )
    if unit not in (None, "HU", "arbitrary"):
        raise InputError("python.unit", f"unit is {unit!r}, expected 'HU', 'arbitrary' or None")
    with np.errstate(over="ignore"):
        voxels = np.ascontiguousarray(array, np.float32)
    rounded = _rounded(array, voxels)
    try:
        return Image(_perirad.Image(voxels, _shape(array), where, unit, "image", rounded))
    except InputError as refused:
        if refused.code == "io.non_finite" and np.isfinite(array).all():
            raise _too_large(array) from None
        raise


def _rounded(
    array: np.ndarray[Any, Any], voxels: np.ndarray[Any, Any]
) -> tuple[float, float] | None:
    """By how much numbers were rounded at most, and what they span, where that is too much."""
    if array.dtype.itemsize < 4 or array.dtype == np.float32:
        return None
    low, high = float(voxels.min()), float(voxels.max())
    # No number is rounded by more than 2**-24 of itself, nor then looked at again.
    most = max(-low, high) * 2.0**-24
    if not math.isfinite(most) or most <= _ROUNDED * (high - low):
        return None
    # Whole numbers of 64 bits may span more than these hold.
    least, largest = array.min().item(), array.max().item()
    span = float(largest - least)
    error = float(np.abs(array.astype(np.float64) - voxels).max())
    return (error, span) if error > _ROUNDED * span > 0 else None


def _too_large(array: np.ndarray[Any, Any]) -> InputError:
    most = np.finfo(np.float32).max
    return InputError(
        "python.range",
        f"the image holds values from {array.min():.6g} to {array.max():.6g}, and voxels are kept as "
        f"32-bit floats, which end at {most:.6g}",
        "Replace such values, which measure nothing, or give them in a larger unit.",
    )


def mask(given: Any, image: Image | None) -> _perirad.MaskInput:
    """A mask: a path, data sets of pydicom, an array, or arrays by the lesions' names."""
    files = _files(given)
    if isinstance(files, dict):
        return _perirad.MaskInput.files(files)
    if files is not None:
        return _perirad.MaskInput.path(files)
    entries: list[tuple[str | None, Any]] = [(_name(given), given)]
    if isinstance(given, Mapping):
        entries = [(str(name), one) for name, one in given.items()]
    labels = []
    for name, one in entries:
        voxels, place = _labels(one, image)
        labels.append((name, voxels, _shape(voxels), place))
    if not labels:
        raise InputError("python.mask", "no lesion is named")
    return _perirad.MaskInput.labels(labels)


def needs_image(given: Any) -> bool:
    """Is the mask, or any of its lesions, an array that says nothing of where it is?"""
    if _files(given) is not None:
        return False
    ones = given.values() if isinstance(given, Mapping) else [given]
    return not all(map(_has_place, ones))


def _has_place(given: Any) -> bool:
    own = isinstance(given, (Image, Mask, Placed)) or _is_itk(given)
    return own or getattr(given, "affine", None) is not None


def _is_itk(given: Any) -> bool:
    return all(hasattr(given, name) for name in ("GetSpacing", "GetOrigin", "GetDirection"))


def _name(given: Any) -> str | None:
    return given.name if isinstance(given, Mask) else None


def _labels(given: Any, image: Image | None) -> Labels:
    array, place = _array(given, "mask")
    if place is None:
        assert image is not None, "needs_image was not asked"
        place = image.place
    kind = array.dtype
    if kind == np.bool_:
        voxels = np.ascontiguousarray(array).view(np.uint8)
    elif kind == np.uint8:
        voxels = np.ascontiguousarray(array)
    elif kind.kind in "iu" and np.can_cast(kind, np.int32):
        voxels = np.ascontiguousarray(array, np.int32)
    else:
        voxels = np.ascontiguousarray(array, np.float64)
    return voxels, place


def _shape(array: np.ndarray[Any, Any]) -> tuple[int, int, int]:
    z, y, x = array.shape
    return z, y, x


def _files(given: Any) -> str | dict[str, bytes] | None:
    """A path, or the bytes of data sets by made-up names; ``None`` for what is neither."""
    if isinstance(given, (str, os.PathLike)):
        return os.fspath(given)
    sets = [given] if _is_dataset(given) else given
    if isinstance(sets, Sequence) and len(sets) > 0 and all(map(_is_dataset, sets)):
        return {f"{at:06}.dcm": _bytes(one) for at, one in enumerate(sets)}
    return None


def _is_dataset(given: Any) -> bool:
    return hasattr(given, "save_as") and hasattr(given, "file_meta")


def _bytes(dataset: Any) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def _array(given: Any, what: str) -> Found:
    """An array ``[z, y, x]`` and its place, where it has one."""
    place: Place | None = None
    if isinstance(given, (Image, Mask, Placed)):
        array, place = given.array, given.place
    elif _is_itk(given):
        array, place = _itk(given), _place.of_itk(given)
    elif hasattr(given, "affine") and hasattr(given, "dataobj"):
        array = _whole(np.asanyarray(given.dataobj), what)
        array = _trimmed(array).T
        place = _place.of_affine(given.affine)
    elif hasattr(given, "detach") and hasattr(given, "cpu"):
        array = _tensor(given, what)
        if (affine := getattr(given, "affine", None)) is not None:
            # MONAI: channel first, then x, y, z; RAS unless it says otherwise.
            array = array[0] if array.ndim == 4 and len(array) == 1 else array
            if array.ndim != 3:
                raise InputError(
                    "python.shape",
                    f"the {what} has shape {array.shape}, expected x, y, z after at most one channel",
                    "Give one channel of one sample of the batch.",
                )
            array = array.T
            space = str(getattr(given, "meta", {}).get("space", "RAS"))
            place = _place.of_affine(np.asarray(affine.detach().cpu()), "LPS" not in space.upper())
    else:
        array = np.asarray(_whole(given, what))
    if array.dtype.kind not in "biuf":
        raise InputError(
            "python.dtype",
            f"the {what} is {type(given).__name__} of {array.dtype}, expected numbers",
            "Give a path, an array [z, y, x], or an image of SimpleITK, nibabel, pydicom or MONAI.",
        )
    if array.ndim != 3 or 0 in array.shape:
        raise InputError(
            "python.shape", f"the {what} has shape {array.shape}, expected three axes [z, y, x]"
        )
    return array, place


def _whole(given: Any, what: str) -> Any:
    """What is given, unless values of it are masked: an array would hold them as all others."""
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        count = np.count_nonzero(np.ma.getmaskarray(given))
        raise InputError(
            "python.masked",
            f"the {what} is a masked array of numpy, of which {count} values are masked",
            "Say what stands there: give array.filled(value), for a mask of lesions array.filled(0).",
        )
    return given


def _tensor(given: Any, what: str) -> np.ndarray[Any, Any]:
    try:
        return np.asarray(given.detach().cpu())
    except (RuntimeError, TypeError) as refused:
        raise InputError(
            "python.dtype",
            f"the {what} is a tensor that numpy cannot hold: {refused}",
            "Give it as dense float32 or of whole numbers.",
        ) from None


def component(image: Any, at: int) -> Placed:
    """One component of an image of SimpleITK that has several for each voxel."""
    array = _itk(image)
    if not 0 <= at < array.shape[-1]:
        raise InputError(
            "python.label_channel",
            f"label_channel is {at}, and the mask has {array.shape[-1]} components",
        )
    return Placed(array[..., at], _place.of_itk(image))


def _itk(image: Any) -> np.ndarray[Any, Any]:
    library = sys.modules.get(type(image).__module__.split(".")[0])
    for name in ("GetArrayViewFromImage", "array_view_from_image"):
        if view := getattr(library, name, None):
            return np.asarray(view(image))
    return np.asarray(image)


def _trimmed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    return array
