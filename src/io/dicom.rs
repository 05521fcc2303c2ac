//! DICOM CT series and RTSTRUCT.
//!
//! Headers are read first, of all files; pixels later, of the slices that are wanted. Every
//! declared length is checked against the bytes present before dicom-rs sees it. Pixels are decoded
//! here, native or compressed, frame by frame.

mod choose;
mod codec;
mod fragments;
mod frames;
mod header;
mod image;
mod lossy;
mod open;
mod pixels;
pub mod rtstruct;
mod scan;
mod stack;
mod stored;
mod syntax;
mod tags;
mod walk;

pub use choose::choose;
pub use pixels::{check, decode, read_series};
pub use scan::{Scan, Series, scan};
pub use stack::{Stack, stack};
pub use stored::{Stored, stored};
