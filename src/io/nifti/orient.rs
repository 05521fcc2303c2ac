//! The lattice of a NIfTI-1 header (nifti1.h, methods 2 and 3).

use crate::error::Warning;
use crate::geometry::{Grid, SharedGrid, Vec3, difference, dot, norm};
use crate::io::IoError;
use crate::io::lattice::shortest;
use nifti::NiftiHeader;
use std::sync::Arc;

/// sform and qform may differ by rounding, mm.
const SAME_MM: f64 = 0.01;
/// The vector part of a quaternion is longer than 1 by no more than rounding (its square).
const LONGER: f64 = 1e-3;
/// Axes may be off perpendicular by rounding (cosine).
const PERPENDICULAR: f64 = 1e-3;
/// `pixdim` stands for the length of an sform column when within this fraction of it.
const SAME_LENGTH: f64 = 1e-4;

/// Columns of an affine in RAS mm: along i, j, k, and the position of voxel (0, 0, 0).
struct Affine {
    columns: [Vec3; 3],
    origin: Vec3,
}

/// The lattice in LPS: sform where its code is above 0, else qform.
///
/// # Errors
/// [`IoError::Nifti`] without either, for shear, and for units other than mm;
/// [`IoError::Geometry`] for a lattice that cannot be.
pub(super) fn grid(
    file: &str,
    header: &NiftiHeader,
    shape: [usize; 3],
) -> Result<(SharedGrid, Vec<Warning>), IoError> {
    let fault = |what: String| IoError::Nifti { file: file.to_owned(), what };
    let unit = header.xyzt_units & 7;
    if !matches!(unit, 0 | 2) {
        return Err(fault(format!(
            "spatial unit {unit} in xyzt_units, expected mm (2) or none (0)"
        )));
    }
    let sform = (header.sform_code > 0).then(|| sform(header));
    let qform = (header.qform_code > 0).then(|| qform(header));
    // A qform that is not used is told, not refused: readers that take sform read such files alike.
    let (qform, unusable) = match qform {
        Some(Err(what)) if sform.is_some() => (None, Some(what)),
        other => (other.transpose().map_err(fault)?, None),
    };
    let build = |affine: &Affine| lattice(file, header, shape, affine);
    let mut warnings = Vec::new();
    if let Some(what) = unusable {
        let message = format!("{file}: qform cannot be used: {what}; sform is used");
        warnings.push(Warning::new("nifti.sform_qform", message));
    }
    let grid = match (&sform, &qform) {
        (None, None) => {
            return Err(fault("neither sform nor qform says where the voxels are".into()));
        }
        (None, Some(only)) | (Some(only), None) => build(only)?,
        (Some(sform), Some(qform)) => {
            let grid = build(sform)?;
            let apart = build(qform).ok().and_then(|other| difference(&grid, &other));
            let mm = apart.map_or(f64::INFINITY, |d| d.mm);
            if mm > SAME_MM {
                let message =
                    format!("{file}: sform and qform differ by up to {mm:.3} mm; sform is used");
                warnings.push(Warning::new("nifti.sform_qform", message));
            }
            grid
        }
    };
    Ok((Arc::new(grid), warnings))
}

fn lattice(
    file: &str,
    header: &NiftiHeader,
    shape: [usize; 3],
    affine: &Affine,
) -> Result<Grid, IoError> {
    let lps = |v: Vec3| [-v[0], -v[1], v[2]];
    let mut spacing = [0.0; 3];
    let mut axes = [[0.0; 3]; 3];
    for (axis, column) in affine.columns.iter().enumerate() {
        let length = norm(*column);
        let declared = f64::from(header.pixdim[axis + 1]);
        // A column's length carries the rounding of three numbers, pixdim of one.
        let near = (declared - length).abs() <= SAME_LENGTH * length;
        // Array axes run z, y, x; NIfTI's i is x.
        spacing[2 - axis] = shortest(if near { declared } else { length });
        axes[2 - axis] = lps(*column).map(|c| c / length);
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let cosine = dot(axes[a], axes[b]).abs();
        if cosine > PERPENDICULAR {
            let degrees = cosine.min(1.0).asin().to_degrees();
            let what = format!("its axes are {degrees:.2}° off perpendicular: a sheared volume");
            return Err(IoError::Nifti { file: file.to_owned(), what });
        }
    }
    let origin = lps(affine.origin);
    Grid::new(shape, spacing, origin, axes).map_err(|error| IoError::geometry(file, error))
}

fn sform(header: &NiftiHeader) -> Affine {
    let rows = [header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(f64::from));
    let column = |j: usize| [rows[0][j], rows[1][j], rows[2][j]];
    Affine { columns: [column(0), column(1), column(2)], origin: column(3) }
}

/// # Errors
/// Where it is no turn, or lengths are negative: what is meant readers guess differently.
fn qform(header: &NiftiHeader) -> Result<Affine, String> {
    for (at, mm) in header.pixdim.iter().enumerate().take(4).skip(1) {
        if *mm < 0.0 {
            return Err(format!("pixdim[{at}] is {mm}, expected above 0"));
        }
    }
    let [mut b, mut c, mut d] =
        [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
    let square = b * b + c * c + d * d;
    if square.is_nan() || square > 1.0 + LONGER {
        return Err(format!(
            "quatern_b, quatern_c, quatern_d are {b}, {c}, {d}, of length² {square}, expected no more \
             than 1"
        ));
    }
    // Rounding can make the vector part longer than 1: then the rotation is by 180 degrees.
    let a = if 1.0 - square < 1e-7 {
        let length = square.sqrt();
        [b, c, d] = [b / length, c / length, d / length];
        0.0
    } else {
        (1.0 - square).sqrt()
    };
    let rotation = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c + a * d), 2.0 * (b * d - a * c)],
        [2.0 * (b * c - a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d + a * b)],
        [2.0 * (b * d + a * c), 2.0 * (c * d - a * b), a * a + d * d - b * b - c * c],
    ];
    let handed = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let mut columns = [[0.0; 3]; 3];
    for axis in 0..3 {
        let scale = f64::from(header.pixdim[axis + 1]) * if axis == 2 { handed } else { 1.0 };
        columns[axis] = rotation[axis].map(|c| c * scale);
    }
    let origin = [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from);
    Ok(Affine { columns, origin })
}
