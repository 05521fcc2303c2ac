//! What was measured does not hang on voxels without data, whatever these hold.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::geometry::{Grid, IndexBox, SharedGrid};
use perirad::image::{Intensity, Volume};
use perirad::preprocess::perturb::{Motion, Noise, Streams, moved_image};
use perirad::preprocess::{Interpolation, Target, box_read, resample_image};
use std::sync::Arc;

const AXES: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
const KINDS: [Interpolation; 3] =
    [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline];
/// What scanners write beyond the scan, and what nothing does.
const PADDING: [f32; 4] = [-3024.0, 0.0, 30_000.0, f32::NAN];
/// Each axis by itself, all, and none.
const SPACINGS: [[Option<f64>; 3]; 6] = [
    [Some(1.7), None, None],
    [None, Some(0.7), None],
    [None, None, Some(1.3)],
    [None, Some(0.75), Some(0.75)],
    [Some(1.0); 3],
    [None; 3],
];

type Marked = fn([usize; 3]) -> bool;

/// Beside a plane; beyond a round field of view; a gap within rows, columns and planes; holes; whole
/// planes; all but one voxel; all.
const MARKS: [Marked; 7] = [
    |[_, _, x]| x >= 17,
    |[_, y, x]| (y as f64 - 14.0).hypot(x as f64 - 13.0) > 12.0,
    |[z, y, x]| (6..9).contains(&z) || (5..21).contains(&y) && (9..13).contains(&x),
    |[z, y, x]| (z * 37 + y * 17 + x * 7 + z * y * x) % 19 == 0,
    |[z, _, _]| z < 4,
    |at| at != [5, 11, 12],
    |_| true,
];

fn lattice(shape: [usize; 3]) -> SharedGrid {
    Arc::new(Grid::new(shape, [2.5, 1.0, 1.0], [-10.0, 20.0, 30.0], AXES).unwrap())
}

/// Intensities where there are data, and `padding` where not.
fn padded(
    shape: [usize; 3],
    marked: Marked,
    padding: f32,
    tissue: impl Fn([usize; 3]) -> f32,
) -> Volume {
    let marks = Array3::from_shape_fn(shape, |(z, y, x)| marked([z, y, x]));
    let value = |(z, y, x)| if marks[[z, y, x]] { padding } else { tissue([z, y, x]) };
    let data = Array3::from_shape_fn(shape, value);
    Volume::new(lattice(shape), data, Intensity::Hounsfield).unwrap().marked(marks).unwrap()
}

const SHAPE: [usize; 3] = [12, 27, 29];

fn noisy([z, y, x]: [usize; 3]) -> f32 {
    ((z * 37 + y * 17 + x * 7 + z * y * x) % 29) as f32 + 26.0
}

/// Bits where something was measured; `None` elsewhere.
fn measured(image: &Volume) -> Vec<Option<u32>> {
    let bits = image.data.iter().map(|value| value.to_bits());
    match image.no_data() {
        None => bits.map(Some).collect(),
        Some(marks) => bits.zip(marks).map(|(bits, mark)| (!mark).then_some(bits)).collect(),
    }
}

/// Every image that is made of one with this padding, in the same order.
fn made(marked: Marked, padding: f32, tissue: fn([usize; 3]) -> f32) -> Vec<Volume> {
    let image = padded(SHAPE, marked, padding, tissue);
    let engine = Engine::new(2);
    let mut made = Vec::new();
    for spacing in SPACINGS {
        let target = Target::new(&image.grid, spacing).unwrap();
        for kind in KINDS {
            made.push(resample_image(&image, &target, kind, &engine).unwrap());
            for (shift, degrees) in [([0.0; 3], 0.0), ([0.4, -0.25, 0.3], 0.0), ([0.1; 3], 9.0)] {
                let motion = Motion { shift, degrees, direction: [0.6, 0.0, 0.8] };
                let region = IndexBox { lo: [2, 6, 5], hi: [10, 22, 21] };
                let lattice = motion.lattice(&target, region, 2.0).unwrap();
                made.push(moved_image(&image, &lattice, kind, None, &engine).unwrap());
            }
        }
    }
    made
}

