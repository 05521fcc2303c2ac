"""NRRD images and labels as SimpleITK reads them: testdata/oracles/nrrd.csv.

    python tests/python/nrrd_oracle.py ../shared/data
"""

import csv
import io
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk

ROOT = Path(__file__).resolve().parents[2]


def main(shared):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow("case,sum,minimum,maximum,weighted,voxels,roi_sum,x_mm,y_mm,z_mm".split(","))
    for case in ["brain1", "lung1"]:
        folder = Path(shared) / "pyradiomics"
        image = sitk.ReadImage(folder / f"{case}_image.nrrd")
        label = sitk.ReadImage(folder / f"{case}_label.nrrd")
        hu = sitk.GetArrayFromImage(image).astype(np.int64)
        inside = np.argwhere(sitk.GetArrayFromImage(label) == 1)
        mean = inside.mean(axis=0)[::-1]
        centre = label.TransformContinuousIndexToPhysicalPoint([float(v) for v in mean])
        # The sum of value times place tells one order of voxels from another.
        weighted = int((hu.ravel() * np.arange(hu.size, dtype=np.int64)).sum())
        roi = int(hu[tuple(inside.T)].sum())
        numbers = [hu.sum(), hu.min(), hu.max(), weighted, len(inside), roi]
        table.writerow([case, *map(int, numbers), *(f"{c:.6f}" for c in centre)])
    (ROOT / "testdata" / "oracles" / "nrrd.csv").write_text(text.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
