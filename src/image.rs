//! Voxel data on a lattice: intensities, voxel sets, regions, and the facts of the scan.

mod acquisition;
mod components;
mod edt;
mod envelope;
mod extremes;
mod mask;
mod region;
mod selected;
mod stretches;
mod transfer;
mod volume;

pub use acquisition::Acquisition;
pub use components::{Components, Connectivity};
pub(crate) use edt::squared_distance;
pub(crate) use extremes::Whole;
pub use mask::Mask;
pub use region::{MAX_SHELLS, Region};
pub(crate) use selected::Selected;
pub(crate) use stretches::{
    Stretch, bounds_of, extent, held_rows, selected, stretches, stretches_of,
};
pub use transfer::{Transfer, transfer};
pub use volume::{Intensity, Volume};

/// The same array in C order; copied only where it is not so already.
fn in_c_order<T: Clone>(array: ndarray::Array3<T>) -> ndarray::Array3<T> {
    if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() }
}
