//! What a user tells of lesions.

use super::{RunError, Text};
use crate::cohort::{ClinicalMap, ClinicalSources, ClinicalTable, ClinicalValue, Entry};
use crate::model::Model;

/// What a user tells of lesions, as it is given.
#[derive(Debug, Clone, Default)]
pub struct Clinical {
    /// By hand.
    pub told: Vec<Told>,
    /// A CSV with a row for each lesion.
    pub table: Option<Text>,
    /// A TOML file of names of lesions.
    pub map: Option<Text>,
    /// Site the image comes from, where the model has parameters for it.
    pub site: Option<String>,
}

/// A clinical input by hand.
#[derive(Debug, Clone)]
pub struct Told {
    /// For lesions of this name or pattern only.
    pub roi: Option<String>,
    /// Which input.
    pub key: String,
    /// Its value.
    pub value: ClinicalValue,
}

impl Clinical {
    /// The same, checked against a model as far as it can be without an image.
    ///
    /// # Errors
    /// A key that is told twice; as for [`ClinicalSources::check`].
    pub fn sources(&self, model: &Model, ignore_case: bool) -> Result<ClinicalSources, RunError> {
        let keys: Vec<&str> = model.clinical_keys().collect();
        let mut sources = ClinicalSources { site: self.site.clone(), ..ClinicalSources::default() };
        for Told { roi, key, value } in &self.told {
            if let Some(roi) = roi {
                let values = [(key.clone(), value.clone())].into();
                sources.some.push(Entry::new(roi, ignore_case, values)?);
            } else if let Some(other) = sources.all.insert(key.clone(), value.clone())
                && other != *value
            {
                let (key, values) = (key.clone(), [other.to_string(), value.to_string()]);
                return Err(RunError::ToldTwice { key, values });
            }
        }
        if let Some(Text { file, text }) = &self.table {
            sources.table = Some(ClinicalTable::parse(file, text, &keys)?);
        }
        if let Some(Text { file, text }) = &self.map {
            sources.map = Some(ClinicalMap::parse(file, text, &keys, ignore_case)?);
        }
        sources.check(model)?;
        Ok(sources)
    }
}
