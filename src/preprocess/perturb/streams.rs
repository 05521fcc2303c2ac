//! Random numbers of a lesion: a stream for each repeat and perturbation.

use crate::digest::Digest;
use crate::image::Mask;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardUniform};

/// The random numbers of one lesion.
///
/// `ChaCha8` counts: any stream begins at once, without the others. So a repeat has the same numbers
/// on any thread, one more perturbation moves none of another's, and one more repeat none of
/// those before it. Lesions have numbers of their own, as a one-way ICC asks for.
#[derive(Debug, Clone)]
pub struct Streams([u8; 32]);

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum For {
    Noise,
    Translation,
    Rotation,
    Growth,
    Supervoxels,
    Ring,
}

impl Streams {
    /// The streams of a lesion, told from others by name, voxels and place.
    pub fn new(seed: u32, roi: &str, mask: &Mask) -> Self {
        let name = format!("{seed} {} {:?} {roi}", mask.count(), mask.bounds());
        let mut key = [0; 32];
        key.iter_mut().zip(Digest::of(name).bytes()).for_each(|(key, digit)| *key = digit);
        Self(key)
    }

    pub(super) fn of(&self, repeat: u32, what: For) -> ChaCha8Rng {
        let mut stream = ChaCha8Rng::from_seed(self.0);
        stream.set_stream(u64::from(repeat) << 8 | what as u64);
        stream
    }
}

/// Uniform in [0, 1).
pub(super) fn unit(stream: &mut ChaCha8Rng) -> f64 {
    StandardUniform.sample(stream)
}

/// Uniform within `limit` of 0.
pub(super) fn within(limit: f64, stream: &mut ChaCha8Rng) -> f64 {
    limit * (2.0 * unit(stream) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Grid;
    use ndarray::Array3;
    use std::sync::Arc;

    #[test]
    fn streams_differ_by_all_that_names_them_and_by_nothing_else() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Arc::new(Grid::new([2, 2, 2], [1.0; 3], [0.0; 3], axes).unwrap());
        let mask = |n| {
            let voxels = Array3::from_shape_fn((2, 2, 2), |(z, _, _)| z < n);
            Mask::new(grid.clone(), voxels).unwrap()
        };
        let first = |seed, roi, n, repeat, what| {
            unit(&mut Streams::new(seed, roi, &mask(n)).of(repeat, what))
        };
        let all = [
            first(1, "a", 1, 0, For::Noise),
            first(2, "a", 1, 0, For::Noise),
            first(1, "b", 1, 0, For::Noise),
            first(1, "a", 2, 0, For::Noise),
            first(1, "a", 1, 1, For::Noise),
            first(1, "a", 1, 0, For::Ring),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other != one), "{all:?}");
        }
        assert_eq!(all[0], first(1, "a", 1, 0, For::Noise));
    }

    #[test]
    fn draws_fill_their_range() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Arc::new(Grid::new([1, 1, 1], [1.0; 3], [0.0; 3], axes).unwrap());
        let mask = Mask::new(grid, Array3::from_elem((1, 1, 1), true)).unwrap();
        let mut stream = Streams::new(1, "a", &mask).of(0, For::Growth);
        let draws: Vec<f64> = (0..10_000).map(|_| within(2.0, &mut stream)).collect();
        // The mean of so many has a standard error of 2 / sqrt(3) / 100.
        assert!((draws.iter().sum::<f64>() / 1e4).abs() < 4.0 * 0.0115);
        assert!(draws.iter().all(|d| d.abs() <= 2.0));
        assert!(draws.iter().any(|d| *d < -1.99) && draws.iter().any(|d| *d > 1.99));
    }
}
