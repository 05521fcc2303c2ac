//! The surface of a digital mask, more finely than its voxels.
//!
//! The faces of the voxels are a staircase: distances to them make the ring of a sphere of
//! 0.5 mm voxels 13 % too large, of 0.8 x 0.8 x 3 mm voxels 45 %. So the surface is rebuilt as the
//! zero of a smooth function, and kept between the centres of inside and outside voxels:
//! what is inside and what is outside is always the mask's own.

use super::PreprocessError;
use super::signed::Signed;
use crate::engine::Engine;
use ndarray::Array3;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Half of the smoothing kernel, centre first, in units of its [`SCALE`].
///
/// `2 b - b*b` with `b` the binomial kernel of 7 voxels: it takes away the staircase (it is 0 at
/// the highest frequency) and leaves any cubic as it is, so that curved surfaces do not shrink.
const KERNEL: [f64; 7] = [1636.0, 1128.0, 273.0, -92.0, -66.0, -12.0, -1.0];
/// What the kernel's two halves add up to.
const SCALE: f64 = 4096.0;
/// Voxels the kernel reaches to each side.
pub(super) const REACH: usize = KERNEL.len() - 1;

/// The surface keeps this fraction of an edge away from the voxel centres at its ends.
const CLEARANCE: f64 = 0.1;

/// Edge neighbours count up to so many smallest voxel edges away: between thick slices the slanted
/// lines say little of where the surface is.
const LONGEST: f64 = 2.0;

/// Half of the directions to the 18 neighbours that share a face or an edge, `[z, y, x]`.
const DIRECTIONS: [[isize; 3]; 9] = [
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [0, 1, 1],
    [0, 1, -1],
    [1, 0, 1],
    [1, 0, -1],
    [1, 1, 0],
    [1, -1, 0],
];

/// Bytes of a point while it is made: the two voxels it lies between, in a list that has room for as many
/// again, and its own place in such a list.
const POINT: usize = 80;

/// Points of the surface, as fractional indices `[z, y, x]`, in a fixed order: for each plane those between
/// it and the next.
///
/// They are the zeros, by linear interpolation, of the smoothed distance along the lines from
/// inside voxels to their outside neighbours. The set must keep `REACH` voxels off the array's ends.
///
/// # Errors
/// [`PreprocessError::SurfaceTooLarge`].
pub(super) fn surface_points(
    set: &Array3<bool>,
    spacing: [f64; 3],
    engine: &Engine,
) -> Result<Vec<Vec<[f64; 3]>>, PreprocessError> {
    let directions = lines(spacing);
    let (nz, ny, nx) = set.dim();
    let shape = [nz, ny, nx];
    let planes: Vec<usize> = (0..nz).collect();
    let voxels = set.as_slice().unwrap_or_default();
    let (limit, found) = (engine.memory(), AtomicUsize::new(0));
    let most = limit.room(POINT);
    let crossings = engine.map(&planes, |&z| {
        // The set keeps off the ends, so the outermost voxels have no neighbour of the other kind. Once
        // there are too many no more are looked for.
        if z == 0 || z + 1 == nz || found.load(Ordering::Relaxed) > most {
            return Vec::new();
        }
        let own = crossings(voxels, shape, &directions, z);
        found.fetch_add(own.len(), Ordering::Relaxed);
        own
    });
    if found.into_inner() > most {
        return Err(PreprocessError::SurfaceTooLarge { most, bytes: POINT, limit });
    }
    let phi = smooth_distance(set, spacing, &crossings, engine);
    Ok(engine.map(&crossings, |crossings| {
        let point = |crossing: &Crossing| {
            let Crossing { from, to } = *crossing;
            let t = crossing_at(phi[from], phi[to], voxels[from]);
            let index = |at: usize| [at / (ny * nx), at / nx % ny, at % nx].map(|i| i as f64);
            let (from, to) = (index(from), index(to));
            [0, 1, 2].map(|a| from[a] + t * (to[a] - from[a]))
        };
        crossings.iter().map(point).collect()
    }))
}

