//! The feature classes of a parameter file: which features are reported, from which families.

use super::super::SettingsError;
use super::{not_honoured, unreadable};
use crate::error::{Warning, nearest};
use crate::feature::{FamilyKey, Spec, registry};
use serde_json::{Map, Value};

/// pyradiomics' classes in the order of its output, where it is asked for all.
const CLASSES: [&str; 8] =
    ["shape", "shape2D", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm"];

/// Features that pyradiomics measures only where they are named.
const ONLY_NAMED: [&str; 5] = [
    "firstorder_StandardDeviation",
    "shape_Compactness1",
    "shape_Compactness2",
    "shape_SphericalDisproportion",
    "shape2D_SphericalDisproportion",
];

/// Names for which pyradiomics gives no number: another feature has it.
const NO_VALUE: [&str; 6] = [
    "glcm_Dissimilarity",
    "glcm_Homogeneity1",
    "glcm_Homogeneity2",
    "glcm_SumVariance",
    "gldm_DependencePercentage",
    "gldm_GrayLevelNonUniformityNormalized",
];

/// What to report.
pub(super) struct Chosen {
    pub(super) names: Vec<&'static str>,
    pub(super) families: Vec<FamilyKey>,
}

/// The features that `featureClass` asks for; all where it is empty.
pub(super) fn chosen(
    asked: &Map<String, Value>,
    flat: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Chosen, SettingsError> {
    let mut names = Vec::new();
    for class in CLASSES {
        let list = match asked.get(class) {
            None if asked.is_empty() => &[],
            None => continue,
            Some(Value::Null) => &[][..],
            Some(Value::Array(list)) => list,
            Some(other) => {
                let message = format!("featureClass.{class} is {other}, expected a list of names");
                return Err(unreadable(message));
            }
        };
        if class == "shape2D" && !flat {
            if asked.contains_key(class) {
                warnings.push(not_honoured("featureClass.shape2D", "it needs force2D: true"));
            }
            continue;
        }
        for name in of_class(class, list, warnings)? {
            // Named twice it is one feature, and one column.
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let strange = asked.keys().filter(|class| !CLASSES.contains(&class.as_str()));
    let unknown: Vec<_> = strange
        .map(|class| {
            let like = nearest(class, CLASSES).map(|like| format!("featureClass.{like}"));
            (format!("featureClass.{class}"), like)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(SettingsError::UnknownKey { keys: unknown });
    }
    let family_of = |name: &&str| registry::by_pyradiomics(name).map(Spec::family);
    let wanted: Vec<&str> = names.iter().filter_map(family_of).collect();
    let families =
        FamilyKey::all().into_iter().filter(|key| wanted.contains(&key.name())).collect();
    Ok(Chosen { names, families })
}

/// The names of one class: those listed, or all that pyradiomics measures unasked.
fn of_class(
    class: &str,
    list: &[Value],
    warnings: &mut Vec<Warning>,
) -> Result<Vec<&'static str>, SettingsError> {
    let mut all: Vec<&'static str> = registry::specs()
        .filter_map(|spec| spec.pyradiomics)
        .filter(|name| name.split_once('_').is_some_and(|(of, _)| of == class))
        .collect();
    all.sort_unstable();
    if all.is_empty() {
        let reason = "perirad has no feature of this class";
        warnings.push(not_honoured(&format!("featureClass.{class}"), reason));
        return Ok(all);
    }
    if list.is_empty() {
        all.retain(|name| !ONLY_NAMED.contains(name));
        return Ok(all);
    }
    let mut names = Vec::new();
    for entry in list {
        let Some(wanted) = entry.as_str() else {
            return Err(unreadable(format!("featureClass.{class} lists {entry}, expected names")));
        };
        let name = format!("{class}_{wanted}");
        if let Some(known) = all.iter().find(|known| **known == name) {
            names.push(*known);
        } else if NO_VALUE.contains(&name.as_str()) {
            let key = format!("featureClass.{class}.{wanted}");
            warnings.push(not_honoured(&key, "pyradiomics itself gives no value for it"));
        } else {
            let like = nearest(&name, all.iter().copied());
            let like = like.map(|like| format!("featureClass.{}", like.replacen('_', ".", 1)));
            let keys = vec![(format!("featureClass.{class}.{wanted}"), like)];
            return Err(SettingsError::UnknownKey { keys });
        }
    }
    Ok(names)
}
