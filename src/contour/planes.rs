//! Contours matched to image planes, by position along the normal.

use super::polygon::Polygon;
use super::repeats::repeats;
use super::{Contour, ContourKind, OffPlane, RasterReport, Repeated};
use crate::geometry::Grid;

/// Distance from a plane, in slices, beyond which a contour does not belong to it.
const OFF_PLANE: f64 = 0.5;
/// Distance from a plane, in slices, that deserves a word.
const SHIFTED: f64 = 0.01;
/// Contours of one image plane farther apart than this, in slices, were drawn on two planes.
const SAME_PLANE: f64 = 0.02;
/// What rounding of coordinates may do, in slices: a structure drawn halfway between all planes
/// goes the same way everywhere.
const HALFWAY: f64 = 1e-4;

/// The contours of one image plane.
pub(super) struct Plane {
    /// Its slice index.
    pub(super) index: usize,
    /// Their outlines `[y, x]`, in pixels.
    pub(super) polygons: Vec<Polygon>,
}

struct Placed {
    /// Its number in the structure, from 1.
    number: usize,
    kind: ContourKind,
    plane: usize,
    /// Slices from the plane.
    away: f64,
    /// The same of its farthest vertex, without sign.
    farthest: f64,
    polygon: Polygon,
}

/// The image planes that get contours, ascending; the planes beside whose pixels some lie; and in
/// the report what became of each contour.
pub(super) fn planes(
    contours: &[Contour],
    grid: &Grid,
    report: &mut RasterReport,
) -> (Vec<Plane>, Vec<usize>) {
    let (mut placed, mut beside) = (Vec::new(), Vec::new());
    let inverse = grid.inverse();
    for (at, contour) in contours.iter().enumerate() {
        *report.by_type.entry(contour.kind).or_default() += 1;
        if !contour.kind.is_closed() {
            *report.ignored.entry(contour.kind).or_default() += 1;
            continue;
        }
        if contour.points.len() < 3 {
            report.degenerate += 1;
            continue;
        }
        let index: Vec<[f64; 3]> = contour.points.iter().map(|p| inverse.index(*p)).collect();
        let mean = index.iter().map(|p| p[0]).sum::<f64>() / index.len() as f64;
        let nearest = (mean + 0.5 - HALFWAY).floor();
        let distance = index.iter().map(|p| (p[0] - nearest).abs()).fold(0.0, f64::max);
        if !mean.is_finite() || outside(nearest, &index, grid.shape) {
            report.outside += 1;
            if (0.0..grid.shape[0] as f64).contains(&nearest) {
                beside.push(nearest as usize);
            }
        } else if distance > OFF_PLANE + HALFWAY {
            let mm = distance * grid.spacing[0];
            report.off_plane.push(OffPlane { number: at + 1, mm });
        } else {
            let polygon = index.iter().map(|p| [p[1], p[2]]).collect();
            let (plane, away) = (nearest as usize, mean - nearest);
            let (number, kind) = (at + 1, contour.kind);
            placed.push(Placed { number, kind, plane, away, farthest: distance, polygon });
            if contour.kind == ContourKind::ClosedXor {
                report.holes = super::Holes::Xor;
            }
        }
    }
    // Stable, and equal keys enclose the same together in any order.
    placed.sort_by(|a, b| a.plane.cmp(&b.plane).then(a.away.total_cmp(&b.away)));
    let mut planes: Vec<Plane> = Vec::new();
    for on_plane in placed.chunk_by(|a, b| a.plane == b.plane) {
        let drawn = on_plane.chunk_by(|a, b| b.away - a.away <= SAME_PLANE);
        let Some(nearest) = drawn.min_by(|a, b| middle(a).total_cmp(&middle(b))) else { continue };
        report.superseded += on_plane.len() - nearest.len();
        let drawn_once = without_repeats(nearest, report);
        for one in &drawn_once {
            report.used += 1;
            if one.farthest > SHIFTED {
                report.shifted += 1;
                report.shift_mm = report.shift_mm.max(one.farthest * grid.spacing[0]);
            }
            let leaves = |p: &[f64; 2]| !within(*p, grid.shape);
            report.cut += usize::from(one.polygon.iter().any(leaves));
        }
        let polygons = drawn_once.iter().map(|one| one.polygon.clone()).collect();
        planes.push(Plane { index: on_plane[0].plane, polygons });
    }
    (planes, beside)
}

/// The contours of a plane without those that stand there already; what is `CLOSEDPLANAR_XOR` cancels
/// as its type says.
fn without_repeats<'a>(drawn: &'a [Placed], report: &mut RasterReport) -> Vec<&'a Placed> {
    let (mut plain, xor): (Vec<&Placed>, Vec<&Placed>) =
        drawn.iter().partition(|one| one.kind == ContourKind::Closed);
    // The first in the file is kept: by winding, direction counts.
    plain.sort_by_key(|one| one.number);
    let polygons: Vec<&Polygon> = plain.iter().map(|one| &one.polygon).collect();
    let again = repeats(&polygons);
    let mut kept = xor;
    for (one, again) in plain.into_iter().zip(again) {
        if again {
            report.repeated.push(Repeated { number: one.number, plane: one.plane });
        } else {
            kept.push(one);
        }
    }
    kept
}

/// How far contours drawn on one plane lie from the image's, in slices.
fn middle(drawn: &[Placed]) -> f64 {
    (drawn.iter().map(|one| one.away).sum::<f64>() / drawn.len() as f64).abs()
}

/// Does a contour, given as indices and its nearest plane, lie wholly outside the image?
fn outside(plane: f64, index: &[[f64; 3]], shape: [usize; 3]) -> bool {
    let beside = [1, 2].into_iter().any(|axis| {
        let end = shape[axis] as f64 - 0.5;
        index.iter().all(|p| p[axis] < -0.5) || index.iter().all(|p| p[axis] > end)
    });
    plane < 0.0 || plane >= shape[0] as f64 || beside
}

/// Is the point inside the pixels of the image (not only their centres)?
fn within(point: [f64; 2], shape: [usize; 3]) -> bool {
    [0, 1].into_iter().all(|a| point[a] >= -0.5 && point[a] <= shape[a + 1] as f64 - 0.5)
}
