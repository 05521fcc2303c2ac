//! A CT of a whole chest with lesions of stated sizes: the workload of `benches/peers`.
//!
//! Every voxel has noise of its own, so that the gzipped image is as hard to inflate as a real one.

use crate::field::{Lattice, noise};
use crate::nifti::{image, labelled};
use crate::patient::{Ids, Structure, Study};
use crate::rng::Rng;
use crate::shape::{Blob, ellipsoid};
use crate::{Failure, NamedFile};

/// Shape and spacing of the CT.
pub const LATTICE: Lattice = Lattice { shape: [200, 512, 512], spacing: [2.0, 0.8, 0.8] };
/// Longer than the volume: an ellipsoid of this semi-axis is a cylinder.
const LONG: f64 = 1e6;
/// mm around a lesion in which its noise is made and its depth is known.
const MARGIN_MM: f64 = 12.0;
/// Voxels of 1 mm around a lesion that was cut out.
const CROP_MARGIN: usize = 10;

/// A lesion on the chest's lattice.
struct Lesion {
    /// First voxel of its box and the box, `[z, y, x]`.
    lo: [usize; 3],
    shape: [usize; 3],
    /// mm to its surface in the box, positive inside.
    depth: Vec<f64>,
}

/// Hands over the files, one after another: the CT as NIfTI (`ct.nii`) and as DICOM (`ct/`), what is
/// drawn as RTSTRUCT (`GTV-S` of 20 mL, `GTV-L` of 300 mL) and as label images (`mask_s.nii`,
/// `mask_l.nii`; `mask_20.nii` with twenty lesions of 17 to 23 mL), and both lesions alone in voxels of
/// 1 mm (`ct_1mm_s.nii`, `mask_1mm_s.nii`, and so on).
///
/// # Errors
/// Those of `write`, and of the DICOM writer, which no seed makes complain.
pub fn files(
    seed: u64,
    write: &mut dyn FnMut(NamedFile) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut rng = Rng::new(seed, "chest");
    let voxel_mm3: f64 = LATTICE.spacing.iter().product();
    let lesion = |centre: [f64; 3], mm3: f64, rng: &mut Rng| {
        Lesion::new(LATTICE, centre, (mm3 / voxel_mm3).round() as usize, rng)
    };
    let small = lesion([70.0, 10.0, 70.0], 20_000.0, &mut rng);
    let large = lesion([-70.0, -5.0, -110.0], 300_000.0, &mut rng);
    let mut many = Vec::new();
    for z in [-150.0, -75.0, 0.0, 75.0, 150.0] {
        for (x, y) in [(95.0, 45.0), (-95.0, 45.0), (40.0, -60.0), (-40.0, -55.0)] {
            let mm3 = rng.between(17_000.0, 23_000.0);
            many.push(lesion([x, y, z], mm3, &mut rng));
        }
    }
    let mut hu = chest(&mut rng);
    for lesion in [&small, &large].into_iter().chain(&many) {
        lesion.paint(&mut hu, LATTICE, &mut rng);
    }
    write(("ct.nii".into(), image(&LATTICE, &hu)))?;
    let labels = |lesions: &[Lesion]| {
        let mut labels = vec![0; LATTICE.voxels()];
        for (at, lesion) in lesions.iter().enumerate() {
            lesion.each(LATTICE, |_, voxel, depth| {
                if depth > 0.0 {
                    labels[voxel] = at as u8 + 1;
                }
            });
        }
        labelled(&LATTICE, &labels)
    };
    write(("mask_20.nii".into(), labels(&many)))?;
    drop(many);
    let structures =
        [small.structure("GTV-S", 1, "255\\0\\0"), large.structure("GTV-L", 2, "255\\128\\0")];
    write(("mask_s.nii".into(), labels(&[small])))?;
    write(("mask_l.nii".into(), labels(&[large])))?;
    let (origin, ids) = (LATTICE.at([0.0; 3]), Ids::new(seed, LATTICE.shape[0]));
    let study = Study { lattice: LATTICE, origin, hu: &hu, structures: &structures, ids: &ids };
    study.files()?.into_iter().try_for_each(&mut *write)?;
    for (name, voxels) in [("s", 20_000), ("l", 300_000)] {
        let (lattice, hu, labels) = crop(voxels, &mut rng);
        write((format!("ct_1mm_{name}.nii"), image(&lattice, &hu)))?;
        write((format!("mask_1mm_{name}.nii"), labelled(&lattice, &labels)))?;
    }
    Ok(())
}