/// The places of two neighbours of which one is inside and one is not.
#[derive(Clone, Copy)]
struct Crossing {
    from: usize,
    to: usize,
}

/// The neighbours of different kind of which the first is in plane `z`.
fn crossings(
    set: &[bool],
    [_, ny, nx]: [usize; 3],
    directions: &[[isize; 3]],
    z: usize,
) -> Vec<Crossing> {
    let (mut differ, mut found) = (vec![0_u8; nx], Vec::new());
    for (y, &direction) in (1..ny - 1).flat_map(|y| directions.iter().map(move |d| (y, d))) {
        let at = (z * ny + y) * nx;
        let step = (direction[0] * ny as isize + direction[1]) * nx as isize + direction[2];
        let to = at.wrapping_add_signed(step);
        let rows = set[at + 1..at + nx - 1].iter().zip(&set[to + 1..to + nx - 1]);
        let differ = &mut differ[1..nx - 1];
        differ.iter_mut().zip(rows).for_each(|(differ, (a, b))| *differ = u8::from(a != b));
        for (group, part) in differ.chunks(GROUP).enumerate() {
            if part.iter().fold(0, |any, v| any | v) != 0 {
                for (k, _) in part.iter().enumerate().filter(|(_, v)| **v != 0) {
                    let x = group * GROUP + k + 1;
                    found.push(Crossing { from: at + x, to: to + x });
                }
            }
        }
    }
    found
}

/// Voxels that are looked at together.
const GROUP: usize = 32;

/// The directions that are searched: all to face neighbours, the short ones to edge neighbours.
fn lines(spacing: [f64; 3]) -> Vec<[isize; 3]> {
    let smallest = spacing.into_iter().fold(f64::INFINITY, f64::min);
    let short = |direction: &[isize; 3]| {
        let steps = direction.iter().filter(|step| **step != 0).count();
        let squared: f64 = (0..3).map(|a| (direction[a] as f64 * spacing[a]).powi(2)).sum();
        steps == 1 || squared.sqrt() <= LONGEST * smallest
    };
    DIRECTIONS.into_iter().filter(short).collect()
}

/// Where between two neighbours (0 to 1) the function is 0; `inside` says if the first is inside.
fn crossing_at(first: f64, second: f64, inside: bool) -> f64 {
    // Smoothing may turn the sign of thin parts: those count as on the surface.
    let (first, second) = if inside { (first, second) } else { (-first, -second) };
    let (first, second) = (first.max(0.0), second.min(0.0));
    let t = if first > second { first / (first - second) } else { 0.5 };
    t.clamp(CLEARANCE, 1.0 - CLEARANCE)
}

/// The smoothed distance to the nearest centre of the other kind, positive inside, in C order: of the
/// voxels with a neighbour of the other kind.
fn smooth_distance(
    set: &Array3<bool>,
    spacing: [f64; 3],
    crossings: &[Vec<Crossing>],
    engine: &Engine,
) -> Vec<f64> {
    let (nz, ny, nx) = set.dim();
    // The kernel reaches so far from a voxel whose neighbour, in any direction, is of the other kind.
    let reach = spacing.map(|mm| (REACH + 1) as f64 * mm);
    let farthest = reach.iter().map(|mm| mm * mm).sum::<f64>().sqrt();
    let signed = Signed::new(set, spacing, farthest, engine);
    let mut near = vec![false; set.len()];
    for crossing in crossings.iter().flatten() {
        near[crossing.from] = true;
        near[crossing.to] = true;
    }
    smooth([nz, ny, nx], |y| signed.across(y), &near, engine)
}

