//! What the numbers of a region rest on: its darkest voxels.
//!
//! A minimum is one voxel, and features that weigh low grey levels follow the few runs of air or
//! fat in a region. Where these lie and how many they are stands beside the numbers.

use super::RingFacts;
use crate::error::{Warning, readable};
use crate::feature::Ordered;
use crate::geometry::Vec3;
use crate::image::{Intensity, Mask, Region, Volume};
use crate::matrix::directions::VOLUME;
use crate::matrix::{Block, runs_by_level};
use serde::Serialize;

/// So small a share of the voxels that makes so large a share of low grey level run emphasis is
/// warned of.
const FEW: f64 = 0.05;
const MOST: f64 = 0.5;

/// The darkest voxels of a region, after re-segmentation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// Smallest intensity (IBSI 1GSF).
    pub minimum: f64,
    /// How many voxels have it.
    pub minimum_voxels: usize,
    /// Centre of the first of them, DICOM patient coordinates `[x, y, z]`, mm.
    pub minimum_mm: Vec3,
    /// Fraction below [`RingFacts::AIR_HU`]: air and lung. `None` without HU.
    pub air_fraction: Option<f64>,
    /// The first percentile, by the definition of the other percentiles.
    pub percentile_1: f64,
    /// How much of the region lies below given intensities, in the order these were given.
    pub below: Vec<Below>,
}

/// How much of a region lies below an intensity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Below {
    /// The intensity; what equals it is not below.
    pub intensity: f64,
    /// Fraction of the voxels.
    pub voxels: f64,
    /// Fraction of the runs of all 13 directions of which every voxel is below.
    pub runs: f64,
    /// What these runs make of the sum of 1 / i^2 over all runs, i the grey level: their share in
    /// low grey level run emphasis.
    pub low_grey_emphasis: f64,
}

impl Evidence {
    /// HU below which the share of each region is told where nothing else is asked for: air and
    /// lung, and what fat never is.
    pub const BELOW_HU: [f64; 2] = [-500.0, -200.0];

    /// Warns where a few voxels of air decide what weighs low grey levels.
    pub(super) fn warning(&self, region: Region) -> Option<Warning> {
        let most = |below: &&Below| {
            (f64::MIN_POSITIVE..FEW).contains(&below.voxels) && below.low_grey_emphasis > MOST
        };
        let below = self.below.iter().find(most)?;
        let message = format!(
            "{:.2} % of the voxels of the {}, those below {}, make {:.0} % of its low grey level run \
             emphasis",
            100.0 * below.voxels,
            region.name(),
            readable(below.intensity),
            100.0 * below.low_grey_emphasis,
        );
        Some(Warning::new("ring.low_grey", message))
    }
}

/// The evidence of the voxels of `mask`, whose intensities in C order and sorted are given, and whose
/// grey levels are made where they are asked for; `None` without a voxel.
pub(super) fn evidence<'a>(
    image: &Volume,
    (mask, selected): (&Mask, &[f32]),
    intensities: &Ordered,
    block: impl FnOnce() -> Option<&'a Block>,
    below: &[f64],
) -> Option<Evidence> {
    let minimum = intensities.first()?;
    // It was one of them.
    let first = first_of(selected, minimum as f32)?;
    let at = mask.nth(first)?.map(|i| i as f64);
    let count = intensities.len() as f64;
    let under = |intensity: f64| intensities.count_while(|value| value < intensity) as f64;
    let highest = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let runs = if minimum < highest {
        runs_below(block()?, selected, below)
    } else {
        // Nothing is below any of them, so no run is.
        vec![[0.0; 2]; below.len()]
    };
    let below = below.iter().zip(runs);
    let below = below.map(|(&intensity, [runs, low_grey_emphasis])| Below {
        intensity,
        voxels: under(intensity) / count,
        runs,
        low_grey_emphasis,
    });
    Some(Evidence {
        minimum,
        minimum_voxels: intensities.count_while(|value| value <= minimum),
        minimum_mm: image.grid.to_patient(at),
        air_fraction: (image.intensity == Intensity::Hounsfield)
            .then(|| under(f64::from(RingFacts::AIR_HU)) / count),
        percentile_1: intensities.per_mille(10)?,
        below: below.collect(),
    })
}

/// Values that are looked at side by side before one is looked for.
const TOGETHER: usize = 256;

/// The place of the first value that equals a number.
fn first_of(values: &[f32], number: f32) -> Option<usize> {
    let is = |value: &f32| *value == number;
    let held = |chunk: &[f32]| chunk.iter().fold(0, |any, value| any | u32::from(is(value))) != 0;
    let (at, chunk) = values.chunks(TOGETHER).enumerate().find(|(_, chunk)| held(chunk))?;
    chunk.iter().position(is).map(|k| at * TOGETHER + k)
}

