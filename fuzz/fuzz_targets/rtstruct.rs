//! Structure sets: a byte that selects the rules, then an RTSTRUCT; its ROIs are drawn on a small
//! image.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::io::source::read_mask;
use perirad_fuzz::{blank, engine, files, inspected, lattice, lesions};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let files = files(data, b"\0\0NEXT\0\0", &["rs.dcm"]);
    inspected(&files);
    if let Ok(mask) = read_mask(&files, "rs", &engine()) {
        lesions(&mask, &blank(lattice([8, 24, 20]), Some("1.2.3.9")), choice);
    }
});
