"""The operator of MONAI Deploy, under a stand-in for its SDK: that needs CUDA to be imported."""

from __future__ import annotations

import importlib.util
import json
import sys
import types

import numpy as np
import perirad
import pydicom
import pytest
from conftest import ROOT


class Spec:
    def __init__(self):
        self.inputs, self.outputs = [], []

    def input(self, name):
        self.inputs.append(name)

    def output(self, name):
        self.outputs.append(name)


class Operator:
    def __init__(self, fragment, *args, **kwargs):
        self.fragment, self.kept = fragment, kwargs


class Ports(dict):
    """What comes in by name, and where what goes out is kept."""

    def receive(self, name):
        return self[name]

    def emit(self, value, name):
        self[name] = value


class Image:
    """As the SDK's: an array and a dictionary, behind calls."""

    def __init__(self, array, facts):
        self.asnumpy, self.metadata = lambda: array, lambda: facts


@pytest.fixture
def example(monkeypatch):
    core = types.ModuleType("monai.deploy.core")
    core.Operator, core.OperatorSpec, core.Fragment = Operator, Spec, object
    for name in ("monai", "monai.deploy"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "monai.deploy.core", core)
    path = ROOT / "python" / "examples" / "monai_deploy.py"
    spec = importlib.util.spec_from_file_location("deploy_example", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ports(patient):
    """The synthetic patient as an application hands it on: a series, and a label image."""
    folder, contours = patient
    sets = [pydicom.dcmread(path) for path in sorted((ROOT / folder).glob("*.dcm"))]
    slices = [types.SimpleNamespace(get_native_sop_instance=lambda one=one: one) for one in sets]
    series = types.SimpleNamespace(get_sop_instances=lambda: slices)
    chosen = types.SimpleNamespace(selected_series=[types.SimpleNamespace(series=series)])
    image = perirad.read_image(folder)
    label = perirad.read_mask(image, contours, roi="GTV-1")["GTV-1"].array.astype(np.uint8) * 2
    affine = np.eye(4)
    affine[:3, 3] = image.origin
    segmented = Image(label, {"dicom_affine_transform": affine})
    return {"study_selected_series_list": [chosen], "seg_image": segmented}


def test_a_series_and_a_segmentation_become_features_and_a_score(example, ports, patient):
    clinical = {"node": 0, "head_and_neck": 0}
    operator = example.PeriradOperator(
        "app", label=2, model="demo-synthetic", clinical=clinical, name="perirad"
    )
    assert operator.kept == {"name": "perirad"}
    operator.setup(spec := Spec())
    assert spec.inputs == ["study_selected_series_list", "seg_image"]
    made = Ports(ports)
    operator.compute(made, made, None)
    document = made[spec.outputs[0]]
    assert json.loads(json.dumps(document)) == document and document["notice"] == perirad.NOTICE
    direct = perirad.score(*patient, roi="GTV-1", model="demo-synthetic", clinical=clinical)
    score = document["lesions"][0]["score"]
    assert score["value"] == direct.value and score["notice"] == perirad.NOTICE


def test_what_does_not_fit_is_refused(example, ports):
    def compute(**other):
        operator = example.PeriradOperator("app", label=other.pop("label", 2), settings="cd8")
        made = Ports(ports | other)
        operator.compute(made, made, None)

    with pytest.raises(perirad.InputError) as empty:
        compute(label=7)
    assert empty.value.code == "seg.empty"
    with pytest.raises(perirad.GeometryError, match="seg_image begins at"):
        compute(seg_image=Image(ports["seg_image"].asnumpy(), {"dicom_affine_transform": np.eye(4)}))
    with pytest.raises(perirad.PeriradError) as other:
        compute(seg_image=Image(ports["seg_image"].asnumpy()[1:], {}))
    assert other.value.code == "io.lattice_shape"
    with pytest.raises(perirad.SettingsError):
        example.PeriradOperator("app", settings="cd9")
