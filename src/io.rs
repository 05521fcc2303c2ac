//! Files in: images, masks, and what is known of them.
//!
//! Readers take bytes. Paths exist in [`Folder`] and in the three functions that open one.

mod error;
mod files;
pub mod inspect;
mod labels;
pub mod lattice;
pub mod lesions;
mod open;
#[cfg(any(feature = "dicom", feature = "nifti"))]
mod opened;
pub mod qa;
pub mod select;
pub mod source;

#[cfg(feature = "dicom")]
pub mod dicom;
#[cfg(feature = "nifti")]
pub mod nifti;

pub use error::IoError;
pub use files::{Files, Folder, Memory, ReadSeek};
pub use labels::Labels;
#[cfg(any(feature = "dicom", feature = "nifti"))]
pub use open::open_header;
pub use open::{inspect, open_image, open_mask};
