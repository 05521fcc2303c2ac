"""What the program does beside measuring gives the same in Python: the same JSON and rows."""

from __future__ import annotations

import io
import json

import numpy as np
import perirad
import pytest
from conftest import PLACE

TWO = {"roi": "GTV*", "roi_many": "separate"}
ROIS = ("--roi", "GTV*", "--roi-many", "separate")
CLINICAL = {"node": 0, "head_and_neck": 0}
NODE = ("--clinical", "node=0", "--clinical", "head_and_neck=0")
QUICK = {"base": "noise", "run": {"repeats": 3}}


@pytest.fixture
def quick(tmp_path):
    file = tmp_path / "quick.toml"
    file.write_text('base = "noise"\n[run]\nrepeats = 3\n')
    return file


def document(sets):
    """The program's JSON of all lesions of a call."""
    lesions = [lesion for one in sets for lesion in one.document["lesions"]]
    return sets[0].document | {"lesions": lesions}


def test_structures_that_bound_rings(patient, cli):
    ct, drawn = patient
    told = cli(
        "extract", ct, "--mask", drawn, "--roi", "GTV-1", "--ring-within", "Lung_L",
        "--ring-exclude-mask", f"{drawn}#GTV-2", "--ring-neighbour", "GTV-2",
        "--below=-700,0", "--format", "json",
    )  # fmt: skip
    bounds = {"ring_within": "Lung_L", "ring_neighbour": ["GTV-2"], "below": (-700, 0)}
    ours = perirad.extract(ct, drawn, roi="GTV-1", ring_exclude_mask=(drawn, "GTV-2"), **bounds)
    assert ours.document == json.loads(told)
    assert ours.ring.facts["ring"]["removed"]
    # A structure may be voxels on the image's lattice, too.
    other = perirad.read_mask(ct, drawn, roi="GTV-2")["GTV-2"]
    for mask in (other, other.array, {"x": other.array, "none": other.array & False}):
        name = (mask, "x") if isinstance(mask, dict) else mask
        again = perirad.extract(ct, drawn, roi="GTV-1", ring_exclude_mask=[name], **bounds)
        assert again.to_dict() == ours.to_dict()
    native = {"base": "cd8", "ring": {"lattice": "native"}}
    rings = perirad.ring(ct, drawn, roi="GTV-1", ring_within="Lung_L", settings=native)
    ring = rings["GTV-1"].array
    lung = perirad.read_mask(ct, drawn, roi="Lung_L")["Lung_L"].array
    assert ring.any() and not (ring & ~lung).any()
    with pytest.raises(perirad.InputError) as refused:
        perirad.extract(ct, drawn, roi="GTV-1", ring_exclude="Heart")
    assert refused.value.code == "io.roi_unknown"


def test_intervals(patient, cli, quick):
    ct, drawn = patient
    told = cli(
        "score", ct, "--mask", drawn, *ROIS, "--model", "demo-synthetic", *NODE,
        "--perturb", str(quick), "--format", "json",
    )  # fmt: skip
    expected = json.loads(told)
    for perturb in (quick, QUICK):
        sets = perirad.extract_all(
            ct, drawn, model="demo-synthetic", clinical=CLINICAL, perturb=perturb, **TWO
        )
        agreement = {"agreement": sets.agreement}
        ours = document(sets)
        assert ours | {"perturbation": ours["perturbation"] | agreement} == expected
    low, high = sets[0].score.interval
    assert low <= high and sets[0].robustness["repeats"] == 3
    alone = perirad.score(
        ct, drawn, roi="GTV-1", model="demo-synthetic", clinical=CLINICAL, perturb=QUICK
    )
    assert alone.interval == (low, high)
    assert perirad.score(
        ct, drawn, roi="GTV-1", model="demo-synthetic", clinical=CLINICAL
    ).interval is None  # fmt: skip
    with pytest.raises(perirad.SettingsError) as refused:
        perirad.extract(ct, drawn, roi="GTV-1", perturb="defualt")
    assert "default" in str(refused.value) and "default" in perirad.PERTURBATIONS


