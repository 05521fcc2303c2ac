//! A real series that others wrote again in every lossless syntax: the same bits.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common::{data, file, python};
use perirad::engine::Engine;
use perirad::image::Intensity;
use perirad::io::open_image;
use perirad::io::source::{ImageChoice, LoadedImage};
use std::path::Path;
use std::process::Command;

fn image(path: &Path) -> LoadedImage {
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    open_image(path, &choice, &Engine::new(0)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_real_series_is_the_same_in_every_lossless_syntax() {
    let (Some(root), Some(python)) = (data("real_ct/nsclc_pat_2/dicom"), python()) else { return };
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(python)
        .args([file("tests/python/transcode.py"), root.clone(), out.path().to_path_buf()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let original = image(&root);
    let bits = |image: &LoadedImage| image.volume.data.mapv(f32::to_bits);
    let written = String::from_utf8(output.stdout).unwrap();
    for line in written.lines() {
        let [name, syntax, files] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let copy = image(&out.path().join(name));
        assert_eq!(files, original.volume.grid.shape[0].to_string());
        assert_eq!(bits(&copy), bits(&original), "{name} {syntax}");
        assert_eq!(*copy.volume.grid, *original.volume.grid, "{name}");
        assert_eq!(copy.warnings, original.warnings, "{name}");
    }
    for syntax in ["1.2.2", "1.2.5", "4.57", "4.70", "4.80", "4.90", "1.2.1.99"] {
        assert!(written.contains(&format!(".{syntax} ")), "{syntax} is missing:\n{written}");
    }
}
