//! Models.

use crate::error::Fault;
use crate::settings::Settings;
use perirad::image::Region;
use perirad::model::Fault as ModelFault;
use perirad::run::{extraction, model_text};
use perirad::settings::SettingsFile;
use pyo3::prelude::*;

/// A model and the text of its file: `perirad.Model` is made of it.
#[pyclass(frozen, module = "perirad._perirad")]
pub struct Model {
    pub read: perirad::model::Model,
    file: String,
    text: String,
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
    fn find(py: Python<'_>, name: &str) -> PyResult<(String, String)> {
        let found = model_text(name).map(|found| (found.file, found.text));
        found.map_err(|error| Fault::from(error).raised(py))
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
        let settings = extraction(&self.read, None);
        let settings = settings.map_err(|error| Fault::from(error).raised(py))?;
        Ok(SettingsFile::Own(Box::new(settings)).into())
    }

    /// Refuses settings that are not the model's.
    fn expects(&self, py: Python<'_>, settings: &Settings) -> PyResult<()> {
        let refused = extraction(&self.read, Some(&settings.tree));
        refused.map(drop).map_err(|error| Fault::from(error).raised(py))
    }
}
