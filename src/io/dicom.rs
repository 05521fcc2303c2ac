//! DICOM CT series, RTSTRUCT and SEG.
//!
//! Headers are read first, of all files; pixels later, of the slices that are wanted. Every
//! declared length is checked against the bytes present before dicom-rs sees it.

mod choose;
mod format;
mod header;
mod open;
mod pixels;
pub mod rtstruct;
mod scan;
pub mod seg;
mod stack;
mod syntax;
mod tags;
mod walk;

pub use choose::choose;
pub(super) use format::FORMAT;
pub use pixels::{check, decode, read_series};
pub use scan::{Scan, Series, scan};
pub use stack::{Stack, stack};
