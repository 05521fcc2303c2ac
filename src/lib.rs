//! Radiomics of a lesion and its peripheral ring, to the IBSI standard.
//!
//! A lesion on CT goes in; IBSI features of the tumour and of the ring around it come out, and a
//! model file turns them into a score. Research use only; not a medical device.
//!
//! The layers, in order; each sees only those before it (a test holds them to it):
//!
//! 1. [`error`], [`engine`], [`digest`]: what errors have in common; the caller's threads and
//!    memory; short names for content.
//! 2. [`geometry`]: lattices in patient space, `[z, y, x]` arrays, LPS millimetres.
//! 3. [`image`]: intensities and voxel sets on a lattice, facts of the scan.
//! 4. [`contour`]: polygons in millimetres to voxel sets.
//! 5. [`io`]: DICOM series, RTSTRUCT, NIfTI; from bytes, paths only at the edge.
//! 6. [`preprocess`]: resampling, re-segmentation, grey levels, the ring.
//! 7. [`matrix`]: texture counts, no formulas; [`mesh`]: surfaces and the bodies around them.
//! 8. [`feature`]: formulas, one table per family.
//! 9. [`settings`]: the whole extraction as one strict tree.
//! 10. [`pipeline`]: one lesion through all of these.
//! 11. [`model`]: model files and scores.
//! 12. `check`: the IBSI phantoms against their published values; [`cohort`]: lesions of a patient
//!     together, and between two scans.
//! 13. [`report`]: results as tables, JSON and CSV.
//! 14. [`run`]: an image and its lesions from what a user names to rows, for the program and Python.
//!
//! # Example
//!
//! A sphere of 12 mm in memory, measured as the CD8 signature asks:
//!
//! ```
//! use perirad::engine::Engine;
//! use perirad::feature::Outcome;
//! use perirad::geometry::Grid;
//! use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
//! use perirad::pipeline::{Around, Subject, extract};
//! use perirad::settings::preset;
//! use std::sync::Arc;
//!
//! // 48 slices of 48 x 48 voxels of 1 mm; rows along x, columns along y, slices along z.
//! let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
//! let grid = Arc::new(Grid::new([48, 48, 48], [1.0; 3], [0.0; 3], axes)?);
//! let squared = |(z, y, x): (usize, usize, usize)| {
//!     [z, y, x].map(|i| (i as f64 - 23.5).powi(2)).iter().sum::<f64>()
//! };
//! let voxels = ndarray::Array3::from_shape_fn((48, 48, 48), |i| squared(i) <= 144.0);
//! let hu = ndarray::Array3::from_shape_fn((48, 48, 48), |i| {
//!     if squared(i) <= 144.0 { 40.0 + ((i.0 + i.1 + i.2) % 3) as f32 * 10.0 } else { -80.0 }
//! });
//!
//! let features = extract(
//!     &Subject {
//!         case: "sphere",
//!         roi: "lesion",
//!         image: &Volume::new(grid.clone(), hu, Intensity::Hounsfield)?,
//!         mask: &Mask::new(grid, voxels)?,
//!         acquisition: &Acquisition::default(),
//!         around: Around::default(),
//!         below: &[],
//!     },
//!     &preset("cd8").unwrap(),
//!     &[Region::Tumour, Region::Ring],
//!     &Engine::serial(),
//! )?;
//! let lgre = "glrlm.low_grey_level_run_emphasis";
//! let value = |region| match features.outcome(region, lgre, "3d_avg") {
//!     Some(Outcome::Value(value)) => *value,
//!     other => panic!("{other:?}"),
//! };
//! // The ring holds fat, -80 HU, level 93 of 400; the tumour does not.
//! assert!(value(Region::Ring) > value(Region::Tumour));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "check")]
pub mod check;
pub mod cohort;
pub mod contour;
pub mod digest;
pub mod engine;
pub mod error;
pub mod feature;
pub mod geometry;
pub mod image;
pub mod io;
pub mod matrix;
pub mod mesh;
pub mod model;
pub mod pipeline;
pub mod preprocess;
pub mod report;
pub mod run;
pub mod settings;
