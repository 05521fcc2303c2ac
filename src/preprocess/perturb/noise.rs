//! Noise: how much an image has, and more of it.

use super::streams::{For, Streams};
use crate::geometry::IndexBox;
use crate::image::Volume;
use ndarray::Array3;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// High-pass filter of the wavelet Coiflet 1 (Daubechies, Ten Lectures on Wavelets, 1992): it is
/// (√7 - 1, √7 + 5, -2√7 - 14, 14 - 2√7, √7 - 1, 3 - √7) / (16√2).
///
/// Orthonormal: white noise keeps its standard deviation. The first two moments are 0: slopes leave
/// no response.
const HIGH: [f64; 6] = [
    0.072_732_619_512_853_9,
    0.337_897_662_457_809_2,
    -0.852_572_020_212_255_4,
    0.384_864_846_864_202_9,
    0.072_732_619_512_853_9,
    -0.015_655_728_135_464_54,
];

/// Median of |x| for a standard normal x.
const MEDIAN: f64 = 0.674_489_750_196_081_7;

/// Standard deviation of the noise in a box of an image, from its finest diagonal detail within
/// slices: the median of |HH| over 0.6745 (Chang, Yu, Vetterli, IEEE Trans Image Process 9 (2000)
/// 1532-1546). Edges and structures are few there, so that the median is that of noise.
///
/// Noise of a coarse grain has less of this detail than white noise of its strength: then the
/// level is that of the fine part only. `None` where no position has 6 x 6 measured voxels.
pub fn noise_level(image: &Volume, window: IndexBox) -> Option<f64> {
    let held = image.held();
    let within = |a: usize| window.lo[a].max(held.lo[a])..window.hi[a].min(held.hi[a]);
    let [planes, rows, columns] = [0, 1, 2].map(within);
    let [first, top, left] = held.lo;
    let positions = |n: usize| n.saturating_sub(HIGH.len() - 1);
    let mut detail = Vec::new();
    for z in planes {
        for y in (0..positions(rows.len())).map(|y| rows.start + y) {
            for x in (0..positions(columns.len())).map(|x| columns.start + x) {
                detail.extend(response(image, [z - first, y - top, x - left]));
            }
        }
    }
    let middle = detail.len() / 2;
    if detail.is_empty() {
        return None;
    }
    let (_, median, _) = detail.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*median / MEDIAN)
}

/// |HH| of the 6 x 6 voxels from here on; `None` where one of them measures nothing.
fn response(image: &Volume, [z, y, x]: [usize; 3]) -> Option<f64> {
    let mut sum = 0.0;
    for (j, across) in HIGH.iter().enumerate() {
        for (i, along) in HIGH.iter().enumerate() {
            let at = [z, y + j, x + i];
            if image.no_data().is_some_and(|marks| marks[at]) {
                return None;
            }
            sum += across * along * f64::from(image.data[at]);
        }
    }
    sum.is_finite().then_some(sum.abs())
}

/// White Gaussian noise of one repeat.
#[derive(Debug, Clone)]
pub struct Noise {
    sd: f64,
    stream: ChaCha8Rng,
}

impl Noise {
    /// Noise of this standard deviation; `None` where it is 0.
    pub fn new(sd: f64, streams: &Streams, repeat: u32) -> Option<Self> {
        (sd > 0.0).then(|| Self { sd, stream: streams.of(repeat, For::Noise) })
    }

    /// Adds it to every value, in their order; each call adds the same.
    pub fn add(&self, values: &mut Array3<f64>) {
        let mut stream = self.stream.clone();
        for value in values {
            let normal: f64 = StandardNormal.sample(&mut stream);
            *value += self.sd * normal;
        }
    }
}
