//! One extraction of a region of 20 thousand voxels, for `python/benches/call.py` to compare with:
//! prints the voxels, the mean, and the time of each run in ns.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::Outcome;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::pipeline::{Around, Subject, extract};
use perirad::settings::preset;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

const RUNS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([36; 3], [1.0; 3], [0.0; 3], axes)?);
    // The same in call.py.
    let squared = |(z, y, x): (usize, usize, usize)| {
        [z, y, x].map(|i| (2 * i).abs_diff(35).pow(2)).iter().sum::<usize>()
    };
    let ball = Array3::from_shape_fn((36, 36, 36), |i| squared(i) <= 1136);
    let hu = Array3::from_shape_fn((36, 36, 36), |(z, y, x)| {
        ((7 * z + 13 * y + 29 * x + z * y * x % 17) % 101) as f32 - 20.0
    });
    let subject = Subject {
        case: "call",
        roi: "ball",
        image: &Volume::new(grid.clone(), hu, Intensity::Hounsfield)?,
        mask: &Mask::new(grid, ball)?,
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    let (settings, engine) = (preset("cd8").ok_or("no preset")?, Engine::serial());
    for run in 0..RUNS {
        let start = Instant::now();
        let features = extract(&subject, &settings, &[Region::Tumour], &engine)?;
        let time = start.elapsed().as_nanos();
        if run == 0 {
            let Outcome::Value(mean) = features.regions[0].features[0].outcome else {
                return Err("no mean".into());
            };
            println!("{} {mean}", subject.mask.count());
        }
        println!("{time}");
    }
    Ok(())
}