/// The kernel along each axis at the voxels that are asked for, in C order, 0 at all others; `across`
/// makes the values `[z, x]` of a row. The ends continue with their last value.
fn smooth(
    [nz, ny, nx]: [usize; 3],
    across: impl Fn(usize) -> Vec<f64> + Sync,
    asked: &[bool],
    engine: &Engine,
) -> Vec<f64> {
    let rows: Vec<usize> = (0..ny).collect();
    let along_z = engine.map(&rows, |&y| {
        let values = across(y);
        let mut out = vec![0.0; nz * nx];
        for (z, out) in out.chunks_exact_mut(nx).enumerate() {
            blend(out, |z| &values[z * nx..][..nx], z, nz);
        }
        out
    });
    let mut out = vec![0.0; nz * ny * nx];
    engine.fill(&mut out, ny * nx, |z, plane| {
        let mut row = vec![0.0; nx];
        let mut long = vec![0.0; nx + 2 * REACH];
        for (y, out) in plane.chunks_mut(nx).enumerate() {
            let asked = &asked[(z * ny + y) * nx..][..nx];
            if !asked.contains(&true) {
                continue;
            }
            blend(&mut row, |y| &along_z[y][z * nx..][..nx], y, ny);
            long[..REACH].fill(row[0]);
            long[REACH..REACH + nx].copy_from_slice(&row);
            long[REACH + nx..].fill(row[nx - 1]);
            let windows = long.windows(2 * REACH + 1);
            for ((out, window), _) in out.iter_mut().zip(windows).zip(asked).filter(|(_, a)| **a) {
                let both = |j: usize| KERNEL[j] * (window[REACH - j] + window[REACH + j]);
                let sum = (1..=REACH).fold(KERNEL[0] * window[REACH], |sum, j| sum + both(j));
                *out = sum / SCALE;
            }
        }
    });
    out
}

/// The kernel over stretches (planes or rows), around number `k` of `n`; the ends continue.
fn blend<'a>(out: &mut [f64], stretch: impl Fn(usize) -> &'a [f64], k: usize, n: usize) {
    out.iter_mut().zip(stretch(k)).for_each(|(sum, v)| *sum = KERNEL[0] * v);
    for (j, weight) in KERNEL.iter().enumerate().skip(1) {
        let pairs = stretch(k.saturating_sub(j)).iter().zip(stretch((k + j).min(n - 1)));
        out.iter_mut().zip(pairs).for_each(|(sum, (a, b))| *sum += weight * (a + b));
    }
    for sum in out {
        *sum /= SCALE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of any values, everywhere.
    fn smooth(data: &Array3<f64>, engine: &Engine) -> Array3<f64> {
        let (nz, ny, nx) = data.dim();
        let across = |y| data.index_axis(ndarray::Axis(1), y).iter().copied().collect();
        let all = vec![true; data.len()];
        let values = super::smooth([nz, ny, nx], across, &all, engine);
        Array3::from_shape_vec(data.dim(), values).unwrap()
    }

    #[test]
    fn the_kernel_keeps_what_is_smooth_and_removes_the_staircase() {
        assert_eq!(KERNEL[0] + 2.0 * KERNEL[1..].iter().sum::<f64>(), SCALE);
        let at = |f: fn(f64) -> f64| {
            let line = Array3::from_shape_fn((1, 1, 21), |(_, _, x)| f(x as f64 - 10.0));
            smooth(&line, &Engine::serial())[[0, 0, 10]]
        };
        assert!((at(|x| 2.0 + x + 3.0 * x * x + x * x * x) - 2.0).abs() < 1e-12);
        assert!(at(|x| if x % 2.0 == 0.0 { 1.0 } else { -1.0 }).abs() < 1e-12);
    }

    #[test]
    fn points_stay_between_the_centres() {
        for (first, second) in [(1.0, -1.0), (5.0, -0.1), (-2.0, -3.0), (2.0, 3.0), (0.0, 0.0)] {
            let t = crossing_at(first, second, true);
            assert!((CLEARANCE..=1.0 - CLEARANCE).contains(&t));
            assert!((t + crossing_at(second, first, false) - 1.0).abs() < 1e-15);
        }
    }
}
