"""What calls return, and what they refuse."""

from __future__ import annotations

import json
import logging
import pickle

import numpy as np
import perirad
import pytest
from conftest import PLACE, ROOT
from perirad import Model, Settings


def test_a_feature_set_is_a_mapping_with_regions_and_families(phantom):
    features = perirad.extract(*phantom, **PLACE)
    key = "ring:glrlm.low_grey_level_run_emphasis:3d_avg"
    assert features[key] == features.ring.glrlm.low_grey_level_run_emphasis
    assert features[key] == features.ring["glrlm.low_grey_level_run_emphasis:3d_avg"]
    assert features[key] == features.ring.glrlm["low_grey_level_run_emphasis:3d_avg"]
    assert len(features) == len([*features]) == len(features.to_dict()) == 68
    assert key in features and "ring:glrlm.nothing:3d" not in features
    assert "glrlm" in dir(features.tumour) and "run_entropy" in dir(features.tumour.glrlm)
    with pytest.raises(KeyError):
        features["tumour"]
    with pytest.raises(AttributeError, match="no family 'glcm'"):
        features.tumour.glcm
    with pytest.raises(AttributeError, match="no feature 'medium'"):
        features.tumour.statistics.medium
    assert features.settings == Settings("cd8")
    assert features.document["notice"] == perirad.NOTICE
    assert features.ring.facts["ring"]["outside_image_voxels"] == 0
    shown = features._repr_html_()
    assert "statistics.mean" in shown and perirad.NOTICE in shown


def test_only_the_regions_asked_for(phantom):
    features = perirad.extract(*phantom, regions=["ring"], **PLACE)
    assert [*features.regions] == ["ring"]
    with pytest.raises(AttributeError, match="name it in regions"):
        features.tumour
    with pytest.raises(ValueError, match="'rim' is no region"):
        perirad.extract(*phantom, regions=["rim"], **PLACE)


def test_undefined_features_have_a_reason_and_no_number(phantom):
    flat = np.zeros_like(phantom[0])
    features = perirad.extract(flat, phantom[1], regions="tumour", **PLACE)
    key = "tumour:statistics.skewness:3d"
    reason = features.reason(key)
    assert (features[key] is None) == (reason is not None)
    undefined = [key for key, value in features.items() if value is None]
    assert undefined and all(features.reason(key) for key in undefined)
    frame = features.to_pandas()
    assert frame[undefined[0].split(":", 1)[1]].isna().all()
    with pytest.raises(KeyError):
        features.reason("tumour:nothing:3d")


def test_many_lesions_in_one_call(phantom):
    image, mask = phantom
    labels = mask.astype(np.uint8)
    labels[:, :15] *= 2
    labels[0, 0, 0] = 9
    told = []
    found = perirad.extract_all(
        image,
        labels,
        label=[1, 2, 9],
        roi_many="separate",
        progress=lambda *a: told.append(a),
        **PLACE,
    )
    assert [one.roi for one in found] == ["label 1", "label 2", "label 9"]
    assert told == [(1, 3, "label 1"), (2, 3, "label 2"), (3, 3, "label 9")]
    wide, long = found.to_pandas(), found.to_pandas("long")
    assert len(wide) == 2 * len(found) and {*wide["roi"]} == {*long["roi"]}
    assert [*found[:2].to_pandas()["roi"]] == ["label 1", "label 1", "label 2", "label 2"]
    # By name, one of them empty: it keeps its place and says why.
    by_name = perirad.extract_all(
        image, {"upper": labels == 2, "none": np.zeros_like(mask), "lower": labels == 1}, **PLACE
    )
    assert [one.roi for one in by_name] == ["upper", "none", "lower"]
    assert by_name[0].to_dict() == found[1].to_dict()
    assert [*by_name.errors] == ["none"] and by_name.errors["none"].code == "seg.empty"
    # Voxels that are no copy of the image's lattice are not taken for a part of it.
    with pytest.raises(perirad.InputError) as cut:
        perirad.extract_all(image, {"upper": (labels == 2)[1:]}, **PLACE)
    assert cut.value.code == "io.lattice_shape"
    assert [*by_name.to_pandas()["status"]] == ["ok", "ok", "failed", "failed", "ok", "ok"]
    with pytest.raises(perirad.InputError, match="3 lesions are meant: upper, none, lower"):
        perirad.extract(image, {"upper": mask, "none": mask, "lower": mask}, **PLACE)
    parts = perirad.extract_all(image, {"ball": labels == 1}, split=True, connectivity=6, **PLACE)
    assert [one.roi for one in parts] == ["ball/1"]


