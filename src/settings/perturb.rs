//! Perturbations: a strict tree of their own, beside the settings, with presets.

use super::SettingsError;
use super::read::{base_name, commented, in_range, overlay, typed, unknown_keys};
use super::schema::with_base;
use crate::digest::Digest;
use crate::error::nearest;
use crate::preprocess::perturb::{
    Axis, Growth, NoiseFactor, Perturbation, RingWidth, Rotation, Run, Supervoxels, Translation,
};
use schemars::schema_for;
use serde_json::Value;
use toml::Table;

/// Name and meaning of each preset.
pub const PERTURBATIONS: &[(&str, &str)] = &[
    ("default", "noise, translation, growth, supervoxels: the chain of Zwanenburg 2019"),
    ("all", "the same, with rotation and the ring's widths"),
    ("noise", "noise at the image's own level, alone"),
    ("translation", "a shift within a voxel of the measured lattice, alone"),
    ("rotation", "a turn about the normal of the slices, alone"),
    ("growth", "growth and shrinkage by up to 1 mm, alone"),
    ("supervoxels", "contours made of supervoxels, alone"),
    ("ring", "each of the ring's widths up to 0.5 mm more or less, alone"),
];

/// Key and meaning, in the order of the file.
pub const PERTURBATION_KEYS: &[(&str, &str)] = &[
    ("run.repeats", "how often, 2 to 1000; each repeat draws from all that follows"),
    ("run.seed", "of the random numbers"),
    ("noise.factor", "noise to add, in multiples of the image's own standard deviation; 0: none"),
    ("translation.voxels", "shift along each axis by up to so many measured voxels, 0 to 0.5"),
    ("rotation.degrees", "turn about the lesion's centre by up to so many degrees, 0 to 45"),
    ("rotation.axis", "z, the normal of the slices, or any: another direction each time"),
    ("growth.mm", "grow or shrink the contour by up to so many mm, 0 to 20"),
    ("supervoxels.mm3", "make the contour anew of supervoxels of this mean volume; 0: keep it"),
    ("supervoxels.compactness", "the higher, the rounder supervoxels are, 0.001 to 10"),
    ("ring.mm", "each of the ring's widths by up to so many mm more or less, 0 to 20"),
];

/// The perturbation of that name.
pub fn perturbation(name: &str) -> Option<Perturbation> {
    let none = Perturbation {
        run: Run { repeats: 30, seed: 1 },
        noise: NoiseFactor { factor: 0.0 },
        translation: Translation { voxels: 0.0 },
        rotation: Rotation { degrees: 0.0, axis: Axis::Z },
        growth: Growth { mm: 0.0 },
        supervoxels: Supervoxels { mm3: 0.0, compactness: 0.05 },
        ring: RingWidth { mm: 0.0 },
    };
    let noise = NoiseFactor { factor: 1.0 };
    let translation = Translation { voxels: 0.5 };
    let rotation = Rotation { degrees: 10.0, ..none.rotation };
    let growth = Growth { mm: 1.0 };
    let supervoxels = Supervoxels { mm3: 500.0, ..none.supervoxels };
    let ring = RingWidth { mm: 0.5 };
    Some(match name {
        "default" => Perturbation { noise, translation, growth, supervoxels, ..none },
        "all" => Perturbation { noise, translation, rotation, growth, supervoxels, ring, ..none },
        "noise" => Perturbation { noise, ..none },
        "translation" => Perturbation { translation, ..none },
        "rotation" => Perturbation { rotation, ..none },
        "growth" => Perturbation { growth, ..none },
        "supervoxels" => Perturbation { supervoxels, ..none },
        "ring" => Perturbation { ring, ..none },
        _ => return None,
    })
}

