"""The shared real cases at 1 mm, as every package gets them.

    python prepare.py PERIRAD SHARED_DATA OUT

OUT/<case>/ gets native.nii.gz and native_tumour.nii.gz as perirad reads them (from DICOM and RTSTRUCT
where the case has these), image.nii.gz and tumour.nii.gz on the 1 mm lattice, and ring.nii.gz,
perirad's ring of that tumour. The resampling is scipy's, not perirad's, so that perirad's own can be
held to it.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import map_coordinates

SARCOMAS = ["STS_002", "STS_019", "STS_032", "STS_042"]
LUNGS = ["nsclc_pat_2", "nsclc_pat_3", "LUNG1-001_subset"]
# Around the tumour; the ring reaches 2 mm.
MARGIN = 10


def main(perirad, shared, out):
    def convert(*words):
        subprocess.run([perirad, "convert", *map(str, words)], check=True, capture_output=True)

    for case in SARCOMAS + LUNGS:
        folder = out / case
        folder.mkdir()
        if case in SARCOMAS:
            source = shared / "ibsi1_validation_sts" / case
            image, mask, roi = source / "image.nii.gz", source / "mask.nii.gz", []
        else:
            source = shared / "real_ct" / case
            image, mask, roi = source / "dicom", source / "dicom_rtstruct", ["--roi", "GTV-1"]
        convert(image, "-o", folder / "native.nii.gz")
        convert(image, "--mask", mask, *roi, "-o", folder / "native_tumour.nii.gz")
        at_one_mm(folder)
        files = folder / "image.nii.gz", "--mask", folder / "tumour.nii.gz"
        convert(*files, "--region", "ring", "-o", folder / "ring.nii.gz")
        print(case, file=sys.stderr)


def at_one_mm(folder):
    """Linear interpolation on the lattice of IBSI: ceil(n spacing) voxels, centres aligned."""
    image = sitk.ReadImage(str(folder / "native.nii.gz"), sitk.sitkFloat64)
    mask = sitk.ReadImage(str(folder / "native_tumour.nii.gz"), sitk.sitkFloat64)
    values, inside = sitk.GetArrayFromImage(image), sitk.GetArrayFromImage(mask)
    spacing, shape = np.array(image.GetSpacing()[::-1]), np.array(values.shape)
    # A whole number of mm stays one although spacings are stored in binary.
    voxels = np.ceil(shape * spacing - 1e-9).astype(int)
    start = ((shape - 1) * spacing - (voxels - 1)) / 2
    found = np.argwhere(inside) * spacing - start
    first = np.maximum(np.floor(found.min(0)) - MARGIN, 0)
    last = np.minimum(np.ceil(found.max(0)) + MARGIN, voxels - 1)
    axes = [(start[a] + np.arange(first[a], last[a] + 1)) / spacing[a] for a in range(3)]
    points = np.meshgrid(*axes, indexing="ij")
    values = map_coordinates(values, points, order=1, mode="nearest")
    share = map_coordinates(inside, points, order=1, mode="nearest")
    corner = image.TransformContinuousIndexToPhysicalPoint([float(a[0]) for a in reversed(axes)])
    # A voxel that is half inside belongs to the mask, however its eight weights round.
    tumour = share >= 0.5 - 1e-9
    for name, array in [("image", values.astype("f4")), ("tumour", tumour.astype("u1"))]:
        made = sitk.GetImageFromArray(array)
        made.SetOrigin(corner)
        made.SetDirection(image.GetDirection())
        sitk.WriteImage(made, str(folder / f"{name}.nii.gz"))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), Path(sys.argv[3]))
