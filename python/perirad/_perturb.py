"""Perturbations: small random changes of image and contour."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ._settings import _finite, _plain

AnyPerturbation = str | os.PathLike[str] | Mapping[str, Any]


def perturbation(given: AnyPerturbation) -> tuple[str, bool]:
    """A name or path, or the text of a file, and whether it is text."""
    if not isinstance(given, Mapping):
        return os.fspath(given), False
    plain: dict[str, Any] = _finite(_plain(given))
    # Strings and numbers are written alike in JSON and in TOML.
    lines = [f"{key} = {json.dumps(v)}" for key, v in plain.items() if not isinstance(v, Mapping)]
    for section, values in plain.items():
        if isinstance(values, Mapping):
            lines += [f"[{section}]", *(f"{key} = {json.dumps(v)}" for key, v in values.items())]
    return "\n".join(lines), True
