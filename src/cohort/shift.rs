//! The translation under which the lesions of two scans overlap most.

use crate::geometry::{Vec3, dot};
use crate::image::Mask;

/// A translation from baseline to follow-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// mm along the patient's `[x, y, z]`, LPS.
    pub mm: Vec3,
    /// Steps in which it was looked for along the columns, rows and slices of the follow-up's image,
    /// mm; `None` where it was not looked for.
    pub step_mm: Option<Vec3>,
}

/// Most pairs of cells that are compared.
const MOST_PAIRS: usize = 1 << 27;
/// Most translations that are held.
const MOST_SHIFTS: usize = 1 << 22;
/// Most voxels that are taken together along an axis.
const MOST_TOGETHER: f64 = 256.0;

/// Cells of a lattice `[z, y, x]` and how much of each is inside.
struct Cells {
    /// Position of the first cell's centre along each axis, mm.
    first: [f64; 3],
    /// Index of each cell and its share.
    shares: Vec<([usize; 3], f64)>,
    shape: [usize; 3],
}

/// The translation under which all lesions at baseline, taken together, overlap most with all at
/// follow-up; `None` where one of the times has none, or they lie too far apart to be a patient's.
///
/// Every translation is tried, in steps of the follow-up's voxels (of the larger ones, where the
/// scans differ; of several together, where there are so many voxels that the work would not end).
/// Of equally good translations the shortest is taken, then the first along x, y and z. Since both
/// volumes are fixed, the largest overlap is the largest Dice coefficient.
pub fn best_shift(baseline: &[&Mask], followup: &[&Mask]) -> Option<Shift> {
    let held = |masks: &[&Mask]| masks.iter().any(|mask| mask.count() > 0);
    let grid = followup.iter().find(|mask| mask.count() > 0)?.grid();
    if !held(baseline) {
        return None;
    }
    let axes = grid.axes;
    // How long a voxel of the other scan is along this axis.
    let reach = |axis: usize| {
        let along = |mask: &&Mask| {
            let grid = mask.grid();
            (0..3)
                .map(|a| grid.spacing[a] * dot(grid.axes[a], axes[axis]).abs())
                .fold(0.0, f64::max)
        };
        baseline.iter().map(along).fold(grid.spacing[axis], f64::max)
    };
    let voxel = [0, 1, 2].map(reach);
    let mut together = [1.0; 3];
    let (step, from, to) = loop {
        let step = [0, 1, 2].map(|a| voxel[a] * together[a]);
        let (from, to) = (cells(baseline, &axes, step), cells(followup, &axes, step));
        if let (Some(from), Some(to)) = (from, to) {
            let shifts = shape_of(&from, &to).iter().try_fold(1_usize, |n, m| n.checked_mul(*m));
            let pairs = from.shares.len().checked_mul(to.shares.len());
            if shifts.is_some_and(|n| n <= MOST_SHIFTS) && pairs.is_some_and(|n| n <= MOST_PAIRS) {
                break (step, from, to);
            }
        }
        // The finest axis becomes coarser, so that cells become cubes.
        let finest = (1..3).fold(0, |best, a| if step[a] < step[best] { a } else { best });
        together[finest] += 1.0;
        if together[finest] > MOST_TOGETHER {
            return None;
        }
    };
    let shape = shape_of(&from, &to);
    let mut overlaps = vec![0.0_f64; shape.iter().product()];
    for (a, share) in &from.shares {
        for (b, other) in &to.shares {
            // Never negative: the longest way back is the first.
            let at = [0, 1, 2].map(|i| b[i] + from.shape[i] - 1 - a[i]);
            overlaps[(at[0] * shape[1] + at[1]) * shape[2] + at[2]] += share * other;
        }
    }
    let most = overlaps.iter().copied().fold(0.0, f64::max);
    let mut best: Option<(f64, Vec3)> = None;
    for (place, _) in overlaps.iter().enumerate().filter(|(_, n)| **n >= most * (1.0 - 1e-9)) {
        let at = [place / (shape[1] * shape[2]), place / shape[2] % shape[1], place % shape[2]];
        let along = [0, 1, 2].map(|i| {
            let steps = at[i] as f64 - (from.shape[i] - 1) as f64;
            to.first[i] - from.first[i] + steps * step[i]
        });
        let mm = [0, 1, 2].map(|c| (0..3).map(|i| along[i] * axes[i][c]).sum::<f64>());
        let squared = dot(mm, mm);
        let shorter = best.as_ref().is_none_or(|(other, rest)| {
            // Rounding must not decide between translations of one length.
            squared < other - 1e-6 || squared < other + 1e-6 && mm < *rest
        });
        if shorter {
            best = Some((squared, mm));
        }
    }
    let [z, y, x] = step;
    // Fractions of a nanometre are rounding.
    let tidy = |mm: f64| (mm * 1e6).round() / 1e6 + 0.0;
    best.map(|(_, mm)| Shift { mm: mm.map(tidy), step_mm: Some([x, y, z]) })
}

/// How many steps there are along each axis from the first cell of one on the last of the other to
/// the last on the first.
fn shape_of(from: &Cells, to: &Cells) -> [usize; 3] {
    [0, 1, 2].map(|a| from.shape[a] + to.shape[a] - 1)
}

/// All voxels of several masks in cells of `step` mm along `axes`, each with its share of a cell;
/// `None` where there would be too many cells.
fn cells(masks: &[&Mask], axes: &[Vec3; 3], step: [f64; 3]) -> Option<Cells> {
    let (mut lo, mut hi) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    each_voxel(masks, axes, |at, _| {
        for a in 0..3 {
            (lo[a], hi[a]) = (lo[a].min(at[a]), hi[a].max(at[a]));
        }
    });
    // A voxel on an edge belongs to the cell behind it, whatever the last digit of its place.
    let index =
        |at: [f64; 3]| [0, 1, 2].map(|a| ((at[a] - lo[a]) / step[a] + 1e-6).floor() as usize);
    let shape = index(hi).map(|last| last.saturating_add(1));
    let count = shape.iter().try_fold(1_usize, |n, m| n.checked_mul(*m));
    let count = count.filter(|n| *n <= MOST_SHIFTS)?;
    let mut held = vec![0.0_f64; count];
    let cell: f64 = step.iter().product();
    each_voxel(masks, axes, |at, mm3| {
        let [z, y, x] = index(at);
        held[(z * shape[1] + y) * shape[2] + x] += mm3 / cell;
    });
    let place = |at: usize| [at / (shape[1] * shape[2]), at / shape[2] % shape[1], at % shape[2]];
    let shares = held.into_iter().enumerate().filter(|(_, share)| *share > 0.0);
    let shares = shares.map(|(at, share)| (place(at), share)).collect();
    Some(Cells { first: lo, shares, shape })
}

/// Hands `f` the place of each voxel along `axes`, mm, and its volume, mm³.
fn each_voxel(masks: &[&Mask], axes: &[Vec3; 3], mut f: impl FnMut([f64; 3], f64)) {
    for mask in masks {
        let (Some(bounds), grid) = (mask.bounds(), mask.grid()) else { continue };
        for z in bounds.lo[0]..bounds.hi[0] {
            for y in bounds.lo[1]..bounds.hi[1] {
                for x in bounds.lo[2]..bounds.hi[2] {
                    if mask.holds([z, y, x]) {
                        let point = grid.to_patient([z as f64, y as f64, x as f64]);
                        f(axes.map(|axis| dot(point, axis)), grid.voxel_mm3());
                    }
                }
            }
        }
    }
}
