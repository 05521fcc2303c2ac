//! pyradiomics parameter files: what is honoured, what is told, what is refused.
#![cfg(feature = "yaml")]

use crate::common;
use crate::common::{args, data, perirad, rows};
use perirad::error::Diagnose;
use perirad::preprocess::Method;
use perirad::settings::{Parameters, SettingsError, SettingsFile, Syntax, preset};

fn read(yaml: &str) -> Result<Parameters, SettingsError> {
    SettingsFile::read(yaml, Syntax::Yaml).map(|file| match file {
        SettingsFile::Pyradiomics(parameters) => *parameters,
        SettingsFile::Own(_) => panic!("not taken for a parameter file"),
    })
}

fn told(parameters: &Parameters) -> String {
    assert!(parameters.warnings.iter().all(|w| w.code == "settings.not_honoured"));
    parameters.warnings.iter().map(|w| w.message.clone() + "\n").collect()
}

#[test]
fn defaults_are_those_of_pyradiomics() {
    let parameters = read("setting: {}").unwrap();
    assert_eq!(told(&parameters), "");
    let settings = &parameters.settings;
    assert_eq!(settings.discretise, Method::AlignedBinWidth { width: 25.0 });
    assert_eq!((settings.region.minimum_voxels, settings.region.minimum_dimensions), (2, 2));
    assert_eq!((parameters.label, parameters.correct_mask), (1, false));
    for class in ["firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape"] {
        assert!(parameters.names.iter().any(|name| name.starts_with(&format!("{class}_"))));
    }
    // Measured only where they are named, or in 2D.
    for name in ["firstorder_StandardDeviation", "shape2D_Perimeter", "shape_Compactness1"] {
        assert!(!parameters.names.contains(&name), "{name}");
    }
    assert_eq!(read("setting:\n  binWidth: null\n").unwrap().settings, *settings);
}

#[test]
fn every_key_that_is_not_honoured_is_listed() {
    let parameters = read(
        "imageType:\n  Original: {}\n  LoG: {sigma: [1.0, 3.0]}\n  Wavelet: {}\n\
         setting:\n  geometryTolerance: 0.001\n  additionalInfo: True\n  padDistance: 10\n  \
         binCount: 32\n  label: 3\n  correctMask: true\nvoxelSetting:\n  kernelRadius: 2\n\
         featureClass:\n  firstorder: [Mean, StandardDeviation, Mean]\n  glcm: [Contrast, SumVariance]\n",
    )
    .unwrap();
    let told = told(&parameters);
    let keys = [
        "imageType.LoG",
        "imageType.Wavelet",
        "setting.geometryTolerance",
        "setting.additionalInfo",
        "voxelSetting",
        "featureClass.glcm.SumVariance",
    ];
    for key in keys {
        assert!(told.contains(key), "{key} is not told:\n{told}");
    }
    assert_eq!(parameters.warnings.len(), keys.len(), "{told}");
    assert_eq!((parameters.label, parameters.correct_mask), (3, true));
    assert_eq!(parameters.settings.discretise, Method::FixedBinNumber { count: 32 });
    // What is named twice is reported once.
    let names = ["firstorder_Mean", "firstorder_StandardDeviation", "glcm_Contrast"];
    assert_eq!(parameters.names, names);
}

