//! pyradiomics' shape of a region that lies in one slice.

use super::super::spec::Row;
use super::super::{EMPTY, Family, Input, Layout, Outcome, Source, Spec, Unit, evaluate_whole};
use super::ROW;
use super::outline::{diameter, midpoints, perimeter_and_area};
use ndarray::{ArrayRef2, Axis, Slice};
use std::f64::consts::PI;

/// Registered in `registry::FAMILIES`.
pub(in crate::feature) static FAMILY: Family = Family {
    key: "pyradiomics_shape2d",
    ibsi: "",
    name: "Shape of one slice, as in pyradiomics",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| evaluate_whole(&shared.input, TABLE, flat(&shared.input)),
};

/// What the rows take from the slice.
struct Flat {
    perimeter: f64,
    area: f64,
    pixel_area: f64,
    diameter: f64,
    /// Variances along the main axes, the larger first.
    variances: [f64; 2],
}

impl Flat {
    fn sphericity(&self) -> f64 {
        2.0 * (PI * self.area).sqrt() / self.perimeter
    }
}

fn flat(input: &Input<'_>) -> Result<Flat, &'static str> {
    let mut slices = input.region.outer_iter().filter(|slice| slice.iter().any(|v| *v));
    let slice = slices.next().ok_or(EMPTY)?;
    if slices.next().is_some() {
        return Err("the region has voxels in more than one slice");
    }
    // From its first row and column on, so that it does not matter where the region lies.
    let first = |axis| slice.axis_iter(Axis(axis)).position(|line| line.iter().any(|v| *v));
    let from = [0, 1].map(|axis| first(axis).unwrap_or(0));
    let slice = slice.slice_each_axis(|axis| Slice::from(from[axis.axis.index()]..));
    let spacing = [input.grid.spacing[1], input.grid.spacing[2]];
    let (perimeter, area) = perimeter_and_area(&slice, spacing);
    let pixels = slice.iter().filter(|v| **v).count() as f64;
    Ok(Flat {
        perimeter,
        area,
        pixel_area: pixels * spacing[0] * spacing[1],
        diameter: diameter(midpoints(&slice, spacing)),
        variances: variances(&slice, spacing),
    })
}

/// Eigenvalues of the covariance of the pixels' places, mm², the larger first.
fn variances(slice: &ArrayRef2<bool>, spacing: [f64; 2]) -> [f64; 2] {
    let places = || {
        let inside = slice.indexed_iter().filter(|(_, inside)| **inside);
        inside.map(|((y, x), _)| [y as f64 * spacing[0], x as f64 * spacing[1]])
    };
    let n = places().count() as f64;
    let mean = [0, 1].map(|a| places().map(|place| place[a]).sum::<f64>() / n);
    let covariance = |a: usize, b: usize| {
        places().map(|place| (place[a] - mean[a]) * (place[b] - mean[b])).sum::<f64>() / n
    };
    let (yy, xx, yx) = (covariance(0, 0), covariance(1, 1), covariance(0, 1));
    let (middle, half) = (0.5 * (yy + xx), (0.5 * (yy - xx)).hypot(yx));
    // On a line the smaller is 0, and may be rounded below.
    [middle + half, (middle - half).max(0.0)]
}

static TABLE: &[Row<Flat>] = &[
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.mesh_surface",
            short: "pr_2d_area_mesh",
            name: "Area within the outline",
            definition: "F = the area within the marching squares of the slice",
            pyradiomics: Some("shape2D_MeshSurface"),
            unit: Unit::SquareMm,
            ..ROW
        },
        value: |f| Outcome::of(f.area),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.pixel_surface",
            short: "pr_2d_area_pixel",
            name: "Area of the pixels",
            definition: "F = N_v times the area of a pixel",
            pyradiomics: Some("shape2D_PixelSurface"),
            unit: Unit::SquareMm,
            ..ROW
        },
        value: |f| Outcome::of(f.pixel_area),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.perimeter",
            short: "pr_2d_perimeter",
            name: "Perimeter",
            definition: "F = P, the length of the marching squares of the slice",
            pyradiomics: Some("shape2D_Perimeter"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |f| Outcome::of(f.perimeter),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.perimeter_surface_ratio",
            short: "pr_2d_pa_ratio",
            name: "Perimeter to area",
            definition: "F = P / A, A the area within the outline",
            pyradiomics: Some("shape2D_PerimeterSurfaceRatio"),
            unit: Unit::PerMm,
            ..ROW
        },
        value: |f| Outcome::of(f.perimeter / f.area),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.sphericity",
            short: "pr_2d_sphericity",
            name: "Circularity",
            definition: "F = 2 sqrt(pi A) / P",
            pyradiomics: Some("shape2D_Sphericity"),
            ..ROW
        },
        value: |f| Outcome::of(f.sphericity()),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.spherical_disproportion",
            short: "pr_2d_sph_dispr",
            name: "Disproportion to a circle",
            definition: "F = P / (2 sqrt(pi A)); pyradiomics measures it only where it is named",
            pyradiomics: Some("shape2D_SphericalDisproportion"),
            ..ROW
        },
        value: |f| Outcome::of(1.0 / f.sphericity()),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.maximum_diameter",
            short: "pr_2d_diam",
            name: "Maximum diameter",
            definition: "F = the largest distance of two vertices of the outline",
            pyradiomics: Some("shape2D_MaximumDiameter"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |f| Outcome::of(f.diameter),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.major_axis_length",
            short: "pr_2d_major",
            name: "Major axis length",
            definition: "F = 4 sqrt(lambda_1), the larger variance of the pixels' places",
            pyradiomics: Some("shape2D_MajorAxisLength"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |f| Outcome::of(4.0 * f.variances[0].sqrt()),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.minor_axis_length",
            short: "pr_2d_minor",
            name: "Minor axis length",
            definition: "F = 4 sqrt(lambda_2), the smaller variance of the pixels' places",
            pyradiomics: Some("shape2D_MinorAxisLength"),
            unit: Unit::Mm,
            ..ROW
        },
        value: |f| Outcome::of(4.0 * f.variances[1].sqrt()),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_shape2d.elongation",
            short: "pr_2d_elongation",
            name: "Elongation",
            definition: "F = sqrt(lambda_2 / lambda_1)",
            pyradiomics: Some("shape2D_Elongation"),
            ..ROW
        },
        value: |f| {
            let [major, minor] = f.variances.map(f64::sqrt);
            Outcome::ratio(minor, major, "the region is one pixel")
        },
    },
];