/// A lesion of so many voxels of 1 mm in lung, and its labels.
fn crop(voxels: usize, rng: &mut Rng) -> (Lattice, Vec<i16>, Vec<u8>) {
    let mut edge = CROP_MARGIN;
    while edge * edge * edge < 3 * voxels {
        edge += 1;
    }
    let lattice = Lattice { shape: [edge + 2 * CROP_MARGIN; 3], spacing: [1.0; 3] };
    let grain = noise(lattice.shape, [0, 1, 1], rng);
    let mut hu: Vec<i16> = grain.iter().map(|g| (30.0 * g - 860.0).round() as i16).collect();
    let lesion = Lesion::new(lattice, [0.0; 3], voxels, rng);
    lesion.paint(&mut hu, lattice, rng);
    let mut labels = vec![0; lattice.voxels()];
    lesion.each(lattice, |_, voxel, depth| labels[voxel] = u8::from(depth > 0.0));
    (lattice, hu, labels)
}

impl Lesion {
    /// A lesion of exactly `voxels` voxels, uneven and in one piece.
    fn new(lattice: Lattice, centre: [f64; 3], voxels: usize, rng: &mut Rng) -> Self {
        let mm3 = voxels as f64 * lattice.spacing.iter().product::<f64>();
        // The ball of that volume, by bisection: a cube root differs between libraries.
        let (mut low, mut high) = (0.0, 1000.0);
        for _ in 0..60 {
            let radius: f64 = 0.5 * (low + high);
            let ball = 4.0 / 3.0 * std::f64::consts::PI * radius * radius * radius;
            if ball < mm3 { low = radius } else { high = radius }
        }
        let blob = Blob::new(centre, low, 0.35, rng);
        let reach = 1.35 * low + MARGIN_MM;
        let first = lattice.at([0.0; 3]);
        let range = |a: usize| {
            let at = |mm: f64| {
                let index = (mm - first[2 - a]) / lattice.spacing[a];
                (index.round().max(0.0) as usize).min(lattice.shape[a])
            };
            (at(centre[2 - a] - reach), at(centre[2 - a] + reach))
        };
        let ranges = [0, 1, 2].map(range);
        let (lo, shape) = (ranges.map(|r| r.0), ranges.map(|r| r.1 - r.0));
        let mut depth = Vec::with_capacity(shape.iter().product());
        for z in 0..shape[0] {
            for y in 0..shape[1] {
                for x in 0..shape[2] {
                    let index = [lo[0] + z, lo[1] + y, lo[2] + x].map(|i| i as f64);
                    depth.push(blob.depth(lattice.at(index)));
                }
            }
        }
        // Between the depths of the last voxel inside and the first one outside.
        let mut sorted = depth.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let surface = 0.5 * (sorted[voxels - 1] + sorted[voxels]);
        for d in &mut depth {
            *d -= surface;
        }
        Self { lo, shape, depth }
    }

    /// Its box: places in the box and on the lattice, with their depths.
    fn each(&self, lattice: Lattice, mut f: impl FnMut(usize, usize, f64)) {
        let [_, ny, nx] = self.shape;
        for (at, &depth) in self.depth.iter().enumerate() {
            let [z, y, x] = [at / (ny * nx), at / nx % ny, at % nx];
            let [z, y, x] = [self.lo[0] + z, self.lo[1] + y, self.lo[2] + x];
            f(at, (z * lattice.shape[1] + y) * lattice.shape[2] + x, depth);
        }
    }

