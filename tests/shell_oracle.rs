//! Shells, cores and neighbouring rings against volumes and counts that follow from geometry.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, which clippy does not take for tests"
)]

use crate::ring_maker::{Scene, ball, facts, grid, image, placed, removed, resampled, settings};
use perirad::engine::Engine;
use perirad::geometry::SharedGrid;
use perirad::image::{Mask, Region};
use perirad::pipeline::{Part, Remover};
use perirad::preprocess::Distances;
use perirad::settings::{Lattice, Overlap, Settings};
use std::f64::consts::PI;

fn sphere(radius: f64) -> f64 {
    4.0 / 3.0 * PI * radius.powi(3)
}

/// Volume of what two balls share whose centres are `apart` mm from each other.
fn lens(a: f64, b: f64, apart: f64) -> f64 {
    if apart <= (a - b).abs() {
        return sphere(a.min(b));
    }
    let sum = a + b - apart;
    PI * sum.powi(2) * (apart.powi(2) + 2.0 * apart * (a + b) - 3.0 * (a - b).powi(2))
        / (12.0 * apart)
}

/// How far the boundary of a region may lie beside the exact one, on average, mm. `ring_oracle`
/// holds rings of 4 mm to 1 % of their volume: 0.04 mm for their two boundaries together.
const BESIDE_MM: f64 = 0.02;

fn volume(part: &Part) -> f64 {
    part.mask.volume_ml() * 1000.0
}

/// Are volumes (mm³) within what boundaries of that area (mm²) allow?
fn near(what: &str, found: f64, expected: f64, area: f64) {
    let mm = (found - expected) / area;
    println!("{what}: {found:.1}, expected {expected:.1} mm3: {mm:+.4} mm");
    assert!(mm.abs() <= BESIDE_MM, "{what}: {found} for {expected}, {mm:+.4} mm");
}

const SHELLS: [[f64; 2]; 6] =
    [[-6.0, -3.0], [-3.0, -1.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 4.0], [-2.5, 3.5]];

#[test]
fn shells_of_spheres_have_their_volumes() {
    let (radius, centre) = (12.0, [10.2, 10.4, 9.9]);
    let grid = grid([89; 3], [0.5; 3]);
    let centre = centre.map(|mm| mm + 12.0);
    let (image, mut settings) = (image(&grid, |_| 40.0), settings());
    settings.ring.inner_mm = 3.0;
    settings.ring.shells_mm = SHELLS.to_vec();
    let regions: Vec<Region> = Region::shells(6).chain([Region::Ring, Region::Core]).collect();
    let parts = Scene::of(&image).parts(&ball(&grid, centre, radius), &settings, &regions);
    let area = |mm: f64| 4.0 * PI * (radius + mm).powi(2);
    for (part, [from, to]) in parts.iter().zip(SHELLS.into_iter().chain([[-3.0, 2.0]])) {
        let exact = sphere(radius + to) - sphere(radius + from);
        // The surface itself is the mask's: between it and the ball are no distances.
        near(part.region.name(), volume(part), exact, area(from) + area(to));
        assert_eq!(facts(part).outside_image, 0);
    }
    near("core", volume(&parts[7]), sphere(radius - 3.0), area(-3.0));
}

