//! The order of the layers: each may use only those before it.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. Layers on one line do not see each other.
const ORDER: &[&[&str]] = &[
    &["digest", "error", "engine"],
    &["geometry"],
    &["image"],
    &["contour"],
    &["io"],
    &["preprocess"],
    &["matrix", "mesh"],
    &["feature"],
    &["settings"],
    &["pipeline"],
    &["model"],
    &["check", "cohort"],
    &["report"],
    &["run"],
];

/// Layers that know nothing of files or settings, whatever their place.
const BLIND: &[&str] = &["preprocess", "matrix", "mesh", "feature"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn rank(layer: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&layer))
}

#[test]
fn a_layer_sees_only_those_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let layer = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if layer == "lib" || layer == "bin" {
            continue;
        }
        let own = rank(layer).unwrap_or_else(|| panic!("layer '{layer}' has no place in ORDER"));
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let other = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let Some(theirs) = rank(other) else { continue };
                let blind = BLIND.contains(&layer) && ["io", "settings"].contains(&other);
                if other != layer && (theirs >= own || blind) {
                    faults.push(format!("{}:{}: {}", inside.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "layers out of order:\n{}", faults.join("\n"));
}

#[test]
fn only_the_edge_knows_paths() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let knows = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        text.contains("std::fs") || text.contains("std::path")
    };
    let mut edge: Vec<String> = files
        .iter()
        .filter(|file| knows(file))
        .map(|file| file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/"))
        .filter(|file| !file.starts_with("bin/"))
        .collect();
    edge.sort();
    assert_eq!(edge, ["io/files.rs", "io/open.rs", "run/source.rs", "run/text.rs"]);
}

#[test]
fn no_file_holds_more_than_one_idea() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "testdata/generator/src"] {
        sources(&root.join(folder), &mut files);
    }
    let long = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count() > 600;
    let long: Vec<_> = files.into_iter().filter(long).collect();
    assert!(long.is_empty(), "more than 600 lines: {long:?}");
}

#[test]
fn every_file_of_tests_is_in_the_suite() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let suite = fs::read_to_string(tests.join("suite.rs")).unwrap();
    let left_out = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        path.extension().is_some_and(|e| e == "rs")
            && name != "suite"
            && !suite.contains(&format!("mod {name};\n"))
    };
    let files = fs::read_dir(tests).unwrap().map(|entry| entry.unwrap().path());
    let missing: Vec<_> = files.filter(left_out).collect();
    assert!(missing.is_empty(), "not in tests/suite.rs: {missing:?}");
}
