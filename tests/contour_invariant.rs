//! Laws of the way from contours to voxels.

use perirad::contour::{Contour, ContourKind, FillGaps, Holes, Rules, rasterise};
use perirad::geometry::{Grid, SharedGrid};
use perirad::image::Mask;
use proptest::prelude::*;
use std::sync::Arc;

const HOLES: [Holes; 3] = [Holes::Xor, Holes::Union, Holes::NonZero];

fn grid() -> SharedGrid {
    let axes = [[0.0, 0.8, 0.6], [0.0, 0.6, -0.8], [-1.0, 0.0, 0.0]];
    Arc::new(Grid::new([6, 24, 28], [2.5, 0.9, 0.7], [12.0, -3.0, 40.0], axes).unwrap())
}

/// Outlines of any kind, crossing themselves too: plane and vertices in pixels.
fn outlines() -> impl Strategy<Value = Vec<(usize, Vec<[f64; 2]>)>> {
    let vertex = [-3.0..27.0_f64, -3.0..31.0_f64];
    let outline = (0_usize..6, prop::collection::vec(vertex, 4..12));
    prop::collection::vec(outline, 1..7)
}

fn contours(outlines: &[(usize, Vec<[f64; 2]>)]) -> Vec<Contour> {
    let grid = grid();
    let contour = |(plane, outline): &(usize, Vec<[f64; 2]>)| Contour {
        points: outline.iter().map(|p| grid.to_patient([*plane as f64, p[0], p[1]])).collect(),
        kind: ContourKind::Closed,
    };
    outlines.iter().map(contour).collect()
}

/// The mask; `None` where nothing is left of the contours.
fn mask(contours: &[Contour], rules: Rules) -> Option<Mask> {
    rasterise(contours, &grid(), rules).ok().map(|(mask, _)| mask)
}

fn same(a: &[Contour], b: &[Contour], rules: Rules) -> bool {
    match (mask(a, rules), mask(b, rules)) {
        (Some(a), Some(b)) => a.voxels() == b.voxels(),
        (None, None) => true,
        _ => false,
    }
}

fn rules(holes: Holes, gaps: bool) -> Rules {
    Rules { holes, fill_gaps: if gaps { FillGaps::Shape } else { FillGaps::None } }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn order_start_and_direction_do_not_matter(
        outlines in outlines(), turn in 0_usize..9, gaps: bool,
    ) {
        let drawn = contours(&outlines);
        let mut shuffled = drawn.clone();
        shuffled.reverse();
        shuffled.rotate_left(turn % drawn.len());
        let mut turned = shuffled.clone();
        for contour in &mut turned {
            let n = contour.points.len();
            contour.points.rotate_left(turn % n);
        }
        for holes in HOLES {
            prop_assert!(same(&drawn, &turned, rules(holes, gaps)));
        }
        // Single directions make no difference to these; to the winding rule, all together.
        let mut some = turned.clone();
        some.iter_mut().step_by(2).for_each(|contour| contour.points.reverse());
        for holes in [Holes::Xor, Holes::Union] {
            prop_assert!(same(&drawn, &some, rules(holes, gaps)));
        }
        for contour in &mut turned {
            contour.points.reverse();
        }
        prop_assert!(same(&drawn, &turned, rules(Holes::NonZero, gaps)));
    }

    #[test]
    fn a_contour_drawn_twice_does_not_matter(outlines in outlines(), turn in 0_usize..9, back: bool) {
        let drawn = contours(&outlines);
        let mut twice = drawn.clone();
        let mut again = drawn[turn % drawn.len()].clone();
        let n = again.points.len();
        again.points.rotate_left(turn % n);
        if back {
            again.points.reverse();
        }
        twice.push(again);
        for holes in HOLES {
            prop_assert!(same(&drawn, &twice, rules(holes, false)));
        }
    }

    #[test]
    fn what_overlap_takes_out_is_told_unless_it_is_a_hole(outlines in outlines()) {
        let pair: Vec<_> = outlines.into_iter().take(2).map(|(_, outline)| (1, outline)).collect();
        let drawn = contours(&pair);
        let Ok((xor, report)) = rasterise(&drawn, &grid(), rules(Holes::Xor, false)) else {
            return Ok(());
        };
        let union = mask(&drawn, rules(Holes::Union, false)).unwrap();
        let lost = union.count() - xor.count();
        if report.overlapping.is_empty() {
            let alone = |contour: &Contour| {
                mask(std::slice::from_ref(contour), Rules::default()).map_or(0, |mask| mask.count())
            };
            let least = drawn.iter().map(alone).min().unwrap();
            prop_assert!(lost == 0 || (least - lost) * 100 <= least, "{lost} of {least}");
        } else {
            prop_assert_eq!((report.overlap_lost, report.overlap_voxels), (lost, lost));
        }
    }

    #[test]
    fn splitting_a_contour_from_vertex_to_vertex_does_not_matter(
        outlines in outlines(), cut in 2_usize..10,
    ) {
        let whole = contours(&outlines);
        let mut parts = Vec::new();
        for contour in &whole {
            let n = contour.points.len();
            let at = 2 + cut % (n - 3);
            let far = [&contour.points[at..], &contour.points[..1]].concat();
            for points in [contour.points[..=at].to_vec(), far] {
                parts.push(Contour { points, ..contour.clone() });
            }
        }
        // The dividing edge is walked both ways: it cancels by parity and by winding.
        for holes in [Holes::Xor, Holes::NonZero] {
            let (whole, parts) = (mask(&whole, rules(holes, false)), mask(&parts, rules(holes, false)));
            if let (Some(whole), Some(parts)) = (whole, parts) {
                prop_assert_eq!(whole.voxels(), parts.voxels());
            }
        }
    }

    #[test]
    fn rules_are_nested_and_gaps_only_add_between_the_ends(outlines in outlines()) {
        let drawn = contours(&outlines);
        let all = HOLES.map(|holes| mask(&drawn, rules(holes, false)));
        let [Some(xor), Some(union), Some(winding)] = all else { return Ok(()) };
        for ((a, u), w) in xor.voxels().iter().zip(union.voxels()).zip(winding.voxels()) {
            prop_assert!(!a || *u || *w);
        }
        let filled = mask(&drawn, rules(Holes::Xor, true)).unwrap();
        let planes: Vec<usize> = outlines.iter().map(|(plane, _)| *plane).collect();
        for (z, (plane, before)) in
            filled.voxels().outer_iter().zip(xor.voxels().outer_iter()).enumerate()
        {
            let between = planes.iter().any(|p| *p < z) && planes.iter().any(|p| *p > z);
            prop_assert!(plane == before || between && !planes.contains(&z));
        }
    }
}
