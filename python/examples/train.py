"""From images to a model file to a score, on phantoms: ``train.py MODEL.toml``.

Balls in fat, whose contrast is what is to be predicted. It shows the steps and means nothing.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import perirad
from perirad.export import model_file
from perirad.sklearn import RadiomicsTransformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

INPUTS = ["tumour:statistics.mean:3d", "ring:glrlm.run_entropy:3d_avg"]


def phantom(contrast: float, seed: int) -> dict[str, Any]:
    """A case: image and mask, ``[z, y, x]``, voxels of 1 x 1 x 2 mm."""
    z, y, x = np.ogrid[:24, :32, :32]
    ball = (2 * (z - 11.5)) ** 2 + (y - 15.5) ** 2 + (x - 15.5) ** 2 <= 100
    noise = np.random.default_rng(seed).normal(0, 10, ball.shape)
    image = np.where(ball, contrast, -80.0) + noise
    return {"image": image, "mask": ball, "spacing": (1, 1, 2), "unit": "HU"}


def main(path: str) -> int:
    contrasts = np.linspace(0, 60, 12)
    cases = [phantom(contrast, seed) for seed, contrast in enumerate(contrasts)]
    transformer = RadiomicsTransformer("cd8").set_output(transform="pandas")
    table = transformer.fit_transform(cases)[INPUTS]
    fitted = make_pipeline(StandardScaler(), LinearRegression()).fit(table, contrasts)
    settings = perirad.extract(**cases[0]).document
    text = model_file(
        fitted,
        INPUTS,
        name="contrast",
        title="Contrast of a phantom",
        status="example, no meaning",
        citation="none",
        population="12 synthetic phantoms",
        intended_use="example",
        settings=settings,
        X=table.to_numpy(),
    )
    Path(path).write_text(text, encoding="utf-8")
    score = perirad.score(**phantom(33.0, 99), model=path)
    print(score)
    return 0 if abs(score.value - 33.0) < 3.0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
