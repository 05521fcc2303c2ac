//! The embedded patient's series, written anew in other ways: same voxels in the same places.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use perirad::io::Memory;
use perirad_generator::patient::{LATTICE, ORIGIN, Patient};

pub(crate) type Item = InMemDicomObject;

/// The patient's voxels, a slice's header, and the structure set.
pub(crate) struct Source {
    hu: Vec<i16>,
    header: Item,
    pub(crate) structures: Vec<u8>,
}

/// Columns that are kept: rows and columns must not be as many.
const COLUMNS: usize = 140;

/// Row and column directions, unit steps along the patient's x and y, by patient position.
pub(crate) const POSITIONS: [(&str, [i32; 2], [i32; 2]); 8] = [
    ("HFS", [1, 0], [0, 1]),
    ("HFP", [-1, 0], [0, -1]),
    ("FFS", [-1, 0], [0, 1]),
    ("FFP", [1, 0], [0, -1]),
    ("HFDR", [0, -1], [1, 0]),
    ("HFDL", [0, 1], [-1, 0]),
    ("FFDR", [0, -1], [-1, 0]),
    ("FFDL", [0, 1], [1, 0]),
];

/// One slice of a series: where its first pixel is, and its pixels.
pub(crate) struct Slice {
    pub(crate) at: [f64; 3],
    pub(crate) pixels: Vec<u16>,
}

/// A series as it is to be written.
pub(crate) struct Written {
    pub(crate) position: &'static str,
    pub(crate) cosines: [i32; 6],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) slices: Vec<Slice>,
}

impl Source {
    pub(crate) fn new() -> Self {
        let patient = Patient::new(1);
        let files = patient.files().unwrap();
        let bytes = |name: &str| files.iter().find(|(n, _)| n.starts_with(name)).unwrap().1.clone();
        let mut header =
            dicom_object::from_reader(std::io::Cursor::new(&bytes("ct/")[128..])).unwrap();
        header.remove_element(tags::PIXEL_DATA);
        let structures = bytes("rtstruct");
        Self { hu: patient.hu, header: header.into_inner(), structures }
    }

    /// The series as a patient in that position would have it.
    pub(crate) fn oriented(&self, position: &str) -> Written {
        let (position, row, column) = *POSITIONS.iter().find(|p| p.0 == position).unwrap();
        let [planes, ny, nx] = LATTICE.shape;
        let [dz, dy, dx] = LATTICE.spacing;
        let size = |along: [i32; 2]| if along[0] == 0 { ny } else { COLUMNS };
        let (columns, rows) = (size(row), size(column));
        // Index [x, y] of the first pixel, and of others by steps along row and column.
        let start = [0, 1].map(|a| {
            let back = row[a] + column[a] < 0;
            if back { [COLUMNS, ny][a] as i32 - 1 } else { 0 }
        });
        let slices = (0..planes).map(|z| {
            let pixel = |r: usize, c: usize| {
                let [x, y] = [0, 1].map(|a| start[a] + row[a] * c as i32 + column[a] * r as i32);
                let hu = self.hu[(z * ny + y as usize) * nx + x as usize];
                (i32::from(hu) + 1024).clamp(0, 4095) as u16
            };
            Slice {
                at: [
                    ORIGIN[0] + dx * f64::from(start[0]),
                    ORIGIN[1] + dy * f64::from(start[1]),
                    ORIGIN[2] + dz * z as f64,
                ],
                pixels: (0..rows)
                    .flat_map(|r| (0..columns).map(move |c| (r, c)))
                    .map(|(r, c)| pixel(r, c))
                    .collect(),
            }
        });
        let slices = slices.collect();
        let cosines = [row[0], row[1], 0, column[0], column[1], 0];
        Written { position, cosines, rows, columns, slices }
    }

