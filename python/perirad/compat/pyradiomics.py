"""pyradiomics' front over perirad: change the import, and an existing script runs.

``from perirad.compat.pyradiomics import featureextractor`` stands for
``from radiomics import featureextractor``. Names, settings, order and keys of the result are
pyradiomics'; whatever perirad does not have is an error that names it, never left out in silence.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import _inputs, _perirad
from .._calls import extract_all, read_image, read_mask
from .._errors import InputError, SettingsError
from .._settings import Settings
from .._voxels import Image, Mask

__all__ = ["RadiomicsFeatureExtractor", "featureextractor", "getFeatureClasses", "getImageTypes"]

#: Feature classes, and whether they are enabled where nothing is said.
_CLASSES = {
    "firstorder": True,
    "glcm": True,
    "gldm": True,
    "glrlm": True,
    "glszm": True,
    "ngtdm": True,
    "shape": True,
    "shape2D": False,
}

_DEFAULTS: dict[str, Any] = {
    "minimumROIDimensions": 2,
    "minimumROISize": None,
    "normalize": False,
    "normalizeScale": 1,
    "removeOutliers": None,
    "resampledPixelSpacing": None,
    "interpolator": "sitkBSpline",
    "preCrop": False,
    "padDistance": 5,
    "distances": [1],
    "force2D": False,
    "force2Ddimension": 0,
    "resegmentRange": None,
    "label": 1,
    "additionalInfo": True,
}

#: Settings that the front takes itself.
_OWN = {"additionalInfo", "label", "label_channel"}


def _unsupported(what: str, instead: str) -> SettingsError:
    return SettingsError("settings.unsupported", f"perirad has no {what} yet", instead)


def getFeatureClasses() -> dict[str, list[str]]:
    """Names of the feature classes, with the names of their features."""
    return {name: RadiomicsFeatureExtractor.getFeatureNames(name) for name in _CLASSES}


def getImageTypes() -> list[str]:
    """Names of the image types."""
    return ["Original"]


class RadiomicsFeatureExtractor:
    """Features of a lesion as pyradiomics names and orders them.

    Parameters
    ----------
    *args : dict, str or path, optional
        A parameter file in YAML or JSON, or what it holds.
    **kwargs
        Settings that override it, such as ``binWidth=10``.

    Attributes
    ----------
    settings : dict
        pyradiomics' settings; changes count from the next :meth:`execute` on.
    enabledImagetypes : dict
        ``{"Original": {}}``.
    enabledFeatures : dict
        Names of features by class; an empty list means all of the class.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.settings: dict[str, Any] = {}
        self.enabledImagetypes: dict[str, dict[str, Any]] = {}
        self.enabledFeatures: dict[str, list[str]] = {}
        if len(args) > 1:
            raise TypeError("one parameter file or dictionary is taken")
        if args and isinstance(args[0], Mapping):
            self._apply(args[0])
        elif args:
            self.loadParams(args[0])
        else:
            self.settings = dict(_DEFAULTS)
            self.enabledImagetypes = {"Original": {}}
            self.enableAllFeatures()
        self.settings.update(kwargs)

    def _apply(self, parameters: Mapping[str, Any]) -> None:
        # Says at once what is unknown or missing.
        Settings(_asked(parameters))
        self.settings = {**_DEFAULTS, **(parameters.get("setting") or {})}
        self.enabledImagetypes = {}
        types = parameters.get("imageType") or {"Original": {}}
        for name, custom in types.items():
            self.enableImageTypeByName(name, customArgs=custom)
        classes = parameters.get("featureClass")
        if classes:
            self.enabledFeatures = {name: list(names or []) for name, names in classes.items()}
        else:
            self.enableAllFeatures()

    def loadParams(self, paramsFile: str | os.PathLike[str]) -> None:
        """Takes over a parameter file.

        Parameters
        ----------
        paramsFile : str or path
            YAML or JSON.

        Raises
        ------
        SettingsError
            A file that cannot be read, or asks for what perirad does not have.
        """
        self._apply(_read_parameters(paramsFile))

    def loadJSONParams(self, JSON_configuration: str) -> None:
        """Takes over parameters in a text.

        Parameters
        ----------
        JSON_configuration : str
            JSON.

        Raises
        ------
        ValueError
            A text that is no JSON.
        SettingsError
            Parameters that ask for what perirad does not have.
        """
        self._apply(json.loads(JSON_configuration))

    def addProvenance(self, provenance_on: bool = True) -> None:
        """Are entries called ``diagnostics_`` part of the result?

        Parameters
        ----------
        provenance_on : bool
            True by default.
        """
        self.settings["additionalInfo"] = provenance_on

    def enableAllImageTypes(self) -> None:
        """Not there: perirad measures the original image.

        Raises
        ------
        SettingsError
            Always.
        """
        raise _unsupported("filtered image types", "Enable the image type Original only.")

    def disableAllImageTypes(self) -> None:
        """Disables all image types."""
        self.enabledImagetypes = {}

    def enableImageTypeByName(
        self, imageType: str, enabled: bool = True, customArgs: Mapping[str, Any] | None = None
    ) -> None:
        """Enables or disables an image type.

        Parameters
        ----------
        imageType : str
            ``Original``.
        enabled : bool
            Or disabled.
        customArgs : mapping, optional
            Settings of this type, which win over the others.

        Raises
        ------
        SettingsError
            Any other type, by its name.
        """
        if not enabled:
            self.enabledImagetypes.pop(imageType, None)
        elif imageType == "Original":
            self.enabledImagetypes[imageType] = dict(customArgs or {})
        else:
            raise _unsupported(f"image type {imageType}", "Enable the image type Original only.")

    def enableImageTypes(self, **enabledImagetypes: Mapping[str, Any]) -> None:
        """Enables image types, each with its own settings."""
        for name, custom in enabledImagetypes.items():
            self.enableImageTypeByName(name, customArgs=custom)

    def enableAllFeatures(self) -> None:
        """Enables all classes; ``shape2D`` counts with ``force2D`` only."""
        self.enabledFeatures = {name: [] for name, usual in _CLASSES.items() if usual}

    def disableAllFeatures(self) -> None:
        """Disables all classes."""
        self.enabledFeatures = {}

    def enableFeatureClassByName(self, featureClass: str, enabled: bool = True) -> None:
        """Enables or disables a class with all of its features.

        Parameters
        ----------
        featureClass : str
            One of :func:`getFeatureClasses`.
        enabled : bool
            Or disabled.

        Raises
        ------
        SettingsError
            A class that there is not.
        """
        if featureClass not in _CLASSES:
            known = ", ".join(_CLASSES)
            raise SettingsError(
                "settings.unknown_key",
                f"there is no feature class {featureClass}; there are {known}",
            )
        if enabled:
            self.enabledFeatures[featureClass] = []
        else:
            self.enabledFeatures.pop(featureClass, None)

    def enableFeaturesByName(self, **enabledFeatures: Sequence[str]) -> None:
        """Enables features by their names: ``firstorder=["Mean", "Skewness"]``."""
        wanted = {name: list(names or []) for name, names in enabledFeatures.items()}
        Settings({"featureClass": wanted, "setting": {"force2D": "shape2D" in wanted}})
        self.enabledFeatures.update(wanted)

    @staticmethod
    def getFeatureClassNames() -> list[str]:
        """Names of the classes."""
        return list(_CLASSES)

    @staticmethod
    def getFeatureNames(featureClassName: str) -> list[str]:
        """Names of the features of a class that are measured unless others are named.

        Parameters
        ----------
        featureClassName : str
            One of :func:`getFeatureClasses`.

        Returns
        -------
        list of str

        Raises
        ------
        SettingsError
            A class that there is not.
        """
        asked = {featureClassName: None}
        flat = featureClassName == "shape2D"
        names = Settings({"featureClass": asked, "setting": {"force2D": flat}}).names or ()
        return [name.split("_", 1)[1] for name in names]

    def execute(
        self,
        imageFilepath: Any,
        maskFilepath: Any,
        label: int | None = None,
        label_channel: int | None = None,
        voxelBased: bool = False,
    ) -> OrderedDict[str, Any]:
        """Features of a lesion.

        Parameters
        ----------
        imageFilepath, maskFilepath
            Paths, images of SimpleITK, or whatever :func:`perirad.extract` takes.
        label : int, optional
            Label of the lesion; that of the settings by default.
        label_channel : int, optional
            Component of a mask with several for each voxel, in memory.
        voxelBased : bool
            Not there: maps of features.

        Returns
        -------
        OrderedDict
            ``diagnostics_...``, then ``original_class_Name`` with a float each; NaN where the
            feature is undefined.

        Raises
        ------
        PeriradError
            What cannot be measured, and whatever perirad does not have, by its name.
        """
        if voxelBased:
            raise _unsupported("voxel-based extraction", "Leave voxelBased out.")
        if not self.enabledImagetypes:
            raise SettingsError("settings.unsupported", "no image type is enabled")
        label = int(self.settings.get("label", 1) if label is None else label)
        settings = self._settings()
        image = read_image(imageFilepath)
        mask = _component(maskFilepath, label_channel, self.settings.get("label_channel"))
        lesion = self._mask(image, mask, label, settings)
        features = extract_all(image, lesion, settings=settings, regions=("tumour",))[0]
        if features.error is not None:
            raise features.error
        result: OrderedDict[str, Any] = OrderedDict()
        if self.settings.get("additionalInfo", True):
            result.update(_versions())
            result["diagnostics_Configuration_Settings"] = dict(self.settings)
            result["diagnostics_Configuration_EnabledImageTypes"] = dict(self.enabledImagetypes)
            result.update(_diagnostics(image, lesion))
        result.update(features.named(self._names(settings)))
        return result

    def _names(self, settings: Settings) -> list[str]:
        """Names of features in pyradiomics' order: shapes, then classes as they were enabled."""
        order = [name for name in self.enabledFeatures if not name.startswith("shape")]
        order = ["shape", "shape2D", *order]
        return sorted(settings.names or (), key=lambda name: order.index(name.split("_")[0]))

    def _mask(self, image: Image, mask: Any, label: int, settings: Settings) -> Mask:
        asked = settings._core.asked
        how = "nearest" if asked is not None and asked[2] else "refuse"
        (lesion,) = read_mask(image, mask, label=label, mask_to_image=how).values()
        return lesion

    def _settings(self) -> Settings:
        setting = {key: value for key, value in self.settings.items() if key not in _OWN}
        setting["interpolator"] = _interpolator(setting.get("interpolator"))
        if not self.enabledFeatures:
            raise SettingsError("settings.unsupported", "no feature class is enabled")
        return Settings(
            {
                "imageType": self.enabledImagetypes,
                "featureClass": self.enabledFeatures,
                "setting": setting,
            }
        )