/// Over the middle of a box's faces the surface is half a voxel beyond the last centre, so that
/// centres lie at 0.5, 1.5, 2.5 … voxel edges from it.
#[test]
fn shells_of_boxes_have_exact_counts_over_the_middle_of_their_faces() {
    let spacing = [2.5, 1.0, 0.8];
    let (lo, hi, middle) = ([14, 16, 16], [34, 48, 50], [24, 32, 33]);
    let grid = grid([48, 64, 66], spacing);
    let inside = |(z, y, x): (usize, usize, usize)| {
        let at = [z, y, x];
        (0..3).all(|a| (lo[a]..hi[a]).contains(&at[a]))
    };
    let mask = ndarray::Array3::from_shape_fn(grid.shape, inside);
    let mask = Mask::new(grid.clone(), mask).unwrap();
    let distances = Distances::new(&mask, 6.0, 7.0, &Engine::new(2)).unwrap();
    for [from, to] in [[0.0, 1.0], [1.0, 3.0], [0.5, 2.5], [-2.0, 2.0], [-4.5, -1.5], [3.0, 7.0]] {
        let shell = distances.shell(from, to).unwrap();
        for (a, mm) in spacing.into_iter().enumerate() {
            // By the definition: outside (from, to], inside [from, to), both across the surface.
            let deep = |depth: f64| -depth >= from && (-depth < to || to > 0.0);
            let far = |distance: f64| distance <= to && (distance > from || from < 0.0);
            let centres = || (0..20).map(|k| (f64::from(k) + 0.5) * mm);
            let wanted =
                centres().filter(|d| deep(*d)).count() + centres().filter(|d| far(*d)).count();
            // One patch of 4 x 4 voxels amid either face across this axis.
            let mut count = 0;
            for ((z, y, x), _) in shell.mask.voxels().indexed_iter().filter(|(_, v)| **v) {
                let at = [z, y, x];
                let amid = |b: usize| (middle[b] - 2..middle[b] + 2).contains(&at[b]);
                count += usize::from((0..3).filter(|b| *b != a).all(amid));
            }
            assert_eq!(count, 2 * 16 * wanted, "{from} to {to} mm along axis {a}");
        }
    }
}

struct Pair {
    first: Part,
    second: Part,
}

const RADIUS: f64 = 9.0;
const APART: f64 = 19.0;
const WIDTH: f64 = 4.0;

fn lattice() -> SharedGrid {
    grid([60, 60, 100], [0.5; 3])
}

/// The rings of two balls whose surfaces are 1 mm apart, or which overlap.
fn pair(apart: f64, overlap: Overlap, inner: f64) -> Pair {
    let grid = lattice();
    let at = |x: f64| ball(&grid, [14.8, 14.8, 24.8 + x], RADIUS);
    let (a, b) = (at(-apart / 2.0), at(apart / 2.0));
    let image = image(&grid, |_| 40.0);
    let mut settings = settings();
    (settings.ring.inner_mm, settings.ring.outer_mm) = (inner, WIDTH);
    settings.ring.overlap = overlap;
    let first = Scene { after: &[&b], ..Scene::of(&image) }.ring(&a, &settings);
    let second = Scene { before: &[&a], ..Scene::of(&image) }.ring(&b, &settings);
    Pair { first, second }
}

/// All spheres that bound what is left of one ring.
fn area() -> f64 {
    4.0 * PI * ((RADIUS + WIDTH).powi(2) + RADIUS.powi(2))
}

#[test]
fn rings_of_neighbours_have_the_volumes_of_lenses() {
    let (near_by, wide) = (RADIUS, RADIUS + WIDTH);
    for apart in [APART, 14.0] {
        let ring = sphere(wide) - sphere(near_by);
        let inside_other = lens(wide, near_by, apart) - lens(near_by, near_by, apart);
        let allow = pair(apart, Overlap::Allow, 0.0);
        near("allow", volume(&allow.first), ring, area());
        let voxel = 0.125;
        for part in [&allow.first, &allow.second] {
            let within = facts(part).in_other_lesions as f64 * voxel;
            near("allow, in the other lesion", within, inside_other, area());
            assert_eq!(facts(part).removed, []);
        }
        let exclude = pair(apart, Overlap::Exclude, 0.0);
        // All that is within the other ball grown by the width.
        let gone = lens(wide, wide, apart) - lens(near_by, wide, apart);
        for part in [&exclude.first, &exclude.second] {
            near("exclude", volume(part), ring - gone, area());
            let lesion = removed(part, Remover::OtherLesion) as f64 * voxel;
            near("exclude, other lesion", lesion, inside_other, area());
            let rings = removed(part, Remover::OtherRing) as f64 * voxel;
            near("exclude, other ring", rings, gone - inside_other, area());
        }
        let nearest = pair(apart, Overlap::Nearest, 0.0);
        // Half of what lies within either ring and in neither lesion.
        let union = 2.0 * sphere(wide) - lens(wide, wide, apart) - 2.0 * sphere(near_by)
            + lens(near_by, near_by, apart);
        for part in [&nearest.first, &nearest.second] {
            near("nearest", volume(part), union / 2.0, area());
        }
        let [a, b] = [&nearest.first, &nearest.second].map(|p| placed(&p.mask, &lattice()));
        assert!(a.iter().zip(&b).all(|(a, b)| !(*a && *b)), "a voxel in two rings");
    }
}

