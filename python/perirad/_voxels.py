"""Images and masks in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _perirad
from ._place import Matrix, Place, Vector


class Warning(NamedTuple):
    """Something the reader of a result must know, although there is a result.

    Attributes
    ----------
    code : str
        Stable machine code, ``layer.what``.
    message : str
        One sentence with the numbers found.
    """

    code: str
    message: str


def warnings_of(pairs: list[tuple[str, str]]) -> tuple[Warning, ...]:
    """Pairs of code and message as warnings."""
    return tuple(Warning(*pair) for pair in pairs)


def _place_of(place: _perirad._Place) -> Place:
    return Place(*map(tuple, place))  # type: ignore[arg-type]  # lists of the lengths that it has


class Image:
    """An image in memory, as :func:`perirad.read_image` returns it.

    It can be given wherever an image is asked for; its voxels are not copied again.
    """

    def __init__(self, core: _perirad.Image) -> None:
        self._core = core

    @cached_property
    def array(self) -> npt.NDArray[np.float32]:
        """Voxels ``[z, y, x]``, C order, in HU where the image has that unit.

        It cannot be written to: what is measured is the image. Copy it, and give the copy.
        """
        array = np.frombuffer(self._core.voxels(), np.float32).reshape(self._core.shape)
        array.flags.writeable = False
        return array

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along z, y, x."""
        z, y, x = self._core.shape
        return z, y, x

    @property
    def place(self) -> Place:
        """Spacing, origin and direction."""
        return _place_of(self._core.place)

    @property
    def spacing(self) -> Vector:
        """mm between voxel centres along x, y, z."""
        return self.place.spacing

    @property
    def origin(self) -> Vector:
        """LPS mm of the centre of voxel ``[0, 0, 0]``."""
        return self.place.origin

    @property
    def direction(self) -> Matrix:
        """A matrix by rows whose columns are the axes x, y, z."""
        return self.place.direction

    @property
    def unit(self) -> str:
        """``HU`` or ``arbitrary``."""
        return "HU" if self._core.hounsfield else "arbitrary"

    @property
    def acquisition(self) -> dict[str, Any]:
        """Facts of the scan that the file states; nothing of the patient."""
        facts: dict[str, Any] = json.loads(self._core.acquisition)
        return facts

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What is odd about it."""
        return warnings_of(self._core.warnings)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> np.ndarray[Any, Any]:
        return np.array(self.array, dtype, copy=copy)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._core.kept(),)

    def __repr__(self) -> str:
        return f"<perirad.Image {self.shape} (z, y, x), {self.spacing} mm (x, y, z)>"


def _again(kept: _perirad.Kept) -> Image:
    return Image(_perirad.Image.again(kept))


@dataclass(frozen=True, eq=False)
class Mask:
    """A set of voxels on an image's lattice.

    Attributes
    ----------
    array : ndarray of bool
        Membership ``[z, y, x]``, C order.
    place : Place
        Spacing, origin and direction.
    name : str
        The lesion's.
    warnings : tuple of Warning
        What is odd about it.
    """

    array: npt.NDArray[np.bool_]
    place: Place
    name: str = "mask"
    warnings: tuple[Warning, ...] = field(default=(), repr=False)

    @property
    def spacing(self) -> Vector:
        """mm between voxel centres along x, y, z."""
        return self.place.spacing

    @property
    def origin(self) -> Vector:
        """LPS mm of the centre of voxel ``[0, 0, 0]``."""
        return self.place.origin

    @property
    def direction(self) -> Matrix:
        """A matrix by rows whose columns are the axes x, y, z."""
        return self.place.direction

    @property
    def volume_ml(self) -> float:
        """Volume of its voxels, mL."""
        x, y, z = self.spacing
        return float(self.array.sum()) * x * y * z / 1000.0

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> np.ndarray[Any, Any]:
        return np.array(self.array, dtype, copy=copy)

    def __repr__(self) -> str:
        voxels = int(self.array.sum())
        return f"<perirad.Mask {self.name!r}: {voxels} voxels, {self.volume_ml:.3f} mL>"


class Placed(NamedTuple):
    """Voxels ``[z, y, x]`` and where they are."""

    array: np.ndarray[Any, Any]
    place: Place


def masks(shown: list[_perirad.Shown]) -> dict[str, Mask]:
    """Masks by their names."""
    found = {}
    for name, voxels, shape, place, warnings in shown:
        array = np.frombuffer(voxels, np.bool_).reshape(shape)
        found[name] = Mask(array, _place_of(place), name, warnings_of(warnings))
    return found
