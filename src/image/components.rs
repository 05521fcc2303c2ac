//! Connected parts of a voxel set, by union and find over runs of voxels along x.

use super::Mask;
use crate::geometry::{GeometryError, IndexBox};
use ndarray::Array3;
use serde::{Deserialize, Serialize};

/// Which voxels touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connectivity {
    /// Those that share a face.
    #[serde(rename = "6")]
    Faces,
    /// Those that share a face or an edge.
    #[serde(rename = "18")]
    Edges,
    /// Those that share a face, an edge or a corner.
    #[default]
    #[serde(rename = "26")]
    Corners,
}

impl Connectivity {
    /// The connectivity of 6, 18 or 26 neighbours; `None` for any other number.
    pub fn of(neighbours: u32) -> Option<Self> {
        match neighbours {
            6 => Some(Self::Faces),
            18 => Some(Self::Edges),
            26 => Some(Self::Corners),
            _ => None,
        }
    }

    /// Rows before a row that may touch it, as steps back in z and on in y, and by how many voxels
    /// two runs may miss each other along x.
    fn rows(self) -> &'static [(usize, isize, usize)] {
        match self {
            Self::Faces => &[(0, -1, 0), (1, 0, 0)],
            Self::Edges => &[(0, -1, 1), (1, 0, 1), (1, -1, 0), (1, 1, 0)],
            Self::Corners => &[(0, -1, 1), (1, -1, 1), (1, 0, 1), (1, 1, 1)],
        }
    }
}

/// Voxels `from..to` of one row; `part` is the number of its component.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    part: usize,
}

/// The connected parts of a mask, in the order of their first voxels in C order.
#[derive(Debug)]
pub struct Components<'a> {
    mask: &'a Mask,
    bounds: IndexBox,
    runs: Vec<Run>,
    /// Where each row of the box begins in `runs`, and the end.
    rows: Vec<usize>,
    sizes: Vec<usize>,
}

impl<'a> Components<'a> {
    /// Finds them. Takes time by the mask's box and memory by its runs.
    pub fn new(mask: &'a Mask, connectivity: Connectivity) -> Self {
        let bounds = mask.bounds().unwrap_or(IndexBox { lo: [0; 3], hi: [0; 3] });
        let (mut runs, rows) = runs_of(mask, bounds);
        let mut parents: Vec<usize> = (0..runs.len()).collect();
        let [depth, height, _] = bounds.shape();
        for row in 0..depth * height {
            let (z, y) = (row / height, row % height);
            for &(back, on, slack) in connectivity.rows() {
                let (Some(z), Some(y)) = (z.checked_sub(back), y.checked_add_signed(on)) else {
                    continue;
                };
                if y < height {
                    let earlier = z * height + y;
                    let own = rows[row]..rows[row + 1];
                    touch(&runs, own, rows[earlier]..rows[earlier + 1], slack, &mut parents);
                }
            }
        }
        let mut sizes = Vec::new();
        for at in 0..runs.len() {
            // A root is the first of its runs, so its number is known before theirs.
            let root = root(&mut parents, at);
            runs[at].part = if root == at { sizes.len() } else { runs[root].part };
            if root == at {
                sizes.push(0);
            }
            sizes[runs[at].part] += runs[at].to - runs[at].from;
        }
        Self { mask, bounds, runs, rows, sizes }
    }

    /// Voxels of each.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The mask of one, on the whole lattice; empty where there is no such number.
    ///
    /// # Errors
    /// As for [`Mask::new`]; cannot happen.
    pub fn mask(&self, part: usize) -> Result<Mask, GeometryError> {
        let mut voxels = Array3::from_elem(self.bounds.shape(), false);
        let height = self.bounds.shape()[1];
        for (row, ends) in self.rows.windows(2).enumerate() {
            let (z, y, x) = (row / height, row % height, self.bounds.lo[2]);
            for run in self.runs[ends[0]..ends[1]].iter().filter(|run| run.part == part) {
                (run.from - x..run.to - x).for_each(|x| voxels[[z, y, x]] = true);
            }
        }
        Mask::within(self.mask.grid().clone(), self.bounds, voxels)
    }
}

