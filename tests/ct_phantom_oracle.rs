//! The IBSI 1 CT phantom from DICOM and RTSTRUCT, through the program, against the published
//! values of configurations A, B and C.

use crate::common::{DIRECTIONAL, SPATIAL, UNPUBLISHED, WHOLE, args, compare, data, rows, stdout};

fn configuration(letter: &str, published: usize) {
    let Some(ibsi) = data("ibsi1") else { return };
    let phantom = ibsi.join("ct_phantom");
    let (image, mask) = (phantom.join("dicom"), phantom.join("dicom_rtstruct"));
    let preset = format!("ibsi-{}", letter.to_lowercase());
    let long = stdout(&args(&[
        &"extract",
        &image,
        &"--mask",
        &mask,
        &"--roi",
        &"GTV-1",
        &"--region",
        &"tumour",
        &"--settings",
        &preset,
        &"--format",
        &"long",
    ]));
    let table = ibsi.join(format!("reference_values_{letter}.csv"));
    let table = rows(&std::fs::read_to_string(table).unwrap());
    assert_eq!(compare(&long, &table, letter), published);
}

#[test]
fn configuration_a() {
    configuration("A", WHOLE - UNPUBLISHED + 4 * DIRECTIONAL + 2 * SPATIAL);
}

#[test]
fn configuration_b() {
    configuration("B", WHOLE - UNPUBLISHED + 4 * DIRECTIONAL + 2 * SPATIAL);
}

#[test]
fn configuration_c() {
    configuration("C", WHOLE - UNPUBLISHED + 2 * DIRECTIONAL + SPATIAL);
}
