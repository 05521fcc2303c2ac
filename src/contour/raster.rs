//! The mask that contours make.

use super::planes::{Plane, planes};
use super::polygon::{around, fill_part};
use super::{
    Contour, ContourError, FillGaps, Holes, RasterReport, Rules, crossing::crosses_itself,
    gaps::fill_gaps, measure, overlap::overlap,
};
use crate::geometry::{IndexBox, SharedGrid};
use crate::image::Mask;
use ndarray::{Array3, Axis};

/// The voxels of `grid` whose centres the closed contours enclose by the rules, and what became of
/// each contour.
///
/// # Errors
/// [`ContourError::NothingLeft`] where no contour can be used. Single contours that cannot are
/// reported, not errors.
pub fn rasterise(
    contours: &[Contour],
    grid: &SharedGrid,
    rules: Rules,
) -> Result<(Mask, RasterReport), ContourError> {
    let mut report = RasterReport { rules, holes: rules.holes, ..RasterReport::default() };
    let (planes, beside) = planes(contours, grid, &mut report);
    let (Some(first), Some(last)) = (planes.first(), planes.last()) else {
        return Err(ContourError::NothingLeft {
            total: contours.len(),
            outside: report.outside,
            off_plane: report.off_plane.len(),
            ignored: report.ignored,
            degenerate: report.degenerate,
        });
    };
    report.planes = planes.len();
    report.empty_planes = last.index - first.index + 1 - planes.len();
    report.step = commonest_step(&planes);
    let window = if rules.fill_gaps == FillGaps::Shape {
        grid.bounds()
    } else {
        let polygons = || planes.iter().map(|plane| &plane.polygons[..]);
        let [rows, columns] = [0, 1].map(|axis| around(polygons(), axis, grid.shape[axis + 1]));
        IndexBox {
            lo: [first.index, rows.start, columns.start],
            hi: [last.index + 1, rows.end, columns.end],
        }
    };
    let [low, top, left] = window.lo;
    let mut voxels = Array3::from_elem(window.shape(), false);
    for plane in &planes {
        let mut view = voxels.index_axis_mut(Axis(0), plane.index - low);
        let nested = fill_part(&mut view, [top, left], &plane.polygons, report.holes);
        report.nested_planes += usize::from(nested);
        if nested && report.holes != Holes::Union {
            let found = overlap(&view.view(), [top, left], &plane.polygons);
            report.unchecked += usize::from(found.is_none());
            let found = found.unwrap_or_default();
            // Windings that add up take nothing out.
            if found.lost > 0 || report.holes == Holes::Xor && found.pixels > 0 {
                report.overlapping.push(plane.index);
                report.overlap_voxels += found.pixels;
                report.overlap_lost += found.lost;
            }
        }
        report.void_planes += usize::from(!view.iter().any(|v| *v));
        report.self_crossing += plane.polygons.iter().filter(|p| crosses_itself(p)).count();
    }
    if rules.fill_gaps == FillGaps::Shape {
        // Where the lesion was drawn beside the image, the plane is no gap: it is empty.
        let mut occupied: Vec<usize> =
            planes.iter().map(|plane| plane.index).chain(beside).collect();
        occupied.sort_unstable();
        occupied.dedup();
        report.filled = fill_gaps(&mut voxels, &occupied, grid.spacing);
    }
    let mask = Mask::within(grid.clone(), window, voxels)?;
    let drawn = measure(contours, report.holes);
    report.contour_ml = drawn.area_mm2 * drawn.spacing_mm.unwrap_or(grid.spacing[0]) / 1000.0;
    report.voxel_ml = mask.volume_ml();
    let ratio = report.voxel_ml / report.contour_ml;
    report.voxels_per_contour = ratio.is_finite().then_some(ratio);
    Ok((mask, report))
}

