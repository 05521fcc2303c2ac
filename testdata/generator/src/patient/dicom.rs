//! What the patient's DICOM objects share.

use crate::Failure;
use crate::rng::Rng;
use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// Identifiers of the patient's objects, from the seed.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(super) study: String,
    pub(super) series: String,
    pub(super) frame: String,
    pub(super) structure_series: String,
    pub(super) structure_set: String,
    /// SOP Instance UID of each plane, feet to head.
    pub(super) slices: Vec<String>,
    /// File number of each plane, feet to head: PACS exports are in no order.
    pub(super) file_numbers: Vec<usize>,
    implementation: String,
}

impl Ids {
    pub(crate) fn new(seed: u64, planes: usize) -> Self {
        let mut rng = Rng::new(seed, "identifiers");
        let mut file_numbers: Vec<usize> = (1..=planes).collect();
        rng.shuffle(&mut file_numbers);
        Self {
            study: rng.uid(),
            series: rng.uid(),
            frame: rng.uid(),
            structure_series: rng.uid(),
            structure_set: rng.uid(),
            slices: (0..planes).map(|_| rng.uid()).collect(),
            file_numbers,
            // The same for every seed: it names the program.
            implementation: Rng::new(0, "implementation").uid(),
        }
    }
}

/// Patient, study and equipment (PS3.3 C.7.1.1, C.7.2.1, C.7.5.1).
pub(super) fn common(ids: &Ids) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    texts(
        &mut object,
        &[
            (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            (tags::STUDY_DATE, VR::DA, "20200102"),
            (tags::STUDY_TIME, VR::TM, "101500"),
            (tags::ACCESSION_NUMBER, VR::SH, ""),
            (tags::MANUFACTURER, VR::LO, "perirad generator"),
            (tags::REFERRING_PHYSICIAN_NAME, VR::PN, ""),
            (tags::STUDY_DESCRIPTION, VR::LO, "Synthetic chest"),
            (tags::MANUFACTURER_MODEL_NAME, VR::LO, "synthetic thorax 1"),
            (tags::PATIENT_NAME, VR::PN, "SYNTHETIC^PHANTOM"),
            (tags::PATIENT_ID, VR::LO, "PERIRAD-TEST-1"),
            (tags::PATIENT_BIRTH_DATE, VR::DA, ""),
            (tags::PATIENT_SEX, VR::CS, "O"),
            (tags::SOFTWARE_VERSIONS, VR::LO, "1"),
            (tags::STUDY_INSTANCE_UID, VR::UI, &ids.study),
            (tags::STUDY_ID, VR::SH, "1"),
            (tags::FRAME_OF_REFERENCE_UID, VR::UI, &ids.frame),
            (tags::POSITION_REFERENCE_INDICATOR, VR::LO, ""),
        ],
    );
    object
}

/// Puts text elements; several values are separated by `\`.
pub(super) fn texts(object: &mut InMemDicomObject, elements: &[(Tag, VR, &str)]) {
    for &(tag, vr, value) in elements {
        let value =
            if value.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(value) };
        object.put(DataElement::new(tag, vr, value));
    }
}

/// Puts a sequence.
pub(super) fn sequence(object: &mut InMemDicomObject, tag: Tag, items: Vec<InMemDicomObject>) {
    object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
}

/// An item of text elements only.
pub(super) fn item(elements: &[(Tag, VR, &str)]) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    texts(&mut object, elements);
    object
}

/// A decimal string of hundredths (PS3.5 6.2: at most 16 bytes).
pub(super) fn decimal(mm: f64) -> String {
    // Adding zero makes -0 plain.
    ((mm * 100.0).round() / 100.0 + 0.0).to_string()
}

/// Several decimal strings.
pub(super) fn decimals(mm: &[f64]) -> String {
    mm.iter().map(|v| decimal(*v)).collect::<Vec<_>>().join("\\")
}

/// The object as a file (PS3.10), Explicit VR Little Endian.
pub(super) fn file(object: InMemDicomObject, ids: &Ids) -> Result<Vec<u8>, Failure> {
    // Naming the implementation here keeps the bytes apart from the DICOM library's version.
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .implementation_class_uid(&ids.implementation)
        .implementation_version_name("PERIRAD_GEN_1");
    let mut bytes = Vec::new();
    object.with_meta(meta)?.write_all(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_short_and_plain() {
        assert_eq!(decimals(&[18.0, -182.7, -0.001, 0.1 + 0.2]), "18\\-182.7\\0\\0.3");
        assert_eq!(decimal(-698.75), "-698.75");
    }
}
