//! The core links no C: the same code is to run in a browser page.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Names of everything perirad is made of on a platform, and those that link a system library.
fn graph(features: &[&str]) -> (BTreeSet<String>, Vec<String>) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .args(features)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_string();
    let list = |v: &Value| v.as_array().unwrap().clone();
    let packages: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|p| (text(&p["id"]), p)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|n| (text(&n["id"]), n)).collect();
    let root = packages.iter().find(|(_, p)| p["name"] == "perirad").unwrap().0.clone();
    // Walk what the library and the program are made of; development tools do not count.
    let (mut seen, mut left) = (BTreeSet::new(), vec![root]);
    while let Some(id) = left.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for dependency in list(&nodes[&id]["deps"]) {
            let mut kinds = list(&dependency["dep_kinds"]).into_iter();
            if kinds.any(|kind| kind["kind"].is_null() || kind["kind"] == "build") {
                left.push(text(&dependency["pkg"]));
            }
        }
    }
    let links = |id: &&String| !packages[*id]["links"].is_null();
    let links = seen.iter().filter(links).map(|id| text(&packages[id]["name"])).collect();
    (seen.iter().map(|id| text(&packages[id]["name"])).collect(), links)
}

fn builds_no_c(features: &[&str]) {
    let (names, links) = graph(features);
    for builder in ["cc", "cmake", "bindgen", "pkg-config"] {
        assert!(!names.contains(builder), "{builder} is in the graph of {features:?}");
    }
    // These state a `links` key to be unique in a program; they link nothing.
    let marks = |name: &String| name == "rayon-core" || name.starts_with("wasm-bindgen");
    let links: Vec<_> = links.into_iter().filter(|name| !marks(name)).collect();
    assert!(links.is_empty(), "{links:?} link a library");
    assert!(names.contains("ndarray"), "the graph was not walked");
}

#[test]
fn the_program_builds_no_c() {
    builds_no_c(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
}

#[test]
fn the_browser_core_builds_no_c_and_has_no_threads() {
    let features =
        ["--filter-platform", "wasm32-unknown-unknown", "--no-default-features", "--features"];
    let features = [&features[..], &["dicom,nifti"]].concat();
    builds_no_c(&features);
    assert!(!graph(&features).0.contains("rayon"));
}