/// The commonest distance between neighbouring planes, the smaller of two as common; 0 without.
fn commonest_step(planes: &[Plane]) -> usize {
    let mut steps: Vec<usize> = planes.windows(2).map(|p| p[1].index - p[0].index).collect();
    steps.sort_unstable();
    let runs = steps.chunk_by(|a, b| a == b);
    runs.rev().max_by_key(|run| run.len()).map_or(0, |run| run[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contour::{ContourKind, Repeated};
    use crate::error::Diagnose;
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
        let (mask, report) = rasterise(&contours, &grid, Rules::default()).unwrap();
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
        let (mask, report) = rasterise(&contours, &grid, Rules::default()).unwrap();
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
        let (mask, report) = rasterise(&contours, &grid, Rules::default()).unwrap();
        assert_eq!(mask.count(), 9 * 19);
        assert_eq!((report.used, report.outside, report.cut, report.degenerate), (1, 2, 1, 1));
        assert_eq!(report.ignored[&ContourKind::Point], 1);
        assert_eq!(report.off_plane[0].number, 4);
        assert!((report.off_plane[0].mm - 4.5).abs() < 1e-9);
        let error = rasterise(&contours[1..], &grid, Rules::default()).unwrap_err();
        assert_eq!(error.code(), "contour.nothing_left");
        assert!(error.to_string().contains("none of 6 contours"), "{error}");
        assert!(error.to_string().contains("1 of type OPEN_PLANAR, 1 of type POINT"), "{error}");
        assert!(error.hint().contains("with all its slices"));
        let error = rasterise(&contours[4..], &grid, Rules::default()).unwrap_err();
        assert!(error.to_string().ends_with("1 of fewer than 3 points"), "{error}");
        assert!(error.hint().contains("CLOSED_PLANAR"), "{}", error.hint());
    }

    fn tallied(contours: &[Contour], rules: Rules) -> (Mask, RasterReport, Vec<&'static str>) {
        let (mask, report) = rasterise(contours, &oblique(), rules).unwrap();
        let codes = report.warnings().iter().map(|w| w.code).collect();
        (mask, report, codes)
    }

    fn by(holes: Holes) -> Rules {
        Rules { holes, ..Rules::default() }
    }

    #[test]
    fn the_type_closedplanar_xor_overrules_the_rule() {
        let grid = oblique();
        let nested = [square(&grid, 2.0, 1.5, 12.5), square(&grid, 2.0, 4.5, 8.5)];
        let xor = nested.clone().map(|c| Contour { kind: ContourKind::ClosedXor, ..c });
        for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
            let (mask, report, codes) = tallied(&xor, by(holes));
            assert_eq!((mask.count(), report.holes, report.rules.holes), (105, Holes::Xor, holes));
            assert_eq!(codes.contains(&"contour.xor_by_type"), holes != Holes::Xor);
            let plain = if holes == Holes::Xor { 105 } else { 121 };
            assert_eq!(tallied(&nested, by(holes)).0.count(), plain);
        }
    }

    #[test]
    fn volumes_by_contour_and_by_voxel_agree_where_no_plane_is_missing() {
        let grid = oblique();
        let block: Vec<_> = (0..5).map(|z| square(&grid, f64::from(z), 2.5, 9.5)).collect();
        let (mask, report, _) = tallied(&block, Rules::default());
        let ml = 5.0 * 49.0 * 3.0 * 0.8 * 0.7 / 1000.0;
        assert!((report.contour_ml - ml).abs() < 1e-9 && (report.voxel_ml - ml).abs() < 1e-12);
        assert!((report.voxels_per_contour.unwrap() - 1.0).abs() < 1e-9);
        let every_second: Vec<_> = block.iter().step_by(2).cloned().collect();
        let (_, report, codes) = tallied(&every_second, Rules::default());
        assert_eq!((report.planes, report.empty_planes, report.step), (3, 2, 2));
        assert!((report.voxels_per_contour.unwrap() - 0.5).abs() < 1e-9);
        assert!(report.warnings()[0].message.contains("on 3 of 5 planes, every 2nd"));
        assert_eq!(codes, ["contour.empty_planes"]);
        let shape = Rules { fill_gaps: FillGaps::Shape, ..Rules::default() };
        let (filled, report, _) = tallied(&every_second, shape);
        assert_eq!((filled.voxels(), &report.filled[..]), (mask.voxels(), &[1, 3][..]));
        assert!(report.warnings()[0].message.contains("slices 1, 3"));
    }

    #[test]
    fn thinner_contour_planes_do_not_cancel_each_other() {
        let grid = oblique();
        // Drawn every third of a slice: each image plane has three, of which one is its own.
        let thin: Vec<_> = (0..13).map(|k| square(&grid, f64::from(k) / 3.0, 2.5, 9.5)).collect();
        let (mask, report, codes) = tallied(&thin, Rules::default());
        assert_eq!((mask.count(), report.used, report.superseded), (5 * 49, 5, 8));
        assert_eq!((report.shifted, codes), (0, vec!["contour.superseded"]));
        // Halfway between planes, with the noise of rounding: one plane each, none empty.
        let noise = |k: i32| f64::from(k) + 0.5 + if k % 2 == 0 { 1e-6 } else { -1e-6 };
        let half: Vec<_> = (0..4).map(|k| square(&grid, noise(k), 2.5, 9.5)).collect();
        let (mask, report, _) = tallied(&half, Rules::default());
        assert_eq!((mask.count(), report.planes, report.empty_planes), (4 * 49, 4, 0));
        assert_eq!((report.shifted, report.off_plane.len()), (4, 0));
    }

    #[test]
    fn a_contour_that_stands_twice_is_drawn_once() {
        let grid = oblique();
        let (outer, hole) = (square(&grid, 2.0, 1.5, 12.5), square(&grid, 2.0, 4.5, 8.5));
        let mut again = outer.clone();
        again.points.rotate_left(1);
        again.points.reverse();
        let drawn = [outer.clone(), hole, square(&grid, 1.0, 2.5, 9.5)];
        let twice = [&drawn[..], &[again]].concat();
        for holes in [Holes::Xor, Holes::Union, Holes::NonZero] {
            let (mask, report, codes) = tallied(&twice, by(holes));
            let (plain, before, none) = tallied(&drawn, by(holes));
            assert_eq!(mask.voxels(), plain.voxels());
            assert!((report.contour_ml - before.contour_ml).abs() < 1e-12);
            assert_eq!((report.used, codes), (3, vec!["contour.repeated"]));
            assert_eq!(report.repeated, [Repeated { number: 4, plane: 2 }]);
            let message = &report.warnings()[0].message;
            assert!(message.contains("drawn once: 1 (slice 2)"), "{message}");
            assert!(none.is_empty());
        }
        // By their type two of them cancel, and that is told.
        let xor = [0; 2].map(|_| Contour { kind: ContourKind::ClosedXor, ..outer.clone() });
        let (_, report, codes) = tallied(&xor, Rules::default());
        assert_eq!((report.overlap_lost, report.repeated.len()), (121, 0));
        assert_eq!(codes, ["contour.overlap", "contour.void_planes"]);
    }

    #[test]
    fn partial_overlap_is_told_with_what_it_takes_out() {
        let grid = oblique();
        let both = |z: f64| [square(&grid, z, 1.5, 9.5), square(&grid, z, 5.5, 13.5)];
        let contours = [both(1.0), both(2.0), both(4.0)].concat();
        let (mask, report, codes) = tallied(&contours, Rules::default());
        assert_eq!(
            (mask.count(), codes),
            (3 * 96, vec!["contour.overlap", "contour.empty_planes"])
        );
        assert_eq!((&report.overlapping[..], report.overlap_lost), (&[1, 2, 4][..], 3 * 16));
        let message = &report.warnings()[0].message;
        assert!(message.contains("on 3 of 3 planes (slices 1-2, 4)"), "{message}");
        assert!(message.contains("48 of the 48 voxels") && message.contains("union"), "{message}");
        // Nothing is taken out by union, nor by windings of one direction.
        for holes in [Holes::Union, Holes::NonZero] {
            let (mask, _, codes) = tallied(&contours, by(holes));
            assert_eq!((mask.count(), codes), (3 * 112, vec!["contour.empty_planes"]));
        }
        let mut against = both(1.0);
        against[1].points.reverse();
        assert_eq!(tallied(&against, by(Holes::NonZero)).2, ["contour.overlap"]);
    }

    #[test]
    fn specks_and_crossings_are_counted() {
        let grid = oblique();
        let at = |y: f64, x: f64| grid.to_patient([2.0, y, x]);
        let bow = vec![at(1.5, 1.5), at(8.5, 8.5), at(8.5, 1.5), at(1.5, 8.5)];
        let bow = Contour { points: bow, kind: ContourKind::Closed };
        let contours = [bow, square(&grid, 3.0, 4.6, 4.9)];
        let shape = Rules { fill_gaps: FillGaps::Shape, ..Rules::default() };
        let (_, report, codes) = tallied(&contours, shape);
        assert_eq!((report.self_crossing, report.void_planes), (1, 1));
        assert_eq!(codes, ["contour.self_crossing", "contour.void_planes"]);
        // Drawn beside the image on a plane between: that plane is no gap.
        let beside = [0.0, 2.0].map(|z| square(&grid, z, 2.5, 9.5));
        let beside = [&beside[..], &[square(&grid, 1.0, 50.0, 60.0)]].concat();
        assert!(tallied(&beside, shape).1.filled.is_empty());
        // A speck has no shape: a gap beside it stays empty.
        let specks = [square(&grid, 1.0, 4.6, 4.9), square(&grid, 4.0, 2.5, 9.5)];
        assert!(tallied(&specks, shape).1.filled.is_empty());
    }
}
