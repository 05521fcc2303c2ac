//! DICOM SEG: a byte that selects the rules, then a segmentation; its segments are put on a small
//! image and on their own lattice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::io::source::read_mask;
use perirad_fuzz::{blank, engine, files, inspected, lattice, lesions};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let files = files(data, b"\0\0NEXT\0\0", &["seg.dcm"]);
    inspected(&files);
    if let Ok(mask) = read_mask(&files, "seg", &engine()) {
        lesions(&mask, &blank(lattice([6, 7, 5]), None), choice);
    }
});