def test_tables_for_whoever_reads_arrow(phantom):
    import polars as pl

    features = perirad.extract(*phantom, **PLACE)
    pandas = features.to_pandas()

    class Rows:
        """What lends one array and no stream."""

        __arrow_c_array__ = features.__arrow_c_array__

    for frame in (features.to_polars(), pl.DataFrame(features.table()), pl.DataFrame(Rows())):
        assert frame.columns == [*pandas.columns]
        assert frame["statistics.mean:3d"].to_list() == [*pandas["statistics.mean:3d"]]
        assert frame["region"].to_list() == ["tumour", "ring"]
    assert features.to_polars("long").columns == [*features.to_pandas("long").columns]
    sets = perirad.extract_all(*phantom, **PLACE)
    for none in (sets[:0], sets[:0][:0], pickle.loads(pickle.dumps(sets[:0]))):
        assert len(none) == len(none.to_pandas()) == 0
        assert [*none.to_pandas().columns] == [*pandas.columns]
        assert [*none.to_pandas("long").columns] == [*features.to_pandas("long").columns]
    # All that stands before the features.
    fixed = [name for name in pandas.columns if ":" not in name]
    assert [*perirad.FeatureSets([]).to_pandas().columns] == fixed
    with pytest.raises(ValueError, match="'tall'"):
        features.to_pandas("tall")


def test_scores_are_the_programs(patient, cli):
    clinical = {"node": 0, "head_and_neck": 0}
    ours = perirad.score(*patient, roi="GTV-1", model="demo-synthetic", clinical=clinical)
    options = [f"--clinical={key}={value}" for key, value in clinical.items()]
    told = cli(
        "score", patient[0], "--mask", patient[1], "--roi", "GTV-1", "--model", "demo-synthetic",
        *options, "--format", "json",
    )  # fmt: skip
    assert ours.to_dict() == json.loads(told)["lesions"][0]["score"]
    assert float(ours) == ours.value and perirad.NOTICE in repr(ours)
    with pytest.raises(perirad.ModelError) as refused:
        perirad.score(*patient, roi="GTV-1", model="demo-synthetic")
    assert refused.value.code == "model.missing_input"
    with pytest.raises(perirad.ModelError, match="ring.outer_mm"):
        perirad.score(
            *patient, roi="GTV-1", model="demo-synthetic", clinical=clinical,
            settings={"base": "cd8", "ring": {"outer_mm": 3.0}},
        )  # fmt: skip


def test_a_model_brings_its_settings_and_its_regions(patient, phantom):
    clinical = {"node": 0, "head_and_neck": 0}
    sets = perirad.extract_all(
        *patient, roi=["GTV-1", "GTV-2"], model="demo-synthetic", clinical=clinical
    )
    scores = [one.score.value for one in sets]
    for roi, value in zip(("GTV-1", "GTV-2"), scores, strict=True):
        alone = perirad.score(*patient, roi=roi, model="demo-synthetic", clinical=clinical)
        assert alone.value == value
    with pytest.raises(perirad.ModelError, match="found"):
        perirad.extract_all(
            *patient, roi="GTV-1", model="demo-synthetic", clinical=clinical, settings="ibsi-c"
        )
    # An array says nothing of the tube: the lesion is measured and not scored.
    lacking = perirad.extract_all(*phantom, model="demo-synthetic", clinical=clinical, **PLACE)[0]
    assert lacking.error.code == "model.missing_input" and lacking.score is None
    assert len(lacking) == 68


def test_models(tmp_path):
    assert perirad.MODELS == ["cd8-sun2018", "demo-synthetic"]
    demo = Model("demo-synthetic")
    assert demo.faults == [] and Model("cd8-sun2018").faults
    file = tmp_path / "mine.toml"
    file.write_text(demo.to_toml())
    assert Model(file) == demo == Model.from_toml(demo.to_toml()) == Model(demo)
    assert demo.card["digest"] == demo.digest and demo.settings == Settings("cd8")
    for name in ("demo-synthetik", tmp_path / "none.toml"):
        with pytest.raises(perirad.ModelError):
            Model(name)


