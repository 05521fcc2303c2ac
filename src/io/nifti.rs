//! NIfTI-1 images and label images (`.nii`, `.nii.gz`), in and out.
//!
//! The only place where RAS and LPS meet: x and y are negated on the way in and on the way out.

mod format;
mod orient;
mod read;
mod stream;
mod write;

pub(super) use format::FORMAT;
pub use read::{Nifti, is_nifti, read};
pub(super) use stream::{BUFFER, complete, read_labels, read_part};
pub use write::{write_mask, write_volume};
