//! Measures phantoms and compares.

use super::phantom::Values;
use super::{CheckError, PHANTOMS, Phantom, Published};
use crate::engine::Engine;
use crate::feature::{FeatureValue, Outcome, Spec, registry};
use crate::image::{Intensity, Region};
use crate::io::source::{ImageChoice, LesionChoice, read_image, read_mask};
use crate::io::{Below, Files};
use crate::pipeline::{Around, Subject, extract};
use crate::settings::preset;
use serde::Serialize;

/// One phantom, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// Its name.
    pub phantom: &'static str,
    /// Preset it was measured with.
    pub preset: &'static str,
    /// Digest of those settings.
    pub settings_digest: String,
    /// Are there published values? If not, `published` counts columns and `passed` values.
    pub has_reference: bool,
    /// By family, in the order of the registry; then [`UNKNOWN`], where there are such values.
    pub families: Vec<Score>,
    /// Every value that did not pass.
    pub misses: Vec<Miss>,
}

impl Checked {
    /// Values that passed, of all families.
    pub fn passed(&self) -> usize {
        self.families.iter().map(|score| score.passed).sum()
    }

    /// Values that were published, of all families.
    pub fn published(&self) -> usize {
        self.families.iter().map(|score| score.published).sum()
    }
}

/// Families of tables that are no features: image and mask after each step.
const LEFT_OUT: [&str; 1] = ["diagnostics"];

/// Key under which values are counted that are of no family and of no feature of perirad.
pub const UNKNOWN: &str = "unknown";

/// Values of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Key of the family.
    pub family: &'static str,
    /// Values within the published tolerance.
    pub passed: usize,
    /// Values published.
    pub published: usize,
}

/// A value that did not pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// Short name of the feature.
    pub short: String,
    /// Name of the aggregation.
    pub aggregation: String,
    /// Measured; `None` where there is no value.
    pub found: Option<f64>,
    /// Published, as text; empty where nothing was.
    pub published: String,
    /// Published tolerance, as text.
    pub tolerance: String,
    /// Why there is no value; empty where there is one.
    pub reason: String,
}

/// Checks every phantom that is among the files, in the order of [`PHANTOMS`].
///
/// # Errors
/// [`CheckError`]: no phantom is there, one cannot be measured, a table cannot be read.
pub fn check(files: &dyn Files, engine: &Engine) -> Result<Vec<Checked>, CheckError> {
    let mut checked = Vec::new();
    for phantom in PHANTOMS {
        let there =
            |[image, mask]: &[&str; 2]| Some((Below::of(files, image)?, Below::of(files, mask)?));
        if let Some((image, mask)) = phantom.places.iter().find_map(there) {
            let values = measured(phantom, &image, &mask, engine)?;
            checked.push(compared(phantom, files, values)?);
        }
    }
    if checked.is_empty() {
        return Err(CheckError::NoPhantom);
    }
    Ok(checked)
}

/// All features of a phantom, and the digest of the settings.
fn measured(
    phantom: &Phantom,
    image: &Below<'_>,
    mask: &Below<'_>,
    engine: &Engine,
) -> Result<(Vec<FeatureValue>, String), CheckError> {
    // The published ranges of CT are in HU.
    let hu = Intensity::Hounsfield;
    let choice = ImageChoice { series: None, referenced: None, nifti_intensity: hu };
    let read = |e| CheckError::phantom(phantom.name, &e);
    let image = read_image(image, "image", &choice, engine).map_err(read)?;
    let mask = read_mask(mask, "mask", engine).map_err(read)?;
    let choice = LesionChoice { roi: phantom.roi, ..LesionChoice::default() };
    let lesion = mask.lesion(choice, &image).map_err(read)?;
    let subject = Subject {
        case: phantom.name,
        roi: &lesion.name,
        image: &image.volume,
        mask: &lesion.mask,
        acquisition: &image.acquisition,
        around: Around::default(),
        below: &[],
    };
    let Some(settings) = preset(phantom.preset) else {
        unreachable!("a test holds every phantom to a preset that exists");
    };
    let set = extract(&subject, &settings, &[Region::Tumour], engine)
        .map_err(|e| CheckError::phantom(phantom.name, &e))?;
    let features = set.regions.into_iter().flat_map(|region| region.features).collect();
    Ok((features, settings.digest()))
}