def test_settings(tmp_path):
    cd8 = Settings()
    assert cd8 == Settings("cd8") == Settings(cd8.to_dict()) == Settings.from_toml(str(cd8))
    wide = Settings({"base": "cd8", "ring": {"outer_mm": 5}})
    assert wide != cd8 and wide == cd8.replace(ring={"outer_mm": np.float64(5)})
    assert len({cd8, Settings("cd8"), wide}) == 2 and wide.digest in repr(wide)
    file = tmp_path / "mine.toml"
    file.write_text('base = "cd8"\n[ring]\nouter_mm = 5\n')
    assert Settings(file) == Settings(str(file)) == wide
    assert "# width of the ring outside the lesion's surface in mm\nouter_mm = 5.0" in str(wide)
    assert Settings.from_toml(wide.to_toml()) == wide
    # Ranges that are open at an end, which JSON has as null.
    opened = Settings(ROOT / "docs" / "ring.toml")
    assert Settings(opened.to_dict()) == opened
    assert len(opened.replace(ring={"outer_mm": 5.0}).to_dict()["ring"]["exclude"]) == 2
    with pytest.raises(perirad.SettingsError, match="resegment.lowest: -inf is not finite"):
        Settings.from_toml('base = "cd8"\n[resegment]\nlowest = -inf')
    with pytest.raises(perirad.SettingsError) as unknown:
        Settings({"base": "cd8", "rings": {}})
    assert unknown.value.code == "settings.unknown_key" and "'ring'" in str(unknown.value)
    with pytest.raises(ValueError, match="cd8"):
        Settings("cd9")
    assert perirad.PRESETS[0] == "cd8"


def test_parameter_files_of_pyradiomics(tmp_path, caplog):
    text = "setting:\n  binWidth: 10\n  label: 2\nfeatureClass:\n  firstorder: [Mean, Energy]\n"
    file = tmp_path / "Params.yaml"
    file.write_text(text)
    settings = Settings(file)
    assert settings.names == ("firstorder_Mean", "firstorder_Energy")
    assert Settings.from_yaml(text) == settings
    given = {"setting": {"binWidth": 10, "label": 2}, "featureClass": {"firstorder": ["Mean"]}}
    assert Settings(given).names == ("firstorder_Mean",)
    given["setting"]["geometryTolerance"] = 1e-3
    assert Settings(given).warnings[0].code == "settings.not_honoured"
    # What the file says beside the tree stays and tells settings apart.
    wide = Settings(given).replace(ring={"outer_mm": 5.0})
    assert (wide.names, wide.warnings) == (("firstorder_Mean",), Settings(given).warnings)
    other = {**given, "setting": {**given["setting"], "label": 3}}
    assert Settings(other) != Settings(given) == Settings(given)
    assert len({Settings(given), Settings(given), Settings(other)}) == 2
    twice = {"featureClass": {"firstorder": ["Mean", "Energy", "Mean"]}}
    assert Settings(twice).names == ("firstorder_Mean", "firstorder_Energy")


def test_a_parameter_files_label_counts_where_none_is_given(phantom):
    image, mask = phantom
    labels = mask.astype(np.int16) * 2
    labels[:, :15] //= 2
    settings = {"setting": {"label": 2}, "featureClass": {"firstorder": ["Mean"]}}
    found = perirad.extract(image, labels, settings=settings, **PLACE)
    assert found.roi == "label 2" and [*found.regions] == ["tumour"]
    assert found.settings == Settings(settings) != Settings(found.settings.to_dict())
    later = Settings(settings).replace(ring={"outer_mm": 3.0})
    assert perirad.extract(image, labels, settings=later, **PLACE).roi == "label 2"
    assert [*perirad.ring(image, labels, settings=settings, **PLACE)] == ["label 2"]
    assert perirad.extract(image, labels, settings=settings, label=1, **PLACE).roi == "label 1"


def test_images_masks_and_rings(patient):
    image = perirad.read_image(patient[0])
    assert image.unit == "HU" and image.acquisition["modality"] == "CT"
    assert image.array.shape == image.shape and np.asarray(image).dtype == np.float32
    drawn = perirad.read_mask(*patient, roi="GTV*", roi_many="separate")
    assert [*drawn] == ["GTV-1", "GTV-2"]
    mask = drawn["GTV-1"]
    assert mask.array.dtype == bool and mask.place == image.place
    ring = perirad.ring(*patient, roi="GTV-1")["GTV-1"]
    assert ring.array.shape == image.shape and ring.place == image.place
    # A shell: it lies around the surface, on both of its sides.
    assert (ring.array & mask.array).any() and (ring.array & ~mask.array).any()
    wider = perirad.ring(image, mask, settings={"base": "cd8", "ring": {"outer_mm": 6}})["GTV-1"]
    assert wider.volume_ml > ring.volume_ml and (wider.array | ~ring.array).all()


def test_inspect_is_the_programs(patient, cli):
    assert [perirad.inspect(patient[1])] == json.loads(
        cli("inspect", patient[1], "--format", "json")
    )


def refused(code, *args, **more):
    with pytest.raises(perirad.PeriradError) as caught:
        perirad.extract(*args, **more)
    assert caught.value.code == code, caught.value
    assert code in str(caught.value) and caught.value.message
    return caught.value


