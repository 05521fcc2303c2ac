//! The CT series (PS3.3 A.3).

use super::Study;
use super::dicom::{common, decimal, decimals, file, texts};
use crate::{Failure, NamedFile};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};

/// Stored value of 0 HU.
const ZERO_HU: i32 = 1024;

/// One file for each plane, sorted by name.
pub(super) fn files(study: &Study<'_>) -> Result<Vec<NamedFile>, Failure> {
    let [planes, rows, columns] = study.lattice.shape;
    let mut files = Vec::new();
    for (plane, hu) in study.hu.chunks(rows * columns).enumerate().take(planes) {
        let name = format!("ct/IM{:04}.dcm", study.ids.file_numbers[plane]);
        files.push((name, slice(study, plane, hu)?));
    }
    files.sort();
    Ok(files)
}

fn slice(study: &Study<'_>, plane: usize, hu: &[i16]) -> Result<Vec<u8>, Failure> {
    let [planes, rows, columns] = study.lattice.shape;
    let [thickness, dy, dx] = study.lattice.spacing;
    let z = study.origin[2] + thickness * plane as f64;
    let ids = &study.ids;
    let mut object = common(ids);
    texts(
        &mut object,
        &[
            (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL"),
            (tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
            (tags::SOP_INSTANCE_UID, VR::UI, &ids.slices[plane]),
            (tags::SERIES_DATE, VR::DA, "20200102"),
            (tags::ACQUISITION_DATE, VR::DA, "20200102"),
            (tags::CONTENT_DATE, VR::DA, "20200102"),
            (tags::SERIES_TIME, VR::TM, "102000"),
            (tags::ACQUISITION_TIME, VR::TM, "102110"),
            (tags::CONTENT_TIME, VR::TM, "102112"),
            (tags::MODALITY, VR::CS, "CT"),
            (tags::SERIES_DESCRIPTION, VR::LO, "Chest 2.5 mm soft, venous"),
            (tags::CONTRAST_BOLUS_AGENT, VR::LO, "SYNTHETIC IODINE"),
            (tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
            (tags::SCAN_OPTIONS, VR::CS, "HELICAL"),
            (tags::SLICE_THICKNESS, VR::DS, &decimal(thickness)),
            (tags::KVP, VR::DS, "120"),
            (tags::DATA_COLLECTION_DIAMETER, VR::DS, "500"),
            (tags::RECONSTRUCTION_DIAMETER, VR::DS, &decimal(dx * columns as f64)),
            (tags::GANTRY_DETECTOR_TILT, VR::DS, "0"),
            (tags::TABLE_HEIGHT, VR::DS, "150"),
            (tags::ROTATION_DIRECTION, VR::CS, "CW"),
            (tags::EXPOSURE_TIME, VR::IS, "500"),
            (tags::X_RAY_TUBE_CURRENT, VR::IS, "200"),
            (tags::EXPOSURE, VR::IS, "100"),
            (tags::CONVOLUTION_KERNEL, VR::SH, "SYN30f"),
            (tags::PATIENT_POSITION, VR::CS, "HFS"),
            (tags::SERIES_INSTANCE_UID, VR::UI, &ids.series),
            (tags::SERIES_NUMBER, VR::IS, "2"),
            (tags::ACQUISITION_NUMBER, VR::IS, "1"),
            // Numbered from the head, as scanners do.
            (tags::INSTANCE_NUMBER, VR::IS, &(planes - plane).to_string()),
            (
                tags::IMAGE_POSITION_PATIENT,
                VR::DS,
                &decimals(&[study.origin[0], study.origin[1], z]),
            ),
            (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
            (tags::SLICE_LOCATION, VR::DS, &decimal(z)),
            (tags::IMAGE_COMMENTS, VR::LT, "Synthetic: made by a program, shows no person"),
            (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            (tags::PIXEL_SPACING, VR::DS, &decimals(&[dy, dx])),
            (tags::WINDOW_CENTER, VR::DS, "40\\-600"),
            (tags::WINDOW_WIDTH, VR::DS, "400\\1500"),
            (tags::RESCALE_INTERCEPT, VR::DS, &(-ZERO_HU).to_string()),
            (tags::RESCALE_SLOPE, VR::DS, "1"),
            (tags::RESCALE_TYPE, VR::LO, "HU"),
        ],
    );
    let numbers = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, rows as u16),
        (tags::COLUMNS, columns as u16),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 12),
        (tags::HIGH_BIT, 11),
        (tags::PIXEL_REPRESENTATION, 0),
    ];
    for (tag, number) in numbers {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(number)));
    }
    let stored = hu.iter().map(|v| (i32::from(*v) + ZERO_HU).clamp(0, 4095) as u16);
    let pixels = PrimitiveValue::U16(stored.collect());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));
    file(object, ids)
}
