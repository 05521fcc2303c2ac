//! Settings: read, printed and read again; then a small lesion is measured by them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::image::{Acquisition, Region};
use perirad::pipeline::{Subject, extract, planes_needed};
use perirad::settings::parse;
use perirad_fuzz::{phantom, small_engine};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(settings) = parse(text) else { return };
    assert_eq!(parse(&settings.to_toml()).as_ref(), Ok(&settings));
    let (image, mask) = phantom();
    let subject = Subject {
        case: "case",
        roi: "lesion",
        image: &image,
        mask: &mask,
        acquisition: &Acquisition::default(),
    };
    let _ = planes_needed(&mask, "lesion", &settings, true, &small_engine());
    let _ = extract(&subject, &settings, &[Region::Tumour, Region::Ring], &small_engine());
});
