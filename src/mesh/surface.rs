//! Area and volume of the mesh, from how often each marching cubes case occurs.

use super::BitRows;
use super::cases::{CASES, PARTS, VOLUME_UNITS};
use super::triangle::in_mm2;
use crate::engine::Engine;
use crate::geometry::norm;
use std::collections::BTreeMap;

/// Measures of the mesh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    /// Area, mm² (IBSI C0JK).
    pub area: f64,
    /// Enclosed volume, mm³ (IBSI RNU0).
    pub volume: f64,
}

/// How often each case occurs.
type Histogram = [u64; 256];

/// Area and volume of the mesh of a voxel set with `spacing` `[z, y, x]` in mm.
///
/// Integers are summed, so that the order of the cells does not matter.
pub fn surface(rows: &BitRows, spacing: [f64; 3], engine: &Engine) -> Surface {
    let bounds = rows.bounds();
    let planes: Vec<usize> = (bounds.lo[0]..=bounds.hi[0]).collect();
    // One for each piece, not for each plane: they take no more memory the more planes there are.
    let found = engine.map(&engine.pieces(&planes), |planes| histogram(rows, planes));
    let mut volume = 0_i64;
    let mut triangles: BTreeMap<[i64; 3], i64> = BTreeMap::new();
    for (pattern, case) in CASES.iter().enumerate() {
        let count: u64 = found.iter().map(|histogram| histogram[pattern]).sum();
        if count > 0 {
            volume += count as i64 * case.volume;
            for (normal, share) in &case.triangles {
                *triangles.entry(*normal).or_insert(0) += count as i64 * share;
            }
        }
    }
    let unit = spacing.map(|mm| mm / 2.0);
    let doubled: f64 =
        triangles.iter().map(|(normal, n)| norm(in_mm2(*normal, unit)) * *n as f64).sum();
    let voxel: f64 = spacing.iter().product();
    Surface {
        area: doubled / 2.0 / PARTS as f64,
        volume: volume as f64 / VOLUME_UNITS as f64 * voxel,
    }
}

/// Cases of the cells between each of these planes and the next, counted from the padding.
fn histogram(rows: &BitRows, planes: &[usize]) -> Histogram {
    let mut counts = [0; 256];
    for z in planes {
        add(&mut counts, rows, *z);
    }
    counts
}

/// Adds those of the cells between planes `z` and `z + 1`.
fn add(counts: &mut Histogram, rows: &BitRows, z: usize) {
    let bounds = rows.bounds();
    for y in bounds.lo[1]..=bounds.hi[1] {
        let quad = [(z, y), (z, y + 1), (z + 1, y), (z + 1, y + 1)].map(|(z, y)| rows.row(z, y));
        for word in 0..quad[0].len() {
            let here = quad.map(|row| row[word]);
            // The next voxel of each row in the same bit.
            let next = quad.map(|row| row[word] >> 1 | row.get(word + 1).map_or(0, |w| w << 63));
            let any = here.iter().chain(&next).fold(0, |all, bits| all | bits);
            if any == 0 {
                continue;
            }
            let full = here.iter().chain(&next).fold(u64::MAX, |all, bits| all & bits);
            counts[255] += u64::from(full.count_ones());
            let mut crossed = any & !full;
            while crossed != 0 {
                let bit = crossed.trailing_zeros();
                crossed &= crossed - 1;
                let pair = |k: usize| (here[k] >> bit & 1 | (next[k] >> bit & 1) << 1) << (2 * k);
                counts[(pair(0) | pair(1) | pair(2) | pair(3)) as usize] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    fn measure(region: &Array3<bool>, spacing: [f64; 3]) -> Surface {
        surface(&BitRows::new(region).unwrap(), spacing, &Engine::serial())
    }

    #[test]
    fn one_voxel_is_an_octahedron() {
        let one = measure(&Array3::from_elem((1, 1, 1), true), [2.0; 3]);
        // Half diagonals of 1 mm: area 8 * sqrt(3) / 2, volume 4 / 3.
        assert!((one.area - 4.0 * 3.0_f64.sqrt()).abs() < 1e-14);
        assert!((one.volume - 4.0 / 3.0).abs() < 1e-14);
    }

    #[test]
    fn a_box_loses_its_edges_only() {
        // Twelve bevels of 1/8 voxel for each voxel of an edge, less what corners have in common:
        // faces stay where they are, half a voxel beyond the centres.
        let (a, b, c) = (5.0, 70.0, 9.0);
        let solid = measure(&Array3::from_elem((5, 70, 9), true), [1.0; 3]);
        let (edges, faces) = (
            a + b + c - 3.0,
            (a - 1.0) * (b - 1.0) + (b - 1.0) * (c - 1.0) + (c - 1.0) * (a - 1.0),
        );
        let core = (a - 1.0) * (b - 1.0) * (c - 1.0);
        // Slabs of half a voxel on the faces, wedges on the edges, eighths of an octahedron on corners.
        let volume = core + faces + edges * 4.0 / 8.0 + 1.0 / 6.0;
        let area = 2.0 * faces + edges * 4.0 * 0.5_f64.sqrt() + 3.0_f64.sqrt();
        assert!((solid.volume - volume).abs() < 1e-9, "{} {volume}", solid.volume);
        assert!((solid.area - area).abs() < 1e-9, "{} {area}", solid.area);
    }
}
