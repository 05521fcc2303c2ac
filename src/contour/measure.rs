//! A structure's size from its contours alone, without an image.

use super::polygon::{Polygon, area};
use super::repeats::repeats;
use super::{Contour, ContourKind, Holes};
use crate::geometry::{Vec3, cross, dot, norm, sub};
use serde::Serialize;

/// Planes within this distance are one plane, mm.
const SAME_PLANE_MM: f64 = 0.01;

/// Size of a structure as drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ContourMeasure {
    /// Planes that hold closed contours.
    pub planes: usize,
    /// Median distance between neighbouring planes, mm; `None` with fewer than two planes.
    pub spacing_mm: Option<f64>,
    /// Sum over planes of the area enclosed by the rule for holes, mm².
    pub area_mm2: f64,
    /// That area times that distance, mL.
    pub volume_ml: Option<f64>,
}

struct Ring {
    /// Its place among the closed contours.
    at: usize,
    position: f64,
    kind: ContourKind,
    polygon: Polygon,
}

/// Planes, spacing and volume of the closed contours.
///
/// Planes are found along the normal of the largest contour. A contour that stands on its plane twice
/// counts once, as in [`super::rasterise`]. `CLOSEDPLANAR_XOR` contours are the
/// caller's to notice: `holes` is applied as given.
pub fn measure(contours: &[Contour], holes: Holes) -> ContourMeasure {
    let closed = || contours.iter().filter(|c| c.kind.is_closed() && c.points.len() >= 3);
    let normals = closed().map(|c| area_vector(&c.points));
    let Some(normal) = normals.max_by(|a, b| norm(*a).total_cmp(&norm(*b))) else {
        return ContourMeasure::default();
    };
    let length = norm(normal);
    if !(length.is_finite() && length > 0.0) {
        return ContourMeasure::default();
    }
    let n = normal.map(|c| c / length);
    let (u, v) = in_plane(n);
    let mut rings: Vec<Ring> = closed()
        .enumerate()
        .map(|(at, contour)| {
            let flat = contour.points.iter().map(|p| [dot(*p, u), dot(*p, v)]).collect();
            let mean = contour.points.iter().map(|p| dot(*p, n)).sum::<f64>();
            let position = mean / contour.points.len() as f64;
            Ring { at, position, kind: contour.kind, polygon: flat }
        })
        .collect();
    rings.sort_by(|a, b| a.position.total_cmp(&b.position));
    let planes: Vec<&[Ring]> =
        rings.chunk_by(|a, b| (b.position - a.position).abs() < SAME_PLANE_MM).collect();
    let mut steps: Vec<f64> =
        planes.windows(2).map(|p| p[1][0].position - p[0][0].position).collect();
    steps.sort_by(f64::total_cmp);
    let spacing_mm = steps.get(steps.len() / 2).copied();
    let enclosed = |plane: &&[Ring]| {
        let (mut plain, xor): (Vec<&Ring>, Vec<&Ring>) =
            plane.iter().partition(|ring| ring.kind == ContourKind::Closed);
        plain.sort_by_key(|ring| ring.at);
        let drawn: Vec<&Polygon> = plain.iter().map(|ring| &ring.polygon).collect();
        let once = drawn.iter().zip(repeats(&drawn)).filter(|(_, again)| !again);
        let xor = xor.iter().map(|ring| &ring.polygon);
        let polygons: Vec<Polygon> = once.map(|(one, _)| *one).chain(xor).cloned().collect();
        area(&polygons, holes)
    };
    let area_mm2: f64 = planes.iter().map(enclosed).sum();
    ContourMeasure {
        planes: planes.len(),
        spacing_mm,
        area_mm2,
        volume_ml: spacing_mm.map(|step| area_mm2 * step / 1000.0),
    }
}

/// Half the sum of cross products: the area along the polygon's normal.
fn area_vector(points: &[Vec3]) -> Vec3 {
    let mut sum = [0.0; 3];
    let Some(&origin) = points.first() else { return sum };
    for pair in points.windows(2) {
        let c = cross(sub(pair[0], origin), sub(pair[1], origin));
        sum = [sum[0] + 0.5 * c[0], sum[1] + 0.5 * c[1], sum[2] + 0.5 * c[2]];
    }
    sum
}

/// Two unit vectors perpendicular to `n` and to each other.
fn in_plane(n: Vec3) -> (Vec3, Vec3) {
    let helper = if n[0].abs() < 0.9 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let u = cross(helper, n);
    let length = norm(u);
    let u = u.map(|c| c / length);
    (u, cross(n, u))
}

#[cfg(test)]
mod tests {
    use super::super::ContourKind;
    use super::*;

    fn square(z: f64, half: f64) -> Contour {
        let points = vec![[-half, -half, z], [half, -half, z], [half, half, z], [-half, half, z]];
        Contour { points, kind: ContourKind::Closed }
    }

    #[test]
    fn volume_is_area_times_spacing_without_holes() {
        let contours: Vec<Contour> = (0..5)
            .flat_map(|k| [square(f64::from(k) * 3.0, 10.0), square(f64::from(k) * 3.0, 5.0)])
            .collect();
        let m = measure(&contours, Holes::Xor);
        assert_eq!((m.planes, m.spacing_mm), (5, Some(3.0)));
        assert!((m.volume_ml.unwrap() - 5.0 * 3.0 * 300.0 / 1000.0).abs() < 1e-9);
        let solid = measure(&contours, Holes::Union).volume_ml.unwrap();
        assert!((solid - 5.0 * 3.0 * 400.0 / 1000.0).abs() < 1e-9);
        assert_eq!(measure(&contours[..1], Holes::Xor).volume_ml, None);
        assert_eq!(measure(&[], Holes::Xor), ContourMeasure::default());
        assert_eq!(measure(&[square(0.0, 0.0)], Holes::Xor).planes, 0);
    }
}
