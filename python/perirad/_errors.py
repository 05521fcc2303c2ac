"""Exceptions: one for each layer of perirad, as in the Rust library."""

from __future__ import annotations


class PeriradError(Exception):
    """What perirad refuses, and why.

    Attributes
    ----------
    code : str
        Stable machine code, ``layer.what``.
    message : str
        What was found and what was expected.
    hint : str
        What to do about it; empty where the message says it all.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        end = "" if self.message.endswith((".", "!", "?")) else "."
        return f"[{self.code}] {self.message}{end} {self.hint}".rstrip()


class InputError(PeriradError):
    """An image or a mask: files, arrays, contours, the choice of a lesion."""


class OptionError(InputError, ValueError):
    """A keyword of a value that it cannot have."""


class GeometryError(PeriradError):
    """A lattice that cannot be."""


class PreprocessError(PeriradError):
    """Resampling, re-segmentation, grey levels, the ring."""


class FeatureError(PeriradError):
    """Features that cannot be computed at all."""


class SettingsError(PeriradError, ValueError):
    """Settings that cannot be read or honoured."""


class PipelineError(PeriradError):
    """A lesion that cannot be measured."""


class ModelError(PeriradError):
    """A model that cannot score, or inputs that it lacks."""


#: The code of an :class:`OptionError`.
OPTION = "python.option"

_LAYERS = {
    "feature": FeatureError,
    "geometry": GeometryError,
    "model": ModelError,
    "pipeline": PipelineError,
    "preprocess": PreprocessError,
    "ring": PreprocessError,
    "settings": SettingsError,
}


def of(code: str, message: str, hint: str) -> PeriradError:
    """The error of a code; what has no layer of its own here is about an input."""
    kind: type[PeriradError] = _LAYERS.get(code.split(".")[0], InputError)
    if code == OPTION:
        kind = OptionError
    return kind(code, message, hint)
