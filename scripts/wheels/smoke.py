"""The wheel alone: what came along, the patient of testdata/, an array. Needs numpy only."""

import sys
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import perirad

came = {one.metadata["Name"].lower() for one in distributions()}
assert came <= {"numpy", "perirad", "pip", "setuptools"}, came
patient = Path(__file__).parents[2] / "testdata" / "patient"
score = perirad.score(
    patient / "ct",
    patient / "rtstruct.dcm",
    roi="GTV-1",
    model="demo-synthetic",
    clinical={"node": 0, "head_and_neck": 0},
)
assert f"{score.value:.5f}" == "2.85324", score
z, y, x = np.ogrid[:24, :24, :24]
ball = (z - 12) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 <= 64
features = perirad.extract(np.where(ball, 40, -80), ball, spacing=(1, 1, 1), unit="HU")
assert features.tumour.statistics.mean == 40.0
loaded = {name.split(".")[0] for name in sys.modules}
assert not loaded & {"pandas", "scipy", "sklearn", "torch", "SimpleITK"}
print(f"perirad {perirad.__version__}, numpy {np.__version__}: {score}")
