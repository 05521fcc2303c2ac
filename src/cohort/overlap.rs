//! How much two lesions have in common.

use crate::geometry::{Grid, IndexBox, Vec3, dot, sub};
use crate::image::Mask;

/// Shares of a voxel below this, and those that lack no more to the whole, are rounding of places:
/// of headers in single precision, and of shifts to a nanometre.
const ROUNDING: f64 = 1e-4;
/// Least cosine of axes that are taken as parallel: off by less than 0.01 mm over 500 mm.
const PARALLEL: f64 = 1.0 - 1e-10;
/// Most parts a voxel's edge is divided into.
const MOST_PARTS: f64 = 8.0;

/// The Dice coefficient of a lesion, moved by `shift` mm (`[x, y, z]`, LPS), and a later one: twice
/// the volume both hold over the sum of their volumes. Voxels are boxes: where the axes of the two
/// lattices are parallel, what they share is exact whatever their sizes; otherwise it is that of
/// parts of voxels, at most half as long as the shortest edge (an eighth of a voxel at least).
pub fn dice(baseline: &Mask, followup: &Mask, shift: Vec3) -> f64 {
    let mm3 = |mask: &Mask| mask.count() as f64 * mask.grid().voxel_mm3();
    let volumes = [mm3(baseline), mm3(followup)];
    if volumes.contains(&0.0) {
        return 0.0;
    }
    let both = if let Some(axes) = parallel(baseline.grid(), followup.grid()) {
        shared(baseline, followup, shift, axes)
    } else {
        // From both sides, so that the order of the scans does not matter.
        let back = shift.map(|mm| -mm);
        f64::midpoint(sampled(followup, baseline, shift), sampled(baseline, followup, back))
    };
    2.0 * both.min(volumes[0]).min(volumes[1]) / (volumes[0] + volumes[1])
}

/// For each axis of the later lattice the axis of the earlier one that is parallel to it, and 1, or
/// -1 where it points the other way.
fn parallel(before: &Grid, after: &Grid) -> Option<[(usize, f64); 3]> {
    // Headers are rounded: their axes are of unit length but for some digits.
    let length = |axis: Vec3| dot(axis, axis).sqrt();
    let same = |a: usize| {
        let (axis, others) = (after.axes[a], before.axes);
        let cosine = |b: usize| dot(axis, others[b]) / (length(axis) * length(others[b]));
        let (b, cosine) = (0..3).map(|b| (b, cosine(b))).find(|(_, c)| c.abs() > PARALLEL)?;
        Some((b, cosine.signum()))
    };
    Some([same(0)?, same(1)?, same(2)?])
}

/// The volume that both hold, mm³, of lattices with parallel axes.
fn shared(baseline: &Mask, followup: &Mask, shift: Vec3, axes: [(usize, f64); 3]) -> f64 {
    let (Some(from), Some(bounds)) = (baseline.bounds(), followup.bounds()) else { return 0.0 };
    let (before, after) = (baseline.grid(), followup.grid());
    // Of the shorter of both edges, so that voxels on voxels are counted.
    let finer = [0, 1, 2].map(|a| after.spacing[a].min(before.spacing[axes[a].0]));
    let first = before.to_index(sub(after.origin, shift));
    // For each index along an axis, the earlier ones that it touches and how much of them.
    let touched = [0, 1, 2].map(|a| {
        let (b, sign) = axes[a];
        let edge = before.spacing[b];
        let step = after.spacing[a] / edge;
        let one = |at: usize| -> Vec<(usize, f64)> {
            let centre = first[b] + sign * at as f64 * step;
            if !centre.is_finite() {
                return Vec::new();
            }
            let (low, high) = (centre - step / 2.0, centre + step / 2.0);
            let cell = |end: f64| (end + 0.5).floor().clamp(from.lo[b] as f64, from.hi[b] as f64);
            let cells = cell(low) as usize..(cell(high) as usize + 1).min(from.hi[b]);
            let share = |j: usize| {
                let length = high.min(j as f64 + 0.5) - low.max(j as f64 - 0.5);
                let share = length * edge / finer[a];
                (j, if share > 1.0 - ROUNDING { 1.0 } else { share })
            };
            cells.map(share).filter(|(_, share)| *share > ROUNDING).collect()
        };
        (bounds.lo[a]..bounds.hi[a]).map(one).collect::<Vec<_>>()
    });
    let mut both = 0.0;
    for (z, along_z) in (bounds.lo[0]..).zip(&touched[0]) {
        for (y, along_y) in (bounds.lo[1]..).zip(&touched[1]) {
            for (x, along_x) in (bounds.lo[2]..).zip(&touched[2]) {
                if !followup.holds([z, y, x]) {
                    continue;
                }
                let mut at = [0; 3];
                for (i, first) in along_z {
                    at[axes[0].0] = *i;
                    for (j, second) in along_y {
                        at[axes[1].0] = *j;
                        for (k, third) in along_x {
                            at[axes[2].0] = *k;
                            if baseline.holds(at) {
                                both += first * second * third;
                            }
                        }
                    }
                }
            }
        }
    }
    both * finer.iter().product::<f64>()
}

