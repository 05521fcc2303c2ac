//! The IBSI 1 CT phantom after each processing step, against the published diagnostics of
//! configurations A, B and C: where a pipeline goes wrong shows here first.

use crate::common::{agrees, data, rows};
use perirad::engine::Engine;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Mask, Volume};
use perirad::io::source::{ImageChoice, LesionChoice};
use perirad::io::{open_image, open_mask};
use perirad::preprocess::{Target, resample_image, resample_mask, resegment, round_intensities};
use perirad::settings::preset;
use std::collections::BTreeMap;

type Facts = BTreeMap<String, f64>;

fn put_xyz(facts: &mut Facts, name: &str, state: &str, [z, y, x]: [f64; 3]) {
    for (axis, value) in [("x", x), ("y", y), ("z", z)] {
        facts.insert(format!("{name}_{axis}_{state}"), value);
    }
}

/// Mean, minimum and maximum of intensities, under the names of the table.
fn put_intensities<'a>(
    facts: &mut Facts,
    prefix: &str,
    state: &str,
    values: impl Iterator<Item = &'a f32>,
) {
    let (mut sum, mut n, mut low, mut high) = (0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for &value in values {
        let value = f64::from(value);
        sum += value;
        n += 1.0;
        low = low.min(value);
        high = high.max(value);
    }
    for (name, value) in [("mean", sum / n), ("min", low), ("max", high)] {
        facts.insert(format!("{prefix}{name}_int_{state}"), value);
    }
}

fn put_image(facts: &mut Facts, state: &str, volume: &Volume) {
    let Grid { shape, spacing, .. } = *volume.grid;
    put_xyz(facts, "img_dim", state, shape.map(|n| n as f64));
    put_xyz(facts, "vox_dim", state, spacing);
    put_intensities(facts, "", state, volume.data.iter());
}

fn put_roi(
    facts: &mut Facts,
    state: &str,
    volume: &Volume,
    intensity: &Mask,
    morphological: &Mask,
) {
    put_xyz(facts, "int_mask_dim", state, intensity.grid().shape.map(|n| n as f64));
    for (name, mask) in [("int_mask", intensity), ("morph_mask", morphological)] {
        let bounds = mask.bounds().unwrap().shape().map(|n| n as f64);
        put_xyz(facts, &format!("{name}_bb_dim"), state, bounds);
        facts.insert(format!("{name}_vox_count_{state}"), mask.count() as f64);
    }
    let inside = volume.data.iter().zip(intensity.voxels()).filter(|(_, inside)| **inside);
    put_intensities(facts, "int_mask_", state, inside.map(|(value, _)| value));
}

fn configuration(letter: &str) {
    let Some(ibsi) = data("ibsi1") else { return };
    let engine = Engine::new(2);
    let mask = open_mask(&ibsi.join("ct_phantom/dicom_rtstruct"), &engine).unwrap();
    let choice = ImageChoice {
        series: None,
        referenced: mask.referenced_series(),
        nifti_intensity: Intensity::Hounsfield,
    };
    let image = open_image(&ibsi.join("ct_phantom/dicom"), &choice, &engine).unwrap();
    let choice = LesionChoice { roi: Some("GTV-1"), label: None };
    let lesion = mask.lesion(choice, &image).unwrap().mask;
    let image = image.volume;
    let settings = preset(&format!("ibsi-{}", letter.to_lowercase())).unwrap();

    let mut facts = Facts::new();
    put_image(&mut facts, "init_img", &image);
    put_roi(&mut facts, "init_roi", &image, &lesion, &lesion);
    // The whole lattice, where the pipeline makes a window of it: the bits are the same.
    let target = Target::new(&image.grid, settings.spacing_zyx()).unwrap();
    let how = &settings.resample;
    let native = image;
    let mut image = resample_image(&native, &target, how.image, &engine).unwrap();
    round_intensities(&mut image, &native, how.round).unwrap();
    let lesion = resample_mask(&lesion, &target, how.mask, how.mask_threshold, &engine).unwrap();
    put_image(&mut facts, "interp_img", &image);
    put_roi(&mut facts, "interp_roi", &image, &lesion, &lesion);
    let intensity = resegment(&image, &lesion, settings.resegment).unwrap();
    put_roi(&mut facts, "reseg_roi", &image, &intensity, &lesion);

    let table = std::fs::read_to_string(ibsi.join("diagnostics_A_B_C.csv")).unwrap();
    let (mut compared, mut misses) = (0, Vec::new());
    for row in rows(&table).iter().filter(|row| row["config"] == letter) {
        let name = &row["short_name"];
        let value = *facts.get(name).unwrap_or(&f64::NAN);
        match agrees(row, value) {
            None => {}
            Some(true) => compared += 1,
            Some(false) => misses.push(format!(
                "{name}: {value}, published {} +- {}",
                row["value"], row["tolerance"]
            )),
        }
    }
    assert!(misses.is_empty(), "{letter}:\n{}", misses.join("\n"));
    assert_eq!(compared, 60, "{letter}");
}

#[test]
fn configuration_a() {
    configuration("A");
}

#[test]
fn configuration_b() {
    configuration("B");
}

#[test]
fn configuration_c() {
    configuration("C");
}
