//! The morphological features as data.

use super::Shape;
use crate::feature::spec::Row;
use crate::feature::{Outcome, Spec, Unit};
use std::f64::consts::PI;

/// What all rows have in common.
const SHAPE: Spec = Spec::by("IBSI 1 reference manual v11, section 3.1");

/// Of what rests on the mesh.
const MESH: &str = "Meshes of one mask differ in how loops of five and more points and diagonal \
                    corners are filled: of pyradiomics' own cases lung1 is equal and the area of \
                    brain1 0.2 % larger here; on ragged masks volumes differ by up to 2 %";
const COMPACITY: &str = "LIFEx's SHAPE_Compacity is A^(3/2) / V, which is 1 / (pi^(1/2) F), and its \
                         mesh is a Delaunay triangulation";
const AXES: &str = "pyradiomics divides the covariance by N_v: its axes are shorter, relatively by \
                    1 / (2 N_v)";
const OMBB: &str = "MIRP turns the box about one axis after another from 5 degrees on; IBSI has no \
                    reference value";
const DEGREE: &str = "MIRP stops the series at degree 10";
const MVEE: &str = "Programs that stop Khachiyan's algorithm at 0.001, as IBSI suggests, have an \
                    ellipsoid up to 0.2 % larger; IBSI has no reference value";
const INTEGRATED: &str = "LIFEx's total lesion glycolysis takes the volume of the voxels, not of \
                          the mesh";
const PAIRS: &str = "MIRP samples voxels of regions of 1000 and more, and is 1 where all \
                     intensities are equal, where perirad has no value";

