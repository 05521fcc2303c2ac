//! What must hold for any mask: ring, core and outside, and resampling.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::geometry::Grid;
use perirad::image::{Intensity, Mask, Volume};
use perirad::preprocess::{Interpolation, MaskInterpolation, Ring, Target};
use perirad::preprocess::{resample_image, resample_mask, ring};
use proptest::prelude::*;
use std::sync::Arc;

const AXES: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

fn mask_of(voxels: Array3<bool>, spacing: [f64; 3]) -> Mask {
    let (z, y, x) = voxels.dim();
    let grid = Arc::new(Grid::new([z, y, x], spacing, [0.0; 3], AXES).unwrap());
    Mask::new(grid, voxels).unwrap()
}

fn ring_of(mask: &Mask, inner: f64, outer: f64) -> Ring {
    ring(mask, inner, outer, &Engine::serial()).unwrap()
}

/// Lumpy, thin and broken masks: a threshold on noise inside a box that may touch the border.
fn masks() -> impl Strategy<Value = Array3<bool>> {
    let shape = [1_usize..9, 1_usize..9, 1_usize..9];
    (shape, proptest::collection::vec(any::<u8>(), 512), 1_u8..=255).prop_map(
        |([nz, ny, nx], noise, limit)| {
            let mut voxels =
                Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| noise[z * 64 + y * 8 + x] < limit);
            voxels[[nz / 2, ny / 2, nx / 2]] = true;
            voxels
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn ring_core_and_outside_part_the_lattice(
        voxels in masks(),
        spacing in [0.5..4.0, 0.5..4.0, 0.5..4.0],
        inner in 0.0..5.0,
        outer in 0.1..5.0,
    ) {
        let tumour = mask_of(voxels, spacing);
        let found = ring_of(&tumour, inner, outer);
        let mut both = 0;
        for ((t, r), c) in tumour.voxels().iter().zip(found.mask.voxels()).zip(found.core.voxels()) {
            prop_assert!(!(*r && *c), "ring and core overlap");
            prop_assert!(!*c || *t, "core beyond the tumour");
            prop_assert!(!*t || *r || *c, "a tumour voxel in neither");
            both += usize::from(*r || *c);
        }
        prop_assert_eq!(both, found.mask.count() + found.core.count());
        // Core and ring together do not depend on where the tumour is cut.
        let uncut = ring_of(&tumour, 0.0, outer);
        prop_assert_eq!(both, uncut.mask.count() + uncut.core.count());
        prop_assert_eq!(uncut.core.count(), tumour.count());
        prop_assert_eq!(found.outside_image, uncut.outside_image);
    }

    #[test]
    fn ring_grows_with_its_widths(
        voxels in masks(),
        spacing in [0.5..4.0, 0.5..4.0, 0.5..4.0],
        inner in 0.1..3.0,
        outer in 0.1..3.0,
        more in 0.0..2.0,
    ) {
        let tumour = mask_of(voxels, spacing);
        let small = ring_of(&tumour, inner, outer);
        let large = ring_of(&tumour, inner + more, outer + more);
        let within = small.mask.voxels().iter().zip(large.mask.voxels()).all(|(s, l)| !s || *l);
        prop_assert!(within);
        prop_assert!(small.outside_image <= large.outside_image);
    }

    #[test]
    fn ring_does_not_know_the_axes(voxels in masks(), edge in 0.5..2.0, flip in 0_u8..8) {
        let turn = |array: &Array3<bool>| {
            let mut turned = array.clone().permuted_axes([1, 2, 0]);
            (0..3).filter(|a| flip >> a & 1 == 1).for_each(|a| turned.invert_axis(ndarray::Axis(a)));
            turned.as_standard_layout().into_owned()
        };
        // Off the distances that occur, where rounding would decide.
        let (inner, outer) = (1.234_567 * edge, 2.345_678 * edge);
        let straight = ring_of(&mask_of(voxels.clone(), [edge; 3]), inner, outer);
        let turned = ring_of(&mask_of(turn(&voxels), [edge; 3]), inner, outer);
        prop_assert_eq!(&turn(straight.mask.voxels()), turned.mask.voxels());
        prop_assert_eq!(straight.outside_image, turned.outside_image);
    }

    #[test]
    fn ring_has_the_same_voxels_in_a_larger_lattice_and_on_more_threads(
        voxels in masks(),
        spacing in [0.5..4.0, 0.5..4.0, 0.5..4.0],
    ) {
        let (nz, ny, nx) = voxels.dim();
        let margin = 8;
        let grown = Array3::from_shape_fn(
            (nz + 2 * margin, ny + 2 * margin, nx + 2 * margin),
            |(z, y, x)| {
                let at = [z, y, x].map(|i| i.wrapping_sub(margin));
                voxels.get(at).copied().unwrap_or(false)
            },
        );
        let tight = ring_of(&mask_of(voxels, spacing), 1.0, 3.0);
        let large = ring(&mask_of(grown, spacing), 1.0, 3.0, &Engine::new(3)).unwrap();
        prop_assert_eq!(large.outside_image, 0);
        prop_assert_eq!(tight.mask.count() + tight.outside_image, large.mask.count());
        prop_assert_eq!(tight.core.count(), large.core.count());
    }

    #[test]
    fn resampled_masks_are_those_of_the_whole_lattice(
        voxels in masks(),
        spacing in [0.5..4.0, 0.5..4.0, 0.5..4.0],
        wanted in [0.5..4.0, 0.5..4.0, 0.5..4.0],
    ) {
        let mask = mask_of(voxels, spacing);
        let whole = Target::new(mask.grid(), wanted.map(Some)).unwrap();
        let window = whole.around(mask.bounds().unwrap(), 0.0);
        let part = whole.clone().windowed(window).unwrap();
        for kind in [MaskInterpolation::Nearest, MaskInterpolation::Linear] {
            let all = resample_mask(&mask, &whole, kind, 0.5, &Engine::serial()).unwrap();
            let found = resample_mask(&mask, &part, kind, 0.5, &Engine::new(2)).unwrap();
            prop_assert_eq!(all.count(), found.count());
        }
    }

    #[test]
    fn interpolation_keeps_constants_and_linear_ones_keep_the_range(
        values in proptest::collection::vec(-1000.0_f32..3000.0, 60),
        spacing in [0.5..4.0, 0.5..4.0, 0.5..4.0],
        wanted in [0.5..4.0, 0.5..4.0, 0.5..4.0],
    ) {
        let grid = Arc::new(Grid::new([3, 4, 5], spacing, [0.0; 3], AXES).unwrap());
        let target = Target::new(&grid, wanted.map(Some)).unwrap();
        let run = |data: Vec<f32>, kind| {
            let data = Array3::from_shape_vec((3, 4, 5), data).unwrap();
            let volume = Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap();
            resample_image(&volume, &target, kind, &Engine::serial()).unwrap().data
        };
        for kind in [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline] {
            prop_assert!(run(vec![-700.0; 60], kind).iter().all(|v| (v + 700.0).abs() < 1e-3));
        }
        let lo = values.iter().copied().fold(f32::INFINITY, f32::min);
        let hi = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let linear = run(values, Interpolation::Linear);
        prop_assert!(linear.iter().all(|v| *v >= lo - 1e-3 && *v <= hi + 1e-3));
    }
}

#[test]
fn a_voxel_a_slice_and_a_box_have_sensible_rings() {
    let voxel = ring_of(&mask_of(Array3::from_elem((1, 1, 1), true), [1.0; 3]), 2.0, 2.0);
    assert_eq!((voxel.mask.count(), voxel.core.count()), (1, 0));
    assert!(voxel.outside_image > 20);

    let slice =
        Array3::from_shape_fn((9, 30, 30), |(z, y, x)| z == 4 && y.min(x) > 9 && y.max(x) < 20);
    let slice = ring_of(&mask_of(slice, [1.0; 3]), 0.0, 2.0);
    assert_eq!((slice.core.count(), slice.outside_image), (100, 0));
    // Two slices above, two below and the rim.
    assert!((400..900).contains(&slice.mask.count()), "{}", slice.mask.count());

    let side = 24;
    let cube = Array3::from_shape_fn((40, 40, 40), |(z, y, x)| {
        [z, y, x].iter().all(|i| (8..8 + side).contains(i))
    });
    let cube = ring_of(&mask_of(cube, [1.0; 3]), 2.0, 2.0);
    // Through the middle of a face: two voxels in, two out.
    let across: Vec<_> = (0..40).filter(|x| cube.mask.voxels()[[20, 20, *x]]).collect();
    assert_eq!(across, [6, 7, 8, 9, 30, 31, 32, 33]);
    // Smoothing rounds the edges, so the ring has less there than the exact one of 13674 mm³.
    assert!((12_500..13_674).contains(&cube.mask.count()), "{}", cube.mask.count());
}

#[test]
fn impossible_rings_are_refused() {
    use perirad::error::Diagnose;
    let mask = mask_of(Array3::from_elem((3, 3, 3), true), [1.0; 3]);
    let code =
        |mask: &Mask, inner, outer| ring(mask, inner, outer, &Engine::serial()).unwrap_err().code();
    assert_eq!(code(&mask, 0.0, 0.0), "preprocess.parameter");
    assert_eq!(code(&mask, -1.0, 2.0), "preprocess.parameter");
    assert_eq!(code(&mask, 1.0, f64::NAN), "preprocess.parameter");
    assert_eq!(code(&mask, 1.0, 1e6), "preprocess.ring_too_large");
    let empty = mask_of(Array3::from_elem((3, 3, 3), false), [1.0; 3]);
    assert_eq!(code(&empty, 1.0, 1.0), "preprocess.empty_mask");
}