def test_what_cannot_be_measured_is_refused(phantom, patient, tmp_path):
    image, mask = phantom
    assert "GetSpacing" in refused("python.place", image, mask).hint
    refused("python.place", image, mask, origin=(0, 0, 0))
    refused("python.place", image, mask, spacing=(1, 1))
    refused("python.place", patient[0], mask, spacing=(1, 1, 1))
    refused("python.unit", image, mask, unit="Gy", **PLACE)
    refused("python.shape", image[0], mask, **PLACE)
    refused("python.shape", image, mask[0], **PLACE)
    refused("python.shape", image[:0], mask, **PLACE)
    refused("python.dtype", image.astype(complex), mask, **PLACE)
    refused("python.dtype", object(), mask, **PLACE)
    refused("python.dtype", image, None, **PLACE)
    refused("python.mask", image, {}, **PLACE)
    refused("io.lattice_shape", image, mask[1:], **PLACE)
    refused("labels.none", image, np.zeros_like(mask), **PLACE)
    refused("labels.value", image, mask * 0.5, **PLACE)
    refused("labels.ambiguous", image, mask + np.uint8(1), **PLACE)
    refused("labels.unknown", image, mask, label=5, **PLACE)
    holed = image.astype(float)
    holed[0, 0, 0] = np.nan
    assert isinstance(refused("io.non_finite", holed, mask, **PLACE), perirad.InputError)
    vast = np.where(mask, 1e39, 0.0)
    assert "1e+39" in str(refused("python.range", vast, mask, **PLACE))
    hidden = np.ma.masked_array(image, mask=~mask)
    assert ".filled(" in refused("python.masked", hidden, mask, **PLACE).hint
    refused("python.masked", image, np.ma.masked_array(mask, mask=~mask), **PLACE)
    # With nothing masked it is an array.
    perirad.extract(np.ma.masked_array(image), mask, **PLACE)
    refused("image.below", image, mask, below=[0.0, float("nan")], **PLACE)
    refused("geometry.spacing", image, mask, spacing=(1, 0, 1))
    refused("geometry.axes", image, mask, spacing=(1, 1, 1), direction=np.ones(9))
    refused("pipeline.needs_hu", image, mask, unit="arbitrary", **PLACE)
    error = refused("io.read", str(tmp_path / "none"), mask)
    assert str(tmp_path) not in str(error)
    with pytest.raises(TypeError, match="unknown keyword 'rio'"):
        perirad.extract(image, mask, rio="GTV", **PLACE)
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        perirad.extract(image, mask, label=[1.9], **PLACE)
    with pytest.raises(perirad.InputError, match="minimum_volume is nan"):
        perirad.extract_all(image, mask, **PLACE).patient(minimum_volume=float("nan"))
    whole = perirad.read_image(image, **PLACE)
    with pytest.raises(perirad.PeriradError) as caught:
        perirad.follow(
            whole, whole, mask=mask, mask_followup=mask, pair="overlap", shift=(float("nan"), 0, 0)
        )
    assert caught.value.code == "cohort.shift"


def test_warnings_are_in_the_result_and_in_the_log(phantom, caplog):
    with caplog.at_level(logging.WARNING, "perirad"):
        features = perirad.extract(*phantom, **PLACE)
    assert [w.code for w in features.warnings] == ["image.unit_assumed"]
    assert "image.unit_assumed" in caplog.text
    assert perirad.extract(*phantom, unit="HU", **PLACE).warnings == ()


def test_features_that_are_left_out_have_no_column(phantom):
    whole = perirad.extract(*phantom, settings="ibsi-c", regions="tumour", **PLACE).to_dict()
    settings = {"base": "ibsi-c", "features": {"leave_out": ["morphology.moran_i", "ngtdm.busyness"]}}
    part = perirad.extract(*phantom, settings=settings, regions="tumour", **PLACE)
    gone = whole.keys() - part.keys()
    assert {key.split(":")[1] for key in gone} == {"morphology.moran_i", "ngtdm.busyness"}
    assert all(whole[key] == value for key, value in part.items())
    assert not [name for name in part.to_pandas().columns if "moran_i" in name]


def test_settings_take_numbers_and_arrays_of_numpy(phantom):
    given = {"spacing_mm": np.array([1.0, 1.0, 2.0]), "mask_threshold": np.float64(0.25)}
    plain = {"spacing_mm": [1.0, 1.0, 2.0], "mask_threshold": 0.25}
    assert Settings({"base": "cd8", "resample": given}) == Settings("cd8").replace(resample=plain)
    few = {"base": "noise", "run": {"repeats": np.int64(3)}}
    found = perirad.extract(*phantom, regions="tumour", perturb=few, **PLACE)
    assert len(found.robustness["values"][0]["values"]) == 3
