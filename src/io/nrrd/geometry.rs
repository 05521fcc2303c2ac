//! Where voxels are: `space`, `space directions`, `space origin` (NRRD file format, section 6).

use super::header::Header;
use crate::geometry::{Vec3, dot, norm};
use crate::io::lattice::shortest;

/// Axes may be off perpendicular by rounding (cosine).
const PERPENDICULAR: f64 = 1e-3;

/// A lattice's parts, `[z, y, x]` and LPS.
pub(super) struct Axes {
    pub shape: [usize; 3],
    pub spacing: [f64; 3],
    pub origin: Vec3,
    pub directions: [Vec3; 3],
}

/// The three axes of space of a header, the slowest first.
pub(super) fn axes(header: &Header) -> Result<Axes, String> {
    let turn = to_lps(header)?;
    let lps = |v: Vec3| [v[0] * turn[0], v[1] * turn[1], v[2] * turn[2]];
    let units = header.field("space units").unwrap_or("\"mm\"");
    let other = units.split(['"', ' ']).find(|unit| !matches!(*unit, "" | "mm" | "millimeter"));
    if let Some(unit) = other {
        return Err(format!("space units {unit:?}, expected \"mm\""));
    }
    let Some(directions) = header.field("space directions") else {
        return Err("field \"space directions\" is absent: nothing says where voxels are".into());
    };
    let vectors = vectors(directions)?;
    if vectors.len() != header.sizes.len() {
        let (found, axes) = (vectors.len(), header.sizes.len());
        return Err(format!("space directions for {found} axes, expected {axes}"));
    }
    let spatial: Vec<(usize, Vec3)> =
        header.sizes.iter().zip(&vectors).filter_map(|(n, v)| v.map(|v| (*n, lps(v)))).collect();
    let ends = [vectors.first(), vectors.last()].iter().any(|end| matches!(end, Some(None)));
    let &[(nx, x), (ny, y), (nz, z)] = &spatial[..] else {
        return Err(format!("{} axes of space, expected 3", spatial.len()));
    };
    if vectors.len() > 4 || vectors.len() == 4 && !ends {
        return Err(format!("sizes {:?}: one volume of three axes is read", header.sizes));
    }
    let columns = [z, y, x];
    let lengths = columns.map(norm);
    let directions = [0, 1, 2].map(|a| columns[a].map(|c| c / lengths[a]));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let cosine = dot(directions[a], directions[b]).abs();
        if cosine > PERPENDICULAR {
            let degrees = cosine.min(1.0).asin().to_degrees();
            return Err(format!("its axes are {degrees:.2}° off perpendicular: a sheared volume"));
        }
    }
    let origin = header.field("space origin").ok_or("field \"space origin\" is absent")?;
    let origin = vector(origin.trim()).ok_or_else(|| format!("space origin {origin:?}"))?;
    Ok(Axes {
        shape: [nz, ny, nx],
        spacing: lengths.map(shortest),
        origin: lps(origin),
        directions,
    })
}

/// Signs that turn the file's space into LPS.
fn to_lps(header: &Header) -> Result<Vec3, String> {
    let space = header.field("space").map(str::to_ascii_lowercase);
    match space.as_deref() {
        Some("left-posterior-superior" | "lps") => Ok([1.0, 1.0, 1.0]),
        Some("right-anterior-superior" | "ras") => Ok([-1.0, -1.0, 1.0]),
        Some("left-anterior-superior" | "las") => Ok([1.0, -1.0, 1.0]),
        Some(other) => Err(format!("space {other:?} is no space of a patient that is read")),
        None => Err("field \"space\" is absent: nothing says where the voxels are".into()),
    }
}

/// Vectors such as `none (1,0,0) (0,1,0) (0,0,1)`.
pub(super) fn vectors(text: &str) -> Result<Vec<Option<Vec3>>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            found.push(None);
            rest = after.trim_start();
            continue;
        }
        let end = rest.find(')').map_or(rest.len(), |end| end + 1);
        let one = vector(&rest[..end]).ok_or_else(|| format!("space directions {text:?}"))?;
        found.push(Some(one));
        rest = rest[end..].trim_start();
    }
    Ok(found)
}

fn vector(text: &str) -> Option<Vec3> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let numbers: Option<Vec<f64>> = inner.split(',').map(|n| n.trim().parse().ok()).collect();
    let vector: Vec3 = numbers?.try_into().ok()?;
    vector.iter().all(|v| v.is_finite()).then_some(vector)
}
