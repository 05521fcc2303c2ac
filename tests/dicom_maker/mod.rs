//! Small DICOM files made in memory.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use perirad::io::Memory;

/// A CT series of 3 rows and 2 columns, 2.5 mm apart.
pub(crate) struct Series {
    pub(crate) slices: Vec<InMemDicomObject>,
    pub(crate) prefix: &'static str,
    /// Transfer syntax written in the file meta group, whatever the data set is.
    pub(crate) label_as: &'static str,
}

impl Series {
    pub(crate) fn new(count: usize) -> Self {
        let mut series = Self {
            slices: vec![InMemDicomObject::new_empty(); count],
            prefix: "slice",
            label_as: uids::EXPLICIT_VR_LITTLE_ENDIAN,
        };
        for k in 0..count {
            let text = [
                (tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
                (tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.4.1"),
                (tags::MODALITY, VR::CS, "CT"),
                (tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.4"),
                (tags::SERIES_NUMBER, VR::IS, "2"),
                (tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.3.9"),
                (tags::KVP, VR::DS, "120"),
                (tags::SLICE_THICKNESS, VR::DS, "2.0"),
                (tags::CONVOLUTION_KERNEL, VR::SH, "B30f"),
                (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
                (tags::PIXEL_SPACING, VR::DS, "0.8\\0.7"),
                (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
                (tags::RESCALE_SLOPE, VR::DS, "1"),
                (tags::RESCALE_TYPE, VR::LO, "HU"),
            ];
            for (tag, vr, value) in text {
                series.put(k, tag, vr, value);
            }
            series.put(k, tags::RESCALE_INTERCEPT, VR::DS, &format!("{}", -1000 - k as i64));
            series.place(k, [-10.0, -20.0, 30.0 + 2.5 * k as f64]);
            for (tag, value) in [
                (tags::ROWS, 3),
                (tags::COLUMNS, 2),
                (tags::SAMPLES_PER_PIXEL, 1),
                (tags::BITS_ALLOCATED, 16),
                (tags::BITS_STORED, 16),
                (tags::HIGH_BIT, 15),
                (tags::PIXEL_REPRESENTATION, 0),
            ] {
                series.put_u16(k, tag, value);
            }
            series.pixels(k, &[0, 1, 2, 3, 4, 5]);
        }
        series
    }

    /// Slices of another UID and number, in files that begin with `prefix`.
    pub(crate) fn of(count: usize, prefix: &'static str, uid: &str, number: &str) -> Self {
        let mut series = Self::new(count);
        series.prefix = prefix;
        for k in 0..count {
            series.put(k, tags::SERIES_INSTANCE_UID, VR::UI, uid);
            series.put(k, tags::SERIES_NUMBER, VR::IS, number);
            series.put(k, tags::SOP_INSTANCE_UID, VR::UI, &format!("{uid}.{k}"));
        }
        series
    }

    pub(crate) fn reverse(&mut self) {
        self.slices.reverse();
    }

    pub(crate) fn put(&mut self, k: usize, tag: Tag, vr: VR, value: &str) {
        self.slices[k].put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
    }

    pub(crate) fn put_u16(&mut self, k: usize, tag: Tag, value: u16) {
        self.slices[k].put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }

    pub(crate) fn put_sequence(&mut self, k: usize, tag: Tag) {
        let items = DataSetSequence::from(vec![InMemDicomObject::new_empty()]);
        self.slices[k].put(DataElement::new(tag, VR::SQ, items));
    }

    pub(crate) fn place(&mut self, k: usize, at: [f64; 3]) {
        let text = at.map(|v| format!("{v:.6}")).join("\\");
        self.put(k, tags::IMAGE_POSITION_PATIENT, VR::DS, &text);
    }

    pub(crate) fn pixels(&mut self, k: usize, values: &[u16]) {
        let value = PrimitiveValue::U16(values.into());
        self.slices[k].put(DataElement::new(tags::PIXEL_DATA, VR::OW, value));
    }

    pub(crate) fn files(&self) -> Memory {
        let mut files = Memory::default();
        self.add_to(&mut files);
        files
    }

    pub(crate) fn add_to(&self, files: &mut Memory) {
        for (k, slice) in self.slices.iter().enumerate() {
            // Named by place, so that a slice keeps its name when another is removed.
            let z = slice.get(tags::IMAGE_POSITION_PATIENT).expect("it was put");
            let z = z.to_str().expect("it is text");
            let z = z.split('\\').nth(2).and_then(|z| z.parse::<f64>().ok());
            let at = z.map_or(k, |z| ((z - 30.0) / 2.5).round() as usize);
            let mut name = format!("{}{at}.dcm", self.prefix);
            if files_has(files, &name) {
                name = format!("{}{k}.dcm", self.prefix);
            }
            files.insert(name, bytes_of(slice, self.label_as));
        }
    }
}

fn files_has(files: &Memory, name: &str) -> bool {
    perirad::io::Files::names(files).contains(&name)
}

/// A DICOM file: explicit little endian, whatever its file meta group says.
pub(crate) fn bytes_of(object: &InMemDicomObject, label_as: &str) -> Vec<u8> {
    let written = encoded(object, uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let group = |syntax| {
        let mut bytes = [vec![0; 128], b"DICM".to_vec()].concat();
        meta(syntax).write(&mut bytes).expect("memory takes bytes");
        bytes
    };
    let own = group(uids::EXPLICIT_VR_LITTLE_ENDIAN).len();
    [group(label_as), written[own..].to_vec()].concat()
}

/// A DICOM file in a transfer syntax.
pub(crate) fn encoded(object: &InMemDicomObject, syntax: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    object.clone().with_exact_meta(meta(syntax)).write_all(&mut bytes).expect("memory takes bytes");
    bytes
}

fn meta(syntax: &str) -> dicom_object::FileMetaTable {
    FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
        .media_storage_sop_instance_uid("1.2.3.4.1")
        .build()
        .expect("nothing is missing")
}

/// An RTSTRUCT of ROIs (number, name, contours of unused number, type, data, points); its contour
/// sequences stand in reverse order.
#[allow(clippy::type_complexity, reason = "rows of literals in the tests")]
pub(crate) fn rtstruct(rois: &[(i64, &str, &[(i64, &str, &str, &str)])], frame: &str) -> Vec<u8> {
    let text = |tag, vr, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
    let sequence = |tag, items: Vec<InMemDicomObject>| {
        DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
    };
    let item = InMemDicomObject::from_element_iter::<Vec<DataElement<InMemDicomObject>>>;
    let names = rois.iter().map(|(number, name, _)| {
        item(vec![
            text(tags::ROI_NUMBER, VR::IS, &number.to_string()),
            text(tags::ROI_NAME, VR::LO, name),
        ])
    });
    let contours = rois.iter().rev().map(|(number, _, contours)| {
        let drawn = contours.iter().map(|(_, kind, data, points)| {
            item(vec![
                text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, kind),
                text(tags::NUMBER_OF_CONTOUR_POINTS, VR::IS, points),
                text(tags::CONTOUR_DATA, VR::DS, data),
            ])
        });
        item(vec![
            sequence(tags::CONTOUR_SEQUENCE, drawn.collect()),
            text(tags::REFERENCED_ROI_NUMBER, VR::IS, &number.to_string()),
        ])
    });
    let mut object = item(vec![
        text(tags::SOP_CLASS_UID, VR::UI, uids::RT_STRUCTURE_SET_STORAGE),
        text(tags::MODALITY, VR::CS, "RTSTRUCT"),
        text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.6"),
        sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, names.collect()),
        sequence(tags::ROI_CONTOUR_SEQUENCE, contours.collect()),
    ]);
    if !frame.is_empty() {
        object.put(text(tags::FRAME_OF_REFERENCE_UID, VR::UI, frame));
    }
    encoded(&object, uids::EXPLICIT_VR_LITTLE_ENDIAN)
}
