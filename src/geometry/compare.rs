//! How far two lattices are from being the same.

use super::{Grid, cause, norm, sub};

/// Where and by how much two lattices disagree most.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Largest distance between corresponding corner voxels, mm.
    pub mm: f64,
    /// The same, as a fraction of the first lattice's smallest voxel edge.
    pub voxels: f64,
    /// Index `[z, y, x]` of that corner in the first lattice.
    pub corner: [usize; 3],
    /// What most likely happened, for an error message.
    pub cause: String,
}

/// The largest disagreement of two lattices of the same shape; `None` where their shapes differ.
///
/// Comparing the eight corner voxels bounds the disagreement everywhere between them.
pub fn difference(a: &Grid, b: &Grid) -> Option<Difference> {
    if a.shape != b.shape {
        return None;
    }
    let edge = a.spacing.into_iter().fold(f64::INFINITY, f64::min);
    let mut worst = Difference { mm: 0.0, voxels: 0.0, corner: [0; 3], cause: "none".into() };
    for corner in 0..8_usize {
        let index =
            [0, 1, 2].map(|axis| if corner >> axis & 1 == 1 { a.shape[axis] - 1 } else { 0 });
        let at = index.map(|i| i as f64);
        let mm = norm(sub(a.to_patient(at), b.to_patient(at)));
        if mm > worst.mm {
            worst = Difference { mm, voxels: mm / edge, corner: index, ..worst };
        }
    }
    if worst.mm > 0.0 {
        worst.cause = cause(a, b);
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corner_amount_and_cause_are_named() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let a = Grid::new([3, 4, 5], [2.0, 1.0, 1.0], [0.0; 3], axes).unwrap();
        assert_eq!(difference(&a, &a).unwrap().mm, 0.0);
        let moved = Grid { origin: [0.0, 0.0, 2.0], ..a.clone() };
        let d = difference(&a, &moved).unwrap();
        assert_eq!((d.mm, d.voxels), (2.0, 2.0));
        assert!(d.cause.contains("moved"));
        let stretched = Grid { spacing: [2.0, 1.0, 1.1], ..a.clone() };
        let d = difference(&a, &stretched).unwrap();
        assert_eq!(d.corner, [0, 0, 4]);
        assert!((d.mm - 0.4).abs() < 1e-12 && d.cause.contains("resampled"));
        let flipped = Grid { axes: [axes[0], axes[1], [-1.0, 0.0, 0.0]], ..a.clone() };
        assert!(difference(&a, &flipped).unwrap().cause.contains("flipped"));
        assert!(difference(&a, &Grid { shape: [3, 4, 6], ..a.clone() }).is_none());
    }
}
