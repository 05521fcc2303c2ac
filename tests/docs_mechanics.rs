//! What the documents name exists.

use crate::common;
use crate::common::file;

#[test]
fn every_test_that_the_table_of_inputs_names_exists() {
    let text = std::fs::read_to_string(file("docs/inputs.md")).unwrap();
    let mut named = 0;
    for (test, function) in text.split('`').filter_map(|word| word.split_once("::")) {
        let path = file("tests").join(format!("{test}.rs"));
        let code = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(code.contains(&format!("fn {function}(")), "{test}::{function} does not exist");
        named += 1;
    }
    assert!(named > 30, "only {named} tests are named");
}

#[test]
fn the_readme_names_only_options_that_exist() {
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let help: String = ["score", "extract", "follow", "inspect", "convert"]
        .map(|command| common::stdout(&common::args(&[&command, &"--help"])))
        .concat();
    let calls = readme.lines().filter(|line| !line.starts_with("<!--"));
    let calls = calls.filter(|line| line.contains("perirad") || line.contains("score "));
    for option in calls.flat_map(str::split_whitespace).filter(|word| word.starts_with("--")) {
        // The two that are cargo's.
        if !["--", "--release"].contains(&option) {
            assert!(help.contains(option), "{option} is in the README only");
        }
    }
}

#[test]
fn the_pages_on_lesions_name_only_options_that_exist() {
    let help: String = ["score", "follow"]
        .map(|command| common::stdout(&common::args(&[&command, &"--help"])))
        .concat();
    // Two are those of generator and cargo.
    let known = |option: &str| help.contains(option) || ["--out", "--seed"].contains(&option);
    for page in ["docs/lesions.md", "docs/follow.md"] {
        let text = std::fs::read_to_string(file(page)).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let words = words.filter(|word| *word != "--");
        for option in words.filter(|word| word.starts_with("--") && !word.starts_with("---")) {
            assert!(known(option) || option == "--release", "{option} is in {page} only");
        }
    }
}

#[test]
fn the_list_of_features_is_the_registry() {
    let made = common::stdout(&common::args(&[&"features", &"--format", &"markdown"]));
    common::documented("docs/features.md", &made);
}

#[test]
fn the_schema_of_settings_is_that_of_the_program() {
    let made = common::stdout(&common::args(&[&"settings", &"--schema"]));
    common::documented("docs/settings.schema.json", &made);
}

#[test]
fn the_schema_of_models_is_that_of_the_program() {
    let made = common::stdout(&common::args(&[&"model", &"schema"]));
    common::documented("docs/model.schema.json", &made);
}
