"""The five inputs of the CD8 signature by MIRP.

    python signature_oracle.py CASES

Of each CASES/<case>: image.nii.gz with tumour.nii.gz, which MIRP resamples to 1 mm, and
image_1mm.nii.gz with ring_1mm.nii.gz as they are. Prints case,region,input,value.
"""

import csv
import logging
import sys
import warnings
from pathlib import Path

from mirp import extract_features

INPUTS = ["minimum", "srhge", "lgre", "srlge", "lrlge"]
# By default MIRP smooths before it resamples.
RESAMPLED = {"new_spacing": 1.0, "spline_order": 1, "anti_aliasing": False}


def five(image, mask, **options):
    found = extract_features(
        image=str(image),
        mask=str(mask),
        image_modality="ct",
        base_feature_families=["statistics", "rlm"],
        base_discretisation_method="fixed_bin_size",
        base_discretisation_bin_width=10.0,
        resegmentation_intensity_range=[-1000.0, 3000.0],
        glrlm_spatial_method="3d_average",
        **options,
    )
    row = found[0].iloc[0]
    names = {key: f"rlm_{key}_3d_avg_fbs_w10.0" for key in INPUTS} | {"minimum": "stat_min"}
    return {key: float(row[name]) for key, name in names.items()}


def main(cases):
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["case", "region", "input", "value"])
    for case in sorted(cases.iterdir()):
        for region, image, mask, options in [
            ("tumour", "image", "tumour", RESAMPLED),
            ("ring", "image_1mm", "ring_1mm", {}),
        ]:
            values = five(case / f"{image}.nii.gz", case / f"{mask}.nii.gz", **options)
            for key, value in values.items():
                table.writerow([case.name, region, key, repr(value)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
