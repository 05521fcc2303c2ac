"""The five inputs of the CD8 signature by one package.

    python measure.py PACKAGE CASES > PACKAGE.csv

`one_mm`: tumour and ring on the image at 1 mm that prepare.py made, so that no package interpolates.
`native`: the tumour on the image as it was scanned; each package resamples it. The column `setting`
says what is not the usual of the package.
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

WIDTH, LOWEST, HIGHEST = 10.0, -1000.0, 3000.0
# Short name here: IBSI code, pyradiomics' name.
INPUTS = {
    "minimum": ("1GSF", "Minimum"),
    "srhge": ("GD3A", "ShortRunHighGrayLevelEmphasis"),
    "lgre": ("V3SW", "LowGrayLevelRunEmphasis"),
    "srlge": ("HTZT", "ShortRunLowGrayLevelEmphasis"),
    "lrlge": ("IVPO", "LongRunLowGrayLevelEmphasis"),
}


# perirad's settings that copy what another package does; the first is the signature's.
RESEGMENTED = f"[resegment]\nlowest = {LOWEST}\nhighest = {HIGHEST}\n"
MERGED = '[texture]\naggregations = ["3d_merged"]\n'
# Leaves no voxel for which 0.5 or a little less is a matter of rounding.
SHARE = 0.499
FROM = f"[resample]\nmask_threshold = {SHARE}\n"
PERIRAD = {
    "cd8": "",
    "resegmented": RESEGMENTED,
    "whole numbers, resegmented": '[resample]\nround = "nearest"\n' + RESEGMENTED,
    "merged": MERGED,
    "resegmented, mask from 0.499": FROM + RESEGMENTED,
    "merged, mask from 0.499": FROM + MERGED,
}


def perirad(image, mask, native):
    program = Path("target/release/perirad").resolve()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.toml"
        parameters = Path(folder) / "parameters.json"
        parameters.write_text(json.dumps(PARAMETERS | {"setting": pyradiomics_settings(native)}))
        for name, changes in [*PERIRAD.items(), ("pyradiomics' parameters", None)]:
            settings.write_text(f'base = "cd8"\n{changes}')
            file = parameters if changes is None else settings
            command = [program, "extract", image, "--mask", mask, "--settings", file]
            options = ["--region", "tumour", "--format", "long"]
            told = subprocess.run(command + options, check=True, capture_output=True, text=True)
            rows = csv.DictReader(io.StringIO(told.stdout))
            values = {row["ibsi"]: row["value"] for row in rows}
            yield name, {key: float(values[code]) for key, (code, _) in INPUTS.items()}


def mirp(image, mask, native):
    import logging

    from mirp import extract_features

    logging.disable(logging.CRITICAL)
    names = {key: f"rlm_{key}_3d_avg_fbs_w{WIDTH}" for key in INPUTS} | {"minimum": "stat_min"}
    one = {"new_spacing": 1.0, "spline_order": 1}
    ways = {"": one, "no anti-aliasing": one | {"anti_aliasing": False}} if native else {"": {}}
    for setting, resampling in ways.items():
        found = extract_features(
            image=image,
            mask=mask,
            image_modality="ct",
            base_feature_families=["statistics", "rlm"],
            base_discretisation_method="fixed_bin_size",
            base_discretisation_bin_width=WIDTH,
            resegmentation_intensity_range=[LOWEST, HIGHEST],
            glrlm_spatial_method="3d_average",
            **resampling,
        )
        row = found[0].iloc[0]
        yield setting, {key: float(row[name]) for key, name in names.items()}


# Settings of a package that resamples the mask by itself.
SHARES = {"": 0.5, "mask from 0.499": SHARE}


def zrad(image, mask, native):
    from zrad import preprocessing as steps
    from zrad.image import Image
    from zrad.radiomics import Radiomics

    names = {key: f"rlm_{key}_3D_avg" for key in INPUTS} | {"minimum": "stat_min"}
    image = Image.from_nifti(image)
    mask = Image.from_nifti_mask(mask, reference=image)
    one = {"resolution": (1.0, 1.0, 1.0), "method": "linear"}
    resampled = steps.ImageResampler(**one, intensity_rounding=None).apply(image) if native else image
    for setting, share in SHARES.items() if native else [("", None)]:
        tumour = mask
        if native:
            tumour = steps.MaskResampler(**one, partial_volume_threshold=share).apply(mask)
        roi = steps.RoiData(image=resampled, morphological_mask=tumour)
        for step in [
            steps.IntensityMaskBuilder(),
            steps.Resegmenter(intensity_range=(LOWEST, HIGHEST)),
            steps.RoiCropper(padding=1),
            steps.TextureDiscretizer(bin_size=WIDTH),
        ]:
            roi = step.apply(roi)
        measure = Radiomics(aggr_dim="3D", aggr_method="AVER").extract_features
        row = measure(roi_data=roi, families=["intensity_statistics", "glrlm"])
        yield setting, {key: float(row[name]) for key, name in names.items()}


def pictologics(image, mask, native):
    os.environ["PICTOLOGICS_DISABLE_WARMUP"] = "1"
    from pictologics import RadiomicsPipeline, load_image

    families = {"families": ["intensity", "glrlm"]}
    parts = {"include_spatial_intensity": False, "include_local_intensity": False}
    linear = {"interpolation": "linear", "mask_interpolation": "linear"}
    image, mask = load_image(image), load_image(mask, stored_type=True)
    for setting, share in SHARES.items() if native else [("", None)]:
        resample = {"new_spacing": [1.0] * 3, **linear, "mask_threshold": share}
        steps = [("resample", resample)] if native else []
        steps += [
            ("discretise", {"method": "FBS", "bin_width": WIDTH, "min_val": LOWEST}),
            ("extract_features", families | parts),
        ]
        pipeline = RadiomicsPipeline(load_standard=False)
        pipeline.add_config("own", [{"step": step, "params": params} for step, params in steps])
        row = pipeline.run(image, mask, config_names=["own"])["own"]
        by_code = {name.rsplit("_", 1)[-1]: value for name, value in row.items()}
        yield setting, {key: float(by_code[code]) for key, (code, _) in INPUTS.items()}


# What a pyradiomics parameter file states; perirad reads the same.
PARAMETERS = {
    "imageType": {"Original": {}},
    "featureClass": {
        "firstorder": [name for key, (_, name) in INPUTS.items() if key == "minimum"],
        "glrlm": [name for key, (_, name) in INPUTS.items() if key != "minimum"],
    },
}


def pyradiomics_settings(native):
    resampling = {"resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkLinear"}
    return {"binWidth": WIDTH} | (resampling if native else {})


def pyradiomics(image, mask, native):
    import numpy as np
    import radiomics
    import SimpleITK as sitk
    from radiomics import featureextractor, glrlm

    radiomics.setVerbosity(60)
    settings = pyradiomics_settings(native)
    extractor = featureextractor.RadiomicsFeatureExtractor(PARAMETERS | {"setting": settings})
    row = extractor.execute(image, mask)
    row = {name.rsplit("_", 1)[-1]: value for name, value in row.items() if "original_" in name}
    values = {key: float(row[name]) for key, (_, name) in INPUTS.items()}
    yield "", values
    minimum = values["minimum"]
    if native or minimum < LOWEST:
        return
    # Its own matrices, with level i meaning the i-th bin from -1000 HU.
    image, mask = (sitk.ReadImage(path) for path in (image, mask))
    own = glrlm.RadiomicsGLRLM(image, mask, binWidth=WIDTH)
    own._initCalculation()
    runs = own.P_glrlm[0]
    shift = np.floor((minimum - LOWEST) / WIDTH)
    i = (own.coefficients["ivector"] + shift)[:, None, None]
    j = own.coefficients["jvector"][None, :, None]
    weights = {"srhge": i**2 / j**2, "lgre": j**0 / i**2, "srlge": 1 / (i * j) ** 2, "lrlge": j**2 / i**2}
    shares = {key: (runs * w).sum((0, 1)) / runs.sum((0, 1)) for key, w in weights.items()}
    yield "its matrices, levels from -1000", {key: float(v.mean()) for key, v in shares.items()}


PACKAGES = {
    "perirad": (perirad, ""),
    "mirp": (mirp, "mirp"),
    "zrad": (zrad, "z-rad"),
    "pictologics": (pictologics, "pictologics"),
    "pyradiomics": (pyradiomics, "pyradiomics"),
}


def main(package, cases):
    warnings.filterwarnings("ignore")
    measure, distribution = PACKAGES[package]
    number = version(distribution) if distribution else ""
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow("case,lattice,region,package,version,setting,input,value".split(","))
    for folder in sorted(path for path in cases.iterdir() if path.is_dir()):
        for lattice, image, mask, region in [
            ("one_mm", "image", "tumour", "tumour"),
            ("one_mm", "image", "ring", "ring"),
            ("native", "native", "native_tumour", "tumour"),
        ]:
            image, mask = (str(folder / f"{name}.nii.gz") for name in (image, mask))
            for setting, values in measure(image, mask, lattice == "native"):
                for key, value in values.items():
                    start = [folder.name, lattice, region, package, number, setting]
                    table.writerow([*start, key, repr(value)])
        print(package, folder.name, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve())
