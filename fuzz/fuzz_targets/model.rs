//! Model files: read, checked, and applied to the features of a small lesion.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::image::{Acquisition, Region};
use perirad::model::{Given, Model, score};
use perirad::pipeline::{FeatureSet, extract};
use perirad::settings::preset;
use perirad_fuzz::{engine, phantom, subject};
use std::sync::LazyLock;

static FEATURES: LazyLock<FeatureSet> = LazyLock::new(|| {
    let (image, mask) = phantom();
    let acquisition = Acquisition::default();
    let subject = subject(&image, &mask, &acquisition);
    let settings = preset("cd8").expect("there is one");
    let regions = [Region::Tumour, Region::Ring];
    extract(&subject, &settings, &regions, &engine()).expect("it can be measured")
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(model) = Model::parse("model.toml", text) else { return };
    let _ = (model.faults(), model.card());
    let clinical = [("node", 1.0), ("head_and_neck", 0.0), ("kvp", 120.0)]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
    // A site, where the model knows one.
    let site = model.combat.as_ref().and_then(|combat| combat.sites.keys().next().cloned());
    let given = Given { clinical, site };
    let mut features = FEATURES.clone();
    if let Ok(settings) = model.extraction() {
        // So that a model of other settings is applied, not only refused.
        features.settings = settings;
    }
    let _ = (model.ready(&given), score(&model, &features, &given));
});
