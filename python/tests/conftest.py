"""What tests share: the synthetic patient, the program, the shared data."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def missing(what: str) -> None:
    """Skips, loudly; in CI nothing is skipped."""
    assert "CI" not in os.environ, f"{what}: CI must not skip"
    pytest.skip(what)


@pytest.fixture(scope="session")
def patient() -> tuple[str, str]:
    """Image and contours of the synthetic patient."""
    folder = ROOT / "testdata" / "patient"
    return str(folder / "ct"), str(folder / "rtstruct.dcm")


@pytest.fixture(scope="session")
def cli() -> Callable[..., str]:
    """The program's standard output."""
    program = Path(os.environ.get("PERIRAD_PROGRAM", ROOT / "target" / "debug" / "perirad"))
    if not program.exists():
        missing("PERIRAD_PROGRAM is not set, and target/debug has no perirad")

    def run(*args: str) -> str:
        command = [str(program), *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def rows(cli: Callable[..., str]) -> Callable[..., list[dict[str, str]]]:
    """Rows of the program's CSV."""

    def run(*args: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(cli(*args))))

    return run


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """A folder of the shared data."""

    def folder(name: str) -> Path:
        root = Path(os.environ.get("PERIRAD_DATA", ROOT.parent / "shared" / "data"))
        if not (root / name).exists():
            missing(f"no {name} in the shared data; set PERIRAD_DATA")
        return root / name

    return folder


@pytest.fixture(scope="session")
def phantom() -> tuple[np.ndarray, np.ndarray]:
    """A ball of whole HU in fat, ``[z, y, x]``, int16 and bool; seeded."""
    random = np.random.default_rng(7)
    z, y, x = np.ogrid[:24, :30, :36]
    ball = (2.0 * (z - 11.5)) ** 2 + (y - 14.0) ** 2 + (x - 17.0) ** 2 <= 10.0**2
    hu = np.where(ball, 40, -80) + random.integers(-30, 31, ball.shape)
    return hu.astype(np.int16), ball


#: Place of the phantom: mm along x, y, z, and the LPS position of its first voxel.
PLACE = {"spacing": (1.0, 1.0, 2.0), "origin": (-12.5, 3.0, 40.0)}
