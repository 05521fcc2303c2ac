//! Features: what each one is, as data, and its value for a region.
//!
//! A family is a table with a row for each feature. It prepares its matrix or moments once, and
//! every row reads from that. The columns of a family are always all there, in the same order;
//! where a feature has no value, the reason stands in its place.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wider registers"
)]

mod by_turns;
mod family_key;
mod feature_key;
mod glcm;
mod gldzm;
mod glrlm;
mod glszm;
mod histogram;
mod ivh;
mod level_sums;
mod local_intensity;
mod moments;
mod morphology;
mod ngldm;
mod ngtdm;
mod ordered;
mod pair_sums;
mod percentile;
mod pyradiomics;
pub mod registry;
mod shared;
mod shares;
mod spec;
mod sphere;
mod statistics;
mod texture;
mod zones;

pub use family_key::FamilyKey;
pub use feature_key::FeatureKey;
pub use ivh::IvhBins;
pub(crate) use ordered::Ordered;
pub(crate) use percentile::per_mille;
pub(crate) use shared::Shared;
pub use spec::{Outcome, Spec, Status, Unit};
pub use texture::Texture;

use crate::engine::Engine;
use crate::error::Diagnose;
use crate::geometry::Grid;
use crate::matrix::Aggregation;
use crate::preprocess::Resegmentation;
use ndarray::ArrayView3;
use spec::Row;

/// What a family may read: one region on one lattice, and how to go about it.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Intensities `[z, y, x]`.
    pub image: ArrayView3<'a, f32>,
    /// The region as drawn or derived `[z, y, x]`: its morphological mask.
    pub region: ArrayView3<'a, bool>,
    /// The voxels of it that count, `[z, y, x]`: its intensity mask.
    pub mask: ArrayView3<'a, bool>,
    /// Grey levels, 1 and up, of the voxels of the intensity mask, in its C order.
    pub levels: &'a [u16],
    /// Voxels of the image that measure nothing `[z, y, x]`; `None` where all do.
    pub no_data: Option<ArrayView3<'a, bool>>,
    /// Where the voxels are.
    pub grid: &'a Grid,
    /// Highest grey level that may occur, `N_g`.
    pub n_levels: u16,
    /// The families wanted; the registry's order counts, not this one.
    pub families: &'a [FamilyKey],
    /// Features of them that are not wanted.
    pub leave_out: &'a [FeatureKey],
    /// Added to intensities before they are squared, where a program's features do that.
    pub intensity_shift: f64,
    /// How textures are counted, and their aggregations in the order of the columns.
    pub texture: &'a Texture,
    /// Which intensities re-segmentation kept in the intensity mask.
    pub resegment: Resegmentation,
    /// Bins of intensity-volume histograms.
    pub ivh: IvhBins,
    /// Threads.
    pub engine: &'a Engine,
}

/// Which columns are to be made.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Families; the registry's order counts, not this one.
    pub families: &'a [FamilyKey],
    /// Features of them that have no columns.
    pub leave_out: &'a [FeatureKey],
    /// Ways to aggregate textures, in the order of the columns.
    pub aggregations: &'a [Aggregation],
}

impl Wanted<'_> {
    /// Has a feature columns, where its family has?
    fn keeps(self, spec: &Spec) -> bool {
        !self.leave_out.iter().any(|key| key.name() == spec.key)
    }
}

/// One number of a region, or the reason there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureValue {
    /// What it is.
    pub spec: &'static Spec,
    /// How directions and slices were combined.
    pub aggregation: Aggregation,
    /// The number.
    pub outcome: Outcome,
}

/// Why features cannot be computed at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// The parts of an input are not on one lattice.
    #[error("the {part} has {found:?} voxels (z, y, x), the lattice {expected:?}")]
    Shape {
        /// Which part.
        part: &'static str,
        /// Its shape.
        found: [usize; 3],
        /// The lattice's.
        expected: [usize; 3],
    },
    /// A voxel of the region has no grey level.
    #[error("the region has {expected} voxels, and {found} grey levels from 1 to {highest}")]
    Levels {
        /// Levels from 1 to the highest.
        found: usize,
        /// Voxels of the intensity mask.
        expected: usize,
        /// `N_g`.
        highest: u16,
    },
    /// Nobody waits for them any more.
    #[error("the work was stopped")]
    Stopped,
}

impl Diagnose for FeatureError {
    fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "feature.shape",
            Self::Levels { .. } => "feature.levels",
            Self::Stopped => "feature.stopped",
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::Shape { .. } => "Bring image and masks onto one lattice first.".into(),
            Self::Levels { .. } => {
                "Give a grey level from 1 to N_g for each voxel inside, in C order.".into()
            }
            Self::Stopped => "Run it again to have its numbers.".into(),
        }
    }
}

/// What the columns of a family are repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Nothing: the region is one.
    Whole,
    /// Each chosen aggregation of directions.
    Directional,
    /// Each chosen aggregation without directions.
    Spatial,
}

/// What a family reads of a region, made once for all that read the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Its shape, and its intensities as they are.
    Region,
    /// How many voxels each grey level has.
    Levels,
    /// Grey levels of neighbours, two by two.
    Pairs,
    /// Runs of one grey level.
    Runs,
    /// Zones of one grey level.
    Zones,
    /// Grey levels beside the mean of those around.
    Tones,
    /// Grey levels, and how many around are alike.
    Dependences,
}

