//! Models.

use crate::error::Fault;
use crate::settings::Settings;
use perirad::cohort::{ClinicalSources, ClinicalValue};
use perirad::image::Region;
use perirad::model::{Fault as ModelFault, MODELS, ModelError, builtin, differences};
use perirad::settings::SettingsFile;
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// A model and the text of its file: `perirad.Model` is made of it.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct Model {
    read: perirad::model::Model,
    file: String,
    text: String,
}

/// A model that can score, and what the user told of the case.
pub struct Scoring {
    pub model: perirad::model::Model,
    pub sources: ClinicalSources,
}

impl Scoring {
    /// Refuses what can be refused before an image is read.
    ///
    /// # Errors
    /// As for [`ClinicalSources::check`].
    pub fn new(
        model: &Model,
        (clinical, site): (Vec<(String, f64)>, Option<String>),
    ) -> Result<Self, Fault> {
        let all = clinical.into_iter().map(|(key, value)| (key, ClinicalValue::Number(value)));
        let sources = ClinicalSources { all: all.collect(), site, ..ClinicalSources::default() };
        sources.check(&model.read)?;
        Ok(Self { model: model.read.clone(), sources })
    }
}

fn load(name: &Path) -> Result<(String, String), Fault> {
    let shown = name.to_string_lossy();
    if let Some((name, text)) = MODELS.iter().find(|(known, _)| *known == shown) {
        return Ok(((*name).into(), (*text).into()));
    }
    if name.extension().is_none() && !name.exists() {
        // Says which there are.
        builtin(&shown)?;
    }
    let text =
        std::fs::read_to_string(name).map_err(|error| Fault::file("model.file", name, &error))?;
    let file = name.file_name().map_or(shown.clone(), |name| name.to_string_lossy());
    Ok((file.into_owned(), text))
}

#[pymethods]
impl Model {
    /// A model of the text of its file, which messages call `file`.
    #[new]
    fn new(py: Python<'_>, file: String, text: String) -> PyResult<Self> {
        let read = perirad::model::Model::parse(&file, &text);
        let read = read.map_err(|error| Fault::from(error).raised(py))?;
        Ok(Self { read, file, text })
    }

    /// Name and text of a built-in model, or of a file, as the constructor takes them.
    #[staticmethod]
    fn find(py: Python<'_>, name: PathBuf) -> PyResult<(String, String)> {
        load(&name).map_err(|fault| fault.raised(py))
    }

    #[getter]
    fn name(&self) -> String {
        self.read.name.clone()
    }

    /// What messages call its file.
    #[getter]
    fn file(&self) -> String {
        self.file.clone()
    }

    /// The text of its file.
    #[getter]
    fn text(&self) -> String {
        self.text.clone()
    }

    #[getter]
    fn digest(&self) -> String {
        self.read.digest.clone()
    }

    /// The regions that are measured for it.
    fn regions(&self) -> Vec<&'static str> {
        self.read.regions().into_iter().map(Region::name).collect()
    }

    /// Who it is, as JSON.
    fn card(&self) -> String {
        serde_json::to_string(&self.read.card()).unwrap_or_default()
    }

    /// What keeps it from scoring, a line each.
    fn faults(&self) -> Vec<String> {
        let told = |fault| match fault {
            ModelFault::Absent { key } => format!("{key} is absent"),
            ModelFault::Wrong { key, what } => format!("{key}: {what}"),
        };
        self.read.faults().into_iter().map(told).collect()
    }

    /// The settings it belongs to.
    fn extraction(&self, py: Python<'_>) -> PyResult<Settings> {
        let settings = self.read.extraction();
        let settings = settings.map_err(|error| Fault::from(error).raised(py))?;
        Ok(SettingsFile::Own(Box::new(settings)).into())
    }

    /// Refuses settings that are not the model's.
    fn expects(&self, py: Python<'_>, settings: &Settings) -> PyResult<()> {
        let refused = || -> Result<(), Fault> {
            let differences = differences(&self.read.extraction()?, &settings.tree);
            if differences.is_empty() {
                return Ok(());
            }
            Err(ModelError::OtherSettings { model: self.read.name.clone(), differences }.into())
        };
        refused().map_err(|fault| fault.raised(py))
    }
}
