//! NRRD and segmentations of 3D Slicer, as an image and as a mask: a byte that selects the rules, then
//! the file, and behind a mark the file of its voxels, `a.raw`, where it names one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad_fuzz::voxels;

fuzz_target!(|data: &[u8]| voxels(data, "a.nrrd"));
