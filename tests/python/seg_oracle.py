"""Segmentations as highdicom reads and writes them.

Writes small SEG objects to testdata/seg (frames of 5 x 7 pixels, so that frames do not begin at
whole bytes; oblique; segments that overlap; planes without a voxel left out) and, for these and for
those of the shared data, testdata/oracles/seg.csv: voxels and their centroid in LPS mm.

    python tests/python/seg_oracle.py ../shared/data
"""

import csv
import io
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
from highdicom.sr.coding import CodedConcept
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = Path(__file__).resolve().parents[2]
UID = "1.2.826.0.1.3680043.8.498.1"
SHAPE = (6, 5, 7)  # planes, rows, columns
SPACING = (2.5, 0.9, 0.8)
ORIGIN = np.array([-20.0, 35.0, -110.0])
C, S = 0.8, 0.6
ROW, COLUMN = np.array([C, S, 0.0]), np.array([0.0, 0.0, -1.0])
NORMAL = np.cross(ROW, COLUMN)


def ct_slice(k):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{UID}.1.{k + 1}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{UID}.2", f"{UID}.3"
    ds.FrameOfReferenceUID = f"{UID}.4"
    ds.PatientID = ds.PatientName = "phantom"
    ds.PatientBirthDate = ds.PatientSex = ds.AccessionNumber = ds.StudyID = ""
    ds.StudyDate, ds.StudyTime = "20200101", "000000"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
    ds.Rows, ds.Columns = SHAPE[1], SHAPE[2]
    ds.PixelSpacing, ds.SliceThickness = [SPACING[1], SPACING[2]], 3.0
    ds.ImageOrientationPatient = [*map(float, ROW), *map(float, COLUMN)]
    ds.ImagePositionPatient = [round(float(v), 6) for v in ORIGIN + NORMAL * SPACING[0] * k]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    return ds


def description(number, label):
    tissue = CodedConcept("85756007", "SCT", "Tissue")
    kind = [CodedConcept("10200004", "SCT", "Liver"), CodedConcept("108369006", "SCT", "Neoplasm")]
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=tissue,
        segmented_property_type=kind[number % 2],
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )


def write(name, pixels, kind, labels, **more):
    seg = hd.seg.Segmentation(
        source_images=[ct_slice(k) for k in range(SHAPE[0])],
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[description(i + 1, label) for i, label in enumerate(labels)],
        series_instance_uid=f"{UID}.5",
        series_number=2,
        sop_instance_uid=f"{UID}.6",
        instance_number=1,
        manufacturer="none",
        manufacturer_model_name="none",
        software_versions="0",
        device_serial_number="0",
        **more,
    )
    for tag in ["ContentDate", "ContentTime", "SeriesDate", "SeriesTime"]:
        if tag in seg:
            setattr(seg, tag, "20200101" if tag.endswith("Date") else "000000")
    seg.InstanceCreationDate, seg.InstanceCreationTime = "20200101", "000000"
    for item in seg.get("DimensionOrganizationSequence", []):
        item.DimensionOrganizationUID = f"{UID}.7"
    for item in seg.get("DimensionIndexSequence", []):
        item.DimensionOrganizationUID = f"{UID}.7"
    for item in seg.SegmentSequence:
        if "TrackingUID" in item:
            item.TrackingUID = f"{UID}.8.{item.SegmentNumber}"
    path = ROOT / "testdata" / "seg" / f"{name}.dcm"
    seg.save_as(path)
    return path


def made():
    rng = np.random.default_rng(1)
    binary = (rng.random((*SHAPE, 3)) < 0.4).astype(np.uint8)
    binary[2, ..., 0] = 0
    binary[[0, 1, 4, 5], ..., 1] = 0
    labels = ["lesion 1", "lesion 2", "vessel"]
    types = hd.seg.SegmentationTypeValues
    fractions = rng.random((*SHAPE, 2)).astype(np.float32) * 0.5
    fractions[1:4, 1:4, 2:5, :] += 0.45
    numbers = rng.integers(0, 3, SHAPE).astype(np.uint8)
    kind = hd.seg.SegmentationFractionalTypeValues.PROBABILITY
    return [
        write("binary", binary, types.BINARY, labels),
        write(
            "fractional", fractions, types.FRACTIONAL, labels[:2],
            fractional_type=kind, max_fractional_value=200,
        ),
        write("labelmap", numbers, types.LABELMAP, labels[:2]),
    ]


def rows(path, name):
    seg = hd.seg.segread(path)
    fractional = seg.segmentation_type == hd.seg.SegmentationTypeValues.FRACTIONAL
    options = {"rescale_fractional": False} if fractional else {}
    volume = seg.get_volume(combine_segments=False, **options)
    threshold = 0.5 * seg.MaximumFractionalValue if fractional else 1
    for at, number in enumerate(seg.segment_numbers):
        inside = np.argwhere(volume.array[..., at] >= threshold)
        points = volume.map_indices_to_reference(inside)
        centre = [f"{c:.6f}" for c in points.mean(axis=0)]
        label = seg.get_segment_description(number).segment_label
        yield [name, number, label, len(inside), *centre]


def main(shared):
    shared = Path(shared)
    folders = ["seg_dcmqi", "seg_dcmqi/24x38x3/seg", "seg_highdicom"]
    paths = [p for folder in folders for p in sorted((shared / "dicom_odd" / folder).glob("*.dcm"))]
    paths = [p for p in paths if "seg" in p.name or p.name == "liver.dcm"]
    named = [(p, f"dicom_odd/{p.relative_to(shared / 'dicom_odd').as_posix()}") for p in paths]
    named += [(p, p.name) for p in made()]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow("file,segment,label,voxels,x_mm,y_mm,z_mm".split(","))
    for path, name in named:
        table.writerows(rows(path, name))
    (ROOT / "testdata" / "oracles" / "seg.csv").write_text(text.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
