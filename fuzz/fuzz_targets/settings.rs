//! Settings: read, printed and read again; then a small lesion is measured by them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::image::{Acquisition, Mask, Region};
use perirad::pipeline::{Around, Structure, StructureRule, Subject, extract, planes_needed};
use perirad::settings::parse;
use perirad_fuzz::{phantom, small_engine, subject};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(settings) = parse(text) else { return };
    assert_eq!(parse(&settings.to_toml()).as_ref(), Ok(&settings));
    let (image, mask) = phantom();
    // Another lesion beside it, and itself as a structure.
    let mut voxels = mask.voxels().clone();
    voxels.invert_axis(ndarray::Axis(2));
    let other = Mask::new(mask.grid().clone(), voxels).expect("the shape is the same");
    let structure = Structure { name: "lesion", rule: StructureRule::Within, mask: &mask };
    let acquisition = Acquisition::default();
    let subject = Subject {
        around: Around { before: &[&other], after: &[], structures: &[structure] },
        below: &[-500.0, 0.0],
        ..subject(&image, &mask, &acquisition)
    };
    let shells = Region::shells(settings.ring.shells_mm.len());
    let regions: Vec<Region> =
        [Region::Tumour, Region::Ring, Region::Core].into_iter().chain(shells).collect();
    let _ = planes_needed(&mask, "lesion", &settings, &regions, &small_engine());
    let _ = extract(&subject, &settings, &regions, &small_engine());
});
