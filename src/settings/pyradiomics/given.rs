//! The values under `setting`, read by their type; what is wrong with them is told at once.

use super::super::SettingsError;
use serde_json::{Map, Value};

/// Why filters' parameters change nothing.
const FILTER: &str = "it belongs to a filtered image, and only the original one is measured";

/// Every key that pyradiomics knows under `setting`, and why it is not honoured; empty where it is,
/// or where it cannot change a number (padDistance, preCrop).
pub(super) const KEYS: &[(&str, &str)] = &[
    ("additionalInfo", "columns named diagnostics_ are not written"),
    ("binCount", ""),
    ("binWidth", ""),
    ("correctMask", ""),
    ("distances", ""),
    ("force2D", ""),
    ("force2Ddimension", ""),
    ("geometryTolerance", "image and mask may lie a tenth of a voxel apart"),
    ("gldm_a", ""),
    ("gradientUseSpacing", FILTER),
    ("interpolator", ""),
    ("label", ""),
    ("label_channel", "choose the segment by --roi or --label"),
    ("lbp2DMethod", FILTER),
    ("lbp2DRadius", FILTER),
    ("lbp2DSamples", FILTER),
    ("lbp3DIcosphereRadius", FILTER),
    ("lbp3DIcosphereSubdivision", FILTER),
    ("lbp3DLevels", FILTER),
    ("level", FILTER),
    ("minimumROIDimensions", ""),
    ("minimumROISize", ""),
    ("normalize", ""),
    ("normalizeScale", ""),
    ("padDistance", ""),
    ("preCrop", ""),
    ("removeOutliers", ""),
    ("resampledPixelSpacing", ""),
    ("resegmentMode", ""),
    ("resegmentRange", ""),
    ("resegmentShape", ""),
    ("sigma", FILTER),
    ("start_level", FILTER),
    ("symmetricalGLCM", ""),
    ("voxelArrayShift", ""),
    ("wavelet", FILTER),
    ("weightingNorm", ""),
];

/// The keys that pyradiomics also reads for one image type.
pub(super) const FEATURE_KEYS: &[&str] = &[
    "binCount",
    "binWidth",
    "distances",
    "force2D",
    "force2Ddimension",
    "gldm_a",
    "symmetricalGLCM",
    "voxelArrayShift",
    "weightingNorm",
];

/// The values of known keys; an absent key and null are the default.
pub(super) struct Given<'a> {
    setting: &'a Map<String, Value>,
    faults: Vec<String>,
    unsupported: Vec<(String, &'static str)>,
}

impl<'a> Given<'a> {
    pub(super) fn new(setting: &'a Map<String, Value>) -> Self {
        Self { setting, faults: Vec::new(), unsupported: Vec::new() }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.setting.get(key).filter(|value| !value.is_null())
    }

    /// Notes that the value is not what is expected.
    pub(super) fn fault(&mut self, key: &str, expected: &str) {
        let found = self.get(key).unwrap_or(&Value::Null);
        self.faults.push(format!("setting.{key} is {found}, expected {expected}"));
    }

    /// Notes that the value asks for what is not there.
    pub(super) fn unsupported(&mut self, key: &str, reason: &'static str) {
        let found = self.get(key).unwrap_or(&Value::Null);
        self.unsupported.push((format!("setting.{key} = {found}"), reason));
    }

    pub(super) fn flag(&mut self, key: &str, default: bool) -> bool {
        self.read(key, "true or false", Value::as_bool).unwrap_or(default)
    }

    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        self.read(key, "a number", Value::as_f64)
    }

    pub(super) fn whole(&mut self, key: &str, default: i64) -> i64 {
        let number = |value: &Value| value.as_i64().filter(|number| *number >= 0);
        self.read(key, "a whole number from 0", number).unwrap_or(default)
    }

    pub(super) fn numbers(&mut self, key: &str) -> Option<Vec<f64>> {
        let list = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect();
        self.read(key, "a list of numbers", list)
    }

    /// A word, or a number as one; `None` where the key states null.
    pub(super) fn word(&mut self, key: &str, default: &str) -> Option<String> {
        if self.setting.get(key).is_some_and(Value::is_null) {
            return None;
        }
        let word = |value: &Value| match value {
            Value::String(word) => Some(word.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Some(self.read(key, "a word", word).unwrap_or_else(|| default.into()))
    }

    fn read<T>(
        &mut self,
        key: &str,
        expected: &str,
        of: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let read = of(self.get(key)?);
        if read.is_none() {
            self.fault(key, expected);
        }
        read
    }

    /// Everything that was wrong.
    pub(super) fn finish(self) -> Result<(), SettingsError> {
        if !self.faults.is_empty() {
            return Err(SettingsError::OutOfRange { faults: self.faults });
        }
        let Some((_, reason)) = self.unsupported.first() else { return Ok(()) };
        let reason = (*reason).into();
        let keys = self.unsupported.into_iter().map(|(key, _)| key).collect();
        Err(SettingsError::Unsupported { keys, reason })
    }
}