def _interpolator(given: Any) -> Any:
    """The name of an interpolator; SimpleITK's numbers depend on its version."""
    itk = sys.modules.get("SimpleITK")
    if given is None or isinstance(given, str) or itk is None:
        return given
    for name in ("sitkNearestNeighbor", "sitkLinear", "sitkBSpline"):
        if getattr(itk, name) == given:
            return name
    return given


def _asked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    asked = {key: value for key, value in parameters.items() if key != "imageType"}
    return {"setting": {}, **asked}


def _read_parameters(file: str | os.PathLike[str]) -> dict[str, Any]:
    name = os.fspath(file)
    try:
        with open(name, encoding="utf-8") as opened:
            text = opened.read()
    except OSError as error:
        shown = os.path.basename(name)
        raise SettingsError("settings.file", f"{shown} cannot be read: {error.strerror}") from error
    parameters: dict[str, Any] = json.loads(_perirad.yaml_to_json(text))
    return parameters


def _component(mask: Any, channel: int | None, usual: int | None) -> Any:
    channel = channel if channel is not None else usual
    components = getattr(mask, "GetNumberOfComponentsPerPixel", None)
    if components is None or components() == 1:
        if channel not in (None, 0):
            raise InputError(
                "python.label_channel",
                f"label_channel is {channel}, and the mask has one component for each voxel",
                "Choose a segment by name or number with perirad.extract.",
            )
        return mask
    return _inputs.component(mask, channel or 0)


