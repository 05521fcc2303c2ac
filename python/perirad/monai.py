"""A transform of dictionaries: MONAI's own kind where MONAI is there, and the same without it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Unpack

from ._calls import AnySettings, Reading, extract
from ._settings import Settings

try:
    # A CacheDataset keeps what comes before the first transform that is none of MONAI's.
    from monai.transforms import Transform as _Transform
except ImportError:
    _Transform = object

__all__ = ["Radiomicsd"]


class Radiomicsd(_Transform):  # type: ignore[misc]
    """Adds features to a dictionary that holds image and mask.

    It takes its place in ``monai.transforms.Compose``, after ``LoadImaged`` and
    ``EnsureChannelFirstd``, and works on whatever else :func:`perirad.extract` takes.

    Parameters
    ----------
    keys : pair of hashables
        Where image and mask are.
    output_key : hashable
        Where the features go, as a ``dict`` of ``region:family.feature:aggregation``.
    settings, regions, unit
        As for :func:`perirad.extract`.
    allow_missing_keys : bool
        Is a dictionary without image or mask left as it is?
    **reading
        Which lesion: see :class:`perirad.Reading`.
    """

    def __init__(
        self,
        keys: Sequence[Hashable] = ("image", "label"),
        output_key: Hashable = "features",
        *,
        settings: AnySettings = "cd8",
        regions: Sequence[str] | None = None,
        unit: str | None = None,
        allow_missing_keys: bool = False,
        **reading: Unpack[Reading],
    ) -> None:
        self.image_key, self.mask_key = keys
        self.output_key = output_key
        self.settings = Settings(settings)
        self.regions = regions
        self.unit = unit
        self.allow_missing_keys = allow_missing_keys
        self.reading = reading

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """The same dictionary with features; what it was called with is not changed."""
        made = dict(data)
        if self.allow_missing_keys and not {self.image_key, self.mask_key} <= made.keys():
            return made
        features = extract(
            made[self.image_key],
            made[self.mask_key],
            settings=self.settings,
            regions=self.regions,
            unit=self.unit,
            **self.reading,
        )
        made[self.output_key] = features.to_dict()
        return made
