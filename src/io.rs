//! Files in: images, masks, and what is known of them.
//!
//! Readers take bytes. Paths exist in [`Folder`] and in the three functions that open one.

mod below;
mod error;
mod files;
mod format;
pub mod inspect;
mod labels;
pub mod lattice;
pub mod lesions;
mod mark;
mod named;
mod open;
mod opened;
pub mod placement;
mod planes;
pub mod qa;
pub mod segmentation;
pub mod select;
mod shown;
pub mod source;

#[cfg(any(feature = "metaimage", feature = "nifti", feature = "nrrd"))]
mod gzip;
#[cfg(any(feature = "metaimage", feature = "nifti", feature = "nrrd"))]
mod single;
#[cfg(any(feature = "metaimage", feature = "nifti", feature = "nrrd"))]
mod stored;
#[cfg(any(feature = "metaimage", feature = "nrrd"))]
mod voxels;

#[cfg(feature = "dicom")]
pub mod dicom;
#[cfg(feature = "metaimage")]
pub mod metaimage;
#[cfg(feature = "nifti")]
pub mod nifti;
#[cfg(feature = "nrrd")]
pub mod nrrd;

pub use below::Below;
pub use error::IoError;
pub use files::{Files, Folder, Memory, ReadSeek};
pub use labels::Labels;
pub use mark::Mark;
pub use open::{find_images, inspect, open_image, open_mask};
pub use shown::Shown;
