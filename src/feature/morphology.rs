//! Morphological features (IBSI 3.1, HCUG): the shape of a region, and how its intensities lie in it.

mod axes;
mod correlation;
mod intensities;
mod pairs;
mod table;

use super::{EMPTY, Family, FeatureValue, Input, Layout, Outcome, evaluate};
use crate::matrix::Aggregation;
use crate::mesh::{BitRows, BoxSides, Hull, enclosing_ellipsoid, extremes, oriented_box, surface};
use intensities::Intensities;
use table::TABLE;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "morphology",
    ibsi: "HCUG",
    name: "Morphology",
    discretised: false,
    layout: Layout::Whole,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(input: &Input<'_>) -> Vec<FeatureValue> {
    evaluate(TABLE, Aggregation::Whole, &Shape::of(input).map(|shape| vec![shape]))
}

/// Area and volume of a body around the region.
#[derive(Debug, Clone, Copy)]
struct Body {
    /// mm².
    area: f64,
    /// mm³.
    volume: f64,
}

impl Body {
    fn ellipsoid(semi_axes: [f64; 3]) -> Self {
        Self { area: axes::ellipsoid_area(semi_axes), volume: axes::ellipsoid_volume(semi_axes) }
    }

    fn cuboid(sides: BoxSides) -> Self {
        Self { area: sides.area(), volume: sides.volume() }
    }
}

/// What the rows read from.
struct Shape {
    /// The mesh.
    mesh: Body,
    /// Voxels times the volume of one, mm³.
    voxels: f64,
    /// mm.
    diameter: f64,
    /// Major, minor, least, mm.
    semi_axes: [f64; 3],
    aabb: Body,
    ombb: Body,
    aee: Body,
    mvee: Body,
    hull: Body,
    mean: Result<f64, &'static str>,
    shift: Outcome,
    moran: Outcome,
    geary: Outcome,
}

impl Shape {
    fn of(input: &Input<'_>) -> Result<Self, &'static str> {
        let spacing = input.grid.spacing;
        let rows = BitRows::new(&input.region).ok_or(EMPTY)?;
        let mesh = surface(&rows, spacing, input.engine);
        let hull = Hull::new(&extremes(&rows)).ok_or("the region is too large to be meshed")?;
        // The hull is in half voxels.
        let unit = spacing.map(|mm| mm / 2.0);
        let (area, volume) = hull.measures(unit);
        let (semi_axes, centroid) = axes::semi_axes(&rows, spacing);
        // Half a voxel beyond the outermost centres on either side.
        let sides = rows.bounds().shape();
        let upright = BoxSides([0, 1, 2].map(|a| sides[a] as f64 * spacing[a]));
        let intensities = Intensities::new(input);
        let (mean, shift, [moran, geary]) = match &intensities {
            Ok(found) => {
                let autocorrelation = found.autocorrelation(input.engine);
                (Ok(found.mean()), found.shift_from(centroid, rows.bounds().lo), autocorrelation)
            }
            Err(reason) => {
                let none = Outcome::Undefined(reason);
                (Err(*reason), none, [none; 2])
            }
        };
        Ok(Self {
            mesh: Body { area: mesh.area, volume: mesh.volume },
            voxels: rows.count() as f64 * input.grid.voxel_mm3(),
            diameter: hull.diameter(unit),
            semi_axes,
            aabb: Body::cuboid(upright),
            ombb: Body::cuboid(oriented_box(&hull, unit, input.engine)),
            aee: Body::ellipsoid(semi_axes),
            mvee: Body::ellipsoid(enclosing_ellipsoid(&hull, unit)),
            hull: Body { area, volume },
            mean,
            shift,
            moran,
            geary,
        })
    }

    /// `36 pi V² / A³`: 1 for a sphere, smaller for all else.
    fn compactness(&self) -> f64 {
        let Body { area, volume } = self.mesh;
        36.0 * std::f64::consts::PI * volume * volume / (area * area * area)
    }

    fn volume_density(&self, body: Body) -> Outcome {
        Outcome::ratio(self.mesh.volume, body.volume, FLAT)
    }

    fn area_density(&self, body: Body) -> Outcome {
        Outcome::ratio(self.mesh.area, body.area, THIN)
    }

    /// Major, minor or least axis, mm.
    fn axis(&self, axis: usize) -> Outcome {
        match self.semi_axes {
            // Any two voxels are apart.
            [0.0, ..] => Outcome::Undefined(SINGLE),
            semi_axes => Outcome::of(2.0 * semi_axes[axis]),
        }
    }

    /// An axis as a fraction of the major one.
    fn axis_ratio(&self, axis: usize) -> Outcome {
        Outcome::ratio(self.semi_axes[axis], self.semi_axes[0], SINGLE)
    }
}

/// Why there are no axes.
const SINGLE: &str = "a single voxel has no axes";
/// Why an ellipsoid of voxel centres can have no volume or no area.
const FLAT: &str = "the voxel centres lie in one plane, their ellipsoid has no volume";
const THIN: &str = "the voxel centres lie on one line, their ellipsoid has no area";