pub(super) static TABLE: &[Row<Shape>] = &[
    Row {
        spec: Spec {
            key: "morphology.volume",
            short: "morph_volume",
            ibsi: "RNU0",
            name: "Volume (mesh)",
            definition: "F = V = |sum_k a_k . (b_k x c_k)| / 6 over the triangles of the marching cubes mesh at 0.5",
            pyradiomics: Some("shape_MeshVolume"),
            differs: MESH,
            unit: Unit::CubicMm,
            ..SHAPE
        },
        value: |s| Outcome::of(s.mesh.volume),
    },
    Row {
        spec: Spec {
            key: "morphology.voxel_volume",
            short: "morph_vol_approx",
            ibsi: "YEKZ",
            name: "Volume (voxel counting)",
            definition: "F = N_v times the volume of a voxel",
            pyradiomics: Some("shape_VoxelVolume"),
            differs: "LIFEx's SHAPE_Volume is this in mL",
            unit: Unit::CubicMm,
            ..SHAPE
        },
        value: |s| Outcome::of(s.voxels),
    },
    Row {
        spec: Spec {
            key: "morphology.surface_area",
            short: "morph_area_mesh",
            ibsi: "C0JK",
            name: "Surface area (mesh)",
            definition: "F = A = sum_k |(b_k - a_k) x (c_k - a_k)| / 2 over the triangles of the mesh",
            pyradiomics: Some("shape_SurfaceArea"),
            differs: MESH,
            unit: Unit::SquareMm,
            ..SHAPE
        },
        value: |s| Outcome::of(s.mesh.area),
    },
    Row {
        spec: Spec {
            key: "morphology.surface_to_volume_ratio",
            short: "morph_av",
            ibsi: "2PR5",
            name: "Surface to volume ratio",
            definition: "F = A / V",
            pyradiomics: Some("shape_SurfaceVolumeRatio"),
            differs: MESH,
            unit: Unit::PerMm,
            ..SHAPE
        },
        value: |s| Outcome::of(s.mesh.area / s.mesh.volume),
    },
    Row {
        spec: Spec {
            key: "morphology.compactness_1",
            short: "morph_comp_1",
            ibsi: "SKGS",
            name: "Compactness 1",
            definition: "F = V / (pi^(1/2) A^(3/2))",
            pyradiomics: Some("shape_Compactness1"),
            differs: COMPACITY,
            ..SHAPE
        },
        value: |s| Outcome::of(s.compactness().sqrt() / (6.0 * PI)),
    },
    Row {
        spec: Spec {
            key: "morphology.compactness_2",
            short: "morph_comp_2",
            ibsi: "BQWJ",
            name: "Compactness 2",
            definition: "F = 36 pi V^2 / A^3",
            pyradiomics: Some("shape_Compactness2"),
            differs: MESH,
            ..SHAPE
        },
        value: |s| Outcome::of(s.compactness()),
    },
    Row {
        spec: Spec {
            key: "morphology.spherical_disproportion",
            short: "morph_sph_dispr",
            ibsi: "KRCK",
            name: "Spherical disproportion",
            definition: "F = A / (36 pi V^2)^(1/3)",
            pyradiomics: Some("shape_SphericalDisproportion"),
            differs: MESH,
            ..SHAPE
        },
        value: |s| Outcome::of(1.0 / s.compactness().cbrt()),
    },
    Row {
        spec: Spec {
            key: "morphology.sphericity",
            short: "morph_sphericity",
            ibsi: "QCFX",
            name: "Sphericity",
            definition: "F = (36 pi V^2)^(1/3) / A",
            pyradiomics: Some("shape_Sphericity"),
            lifex: Some("SHAPE_Sphericity"),
            differs: MESH,
            ..SHAPE
        },
        value: |s| Outcome::of(s.compactness().cbrt()),
    },
    Row {
        spec: Spec {
            key: "morphology.asphericity",
            short: "morph_asphericity",
            ibsi: "25C7",
            name: "Asphericity",
            definition: "F = (A^3 / (36 pi V^2))^(1/3) - 1",
            differs: MESH,
            ..SHAPE
        },
        value: |s| Outcome::of(1.0 / s.compactness().cbrt() - 1.0),
    },
    Row {
        spec: Spec {
            key: "morphology.centre_of_mass_shift",
            short: "morph_com",
            ibsi: "KLMA",
            name: "Centre of mass shift",
            definition: "F = distance of the centroid of the morphological mask from the intensity-weighted one of the intensity mask",
            unit: Unit::Mm,
            ..SHAPE
        },
        value: |s| s.shift,
    },
    Row {
        spec: Spec {
            key: "morphology.maximum_3d_diameter",
            short: "morph_diam",
            ibsi: "L0JK",
            name: "Maximum 3D diameter",
            definition: "F = largest distance of two vertices of the mesh",
            pyradiomics: Some("shape_Maximum3DDiameter"),
            unit: Unit::Mm,
            ..SHAPE
        },
        value: Shape::diameter,
    },
    Row {
        spec: Spec {
            key: "morphology.major_axis_length",
            short: "morph_pca_maj_axis",
            ibsi: "TDIC",
            name: "Major axis length",
            definition: "F = 4 sqrt(lambda_major), lambda the eigenvalues of the covariance, over N_v - 1, of the voxel centres",
            pyradiomics: Some("shape_MajorAxisLength"),
            differs: AXES,
            unit: Unit::Mm,
            ..SHAPE
        },
        value: |s| s.axis(0),
    },
    Row {
        spec: Spec {
            key: "morphology.minor_axis_length",
            short: "morph_pca_min_axis",
            ibsi: "P9VJ",
            name: "Minor axis length",
            definition: "F = 4 sqrt(lambda_minor)",
            pyradiomics: Some("shape_MinorAxisLength"),
            differs: AXES,
            unit: Unit::Mm,
            ..SHAPE
        },
        value: |s| s.axis(1),
    },
    Row {
        spec: Spec {
            key: "morphology.least_axis_length",
            short: "morph_pca_least_axis",
            ibsi: "7J51",
            name: "Least axis length",
            definition: "F = 4 sqrt(lambda_least)",
            pyradiomics: Some("shape_LeastAxisLength"),
            differs: AXES,
            unit: Unit::Mm,
            ..SHAPE
        },
        value: |s| s.axis(2),
    },
    Row {
        spec: Spec {
            key: "morphology.elongation",
            short: "morph_pca_elongation",
            ibsi: "Q3CK",
            name: "Elongation",
            definition: "F = sqrt(lambda_minor / lambda_major)",
            pyradiomics: Some("shape_Elongation"),
            ..SHAPE
        },
        value: |s| s.axis_ratio(1),
    },
    Row {
        spec: Spec {
            key: "morphology.flatness",
            short: "morph_pca_flatness",
            ibsi: "N17B",
            name: "Flatness",
            definition: "F = sqrt(lambda_least / lambda_major)",
            pyradiomics: Some("shape_Flatness"),
            ..SHAPE
        },
        value: |s| s.axis_ratio(2),
    },
    Row {
        spec: Spec {
            key: "morphology.volume_density_aabb",
            short: "morph_vol_dens_aabb",
            ibsi: "PBX1",
            name: "Volume density (axis-aligned bounding box)",
            definition: "F = V / V_aabb, of the box around the mesh along the voxel axes",
            ..SHAPE
        },
        value: |s| s.volume_density(s.aabb),
    },
    Row {
        spec: Spec {
            key: "morphology.area_density_aabb",
            short: "morph_area_dens_aabb",
            ibsi: "R59B",
            name: "Area density (axis-aligned bounding box)",
            definition: "F = A / A_aabb, of the same box",
            ..SHAPE
        },
        value: |s| s.area_density(s.aabb),
    },
    Row {
        spec: Spec {
            key: "morphology.volume_density_ombb",
            short: "morph_vol_dens_ombb",
            ibsi: "ZH1A",
            name: "Volume density (oriented minimum bounding box)",
            definition: "F = V / V_ombb, of the smallest box found with a side on a facet of the convex hull or turned from there",
            differs: OMBB,
            ..SHAPE
        },
        value: |s| s.volume_density(s.ombb()),
    },
    Row {
        spec: Spec {
            key: "morphology.area_density_ombb",
            short: "morph_area_dens_ombb",
            ibsi: "IQYR",
            name: "Area density (oriented minimum bounding box)",
            definition: "F = A / A_ombb, of the same box",
            differs: OMBB,
            ..SHAPE
        },
        value: |s| s.area_density(s.ombb()),
    },
    Row {
        spec: Spec {
            key: "morphology.volume_density_aee",
            short: "morph_vol_dens_aee",
            ibsi: "6BDE",
            name: "Volume density (approximate enclosing ellipsoid)",
            definition: "F = 3 V / (4 pi a b c), a, b, c half the axis lengths",
            ..SHAPE
        },
        value: |s| s.volume_density(s.aee()),
    },
    Row {
        spec: Spec {
            key: "morphology.area_density_aee",
            short: "morph_area_dens_aee",
            ibsi: "RDD2",
            name: "Area density (approximate enclosing ellipsoid)",
            definition: "F = A / A_aee(a, b, c), by the series of Legendre polynomials up to degree 20",
            differs: DEGREE,
            ..SHAPE
        },
        value: |s| s.area_density(s.aee()),
    },
    Row {
        spec: Spec {
            key: "morphology.volume_density_mvee",
            short: "morph_vol_dens_mvee",
            ibsi: "SWZ1",
            name: "Volume density (minimum volume enclosing ellipsoid)",
            definition: "F = V / V_mvee, of the smallest ellipsoid around the mesh, to 2e-9 of its volume",
            differs: MVEE,
            ..SHAPE
        },
        value: |s| s.volume_density(s.mvee()),
    },
    Row {
        spec: Spec {
            key: "morphology.area_density_mvee",
            short: "morph_area_dens_mvee",
            ibsi: "BRI8",
            name: "Area density (minimum volume enclosing ellipsoid)",
            definition: "F = A / A_mvee, of the same ellipsoid, by the series of Legendre polynomials up to degree 20",
            differs: MVEE,
            ..SHAPE
        },
        value: |s| s.area_density(s.mvee()),
    },
    Row {
        spec: Spec {
            key: "morphology.volume_density_convex_hull",
            short: "morph_vol_dens_conv_hull",
            ibsi: "R3ER",
            name: "Volume density (convex hull)",
            definition: "F = V / V_convex, of the convex hull of the mesh",
            ..SHAPE
        },
        value: |s| s.volume_density(s.convex()),
    },
    Row {
        spec: Spec {
            key: "morphology.area_density_convex_hull",
            short: "morph_area_dens_conv_hull",
            ibsi: "7T7F",
            name: "Area density (convex hull)",
            definition: "F = A / A_convex, of the convex hull of the mesh",
            ..SHAPE
        },
        value: |s| s.area_density(s.convex()),
    },
    Row {
        spec: Spec {
            key: "morphology.integrated_intensity",
            short: "morph_integ_int",
            ibsi: "99N0",
            name: "Integrated intensity",
            definition: "F = V mu, mu the mean of the intensity mask",
            differs: INTEGRATED,
            unit: Unit::IntensityCubicMm,
            ..SHAPE
        },
        value: Shape::integrated_intensity,
    },
    Row {
        spec: Spec {
            key: "morphology.moran_i",
            short: "morph_moran_i",
            ibsi: "N365",
            name: "Moran’s I index",
            definition: "F = (N_v / sum w) sum w (X_1 - mu) (X_2 - mu) / sum (X - mu)^2 over all ordered pairs of different voxels, w = 1 / distance in mm",
            differs: PAIRS,
            ..SHAPE
        },
        value: |s| s.autocorrelation()[0],
    },
    Row {
        spec: Spec {
            key: "morphology.geary_c",
            short: "morph_geary_c",
            ibsi: "NPT7",
            name: "Geary’s C measure",
            definition: "F = ((N_v - 1) / (2 sum w)) sum w (X_1 - X_2)^2 / sum (X - mu)^2 over the same pairs and weights",
            differs: PAIRS,
            ..SHAPE
        },
        value: |s| s.autocorrelation()[1],
    },
];
