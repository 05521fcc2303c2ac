//! Numbers on a lattice, and noise with a grain.

use crate::rng::Rng;

/// Voxel centres around the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// mm along `[z, y, x]`.
    pub spacing: [f64; 3],
}

impl Lattice {
    /// Position `[x, y, z]` of a fractional index `[z, y, x]`, mm from the volume's centre.
    pub fn at(&self, index: [f64; 3]) -> [f64; 3] {
        [2, 1, 0].map(|a| (index[a] - 0.5 * (self.shape[a] as f64 - 1.0)) * self.spacing[a])
    }

    /// Number of voxels.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// A value of every voxel, from its position.
    pub fn map<T>(&self, mut f: impl FnMut([f64; 3]) -> T) -> Vec<T> {
        let [nz, ny, nx] = self.shape;
        let mut values = Vec::with_capacity(self.voxels());
        for z in 0..nz {
            for y in 0..ny {
                for x in 0..nx {
                    values.push(f(self.at([z as f64, y as f64, x as f64])));
                }
            }
        }
        values
    }
}

/// Noise of mean 0 and variance 1, smoothed `passes` times along `[z, y, x]`: more passes,
/// coarser grain.
pub fn noise(shape: [usize; 3], passes: [usize; 3], rng: &mut Rng) -> Vec<f64> {
    let mut data: Vec<f64> = (0..shape.iter().product()).map(|_| rng.bell()).collect();
    smooth(&mut data, shape, passes);
    let n = data.len() as f64;
    let mean = data.iter().sum::<f64>() / n;
    let variance = data.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    let scale = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
    for v in &mut data {
        *v = (*v - mean) * scale;
    }
    data
}

/// Binomial smoothing (1 2 1)/4, `passes` times along `[z, y, x]`; edges are repeated.
pub fn smooth(data: &mut [f64], shape: [usize; 3], passes: [usize; 3]) {
    let strides = [shape[1] * shape[2], shape[2], 1];
    for axis in 0..3 {
        let (n, stride) = (shape[axis], strides[axis]);
        let mut line = vec![0.0; n];
        for start in 0..data.len() {
            if start / stride % n != 0 || passes[axis] == 0 {
                continue;
            }
            for _ in 0..passes[axis] {
                for i in 0..n {
                    line[i] = data[start + i * stride];
                }
                for i in 0..n {
                    let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(n - 1)]);
                    data[start + i * stride] = 0.25 * (before + 2.0 * line[i] + after);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_centred_and_noise_is_normal_with_a_grain() {
        let lattice = Lattice { shape: [4, 5, 6], spacing: [2.5, 1.0, 0.5] };
        assert_eq!(lattice.at([1.5, 2.0, 2.5]), [0.0; 3]);
        assert_eq!(lattice.at([0.0; 3]), [-1.25, -2.0, -3.75]);
        let shape = [16, 32, 32];
        let neighbour = |passes| {
            let data = noise(shape, passes, &mut Rng::new(3, "noise"));
            data.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / data.len() as f64
        };
        assert!(neighbour([0, 0, 0]).abs() < 0.05);
        assert!(neighbour([1, 4, 4]) > 0.8);
    }

    #[test]
    fn smoothing_keeps_a_constant_and_spreads_an_impulse() {
        let mut data = vec![0.0; 27];
        data[13] = 16.0;
        smooth(&mut data, [3; 3], [0, 1, 1]);
        assert_eq!(data[9..18], [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0]);
        let mut flat = vec![3.0; 27];
        smooth(&mut flat, [3; 3], [2; 3]);
        assert!(flat.iter().all(|v| *v == 3.0));
    }
}