fn compared(
    phantom: &Phantom,
    files: &dyn Files,
    (values, settings_digest): (Vec<FeatureValue>, String),
) -> Result<Checked, CheckError> {
    let mut families: Vec<Score> = registry::FAMILIES
        .iter()
        .map(|family| Score { family: family.key, passed: 0, published: 0 })
        .collect();
    let mut misses = Vec::new();
    let mut count = |family: &'static str, miss: Option<Miss>| {
        if !families.iter().any(|score| score.family == family) {
            families.push(Score { family, passed: 0, published: 0 });
        }
        for score in families.iter_mut().filter(|score| score.family == family) {
            score.published += 1;
            score.passed += usize::from(miss.is_none());
        }
        misses.extend(miss);
    };
    let table = match phantom.values {
        Values::Absent => None,
        Values::Own(text) => Some((phantom.name.to_string(), text.to_string())),
        Values::Beside(places) => beside(files, places)?,
    };
    if let Some((name, text)) = &table {
        let wanted = Published::read(name, text)?;
        let own = |row: &&Published| {
            matches!(phantom.values, Values::Own(_)) || row.config == phantom.name
        };
        for row in wanted.iter().filter(own).filter(|row| !LEFT_OUT.contains(&&*row.family)) {
            count(family_of(row), missed(row, &values));
        }
    } else {
        for value in &values {
            let FeatureValue { spec, aggregation, outcome } = value;
            let miss = outcome.reason().map(|reason| Miss {
                short: spec.short.into(),
                aggregation: aggregation.name().into(),
                found: None,
                published: String::new(),
                tolerance: String::new(),
                reason: reason.into(),
            });
            count(spec.family(), miss);
        }
    }
    Ok(Checked {
        phantom: phantom.name,
        preset: phantom.preset,
        settings_digest,
        has_reference: table.is_some(),
        families,
        misses,
    })
}

/// The family of a row: the one it names; else, since tables file some features elsewhere, that of
/// its feature.
fn family_of(row: &Published) -> &'static str {
    let named = registry::family(&row.family).map(|family| family.key);
    let known = || registry::by_short(&row.short).map(Spec::family);
    named.or_else(known).unwrap_or(UNKNOWN)
}

/// Name and text of the first table that is there.
fn beside(files: &dyn Files, places: &[&str]) -> Result<Option<(String, String)>, CheckError> {
    let names = files.names();
    let Some(place) = places.iter().find(|place| names.contains(*place)) else {
        return Ok(None);
    };
    let table = (*place).to_string();
    let fault = |message| CheckError::Table { table: table.clone(), row: 0, message };
    let bytes = files.read(place).map_err(|e| fault(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| fault(e.to_string()))?;
    Ok(Some((table, text)))
}

/// The published value, if ours does not agree with it.
fn missed(row: &Published, values: &[FeatureValue]) -> Option<Miss> {
    let same =
        |v: &&FeatureValue| v.spec.short == row.short && v.aggregation.name() == row.aggregation;
    let outcome = values.iter().find(same).map(|value| value.outcome);
    let found = outcome.and_then(Outcome::value);
    let reason = match outcome {
        None => "perirad has no such feature",
        Some(outcome) => outcome.reason().unwrap_or_default(),
    };
    (!found.is_some_and(|number| row.reference.agrees(number))).then(|| Miss {
        short: row.short.clone(),
        aggregation: row.aggregation.clone(),
        found,
        published: row.value.clone(),
        tolerance: row.tolerance.clone(),
        reason: reason.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;
    use crate::matrix::Aggregation;

    #[test]
    fn every_phantom_has_a_preset_and_a_table_that_reads() {
        for phantom in PHANTOMS {
            assert!(preset(phantom.preset).is_some(), "{}", phantom.name);
            if let Values::Own(text) = phantom.values {
                assert!(Published::read(phantom.name, text).unwrap().len() > 200);
            }
        }
    }

    #[test]
    fn a_row_of_another_family_is_compared_and_one_of_no_feature_is_a_miss() {
        let phantom = PHANTOMS.iter().find(|phantom| phantom.name == "STS_002").unwrap();
        let spec = registry::by_short("ivh_auc").unwrap();
        let auc =
            FeatureValue { spec, aggregation: Aggregation::Volume3d, outcome: Outcome::Value(0.5) };
        let table = "family,short_name,aggregation,config,value,tolerance\n\
                     other,ivh_auc,3d,STS_002,0.5,0\nivhh,ivh_auc,3d,STS_002,0.6,0\n\
                     glmc,cm_entropy,3d,STS_002,1,0\ndiagnostics,img_dim_x,3d,STS_002,1,0\n\
                     other,ivh_auc,3d,STS_019,0.6,0\n";
        let mut files = Memory::default();
        files.insert("team_consensus_values.csv", table);
        let found = compared(phantom, &files, (vec![auc], String::new())).unwrap();
        assert_eq!((found.passed(), found.published()), (1, 3));
        let of = |family: &str| {
            let found = found.families.iter().find(|score| score.family == family);
            found.map(|score| (score.passed, score.published))
        };
        assert_eq!((of("ivh"), of(UNKNOWN)), (Some((1, 2)), Some((0, 1))));
        let missed: Vec<_> = found.misses.iter().map(|miss| miss.short.as_str()).collect();
        assert_eq!(missed, ["ivh_auc", "cm_entropy"]);
    }
}
