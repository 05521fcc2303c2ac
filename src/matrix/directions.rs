//! The directions that runs and neighbour pairs follow.

/// A step of one voxel, `(dz, dy, dx)`.
pub type Direction = [isize; 3];

/// The four directions within a slice. They are the first four of [`VOLUME`].
pub const IN_PLANE: [Direction; 4] = [[0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, -1]];

/// The thirteen directions of the 26-neighbourhood, one of each opposite pair.
///
/// Each points to a voxel that comes later in `[z, y, x]` C order. The order is fixed: averages
/// over directions are summed in it.
pub const VOLUME: [Direction; 13] = [
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 1],
    [0, 1, -1],
    [1, 0, 0],
    [1, 0, 1],
    [1, 0, -1],
    [1, 1, 0],
    [1, -1, 0],
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [1, -1, -1],
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_neighbour_pair_has_one_forward_direction() {
        assert_eq!(VOLUME[..4], IN_PLANE);
        assert!(VOLUME.iter().all(|d| *d > [0, 0, 0] && d.iter().all(|s| s.abs() <= 1)));
        assert_eq!(VOLUME.iter().collect::<BTreeSet<_>>().len(), 13);
    }
}