def _versions() -> dict[str, Any]:
    itk = sys.modules.get("SimpleITK")
    return {
        "diagnostics_Versions_PyRadiomics": f"perirad {_perirad.__version__}",
        "diagnostics_Versions_Numpy": np.__version__,
        "diagnostics_Versions_SimpleITK": itk.Version().VersionString() if itk else None,
        "diagnostics_Versions_PyWavelet": None,
        "diagnostics_Versions_Python": platform.python_version(),
    }


def _diagnostics(image: Image, mask: Mask) -> dict[str, Any]:
    found: dict[str, Any] = {}
    voxels = image.array.astype(np.float64)
    for what, place in (("Image", image.place), ("Mask", mask.place)):
        array = image.array if what == "Image" else mask.array.astype(np.uint8)
        start = f"diagnostics_{what}-original_"
        found[f"{start}Hash"] = hashlib.sha1(array.tobytes()).hexdigest()
        if what == "Image":
            found[f"{start}Dimensionality"] = "3D"
        found[f"{start}Spacing"] = place.spacing
        found[f"{start}Size"] = tuple(int(n) for n in array.shape[::-1])
        if what == "Image":
            found[f"{start}Mean"] = float(voxels.mean())
            found[f"{start}Minimum"] = float(voxels.min())
            found[f"{start}Maximum"] = float(voxels.max())
    start = "diagnostics_Mask-original_"
    indices = np.argwhere(mask.array)[:, ::-1]
    low, high = indices.min(axis=0), indices.max(axis=0)
    found[f"{start}BoundingBox"] = (*low.tolist(), *(high - low + 1).tolist())
    found[f"{start}VoxelNum"] = len(indices)
    found[f"{start}VolumeNum"] = len(read_mask(image, mask, any_nonzero=True, split=True))
    centre = indices.mean(axis=0)
    found[f"{start}CenterOfMassIndex"] = tuple(centre.tolist())
    axes = np.reshape(mask.direction, (3, 3))
    position = np.asarray(mask.origin) + axes @ (centre * mask.spacing)
    found[f"{start}CenterOfMass"] = tuple(position.tolist())
    return found


class featureextractor:  # a namespace, as pyradiomics' module is one
    """What ``from radiomics import featureextractor`` is used for."""

    RadiomicsFeatureExtractor = RadiomicsFeatureExtractor
