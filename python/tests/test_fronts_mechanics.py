"""The transformers of scikit-learn's and MONAI's kind."""

from __future__ import annotations

import pickle

import numpy as np
import perirad
import pytest
from conftest import PLACE
from perirad.monai import Radiomicsd
from perirad.sklearn import RadiomicsTransformer
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@pytest.fixture(scope="module")
def cases(phantom):
    """Six phantoms that differ in contrast, and what tells them apart."""
    image, mask = phantom
    contrasts = np.array([0, 10, 20, 30, 40, 50])
    return [
        {"image": perirad.read_image(image + mask * c, unit="HU", **PLACE), "mask": mask}
        for c in contrasts.astype(np.int16)
    ], contrasts.astype(float)


def test_a_row_for_each_case(cases, phantom):
    images, _ = cases
    transformer = RadiomicsTransformer(regions=["ring"])
    table = transformer.fit_transform(images)
    names = transformer.get_feature_names_out()
    assert table.shape == (6, len(names)) and names[0] == "ring:statistics.mean:3d"
    alone = perirad.extract(**images[3], regions=["ring"]).to_dict()
    assert dict(zip(names, table[3], strict=True)) == alone
    # Pairs, and another library's images.
    pairs = [(case["image"], case["mask"]) for case in images[:2]]
    assert (transformer.transform(pairs) == table[:2]).all()
    assert transformer.transform([]).shape == (0, len(names))
    frame = RadiomicsTransformer(regions=["ring"]).set_output(transform="pandas")
    frame = frame.fit_transform(images)
    assert [*frame.columns] == [*names] and (frame.to_numpy() == table).all()


def test_pipelines_clones_and_searches(cases):
    images, contrasts = cases
    transformer = RadiomicsTransformer(settings=perirad.Settings("cd8"), regions=("tumour",))
    assert clone(transformer).get_params() == transformer.get_params()
    assert repr(pickle.loads(pickle.dumps(transformer))) == repr(transformer)
    # What a parameter file says of the label stays with other levels.
    asked = {"setting": {"label": 3}, "featureClass": {"firstorder": ["Mean"]}}
    of_three = RadiomicsTransformer(asked, regions=["tumour"], bin_width=10)
    labels = images[0]["mask"].astype(np.uint8) * 3
    labels[0, 0, 0] = 1
    assert of_three.fit_transform([(images[0]["image"], labels)]).shape[0] == 1
    pipeline = make_pipeline(transformer, StandardScaler(), Ridge())
    search = GridSearchCV(
        pipeline, {"radiomicstransformer__bin_width": [5.0, 25.0]}, cv=2, error_score="raise"
    )
    search.fit(images, contrasts)
    best = search.best_estimator_[0]
    assert best.settings_.to_dict()["discretise"]["width"] == best.bin_width
    assert np.abs(search.predict(images) - contrasts).max() < 5.0


def test_a_transform_of_dictionaries(cases, phantom):
    images, _ = cases
    data = {"image": images[0]["image"], "label": phantom[1].astype(np.uint8) * 3, "id": 7}
    made = Radiomicsd(settings="cd8", regions=["tumour"], label=3)(data)
    assert made["features"] == perirad.extract(**images[0], regions=["tumour"]).to_dict()
    assert made["id"] == 7 and "features" not in data
    assert Radiomicsd(allow_missing_keys=True)({"id": 7}) == {"id": 7}
    with pytest.raises(KeyError):
        Radiomicsd()({"id": 7})
