//! Perturbations: read, printed and read again; then a small lesion is perturbed by them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::image::{Acquisition, Region};
use perirad::pipeline::{perturbed, planes_perturbed};
use perirad::settings::{parse_perturbation, preset};
use perirad_fuzz::{phantom, small_engine, subject};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mut limits) = parse_perturbation(text) else { return };
    assert_eq!(parse_perturbation(&limits.to_toml()).as_ref(), Ok(&limits));
    limits.run.repeats = 2;
    let Some(settings) = preset("cd8") else { return };
    let (image, mask) = phantom();
    let acquisition = Acquisition::default();
    let subject = subject(&image, &mask, &acquisition);
    let regions = [Region::Tumour, Region::Ring];
    let _ = planes_perturbed(&mask, "lesion", &settings, &limits, &regions, &small_engine());
    let _ = perturbed(&subject, &settings, &limits, &regions, &small_engine());
});
