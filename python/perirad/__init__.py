"""Radiomics of a lesion and its peripheral ring, to the IBSI standard.

Arrays are ``[z, y, x]``; spacing, origin and direction are as SimpleITK states them: x, y, z, mm,
LPS. Research use only; not a medical device.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._calls import (
        Reading,
        extract,
        extract_all,
        inspect,
        read_image,
        read_mask,
        ring,
        score,
    )
    from ._errors import (
        FeatureError,
        GeometryError,
        InputError,
        ModelError,
        PeriradError,
        PipelineError,
        PreprocessError,
        SettingsError,
    )
    from ._follow import Follow, follow
    from ._features import Family, FeatureSet, FeatureSets, Region, Score
    from ._model import Model
    from ._perirad import MODELS, NOTICE, PERTURBATIONS, PRESETS, __version__
    from ._place import Place
    from ._settings import Settings
    from ._voxels import Image, Mask
    from ._voxels import Warning as Warning  # not in __all__: it would hide Python's own

__all__ = [
    "MODELS",
    "NOTICE",
    "PERTURBATIONS",
    "PRESETS",
    "Family",
    "FeatureError",
    "FeatureSet",
    "FeatureSets",
    "Follow",
    "GeometryError",
    "Image",
    "InputError",
    "Mask",
    "Model",
    "ModelError",
    "PeriradError",
    "PipelineError",
    "Place",
    "PreprocessError",
    "Reading",
    "Region",
    "Score",
    "Settings",
    "SettingsError",
    "__version__",
    "extract",
    "extract_all",
    "follow",
    "inspect",
    "read_image",
    "read_mask",
    "ring",
    "score",
]

#: Where names are; a module is loaded with the first of its names that is asked for, so that
#: ``perirad.export`` needs no compiled part.
_HOMES = {
    "_calls": (
        "Reading",
        "extract",
        "extract_all",
        "inspect",
        "read_image",
        "read_mask",
        "ring",
        "score",
    ),
    "_errors": (
        "FeatureError",
        "GeometryError",
        "InputError",
        "ModelError",
        "PeriradError",
        "PipelineError",
        "PreprocessError",
        "SettingsError",
    ),
    "_features": ("Family", "FeatureSet", "FeatureSets", "Region", "Score"),
    "_follow": ("Follow", "follow"),
    "_model": ("Model",),
    "_perirad": ("MODELS", "NOTICE", "PERTURBATIONS", "PRESETS", "__version__"),
    "_place": ("Place",),
    "_settings": ("Settings",),
    "_voxels": ("Image", "Mask", "Warning"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