#[test]
fn a_ring_of_the_native_lattice_is_the_mask_that_others_would_resample() {
    let grid = grid([26, 60, 62], [2.4, 0.9, 0.8]);
    let lesion = ball(&grid, [31.0, 27.0, 25.0], 14.0);
    let image = image(&grid, |[z, y, x]| ((z * 7 + y * 5 + x * 3) % 11) as f32 * 9.0);
    let scene = Scene::of(&image);
    let native = |mut settings: Settings| {
        settings.ring.lattice = Lattice::Native;
        settings
    };
    // On one lattice it is one ring.
    let (here, there) =
        (scene.ring(&lesion, &settings()), scene.ring(&lesion, &native(settings())));
    assert_eq!(here.mask.count(), there.mask.count());
    // On another, it is what the ring made before would be, as a mask of its own.
    let regions = [Region::Ring, Region::Core];
    let whole = scene.parts(&lesion, &native(settings()), &regions);
    let measured = scene.measured(&lesion, &native(resampled(1.0)), &regions);
    for (part, found) in whole.iter().zip(&measured.regions) {
        let mask = Mask::new(grid.clone(), placed(&part.mask, &grid)).unwrap();
        let alone = scene.measured(&mask, &resampled(1.0), &[Region::Tumour]);
        assert_eq!(alone.regions[0].voxels, found.voxels);
        for (a, b) in alone.regions[0].features.iter().zip(&found.features) {
            assert_eq!(a.outcome, b.outcome, "{}", a.spec.key);
        }
    }
}

/// Right on average over where the ball lies, as `ring_oracle` holds rings on this lattice: where it
/// is made on it. What resampling to 1 mm makes of slices of 3 mm is printed.
#[test]
fn native_rings_of_thick_slices_are_within_one_percent_on_average() {
    let grid = grid([23, 78, 78], [3.0, 0.8, 0.8]);
    let image = image(&grid, |_| 40.0);
    let exact = sphere(27.0) - sphere(23.0);
    let offsets = [[0.0; 3], [0.5; 3], [0.51, 0.95, 0.14], [0.95, 0.31, 0.42], [0.83, 0.41, 0.55]];
    for lattice in [Lattice::Resampled, Lattice::Native] {
        let mut settings = resampled(1.0);
        settings.ring.lattice = lattice;
        let percent = offsets.map(|offset| {
            let middle = |a: usize| (grid.shape[a] / 2) as f64 + offset[a];
            let centre = [0, 1, 2].map(|a| grid.spacing[a] * middle(a));
            let part = Scene::of(&image).ring(&ball(&grid, centre, 25.0), &settings);
            let made = facts(&part).made as f64 * grid.voxel_mm3();
            [made, volume(&part)].map(|found| 100.0 * (found / exact - 1.0))
        });
        let mean = |i: usize| percent.iter().map(|p| p[i]).sum::<f64>() / 5.0;
        println!("{lattice:?}: measured {:+.2} %", mean(1));
        if lattice == Lattice::Native {
            println!("as made {:+.2} %", mean(0));
            assert!(mean(0).abs() < 1.0, "{percent:?}");
        }
    }
}