    fn common(&self, series: &Written) -> Item {
        let mut object = self.header.clone();
        put(&mut object, tags::PATIENT_POSITION, VR::CS, series.position);
        for (tag, n) in [(tags::ROWS, series.rows), (tags::COLUMNS, series.columns)] {
            object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(n as u16)));
        }
        object
    }

    /// The series as single slices, in shuffled files.
    pub(crate) fn slices(&self, series: &Written) -> Memory {
        let mut files = Memory::default();
        for (z, slice) in series.slices.iter().enumerate() {
            let mut object = self.common(series);
            put(&mut object, tags::SOP_INSTANCE_UID, VR::UI, &format!("1.2.3.{z}"));
            put(&mut object, tags::IMAGE_POSITION_PATIENT, VR::DS, &decimals(&slice.at));
            put(&mut object, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &cosines(series));
            pixels(&mut object, slice.pixels.clone());
            files.insert(format!("{:03}", z * 29 % 97), bytes(object, uids::CT_IMAGE_STORAGE));
        }
        files
    }

    /// The series as one Enhanced CT, its frames shuffled.
    pub(crate) fn enhanced(&self, series: &Written) -> Item {
        let mut object = self.common(series);
        let spacing = object.get(tags::PIXEL_SPACING).unwrap().to_str().unwrap().into_owned();
        for tag in [
            tags::IMAGE_POSITION_PATIENT,
            tags::IMAGE_ORIENTATION_PATIENT,
            tags::PIXEL_SPACING,
            tags::SLICE_THICKNESS,
            tags::RESCALE_SLOPE,
            tags::RESCALE_INTERCEPT,
            tags::RESCALE_TYPE,
            tags::KVP,
            tags::CONVOLUTION_KERNEL,
            tags::CONTRAST_BOLUS_AGENT,
        ] {
            object.remove_element(tag);
        }
        put(&mut object, tags::SOP_CLASS_UID, VR::UI, uids::ENHANCED_CT_IMAGE_STORAGE);
        put(&mut object, tags::NUMBER_OF_FRAMES, VR::IS, &series.slices.len().to_string());
        let orientation = item(&[(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &cosines(series))]);
        let measures = item(&[
            (tags::PIXEL_SPACING, VR::DS, &spacing),
            (tags::SLICE_THICKNESS, VR::DS, "2.5"),
        ]);
        let values = item(&[
            (tags::RESCALE_INTERCEPT, VR::DS, "-1024"),
            (tags::RESCALE_SLOPE, VR::DS, "1"),
            (tags::RESCALE_TYPE, VR::LO, "HU"),
        ]);
        let mut shared = Item::new_empty();
        sequence(&mut shared, tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation]);
        sequence(&mut shared, tags::PIXEL_MEASURES_SEQUENCE, vec![measures]);
        sequence(&mut shared, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![values]);
        let tube = item(&[(tags::KVP, VR::DS, "120")]);
        sequence(&mut shared, tags::CTX_RAY_DETAILS_SEQUENCE, vec![tube]);
        let kernel = item(&[(tags::CONVOLUTION_KERNEL, VR::SH, "SYN30f")]);
        sequence(&mut shared, tags::CT_RECONSTRUCTION_SEQUENCE, vec![kernel]);
        let agent = item(&[(tags::CODE_MEANING, VR::LO, "SYNTHETIC IODINE")]);
        sequence(&mut object, tags::CONTRAST_BOLUS_AGENT_SEQUENCE, vec![agent]);
        sequence(&mut object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
        let count = series.slices.len();
        let order: Vec<usize> = (0..count).map(|k| k * 29 % count).collect();
        let frames = order.iter().map(|&z| {
            let mut frame = Item::new_empty();
            let at = decimals(&series.slices[z].at);
            let position = item(&[(tags::IMAGE_POSITION_PATIENT, VR::DS, &at)]);
            sequence(&mut frame, tags::PLANE_POSITION_SEQUENCE, vec![position]);
            let content = item(&[(tags::STACK_ID, VR::SH, "1")]);
            sequence(&mut frame, tags::FRAME_CONTENT_SEQUENCE, vec![content]);
            frame
        });
        sequence(&mut object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.collect());
        let all = order.iter().flat_map(|&z| series.slices[z].pixels.iter().copied()).collect();
        pixels(&mut object, all);
        object
    }

    pub(crate) fn structure_files(&self) -> Memory {
        let mut files = Memory::default();
        files.insert("rtstruct.dcm", self.structures.clone());
        files
    }
}

pub(crate) fn put(object: &mut Item, tag: Tag, vr: VR, value: &str) {
    object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
}

pub(crate) fn item(elements: &[(Tag, VR, &str)]) -> Item {
    let mut object = Item::new_empty();
    for (tag, vr, value) in elements {
        put(&mut object, *tag, *vr, value);
    }
    object
}

pub(crate) fn sequence(object: &mut Item, tag: Tag, items: Vec<Item>) {
    object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
}

pub(crate) fn pixels(object: &mut Item, values: Vec<u16>) {
    let value = PrimitiveValue::U16(values.into());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, value));
}

pub(crate) fn bytes(object: Item, class: &str) -> Vec<u8> {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(class)
        .media_storage_sop_instance_uid("1.2.3");
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}

fn cosines(series: &Written) -> String {
    series.cosines.map(|v| v.to_string()).join("\\")
}

fn decimals(mm: &[f64]) -> String {
    let short = |v: &f64| ((v * 1e4).round() / 1e4).to_string();
    mm.iter().map(short).collect::<Vec<_>>().join("\\")
}
