"""An operator of MONAI Deploy: a DICOM series and a segmentation go in, features and a score come out.

It takes its place after ``DICOMSeriesSelectorOperator``, which names the series, and an operator that
segments it, such as ``MonaiSegInferenceOperator``. Voxels come from the series' own data sets: perirad
rescales each slice by itself and knows its geometry. Needs ``monai-deploy-app-sdk``.

    features = PeriradOperator(self, label=1, settings="cd8", name="perirad")
    self.add_flow(selector, features, {("study_selected_series_list", "study_selected_series_list")})
    self.add_flow(segment, features, {("seg_image", "seg_image")})
    self.add_flow(features, writer, {("features", "features")})

What it emits under ``features`` is the program's JSON, as a ``dict``, with ``notice`` in it.
Research use only; not a medical device.
"""

from typing import Any

import numpy as np
import perirad
from monai.deploy.core import Fragment, Operator, OperatorSpec

#: How far apart two positions of one voxel may be, mm.
NEAR = 0.01


class PeriradOperator(Operator):  # type: ignore[misc]
    """Features of one label of a segmentation; with a model its score, too.

    Parameters
    ----------
    fragment : Fragment
        The application.
    label : int
        Label of the lesion.
    settings : str, path, mapping or perirad.Settings
        How features are made; a model brings its own.
    model : str, path or perirad.Model, optional
        What scores the lesion.
    clinical : mapping of str to float, optional
        What the model asks for and the image does not tell.
    """

    def __init__(
        self,
        fragment: Fragment,
        *args: Any,
        label: int = 1,
        settings: Any = None,
        model: Any = None,
        clinical: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        self.label = label
        # Both are read here: what is wrong with them is told before the first patient.
        self.settings = None if settings is None else perirad.Settings(settings)
        self.model = None if model is None else perirad.Model(model)
        self.clinical = clinical
        super().__init__(fragment, *args, **kwargs)

    def setup(self, spec: OperatorSpec) -> None:
        """Names what goes in and what comes out."""
        spec.input("study_selected_series_list")
        spec.input("seg_image")
        spec.output("features")

    def compute(self, op_input: Any, op_output: Any, context: Any) -> None:
        """Measures the lesion.

        Raises
        ------
        perirad.PeriradError
            A series that is no volume, a segmentation that is empty or of other voxels, inputs that
            the model lacks.
        """
        chosen = op_input.receive("study_selected_series_list")[0].selected_series[0]
        slices = chosen.series.get_sop_instances()
        image = perirad.read_image([one.get_native_sop_instance() for one in slices])
        segmented = op_input.receive("seg_image")
        lesions = perirad.extract_all(
            image,
            {"lesion": placed(segmented, image, self.label)},
            settings=self.settings,
            model=self.model,
            clinical=self.clinical,
        )
        if lesions[0].error is not None:
            raise lesions[0].error
        op_output.emit(lesions[0].document, "features")


def placed(segmented: Any, image: perirad.Image, label: int) -> perirad.Mask:
    """The lesion on the image's voxels: ``seg_image`` is ``[z, y, x]`` as its series was stacked."""
    array = np.asarray(segmented.asnumpy()) == label
    affine = segmented.metadata().get("dicom_affine_transform")
    if affine is not None:
        first = np.asarray(affine)[:3, 3]
        if np.abs(first - image.origin).max() > NEAR:
            raise perirad.GeometryError(
                "python.place",
                f"seg_image begins at {first.round(2).tolist()} mm, "
                f"the series at {np.round(image.origin, 2).tolist()} mm",
                "Segment the series that is measured, on its own voxels.",
            )
    return perirad.Mask(array, image.place, "lesion")
