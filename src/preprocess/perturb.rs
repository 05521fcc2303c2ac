//! Small changes of image and contour, to see how far a number follows them.
//!
//! Zwanenburg et al., Sci Rep 9:614 (2019): images are perturbed in chains. Each repeat draws from
//! every perturbation that is on and applies them in this order: noise on the image's own voxels;
//! a shift and a turn of the measured lattice, which cost no interpolation beside resampling's
//! own; growth or shrinkage of the contour in mm; the contour made anew of supervoxels; the widths
//! of the ring.

mod change;
mod growth;
mod motion;
mod moved;
mod noise;
mod perturbation;
mod slic;
mod smooth;
mod streams;
mod supervoxels;

pub use change::Change;
pub use growth::grown;
pub use motion::Motion;
pub(crate) use moved::{box_moved, bytes_moved};
pub use moved::{moved_image, moved_mask};
pub use noise::{Noise, noise_level};
pub use perturbation::{
    Axis, Growth, NoiseFactor, Perturbation, RingWidth, Rotation, Run, Supervoxels, Translation,
};
pub use slic::supervoxels;
pub use streams::Streams;
pub use supervoxels::randomised;

use streams::unit;
