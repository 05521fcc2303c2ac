//! DICOM CT and MR series, of single slices or frames, and RTSTRUCT.
//!
//! Headers are read first, of all files; pixels later, of the slices that are wanted. Every
//! declared length is checked against the bytes present before dicom-rs sees it.

mod choose;
mod frames;
mod header;
mod open;
mod pixels;
mod regular;
pub mod rtstruct;
mod scan;
mod stack;
mod syntax;
mod tags;
mod tidy;
mod walk;

pub use choose::{Wanted, choose};
pub use pixels::{check, decode};
pub use scan::{Scan, Series, scan};
pub use stack::{Stack, regularised, stack};
