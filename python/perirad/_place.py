"""Where voxels are: what types of other libraries say of it, as ITK would say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ._errors import InputError

Vector = tuple[float, float, float]
Matrix = tuple[float, float, float, float, float, float, float, float, float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class Place(NamedTuple):
    """A lattice, as ITK states it.

    Attributes
    ----------
    spacing : tuple of 3 floats
        mm between voxel centres along x, y, z: columns, rows, slices.
    origin : tuple of 3 floats
        LPS mm of the centre of voxel ``[0, 0, 0]``.
    direction : tuple of 9 floats
        A matrix by rows whose columns are the unit vectors of the axes x, y, z.
    """

    spacing: Vector
    origin: Vector
    direction: Matrix


def _numbers(name: str, values: Any, count: int) -> tuple[Any, ...]:
    try:
        flat = np.asarray(values, np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise InputError("python.place", f"{name} is {values!r}, expected {count} numbers") from None
    if flat.size != count:
        raise InputError("python.place", f"{name} has {flat.size} numbers, expected {count}")
    return tuple(flat.tolist())


def stated(
    spacing: Sequence[float] | None,
    origin: Sequence[float] | None,
    direction: Any,
) -> Place | None:
    """The place that keywords give; ``None`` where they give none."""
    if spacing is None:
        if origin is not None or direction is not None:
            raise InputError("python.place", "origin or direction are given without spacing")
        return None
    return Place(
        _numbers("spacing", spacing, 3),
        (0.0, 0.0, 0.0) if origin is None else _numbers("origin", origin, 3),
        _IDENTITY if direction is None else _numbers("direction", direction, 9),
    )


def of_itk(image: Any) -> Place:
    """The place of an image of SimpleITK or ITK."""
    return Place(
        _numbers("spacing", tuple(image.GetSpacing()), 3),
        _numbers("origin", tuple(image.GetOrigin()), 3),
        _numbers("direction", _matrix(image.GetDirection()), 9),
    )


def _matrix(direction: Any) -> Any:
    if hasattr(direction, "GetVnlMatrix"):
        entries = direction.GetVnlMatrix()
        return [entries.get(row, column) for row in range(3) for column in range(3)]
    return direction


def of_affine(affine: npt.ArrayLike, ras: bool = True) -> Place:
    """The place of an affine of voxel indices ``(i, j, k)`` to mm, RAS or LPS."""
    matrix = np.asarray(affine, np.float64)
    if matrix.shape != (4, 4):
        raise InputError("python.place", f"an affine of shape {matrix.shape}, expected (4, 4)")
    turned = np.diag([-1.0, -1.0, 1.0]) @ matrix[:3] if ras else matrix[:3]
    axes = turned[:, :3]
    spacing = np.sqrt((axes**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        direction = axes / spacing
    return Place(
        _numbers("spacing", spacing, 3),
        _numbers("origin", turned[:, 3], 3),
        _numbers("direction", direction, 9),
    )
