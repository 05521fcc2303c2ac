"""Writes a DICOM series again in other transfer syntaxes, one folder for each.

    python transcode.py SERIES OUT

Encoders are those of pydicom (RLE, big endian), pylibjpeg-openjpeg (JPEG 2000) and GDCM (JPEG
Lossless, JPEG-LS). Before a file counts, it is decoded by another library and compared.
"""

import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

BY_PYDICOM = {
    "rle": (RLELossless, "pydicom"),
    "jpeg_2000_lossless": (JPEG2000Lossless, "pylibjpeg"),
}
BY_GDCM = {
    "jpeg_lossless": "JPEGLosslessProcess14",
    "jpeg_lossless_sv1": "JPEGLosslessProcess14_1",
    "jpeg_ls_lossless": "JPEGLSLossless",
    "gdcm_jpeg_2000_lossless": "JPEG2000Lossless",
    "gdcm_rle": "RLELossless",
}
NATIVE = {
    "implicit": (ImplicitVRLittleEndian, True, True),
    "explicit": (ExplicitVRLittleEndian, False, True),
    "deflated": (DeflatedExplicitVRLittleEndian, False, True),
    "big_endian": (ExplicitVRBigEndian, False, False),
}


def by_pydicom(source: Path, target: Path, syntax: str, plugin: str) -> None:
    image = pydicom.dcmread(source)
    image.compress(syntax, encoding_plugin=plugin, generate_instance_uid=False)
    image.save_as(target)


def by_gdcm(source: Path, target: Path, syntax: str) -> None:
    # Imported late: its own zlib gets in the way of Python's, and deflating crashes.
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    if not reader.Read():
        raise RuntimeError(f"GDCM cannot read {source.name}")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise RuntimeError(f"GDCM cannot encode {source.name} as {syntax}")
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise RuntimeError(f"GDCM cannot write {target.name}")
    # GDCM changes more than the pixels: the header stays the source's, Rescale Type above all.
    image, coded = pydicom.dcmread(source), pydicom.dcmread(target)
    image.file_meta.TransferSyntaxUID = coded.file_meta.TransferSyntaxUID
    image["PixelData"] = coded["PixelData"]
    for keyword in ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        setattr(image, keyword, coded[keyword].value)
    image.save_as(target)


def native(source: Path, target: Path, syntax: str, implicit: bool, little: bool) -> None:
    image = pydicom.dcmread(source)
    pixels = image.pixel_array
    image.file_meta.TransferSyntaxUID = syntax
    order = "<" if little else ">"
    image.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    image["PixelData"].VR = "OW"
    pydicom.dcmwrite(
        target, image, implicit_vr=implicit, little_endian=little, force_encoding=not little
    )


def main(series: Path, out: Path) -> None:
    ways = {name: (native, way) for name, way in NATIVE.items()}
    ways |= {name: (by_pydicom, way) for name, way in BY_PYDICOM.items()}
    ways |= {name: (by_gdcm, (way,)) for name, way in BY_GDCM.items()}
    sources = sorted(path for path in series.rglob("*") if path.is_file())
    for name, (write, way) in ways.items():
        folder = out / name
        folder.mkdir(parents=True)
        for source in sources:
            target = folder / f"{source.stem}.dcm"
            write(source, target, *way)
            original, copy = pydicom.dcmread(source), pydicom.dcmread(target)
            if not np.array_equal(original.pixel_array, copy.pixel_array):
                raise RuntimeError(f"{name}: {source.name} is not what it was")
        print(name, copy.file_meta.TransferSyntaxUID, len(sources))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