#[test]
fn what_padding_holds_reaches_nothing_that_was_measured() {
    let mut some = 0;
    for marked in MARKS {
        let first = made(marked, PADDING[0], noisy);
        for padding in &PADDING[1..] {
            for (a, b) in first.iter().zip(made(marked, *padding, noisy)) {
                assert!(measured(a) == measured(&b), "padding {padding}");
            }
        }
        some += first.iter().flat_map(measured).flatten().count();
    }
    assert!(some > 1_000_000, "{some}");
}

#[test]
fn a_constant_stays_where_it_was_measured() {
    for marked in MARKS {
        for image in made(marked, -3024.0, |_| 40.0) {
            for value in measured(&image).into_iter().flatten().map(f32::from_bits) {
                assert!((value - 40.0).abs() <= 4e-6, "{value}");
            }
        }
    }
}

#[test]
fn noise_in_padding_stays_there() {
    let mask = Array3::from_elem(SHAPE, true);
    let mask = perirad::image::Mask::new(lattice(SHAPE), mask).unwrap();
    let noise = Noise::new(10.0, &Streams::new(1, "tumour", &mask), 0);
    for kind in KINDS {
        let moved = |padding: f32| {
            let image = padded(SHAPE, MARKS[0], padding, noisy);
            let target = Target::new(&image.grid, [Some(1.0); 3]).unwrap();
            measured(
                &moved_image(&image, target.grid(), kind, noise.as_ref(), &Engine::serial())
                    .unwrap(),
            )
        };
        assert!(moved(-3024.0) == moved(30_000.0), "{kind:?}");
    }
}

/// Beyond a round field of view, as CT has it; a gap that no window holds both ends of.
#[test]
fn a_window_of_a_padded_image_has_the_bits_of_the_whole() {
    let shape = [9, 90, 85];
    let round: Marked = |[_, y, x]| (y as f64 - 44.0).hypot(x as f64 - 41.0) > 40.0;
    let gap: Marked = |[_, y, x]| (40..80).contains(&x) && y > 3;
    for (marked, lo) in [(round, [3, 40, 2]), (round, [3, 12, 12]), (gap, [3, 40, 36])] {
        let image = padded(shape, marked, -3024.0, noisy);
        for spacing in [[Some(1.0); 3], [None, Some(0.75), Some(0.75)], [None; 3]] {
            let target = Target::new(&image.grid, spacing).unwrap();
            let window = target.around(IndexBox { lo, hi: lo.map(|first| first + 5) }, 1.0);
            let part = target.clone().windowed(window).unwrap();
            for kind in KINDS {
                let whole = resample_image(&image, &target, kind, &Engine::new(2)).unwrap();
                let found = resample_image(&image, &part, kind, &Engine::new(2)).unwrap();
                // Of an image of which no more was read than the window needs, too.
                let read = box_read(&part, kind);
                let inside = |array: &Array3<f32>| {
                    Array3::from_shape_fn(read.shape(), |(z, y, x)| {
                        array[[z + read.lo[0], y + read.lo[1], x + read.lo[2]]]
                    })
                };
                let data = inside(&image.data);
                let marks =
                    inside(&image.no_data().unwrap().mapv(|mark| f32::from(u8::from(mark))));
                let held = Volume::part(image.grid.clone(), read.lo, data, Intensity::Hounsfield);
                let held = held.unwrap().marked(marks.mapv(|mark| mark > 0.0)).unwrap();
                let alone = resample_image(&held, &part, kind, &Engine::serial()).unwrap();
                let found = measured(&found);
                assert!(found == measured(&alone), "{kind:?}");
                assert!(found.iter().any(Option::is_none) && found.iter().any(Option::is_some));
                let nothing = |at: [usize; 3]| whole.no_data().is_some_and(|marks| marks[at]);
                let [_, ny, nx] = window.shape();
                for (i, bits) in found.into_iter().enumerate() {
                    let at = [i / (ny * nx), i / nx % ny, i % nx];
                    let at = [0, 1, 2].map(|a| window.lo[a] + at[a]);
                    let expected = (!nothing(at)).then(|| whole.data[at].to_bits());
                    assert_eq!(bits, expected, "{kind:?} {spacing:?} {at:?}");
                }
            }
        }
    }
}
