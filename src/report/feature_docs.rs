//! Every feature as a document in Markdown, made from the registry.

use crate::feature::{Family, Layout, Spec, registry};
use crate::image::Intensity;

/// The document: a table for each family, and where other programs differ.
pub fn features_markdown() -> String {
    let mut text = String::from(
        "# Features\n\n\
         Made by `perirad features --format markdown`; a test holds this file to it. *Short* is the \
         name in the IBSI reference tables and in MIRP. A name under *pyradiomics* means that equal \
         settings give equal numbers, one under *LIFEx* (up to version 6) that its documentation has \
         this formula: LIFEx itself is closed and was not run. Where they differ, it says so below \
         the table. Units are those of a CT.\n\n\
         The setting `features.families` chooses families; a feature whose key is in \
         `features.leave_out` (`leave_out = [\"morphology.moran_i\"]`) is not measured: it has no \
         column, and what only it needs is not computed.\n",
    );
    for family in registry::FAMILIES {
        text += &family_markdown(family);
    }
    text
}

fn family_markdown(family: &Family) -> String {
    let columns = match family.layout {
        Layout::Whole => "once for a region",
        Layout::Directional => "for each aggregation of directions",
        Layout::Spatial => "for each aggregation without directions",
    };
    let specs = family.specs();
    let reference = specs.first().map_or("", |spec| spec.reference);
    let mut text = format!(
        "\n## {} (`{}`, {})\n\n{reference}. {} features, {columns}.\n\n\
         | key | short | IBSI | name | definition | unit | pyradiomics | LIFEx |\n\
         |---|---|---|---|---|---|---|---|\n",
        family.name,
        family.key,
        family.ibsi,
        specs.len(),
    );
    for spec in &specs {
        text += &row(spec);
    }
    text + &differences(&specs)
}

/// Where others differ and why, once for all features of which the same is said.
fn differences(specs: &[&Spec]) -> String {
    let mut said: Vec<(&str, Vec<String>)> = Vec::new();
    for spec in specs.iter().filter(|spec| !spec.differs.is_empty()) {
        let name = format!("`{}`", name(spec));
        match said.iter_mut().find(|(differs, _)| *differs == spec.differs) {
            Some((_, names)) => names.push(name),
            None => said.push((spec.differs, vec![name])),
        }
    }
    let mut text = String::new();
    if !said.is_empty() {
        text += "\nWhere others differ:\n\n";
    }
    for (differs, names) in said {
        let names = if names.len() == specs.len() { "all".into() } else { names.join(", ") };
        text += &format!("- {names}: {differs}\n");
    }
    text
}

fn row(spec: &Spec) -> String {
    let code = |text: Option<&str>| text.map_or(String::new(), |text| format!("`{text}`"));
    let cells = [
        format!("`{}`", name(spec)),
        format!("`{}`", spec.short),
        spec.ibsi.to_string(),
        spec.name.to_string(),
        // A bar would end the cell.
        spec.definition.replace('|', "\\|"),
        spec.unit.symbol(Intensity::Hounsfield).to_string(),
        code(spec.pyradiomics),
        code(spec.lifex),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// A feature's key without its family.
fn name(spec: &Spec) -> &str {
    spec.key.split_once('.').map_or(spec.key, |(_, name)| name)
}
