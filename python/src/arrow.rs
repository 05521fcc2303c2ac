//! Tables through Arrow's C interface.

use arrow_array::ffi::to_ffi;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Float64Array, RecordBatch, RecordBatchIterator, StringArray, StructArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::sync::Arc;

/// A column's name, whether it is text, and its cells; a number without a value is null.
type Column<'py> = (String, bool, Bound<'py, PyAny>);

/// One batch of columns, as the capsule of an `ArrowArrayStream`.
#[pyfunction]
pub fn arrow_stream<'py>(
    py: Python<'py>,
    columns: Vec<Column<'py>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = batch(columns)?;
    let schema = batch.schema();
    let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// The same as the capsules of an `ArrowSchema` and of an `ArrowArray` of structs.
#[pyfunction]
pub fn arrow_rows<'py>(
    py: Python<'py>,
    columns: Vec<Column<'py>>,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let rows = StructArray::from(batch(columns)?);
    let (array, schema) = to_ffi(&rows.to_data()).map_err(|error| unmade(&error))?;
    let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
    Ok((schema, PyCapsule::new_with_value(py, array, c"arrow_array")?))
}

fn batch(columns: Vec<Column<'_>>) -> PyResult<RecordBatch> {
    let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for (name, text, cells) in columns {
        let (kind, array): (_, ArrayRef) = if text {
            let cells: Vec<String> = cells.extract()?;
            (DataType::Utf8, Arc::new(StringArray::from(cells)))
        } else {
            let cells: Vec<Option<f64>> = cells.extract()?;
            (DataType::Float64, Arc::new(Float64Array::from(cells)))
        };
        fields.push(Field::new(name, kind, true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| unmade(&error))
}

fn unmade(error: &ArrowError) -> PyErr {
    PyRuntimeError::new_err(format!("arrow: {error}"))
}
