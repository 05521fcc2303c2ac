//! Planes between contours, by shape-based interpolation.
//!
//! Raya and Udupa, IEEE Transactions on Medical Imaging 9 (1990), 32-42: the signed distances to
//! the outlines of two planes are mixed linearly by position, and the voxels inside are kept.

use crate::engine::Engine;
use crate::image::squared_distance;
use ndarray::{Array2, Array3, ArrayView2, Axis, AxisDescription, Slice, Zip};

/// Fills the planes between those that have contours, and returns the indices of those that got
/// voxels. `occupied` ascends; `spacing` is mm along `[z, y, x]`.
///
/// A gap beside a plane whose contours enclose no voxel stays empty: it has no shape to mix.
pub(super) fn fill_gaps(
    voxels: &mut Array3<bool>,
    occupied: &[usize],
    spacing: [f64; 3],
) -> Vec<usize> {
    let mut filled = Vec::new();
    for ends in occupied.windows(2) {
        let (first, last) = (ends[0], ends[1]);
        if last - first < 2 {
            continue;
        }
        let planes = [first, last].map(|z| voxels.index_axis(Axis(0), z));
        let boxes = planes.each_ref().map(bounds);
        let [Some(a), Some(b)] = boxes else { continue };
        // One pixel more, where there is one: the nearest pixel outside is never farther.
        let (ny, nx) = planes[0].dim();
        let ys = Slice::from(a[0].min(b[0]).saturating_sub(1)..(a[1].max(b[1]) + 1).min(ny));
        let xs = Slice::from(a[2].min(b[2]).saturating_sub(1)..(a[3].max(b[3]) + 1).min(nx));
        let part_of = |axis: AxisDescription| if axis.axis == Axis(0) { ys } else { xs };
        let [from, to] =
            planes.map(|plane| signed_distance(&plane.slice_each_axis(part_of), spacing));
        for z in first + 1..last {
            let part = (z - first) as f64 / (last - first) as f64;
            let mut plane = voxels.index_axis_mut(Axis(0), z);
            let mut window = plane.slice_each_axis_mut(part_of);
            let mut any = false;
            for ((voxel, a), b) in window.iter_mut().zip(&from).zip(&to) {
                *voxel = (1.0 - part) * a + part * b <= 0.0;
                any |= *voxel;
            }
            if any {
                filled.push(z);
            }
        }
    }
    filled
}

/// Half-open box `[y0, y1, x0, x1]` of the pixels that are set.
fn bounds(plane: &ArrayView2<'_, bool>) -> Option<[usize; 4]> {
    let mut found: Option<[usize; 4]> = None;
    for ((y, x), _) in plane.indexed_iter().filter(|(_, set)| **set) {
        let [y0, y1, x0, x1] = found.unwrap_or([y, y, x, x]);
        found = Some([y0.min(y), y1.max(y + 1), x0.min(x), x1.max(x + 1)]);
    }
    found
}

/// Distance of pixel centres to the outline, mm: negative inside.
///
/// The outline lies half a pixel before the nearest centre on its other side.
fn signed_distance(plane: &ArrayView2<'_, bool>, spacing: [f64; 3]) -> Array2<f64> {
    let half = 0.5 * spacing[1].min(spacing[2]);
    let away = |wanted: bool| {
        let set = plane.mapv(|inside| inside == wanted).insert_axis(Axis(0));
        squared_distance(&set, spacing, &Engine::serial()).index_axis_move(Axis(0), 0)
    };
    let (out, within) = (away(true), away(false));
    Zip::from(&out).and(&within).map_collect(|out, within| {
        // One of the two is 0 at each pixel.
        if *out > 0.0 { out.sqrt() - half } else { half - within.sqrt() }
    })
}
