"""pyradiomics' own baselines of brain1 and lung1, through the front that speaks as it does."""

from __future__ import annotations

import ast
import csv

import perirad
import pytest
from perirad.compat.pyradiomics import RadiomicsFeatureExtractor

#: pyradiomics' own tolerance for its baselines.
TOLERANCE = 0.03

#: What pyradiomics has for the entropy of certainty, which is 0: it adds the smallest step above 1
#: to each probability before it takes the logarithm.
ROUNDING = -3.203426503814918e-16

#: Values of all baselines, as tests/pyradiomics_oracle.rs counts them.
VALUES = 144 + 378 + 196 + 256 + 223 + 70 + 56 + 18 + 7


def rows(path):
    with path.open(newline="") as opened:
        return [*csv.DictReader(opened)]


def largest_slice(mask):
    """The masks of the baselines in 2D."""
    array = mask.array.copy()
    largest = array.sum(axis=(1, 2)).argmax()
    array[:largest] = array[largest + 1 :] = False
    return perirad.Mask(array, mask.place, mask.name)


def test_every_baseline_is_met_within_its_tolerance(data, monkeypatch):
    folder = data("pyradiomics")
    published = rows(folder / "reference_values.csv")
    cases = {}
    for case in ("brain1", "lung1"):
        image = perirad.read_image(folder / f"{case}_image.nrrd")
        (mask,) = perirad.read_mask(image, folder / f"{case}_label.nrrd").values()
        cases[case] = (image, mask, largest_slice(mask))
    # Classes of equal settings are measured together.
    together: dict[tuple[str, str, str], list[str]] = {}
    for test in rows(folder / "test_settings.csv"):
        key = (test["case"], test["test"], test["settings_python_dict"])
        together.setdefault(key, []).append(test["class"])
    compared, misses = 0, []
    for (case, name, settings), classes in together.items():
        image, mask, flat = cases[case]
        setting = ast.literal_eval(settings) | {"additionalInfo": False}
        for chosen, region in (
            ([one for one in classes if one != "shape2D"], mask),
            ([one for one in classes if one == "shape2D"], flat),
        ):
            extractor = RadiomicsFeatureExtractor(**setting)
            extractor.disableAllFeatures()
            for one in chosen:
                extractor.enableFeatureClassByName(one)
            wanted = {
                row["pyradiomics_key"]: float(row["value"])
                for row in published
                if row["config"] == f"{case}/{name}"
                and row["pyradiomics_key"].split("_")[1] in chosen
            }
            if not wanted:
                continue
            found = extractor.execute(image, region)
            for key, value in wanted.items():
                if key not in found:
                    # Measured only where it is named.
                    kind, feature = key.split("_")[1:]
                    extractor.disableAllFeatures()
                    extractor.enableFeaturesByName(**{kind: [feature]})
                    found |= extractor.execute(image, region)
                rounded = found[key] == 0 and abs(value - ROUNDING) < 1e-30
                if not rounded and abs(found[key] - value) > TOLERANCE * abs(value):
                    misses.append((case, name, key, found[key], value))
                compared += 1
    assert not misses
    assert compared == VALUES


@pytest.mark.parametrize("case", ["brain1", "lung1"])
def test_diagnostics_are_the_baselines(data, case):
    folder = data("pyradiomics")
    columns = {
        row["featureName"]: row[f"{case}_normalization"]
        for row in rows(folder / "baseline" / "baseline_firstorder.csv")
    }
    extractor = RadiomicsFeatureExtractor()
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(firstorder=["Mean"])
    paths = [str(folder / f"{case}_{what}.nrrd") for what in ("image", "label")]
    found = extractor.execute(*paths)
    for what in (
        "Image-original_Spacing",
        "Image-original_Size",
        "Image-original_Mean",
        "Image-original_Minimum",
        "Image-original_Maximum",
        "Mask-original_Spacing",
        "Mask-original_Size",
        "Mask-original_BoundingBox",
        "Mask-original_VoxelNum",
        "Mask-original_VolumeNum",
        "Mask-original_CenterOfMassIndex",
        "Mask-original_CenterOfMass",
    ):
        key = f"diagnostics_{what}"
        assert found[key] == pytest.approx(ast.literal_eval(columns[key]), rel=1e-6), key
    assert len(found["diagnostics_Image-original_Hash"]) == 40


def test_a_script_of_pyradiomics_runs_with_its_import_changed(data, tmp_path):
    """The calls of pyradiomics' examples: one case, a parameter file, a batch."""
    import SimpleITK as sitk
    from perirad.compat.pyradiomics import featureextractor

    folder = data("pyradiomics")
    image, label = (folder / f"brain1_{what}.nrrd" for what in ("image", "label"))
    settings = {"binWidth": 25, "resampledPixelSpacing": None}
    settings |= {"interpolator": sitk.sitkBSpline}
    extractor = featureextractor.RadiomicsFeatureExtractor(**settings)
    extractor.disableAllFeatures()
    extractor.enableFeatureClassByName("glcm")
    extractor.enableFeatureClassByName("firstorder")
    extractor.enableFeatureClassByName("shape")
    by_path = extractor.execute(str(image), str(label))
    by_image = extractor.execute(sitk.ReadImage(str(image)), sitk.ReadImage(str(label)), label=1)
    features = [key for key in by_path if key.startswith("original_")]
    assert [by_path[key] for key in features] == [by_image[key] for key in features]
    # Facts first, then shapes, then classes in the order in which they were enabled.
    kinds = [*dict.fromkeys(key.split("_")[1] for key in features)]
    assert kinds == ["shape", "glcm", "firstorder"]
    assert [*by_path][: len(by_path) - len(features)] == [
        key for key in by_path if key.startswith("diagnostics_")
    ]
    assert len([key for key in features if "_firstorder_" in key]) == 18
    parameters = tmp_path / "Params.yaml"
    parameters.write_text(
        "imageType:\n  Original: {}\nfeatureClass:\n  firstorder:\n    - Mean\n    - Energy\n"
        "setting:\n  binWidth: 10\n  label: 1\n"
    )
    extractor = featureextractor.RadiomicsFeatureExtractor(str(parameters), binWidth=12)
    assert extractor.settings["binWidth"] == 12 and extractor.enabledImagetypes == {"Original": {}}
    batch = []
    for case in ("brain1", "lung1"):
        paths = (str(folder / f"{case}_{what}.nrrd") for what in ("image", "label"))
        batch.append({"case": case, **extractor.execute(*paths)})
    assert all("original_firstorder_Energy" in row for row in batch)
