//! What the user knows of a lesion and the image does not tell.

use super::{Fault, Model, ModelError, Predictor, Site};
use crate::error::Warning;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Tube voltages that can be, kV: by hand and in a header alike.
pub(super) const KVP: RangeInclusive<f64> = 20.0..=200.0;

/// What the user gives beside image and mask.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// Clinical inputs by key; `kvp` overrides the header.
    pub clinical: BTreeMap<String, Known>,
    /// The site the image comes from, as the model's `combat.sites` names it.
    pub site: Option<String>,
}

/// A clinical input and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its value.
    pub value: f64,
    /// Where it is from, as outputs say it: [`Known::BY_HAND`], or `from FILE`.
    pub source: String,
}

impl Known {
    /// The source of what stood in the call.
    pub const BY_HAND: &str = "given by hand";
}

impl From<f64> for Known {
    fn from(value: f64) -> Self {
        Self { value, source: Self::BY_HAND.into() }
    }
}

impl Given {
    /// The site's name and effects; `None` where the inputs are taken as they are.
    ///
    /// # Errors
    /// [`ModelError::UnknownSite`].
    pub(super) fn site_of<'m>(
        &self,
        model: &'m Model,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<(&'m str, &'m Site)>, ModelError> {
        let sites = || model.combat.iter().flat_map(|combat| &combat.sites);
        let Some(wanted) = &self.site else {
            if model.combat.is_some() {
                let message = "no site was given: the inputs are not harmonised";
                warnings.push(Warning::new("model.not_harmonised", message));
            }
            return Ok(None);
        };
        match sites().find(|(name, _)| *name == wanted) {
            Some((name, site)) => Ok(Some((name, site))),
            None => Err(ModelError::UnknownSite {
                model: model.name.clone(),
                site: wanted.clone(),
                known: sites().map(|(name, _)| name.clone()).collect(),
            }),
        }
    }
}

impl Model {
    /// Keys of the clinical inputs it takes, `kvp` among them where it asks for the tube voltage.
    pub fn clinical_keys(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.predictor {
            Predictor::Clinical(input) => Some(input.clinical.as_str()),
            Predictor::Acquisition(_) => Some("kvp"),
            Predictor::Feature(_) => None,
        })
    }

    /// Is a clinical input yes or no? So it is unless its range in training says otherwise.
    fn is_flag(&self, key: &str) -> bool {
        let own = |predictor: &Predictor| match predictor {
            Predictor::Clinical(input) => input.clinical == key,
            Predictor::Acquisition(_) | Predictor::Feature(_) => false,
        };
        let ranges = self.terms.iter().filter(|term| own(&term.predictor)).map(|term| term.range);
        ranges.flatten().all(|range| range.iter().all(|end| [0.0, 1.0].contains(end)))
    }

    /// Refuses a model that cannot score, whatever it is given.
    ///
    /// # Errors
    /// [`ModelError`]: faults, absent numbers.
    pub fn usable(&self) -> Result<(), ModelError> {
        let model = self.name.clone();
        let (mut missing, mut wrong) = (Vec::new(), Vec::new());
        for fault in self.faults() {
            match fault {
                Fault::Absent { key } => missing.push(key),
                Fault::Wrong { key, what } => wrong.push(format!("{key}: {what}")),
            }
        }
        if !wrong.is_empty() {
            return Err(ModelError::Faulty { model, faults: wrong });
        }
        if !missing.is_empty() {
            return Err(ModelError::NumbersAbsent { model, missing });
        }
        Ok(())
    }

    /// Refuses a clinical input the model does not have, or of an impossible value.
    ///
    /// # Errors
    /// [`ModelError::UnknownClinical`], [`ModelError::ClinicalValue`].
    pub fn takes(&self, key: &str, value: f64) -> Result<(), ModelError> {
        if !self.clinical_keys().any(|known| known == key) {
            let (model, key) = (self.name.clone(), key.to_string());
            let known = self.clinical_keys().collect::<Vec<_>>().join(", ");
            return Err(ModelError::UnknownClinical { model, key, known });
        }
        let (good, wanted) = if key == "kvp" {
            (KVP.contains(&value), "a tube voltage in kV, 20 to 200,")
        } else if self.is_flag(key) {
            (value == 0.0 || value == 1.0, "0 or 1")
        } else {
            (value.is_finite(), "a number")
        };
        if good {
            Ok(())
        } else {
            Err(ModelError::ClinicalValue { key: key.into(), value, wanted })
        }
    }

    /// Refuses a model that cannot score and clinical inputs it cannot take: what can be known
    /// before any image is read.
    ///
    /// # Errors
    /// [`ModelError`]: faults, absent numbers, unknown, impossible or missing clinical inputs.
    pub fn ready(&self, given: &Given) -> Result<(), ModelError> {
        self.usable()?;
        for (key, known) in &given.clinical {
            self.takes(key, known.value)?;
        }
        given.site_of(self, &mut Vec::new())?;
        for term in &self.terms {
            if let Predictor::Clinical(input) = &term.predictor
                && !given.clinical.contains_key(&input.clinical)
            {
                return Err(self.lacks(&input.clinical, "not given".into()));
            }
        }
        Ok(())
    }

    /// Refuses a site the model has no parameters for.
    ///
    /// # Errors
    /// [`ModelError::UnknownSite`].
    pub fn knows_site(&self, site: Option<&str>) -> Result<(), ModelError> {
        let given = Given { site: site.map(str::to_owned), ..Given::default() };
        given.site_of(self, &mut Vec::new()).map(|_| ())
    }

    /// That a clinical input is missing, and why.
    pub fn lacks(&self, key: &str, why: String) -> ModelError {
        ModelError::MissingInput {
            model: self.name.clone(),
            what: format!("the clinical input '{key}'"),
            why,
            hint: if self.is_flag(key) {
                format!("Give it with --clinical {key}=0 or =1.")
            } else {
                format!("Give its number with --clinical {key}=NUMBER.")
            },
        }
    }
}
