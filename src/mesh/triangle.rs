//! Areas of triangles with integer corners.

/// Twice the area vector of a triangle: its length is twice the area, its direction that from which
/// the corners are anticlockwise.
pub(super) fn normal(corners: [[i64; 3]; 3]) -> [i64; 3] {
    let [u, v] = [1, 2].map(|k| sub(corners[k], corners[0]));
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

/// `a - b`.
pub(super) fn sub(a: [i64; 3], b: [i64; 3]) -> [i64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// An area vector in mm², where a unit of the coordinates is `unit` mm.
pub(super) fn in_mm2(normal: [i64; 3], unit: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|a| normal[a] as f64 * unit[(a + 1) % 3] * unit[(a + 2) % 3])
}
