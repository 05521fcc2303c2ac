"""Fits models/demo-synthetic.toml on perirad's own features of the project's synthetic phantoms.

    python models/fit_demo_synthetic.py            write the model file
    python models/fit_demo_synthetic.py --check    exit 1 where the file differs from the fit

Each phantom has a hidden variable, `infiltration`, that drives its texture and its rim; the
outcome that is fitted follows from it and from noise. Phantoms and folds are seeded, versions are
pinned in requirements.txt. The model demonstrates how perirad scores and means nothing else.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sklearn.linear_model import ElasticNetCV
from sklearn.model_selection import KFold

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "demo-synthetic.toml"
SEED, COUNT = 1, 240

TEXTURE = "3d_avg"
TERMS = {
    "tumour_minimum": ("tumour", "statistics.minimum", "3d"),
    "tumour_srhge": ("tumour", "glrlm.short_run_high_grey_level_emphasis", TEXTURE),
    "ring_lgre": ("ring", "glrlm.low_grey_level_run_emphasis", TEXTURE),
    "ring_srlge": ("ring", "glrlm.short_run_low_grey_level_emphasis", TEXTURE),
    "ring_lrlge": ("ring", "glrlm.long_run_low_grey_level_emphasis", TEXTURE),
    "kvp": "acquisition",
    "node": "clinical",
    "head_and_neck": "clinical",
}
ENCODINGS = {
    "tumour_minimum": "HU",
    "kvp": "peak tube voltage in kV",
    "node": "1 = the lesion is a lymph node, 0 = it is not",
    "head_and_neck": "1 = the lesion lies in the head or neck, 0 = it does not",
}


def cargo(*arguments: str) -> None:
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, stdout=sys.stderr)


def features(folder: Path, row: dict[str, str]) -> list[float]:
    """The eight inputs of one phantom, in the order of TERMS."""
    command = [
        str(ROOT / "target" / "release" / "perirad"), "--threads", "1", "extract",
        str(folder / row["image"]), "--mask", str(folder / row["mask"]),
        "--settings", "cd8", "--format", "json",
    ]  # fmt: skip
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    regions = {r["region"]: r["features"] for r in json.loads(out)["lesions"][0]["regions"]}
    values = []
    for name, source in TERMS.items():
        if isinstance(source, str):
            values.append(float(row[name]))
            continue
        region, key, aggregation = source
        (value,) = [
            f["value"]
            for f in regions[region]
            if f["feature"] == key and f["aggregation"] == aggregation
        ]
        values.append(float(value))
    return values


def fit() -> str:
    """The text of the model file."""
    cargo("build", "--release", "--locked", "--workspace")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cargo(
            "run", "--release", "--locked", "--quiet", "-p", "perirad-generator", "--",
            "cohort", "--out", name, "--count", str(COUNT), "--seed", str(SEED),
        )  # fmt: skip
        with open(folder / "cohort.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        with ThreadPoolExecutor(2) as pool:
            inputs = np.array(list(pool.map(lambda row: features(folder, row), rows)))
    outcome = np.array([float(row["outcome"]) for row in rows])
    infiltration = np.array([float(row["infiltration"]) for row in rows])

    centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scaled = (inputs - centre) / scale
    folds = KFold(5, shuffle=True, random_state=SEED)
    net = ElasticNetCV(l1_ratio=[0.1, 0.5, 0.9], cv=folds, max_iter=100_000, tol=1e-8)
    net.fit(scaled, outcome)
    predicted = net.predict(scaled)
    print(
        f"{COUNT} phantoms, l1_ratio {net.l1_ratio_}, alpha {net.alpha_:.4g}: "
        f"R2 {net.score(scaled, outcome):.3f}, "
        f"correlation with the hidden variable {np.corrcoef(predicted, infiltration)[0, 1]:.3f}",
        file=sys.stderr,
    )
    return model_text(net.coef_, net.intercept_, centre, scale, inputs.min(0), inputs.max(0))


def model_text(coefficients, intercept, centre, scale, low, high) -> str:
    def number(value: float) -> str:
        # Six digits: enough to score, few enough to be equal on every machine.
        return repr(float(f"{value:.6g}"))

    text = f'''\
# Made by models/fit_demo_synthetic.py; do not edit.
name = "demo-synthetic"
version = "1.0.0"
title = "Hidden infiltration of synthetic phantoms"
status = "demonstration, no clinical meaning"
citation = "perirad, models/fit_demo_synthetic.py: elastic net on the project's own phantoms"
population = "{COUNT} synthetic phantoms, seed {SEED}; no patient"
intended_use = "To show how perirad scores; never for a patient"
kind = "linear"
intercept = {number(intercept)}
'''
    for i, (name, source) in enumerate(TERMS.items()):
        if source == "acquisition":
            predictor = f'acquisition = "{name}"'
        elif source == "clinical":
            predictor = f'clinical = "{name}"'
        else:
            region, key, aggregation = source
            predictor = f'region = "{region}", feature = "{key}", aggregation = "{aggregation}"'
        text += f'''
[[terms]]
name = "{name}"
predictor = {{ {predictor} }}
coefficient = {number(coefficients[i])}
centre = {number(centre[i])}
scale = {number(scale[i])}
range = [{number(low[i])}, {number(high[i])}]
'''
        if name in ENCODINGS:
            text += f'encoding = "{ENCODINGS[name]}"\n'
    # The settings are those the features were extracted with, in full.
    command = [str(ROOT / "target" / "release" / "perirad"), "settings", "cd8"]
    preset = tomllib.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    for section, values in preset.items():
        text += f"\n[settings.{section}]\n"
        for key, value in values.items():
            text += f"{key} = {json.dumps(value)}\n"
    return text


def same(a, b) -> bool:
    """Equal, numbers to a relative 1e-4: another machine may round the last digits otherwise."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, rtol=1e-4, atol=1e-9))
    return a == b


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    text = fit()
    if not check:
        MODEL.write_text(text)
        return 0
    if same(tomllib.loads(text), tomllib.loads(MODEL.read_text())):
        print("models/demo-synthetic.toml is what the script makes", file=sys.stderr)
        return 0
    print("models/demo-synthetic.toml is stale: run this script without --check", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
