"""Real cases as pydicom, SimpleITK, MIRP and highdicom read them.

    python packages_oracle.py SHARED_DATA OUT

Writes voxels as raw little-endian files, z slowest, planes along the cross product of row and column
directions, and OUT/table.csv: one row for each file with its case, package, ROI or segment, shape,
and where the first voxel lies and how far the next ones are (LPS mm).
"""

import csv
import sys
import warnings
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk
from mirp._data_import.read_data import read_image_and_masks
from mirp.data_import.import_image_and_mask import import_image_and_mask

CASES = {
    "real_ct/nsclc_pat_2": ["GTV-1"],
    "real_ct/nsclc_pat_3": ["GTV-1"],
    "real_ct/LUNG1-001_subset": ["GTV-1"],
    "ibsi1/ct_phantom": ["GTV-1"],
    "ibsi1_validation_sts/STS_002": ["GTV_Mass_CT"],
    "ibsi1_validation_sts/STS_019": ["GTV_Mass_CT"],
    "rtstruct_shapes": [
        "sphere", "cube", "cylinder", "ellipsoid", "torus", "hollow_sphere", "straw",
    ],
}
SEGMENTATIONS = [
    "dicom_odd/seg_dcmqi/liver.dcm",
    "dicom_odd/seg_dcmqi/24x38x3/seg/label.seg.dcm",
    "dicom_odd/seg_pydicom/liver_j2k.dcm",
    "dicom_odd/seg_highdicom/seg_image_ct_binary.dcm",
    "dicom_odd/seg_highdicom/seg_image_ct_binary_fractional.dcm",
    "dicom_odd/seg_highdicom/seg_image_ct_binary_single_frame.dcm",
]
# Irreversible JPEG 2000: each decoder rounds in its own way.
LOSSY = [
    "dicom_odd/wg04_ct1/CT1_J2KI.dcm",
    "dicom_odd/misc/JPEG2000.dcm",
    "dicom_odd/misc/693_J2KI.dcm",
]


class Table:
    def __init__(self, out):
        self.out, self.rows = out, []

    def add(self, case, package, part, array, origin=(), spacing=()):
        kind = "u1" if array.dtype == bool else "<f4"
        name = f"{len(self.rows)}.raw"
        (self.out / name).write_bytes(np.ascontiguousarray(array).astype(kind).tobytes())
        numbers = [" ".join(repr(float(v)) for v in vector) for vector in (origin, spacing)]
        shape = " ".join(map(str, array.shape))
        self.rows.append([case, package, part, name, shape, *numbers])

    def write(self):
        with open(self.out / "table.csv", "w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow("case,package,part,file,shape,origin_xyz,spacing_zyx".split(","))
            table.writerows(self.rows)


def normal_of(orientation):
    row, column = np.reshape(np.asarray(orientation, float), (2, 3))
    return np.cross(row, column)


def by_pydicom(folder):
    slices = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    normal = normal_of(slices[0].ImageOrientationPatient)
    along = [float(np.dot(normal, s.ImagePositionPatient)) for s in slices]
    slices = [slices[i] for i in np.argsort(along)]
    planes = [s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices]
    between = (max(along) - min(along)) / (len(along) - 1)
    return np.stack(planes), slices[0].ImagePositionPatient, [between, *slices[0].PixelSpacing]


def by_simpleitk(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    return sitk.GetArrayFromImage(image), image.GetOrigin(), image.GetSpacing()[::-1]


def by_mirp(folder, rois):
    found = import_image_and_mask(
        image=str(folder / "dicom"), mask=str(folder / "dicom_rtstruct"), roi_name=rois
    )
    images, masks = read_image_and_masks(found[0])
    masks = {mask.roi_name: mask.roi.get_voxel_grid().astype(bool) for mask in masks}
    image = images[0]
    return image.get_voxel_grid(), image.image_origin[::-1], image.image_spacing, masks


def by_highdicom(path):
    seg = hd.seg.segread(path)
    fractional = seg.segmentation_type == hd.seg.SegmentationTypeValues.FRACTIONAL
    options = {"rescale_fractional": False} if fractional else {}
    volume = seg.get_volume(combine_segments=False, **options)
    array = volume.array >= (0.5 * seg.MaximumFractionalValue if fractional else 1)
    planes, rows, columns = np.asarray(volume.affine)[:3, :3].T
    origin = np.asarray(volume.affine)[:3, 3]
    # Its planes may run against the cross product of the directions of rows and columns.
    if np.dot(planes, np.cross(columns, rows)) < 0:
        array, origin = array[::-1], origin + (len(array) - 1) * planes
    for at, number in enumerate(seg.segment_numbers):
        yield number, array[..., at], origin, volume.spacing


def main(shared, out):
    warnings.simplefilter("ignore")
    table = Table(out)
    for case, rois in CASES.items():
        folder = shared / case
        table.add(case, "pydicom", "", *by_pydicom(folder / "dicom"))
        table.add(case, "SimpleITK", "", *by_simpleitk(folder / "dicom"))
        array, origin, spacing, masks = by_mirp(folder, rois)
        table.add(case, "MIRP", "", array, origin, spacing)
        for roi in rois:
            table.add(case, "MIRP", roi, masks[roi])
    for name in SEGMENTATIONS:
        for number, *voxels in by_highdicom(shared / name):
            table.add(name, "highdicom", number, *voxels)
    for name in LOSSY:
        table.add(name, "pydicom", "stored", pydicom.dcmread(shared / name).pixel_array[None])
    table.write()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
