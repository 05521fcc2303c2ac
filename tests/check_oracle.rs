//! `perirad check` on the IBSI phantoms and the sarcomas: every published value, and the documents
//! that state how many.

use crate::common::{args, data, documented, stdout};

#[test]
fn every_published_value_is_met_and_counted_in_the_documents() {
    if data("ibsi1").is_none() || data("ibsi1_validation_sts").is_none() {
        return;
    }
    let Some(folder) = data("") else { return };
    // Exit status 0: not a single miss.
    let counts = stdout(&args(&[&"check", &folder, &"--format", &"markdown"]));
    documented("docs/ibsi.md", &counts);
    let total = counts.lines().find(|line| line.contains("published values")).unwrap();
    documented("README.md", &format!("{total}\n"));
}
