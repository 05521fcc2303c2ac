//! Seeded makers of perirad's synthetic patients and phantoms.
//!
//! The same seed makes the same bytes everywhere: integers and IEEE `+ - * /` and square root
//! only (each exactly rounded on every platform), sums in a fixed order, one generator of random
//! bits. No function of a system's maths library is called, since those differ in the last bit.
//!
//! Arrays are `[z, y, x]`, x fastest. Positions are `[x, y, z]` in mm from the volume's centre,
//! along DICOM's LPS axes.

pub mod chest;
pub mod cohort;
pub mod contour;
pub mod field;
pub mod lesion;
pub mod nifti;
pub mod patient;
pub mod rng;
pub mod shape;
pub mod workload;

/// A file in memory: its path below the output folder, with `/`, and its bytes.
pub type NamedFile = (String, Vec<u8>);

/// What the DICOM writer or the file system says; no seed makes the former complain.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
