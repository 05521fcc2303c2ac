//! What the user knows of a lesion and the image does not tell.

use super::{Fault, Model, ModelError, Predictor, Site};
use crate::error::Warning;
use std::collections::BTreeMap;

/// What the user gives beside image and mask.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// Clinical inputs by key; `kvp` overrides the header.
    pub clinical: BTreeMap<String, f64>,
    /// The site the image comes from, as the model's `combat.sites` names it.
    pub site: Option<String>,
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
    /// Refuses a model that cannot score and clinical inputs it cannot take: what can be known
    /// before any image is read.
    ///
    /// # Errors
    /// [`ModelError`]: faults, absent numbers, unknown, impossible or missing clinical inputs.
    pub fn ready(&self, given: &Given) -> Result<(), ModelError> {
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
        let inputs = || {
            self.terms.iter().filter_map(|term| match &term.predictor {
                Predictor::Clinical(input) => Some(input.clinical.as_str()),
                Predictor::Acquisition(_) => Some("kvp"),
                Predictor::Feature(_) => None,
            })
        };
        for (key, &value) in &given.clinical {
            if !inputs().any(|input| input == key) {
                let known = inputs().collect::<Vec<_>>().join(", ");
                return Err(ModelError::UnknownClinical { model, key: key.clone(), known });
            }
            let (good, wanted) = if key == "kvp" {
                ((20.0..=200.0).contains(&value), "a tube voltage in kV, 20 to 200,")
            } else {
                (value == 0.0 || value == 1.0, "0 or 1")
            };
            if !good {
                return Err(ModelError::ClinicalValue { key: key.clone(), value, wanted });
            }
        }
        given.site_of(self, &mut Vec::new())?;
        for term in &self.terms {
            if let Predictor::Clinical(input) = &term.predictor
                && !given.clinical.contains_key(&input.clinical)
            {
                return Err(ModelError::MissingInput {
                    model,
                    what: format!("the clinical input '{}'", input.clinical),
                    why: "not given".into(),
                    hint: format!("Give it with --clinical {}=0 or =1.", input.clinical),
                });
            }
        }
        Ok(())
    }
}