def test_the_patient(patient, cli):
    ct, drawn = patient
    told = cli(
        "score", ct, "--mask", drawn, *ROIS, "--model", "demo-synthetic", *NODE, "--patient",
        "--patient-bins", "0:5:10", "--format", "json",
    )  # fmt: skip
    sets = perirad.extract_all(ct, drawn, model="demo-synthetic", clinical=CLINICAL, **TWO)
    together = sets.patient(bins=(0, 5, 10))
    assert document(sets) | {"patient": together} == json.loads(told)
    assert together["counted"] == 2 and sets.patient(minimum_volume=1e6)["counted"] == 0
    with pytest.raises(ValueError, match="lowest < highest"):
        sets.patient(bins=(5, 0, 10))
    with pytest.raises(ValueError, match="one call"):
        sets[:1].patient()


def test_clinical_inputs_of_each_lesion(patient, cli, tmp_path):
    ct, drawn = patient
    table = tmp_path / "known.csv"
    table.write_text("roi,node,head_and_neck\nGTV-1,0,1\nGTV-2,1,0\n")
    names = tmp_path / "names.toml"
    names.write_text('[[map]]\nroi = "*-1"\nnode = 0\nhead_and_neck = 1\norgan = "liver"\n')
    common = ("score", ct, "--mask", drawn, "--model", "demo-synthetic", "--format", "json")
    for told, options in (
        ({"clinical_table": table}, ("--clinical-csv", str(table))),
        (
            {"clinical_map": names, "clinical": {"GTV-2": {"node": 1, "head_and_neck": 0}}},
            (
                "--clinical-map", str(names), "--clinical", "GTV-2:node=1",
                "--clinical", "GTV-2:head_and_neck=0",
            ),
        ),
    ):  # fmt: skip
        sets = perirad.extract_all(ct, drawn, model="demo-synthetic", **told, **TWO)
        assert document(sets) == json.loads(cli(*common, *ROIS, *options))
    pandas = pytest.importorskip("pandas").read_csv(table)
    polars = pytest.importorskip("polars").read_csv(table)
    for frame in (pandas, polars):
        again = perirad.extract_all(
            ct, drawn, model="demo-synthetic", clinical_table=frame, **TWO
        )
        assert [one.score.value for one in again] == [one.score.value for one in sets]
    with pytest.raises(perirad.InputError) as refused:
        perirad.extract_all(ct, drawn, clinical=CLINICAL, roi="GTV-1")
    assert refused.value.code == "python.no_model"


def test_two_scans(patient, cli, tmp_path):
    ct, drawn = patient
    table = tmp_path / "pairs.csv"
    table.write_text("baseline,followup\nGTV-1,GTV-2\nGTV-2,GTV-1\n")
    for options, told in (
        (("--pair", "overlap", "--shift", "0,0,2.5"), {"pair": "overlap", "shift": (0, 0, 2.5)}),
        (("--pair", str(table)), {"pair": table}),
        (
            ("--model", "demo-synthetic", *NODE, "--size", "volume"),
            {"model": "demo-synthetic", "clinical": CLINICAL, "size": "volume"},
        ),
    ):
        common = ("follow", ct, ct, "--mask", drawn, "--mask-followup", drawn, *ROIS, *options)
        ours = perirad.follow(ct, ct, mask=drawn, mask_followup=drawn, **told, **TWO)
        assert ours.document == json.loads(cli(*common, "--format", "json"))
        frame = ours.to_pandas()
        read = pytest.importorskip("pandas").read_csv(io.StringIO(cli(*common, "--format", "long")))
        assert [*frame.columns] == [*read.columns] and len(frame) == len(read)
        for column in ("baseline", "followup", "delta", "relative_delta"):
            np.testing.assert_array_equal(frame[column], read[column])
    assert perirad.NOTICE in ours._repr_html_() and not ours.errors and len(ours) == 2
    with pytest.raises(ValueError, match="long"):
        ours.to_pandas("wide")


def test_two_scans_in_memory(phantom):
    hu, ball = phantom
    image = perirad.read_image(hu, unit="HU", **PLACE)
    smaller = ball & np.roll(ball, 4, axis=2)
    found = perirad.follow(
        image, image, mask={"lesion": ball}, mask_followup={"lesion": smaller, "new": ~ball},
        regions=("tumour",),
    )  # fmt: skip
    assert [one["found"] for one in found.lesions] == ["paired", "new"]
    volume = found.lesions[0]["volume_ml"]
    assert volume["followup"] / volume["baseline"] == pytest.approx(smaller.sum() / ball.sum())
