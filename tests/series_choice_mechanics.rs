//! Which of several series a structure set was drawn on.
#![cfg(feature = "dicom")]

use crate::dicom_maker::Series;
use crate::patient_maker::{self, bytes, item, sequence};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::io::Memory;
use perirad::run::{Choice, ImageFrom, Inputs, MaskFrom, lesions};
use std::sync::Arc;

fn contains(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks one of {parts:?}");
}

/// An RTSTRUCT that lists series with `slices` each, and whose ROIs are one contour each that refers
/// to a slice or to none.
fn structures((listed, slices): (&[&str], u8), rois: &[(&str, &str)]) -> Memory {
    let referring = |mut to: patient_maker::Item, slices: &[String]| {
        let slice = |uid: &String| item(&[(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, uid)]);
        sequence(&mut to, tags::CONTOUR_IMAGE_SEQUENCE, slices.iter().map(slice).collect());
        to
    };
    let mut object = item(&[
        (tags::SOP_CLASS_UID, VR::UI, uids::RT_STRUCTURE_SET_STORAGE),
        (tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
        (tags::SERIES_INSTANCE_UID, VR::UI, "1.2.9"),
    ]);
    let series = listed.iter().map(|uid| {
        let slices: Vec<String> = (0..slices).map(|k| format!("{uid}.{k}")).collect();
        referring(item(&[(tags::SERIES_INSTANCE_UID, VR::UI, uid)]), &slices)
    });
    let (mut study, mut frame) =
        (item(&[]), item(&[(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.3.9")]));
    sequence(&mut study, tags::RT_REFERENCED_SERIES_SEQUENCE, series.collect());
    sequence(&mut frame, tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
    sequence(&mut object, tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame]);
    let (mut names, mut contours) = (Vec::new(), Vec::new());
    for (number, (name, slice)) in ["1", "2", "3"].iter().zip(rois) {
        names.push(item(&[(tags::ROI_NUMBER, VR::IS, number), (tags::ROI_NAME, VR::LO, name)]));
        let contour = item(&[
            (tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "CLOSED_PLANAR"),
            (tags::CONTOUR_DATA, VR::DS, "-10.3\\-20.4\\30\\-8.9\\-20.4\\30\\-8.9\\-18.8\\30"),
        ]);
        let slices: Vec<String> =
            [*slice].iter().filter(|s| !s.is_empty()).map(|s| (*s).into()).collect();
        let mut drawn = item(&[(tags::REFERENCED_ROI_NUMBER, VR::IS, number)]);
        sequence(&mut drawn, tags::CONTOUR_SEQUENCE, vec![referring(contour, &slices)]);
        contours.push(drawn);
    }
    sequence(&mut object, tags::STRUCTURE_SET_ROI_SEQUENCE, names);
    sequence(&mut object, tags::ROI_CONTOUR_SEQUENCE, contours);
    let mut files = Memory::default();
    files.insert("rs.dcm", bytes(object, uids::RT_STRUCTURE_SET_STORAGE));
    files
}

#[test]
fn the_slices_an_rois_own_contours_refer_to_tell_the_series() {
    let mut images = Series::of(4, "a", "1.2.1", "1").files();
    Series::of(3, "b", "1.2.2", "2").add_to(&mut images);
    let mut pet = Series::of(5, "pet", "1.2.3", "3");
    (0..5).for_each(|k| {
        pet.put(k, tags::SOP_CLASS_UID, VR::UI, uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE);
        pet.put(k, tags::MODALITY, VR::CS, "PT");
    });
    pet.add_to(&mut images);
    let images = Arc::new(images);
    // Slices of the series that is measured, and warnings of the image.
    let measured = |mask: &Memory, roi: &str, asked: Option<&str>| {
        let choice =
            Choice { roi: vec![roi.into()], series: asked.map(str::to_owned), ..Choice::default() };
        let inputs = Inputs {
            image: ImageFrom::Files(images.clone()),
            mask: MaskFrom::Files(Arc::new(mask.clone())),
            choice,
            bounds: Vec::new(),
            case: None,
            below: None,
        };
        let (lesions, warnings) = lesions(&inputs, &Engine::serial()).map_err(|e| e.code())?;
        Ok((lesions[0].mask.grid().shape[0], warnings))
    };
    let rois = [("GTV", "1.2.2.0"), ("node", "1.2.1.1"), ("silent", "")];
    let both = structures((&["1.2.1", "1.2.2"], 3), &rois);
    assert_eq!(measured(&both, "GTV", None), Ok((3, Vec::new())));
    assert_eq!(measured(&both, "node", None), Ok((4, Vec::new())));
    assert_eq!(measured(&both, "silent", None), Err("dicom.series_ambiguous"));
    assert_eq!(measured(&both, "other", None), Err("io.roi_unknown"));
    // Asked for is asked for: where it is another, that is told.
    assert_eq!(measured(&both, "GTV", Some("2")), Ok((3, Vec::new())));
    assert_eq!(measured(&both, "silent", Some("1")), Ok((4, Vec::new())));
    let (slices, warnings) = measured(&both, "GTV", Some("1")).unwrap();
    assert_eq!((slices, warnings[0].code), (4, "dicom.other_series"));
    contains(&warnings[0].message, &["series 2 (UID 1.2.2)", "series 1 (UID 1.2.1) was asked for"]);
    let (_, warnings) =
        measured(&structures((&["9.9"], 3), &rois[2..]), "silent", Some("1")).unwrap();
    contains(&warnings[0].message, &["series 9.9, which is not here"]);
    // A PET stands first in the list.
    let fused = structures((&["1.2.3", "1.2.1"], 3), &rois);
    assert_eq!(measured(&fused, "silent", None), Ok((4, Vec::new())));
    // The series that is listed is another than that of the slices.
    let (slices, warnings) = measured(&structures((&["1.2.1"], 0), &rois), "GTV", None).unwrap();
    assert_eq!((slices, warnings[0].code), (3, "dicom.other_series"));
    contains(&warnings[0].message, &["names series 1.2.1", "slices of series 1.2.2"]);
    // Inspection puts each ROI on its own series, also where no slices are listed.
    for listed in [3, 0] {
        let mut folder = (*images).clone();
        let both = structures((&["1.2.1", "1.2.2"], listed), &rois);
        folder.insert("rs.dcm", perirad::io::Files::read(&both, "rs.dcm").unwrap());
        let seen = perirad::io::inspect::inspect_files(&folder, "folder", &Engine::serial());
        let records = &seen.structure_sets[0].on_image;
        assert_eq!(records.iter().map(|qa| &qa.name[..]).collect::<Vec<_>>(), ["GTV", "node"]);
    }
}