#[test]
fn what_would_give_other_numbers_is_refused_by_its_key() {
    for (yaml, code, named) in [
        ("setting: {interpolator: sitkGaussian}", "settings.unsupported", "setting.interpolator"),
        (
            "setting: {force2D: true, force2Ddimension: 1}",
            "settings.unsupported",
            "force2Ddimension",
        ),
        ("imageType: {Wavelet: {}}", "settings.unsupported", "imageType.Wavelet"),
        ("setting: {distances: [2]}", "settings.unsupported", "setting.distances"),
        ("setting: {binwidth: 5}", "settings.unknown_key", "setting.binWidth"),
        ("settings: {}\nsetting: {}", "settings.unknown_key", "'settings'"),
        ("featureClass: {firstoder: []}", "settings.unknown_key", "featureClass.firstorder"),
        ("featureClass: {glcm: [Contast]}", "settings.unknown_key", "featureClass.glcm.Contrast"),
        ("setting: {binWidth: wide}", "settings.out_of_range", "setting.binWidth"),
        ("setting: {binWidth: 0}", "settings.out_of_range", "bin width"),
        ("setting: {resampledPixelSpacing: [1, 1]}", "settings.out_of_range", "three numbers"),
        ("setting: {resegmentRange: [1, 2, 3]}", "settings.out_of_range", "one or two"),
        ("setting: {resegmentRange: [1], resegmentMode: some}", "settings.out_of_range", "sigma"),
        ("setting: {weightingNorm: some}", "settings.out_of_range", "manhattan"),
        ("setting: {distances: [0.5]}", "settings.out_of_range", "whole numbers"),
        ("setting: {normalize: true, normalizeScale: -1}", "settings.out_of_range", "scale"),
        ("setting: 5", "settings.unreadable", "keys and values"),
        ("featureClass: {glcm: 5}", "settings.unreadable", "featureClass.glcm"),
        ("setting: [", "settings.unreadable", ""),
    ] {
        let error = read(yaml).unwrap_err();
        assert_eq!(error.code(), code, "{yaml}: {error}");
        assert!(error.to_string().contains(named), "{yaml}: {error}");
    }
}

#[test]
fn own_settings_are_read_from_yaml_and_json() {
    let own = |text: &str, syntax| match SettingsFile::read(text, syntax).unwrap() {
        SettingsFile::Own(settings) => *settings,
        SettingsFile::Pyradiomics(_) => panic!("taken for a parameter file"),
    };
    let mut wanted = preset("cd8").unwrap();
    assert_eq!(own("base: cd8", Syntax::Yaml), wanted);
    let whole = serde_json::to_string(&wanted).unwrap();
    assert_eq!(own(&whole, Syntax::Json), wanted);
    wanted.ring.outer_mm = 4.0;
    assert_eq!(own("base: cd8\nring:\n  outer_mm: 4.0\n", Syntax::Yaml), wanted);
    let error = SettingsFile::read("base: cd8\nring: {outer: 4}", Syntax::Yaml).unwrap_err();
    assert!(error.to_string().contains("did you mean 'ring.outer_mm'"), "{error}");
    assert_eq!(Syntax::of("a/Params.YAML"), Syntax::Yaml);
    assert_eq!((Syntax::of("p.json"), Syntax::of("p.toml")), (Syntax::Json, Syntax::Toml));
}

#[test]
fn the_program_reads_a_parameter_file_and_writes_its_names() {
    let Some(root) = data("pyradiomics") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Params.yaml");
    let text = "setting:\n  voxelArrayShift: 2000\n  sigma: [1]\nfeatureClass:\n  \
                glrlm: [RunEntropy]\n  firstorder: [Kurtosis, Energy]\n";
    std::fs::write(&file, text).unwrap();
    let (image, mask) = (root.join("lung1_image.nrrd"), root.join("lung1_label.nrrd"));
    let run = |more: &[&str]| {
        let mut all = args(&[&"extract", &image, &"--mask", &mask, &"--settings", &file]);
        all.extend(more.iter().map(std::convert::Into::into));
        all.extend(args(&[&"--format", &"csv"]));
        perirad(&all)
    };
    let output = run(&[]);
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && warned.contains("setting.sigma is not honoured"),
        "{warned}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let head = "case,roi,region,status,error,voxels,volume_ml,warnings,settings,\
                original_firstorder_Kurtosis,original_firstorder_Energy,original_glrlm_RunEntropy";
    assert_eq!(text.lines().next(), Some(head));
    let table = rows(&text);
    assert_eq!((table.len(), table[0]["region"].as_str()), (1, "tumour"));
    let published = rows(&std::fs::read_to_string(root.join("reference_values.csv")).unwrap());
    for name in ["firstorder_Kurtosis", "firstorder_Energy", "glrlm_RunEntropy"] {
        let name = format!("original_{name}");
        let row = published
            .iter()
            .find(|row| row["pyradiomics_key"] == name && row["config"] == "lung1/default");
        let value = table[0][&name].parse().unwrap();
        assert_eq!(common::agrees(row.unwrap(), value), Some(true), "{name}: {value}");
    }
    let output = run(&["--names", "perirad", "--region", "both"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("pyradiomics_firstorder.kurtosis:3d") && rows(&text).len() == 2);
    let output = run(&["--label", "7"]);
    assert_eq!(output.status.code(), Some(2));
}
