//! The structure set (PS3.3 A.19).

use super::dicom::{self, common, decimals, item, sequence, texts};
use super::{Structure, Study};
use crate::Failure;
use crate::contour::{Polygon, trace};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

/// SOP Class that RT Referenced Study Sequence names (retired, and still what is written).
const DETACHED_STUDY: &str = "1.2.840.10008.3.1.2.3.1";

/// The ROIs stand in three sequences, in another order in each: only their numbers tell which
/// belong together.
fn order(count: usize, turn: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |i| (count - 1 - i + turn) % count)
}

/// The structure set as a file.
pub(super) fn file(study: &Study<'_>) -> Result<Vec<u8>, Failure> {
    let ids = &study.ids;
    let mut object = common(ids);
    texts(
        &mut object,
        &[
            (tags::SOP_CLASS_UID, VR::UI, uids::RT_STRUCTURE_SET_STORAGE),
            (tags::SOP_INSTANCE_UID, VR::UI, &ids.structure_set),
            (tags::MODALITY, VR::CS, "RTSTRUCT"),
            (tags::SERIES_DESCRIPTION, VR::LO, "Lesions and organs"),
            (tags::OPERATORS_NAME, VR::PN, ""),
            (tags::SERIES_INSTANCE_UID, VR::UI, &ids.structure_series),
            (tags::SERIES_NUMBER, VR::IS, "3"),
            (tags::INSTANCE_NUMBER, VR::IS, "1"),
            (tags::STRUCTURE_SET_LABEL, VR::SH, "SYNTHETIC"),
            (tags::STRUCTURE_SET_DATE, VR::DA, "20200103"),
            (tags::STRUCTURE_SET_TIME, VR::TM, "090000"),
            (tags::APPROVAL_STATUS, VR::CS, "UNAPPROVED"),
        ],
    );
    sequence(&mut object, tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame(study)]);

    let structures = study.structures;
    let mut listed = Vec::new();
    for structure in structures {
        listed.push(item(&[
            (tags::ROI_NUMBER, VR::IS, &structure.number.to_string()),
            (tags::REFERENCED_FRAME_OF_REFERENCE_UID, VR::UI, &ids.frame),
            (tags::ROI_NAME, VR::LO, structure.name),
            (tags::ROI_GENERATION_ALGORITHM, VR::CS, "AUTOMATIC"),
        ]));
    }
    sequence(&mut object, tags::STRUCTURE_SET_ROI_SEQUENCE, listed);
    let drawn = order(structures.len(), 0).map(|i| contours(study, &structures[i]));
    sequence(&mut object, tags::ROI_CONTOUR_SEQUENCE, drawn.collect());
    let observed = order(structures.len(), 2).enumerate().map(|(n, i)| {
        item(&[
            (tags::OBSERVATION_NUMBER, VR::IS, &(n + 1).to_string()),
            (tags::REFERENCED_ROI_NUMBER, VR::IS, &structures[i].number.to_string()),
            (tags::RTROI_INTERPRETED_TYPE, VR::CS, structures[i].kind),
            (tags::ROI_INTERPRETER, VR::PN, ""),
        ])
    });
    sequence(&mut object, tags::RTROI_OBSERVATIONS_SEQUENCE, observed.collect());
    dicom::file(object, ids)
}

/// The frame of reference, and the images it was drawn on.
fn frame(study: &Study<'_>) -> InMemDicomObject {
    let ids = &study.ids;
    let mut series = item(&[(tags::SERIES_INSTANCE_UID, VR::UI, &ids.series)]);
    let images = (0..ids.slices.len()).map(|plane| image(study, plane)).collect();
    sequence(&mut series, tags::CONTOUR_IMAGE_SEQUENCE, images);
    let mut study = item(&[
        (tags::REFERENCED_SOP_CLASS_UID, VR::UI, DETACHED_STUDY),
        (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &ids.study),
    ]);
    sequence(&mut study, tags::RT_REFERENCED_SERIES_SEQUENCE, vec![series]);
    let mut frame = item(&[(tags::FRAME_OF_REFERENCE_UID, VR::UI, &ids.frame)]);
    sequence(&mut frame, tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
    frame
}

fn image(study: &Study<'_>, plane: usize) -> InMemDicomObject {
    item(&[
        (tags::REFERENCED_SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
        (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &study.ids.slices[plane]),
    ])
}

/// All contours of one structure.
fn contours(study: &Study<'_>, structure: &Structure) -> InMemDicomObject {
    let [_, rows, columns] = study.lattice.shape;
    let mut drawn = Vec::new();
    for (at, depth) in structure.depth.chunks(rows * columns).enumerate() {
        let plane = structure.first + at;
        for polygon in trace(depth, columns) {
            let mut contour = item(&[
                (tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "CLOSED_PLANAR"),
                (tags::NUMBER_OF_CONTOUR_POINTS, VR::IS, &polygon.len().to_string()),
                (tags::CONTOUR_NUMBER, VR::IS, &(drawn.len() + 1).to_string()),
                (tags::CONTOUR_DATA, VR::DS, &points(study, &polygon, plane)),
            ]);
            sequence(&mut contour, tags::CONTOUR_IMAGE_SEQUENCE, vec![image(study, plane)]);
            drawn.push(contour);
        }
    }
    let mut object = item(&[
        (tags::ROI_DISPLAY_COLOR, VR::IS, structure.colour),
        (tags::REFERENCED_ROI_NUMBER, VR::IS, &structure.number.to_string()),
    ]);
    sequence(&mut object, tags::CONTOUR_SEQUENCE, drawn);
    object
}

/// Contour Data: x, y, z of each point, LPS mm.
fn points(study: &Study<'_>, polygon: &Polygon, plane: usize) -> String {
    let [dz, dy, dx] = study.lattice.spacing;
    let z = study.origin[2] + dz * plane as f64;
    let mm: Vec<f64> = polygon
        .iter()
        .flat_map(|[x, y]| [study.origin[0] + dx * x, study.origin[1] + dy * y, z])
        .collect();
    decimals(&mm)
}
