//! perirad's errors as Python's exceptions, which `perirad/_errors.py` defines.

use perirad::error::Diagnose;
use perirad::report::Failure;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// An error on its way to Python; it crosses threads, an exception does not.
#[derive(Debug)]
pub struct Fault(pub Failure);

impl<E: Diagnose> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Failure::of(&error))
    }
}

impl Fault {
    /// The exception of its layer.
    pub fn raised(self, py: Python<'_>) -> PyErr {
        let Failure { code, message, hint } = self.0;
        py.import("perirad._errors")
            .and_then(|module| module.getattr("of"))
            .and_then(|of| of.call1((code, message, hint)))
            .map_or_else(|error| error, PyErr::from_value)
    }
}

/// A keyword of a value that it cannot have: a `ValueError` with a code.
pub fn option(message: String) -> PyErr {
    let fault = Fault(Failure { code: "python.option", message, hint: String::new() });
    Python::attach(|py| fault.raised(py))
}

/// What a panic of the library becomes: it is a fault of perirad's, never of the input's.
pub fn panicked() -> PyErr {
    PyRuntimeError::new_err("perirad failed inside, which no input should make it do: report it")
}
