//! The few vertices of the mesh that its convex hull can have.

use super::BitRows;

/// Marks a place without a point.
const NONE: i64 = i64::MAX;

/// Vertices of the mesh among which are all of its convex hull, `[z, y, x]` in half voxels: the
/// centre of the first voxel of the set's box is at 1 on each axis. In C order, without repetition.
///
/// The outermost vertices are half a voxel away from the first and last voxels of rows; of these,
/// what lies within the outline of its plane, across z or across y, is left out.
pub fn extremes(rows: &BitRows) -> Vec<[i64; 3]> {
    let lo = rows.bounds().lo;
    let [depth, height, _] = rows.bounds().shape();
    let mut ends = Ends::new([2 * depth + 1, 2 * height + 1]);
    for (z, y) in (0..depth).flat_map(|z| (0..height).map(move |y| (z, y))) {
        if let Some((first, last)) = rows.ends(lo[0] + z, lo[1] + y) {
            let (first, last) = (2 * (first - lo[2]) as i64 + 1, 2 * (last - lo[2]) as i64 + 1);
            let (z, y) = (2 * z + 1, 2 * y + 1);
            ends.widen([z, y], first - 1, last + 1);
            for beside in [[z - 1, y], [z + 1, y], [z, y - 1], [z, y + 1]] {
                ends.widen(beside, first, last);
            }
        }
    }
    let [planes, lines] = ends.shape;
    let mut corners = Vec::with_capacity(planes.max(lines));
    for z in 0..planes {
        ends.outline(z * lines, 1, lines, &mut corners);
    }
    for y in 0..lines {
        ends.outline(y, lines, planes, &mut corners);
    }
    ends.points()
}

/// The outermost points of each line along x, of a lattice in half voxels.
struct Ends {
    shape: [usize; 2],
    /// Smallest x of each line, `NONE` where it has none.
    first: Vec<i64>,
    /// Largest x of each line, negated so that smaller is further out; `NONE` where it has none.
    last: Vec<i64>,
}

impl Ends {
    fn new(shape: [usize; 2]) -> Self {
        let lines = shape[0] * shape[1];
        Self { shape, first: vec![NONE; lines], last: vec![NONE; lines] }
    }

    fn widen(&mut self, [z, y]: [usize; 2], first: i64, last: i64) {
        let at = z * self.shape[1] + y;
        self.first[at] = self.first[at].min(first);
        self.last[at] = self.last[at].min(-last);
    }

    /// Keeps, of `n` lines from `start` in steps of `step`, the corners of their convex outline.
    fn outline(&mut self, start: usize, step: usize, n: usize, corners: &mut Vec<(i64, i64)>) {
        chain(&mut self.first, start, step, n, corners);
        chain(&mut self.last, start, step, n, corners);
    }

    fn points(&self) -> Vec<[i64; 3]> {
        let mut points = Vec::new();
        for (at, (&first, &last)) in self.first.iter().zip(&self.last).enumerate() {
            let (z, y) = ((at / self.shape[1]) as i64, (at % self.shape[1]) as i64);
            if first != NONE {
                points.push([z, y, first]);
            }
            if last != NONE && -last != first {
                points.push([z, y, -last]);
            }
        }
        points
    }
}

/// Removes what is not a corner of the lower convex chain (Andrew 1979); `corners` is room for them.
fn chain(values: &mut [i64], start: usize, step: usize, n: usize, corners: &mut Vec<(i64, i64)>) {
    corners.clear();
    for k in 0..n {
        let value = values[start + k * step];
        if value == NONE {
            continue;
        }
        let new = (k as i64, value);
        while let [.., a, b] = corners[..]
            && (b.0 - a.0) * (new.1 - a.1) <= (b.1 - a.1) * (new.0 - a.0)
        {
            values[start + b.0 as usize * step] = NONE;
            corners.pop();
        }
        corners.push(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn a_box_has_twenty_four_extremes() {
        let rows = BitRows::new(&Array3::from_elem((3, 4, 5), true)).unwrap();
        let points = extremes(&rows);
        // Three at each corner.
        assert_eq!(points.len(), 24);
        let ends = |a: usize| {
            let along = points.iter().map(|p| p[a]);
            (along.clone().min(), along.max())
        };
        assert_eq!([0, 1, 2].map(ends), [6, 8, 10].map(|end| (Some(0), Some(end))));
        let one = BitRows::new(&Array3::from_elem((1, 1, 1), true)).unwrap();
        assert_eq!(extremes(&one).len(), 6);
    }
}
