"""The same voxels in the same place give the same bits, whatever they come in."""

from __future__ import annotations

import json

import numpy as np
import perirad
import pytest
from conftest import PLACE

SETTINGS = {"base": "cd8", "resample": {"spacing_mm": ["native", 1.0, 1.5]}}


def numbers(image, mask, **more):
    return perirad.extract(image, mask, settings=SETTINGS, **more).to_dict()


@pytest.fixture(scope="module")
def expected(phantom):
    return numbers(*phantom, **PLACE)


def test_dicom_from_paths_is_what_the_program_measures(patient, rows):
    long = rows("extract", patient[0], "--mask", patient[1], "--roi", "GTV-1", "--format", "long")
    ours = perirad.extract(*patient, roi="GTV-1")
    assert ours.to_pandas("long").to_csv(index=False) == as_csv(long)
    wide = rows("extract", patient[0], "--mask", patient[1], "--roi", "GTV-1", "--format", "csv")
    frame = ours.to_pandas()
    assert [*frame.columns] == [*wide[0]]
    for ours_row, row in zip(frame.to_dict("records"), wide, strict=True):
        assert all(str(ours_row[key]) == row[key] for key in ("case", "roi", "region", "status"))
        values = [key for key in row if ":" in key]
        assert [ours_row[key] for key in values] == [float(row[key]) for key in values]


def test_many_lesions_and_the_whole_document_are_the_programs(patient, rows, cli):
    options = (
        "extract",
        patient[0],
        "--mask",
        patient[1],
        "--roi",
        "GTV*",
        "--roi-many",
        "separate",
    )
    found = perirad.extract_all(*patient, roi="GTV*", roi_many="separate")
    assert found.to_pandas("long").to_csv(index=False) == as_csv(rows(*options, "--format", "long"))
    theirs = json.loads(cli(*options, "--format", "json"))
    lesions = [lesion for one in found for lesion in one.document["lesions"]]
    assert theirs == found[0].document | {"lesions": lesions}


def as_csv(table):
    import pandas as pd

    frame = pd.DataFrame(table)
    frame["value"] = frame["value"].map(lambda text: float(text) if text else None)
    return frame.to_csv(index=False)


def test_arrays_are_measured_as_their_files(patient, rows):
    image = perirad.read_image(patient[0])
    mask = perirad.read_mask(image, patient[1], roi="GTV-1")["GTV-1"]
    from_files = perirad.extract(*patient, roi="GTV-1").to_dict()
    place = {key: getattr(image, key) for key in ("spacing", "origin", "direction")}
    for voxels in (image, image.array, np.asfortranarray(image.array)):
        more = {} if voxels is image else place
        for drawn in (mask, mask.array, {"GTV-1": mask.array}):
            assert perirad.extract(voxels, drawn, **more).to_dict() == from_files
    # A path and an array meet, too.
    assert perirad.extract(patient[0], mask.array).to_dict() == from_files
    assert perirad.extract(image, patient[1], roi="GTV-1").to_dict() == from_files


def test_the_program_measures_the_nifti_of_an_array_alike(phantom, expected, rows, tmp_path):
    import SimpleITK as sitk

    files = []
    for name, voxels in zip(("image", "mask"), phantom, strict=True):
        image = sitk.GetImageFromArray(voxels.astype(np.int16))
        image.SetSpacing(PLACE["spacing"])
        image.SetOrigin(PLACE["origin"])
        files.append(str(tmp_path / f"{name}.nii.gz"))
        sitk.WriteImage(image, files[-1])
    settings = tmp_path / "settings.toml"
    settings.write_text(perirad.Settings(SETTINGS).to_toml())
    long = rows(
        "extract", files[0], "--mask", files[1], "--settings", str(settings), "--format", "long"
    )
    theirs = {
        f"{row['region']}:{row['feature']}:{row['aggregation']}": float(row["value"])
        if row["value"]
        else None
        for row in long
        # Other rows are what regions rest on.
        if row["short"]
    }
    assert theirs == expected
    assert numbers(*files) == expected
    assert perirad.extract(*files).case == long[0]["case"]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "kind", ["i1", "i2", "i4", "i8", ">i2", ">i4", "f2", "f4", "f8", ">f4", "g"]
)
def test_numbers_of_every_type_and_order(phantom, expected, kind, order):
    image, mask = phantom
    if kind == "i1":
        image = np.clip(image, -100, 100)
        expected = numbers(image, mask, **PLACE)
    assert numbers(image.astype(kind, order=order), mask, **PLACE) == expected


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8"])
def test_numbers_without_sign(phantom, kind):
    image = phantom[0].astype(np.int32) + 112
    image = np.clip(image, 0, 255)
    expected = numbers(image, phantom[1], **PLACE)
    assert numbers(image.astype(kind), phantom[1], **PLACE) == expected


