"""Radiomics of a lesion and its peripheral ring, to the IBSI standard.

Arrays are ``[z, y, x]``; spacing, origin and direction are as SimpleITK states them: x, y, z, mm,
LPS. Research use only; not a medical device.
"""

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
from ._features import Family, FeatureSet, FeatureSets, Region, Score
from ._model import Model
from ._perirad import MODELS, NOTICE, PRESETS, __version__
from ._place import Place
from ._settings import Settings
from ._voxels import Image, Mask
from ._voxels import Warning as Warning  # not in __all__: it would hide Python's own

__all__ = [
    "MODELS",
    "NOTICE",
    "PRESETS",
    "Family",
    "FeatureError",
    "FeatureSet",
    "FeatureSets",
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
    "inspect",
    "read_image",
    "read_mask",
    "ring",
    "score",
]
