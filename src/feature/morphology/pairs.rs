//! Sums over all pairs of voxels, weighted by their inverse distance.
//!
//! Never by sampling: either pair by pair, or by correlation (`correlation.rs`), whichever is
//! quicker; both give the same sums to rounding.

use super::correlation;
use crate::engine::Engine;

/// Voxels with a value each.
#[derive(Debug, Clone, Default)]
pub(super) struct Cloud {
    /// Voxels of the box around them, `[z, y, x]`.
    pub(super) shape: [usize; 3],
    /// Distance of neighbours, mm.
    pub(super) spacing: [f64; 3],
    /// Index `[z, y, x]` in the box, in C order.
    pub(super) places: Vec<[usize; 3]>,
    /// Their values; mean 0 and variance 1 keep the sums accurate.
    pub(super) values: Vec<f64>,
}

/// Over ordered pairs of different voxels with values *f* and weights *w*, 1 over distance in mm.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct PairSums {
    /// Sum of *w*.
    pub(super) weights: f64,
    /// Sum of *w f f'*.
    pub(super) products: f64,
    /// Sum of *w (f - f')²*.
    pub(super) differences: f64,
}

/// Pairs that take as long as one point of the correlation's padded box: 4 ns and 20 ns where it was
/// measured, from 64 to 38,000 voxels. Dense regions are correlated from about 100 voxels on.
const PAIRS_FOR_A_POINT: f64 = 5.0;

/// The sums by whichever way is quicker.
pub(super) fn sums(cloud: &Cloud, engine: &Engine) -> PairSums {
    let n = cloud.places.len() as f64;
    let points = correlation::points(cloud.shape);
    if n * (n - 1.0) / 2.0 <= PAIRS_FOR_A_POINT * points {
        one_by_one(cloud, engine)
    } else {
        correlation::sums(cloud, engine)
    }
}

/// Voxels whose pairs with all before them are one piece of work, and summed first.
const BLOCK: usize = 64;
/// Sums that run side by side.
const LANES: usize = 4;

/// The sums pair by pair.
pub(super) fn one_by_one(cloud: &Cloud, engine: &Engine) -> PairSums {
    let along = |a: usize| -> Vec<f64> {
        cloud.places.iter().map(|place| place[a] as f64 * cloud.spacing[a]).collect()
    };
    let mm = [along(0), along(1), along(2)];
    let blocks: Vec<usize> = (0..cloud.places.len()).step_by(BLOCK).collect();
    let found = engine.map(&blocks, |&from| {
        let until = (from + BLOCK).min(cloud.places.len());
        (from..until).fold(PairSums::default(), |sum, k| sum.and(with_those_before(cloud, &mm, k)))
    });
    let half = found.into_iter().fold(PairSums::default(), PairSums::and);
    half.and(half)
}

impl PairSums {
    fn and(self, other: Self) -> Self {
        Self {
            weights: self.weights + other.weights,
            products: self.products + other.products,
            differences: self.differences + other.differences,
        }
    }
}

fn with_those_before(cloud: &Cloud, mm: &[Vec<f64>; 3], k: usize) -> PairSums {
    let own = [mm[0][k], mm[1][k], mm[2][k], cloud.values[k]];
    let mut lanes = [PairSums::default(); LANES];
    let mut add = |lane: usize, other: [f64; 4]| {
        let squared: f64 = (0..3).map(|a| (own[a] - other[a]) * (own[a] - other[a])).sum();
        let weight = 1.0 / squared.sqrt();
        let difference = own[3] - other[3];
        lanes[lane].weights += weight;
        lanes[lane].products += weight * (own[3] * other[3]);
        lanes[lane].differences += weight * (difference * difference);
    };
    let [along_z, along_y, along_x] = [0, 1, 2].map(|a| mm[a][..k].as_chunks::<LANES>().0);
    let values = cloud.values[..k].as_chunks::<LANES>().0;
    for (((z, y), x), f) in along_z.iter().zip(along_y).zip(along_x).zip(values) {
        (0..LANES).for_each(|lane| add(lane, [z[lane], y[lane], x[lane], f[lane]]));
    }
    for j in k - k % LANES..k {
        add(j % LANES, [mm[0][j], mm[1][j], mm[2][j], cloud.values[j]]);
    }
    lanes.into_iter().fold(PairSums::default(), PairSums::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(shape: [usize; 3], spacing: [f64; 3], percent: u64, seed: u64) -> Cloud {
        let mut state = seed;
        let mut draw = || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 8) % 1000
        };
        let mut cloud = Cloud { shape, spacing, ..Cloud::default() };
        for index in 0..shape.iter().product() {
            let place =
                [index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]];
            if draw() < 10 * percent {
                cloud.places.push(place);
                cloud.values.push(draw() as f64 / 500.0 - 1.0);
            }
        }
        cloud
    }

    #[test]
    fn two_voxels_are_one_pair_in_both_orders() {
        let cloud = Cloud {
            shape: [1, 3, 4],
            spacing: [9.0, 2.0, 1.0],
            places: vec![[0, 0, 0], [0, 2, 3]],
            values: vec![1.0, -2.0],
        };
        let wanted = PairSums { weights: 0.4, products: -0.8, differences: 3.6 };
        assert_eq!(one_by_one(&cloud, &Engine::serial()), wanted);
    }

    #[test]
    fn correlation_equals_pair_by_pair_and_threads_change_no_bit() {
        let shapes =
            [[1, 1, 2], [1, 1, 90], [1, 9, 1], [7, 1, 5], [5, 6, 7], [9, 10, 3], [2, 2, 2]];
        for (seed, shape) in shapes.into_iter().enumerate() {
            for spacing in [[1.0; 3], [3.0, 0.7, 0.8]] {
                for percent in [20, 70, 100] {
                    let cloud = cloud(shape, spacing, percent, seed as u64 + 1);
                    let direct = one_by_one(&cloud, &Engine::serial());
                    let quick = correlation::sums(&cloud, &Engine::serial());
                    let scale = direct.weights.abs().max(1e-3);
                    for (a, b) in [
                        (direct.weights, quick.weights),
                        (direct.products, quick.products),
                        (direct.differences, quick.differences),
                    ] {
                        assert!((a - b).abs() <= 1e-13 * scale, "{shape:?} {direct:?} {quick:?}");
                    }
                    for threads in [2, 7] {
                        let engine = Engine::new(threads);
                        assert_eq!(one_by_one(&cloud, &engine), direct);
                        assert_eq!(correlation::sums(&cloud, &engine), quick);
                    }
                }
            }
        }
    }
}
