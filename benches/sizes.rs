//! What each stage costs for lesions of 1,000 to 10 million voxels, in ns per voxel on one thread:
//! `cargo bench --bench sizes`, as a Markdown table. The case is the generator's ellipsoid at 1 mm.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

#[path = "shared/case.rs"]
mod case;

use case::{BINS, ellipsoid, pairs, with_input};
use perirad::engine::Engine;
use perirad::feature::registry;
use perirad::preprocess::{Interpolation, Target, discretise, resample_image, ring};
use perirad_generator::field::Lattice;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [usize; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// A stage is repeated until it took so long, and at least so often.
const ENOUGH: Duration = Duration::from_millis(300);
const RUNS: usize = 3;

/// Median ns per voxel by stage, a number for each size.
#[derive(Default)]
struct Table {
    order: Vec<String>,
    found: BTreeMap<String, Vec<f64>>,
}

impl Table {
    fn time<T>(&mut self, stage: &str, voxels: usize, mut run: impl FnMut() -> T) {
        black_box(run());
        let (begun, mut times) = (Instant::now(), Vec::new());
        while times.len() < RUNS || begun.elapsed() < ENOUGH {
            let start = Instant::now();
            black_box(run());
            times.push(start.elapsed().as_nanos() as f64);
        }
        times.sort_unstable_by(f64::total_cmp);
        if !self.found.contains_key(stage) {
            self.order.push(stage.to_owned());
        }
        let per_voxel = times[times.len() / 2] / voxels as f64;
        self.found.entry(stage.to_owned()).or_default().push(per_voxel);
    }

    fn print(&self) {
        let sizes: Vec<String> = SIZES.iter().map(|size| format!("{size:e}")).collect();
        println!("| ns per voxel | {} | most / least from 1e4 on |", sizes.join(" | "));
        println!("|---|{}---|", "---|".repeat(SIZES.len()));
        for stage in &self.order {
            let found = &self.found[stage];
            let cells: Vec<String> = found.iter().map(|ns| format!("{ns:.1}")).collect();
            let large = || found.iter().skip(1).copied();
            let ratio = large().fold(0.0, f64::max) / large().fold(f64::INFINITY, f64::min);
            println!("| {stage} | {} | {ratio:.2} |", cells.join(" | "));
        }
    }
}

/// A lattice at 1 mm in which an ellipsoid of so many voxels has some room.
fn lattice(voxels: usize) -> Lattice {
    let longest = (3.0 * voxels as f64 / (4.0 * std::f64::consts::PI * 0.72)).cbrt();
    let shape = [1.0, 0.8, 0.9].map(|share| (2.0 * longest * share).ceil() as usize + 8);
    Lattice { shape, spacing: [1.0; 3] }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut table, one) = (Table::default(), Engine::serial());
    for voxels in SIZES {
        let (image, lesion) = ellipsoid(lattice(voxels), voxels)?;
        // Voxels half as long again: 27 of them for each 8.
        let finer = Target::new(&image.grid, [Some(2.0 / 3.0); 3])?;
        let made = finer.grid().len();
        for how in [Interpolation::Linear, Interpolation::CubicBspline] {
            table.time(&format!("resample, {how:?}, of voxels made"), made, || {
                resample_image(&image, &finer, how, &one)
            });
        }
        table.time("ring of 2 mm", voxels, || ring(&lesion, 2.0, 2.0, &one));
        table.time("discretise", voxels, || discretise(&image, &lesion, BINS));
        let levels = discretise(&image, &lesion, BINS)?;
        let without = pairs();
        with_input((&image, &lesion), &levels, &without, &one, |input| {
            for family in registry::FAMILIES.iter().filter(|family| !family.ibsi.is_empty()) {
                table.time(family.key, voxels, || family.run(input));
            }
        })?;
    }
    table.print();
    Ok(())
}
