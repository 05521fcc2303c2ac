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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))
from perirad.export import model_file  # noqa: E402

MODEL = ROOT / "models" / "demo-synthetic.toml"
SEED, COUNT = 1, 240

# Each input with its name in tables.
TERMS = {
    "tumour:statistics.minimum:3d": "tumour_minimum",
    "tumour:glrlm.short_run_high_grey_level_emphasis:3d_avg": "tumour_srhge",
    "ring:glrlm.low_grey_level_run_emphasis:3d_avg": "ring_lgre",
    "ring:glrlm.short_run_low_grey_level_emphasis:3d_avg": "ring_srlge",
    "ring:glrlm.long_run_low_grey_level_emphasis:3d_avg": "ring_lrlge",
    "kvp": "kvp",
    "node": "node",
    "head_and_neck": "head_and_neck",
}
ENCODINGS = {
    "tumour:statistics.minimum:3d": "HU",
    "kvp": "peak tube voltage in kV",
    "node": "1 = the lesion is a lymph node, 0 = it is not",
    "head_and_neck": "1 = the lesion lies in the head or neck, 0 = it does not",
}


PROGRAMS = ROOT / "target" / "debug"


def extracted(folder: Path, row: dict[str, str]) -> dict:
    """What perirad says of one phantom."""
    command = [
        str(PROGRAMS / "perirad"), "--threads", "1", "extract",
        str(folder / row["image"]), "--mask", str(folder / row["mask"]),
        "--settings", "cd8", "--format", "json",
    ]  # fmt: skip
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def inputs_of(document: dict, row: dict[str, str]) -> list[float]:
    """The eight inputs of one phantom, in the order of TERMS."""
    found = {
        f"{part['region']}:{feature['feature']}:{feature['aggregation']}": feature["value"]
        for part in document["lesions"][0]["regions"]
        for feature in part["features"]
    }
    return [float(found[name] if ":" in name else row[name]) for name in TERMS]


def build(kinds: list[str]) -> None:
    command = ["cargo", "build", "--locked", "--workspace", *kinds]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def fit() -> str:
    """The text of the model file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [
            str(PROGRAMS / "perirad-generator"),
            "cohort", "--out", name, "--count", str(COUNT), "--seed", str(SEED),
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=sys.stderr)
        with open(folder / "cohort.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        with ThreadPoolExecutor(2) as pool:
            documents = list(pool.map(lambda row: extracted(folder, row), rows))
    inputs = np.array([inputs_of(*case) for case in zip(documents, rows)])
    outcome = np.array([float(row["outcome"]) for row in rows])
    infiltration = np.array([float(row["infiltration"]) for row in rows])

    folds = KFold(5, shuffle=True, random_state=SEED)
    net = ElasticNetCV(l1_ratio=[0.1, 0.5, 0.9], cv=folds, max_iter=100_000, tol=1e-8)
    model = make_pipeline(StandardScaler(), net).fit(inputs, outcome)
    predicted = model.predict(inputs)
    print(
        f"{COUNT} phantoms, l1_ratio {net.l1_ratio_}, alpha {net.alpha_:.4g}: "
        f"R2 {model.score(inputs, outcome):.3f}, "
        f"correlation with the hidden variable {np.corrcoef(predicted, infiltration)[0, 1]:.3f}",
        file=sys.stderr,
    )
    return model_text(model, inputs, documents[0])


def model_text(model, inputs, document) -> str:
    text = model_file(
        model,
        list(TERMS),
        name="demo-synthetic",
        version="1.0.0",
        title="Hidden infiltration of synthetic phantoms",
        status="demonstration, no clinical meaning",
        citation="perirad, models/fit_demo_synthetic.py: elastic net on the project's own phantoms",
        population=f"{COUNT} synthetic phantoms, seed {SEED}; no patient",
        intended_use="To show how perirad scores; never for a patient",
        settings=document,
        X=inputs,
        terms=TERMS,
        encodings=ENCODINGS,
        keep_zeros=True,
        # Enough to score, few enough to be equal on every machine.
        digits=6,
    )
    return "# Made by models/fit_demo_synthetic.py; do not edit.\n" + text


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
    # The check follows the tests, and with them nothing is built anew: their crates have features of
    # their own.
    build(["--bins", "--tests"] if check else ["--bins"])
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
