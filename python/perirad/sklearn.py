"""Features as a scikit-learn transformer. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from ._calls import AnySettings, extract
from ._settings import Settings

__all__ = ["RadiomicsTransformer"]


class RadiomicsTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Cases in, a row of features for each out.

    A case is a pair of image and mask, or a mapping of what :func:`perirad.extract` takes:
    ``{"image": ..., "mask": ..., "roi": "GTV-1"}``.

    Parameters
    ----------
    settings : optional
        What :class:`perirad.Settings` takes.
    regions : sequence of str
        Regions, in the order of the columns.
    bin_width : float, optional
        Grey levels of this width in place of those of the settings, from the same lowest edge;
        for a search over widths.
    undefined : float
        Value of a feature that is undefined for a lesion.

    Attributes
    ----------
    settings_ : Settings
        The settings that are used.
    """

    def __init__(
        self,
        settings: AnySettings = "cd8",
        regions: Sequence[str] = ("tumour", "ring"),
        bin_width: float | None = None,
        undefined: float = float("nan"),
    ) -> None:
        self.settings = settings
        self.regions = regions
        self.bin_width = bin_width
        self.undefined = undefined

    def fit(self, X: Sequence[Any], y: Any = None) -> RadiomicsTransformer:
        """Learns nothing but the names of the columns: features are those of each case alone.

        Parameters
        ----------
        X : sequence of cases
        y : ignored

        Returns
        -------
        RadiomicsTransformer

        Raises
        ------
        SettingsError
            Settings that cannot be, or a bin width that they cannot take.
        """
        self.settings_ = Settings(self.settings)
        if self.bin_width is not None:
            tree = self.settings_.to_dict()
            before = tree["discretise"]
            aligned = before["method"] == "aligned_bin_width"
            levels = {
                "method": before["method"] if aligned else "fixed_bin_width",
                "width": float(self.bin_width),
            }
            if before.get("lowest") is not None:
                levels["lowest"] = before["lowest"]
            self.settings_ = self.settings_._as({**tree, "discretise": levels})
        columns = self.settings_.columns
        self._names = [f"{region}:{column}" for region in self.regions for column in columns]
        return self

    def transform(self, X: Sequence[Any]) -> npt.NDArray[np.float64]:
        """Measures each case.

        Parameters
        ----------
        X : sequence of cases

        Returns
        -------
        ndarray of float64, (cases, features)

        Raises
        ------
        PeriradError
            A case that cannot be measured.
        """
        if not hasattr(self, "settings_"):
            self.fit(X)
        rows = []
        for case in X:
            given = dict(case) if isinstance(case, Mapping) else dict(zip(_PAIR, case, strict=True))
            features = extract(**given, settings=self.settings_, regions=tuple(self.regions))
            values = (features.to_dict()[name] for name in self._names)
            rows.append([self.undefined if value is None else value for value in values])
        return np.array(rows, np.float64).reshape(len(rows), len(self._names))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Names of the columns.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of object, (features,)
            ``region:family.feature:aggregation``, in the order of the columns.
        """
        return np.array(self._names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "settings_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        return tags


_PAIR = ("image", "mask")
