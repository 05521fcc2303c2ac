//! What is absent from or wrong in a model file.

use super::{Applies, Model, Predictor, Reference};
use crate::feature::registry;
use crate::settings::KEYS;
use serde::Serialize;

/// One thing to mend in a model file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A number to transcribe, or a text to write.
    Absent {
        /// Its place in the file.
        key: String,
    },
    /// A statement that cannot hold.
    Wrong {
        /// Its place in the file.
        key: String,
        /// What is wrong.
        what: String,
    },
}

impl Model {
    /// Everything that keeps this model from scoring, in the order of the file.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (key, text) in [
            ("name", &self.name),
            ("version", &self.version),
            ("title", &self.title),
            ("status", &self.status),
            ("citation", &self.citation),
            ("population", &self.population),
            ("intended_use", &self.intended_use),
        ] {
            if text.trim().is_empty() {
                faults.push(Fault::Absent { key: key.into() });
            }
        }
        if self.kind.has_intercept() {
            number(&mut faults, "intercept", self.intercept);
        } else if self.intercept.is_some() {
            faults.push(wrong("intercept", "a Cox model has none; centres take its place"));
        }
        if self.terms.is_empty() {
            faults.push(wrong("terms", "there is none"));
        }
        for (i, term) in self.terms.iter().enumerate() {
            let at = |part: &str| format!("terms.{}.{part}", term.name);
            if self.terms[..i].iter().any(|other| other.name == term.name) {
                faults.push(wrong(&at("name"), "another term has the same name"));
            }
            number(&mut faults, &at("coefficient"), term.coefficient);
            number(&mut faults, &at("centre"), term.centre);
            number(&mut faults, &at("scale"), term.scale);
            if term.scale.is_some_and(|scale| scale <= 0.0) {
                faults.push(wrong(&at("scale"), "it is not above 0"));
            }
            match term.range {
                Some([low, high]) if !low.is_finite() || !high.is_finite() => {
                    faults.push(wrong(&at("range"), "one of its numbers is not finite"));
                }
                Some([low, high]) if low > high => {
                    faults.push(wrong(&at("range"), "its first number is above its second"));
                }
                _ => {}
            }
            if let Predictor::Feature(input) = &term.predictor
                && registry::by_key(&input.feature).is_none()
            {
                let what =
                    format!("'{}' is no feature; `perirad features` lists them", input.feature);
                faults.push(Fault::Wrong { key: at("predictor"), what });
            }
        }
        if self.cutoff.as_ref().is_some_and(|cutoff| !cutoff.value.is_finite()) {
            faults.push(wrong("cutoff.value", "it is not a finite number"));
        }
        faults.extend(self.reference.iter().flat_map(Reference::faults));
        faults.extend(self.applies.iter().flat_map(Applies::faults));
        faults.extend(self.combat.iter().flat_map(|combat| combat.faults(self)));
        for key in self.assumed.keys() {
            let setting = KEYS.iter().any(|(known, _)| known == key);
            let term = self.terms.iter().any(|term| *key == format!("terms.{}", term.name));
            if !setting && !term {
                let key = format!("assumed.\"{key}\"");
                faults.push(wrong(&key, "it is neither a settings key nor terms.NAME"));
            }
        }
        match self.extraction() {
            Err(error) => faults.push(wrong("settings", &error.to_string())),
            Ok(settings) => {
                let digest = settings.digest();
                if let Some(stated) = self.settings_digest.as_ref().filter(|d| **d != digest) {
                    let what = format!("it is {stated}, but that of the settings is {digest}");
                    faults.push(wrong("settings_digest", &what));
                }
                for term in &self.terms {
                    let columns = registry::columns(settings.wanted());
                    if let Predictor::Feature(input) = &term.predictor
                        && settings.ring.extent(input.region).is_none()
                    {
                        let key = format!("terms.{}.predictor", term.name);
                        let name = input.region.name();
                        faults.push(wrong(&key, &format!("ring.shells_mm lists no {name}")));
                    }
                    if let Predictor::Feature(input) = &term.predictor
                        && registry::by_key(&input.feature).is_some()
                        && !columns.iter().any(|(spec, aggregation)| {
                            spec.key == input.feature && aggregation.name() == input.aggregation
                        })
                    {
                        let key = format!("terms.{}.predictor", term.name);
                        let left_out = &settings.features.leave_out;
                        let what = if left_out.iter().any(|key| key.name() == input.feature) {
                            "the settings leave this feature out"
                        } else {
                            "the settings make no such aggregation of this feature"
                        };
                        faults.push(wrong(&key, what));
                    }
                }
            }
        }
        faults
    }
}

fn number(faults: &mut Vec<Fault>, key: &str, value: Option<f64>) {
    match value {
        None => faults.push(Fault::Absent { key: key.into() }),
        Some(number) if !number.is_finite() => faults.push(wrong(key, "it is not a finite number")),
        Some(_) => {}
    }
}

pub(super) fn wrong(key: &str, what: &str) -> Fault {
    Fault::Wrong { key: key.into(), what: what.into() }
}
