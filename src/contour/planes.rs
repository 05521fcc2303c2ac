//! Contours matched to image planes, and the mask they make.

use super::{Contour, ContourKind, polygon};
use crate::error::{Diagnose, Warning};
use crate::geometry::{GeometryError, SharedGrid};
use crate::image::Mask;
use ndarray::{Array3, Axis};
use serde::Serialize;
use std::collections::BTreeMap;

/// Distance from a plane, in slices, beyond which a contour does not belong to it.
const OFF_PLANE: f64 = 0.5;
/// Distance from a plane, in slices, that deserves a word.
const SHIFTED: f64 = 0.01;

/// A contour that belongs to no image plane.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OffPlane {
    /// Its number in the structure, from 1.
    pub number: usize,
    /// Its farthest vertex's distance from the nearest plane, mm.
    pub mm: f64,
}

/// What became of a structure's contours.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RasterReport {
    /// Contours that were filled.
    pub used: usize,
    /// Image planes with at least one filled contour.
    pub planes: usize,
    /// Image planes between the first and the last such plane without any.
    pub empty_planes: usize,
    /// Planes where contours overlap, so that even-odd filling leaves holes.
    pub nested_planes: usize,
    /// Contours that enclose no area by their type, with their numbers.
    pub ignored: BTreeMap<ContourKind, usize>,
    /// Closed contours of fewer than three points.
    pub degenerate: usize,
    /// Contours farther than half a slice from their nearest plane (oblique to the image).
    pub off_plane: Vec<OffPlane>,
    /// Contours between 0.01 and 0.5 slice from their plane.
    pub shifted: usize,
    /// The largest such distance, mm.
    pub shift_mm: f64,
    /// Contours wholly outside the image.
    pub outside: usize,
    /// Filled contours that reach beyond the image's edge.
    pub cut: usize,
}

/// Why contours make no mask.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ContourError {
    /// No contour can be used.
    #[error(
        "none of {total} contours can be used: {outside} outside the image, {off_plane} on no \
         image plane, {ignored} not closed or of fewer than 3 points"
    )]
    NothingLeft {
        /// Contours given.
        total: usize,
        /// Wholly outside the image.
        outside: usize,
        /// Farther than half a slice from every plane.
        off_plane: usize,
        /// Points, open contours and closed ones of fewer than three points.
        ignored: usize,
    },
    /// The lattice refused.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

impl Diagnose for ContourError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingLeft { .. } => "contour.nothing_left",
            Self::Geometry(error) => error.code(),
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::NothingLeft { .. } => {
                "Is this the image on which the structure was drawn, with all its slices?".into()
            }
            Self::Geometry(error) => error.hint(),
        }
    }
}

impl RasterReport {
    /// What a reader of the mask must know.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code, message: String| warnings.push(Warning::new(code, message));
        for (kind, count) in &self.ignored {
            warn("contour.ignored", format!("{count} contours {} were ignored", kind.name()));
        }
        if self.degenerate > 0 {
            let count = self.degenerate;
            warn("contour.degenerate", format!("{count} contours of fewer than 3 points ignored"));
        }
        if let Some(worst) = self.off_plane.iter().max_by(|a, b| a.mm.total_cmp(&b.mm)) {
            let message = format!(
                "{} contours lie on no image plane and were left out; the worst is contour {}, \
                 {:.2} mm off",
                self.off_plane.len(),
                worst.number,
                worst.mm
            );
            warn("contour.off_plane", message);
        }
        if self.shifted > 0 {
            let message = format!(
                "{} contours lie up to {:.3} mm beside their image plane",
                self.shifted, self.shift_mm
            );
            warn("contour.shifted", message);
        }
        if self.outside > 0 {
            warn("contour.outside", format!("{} contours lie outside the image", self.outside));
        }
        if self.cut > 0 {
            warn("contour.cut", format!("{} contours reach beyond the image's edge", self.cut));
        }
        if self.empty_planes > 0 {
            let message = format!(
                "{} of {} planes between the first and last contour have none; they stay empty",
                self.empty_planes,
                self.empty_planes + self.planes
            );
            warn("contour.empty_planes", message);
        }
        warnings
    }
}

enum Place {
    Plane(usize),
    Outside,
    Off,
}

/// The voxels of `grid` whose centres the closed contours enclose, and what became of each contour.
///
/// # Errors
/// [`ContourError::NothingLeft`] where no contour can be used. Single contours that cannot are
/// reported, not errors.
pub fn rasterise(
    contours: &[Contour],
    grid: &SharedGrid,
) -> Result<(Mask, RasterReport), ContourError> {
    let mut report = RasterReport::default();
    let mut voxels = Array3::from_elem(grid.shape, false);
    let mut planes = BTreeMap::new();
    for (at, contour) in contours.iter().enumerate() {
        if !contour.kind.is_closed() {
            *report.ignored.entry(contour.kind).or_default() += 1;
            continue;
        }
        if contour.points.len() < 3 {
            report.degenerate += 1;
            continue;
        }
        let index: Vec<[f64; 3]> = contour.points.iter().map(|p| grid.to_index(*p)).collect();
        let (place, distance) = place(&index, grid.shape);
        let mm = distance * grid.spacing[0];
        match place {
            Place::Off => report.off_plane.push(OffPlane { number: at + 1, mm }),
            Place::Outside => report.outside += 1,
            Place::Plane(plane) => {
                report.used += 1;
                if distance > SHIFTED {
                    report.shifted += 1;
                    report.shift_mm = report.shift_mm.max(mm);
                }
                report.cut += usize::from(index.iter().any(|p| !within(*p, grid.shape)));
                let polygon: Vec<[f64; 2]> = index.iter().map(|p| [p[1], p[2]]).collect();
                let mut view = voxels.index_axis_mut(Axis(0), plane);
                *planes.entry(plane).or_insert(false) |= polygon::flip(&mut view, &polygon);
            }
        }
    }
    if report.used == 0 {
        return Err(ContourError::NothingLeft {
            total: contours.len(),
            outside: report.outside,
            off_plane: report.off_plane.len(),
            ignored: report.ignored.values().sum::<usize>() + report.degenerate,
        });
    }
    report.planes = planes.len();
    report.nested_planes = planes.values().filter(|nested| **nested).count();
    if let (Some((first, _)), Some((last, _))) = (planes.first_key_value(), planes.last_key_value())
    {
        report.empty_planes = last - first + 1 - planes.len();
    }
    Ok((Mask::new(grid.clone(), voxels)?, report))
}

