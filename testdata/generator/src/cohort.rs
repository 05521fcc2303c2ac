//! Phantoms with a hidden variable, for fitting a demonstration model.

use crate::NamedFile;
use crate::field::{Lattice, noise};
use crate::lesion::{Lesion, Scene};
use crate::nifti;
use crate::rng::Rng;
use crate::shape::{Blob, capsule};
use std::fmt::Write;

/// Shape and spacing of every phantom: the embedded patient's voxels.
pub const LATTICE: Lattice = Lattice { shape: [24, 64, 64], spacing: [2.5, 0.9, 0.9] };

/// The columns of `cohort.csv`.
const HEADER: &str = "id,image,mask,kvp,node,head_and_neck,infiltration,outcome\n";

/// One phantom and what is known of it.
#[derive(Debug, Clone)]
pub struct Phantom {
    /// CT numbers `[z, y, x]` on [`LATTICE`], HU.
    pub hu: Vec<i16>,
    /// The lesion `[z, y, x]`.
    pub mask: Vec<bool>,
    /// Tube voltage, kV: 100, 120 or 140.
    pub kvp: u32,
    /// Is the lesion said to be a lymph node?
    pub node: bool,
    /// Is the lesion said to lie in the head or neck?
    pub head_and_neck: bool,
    /// The hidden variable, 0 to 1, rounded to three decimals.
    pub infiltration: f64,
    /// What a model is to predict, without unit, rounded to three decimals.
    pub outcome: f64,
}

/// Phantom number `index` of the cohort with this seed; it does not depend on the others.
pub fn phantom(seed: u64, index: usize) -> Phantom {
    let mut rng = Rng::new(seed, &format!("phantom {index}"));
    let infiltration = thousandths(rng.unit());
    let kvp = [100, 120, 140][rng.below(3)];
    let (node, head_and_neck) = (rng.chance(0.3), rng.chance(0.25));
    let outcome = 2.0 + 1.5 * infiltration - 0.3 * f64::from(u8::from(node))
        + 0.35 * f64::from(u8::from(head_and_neck))
        + 0.15 * rng.bell();

    let radius = rng.between(6.5, 14.5);
    let centre = [rng.between(-3.0, 3.0), rng.between(-3.0, 3.0), rng.between(-2.5, 2.5)];
    let surface = Blob::new(centre, radius, rng.between(0.3, 1.0), &mut rng);
    let mut scene = lung_beside_mediastinum(&surface, enhancement(kvp), &mut rng);
    let tissue = 30.0 + rng.between(28.0, 40.0) * enhancement(kvp);
    let mask = LATTICE.map(|p| surface.depth(p) > 0.0);
    Lesion { surface, infiltration, tissue }.paint(&mut scene, &mut rng);
    let hu = scene.scan(rng.between(7.0, 10.0), &mut rng);
    let outcome = thousandths(outcome);
    Phantom { hu, mask, kvp, node, head_and_neck, infiltration, outcome }
}

/// Iodine's CT number relative to that at 120 kV.
pub fn enhancement(kvp: u32) -> f64 {
    match kvp {
        100 => 1.3,
        140 => 0.8,
        _ => 1.0,
    }
}

/// Lung with vessels, and tissue on one side that the lesion leans on.
fn lung_beside_mediastinum(lesion: &Blob, enhancement: f64, rng: &mut Rng) -> Scene {
    let [side, tilt, rise] = rng.direction();
    let offset = lesion.radius * rng.between(0.55, 0.95);
    let vessels: Vec<_> = (0..4)
        .map(|_| {
            let [from, to] = [0; 2].map(|_| rng.direction().map(|c| 34.0 * c));
            (from, to, rng.between(0.8, 2.0))
        })
        .collect();
    let parenchyma = noise(LATTICE.shape, [1, 4, 4], rng);
    let mut grain = parenchyma.iter();
    let hu = LATTICE.map(|p| {
        let lung = -850.0 + 22.0 * grain.next().copied().unwrap_or(0.0);
        let d = [0, 1, 2].map(|a| p[a] - lesion.centre[a]);
        // The tissue lies mostly to the left or right: axial planes show it.
        let across = side.signum() * d[0] + 0.4 * tilt * d[1] + 0.4 * rise * d[2];
        if across > offset {
            40.0
        } else if vessels.iter().any(|&(from, to, r)| capsule(p, from, to, r) > 0.0) {
            40.0 + 110.0 * enhancement
        } else {
            lung
        }
    });
    Scene { lattice: LATTICE, noise: vec![1.0; hu.len()], hu }
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The files of a cohort, name and bytes, one phantom's after another's; `cohort.csv` comes last.
pub fn files(seed: u64, count: usize) -> impl Iterator<Item = NamedFile> {
    let mut table = HEADER.to_owned();
    (0..=count).flat_map(move |index| {
        if index == count {
            return vec![("cohort.csv".to_owned(), std::mem::take(&mut table).into_bytes())];
        }
        let made = phantom(seed, index);
        let id = format!("P{:04}", index + 1);
        let (image, mask) = (format!("{id}_ct.nii"), format!("{id}_mask.nii"));
        let flags = (u8::from(made.node), u8::from(made.head_and_neck));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{id},{image},{mask},{},{},{},{},{}",
            made.kvp, flags.0, flags.1, made.infiltration, made.outcome
        );
        vec![(image, nifti::image(&LATTICE, &made.hu)), (mask, nifti::mask(&LATTICE, &made.mask))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phantoms_repeat_differ_and_hold_a_lesion_clear_of_the_edge() {
        let (first, second) = (phantom(1, 0), phantom(1, 1));
        assert_eq!(first.hu, phantom(1, 0).hu);
        assert_ne!(first.hu, second.hu);
        for index in 0..20 {
            let made = phantom(1, index);
            let [nz, ny, nx] = LATTICE.shape;
            let count = made.mask.iter().filter(|m| **m).count();
            assert!((300..12_000).contains(&count), "{index}: {count}");
            for (i, _) in made.mask.iter().enumerate().filter(|(_, m)| **m) {
                let (z, y, x) = (i / (nx * ny), i / nx % ny, i % nx);
                let edge = z.min(nz - 1 - z).min(y).min(ny - 1 - y).min(x).min(nx - 1 - x);
                assert!(edge > 0, "{index} touches the edge");
            }
        }
    }

    #[test]
    fn a_cohort_is_its_files_and_a_table() {
        let names: Vec<_> = files(1, 2).map(|(name, _)| name).collect();
        let expected =
            ["P0001_ct.nii", "P0001_mask.nii", "P0002_ct.nii", "P0002_mask.nii", "cohort.csv"];
        assert_eq!(names, expected);
        let (_, table) = files(1, 2).last().unwrap();
        let table = String::from_utf8(table).unwrap();
        assert_eq!(table.lines().count(), 3);
        assert!(table.starts_with(HEADER));
    }
}
