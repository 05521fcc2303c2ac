"""Models."""

from __future__ import annotations

import json
import os
from typing import Any

from . import _perirad
from ._settings import Settings


class Model:
    """A linear, logistic or Cox model, as its file states it.

    Parameters
    ----------
    source : str or path or Model
        Name of a built-in model (``perirad.MODELS``), or a model file.

    Raises
    ------
    ModelError
        A file that is no model; :attr:`faults` tells what keeps a readable one from scoring.
    """

    __slots__ = ("_core",)
    _core: _perirad.Model

    def __init__(self, source: str | os.PathLike[str] | Model) -> None:
        if isinstance(source, Model):
            self._core = source._core
        else:
            self._core = _perirad.Model(*_perirad.Model.find(os.fspath(source)))

    @classmethod
    def from_toml(cls, text: str, file: str = "model.toml") -> Model:
        """A model of the text of its file.

        Parameters
        ----------
        text : str
            TOML, as :func:`perirad.export.model_file` makes it.
        file : str
            What messages call it.

        Returns
        -------
        Model

        Raises
        ------
        ModelError
            A text that is no model.
        """
        model = object.__new__(cls)
        model._core = _perirad.Model(file, text)
        return model

    @property
    def name(self) -> str:
        """Its name."""
        return self._core.name

    @property
    def digest(self) -> str:
        """Digest of its file: 16 hexadecimal digits."""
        return self._core.digest

    @property
    def card(self) -> dict[str, Any]:
        """Title, status, citation, population, intended use."""
        card: dict[str, Any] = json.loads(self._core.card())
        return card

    @property
    def faults(self) -> list[str]:
        """What is absent from its file or wrong in it; a model with faults does not score."""
        return self._core.faults()

    @property
    def settings(self) -> Settings:
        """The settings it belongs to."""
        return Settings._of(self._core.extraction())

    def to_toml(self) -> str:
        """The text of its file.

        Returns
        -------
        str
            As it was read, comments included.
        """
        return self._core.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<perirad.Model {self.name!r} {self.digest}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Model.from_toml, (self._core.text, self._core.file)