/// A perturbation from the text of a TOML file: every key, or `base = "default"` and what differs.
///
/// # Errors
/// [`SettingsError`]: not TOML, unknown keys, missing keys, values out of range.
pub fn parse_perturbation(text: &str) -> Result<Perturbation, SettingsError> {
    let unreadable =
        |e: toml::de::Error| SettingsError::Unreadable { message: e.to_string().trim().into() };
    let mut table: Table = text.parse().map_err(unreadable)?;
    let base = table.remove("base");
    unknown_keys(&table, PERTURBATION_KEYS)?;
    if let Some(name) = base {
        let name = base_name(&name)?;
        let base = perturbation(name).ok_or_else(|| SettingsError::unknown_perturbation(name))?;
        table = overlay(Table::try_from(base).unwrap_or_default(), table);
    }
    let found: Perturbation = typed(table)?;
    in_range(found.faults())?;
    Ok(found)
}

impl SettingsError {
    /// There is no perturbation of that name.
    pub fn unknown_perturbation(name: &str) -> Self {
        let nearest = nearest(name, PERTURBATIONS.iter().map(|p| p.0));
        Self::UnknownPerturbation { name: name.into(), nearest }
    }
}

impl Perturbation {
    /// What identifies it: the first 16 hexadecimal digits of a SHA-256.
    pub fn digest(&self) -> String {
        Digest::of(serde_json::to_string(self).unwrap_or_default())
    }

    /// The whole file, each key with its meaning.
    pub fn to_toml(&self) -> String {
        let table = Table::try_from(self).unwrap_or_default();
        let head = format!("# perirad perturbation, digest {}\n", self.digest());
        head + &commented(&table, PERTURBATION_KEYS)
    }
}

/// JSON Schema (2020-12) of a perturbation's file.
pub fn perturbation_schema() -> Value {
    let names: Vec<_> = PERTURBATIONS.iter().map(|preset| preset.0).collect();
    with_base(schema_for!(Perturbation).into(), "perirad perturbation", &names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;

    #[test]
    fn every_preset_has_no_fault_and_survives_being_printed_and_read() {
        for (name, _) in PERTURBATIONS {
            let found = perturbation(name).unwrap();
            assert_eq!(found.faults(), [], "{name}");
            assert_eq!(parse_perturbation(&found.to_toml()).unwrap(), found, "{name}");
        }
        assert!(perturbation("none").is_none());
    }

    #[test]
    fn the_list_of_keys_is_the_tree_and_the_schema() {
        let schema = perturbation_schema();
        let mut found = Vec::new();
        for (section, value) in Table::try_from(perturbation("all").unwrap()).unwrap() {
            for key in value.as_table().unwrap().keys() {
                let reference = schema["properties"][&section]["$ref"].as_str().unwrap();
                let of = schema.pointer(&reference[1..]).unwrap();
                assert!(of["properties"][key]["description"].is_string(), "{section}.{key}");
                found.push(format!("{section}.{key}"));
            }
        }
        let listed: Vec<_> = PERTURBATION_KEYS.iter().map(|(key, _)| (*key).to_string()).collect();
        let sorted = |mut keys: Vec<String>| {
            keys.sort();
            keys
        };
        assert_eq!(sorted(found), sorted(listed));
    }

    #[test]
    fn a_base_is_overlaid_and_faults_are_named() {
        let found = parse_perturbation("base = \"growth\"\n[run]\nseed = 7").unwrap();
        assert_eq!((found.run.repeats, found.run.seed, found.growth.mm), (30, 7, 1.0));
        let code = |text: &str| {
            let error = parse_perturbation(text).unwrap_err();
            (error.code(), format!("{error} {}", error.hint()))
        };
        let (unknown, told) = code("base = \"growht\"");
        assert_eq!(unknown, "settings.unknown_perturbation");
        assert!(told.contains("Did you mean 'growth'?"), "{told}");
        let (unknown, told) = code("base = \"all\"\n[growth]\nmn = 1");
        assert!(unknown == "settings.unknown_key" && told.contains("growth.mm"), "{told}");
        assert_eq!(code("[growth]\nmm = 1").0, "settings.unreadable");
        let (code, told) = code("base = \"all\"\n[run]\nrepeats = 1\n[growth]\nmm = -1.0");
        assert!(code == "settings.out_of_range" && told.contains("run.repeats"), "{told}");
        assert!(told.contains("growth.mm"), "{told}");
    }
}
