//! What is kept of a slice's header.

use super::open::Place;
use super::tags::{Attributes, Found, numbers, one, text, whole};
use crate::geometry::Vec3;
use crate::io::Mark;
use dicom_dictionary_std::tags;

/// One image file's or frame's header: what its voxels mean and where they are.
///
/// Nothing of it that identifies is ever shown.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub file: String,
    /// Number of the frame in its file, from 0.
    pub frame: usize,
    /// Why the file's frames cannot be used.
    pub fault: Option<String>,
    pub sop_class: String,
    /// SOP Instance UID.
    pub instance: Option<String>,
    /// SOP Instance UID of the single slice from which a converted frame was made.
    pub source_instance: Option<String>,
    /// Patient ID and Study Instance UID, to be compared with those of others.
    pub patient: Option<Mark>,
    pub study: Option<Mark>,
    /// Image Type, or Frame Type, its values separated by `\`.
    pub image_type: Option<String>,
    /// Series Description: may hold a name, so it is searched and never shown.
    pub description: Option<String>,
    pub syntax: String,
    pub modality: Option<String>,
    pub series: Option<String>,
    pub number: Option<String>,
    pub frame_of_reference: Option<String>,
    pub position: Found<Vec3>,
    pub orientation: Found<[f64; 6]>,
    /// `[row spacing, column spacing]`, that is `[y, x]`, mm.
    pub spacing: Found<[f64; 2]>,
    pub thickness: Found<f64>,
    /// Spacing Between Slices, mm, as it is written.
    pub between: Found<f64>,
    pub rows: Found<i64>,
    pub columns: Found<i64>,
    pub frames: Found<i64>,
    pub samples: Found<i64>,
    pub photometric: Option<String>,
    pub bits_allocated: Found<i64>,
    pub bits_stored: Found<i64>,
    pub high_bit: Found<i64>,
    pub representation: Found<i64>,
    pub slope: Found<f64>,
    pub intercept: Found<f64>,
    pub rescale_type: Option<String>,
    pub modality_lut: bool,
    pub padding: Option<i64>,
    pub padding_limit: Option<i64>,
    /// Lossy Image Compression (0028,2110), and its ratio as written.
    pub lossy: Option<String>,
    pub lossy_ratio: Option<String>,
    pub kvp: Option<f64>,
    pub kernel: Option<String>,
    pub contrast_agent: Option<String>,
    pub manufacturer: Option<String>,
    pub scanner: Option<String>,
    pub(super) pixels: Option<Place>,
}

impl Slice {
    /// What messages call it: its file, and the number (from 1) of its frame.
    pub fn label(&self) -> String {
        if matches!(self.frames, Ok(2..)) {
            return format!("{} frame {}", self.file, self.frame + 1);
        }
        self.file.clone()
    }

    /// Does Image Type (0008,0008) hold that value?
    pub fn is_type(&self, value: &str) -> bool {
        let types = self.image_type.as_deref().unwrap_or_default();
        types.split('\\').any(|part| part.trim_matches(['\0', ' ']) == value)
    }

    /// Keeps what is needed of a header.
    pub(super) fn new(
        file: &str,
        object: &impl Attributes,
        (syntax, pixels): (&str, Option<Place>),
    ) -> Self {
        Self {
            file: file.to_owned(),
            frame: 0,
            fault: None,
            sop_class: text(object, tags::SOP_CLASS_UID).unwrap_or_default(),
            instance: text(object, tags::SOP_INSTANCE_UID),
            source_instance: None,
            patient: text(object, tags::PATIENT_ID).map(|id| Mark::of(&id)),
            study: text(object, tags::STUDY_INSTANCE_UID).map(|uid| Mark::of(&uid)),
            image_type: text(object, tags::IMAGE_TYPE),
            description: text(object, tags::SERIES_DESCRIPTION),
            syntax: syntax.to_owned(),
            modality: text(object, tags::MODALITY),
            series: text(object, tags::SERIES_INSTANCE_UID),
            number: text(object, tags::SERIES_NUMBER),
            frame_of_reference: text(object, tags::FRAME_OF_REFERENCE_UID),
            position: numbers(object, tags::IMAGE_POSITION_PATIENT),
            orientation: numbers(object, tags::IMAGE_ORIENTATION_PATIENT),
            spacing: numbers(object, tags::PIXEL_SPACING),
            thickness: one(object, tags::SLICE_THICKNESS),
            between: one(object, tags::SPACING_BETWEEN_SLICES),
            rows: whole(object, tags::ROWS),
            columns: whole(object, tags::COLUMNS),
            frames: whole(object, tags::NUMBER_OF_FRAMES),
            samples: whole(object, tags::SAMPLES_PER_PIXEL),
            photometric: text(object, tags::PHOTOMETRIC_INTERPRETATION),
            bits_allocated: whole(object, tags::BITS_ALLOCATED),
            bits_stored: whole(object, tags::BITS_STORED),
            high_bit: whole(object, tags::HIGH_BIT),
            representation: whole(object, tags::PIXEL_REPRESENTATION),
            slope: one(object, tags::RESCALE_SLOPE),
            intercept: one(object, tags::RESCALE_INTERCEPT),
            rescale_type: text(object, tags::RESCALE_TYPE),
            modality_lut: object.has(tags::MODALITY_LUT_SEQUENCE),
            padding: whole(object, tags::PIXEL_PADDING_VALUE).ok(),
            padding_limit: whole(object, tags::PIXEL_PADDING_RANGE_LIMIT).ok(),
            lossy: text(object, tags::LOSSY_IMAGE_COMPRESSION),
            lossy_ratio: text(object, tags::LOSSY_IMAGE_COMPRESSION_RATIO),
            kvp: one(object, tags::KVP).ok().filter(|kv| *kv > 0.0),
            kernel: text(object, tags::CONVOLUTION_KERNEL),
            contrast_agent: text(object, tags::CONTRAST_BOLUS_AGENT),
            manufacturer: text(object, tags::MANUFACTURER),
            scanner: text(object, tags::MANUFACTURER_MODEL_NAME),
            pixels,
        }
    }
}
