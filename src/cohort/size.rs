//! Sizes of a lesion, and what a change of size is called.

use crate::feature::Outcome;
use crate::image::Mask;
use crate::mesh::{BitRows, Hull, extremes};
use ndarray::{ArrayView3, Axis};
use serde::{Deserialize, Serialize};

/// Sizes of a lesion on its image's own lattice, before any resampling.
///
/// Diameters run between vertices of the surface, which lies half-way between voxels inside and
/// outside that share a face, as for IBSI L0JK.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Voxels times the volume of one, mL.
    pub volume_ml: f64,
    /// The longest diameter within one axial plane, mm. Axial are the planes across the axis of the
    /// lattice that is nearest to the patient's long axis.
    pub axial_mm: f64,
    /// The longest diameter in any direction, mm (IBSI L0JK).
    pub maximum_mm: Outcome,
}

impl Sizes {
    /// The sizes of a mask; `None` where it is empty.
    pub fn of(mask: &Mask) -> Option<Self> {
        let (bounds, grid) = (mask.bounds()?, mask.grid());
        let inside = mask.cut(bounds);
        let rows = BitRows::new(&inside)?;
        let hull = Hull::new(&extremes(&rows));
        let maximum_mm = hull.map_or(Outcome::Undefined("the lesion is too large"), |hull| {
            Outcome::of(hull.diameter(grid.spacing.map(|mm| mm / 2.0)))
        });
        let along = |axis: usize| grid.axes[axis][2].abs();
        let across =
            (1..3).fold(0, |best, axis| if along(axis) > along(best) { axis } else { best });
        let mut order = [across, 0, 0];
        (0..3).filter(|axis| *axis != across).zip(1..).for_each(|(axis, at)| order[at] = axis);
        let [_, row, column] = order.map(|axis| grid.spacing[axis] / 2.0);
        let diameter = |plane: ArrayView3<'_, bool>| {
            let points = BitRows::new(&plane).map(|rows| extremes(&rows)).unwrap_or_default();
            // Vertices of the surface between this plane and the next lie at 0 and 2.
            let points: Vec<[f64; 2]> = points
                .into_iter()
                .filter(|point| point[0] == 1)
                .map(|[_, y, x]| [y as f64 * row, x as f64 * column])
                .collect();
            longest(&points)
        };
        let planes = inside.permuted_axes(order);
        let axial_mm = planes.axis_chunks_iter(Axis(0), 1).map(diameter).fold(0.0, f64::max);
        Some(Self { volume_ml: mask.volume_ml(), axial_mm, maximum_mm })
    }

    /// The size that a rule goes by.
    pub fn by(&self, size: SizeBy) -> Outcome {
        match size {
            SizeBy::Axial => Outcome::of(self.axial_mm),
            SizeBy::Maximum => self.maximum_mm,
            SizeBy::Volume => Outcome::of(self.volume_ml),
        }
    }
}

/// The largest distance of two points.
fn longest(points: &[[f64; 2]]) -> f64 {
    let pairs =
        points.iter().enumerate().flat_map(|(at, a)| points[at..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).fold(0.0, f64::max)
}

/// Which size a lesion's response goes by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeBy {
    /// The longest diameter within an axial plane.
    #[default]
    Axial,
    /// The longest diameter in any direction.
    Maximum,
    /// The volume; limits are those of a sphere whose diameter changes as much.
    Volume,
}

/// What a change of a lesion's size is called. It says nothing of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// It has grown by 20 % or more.
    Progressive,
    /// It has shrunk by 30 % or more.
    Responding,
    /// Neither.
    Stable,
}

impl Response {
    /// The word in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Progressive => "progressive",
            Self::Responding => "responding",
            Self::Stable => "stable",
        }
    }
}

/// The rule of Sun 2020 (JITC 8:e001429) and Sun 2022 (JITC 10:e004867): a lesion whose size grows
/// by 20 % is progressive, one that shrinks by 30 % responds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResponseRule {
    /// The size it goes by.
    pub size: SizeBy,
}

impl ResponseRule {
    /// Smallest and largest size, as multiples of that at baseline, that are neither responding nor
    /// progressive: `[0.7, 1.2]`, for volumes their cubes.
    pub fn limits(self) -> [f64; 2] {
        match self.size {
            SizeBy::Axial | SizeBy::Maximum => [0.7, 1.2],
            SizeBy::Volume => [0.343, 1.728],
        }
    }

    /// What the change of a size is called; limits belong to the change.
    pub fn response(self, baseline: f64, followup: f64) -> Response {
        let [low, high] = self.limits().map(|limit| limit * baseline);
        // Diameters are roots: their last digits must not decide.
        let slack = 1e-9 * baseline.abs();
        if followup >= high - slack {
            Response::Progressive
        } else if followup <= low + slack {
            Response::Responding
        } else {
            Response::Stable
        }
    }

    /// The rule in words.
    pub fn definition(self) -> &'static str {
        match self.size {
            SizeBy::Axial => {
                "longest diameter within an axial plane; grown by 20 % or more: progressive, shrunk \
                 by 30 % or more: responding, else stable"
            }
            SizeBy::Maximum => {
                "longest diameter in any direction; grown by 20 % or more: progressive, shrunk by \
                 30 % or more: responding, else stable"
            }
            SizeBy::Volume => {
                "volume; grown by 72.8 % or more: progressive, shrunk by 65.7 % or more: responding, \
                 else stable (a sphere's, whose diameter changes by +20 % and -30 %)"
            }
        }
    }
}
