//! Closed planar contours in patient space, and the voxels they enclose.
//!
//! The rule is declared once: a contour belongs to the image plane nearest to it along the normal,
//! half a slice away at most; a voxel is inside where its centre is inside an odd number of the
//! plane's closed contours. Holes follow from that, whether drawn as nested contours, as XOR
//! contours (DICOM PS3.3 C.8.8.6.3) or through a keyhole. A contour that stands on its plane twice is
//! drawn once; where contours overlap in part and cancel, there is a warning. Nothing is rounded to pixels and nothing
//! is invented between planes, unless other [`Rules`] are asked for.

mod crossing;
mod gaps;
mod measure;
mod overlap;
mod planes;
mod polygon;
mod raster;
mod repeats;
mod report;
mod rules;

pub use measure::{ContourMeasure, measure};
pub use raster::rasterise;
pub(crate) use report::every;
pub use report::{ContourError, OffPlane, RasterReport, Repeated};
pub use rules::{FillGaps, Holes, Rules};

use crate::geometry::Vec3;
use serde::Serialize;

/// One contour of a structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// Vertices, LPS mm; the last joins the first where the contour is closed.
    pub points: Vec<Vec3>,
    /// What the points mean.
    pub kind: ContourKind,
}

/// Contour Geometric Type (3006,0042), DICOM PS3.3 C.8.8.6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContourKind {
    /// `CLOSED_PLANAR`.
    Closed,
    /// `CLOSEDPLANAR_XOR`.
    ClosedXor,
    /// `OPEN_PLANAR`.
    OpenPlanar,
    /// `OPEN_NONPLANAR`.
    OpenNonplanar,
    /// `POINT`.
    Point,
    /// `INTERPOLATED_PLANAR`, which some systems write.
    InterpolatedPlanar,
    /// Anything else.
    Other,
}

impl ContourKind {
    /// Does it enclose an area?
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::ClosedXor)
    }

    /// The name DICOM gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED_PLANAR",
            Self::ClosedXor => "CLOSEDPLANAR_XOR",
            Self::OpenPlanar => "OPEN_PLANAR",
            Self::OpenNonplanar => "OPEN_NONPLANAR",
            Self::Point => "POINT",
            Self::InterpolatedPlanar => "INTERPOLATED_PLANAR",
            Self::Other => "of an unknown type",
        }
    }
}
