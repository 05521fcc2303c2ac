//! NIfTI, as an image and as a mask: a byte that selects the rules, then the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad_fuzz::voxels;

fuzz_target!(|data: &[u8]| voxels(data, "a.nii"));
