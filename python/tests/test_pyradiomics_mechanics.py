"""What pyradiomics' front takes, and what it refuses by name."""

from __future__ import annotations

import numpy as np
import perirad
import pytest
from conftest import PLACE
from perirad.compat import pyradiomics
from perirad.compat.pyradiomics import RadiomicsFeatureExtractor


@pytest.fixture
def images(phantom):
    image = perirad.read_image(phantom[0], **PLACE)
    return image, phantom[1].astype(np.uint8)


def test_ways_to_construct(images, tmp_path):
    parameters = {
        "setting": {"binWidth": 10},
        "featureClass": {"firstorder": ["Mean"], "glcm": None},
    }
    by_dict = RadiomicsFeatureExtractor(parameters)
    assert by_dict.enabledFeatures == {"firstorder": ["Mean"], "glcm": []}
    assert by_dict.settings["binWidth"] == 10 and by_dict.settings["padDistance"] == 5
    file = tmp_path / "Params.json"
    file.write_text(
        '{"setting": {"binWidth": 10}, "featureClass": {"firstorder": ["Mean"], "glcm": []}}'
    )
    by_file = RadiomicsFeatureExtractor(file)
    by_json = RadiomicsFeatureExtractor()
    by_json.loadJSONParams(file.read_text())
    by_keys = RadiomicsFeatureExtractor(binWidth=10)
    by_keys.disableAllFeatures()
    by_keys.enableFeaturesByName(firstorder=["Mean"], glcm=[])
    found = [one.execute(*images) for one in (by_dict, by_file, by_json, by_keys)]
    values = [{k: v for k, v in one.items() if k.startswith("original")} for one in found]
    assert len(values[0]) == 25 and all(one == values[0] for one in values)
    with pytest.raises(perirad.SettingsError, match="binWitdh.*binWidth"):
        RadiomicsFeatureExtractor({"setting": {"binWitdh": 10}})
    with pytest.raises(perirad.SettingsError, match="none.yaml cannot be read"):
        RadiomicsFeatureExtractor(str(tmp_path / "none.yaml"))


def test_enabling_and_disabling(images):
    extractor = RadiomicsFeatureExtractor(additionalInfo=False)
    assert extractor.getFeatureClassNames() == [*pyradiomics.getFeatureClasses()]
    assert pyradiomics.getImageTypes() == ["Original"]
    assert "Mean" in extractor.getFeatureNames("firstorder")
    everything = extractor.execute(*images)
    assert not any(key.startswith("diagnostics") for key in everything)
    extractor.enableFeatureClassByName("shape", enabled=False)
    without = extractor.execute(*images)
    assert [key for key in everything if "_shape_" not in key] == [*without]
    extractor.addProvenance()
    assert any(key.startswith("diagnostics") for key in extractor.execute(*images))
    with pytest.raises(perirad.SettingsError, match="no feature class texture"):
        extractor.enableFeatureClassByName("texture")
    with pytest.raises(perirad.SettingsError, match="Meen.*Mean"):
        extractor.enableFeaturesByName(firstorder=["Meen"])
    extractor.disableAllFeatures()
    with pytest.raises(perirad.SettingsError, match="no feature class is enabled"):
        extractor.execute(*images)


def test_what_is_not_there_is_named(images):
    extractor = RadiomicsFeatureExtractor()
    with pytest.raises(perirad.SettingsError, match="no image type Wavelet yet"):
        extractor.enableImageTypeByName("Wavelet")
    with pytest.raises(perirad.SettingsError, match="no image type LoG yet"):
        extractor.enableImageTypes(Original={}, LoG={"sigma": [1.0]})
    with pytest.raises(perirad.SettingsError, match="no image type LoG yet"):
        RadiomicsFeatureExtractor({"imageType": {"Original": {}, "LoG": {"sigma": [1.0]}}})
    with pytest.raises(perirad.SettingsError, match="filtered image types"):
        extractor.enableAllImageTypes()
    with pytest.raises(perirad.SettingsError, match="no voxel-based extraction yet"):
        extractor.execute(*images, voxelBased=True)
    extractor.disableAllImageTypes()
    with pytest.raises(perirad.SettingsError, match="no image type is enabled"):
        extractor.execute(*images)


def test_labels_and_channels(images):
    import SimpleITK as sitk

    image, mask = images
    labels = mask * np.uint8(4)
    extractor = RadiomicsFeatureExtractor(additionalInfo=False)
    expected = extractor.execute(image, mask)
    assert extractor.execute(image, labels, label=4) == expected
    extractor.settings["label"] = 4
    assert extractor.execute(image, labels) == expected
    with pytest.raises(perirad.InputError) as unknown:
        extractor.execute(image, labels, 5)
    assert unknown.value.code == "labels.unknown"
    several = sitk.GetImageFromArray(np.stack([mask * 0, labels], axis=-1), isVector=True)
    several.SetSpacing(PLACE["spacing"])
    several.SetOrigin(PLACE["origin"])
    assert extractor.execute(image, several, label_channel=1) == expected
    for wrong, masks in ((2, several), (1, labels)):
        with pytest.raises(perirad.InputError, match="label_channel"):
            extractor.execute(image, masks, label_channel=wrong)
