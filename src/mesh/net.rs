//! The points of a hull, and ways from one to the next.

use super::hull::Facet;
use crate::geometry::dot;

/// The points and which of them share an edge.
pub(super) struct Net<'a> {
    points: &'a [[f64; 3]],
    /// Where the neighbours of each point begin, and where the last one's end.
    begins: Vec<u32>,
    neighbours: Vec<u32>,
}

impl<'a> Net<'a> {
    pub(super) fn new(points: &'a [[f64; 3]], facets: &[Facet]) -> Self {
        // Each edge once from either end: it is between two facets.
        let edges =
            || facets.iter().flat_map(|f| (0..3).map(|k| (f.corners[k], f.corners[(k + 1) % 3])));
        let mut begins = vec![0_u32; points.len() + 1];
        edges().for_each(|(from, _)| begins[from + 1] += 1);
        for k in 1..begins.len() {
            begins[k] += begins[k - 1];
        }
        let (mut ends, mut neighbours) = (begins.clone(), vec![0; 3 * facets.len()]);
        for (from, to) in edges() {
            neighbours[ends[from] as usize] = to as u32;
            ends[from] += 1;
        }
        Self { points, begins, neighbours }
    }

    pub(super) fn point(&self, k: usize) -> [f64; 3] {
        self.points[k]
    }

    /// A point that is further along a direction than all its neighbours, from another on.
    pub(super) fn climb(&self, from: usize, direction: [f64; 3]) -> usize {
        let (mut best, mut furthest) = (from, dot(direction, self.points[from]));
        loop {
            let at = best;
            let around = self.begins[at] as usize..self.begins[at + 1] as usize;
            for next in &self.neighbours[around] {
                let along = dot(direction, self.points[*next as usize]);
                if along > furthest {
                    (best, furthest) = (*next as usize, along);
                }
            }
            if best == at {
                return best;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::Hull;

    #[test]
    fn climbs_end_at_the_furthest_point() {
        let place = |k: i64| [k * k % 31, 7 * k * k % 37, (k * k + 3 * k) % 41];
        let hull = Hull::new(&(0..60).map(place).collect::<Vec<_>>()).unwrap();
        let points = hull.in_mm([1.0; 3]);
        let net = Net::new(&points, &hull.facets);
        for direction in [[0.3, -0.5, 0.8], [-0.9, 0.2, 0.1], [0.4, 0.7, -0.6]] {
            let along = |k: usize| dot(direction, net.point(k));
            let furthest = (0..points.len()).map(along).fold(f64::NEG_INFINITY, f64::max);
            assert!((0..points.len()).all(|k| along(net.climb(k, direction)) == furthest));
        }
    }
}