/// The volume of `mask`, moved back by `shift`, whose parts' centres lie in voxels of `other`, mm³.
fn sampled(mask: &Mask, other: &Mask, shift: Vec3) -> f64 {
    let (Some(bounds), Some(within)) = (mask.bounds(), other.bounds()) else { return 0.0 };
    let (grid, lattice) = (mask.grid(), other.grid());
    if apart(grid, bounds, shift, lattice, within) {
        return 0.0;
    }
    let inverse = lattice.inverse();
    let finest = grid.spacing.into_iter().chain(lattice.spacing).fold(f64::INFINITY, f64::min);
    let parts = grid.spacing.map(|mm| (2.0 * mm / finest).ceil().clamp(1.0, MOST_PARTS));
    let holds = |index: [f64; 3]| {
        let nearest = inverse.index(sub(grid.to_patient(index), shift)).map(f64::round);
        let near = |a: usize| nearest[a] >= within.lo[a] as f64 && nearest[a] < within.hi[a] as f64;
        (0..3).all(near) && other.holds(nearest.map(|i| i as usize))
    };
    let [deep, high, wide] = parts.map(|n| n as usize);
    // Part `n` of a voxel's edge along axis `a`, from its centre, in voxels.
    let offset = |n: usize, a: usize| (n as f64 + 0.5) / parts[a] - 0.5;
    let mut count = 0_usize;
    for z in bounds.lo[0]..bounds.hi[0] {
        for y in bounds.lo[1]..bounds.hi[1] {
            for x in bounds.lo[2]..bounds.hi[2] {
                if !mask.holds([z, y, x]) {
                    continue;
                }
                for part in 0..deep * high * wide {
                    let [i, j, k] = [part / (high * wide), part / wide % high, part % wide];
                    let index =
                        [z as f64 + offset(i, 0), y as f64 + offset(j, 1), x as f64 + offset(k, 2)];
                    count += usize::from(holds(index));
                }
            }
        }
    }
    count as f64 * grid.voxel_mm3() / parts.iter().product::<f64>()
}

/// Do all corners of a box, moved back by `shift`, lie on one side of a box of another lattice?
fn apart(grid: &Grid, bounds: IndexBox, shift: Vec3, lattice: &Grid, within: IndexBox) -> bool {
    let corners = [0, 1, 2, 3, 4, 5, 6, 7].map(|n| {
        let end = |a: usize| if n >> a & 1 == 0 { bounds.lo[a] } else { bounds.hi[a] };
        let index = [0, 1, 2].map(|a| end(a) as f64 - 0.5);
        lattice.to_index(sub(grid.to_patient(index), shift))
    });
    (0..3).any(|a| {
        let (low, high) = (within.lo[a] as f64 - 0.5, within.hi[a] as f64 - 0.5);
        corners.iter().all(|at| at[a] < low) || corners.iter().all(|at| at[a] > high)
    })
}
