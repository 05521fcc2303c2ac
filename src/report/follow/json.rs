//! The JSON form of two scans.

use super::{Follow, FollowScan, Followed, Pairing};
use crate::cohort::{Change, FeatureChange, SizeBy, Stated};
use crate::error::Warning;
use crate::model::{NOTICE, Score};
use crate::report::Failure;
use crate::report::json::{JsonRegion, regions_of};
use crate::report::text::discretisation_of;
use crate::settings::Settings;
use serde::Serialize;

/// Two scans of a patient.
#[derive(Debug, Serialize)]
pub struct FollowDocument {
    schema: &'static str,
    perirad: &'static str,
    notice: &'static str,
    baseline: FollowScan,
    followup: FollowScan,
    settings_digest: String,
    settings: Settings,
    pairing: Pairing,
    response_rule: JsonRule,
    relative_delta: &'static str,
    lesions: Vec<JsonLesion>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct JsonRule {
    size: SizeBy,
    definition: &'static str,
    responding_to: f64,
    progressive_from: f64,
}

#[derive(Debug, Serialize)]
struct JsonLesion {
    found: &'static str,
    status: &'static str,
    dice: Option<f64>,
    baseline: Option<JsonTime>,
    followup: Option<JsonTime>,
    volume_ml: JsonChange,
    axial_diameter_mm: JsonChange,
    maximum_diameter_mm: JsonChange,
    response: Option<&'static str>,
    response_note: &'static str,
    score: Option<JsonChange>,
    features: Vec<JsonFeature>,
}

#[derive(Debug, Serialize)]
struct JsonTime {
    roi: String,
    error: Option<Failure>,
    clinical: Vec<Stated>,
    score: Option<Score>,
    /// Without features, which stand as changes.
    regions: Vec<JsonRegion>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct JsonChange {
    baseline: Option<f64>,
    followup: Option<f64>,
    delta: Option<f64>,
    relative_delta: Option<f64>,
    note: String,
}

#[derive(Debug, Serialize)]
struct JsonFeature {
    region: &'static str,
    family: &'static str,
    feature: &'static str,
    short: &'static str,
    ibsi: &'static str,
    aggregation: &'static str,
    aggregation_ibsi: &'static str,
    discretisation: String,
    unit: &'static str,
    #[serde(flatten)]
    change: JsonChange,
}

impl From<&Change> for JsonChange {
    fn from(change: &Change) -> Self {
        Self {
            baseline: change.baseline.value(),
            followup: change.followup.value(),
            delta: change.delta.value(),
            relative_delta: change.relative.value(),
            note: change.note(),
        }
    }
}

impl Follow {
    /// The document of both scans.
    pub fn document(&self) -> FollowDocument {
        let [baseline, followup] = self.scans.clone();
        let [responding_to, progressive_from] = self.rule.limits();
        FollowDocument {
            schema: "perirad.follow/1",
            perirad: env!("CARGO_PKG_VERSION"),
            notice: NOTICE,
            baseline,
            followup,
            settings_digest: self.settings.digest(),
            settings: self.settings.clone(),
            pairing: self.pairing.clone(),
            response_rule: JsonRule {
                size: self.rule.size,
                definition: self.rule.definition(),
                responding_to,
                progressive_from,
            },
            relative_delta: "(followup - baseline) / |baseline|",
            lesions: self.rows.iter().map(|row| self.lesion(row)).collect(),
            warnings: self.warnings.clone(),
        }
    }

    fn lesion(&self, row: &Followed) -> JsonLesion {
        let response = row.response(self.rule);
        let failed = row.failures().into_iter().any(|failure| failure.is_some());
        let [baseline, followup] = [0, 1].map(|at| time(row, at));
        let [volume_ml, axial_diameter_mm, maximum_diameter_mm] =
            [SizeBy::Volume, SizeBy::Axial, SizeBy::Maximum]
                .map(|size| JsonChange::from(&row.size(size)));
        JsonLesion {
            found: row.found(),
            status: if failed { "failed" } else { "ok" },
            dice: row.pair.dice,
            baseline,
            followup,
            volume_ml,
            axial_diameter_mm,
            maximum_diameter_mm,
            response: response.ok().map(crate::cohort::Response::name),
            response_note: response.err().unwrap_or_default(),
            score: row.score().as_ref().map(JsonChange::from),
            features: row.features().iter().map(|change| feature(row, change)).collect(),
        }
    }
}

fn time(row: &Followed, at: usize) -> Option<JsonTime> {
    let lesion = row.lesions.get(at)?.as_ref()?;
    let measured = lesion.result.as_ref().ok();
    Some(JsonTime {
        roi: lesion.roi.clone(),
        error: lesion.failure().cloned(),
        clinical: measured.map(|m| m.clinical.clone()).unwrap_or_default(),
        score: measured.and_then(|m| m.score.as_ref()?.as_ref().ok()).cloned(),
        regions: measured.map(|m| regions_of(&m.features)).unwrap_or_default(),
        warnings: lesion.warnings.clone(),
    })
}

fn feature(row: &Followed, change: &FeatureChange) -> JsonFeature {
    let spec = change.spec;
    let set = row.sets().into_iter().flatten().next();
    JsonFeature {
        region: change.region.name(),
        family: spec.family(),
        feature: spec.key,
        short: spec.short,
        ibsi: spec.ibsi,
        aggregation: change.aggregation.name(),
        aggregation_ibsi: change.aggregation.ibsi(),
        discretisation: set.map(|set| discretisation_of(spec, set)).unwrap_or_default(),
        unit: set.map_or("", |set| set.unit(spec)),
        change: JsonChange::from(&change.change),
    }
}