/// Of all runs, and of the sum of 1 / i^2 over them, the fraction that lies below each limit.
fn runs_below(block: &Block, selected: &[f32], limits: &[f64]) -> Vec<[f64; 2]> {
    let runs = runs_by_level(block);
    let values = Values::new(block, selected);
    let squares = block.levels.iter().map(|level| f64::from(*level).powi(-2));
    let weighed: Vec<(f64, u64)> = squares.zip(runs).collect();
    let all = sums(weighed.iter().copied());
    let below = |&limit: &f64| {
        let counts = weighed.iter().zip(&values.of_level).enumerate();
        let below = sums(counts.map(|(at, (&(square, runs), &[lowest, highest]))| {
            // A level has its own part of the intensities: most are wholly on one side.
            let runs = match (f64::from(lowest) < limit, f64::from(highest) < limit) {
                (_, true) => runs,
                (true, false) => values.runs_below(at as u16 + 1, limit),
                (false, false) => 0,
            };
            (square, runs)
        }));
        [0, 1].map(|i| if all[i] > 0.0 { below[i] / all[i] } else { 0.0 })
    };
    limits.iter().map(below).collect()
}

/// How many runs there are, and the sum of what each weighs.
fn sums(counts: impl Iterator<Item = (f64, u64)>) -> [f64; 2] {
    counts.fold([0.0, 0.0], |[runs, weight], (each, count)| {
        [runs + count as f64, weight + each * count as f64]
    })
}

/// The intensities of a block's voxels.
struct Values<'a> {
    block: &'a Block,
    /// In C order.
    selected: &'a [f32],
    /// The lowest and the highest of each level.
    of_level: Vec<[f32; 2]>,
}

impl<'a> Values<'a> {
    fn new(block: &'a Block, selected: &'a [f32]) -> Self {
        let mut of_level = vec![[f32::INFINITY, f32::NEG_INFINITY]; block.levels.len()];
        let values = Self { block, selected, of_level: Vec::new() };
        for (at, value) in values.each() {
            // Rank 0 is outside.
            let [lowest, highest] = &mut of_level[usize::from(block.ranks[at]) - 1];
            (*lowest, *highest) = (lowest.min(value), highest.max(value));
        }
        Self { of_level, ..values }
    }

    /// Place in the block and intensity of each voxel.
    fn each(&self) -> impl Iterator<Item = (usize, f32)> {
        let places = self.block.spans.iter().flat_map(|&(start, length)| start..start + length);
        places.zip(self.selected.iter().copied())
    }

    /// Runs of a rank, along all 13 directions, of which every voxel is below a limit.
    fn runs_below(&self, rank: u16, limit: f64) -> u64 {
        let ranks = &self.block.ranks;
        let mut below = vec![false; ranks.len()];
        let own = || self.each().filter(|(at, _)| ranks[*at] == rank);
        own().for_each(|(at, value)| below[at] = f64::from(value) < limit);
        let run = |(start, step): (usize, usize)| {
            let mut places = (start..).step_by(step).take_while(|at| ranks[*at] == rank);
            ranks[start - step] != rank && places.all(|at| below[at])
        };
        let steps = VOLUME.map(|direction| self.block.offset(direction));
        let starts = own().flat_map(|(at, _)| steps.map(|step| (at, step)));
        starts.filter(|start| run(*start)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use ndarray::Array3;
    use std::sync::Arc;

    /// With the intensities of the mask.
    fn evidence(
        image: &Volume,
        mask: &Mask,
        levels: &Array3<u16>,
        below: &[f64],
    ) -> Option<Evidence> {
        let selected = crate::image::Selected::of(&image.data, mask.voxels());
        let ordered = Ordered::sorted(&selected);
        let block = Block::new(levels, 1);
        super::evidence(image, (mask, selected.values()), &ordered, || block.as_ref(), below)
    }

    #[test]
    fn the_darkest_voxels_are_found_and_runs_are_counted() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Grid::new([1, 1, 4], [3.0, 2.0, 1.0], [10.0, 20.0, 30.0], axes).unwrap();
        let grid = Arc::new(grid);
        let values = [-600.0, -510.0, 40.0, -600.0];
        let data = Array3::from_shape_vec((1, 1, 4), values.to_vec()).unwrap();
        let image = Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap();
        let mask = Mask::new(grid, Array3::from_elem((1, 1, 4), true)).unwrap();
        // The first two are of one level.
        let levels = Array3::from_shape_vec((1, 1, 4), vec![1, 1, 3, 1]).unwrap();
        let found = evidence(&image, &mask, &levels, &[-500.0, -550.0]).unwrap();
        assert_eq!((found.minimum, found.minimum_voxels), (-600.0, 2));
        assert_eq!(found.minimum_mm, [10.0, 20.0, 30.0]);
        assert_eq!(found.percentile_1, -600.0);
        // Along x 3 runs, 2 of them dark; along the 12 others each voxel is a run, 3 of 4 dark.
        let [dark, darker] = found.below[..] else { panic!("{found:?}") };
        assert_eq!((dark.voxels, dark.runs), (0.75, (2.0 + 12.0 * 3.0) / (3.0 + 12.0 * 4.0)));
        // The run of two is not wholly below -550.
        assert_eq!((darker.voxels, darker.runs), (0.5, (1.0 + 12.0 * 2.0) / 51.0));
        // A run of level 1 counts 1, one of level 3 a ninth.
        let (low, high) = (2.0 + 12.0 * 3.0, 13.0 / 9.0);
        assert!((dark.low_grey_emphasis - low / (low + high)).abs() < 1e-15);
    }
}
