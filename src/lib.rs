//! Radiomics of a lesion and its peripheral ring, to the IBSI standard.
//!
//! A lesion on CT goes in; IBSI features of the tumour and of the ring around it come out, and a
//! model file turns them into a score. Research use only; not a medical device.
//!
//! The layers, in order; each sees only those before it (a test holds them to it):
//!
//! 1. [`error`], [`engine`]: what errors have in common; the caller's threads.
//! 2. [`geometry`]: lattices in patient space.
//! 3. [`image`]: intensities and voxel sets on a lattice.
//! 4. [`matrix`]: counts of grey-level patterns.
//! 5. [`feature`]: what each feature is, and its value.
//! 6. [`preprocess`]: resampling, re-segmentation, grey levels, the ring.
//! 7. [`contour`]: closed planar contours to voxels.
//! 8. [`io`]: DICOM, RTSTRUCT and `NIfTI` in; the only layer that knows of files.

pub mod contour;
pub mod engine;
pub mod error;
pub mod feature;
pub mod geometry;
pub mod image;
pub mod matrix;
pub mod preprocess;
pub mod io;