/// The plane of a contour given as indices, and its farthest vertex's distance from it in slices.
fn place(index: &[[f64; 3]], shape: [usize; 3]) -> (Place, f64) {
    let mean = index.iter().map(|p| p[0]).sum::<f64>() / index.len() as f64;
    let plane = mean.round();
    let distance = index.iter().map(|p| (p[0] - plane).abs()).fold(0.0, f64::max);
    let beside = [1, 2].into_iter().any(|axis| {
        let end = shape[axis] as f64 - 0.5;
        index.iter().all(|p| p[axis] < -0.5) || index.iter().all(|p| p[axis] > end)
    });
    if !mean.is_finite() || plane < 0.0 || plane >= shape[0] as f64 || beside {
        (Place::Outside, distance)
    } else if distance > OFF_PLANE {
        (Place::Off, distance)
    } else {
        (Place::Plane(plane as usize), distance)
    }
}

/// Is the point inside the pixels of the image (not only their centres)?
fn within(point: [f64; 3], shape: [usize; 3]) -> bool {
    [1, 2].into_iter().all(|a| point[a] >= -0.5 && point[a] <= shape[a] as f64 - 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use std::sync::Arc;

    fn oblique() -> SharedGrid {
        let (c, s) = (0.6, 0.8);
        let axes = [[0.0, s, c], [0.0, c, -s], [-1.0, 0.0, 0.0]];
        Arc::new(Grid::new([5, 20, 30], [3.0, 0.8, 0.7], [11.0, -7.0, 3.0], axes).unwrap())
    }

    fn square(grid: &Grid, z: f64, from: f64, to: f64) -> Contour {
        let points = [[from, from], [from, to], [to, to], [to, from]];
        let points = points.iter().map(|p| grid.to_patient([z, p[0], p[1]])).collect();
        Contour { points, kind: ContourKind::Closed }
    }

    #[test]
    fn contours_fill_their_nearest_plane_in_any_orientation() {
        let grid = oblique();
        let contours = [square(&grid, 1.0, 2.5, 9.5), square(&grid, 3.3, 2.5, 5.5)];
        let (mask, report) = rasterise(&contours, &grid).unwrap();
        assert_eq!(mask.count(), 49 + 9);
        assert!(mask.voxels()[[3, 4, 4]] && !mask.voxels()[[3, 6, 6]]);
        assert_eq!((report.used, report.planes, report.empty_planes), (2, 2, 1));
        assert_eq!(report.shifted, 1);
        assert!((report.shift_mm - 0.9).abs() < 1e-9);
        let codes: Vec<_> = report.warnings().iter().map(|w| w.code).collect();
        assert_eq!(codes, ["contour.shifted", "contour.empty_planes"]);
    }

    #[test]
    fn holes_are_kept_and_counted() {
        let grid = oblique();
        let contours = [square(&grid, 2.0, 1.5, 12.5), square(&grid, 2.0, 4.5, 8.5)];
        let (mask, report) = rasterise(&contours, &grid).unwrap();
        assert_eq!((mask.count(), report.nested_planes), (121 - 16, 1));
    }

    #[test]
    fn what_cannot_be_used_is_reported_by_kind_and_distance() {
        let grid = oblique();
        let mut tilted = square(&grid, 2.0, 3.5, 6.5);
        tilted.points[0] = grid.to_patient([3.5, 3.5, 3.5]);
        let open = Contour { kind: ContourKind::OpenPlanar, ..square(&grid, 1.0, 2.5, 5.5) };
        let point = Contour { points: vec![grid.origin], kind: ContourKind::Point };
        let line = Contour { points: vec![grid.origin; 2], kind: ContourKind::Closed };
        let contours = [
            square(&grid, 0.0, 10.5, 40.5),
            square(&grid, -0.6, 2.5, 5.5),
            square(&grid, 1.0, 50.0, 60.0),
            tilted,
            open,
            point,
            line,
        ];
        let (mask, report) = rasterise(&contours, &grid).unwrap();
        assert_eq!(mask.count(), 9 * 19);
        assert_eq!((report.used, report.outside, report.cut, report.degenerate), (1, 2, 1, 1));
        assert_eq!(report.ignored[&ContourKind::Point], 1);
        assert_eq!(report.off_plane[0].number, 4);
        assert!((report.off_plane[0].mm - 4.5).abs() < 1e-9);
        let error = rasterise(&contours[1..], &grid).unwrap_err();
        assert_eq!(error.code(), "contour.nothing_left");
        assert!(error.to_string().contains("none of 6 contours"), "{error}");
    }
}
