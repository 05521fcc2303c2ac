//! Settings.

use crate::error::{Fault, option};
use perirad::image::Region;
use perirad::report::{Names, wide_columns};
use perirad::run::settings_of;
use perirad::settings::{SettingsError, SettingsFile, Syntax};
use pyo3::prelude::*;

/// How features are extracted: `perirad.Settings` is made of it.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct Settings {
    pub tree: perirad::settings::Settings,
    asked: Option<Asked>,
    warnings: Vec<(String, String)>,
}

/// The features a parameter file reports, its label, whether masks are brought onto the image.
type Asked = (Vec<String>, i32, bool);

impl From<SettingsFile> for Settings {
    fn from(file: SettingsFile) -> Self {
        match file {
            SettingsFile::Own(settings) => {
                Self { tree: *settings, asked: None, warnings: Vec::new() }
            }
            SettingsFile::Pyradiomics(p) => Self {
                asked: Some((
                    p.names.into_iter().map(String::from).collect(),
                    p.label,
                    p.correct_mask,
                )),
                warnings: p.warnings.into_iter().map(|w| (w.code.into(), w.message)).collect(),
                tree: p.settings,
            },
        }
    }
}

fn read(text: &str, syntax: Syntax) -> Result<SettingsFile, Fault> {
    Ok(SettingsFile::read(text, syntax)?)
}

#[pymethods]
impl Settings {
    /// Settings of a text: `toml`, `json` or `yaml`, perirad's own or a parameter file's.
    #[new]
    fn new(py: Python<'_>, text: &str, syntax: &str) -> PyResult<Self> {
        let syntax = Syntax::of(&format!(".{syntax}"));
        read(text, syntax).map(Self::from).map_err(|fault| fault.raised(py))
    }

    /// A preset, or a file.
    #[staticmethod]
    fn find(py: Python<'_>, name: &str) -> PyResult<Self> {
        let found = settings_of(name).map(Self::from);
        found.map_err(|error| Fault::from(error).raised(py))
    }

    /// The same with what a parameter file asked for beside, as it was pickled.
    fn with_asked(&self, asked: Option<Asked>, warnings: Vec<(String, String)>) -> Self {
        Self { tree: self.tree.clone(), asked, warnings }
    }

    /// The whole tree as JSON.
    fn json(&self) -> String {
        serde_json::to_string(&self.tree).unwrap_or_default()
    }

    /// The columns of features that these settings make, `family.feature:aggregation`.
    fn columns(&self) -> Vec<String> {
        let columns = wide_columns(self.tree.wanted(), Names::Perirad);
        columns.into_iter().map(|column| column.name).collect()
    }

    /// The whole tree as a settings file, each key with its meaning.
    fn to_toml(&self) -> String {
        self.tree.to_toml()
    }

    /// What identifies these settings: 16 hexadecimal digits.
    #[getter]
    fn digest(&self) -> String {
        self.tree.digest()
    }

    /// The features a parameter file reports, its label, whether masks are brought onto the image.
    #[getter]
    fn asked(&self) -> Option<Asked> {
        self.asked.clone()
    }

    /// Code and message of what a parameter file asks for and is not honoured.
    #[getter]
    fn warnings(&self) -> Vec<(String, String)> {
        self.warnings.clone()
    }
}

/// The keys and values of a YAML text, as JSON.
#[pyfunction]
pub fn yaml_to_json(py: Python<'_>, text: &str) -> PyResult<String> {
    let value: Result<serde_json::Value, _> = serde_saphyr::from_str(text);
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = error.to_string().trim().into();
        Fault::from(SettingsError::Unreadable { message }).raised(py)
    };
    value.map(|value| value.to_string()).map_err(|error| unreadable(&error))
}

/// Regions by their names.
///
/// # Errors
/// `ValueError` that says which there are.
pub fn regions(names: &[String]) -> PyResult<Vec<Region>> {
    let regions = names.iter().cloned().map(Region::try_from).collect::<Result<Vec<_>, _>>();
    let regions = regions.map_err(option)?;
    if regions.is_empty() {
        return Err(option("no region is named".into()));
    }
    Ok(regions)
}
