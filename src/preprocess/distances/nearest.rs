//! From each voxel centre to the nearest of some points.

use crate::engine::{Engine, Loop, wide};
use ndarray::Array3;

/// Voxels of a row that are lowered together; no frame has fewer.
const GROUP: usize = 8;

/// Planes that are filled as one piece of work.
const PLANES: usize = 16;

/// Squared mm from each voxel centre to the nearest point, exact up to `width` mm, infinite beyond.
///
/// Points are in lists, one for each plane: of those between it and the next.
pub(super) fn squared_distances(
    points: &[Vec<[f64; 3]>],
    shape: [usize; 3],
    spacing: [f64; 3],
    width: f64,
    engine: &Engine,
) -> Array3<f64> {
    let [_, ny, nx] = shape;
    let reach = spacing.map(|mm| width / mm);
    // Planes are filled apart, from the points around them.
    let around = (reach[0].ceil() as usize).saturating_add(1);
    let mut out = Array3::from_elem(shape, f64::INFINITY);
    if let Some(values) = out.as_slice_mut() {
        engine.fill(values, PLANES * ny * nx, |part, planes| {
            let own = PLANES * part..PLANES * part + planes.len() / (ny * nx);
            let end = own.end.saturating_add(around).min(points.len());
            let points = &points[own.start.saturating_sub(around).min(end)..end];
            let place = Place { first: own.start, shape, spacing, reach, width };
            wide(Lowering { points, planes, place });
        });
    }
    out
}

/// Planes, each voxel of which is lowered to the least squared distance to a point.
struct Lowering<'a, 'b> {
    points: &'a [Vec<[f64; 3]>],
    planes: &'b mut [f64],
    place: Place,
}

impl Loop for Lowering<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { points, planes, place } = self;
        let mut rows = Vec::new();
        for point in points.iter().flatten() {
            place.lower(planes, &mut rows, point);
        }
        // Voxels are lowered in groups, some of them beyond the width.
        for value in planes {
            *value = if *value > place.width * place.width { f64::INFINITY } else { *value };
        }
    }
}

/// Where planes are, and how far points reach.
#[derive(Clone, Copy)]
struct Place {
    /// The first of the planes.
    first: usize,
    shape: [usize; 3],
    spacing: [f64; 3],
    /// `width` in voxels.
    reach: [f64; 3],
    /// Up to which distance a point is of interest, mm.
    width: f64,
}

impl Place {
    /// Lowers the voxels around a point; `rows` is room for those they are in.
    #[inline(always)]
    fn lower(self, planes: &mut [f64], rows: &mut Vec<(usize, f64)>, point: &[f64; 3]) {
        let Self { first, shape: [nz, ny, nx], spacing, reach, width } = self;
        let last = first + planes.len() / (ny * nx);
        let [zs, ys, xs] = [0, 1, 2].map(|a| span(point[a], reach[a], [nz, ny, nx][a]));
        let squared = |a: usize, k: usize| {
            let mm = (k as f64 - point[a]) * spacing[a];
            mm * mm
        };
        rows.clear();
        for z in zs.start.max(first)..zs.end.min(last) {
            let along_z = squared(0, z);
            for y in ys.clone() {
                let along_y = squared(1, y);
                if along_y <= width * width - along_z {
                    rows.push((((z - first) * ny + y) * nx, along_z + along_y));
                }
            }
        }
        for x in xs.step_by(GROUP) {
            // The last group goes back over what it shares with others.
            let x = x.min(nx - GROUP);
            let along: [f64; GROUP] = std::array::from_fn(|k| squared(2, x + k));
            for &(row, across) in &*rows {
                if let Some(values) = planes[row + x..].first_chunk_mut::<GROUP>() {
                    // Written as a choice it would be stored by lanes, which is slow.
                    *values = std::array::from_fn(|k| values[k].min(across + along[k]));
                }
            }
        }
    }
}

/// Indices of an axis of `n` voxels that are within `reach` of `centre`.
fn span(centre: f64, reach: f64, n: usize) -> std::ops::Range<usize> {
    // The casts make 0 of what is below it.
    let (from, to) = (centre - reach, centre + reach);
    let lo = from as usize;
    let lo = lo.saturating_add(usize::from((lo as f64) < from));
    let hi = if to < 0.0 { 0 } else { (to as usize).saturating_add(1).min(n) };
    lo.min(hi)..hi
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// As a plain look at every point from every voxel has it, on any number of threads.
        #[test]
        fn distances_are_those_to_the_nearest_point(
            shape in [1_usize..20, 1_usize..12, GROUP..30],
            spacing in [0.4..3.0, 0.4..3.0, 0.4..3.0],
            width in 0.0..6.0,
            places in proptest::collection::vec([0.0..1.0, 0.0..1.0, 0.0..1.0], 0..30),
        ) {
            let inside = |p: [f64; 3]| [0, 1, 2].map(|a| p[a] * (shape[a] - 1) as f64);
            let points: Vec<[f64; 3]> = places.into_iter().map(inside).collect();
            let mut lists = vec![Vec::new(); shape[0]];
            for point in &points {
                lists[point[0] as usize].push(*point);
            }
            let found = squared_distances(&lists, shape, spacing, width, &Engine::serial());
            let shared = squared_distances(&lists, shape, spacing, width, &Engine::new(3));
            prop_assert_eq!(&found, &shared);
            for ((z, y, x), squared) in found.indexed_iter() {
                let away = |p: &[f64; 3]| {
                    let mm = |a: usize| ([z, y, x][a] as f64 - p[a]) * spacing[a];
                    mm(0) * mm(0) + mm(1) * mm(1) + mm(2) * mm(2)
                };
                let nearest = points.iter().map(away).fold(f64::INFINITY, f64::min);
                if nearest.sqrt() < width - 1e-9 {
                    prop_assert_eq!(*squared, nearest);
                } else {
                    prop_assert!(*squared == f64::INFINITY || *squared == nearest);
                }
            }
        }
    }
}
