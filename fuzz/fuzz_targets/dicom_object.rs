//! DICOM objects: a series of up to four files, each of which begins with a preamble and `DICM`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::io::Memory;
use perirad_fuzz::{image, inspected};

fuzz_target!(|data: &[u8]| {
    let mut files = Memory::default();
    let marks = data.windows(4).enumerate().filter(|(_, w)| *w == b"DICM");
    // The first file may lack both.
    let starts: Vec<usize> = marks.filter_map(|(at, _)| at.checked_sub(128)).take(4).collect();
    let starts = if starts.is_empty() { vec![0] } else { starts };
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    for (n, (from, to)) in starts.iter().zip(ends).enumerate() {
        files.insert(format!("{n}.dcm"), data.get(*from..to).unwrap_or(&[]));
    }
    image(&files, false);
    image(&files, true);
    inspected(&files);
});
