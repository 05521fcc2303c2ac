//! What became of lesions between two scans.

mod json;
mod long;
mod text;

pub use json::FollowDocument;
pub use long::{FOLLOW_HEADER, follow_rows};
pub use text::follow_text;

use super::{Failure, ImageFacts, Lesion, Measured, Reading};
use crate::cohort::{
    Change, FeatureChange, Pair, Response, ResponseRule, SizeBy, Sizes, feature_changes,
};
use crate::error::Warning;
use crate::feature::Outcome;
use crate::model::Score;
use crate::pipeline::FeatureSet;
use crate::settings::Settings;
use serde::Serialize;

/// Two scans of a patient and their lesions.
#[derive(Debug, Clone)]
pub struct Follow {
    /// Baseline and follow-up.
    pub scans: [FollowScan; 2],
    /// How features were made, at both times.
    pub settings: Settings,
    /// How lesions were paired.
    pub pairing: Pairing,
    /// What a change of size is called.
    pub rule: ResponseRule,
    /// The lesions at baseline in their order, then those that are new.
    pub rows: Vec<Followed>,
    /// What the reader must know of both scans together.
    pub warnings: Vec<Warning>,
}

/// One of the scans.
#[derive(Debug, Clone, Serialize)]
pub struct FollowScan {
    /// Case identifier.
    pub case: String,
    /// The image.
    pub image: ImageFacts,
    /// How image and mask were read.
    pub reading: Reading,
}

/// How lesions were paired.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pairing {
    /// `name`, `overlap` or `table`.
    pub by: &'static str,
    /// The table's file name.
    pub table: Option<String>,
    /// By overlap: where the translation is from, `given`, `estimated` or `none`.
    pub shift: Option<&'static str>,
    /// By overlap: the translation from baseline to follow-up along `[x, y, z]`, LPS, mm.
    pub shift_mm: Option<[f64; 3]>,
    /// Steps of the estimate along columns, rows and slices of the follow-up's image, mm.
    pub step_mm: Option<[f64; 3]>,
}

/// A lesion at two times; the places of both arrays are baseline and follow-up.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Which it is in each list.
    pub pair: Pair,
    /// What was measured.
    pub lesions: [Option<Lesion>; 2],
    /// Its sizes on each image's own lattice; none of a lesion that is empty or could not be drawn.
    pub sizes: [Option<Sizes>; 2],
}

impl Followed {
    /// `paired`, `new` or `vanished`.
    pub fn found(&self) -> &'static str {
        match (self.pair.baseline, self.pair.followup) {
            (Some(_), Some(_)) => "paired",
            (None, _) => "new",
            (_, None) => "vanished",
        }
    }

    /// Its name, both where they differ.
    pub fn name(&self) -> String {
        let [before, after] = self.rois();
        match (before, after) {
            (Some(before), Some(after)) if before != after => format!("{before} > {after}"),
            (before, after) => before.or(after).unwrap_or_default().into(),
        }
    }

    /// Its names.
    pub fn rois(&self) -> [Option<&str>; 2] {
        self.lesions.each_ref().map(|lesion| lesion.as_ref().map(|lesion| lesion.roi.as_str()))
    }

    /// Why it was not measured at one of the times.
    pub fn failures(&self) -> [Option<&Failure>; 2] {
        self.lesions.each_ref().map(|lesion| lesion.as_ref().and_then(Lesion::failure))
    }

    fn measured(&self) -> [Option<&Measured>; 2] {
        self.lesions.each_ref().map(|lesion| lesion.as_ref()?.result.as_ref().ok())
    }

    fn sets(&self) -> [Option<&FeatureSet>; 2] {
        self.measured().map(|measured| measured.map(|measured| &measured.features))
    }

    fn scores(&self) -> [Option<&Score>; 2] {
        self.measured().map(|measured| measured?.score.as_ref()?.as_ref().ok())
    }

    /// The change of a size.
    pub fn size(&self, size: SizeBy) -> Change {
        let [before, after] = self.sizes.map(|sizes| sizes.map(|sizes| sizes.by(size)));
        Change::of(before, after)
    }

    /// What its change of size is called, or why it is called nothing.
    pub fn response(&self, rule: ResponseRule) -> Result<Response, &'static str> {
        let change = self.size(rule.size);
        match (self.found(), change.baseline, change.followup) {
            ("new", ..) => Err("the lesion is at follow-up only"),
            ("vanished", ..) => Err("the lesion is at baseline only"),
            (_, Outcome::Value(before), Outcome::Value(after)) => Ok(rule.response(before, after)),
            _ => Err("one of its sizes is not known"),
        }
    }

    /// The change of its score; `None` where none was asked for.
    pub fn score(&self) -> Option<Change> {
        let asked = |lesion: Option<&Measured>| lesion.is_some_and(|lesion| lesion.score.is_some());
        let value = |score: &Score| Outcome::of(score.value);
        let [before, after] = self.scores().map(|score| score.map(value));
        self.measured().into_iter().any(asked).then(|| Change::of(before, after))
    }

    /// The changes of its features.
    pub fn features(&self) -> Vec<FeatureChange> {
        let [before, after] = self.sets();
        feature_changes(before, after)
    }
}