fn runs_of(mask: &Mask, bounds: IndexBox) -> (Vec<Run>, Vec<usize>) {
    let (mut runs, mut rows) = (Vec::new(), vec![0]);
    for z in bounds.lo[0]..bounds.hi[0] {
        for y in bounds.lo[1]..bounds.hi[1] {
            let mut open: Option<usize> = None;
            for x in bounds.lo[2]..=bounds.hi[2] {
                let inside = x < bounds.hi[2] && mask.holds([z, y, x]);
                match open {
                    None if inside => open = Some(x),
                    Some(from) if !inside => {
                        runs.push(Run { from, to: x, part: 0 });
                        open = None;
                    }
                    _ => {}
                }
            }
            rows.push(runs.len());
        }
    }
    (runs, rows)
}

/// Joins the runs of two rows that meet, or miss each other by less than `slack` voxels.
fn touch(
    runs: &[Run],
    own: std::ops::Range<usize>,
    other: std::ops::Range<usize>,
    slack: usize,
    parents: &mut [usize],
) {
    let (mut a, mut b) = (own.start, other.start);
    while a < own.end && b < other.end {
        let (one, two) = (runs[a], runs[b]);
        if one.from < two.to + slack && two.from < one.to + slack {
            let (one, two) = (root(parents, a), root(parents, b));
            // The lower number wins: a root is the first run of its component.
            parents[one.max(two)] = one.min(two);
        }
        if one.to < two.to { a += 1 } else { b += 1 }
    }
}

/// The root of a run, halving the way to it.
fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn mask_of(voxels: Array3<bool>) -> Mask {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let (z, y, x) = voxels.dim();
        Mask::new(Arc::new(Grid::new([z, y, x], [1.0; 3], [0.0; 3], axes).unwrap()), voxels)
            .unwrap()
    }

    /// Components by flooding from each voxel, in C order.
    fn flooded(voxels: &Array3<bool>, most_steps: usize) -> Array3<usize> {
        let (nz, ny, nx) = voxels.dim();
        let mut labels = Array3::zeros(voxels.dim());
        let mut next = 0;
        for (start, _) in voxels.indexed_iter().filter(|(_, inside)| **inside) {
            if labels[start] != 0 {
                continue;
            }
            next += 1;
            let mut todo = vec![start];
            while let Some((z, y, x)) = todo.pop() {
                if labels[(z, y, x)] != 0 {
                    continue;
                }
                labels[(z, y, x)] = next;
                for step in 0..27_usize {
                    let d = [step / 9, step / 3 % 3, step % 3].map(|s| s as isize - 1);
                    let moved = d.iter().filter(|d| **d != 0).count();
                    let to = [(z, nz, d[0]), (y, ny, d[1]), (x, nx, d[2])]
                        .map(|(i, n, d)| i.checked_add_signed(d).filter(|i| *i < n));
                    if let [Some(z), Some(y), Some(x)] = to
                        && moved <= most_steps
                        && voxels[[z, y, x]]
                    {
                        todo.push((z, y, x));
                    }
                }
            }
        }
        labels
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn equals_flooding(
            shape in [1_usize..7, 1_usize..7, 1_usize..9],
            density in 1_u8..10,
            seed in proptest::collection::vec(0_u8..10, 7 * 7 * 9),
        ) {
            let [_, ny, nx] = shape;
            let voxels =
                Array3::from_shape_fn(shape, |(z, y, x)| seed[(z * ny + y) * nx + x] < density);
            let mask = mask_of(voxels.clone());
            for (neighbours, most_steps) in [(6, 1), (18, 2), (26, 3)] {
                let found = Components::new(&mask, Connectivity::of(neighbours).unwrap());
                let expected = flooded(&voxels, most_steps);
                prop_assert_eq!(found.sizes().len(), *expected.iter().max().unwrap());
                for (part, size) in found.sizes().iter().enumerate() {
                    let own = found.mask(part).unwrap();
                    prop_assert_eq!(own.count(), *size);
                    prop_assert_eq!(own.voxels(), &expected.mapv(|label| label == part + 1));
                }
            }
        }
    }

    #[test]
    fn an_empty_mask_has_no_components() {
        let mask = mask_of(Array3::from_elem((2, 2, 2), false));
        assert!(Components::new(&mask, Connectivity::Corners).sizes().is_empty());
        assert_eq!(Connectivity::of(8), None);
    }
}
