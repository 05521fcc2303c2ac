//! Lesions of a wanted size in volumes of a wanted shape, for benchmarks.

use crate::field::{Lattice, noise};
use crate::rng::Rng;

/// An image with one lesion, in memory.
#[derive(Debug, Clone)]
pub struct Workload {
    /// CT numbers `[z, y, x]`, C order, HU.
    pub hu: Vec<i16>,
    /// The lesion `[z, y, x]`.
    pub mask: Vec<bool>,
    /// Shape and spacing `[z, y, x]`.
    pub lattice: Lattice,
}

/// Edge of the noise tile that is repeated over the volume: large volumes stay cheap to make.
const TILE: usize = 48;

/// A textured ellipsoid of exactly `voxels` voxels (at most all) in the middle of a lung.
///
/// Its semi-axes are in the ratio 1 : 0.8 : 0.9 along `[z, y, x]` in mm.
pub fn ellipsoid(lattice: Lattice, voxels: usize, seed: u64) -> Workload {
    let mut rng = Rng::new(seed, "workload");
    let tile = noise([TILE; 3], [1, 1, 1], &mut rng);
    let squared = |[x, y, z]: [f64; 3]| {
        let q = [z, y / 0.8, x / 0.9];
        q[0] * q[0] + q[1] * q[1] + q[2] * q[2]
    };
    // Voxels well beyond the wanted volume (4/3 pi abc, times 3) need no sorting.
    let wanted = voxels.min(lattice.voxels());
    let enough = 3.0 * wanted as f64 * lattice.spacing.iter().product::<f64>();
    let within = |limit: f64| {
        let mut i = 0;
        let mut near: Vec<(f64, usize)> = Vec::new();
        lattice.map(|p| {
            let s = squared(p);
            if 3.0 * s * s.sqrt() <= limit {
                near.push((s, i));
            }
            i += 1;
        });
        near
    };
    let mut near = within(enough);
    if near.len() < wanted {
        near = within(f64::INFINITY);
    }
    if 0 < wanted && wanted < near.len() {
        near.select_nth_unstable_by(wanted - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
    let mut mask = vec![false; lattice.voxels()];
    for &(_, i) in &near[..wanted] {
        mask[i] = true;
    }
    let [_, ny, nx] = lattice.shape;
    let hu = (0..mask.len())
        .map(|i| {
            let (z, y, x) = (i / (nx * ny), i / nx % ny, i % nx);
            let grain = tile[(z % TILE * TILE + y % TILE) * TILE + x % TILE];
            let (mean, spread) = if mask[i] { (50.0, 35.0) } else { (-840.0, 60.0) };
            (mean + spread * grain).round() as i16
        })
        .collect();
    Workload { hu, mask, lattice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_the_wanted_one() {
        let lattice = Lattice { shape: [20, 60, 50], spacing: [2.5, 0.8, 0.8] };
        for wanted in [0, 1, 777, 60_000, 70_000] {
            let made = ellipsoid(lattice, wanted, 1);
            assert_eq!(made.mask.iter().filter(|m| **m).count(), wanted.min(60_000));
            assert_eq!(made.hu.len(), 60_000);
        }
    }
}
