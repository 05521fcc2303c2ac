"""Settings of an extraction."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

from . import _perirad
from ._errors import SettingsError
from ._voxels import Warning, warnings_of


class Settings:
    """How features are extracted: one strict tree, checked as a whole; it cannot be changed.

    Parameters
    ----------
    source : str, path, mapping or Settings
        Name of a preset (``perirad.PRESETS``); a file in TOML, YAML or JSON; a mapping, which
        states every key or names a preset under ``"base"`` and states what differs. A pyradiomics
        parameter file, or a mapping with its keys, is taken, too.

    Raises
    ------
    SettingsError
        Unknown keys, missing keys, values out of range; whatever pyradiomics does and perirad
        does not.

    Examples
    --------
    >>> wide = Settings({"base": "cd8", "ring": {"outer_mm": 5.0}})
    >>> wide.to_dict()["ring"]
    {'inner_mm': 2.0, 'outer_mm': 5.0}
    """

    __slots__ = ("_core",)
    _core: _perirad.Settings

    def __init__(
        self, source: str | os.PathLike[str] | Mapping[str, Any] | Settings = "cd8"
    ) -> None:
        if isinstance(source, Settings):
            self._core = source._core
        elif isinstance(source, Mapping):
            self._core = _perirad.Settings(json.dumps(_finite(_plain(source))), "json")
        else:
            self._core = _perirad.Settings.find(os.fspath(source))

    @classmethod
    def _of(cls, core: _perirad.Settings) -> Settings:
        settings = object.__new__(cls)
        settings._core = core
        return settings

    @classmethod
    def from_toml(cls, text: str) -> Settings:
        """Settings of the text of a TOML file.

        Parameters
        ----------
        text : str
            What the file holds: every key, or ``base`` and what differs.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            As for :class:`Settings`.
        """
        return cls._of(_perirad.Settings(text, "toml"))

    @classmethod
    def from_yaml(cls, text: str) -> Settings:
        """Settings of the text of a YAML file, perirad's own or a parameter file.

        Parameters
        ----------
        text : str
            What the file holds; JSON is YAML, too.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            As for :class:`Settings`.
        """
        return cls._of(_perirad.Settings(text, "yaml"))

    def replace(self, **sections: Mapping[str, Any]) -> Settings:
        """The same with other values: ``settings.replace(ring={"outer_mm": 5.0})``.

        What a pyradiomics parameter file says beside the settings (label, names of features, whether
        masks are brought onto the image) stays.

        Parameters
        ----------
        **sections : mapping
            Of each section the keys that differ; ``None`` for a key that is to be absent.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            Unknown keys, values out of range, keys that do not go together.
        """
        tree = self.to_dict()
        for section, values in sections.items():
            tree[section] = {**tree.get(section, {}), **values}
        return self._as(tree)

    def to_dict(self) -> dict[str, Any]:
        """The whole tree.

        Returns
        -------
        dict
            Sections, each with its keys: spacing x, y, z in mm, intensities in HU, as files state them.
        """
        tree: dict[str, Any] = json.loads(self._core.json())
        return tree

    def _as(self, tree: Mapping[str, Any]) -> Settings:
        """Another tree with what a parameter file asked for beside this one."""
        core = Settings(tree)._core
        return Settings._of(core.with_asked(self._core.asked, self._core.warnings))

    @property
    def columns(self) -> tuple[str, ...]:
        """The features that these settings measure of each region, in the order of tables."""
        return tuple(self._core.columns())

    def to_toml(self) -> str:
        """The whole tree as a settings file.

        Returns
        -------
        str
            TOML, each key with its meaning in a comment.
        """
        return self._core.to_toml()

    @property
    def digest(self) -> str:
        """What identifies these settings: 16 hexadecimal digits, as in every result."""
        return self._core.digest

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What a pyradiomics parameter file asks for and is not honoured."""
        return warnings_of(self._core.warnings)

    @property
    def names(self) -> tuple[str, ...] | None:
        """The features that a parameter file reports, as pyradiomics names them."""
        asked = self._core.asked
        return None if asked is None else tuple(asked[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._all == other._all

    def __hash__(self) -> int:
        return hash(self._all)

    @property
    def _all(self) -> tuple[object, ...]:
        """The digest, and what a parameter file asks for beside the tree."""
        if (asked := self._core.asked) is None:
            return (self.digest,)
        names, label, correct_mask = asked
        return self.digest, tuple(names), label, correct_mask

    def __repr__(self) -> str:
        return f"<perirad.Settings {self.digest}>"

    def __str__(self) -> str:
        return self.to_toml()

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._core.json(), self._core.asked, self._core.warnings)


def _again(
    text: str, asked: tuple[list[str], int, bool] | None, warnings: list[tuple[str, str]]
) -> Settings:
    return Settings._of(_perirad.Settings(text, "json").with_asked(asked, warnings))


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy, and tuples, as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _finite(plain: Any) -> Any:
    """What is given, whose numbers JSON can hold."""
    for key, number in unfit(plain):
        raise SettingsError(
            "settings.out_of_range", f"{key} is {number}, expected a finite number"
        )
    return plain


def unfit(plain: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Key and value of each number that is not finite."""
    if isinstance(plain, Mapping):
        for name, entry in plain.items():
            yield from unfit(entry, f"{key}.{name}" if key else name)
    elif isinstance(plain, (list, tuple)):
        for entry in plain:
            yield from unfit(entry, key)
    elif isinstance(plain, float) and not math.isfinite(plain):
        yield key, plain