/// A family of features, as `registry::FAMILIES` lists it.
#[derive(Debug)]
pub struct Family {
    /// First part of its features' keys, and its name in the IBSI tables.
    pub key: &'static str,
    /// IBSI code of the family; empty where IBSI has none.
    pub ibsi: &'static str,
    /// IBSI's name of the family.
    pub name: &'static str,
    /// What it reads of a region.
    pub source: Source,
    /// What its columns are repeated for.
    pub layout: Layout,
    /// How far beyond a region it reads the image, mm.
    pub reach_mm: f64,
    specs: fn() -> Vec<&'static Spec>,
    run: fn(&Shared<'_>) -> Vec<FeatureValue>,
}

impl Family {
    /// Does it measure grey levels (and not intensities as they are)?
    pub fn discretised(&self) -> bool {
        self.source != Source::Region
    }

    /// Its features in the order of the columns.
    pub fn specs(&self) -> Vec<&'static Spec> {
        (self.specs)()
    }

    /// The aggregations among `chosen` that it has columns for.
    pub fn aggregations(&self, chosen: &[Aggregation]) -> Vec<Aggregation> {
        let fits = match self.layout {
            Layout::Whole => return vec![Aggregation::Whole],
            Layout::Directional => Aggregation::is_directional,
            Layout::Spatial => Aggregation::is_spatial,
        };
        chosen.iter().copied().filter(|aggregation| fits(*aggregation)).collect()
    }

    /// All its features of a region that are not left out: for each aggregation that fits the
    /// family, every row.
    ///
    /// # Errors
    /// [`FeatureError::Shape`] where the parts of the input are not on its lattice,
    /// [`FeatureError::Levels`] where a voxel of the region has no grey level.
    pub fn run(&self, input: &Input<'_>) -> Result<Vec<FeatureValue>, FeatureError> {
        let shared = Shared::new(input);
        shared.check()?;
        Ok((self.run)(&shared))
    }
}

impl Input<'_> {
    /// Which columns it is for.
    fn wanted(&self) -> Wanted<'_> {
        let (families, leave_out) = (self.families, self.leave_out);
        Wanted { families, leave_out, aggregations: &self.texture.aggregations }
    }

    /// Are all parts on its lattice?
    fn check(&self) -> Result<(), FeatureError> {
        let parts =
            [("image", self.image.dim()), ("region", self.region.dim()), ("mask", self.mask.dim())];
        let no_data = self.no_data.map(|marks| ("array of voxels without data", marks.dim()));
        for (part, (z, y, x)) in parts.into_iter().chain(no_data) {
            if [z, y, x] != self.grid.shape {
                let expected = self.grid.shape;
                return Err(FeatureError::Shape { part, found: [z, y, x], expected });
            }
        }
        Ok(())
    }
}

/// Why a region without voxels has no value.
const EMPTY: &str = "the region has no voxels";
/// Why a region has no intensities: it has no voxels, or all were re-segmented away.
const NO_INTENSITY: &str = "no voxel of the region counts as intensity";
/// Why a small region has no textures.
const TOO_SMALL: &str = "the region has fewer voxels than textures need";

/// Every row of a table that is not left out: the mean over what the family prepared, in its order,
/// or the reason why there is nothing prepared.
fn evaluate<P>(
    input: &Input<'_>,
    rows: &'static [Row<P>],
    aggregation: Aggregation,
    prepared: &Result<Vec<P>, &'static str>,
) -> Vec<FeatureValue> {
    let outcome = |row: &Row<P>| match prepared {
        Ok(parts) => mean(parts.iter().map(row.value)),
        Err(reason) => Outcome::Undefined(reason),
    };
    let wanted = input.wanted();
    rows.iter()
        .filter(|row| wanted.keeps(&row.spec))
        .map(|row| FeatureValue { spec: &row.spec, aggregation, outcome: outcome(row) })
        .collect()
}

/// The same of a family that prepares one thing of the whole region.
fn evaluate_whole<P>(
    input: &Input<'_>,
    rows: &'static [Row<P>],
    prepared: Result<P, &'static str>,
) -> Vec<FeatureValue> {
    evaluate(input, rows, Aggregation::Whole, &prepared.map(|one| vec![one]))
}

/// The same for each chosen aggregation that fits the family.
fn evaluate_each<P>(
    input: &Input<'_>,
    family: &Family,
    rows: &'static [Row<P>],
    prepared: impl Fn(Aggregation) -> Result<Vec<P>, &'static str>,
) -> Vec<FeatureValue> {
    let aggregations = family.aggregations(&input.texture.aggregations).into_iter();
    aggregations.flat_map(|a| evaluate(input, rows, a, &prepared(a))).collect()
}

/// The mean of outcomes; undefined where one is, for its reason.
fn mean(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let (mut sum, mut n) = (0.0, 0_u64);
    for outcome in outcomes {
        match outcome {
            Outcome::Value(value) => sum += value,
            undefined @ Outcome::Undefined(_) => return undefined,
        }
        n += 1;
    }
    if n == 0 { Outcome::Undefined(EMPTY) } else { Outcome::of(sum / n as f64) }
}
