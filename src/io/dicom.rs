//! DICOM CT and MR series, of single slices or frames, RTSTRUCT and SEG.
//!
//! Headers are read first, of all files; pixels later, of the slices that are wanted. Every
//! declared length is checked against the bytes present before dicom-rs sees it. Pixels are decoded
//! here, native or compressed, frame by frame.

mod choose;
mod codec;
mod format;
mod fragments;
mod frames;
mod header;
mod image;
mod line;
mod lossy;
mod meaning;
mod multiframe;
mod open;
mod padding;
mod passed;
mod pixels;
mod plain;
mod regular;
pub mod rtstruct;
mod scan;
pub mod seg;
mod sparse;
mod stack;
mod stored;
mod syntax;
mod tags;
mod tidy;
mod unknown;
mod walk;
mod whose;

pub use choose::{Wanted, choose, referred_to};
pub(super) use format::FORMAT;
pub use pixels::{check, decode};
pub use scan::{Scan, Series, scan};
pub use stack::{Stack, regularised, stack};
pub use stored::{Stored, stored};
