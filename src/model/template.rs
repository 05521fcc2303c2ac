//! A model file to be filled in, from the inputs of a training table.

use super::Predictor;
use crate::feature::registry;
use crate::settings::Settings;
use std::fmt::Write;

/// One input with its values in training, in the table's order.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingInput {
    /// What it is.
    pub predictor: Predictor,
    /// Its values; none where the table does not have it.
    pub values: Vec<f64>,
}

impl TrainingInput {
    /// Mean, standard deviation (over n, as scikit-learn scales), smallest and largest value; `None`
    /// of fewer than two values or of values that are not finite.
    fn statistics(&self) -> Option<[f64; 4]> {
        let n = self.values.len() as f64;
        if self.values.len() < 2 || self.values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let low = self.values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low == high {
            // The sum of equal values over n may be another number than they are.
            return Some([low, 0.0, low, high]);
        }
        let mean = self.values.iter().sum::<f64>() / n;
        let squares: f64 = self.values.iter().map(|value| (value - mean).powi(2)).sum();
        Some([mean, (squares / n).sqrt(), low, high])
    }

    /// The term's name: region and short name of a feature, otherwise the input's own.
    fn name(&self) -> String {
        match &self.predictor {
            Predictor::Feature(input) => {
                let short = registry::by_key(&input.feature).map_or("feature", |spec| spec.short);
                format!("{}_{short}_{}", input.region.name(), input.aggregation.replace('.', "_"))
            }
            Predictor::Acquisition(_) => "kvp".into(),
            Predictor::Clinical(input) => input.clinical.clone(),
        }
    }

    fn predictor(&self) -> String {
        match &self.predictor {
            Predictor::Feature(input) => format!(
                "region = {}, feature = {}, aggregation = {}",
                quoted(input.region.name()),
                quoted(&input.feature),
                quoted(&input.aggregation)
            ),
            Predictor::Acquisition(_) => "acquisition = \"kvp\"".into(),
            Predictor::Clinical(input) => format!("clinical = {}", quoted(&input.clinical)),
        }
    }
}

/// A text as TOML has it, whose escapes are not Rust's.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The text of a model file: inputs with centre, scale and range of the training table, the
/// settings in full. Coefficients and intercept are absent, and what people must write is empty:
/// `perirad model check` lists both.
pub fn template(name: &str, inputs: &[TrainingInput], settings: &Settings) -> String {
    let mut text = format!(
        "# A model to be filled in; `perirad model check` lists what is missing.\n\
         name = {}\nversion = \"0.1.0\"\n\
         # one line: what it predicts\ntitle = \"\"\n\
         # how far it is to be trusted\nstatus = \"\"\n\
         # where it is published\ncitation = \"\"\n\
         # whom it was fitted on\npopulation = \"\"\n\
         # what it is for\nintended_use = \"\"\n\
         # linear, logistic or cox; a Cox model has no intercept\nkind = \"linear\"\n\
         # intercept =\n\
         settings_digest = {}\n",
        quoted(name),
        quoted(&settings.digest())
    );
    for input in inputs {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n[[terms]]\nname = {}\npredictor = {{ {} }}\n# coefficient =\n",
            quoted(&input.name()),
            input.predictor()
        );
        let _ = match input.statistics() {
            Some([mean, deviation, low, high]) => {
                // What does not vary keeps its unit.
                let scale = if deviation > 0.0 { deviation } else { 1.0 };
                let n = input.values.len();
                write!(
                    text,
                    "# mean, standard deviation and range of {n} values\n\
                     centre = {mean:?}\nscale = {scale:?}\nrange = [{low:?}, {high:?}]\n"
                )
            }
            None => write!(text, "# centre =\n# scale =\n# range = [smallest, largest]\n"),
        };
    }
    for line in settings.to_toml().lines().skip(1) {
        let line =
            line.strip_prefix('[').map_or(line.into(), |section| format!("[settings.{section}"));
        text += &line;
        text.push('\n');
    }
    text
}
