"""Options that cannot be, and numbers that would be lost without a word."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import perirad
import pytest
from conftest import PLACE, ROOT
from perirad.export import ExportError, model_file

NAN = float("nan")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"seg_threshold": "high"}, "high"),
        ({"seg_threshold": NAN}, "seg_threshold is nan"),
        ({"min_volume": float("inf")}, "min_volume is inf"),
        ({"roi_many": "some"}, "some"),
        ({"regions": ["rim"]}, "'rim' is no region"),
        ({"regions": []}, "no region"),
    ],
)
def test_an_option_that_cannot_be_has_a_code(phantom, more, told):
    # It was a ValueError, and is one still.
    with pytest.raises(ValueError, match=told) as caught:
        perirad.extract(*phantom, **more, **PLACE)
    assert isinstance(caught.value, perirad.InputError)
    assert caught.value.code == "python.option"


def test_numbers_of_settings_that_are_none_are_named():
    for ring in ({"outer_mm": NAN}, {"outer_mm": np.float64("inf")}):
        with pytest.raises(perirad.SettingsError, match=r"ring\.outer_mm is (nan|inf)") as caught:
            perirad.Settings({"base": "cd8", "ring": ring})
        assert caught.value.code == "settings.out_of_range"
    shells = {"base": "cd8", "ring": {"shells_mm": [[2.0, np.nan]]}}
    with pytest.raises(perirad.SettingsError, match=r"ring\.shells_mm is nan"):
        perirad.Settings(shells)
    with pytest.raises(perirad.SettingsError, match=r"growth\.mm is nan"):
        perirad.extract("none", "none", perturb={"base": "growth", "growth": {"mm": NAN}})


def test_bins_and_shifts_that_cannot_be(phantom):
    sets = perirad.extract_all(*phantom, regions="tumour", **PLACE)
    for bins in ((0, 1, -1), (0, 1, 0), (0, 1, 1 << 40), (NAN, 1, 5), (-1e308, 1e308, 5)):
        with pytest.raises(ValueError, match="bins are") as caught:
            sets.patient(bins=bins)
        assert caught.value.code == "python.option"
    image, mask = perirad.read_image(phantom[0], **PLACE), phantom[1]
    pairs = pd.DataFrame({"baseline": ["1"], "followup": ["1"]})
    with pytest.raises(ValueError, match="pair='overlap' only"):
        perirad.follow(image, image, mask=mask, mask_followup=mask, pair=pairs, shift=(0, 0, 0))


def test_the_patient_has_model_and_notice(patient):
    sets = perirad.extract_all(
        *patient, roi="GTV-1", model="demo-synthetic", clinical={"node": 0, "head_and_neck": 0}
    )
    together = sets.patient()
    assert together["notice"] == perirad.NOTICE
    assert together["model"] == sets[0].score.model


@pytest.mark.parametrize("kind", ["int32", "int64", "uint32", "uint64", "float64"])
def test_rounding_that_costs_contrast_is_told(phantom, kind):
    image, mask = phantom
    ct = np.rint(image).astype("int64") - int(image.min()) + 1000
    near = perirad.read_image(ct.astype(kind), unit="arbitrary", **PLACE)
    assert near.warnings == ()
    far = (ct + (1 << 30)).astype(kind)
    warnings = perirad.read_image(far, unit="arbitrary", **PLACE).warnings
    assert [w.code for w in warnings] == ["image.rounded"], warnings
    assert "%" in warnings[0].message
    # What is even has no contrast to lose.
    even = np.full(image.shape, (1 << 30) + 1, kind)
    assert perirad.read_image(even, unit="arbitrary", **PLACE).warnings == ()


def test_rounding_to_one_number_is_told(phantom):
    image = phantom[0]
    lost = np.rint(image).astype("int64") + (1 << 53)
    warnings = perirad.read_image(lost, unit="arbitrary", **PLACE).warnings
    assert [w.code for w in warnings] == ["image.rounded"]
    fine = image.astype("float64") + 0.1
    assert perirad.read_image(fine, unit="HU", **PLACE).warnings == ()


def test_labels_of_a_named_mask_that_are_joined_are_told(phantom):
    image, mask = phantom
    two = mask.astype("uint8")
    at = tuple(np.argwhere(mask)[0])
    two[at] = 3
    sets = perirad.extract_all(
        image, {"a": two, "b": mask}, regions="tumour", unit="HU", **PLACE
    )
    first, second = ([w for w in one.warnings if w.code == "mask.joined"] for one in sets)
    assert [w.code for w in first] == ["mask.joined"] and second == []
    assert "'a': 2 labels" in first[0].message and "3 (1 voxels)" in first[0].message


class Flat:
    """An estimator of which nothing is left."""

    coef_ = np.zeros(1)
    intercept_ = 3.0

    def predict(self, X):
        return np.full(len(X), 3.0)


def test_what_is_no_model_is_not_written():
    card = dict.fromkeys(("title", "status", "citation", "population", "intended_use"), "t")
    whole = perirad.Settings("cd8").to_dict()
    X = np.array([[0.0], [1.0]])
    with pytest.raises(ExportError, match="coefficients are 0"):
        model_file(Flat(), ["node"], X=X, name="m", settings=whole, **card)
    kept = model_file(Flat(), ["node"], X=X, name="m", settings=whole, keep_zeros=True, **card)
    assert perirad.Model.from_toml(kept).faults == []
    for settings, told in (({"base": "cd8"}, r"settings\.base"), ("cd8", "settings is str")):
        with pytest.raises(ExportError, match=told):
            model_file(
                Flat(), ["node"], X=X, name="m", settings=settings, keep_zeros=True, **card
            )


def test_a_path_too_few_ends_the_batch_before_it_begins(patient, tmp_path):
    table = tmp_path / "table.csv"
    program = ROOT / "python" / "examples" / "batch.py"
    call = [sys.executable, str(program), str(table), *patient, patient[0]]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "3 paths are no pairs" in done.stderr, done.stderr
    assert not table.exists()
    assert json.dumps(patient[0])[1:-1] not in done.stderr