@pytest.mark.parametrize(
    "kind", ["?", "u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i2"]
)
def test_masks_of_every_type(phantom, expected, kind):
    image, mask = phantom
    assert numbers(image, np.asfortranarray(mask.astype(kind)), **PLACE) == expected
    if kind != "?":
        labels = mask.astype(kind) * 3
        labels[0, 0, 0] = 1
        assert numbers(image, labels, label=3, **PLACE) == expected


def test_views_that_are_not_contiguous(phantom, expected):
    image, mask = phantom
    doubled = np.repeat(np.repeat(image, 2, axis=0), 3, axis=2)[::2, :, ::3]
    turned = np.ascontiguousarray(image[::-1, :, ::-1])[::-1, :, ::-1]
    swapped = np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0)
    marks = np.repeat(mask, 2, axis=1)[:, ::2]
    frozen = image.copy()
    frozen.flags.writeable = False
    for view in (doubled, turned, swapped, frozen):
        assert numbers(view, marks, **PLACE) == expected


def test_simpleitk_nibabel_and_tensors(phantom, expected):
    import nibabel
    import SimpleITK as sitk

    def itk(voxels):
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(PLACE["spacing"])
        image.SetOrigin(PLACE["origin"])
        return image

    image, mask = phantom
    marks = mask.astype(np.uint8)
    assert numbers(itk(image), itk(marks)) == expected
    assert numbers(itk(image), mask) == expected
    x, y, z = PLACE["origin"]
    affine = np.diag([-1.0, -1.0, 2.0, 1.0])
    affine[:3, 3] = [-x, -y, z]
    pair = [nibabel.Nifti1Image(voxels.T, affine) for voxels in (image, marks)]
    assert numbers(*pair) == expected
    assert numbers(Tensor(image), Tensor(mask), **PLACE) == expected
    metas = [MetaTensor(voxels.T[None], affine) for voxels in (image, marks)]
    assert numbers(*metas) == expected


class Tensor:
    """What torch's tensors do that is asked of them."""

    def __init__(self, array):
        self._array = array

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._array, dtype)


class MetaTensor(Tensor):
    """What MONAI's do: channel, x, y, z, and an affine to RAS."""

    def __init__(self, array, affine):
        super().__init__(array)
        self.affine = Tensor(affine)
        self.meta = {"space": "RAS"}


def test_pydicom_data_sets(patient):
    from pathlib import Path

    import pydicom

    series = [pydicom.dcmread(path) for path in sorted(Path(patient[0]).rglob("*.dcm"))]
    structures = pydicom.dcmread(patient[1])
    ours = perirad.extract(series[::-1], structures, roi="GTV-1")
    theirs = perirad.extract(*patient, roi="GTV-1")
    assert (ours.to_dict(), ours.case) == (theirs.to_dict(), theirs.case)


def test_a_tilted_lattice_is_where_it_says(phantom):
    turn = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    tilted = perirad.read_image(phantom[0], direction=turn, **PLACE)
    assert np.allclose(np.reshape(tilted.direction, (3, 3)), turn)
    assert tilted.array.dtype == np.float32 and (tilted.array == phantom[0]).all()
    flat = perirad.extract(*phantom, **PLACE)
    assert perirad.extract(tilted, phantom[1]).to_dict().keys() == flat.to_dict().keys()


def test_threads_do_not_change_a_bit(phantom, expected, monkeypatch):
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("PERIRAD_THREADS", threads)
        assert numbers(*phantom, **PLACE) == expected
