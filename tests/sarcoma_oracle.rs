//! Four real soft-tissue sarcomas, through the program, against what independent teams agreed on.

use crate::common::{args, compare, data, rows, stdout};
use std::path::Path;

fn extract(image: &Path, mask: &Path, roi: Option<&str>) -> String {
    let mut list = args(&[
        &"extract",
        &image,
        &"--mask",
        &mask,
        &"--settings",
        &"ibsi-sts",
        &"--format",
        &"long",
    ]);
    list.extend(roi.into_iter().flat_map(|roi| ["--roi".into(), roi.into()]));
    stdout(&list)
}

#[test]
fn every_consensus_value_is_met() {
    let Some(cohort) = data("ibsi1_validation_sts") else { return };
    let table = std::fs::read_to_string(cohort.join("team_consensus_values.csv")).unwrap();
    let table = rows(&table);
    for patient in ["STS_002", "STS_019", "STS_032", "STS_042"] {
        let folder = cohort.join(patient);
        let long = extract(&folder.join("image.nii.gz"), &folder.join("mask.nii.gz"), None);
        let tumour: String = long
            .lines()
            .filter(|line| !line.contains(",ring,"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let own: Vec<_> = table
            .iter()
            .filter(|row| row["config"] == patient)
            .cloned()
            .map(|mut row| {
                // The teams' table files the one feature IBSI has no values of under "other".
                if row["short_name"] == "ivh_auc" {
                    row.insert("family".into(), "ivh".into());
                    row.insert("ibsi_tag".into(), "9CMM".into());
                }
                row
            })
            .collect();
        let compared = compare(&tumour, &own, patient);
        assert!(compared >= 30, "{patient}: only {compared} values compared");
    }
}

#[test]
fn dicom_and_nifti_give_the_same_bits() {
    let Some(cohort) = data("ibsi1_validation_sts") else { return };
    for patient in ["STS_002", "STS_019"] {
        let folder = cohort.join(patient);
        let values = |long: String| -> Vec<(String, String, String)> {
            rows(&long)
                .into_iter()
                .map(|row| (row["region"].clone(), row["feature"].clone(), row["value"].clone()))
                .collect()
        };
        let nifti = extract(&folder.join("image.nii.gz"), &folder.join("mask.nii.gz"), None);
        let dicom =
            extract(&folder.join("dicom"), &folder.join("dicom_rtstruct"), Some("GTV_Mass*"));
        let (nifti, dicom) = (values(nifti), values(dicom));
        assert_eq!(nifti.len(), dicom.len(), "{patient}");
        for (theirs, ours) in nifti.iter().zip(&dicom) {
            // The header of a NIfTI file holds places in single precision.
            let place =
                ["_x", "_y", "_z"].iter().any(|axis| theirs.1 == format!("evidence.minimum{axis}"));
            if place {
                let mm = |row: &(String, String, String)| row.2.parse::<f64>().unwrap();
                let rounded = 1000.0 * f64::from(f32::EPSILON);
                assert!((mm(theirs) - mm(ours)).abs() <= rounded, "{patient}: {theirs:?} {ours:?}");
            } else {
                assert_eq!(theirs, ours, "{patient}");
            }
        }
        assert!(nifti.iter().all(|(_, _, value)| !value.is_empty()), "{patient}");
    }
}
