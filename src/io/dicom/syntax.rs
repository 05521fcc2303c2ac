//! Transfer syntaxes (DICOM PS3.5 section 10 and annex A) and SOP classes by name.

use super::codec::find;
use dicom_core::dictionary::{UidDictionary, UidDictionaryEntry};
use dicom_dictionary_std::{StandardSopClassDictionary, uids};

/// How a data set is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Implicit VR Little Endian, native pixels.
    Implicit,
    /// Explicit VR Little Endian, native pixels.
    Explicit,
    /// Explicit VR Big Endian, native pixels.
    BigEndian,
    /// Explicit VR Little Endian, deflated as a whole.
    Deflated,
    /// Explicit VR Little Endian with compressed pixels: the header can be read.
    Compressed,
    /// Not even the header can be read.
    Unreadable,
}

/// The encoding of a transfer syntax.
pub(super) fn encoding(uid: &str) -> Encoding {
    match uid {
        uids::IMPLICIT_VR_LITTLE_ENDIAN => Encoding::Implicit,
        uids::EXPLICIT_VR_LITTLE_ENDIAN => Encoding::Explicit,
        // Retired, so its constant is deprecated.
        "1.2.840.10008.1.2.2" => Encoding::BigEndian,
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => Encoding::Deflated,
        // The JPIP deflate variants deflate the data set, too; their pixels are elsewhere.
        "1.2.840.10008.1.2.4.95" | "1.2.840.10008.1.2.4.205" => Encoding::Unreadable,
        uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => Encoding::Compressed,
        _ if ["1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8."]
            .iter()
            .any(|start| uid.starts_with(start)) =>
        {
            Encoding::Compressed
        }
        _ => Encoding::Unreadable,
    }
}

/// The name people know a transfer syntax by.
pub(super) fn syntax_name(uid: &str) -> &'static str {
    if let Some(codec) = find(uid) {
        return codec.name;
    }
    match uid {
        uids::IMPLICIT_VR_LITTLE_ENDIAN => "Implicit VR Little Endian",
        uids::EXPLICIT_VR_LITTLE_ENDIAN => "Explicit VR Little Endian",
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => "Deflated Explicit VR Little Endian",
        uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => "Encapsulated Uncompressed",
        "1.2.840.10008.1.2.2" => "Explicit VR Big Endian",
        uids::JPEG_BASELINE8_BIT => "JPEG Baseline",
        uids::JPEG_EXTENDED12_BIT => "JPEG Extended",
        "1.2.840.10008.1.2.4.201" | "1.2.840.10008.1.2.4.202" => {
            "High-Throughput JPEG 2000 Lossless"
        }
        "1.2.840.10008.1.2.4.92" | "1.2.840.10008.1.2.4.93" => "JPEG 2000 Multi-component",
        "1.2.840.10008.1.2.4.94" | "1.2.840.10008.1.2.4.95" => "JPIP Referenced",
        _ if uid.starts_with("1.2.840.10008.1.2.4.100") => "MPEG-2",
        _ if uid.starts_with("1.2.840.10008.1.2.4.101") => "MPEG-2",
        _ if uid.starts_with("1.2.840.10008.1.2.4.10") => "MPEG-4 or HEVC",
        "1.2.840.10008.1.2.4.203" => "High-Throughput JPEG 2000",
        uids::JPEGXL_LOSSLESS => "JPEG XL Lossless",
        uids::JPEGXL | uids::JPEGXLJPEG_RECOMPRESSION => "JPEG XL",
        _ => "of an unknown kind",
    }
}

/// The standard's name of a SOP class, or its UID; what it lacks where there is none.
pub(super) fn sop_class_name(uid: &str) -> String {
    if uid.is_empty() {
        return "an object without SOP Class UID (0008,0016)".into();
    }
    StandardSopClassDictionary
        .by_uid(uid)
        .map_or_else(|| format!("SOP class {uid}"), |entry| entry.name().to_owned())
}

/// Is it a SOP class that the standard knows and calls neither image, volume nor map: RT Dose, RT Plan,
/// reports, presentation states?
pub(super) fn is_no_image(uid: &str) -> bool {
    let images = ["Image Storage", "Volume Storage", "Map Storage"];
    let entry = StandardSopClassDictionary.by_uid(uid);
    entry.is_some_and(|entry| !images.iter().any(|name| entry.name().contains(name)))
}

/// What an image of a SOP class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// CT, in Hounsfield units; else MR, in arbitrary ones.
    pub ct: bool,
    /// Its frames stand in one file, described by functional groups.
    pub frames: bool,
}

/// The SOP classes whose slices make a volume; `None` for all others.
pub(super) fn kind(sop_class: &str) -> Option<Kind> {
    let kind = |ct, frames| Some(Kind { ct, frames });
    match sop_class {
        uids::CT_IMAGE_STORAGE => kind(true, false),
        uids::ENHANCED_CT_IMAGE_STORAGE | uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE => {
            kind(true, true)
        }
        uids::MR_IMAGE_STORAGE => kind(false, false),
        uids::ENHANCED_MR_IMAGE_STORAGE | uids::LEGACY_CONVERTED_ENHANCED_MR_IMAGE_STORAGE => {
            kind(false, true)
        }
        _ => None,
    }
}