    /// Soft tissue of two grains, with a soft border, some calcium, and the scanner's noise, which was
    /// there before.
    fn paint(&self, hu: &mut [i16], lattice: Lattice, rng: &mut Rng) {
        let fine = noise(self.shape, [0, 1, 1], rng);
        let coarse = noise(self.shape, [1, 5, 5], rng);
        self.each(lattice, |at, voxel, depth| {
            let share = (0.75 + depth / 2.0).clamp(0.0, 1.0);
            let calcium = if fine[at] > 3.2 && depth > 2.0 { 260.0 } else { 0.0 };
            let tissue = 55.0 + 20.0 * fine[at] - 22.0 * coarse[at].max(0.0) + calcium;
            let before = f64::from(hu[voxel]);
            hu[voxel] = (before + share * (tissue - before)).round() as i16;
        });
    }

    /// Its contours on the CT.
    fn structure(&self, name: &'static str, number: u32, colour: &'static str) -> Structure {
        let [planes, ny, nx] = [self.shape[0], LATTICE.shape[1], LATTICE.shape[2]];
        let mut depth = vec![-MARGIN_MM; planes * ny * nx];
        let first = self.lo[0];
        self.each(LATTICE, |_, voxel, mm| depth[voxel - first * ny * nx] = mm);
        Structure { name, number, kind: "GTV", colour, depth, first }
    }
}

/// CT numbers of body, fat, lungs, spine and ribs with noise, HU.
fn chest(rng: &mut Rng) -> Vec<i16> {
    let [planes, rows, columns] = LATTICE.shape;
    let mut hu = Vec::with_capacity(LATTICE.voxels());
    for z in 0..planes {
        let grain = noise([1, rows, columns], [0, 1, 1], rng);
        let coarse = noise([1, rows, columns], [0, 4, 4], rng);
        for (at, (grain, coarse)) in grain.iter().zip(&coarse).enumerate() {
            let p = LATTICE.at([z as f64, (at / columns) as f64, (at % columns) as f64]);
            let (mean, spread) = tissue(p);
            let value = mean + 11.0 * grain + spread * coarse;
            hu.push(value.round().clamp(-1024.0, 3071.0) as i16);
        }
    }
    hu
}

/// CT number of what is at a position, and how much it varies, HU.
fn tissue(p: [f64; 3]) -> (f64, f64) {
    let within = |centre, semi| ellipsoid(p, centre, semi) > 0.0;
    if !within([0.0; 3], [175.0, 125.0, LONG]) {
        return (-1000.0, 2.0);
    }
    if !within([0.0; 3], [165.0, 115.0, LONG]) {
        return (-95.0, 12.0);
    }
    if within([0.0, 85.0, 0.0], [18.0, 18.0, LONG]) {
        return (420.0, 40.0);
    }
    let lung = |x| within([x, 0.0, 60.0], [62.0, 88.0, 150.0]);
    if lung(85.0) || lung(-85.0) {
        return (-860.0, 30.0);
    }
    let rib = !within([0.0; 3], [156.0, 108.0, LONG]) && (p[2] + 240.0) % 24.0 < 9.0;
    if rib { (550.0, 40.0) } else { (45.0, 14.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesion_has_its_voxels_and_a_crop_holds_it_with_room() {
        let (lattice, hu, labels) = crop(2_000, &mut Rng::new(1, "crop"));
        assert_eq!(labels.iter().map(|l| usize::from(*l)).sum::<usize>(), 2_000);
        assert_eq!((hu.len(), labels.len()), (lattice.voxels(), lattice.voxels()));
        let [n, ..] = lattice.shape;
        let at = |i: usize| [i / (n * n), i / n % n, i % n];
        let inside = (0..labels.len()).filter(|i| labels[*i] > 0).map(at);
        assert!(inside.flatten().all(|i| (5..n - 5).contains(&i)));
        let mean = |label: u8| {
            let own: Vec<f64> =
                (0..hu.len()).filter(|i| labels[*i] == label).map(|i| f64::from(hu[i])).collect();
            own.iter().sum::<f64>() / own.len() as f64
        };
        assert!((0.0..70.0).contains(&mean(1)) && mean(0) < -700.0);
    }
}
