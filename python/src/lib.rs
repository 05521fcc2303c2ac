//! perirad for Python: hands values over to the library and back. What is measured, and how, is
//! the library's; what Python's own types mean is `perirad/*.py`'s.

mod arrow;
mod engine;
mod error;
mod follow;
mod image;
mod inputs;
mod kept;
mod lesions;
mod measure;
mod model;
mod plan;
mod settings;
mod shown;
mod watch;
mod worker;

use pyo3::prelude::*;

/// The compiled part of perirad; its names are private, but for those that `perirad` lends on.
#[pymodule(gil_used = false)]
mod _perirad {
    #[pymodule_export]
    use super::arrow::{arrow_rows, arrow_stream};
    #[pymodule_export]
    use super::follow::follow;
    #[pymodule_export]
    use super::image::Image;
    #[pymodule_export]
    use super::inputs::{ImageInput, MaskInput};
    #[pymodule_export]
    use super::lesions::Lesions;
    #[pymodule_export]
    use super::measure::measure;
    #[pymodule_export]
    use super::model::Model;
    #[pymodule_export]
    use super::settings::{Settings, yaml_to_json};
    #[pymodule_export]
    use super::shown::{inspect, read_image, read_masks, region, table};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("NOTICE", perirad::model::NOTICE)?;
        let names = |list: &[(&'static str, &str)]| list.iter().map(|p| p.0).collect::<Vec<_>>();
        module.add("PRESETS", names(perirad::settings::PRESETS))?;
        module.add("PERTURBATIONS", names(perirad::settings::PERTURBATIONS))?;
        module.add("MODELS", names(perirad::model::MODELS))?;
        module.add("WIDE_HEADER", perirad::report::wide_header(&[]))?;
        module.add("LONG_HEADER", perirad::report::LONG_HEADER.to_vec())
    }
}
