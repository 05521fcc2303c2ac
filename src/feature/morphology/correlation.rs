//! The sums over all pairs by Fourier transforms: the theorem of Wiener and Khinchin.
//!
//! With weights that depend on the offset of two voxels only, a sum over pairs is a sum over
//! frequencies: the weights' spectrum times the values'. A box padded to twice its size keeps
//! opposite ends from meeting. Frequencies along x are taken one after another, so the padded box is
//! never held as a whole.

use super::pairs::{Cloud, PairSums};
use crate::engine::Engine;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

type Spectrum = Complex<f64>;

const ZERO: Spectrum = Spectrum { re: 0.0, im: 0.0 };

/// Most numbers of a block of frequencies along x that are held at a time: 512 MiB.
const BLOCK: usize = 1 << 25;

/// Fields that are transformed: ones, values, their squares.
const FIELDS: usize = 3;

/// Points of the padded box.
pub(super) fn points(shape: [usize; 3]) -> f64 {
    shape.map(|n| padded(n) as f64).iter().product()
}

/// The smallest length that holds all offsets of `n` points and has no prime factor above 5.
fn padded(n: usize) -> usize {
    let mut length = 2 * n - 1;
    loop {
        let rest = [2, 3, 5].into_iter().fold(length, |mut rest, prime| {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
            rest
        });
        if rest == 1 {
            return length;
        }
        length += 1;
    }
}

/// Transforms of one box.
struct Transforms {
    shape: [usize; 3],
    padded: [usize; 3],
    real: [Arc<dyn RealToComplex<f64>>; 3],
    complex: [Arc<dyn Fft<f64>>; 3],
}

impl Transforms {
    fn new(shape: [usize; 3]) -> Self {
        let padded = shape.map(padded);
        let (mut real, mut complex) = (RealFftPlanner::new(), FftPlanner::new());
        Self {
            shape,
            padded,
            real: padded.map(|n| real.plan_fft_forward(n)),
            complex: padded.map(|n| complex.plan_fft_forward(n)),
        }
    }

    /// The spectrum along `axis` of a padded line.
    fn real(&self, axis: usize, line: &mut [f64], out: &mut [Spectrum]) {
        // Its only errors are wrong lengths, which the callers' plans rule out.
        if self.real[axis].process(line, out).is_err() {
            out.fill(ZERO);
        }
    }

    /// The real spectrum along `axis` of a line that continues evenly to both sides of its start.
    fn even(
        &self,
        axis: usize,
        values: impl Iterator<Item = f64>,
        out: &mut [f64],
        room: &mut EvenRoom,
    ) {
        let n = self.padded[axis];
        let EvenRoom { line, spectrum } = room;
        line.clear();
        line.resize(n, 0.0);
        for (k, value) in values.enumerate() {
            (line[k], line[(n - k) % n]) = (value, value);
        }
        spectrum.resize(n / 2 + 1, ZERO);
        self.real(axis, line, spectrum);
        out.iter_mut().zip(spectrum).for_each(|(out, part)| *out = part.re);
    }
}

/// Room for one even line and its spectrum.
#[derive(Default)]
struct EvenRoom {
    line: Vec<f64>,
    spectrum: Vec<Spectrum>,
}

/// Room for one frequency along x. It is kept from one to the next: of memory that is new each time,
/// most of the time goes to the system.
struct Room {
    even: EvenRoom,
    along_y: Vec<f64>,
    weights: Vec<f64>,
    lines: Vec<Spectrum>,
    spectra: Vec<Spectrum>,
    scratch: Vec<Spectrum>,
}

impl Room {
    fn new(transforms: &Transforms) -> Self {
        let [nz, ..] = transforms.shape;
        let [pz, py, _] = transforms.padded;
        let [mz, my] = [pz / 2 + 1, py / 2 + 1];
        let scratch =
            [0, 1].map(|a| transforms.complex[a].get_inplace_scratch_len()).into_iter().max();
        Self {
            even: EvenRoom::default(),
            along_y: vec![0.0; nz * my],
            weights: vec![0.0; my * mz],
            lines: vec![ZERO; nz * py],
            spectra: vec![ZERO; FIELDS * py * pz],
            scratch: vec![ZERO; scratch.unwrap_or(0)],
        }
    }
}

/// Frequencies along x that are one piece of work.
const PIECE: usize = 4;

/// The sums over all ordered pairs.
pub(super) fn sums(cloud: &Cloud, engine: &Engine) -> PairSums {
    let transforms = Transforms::new(cloud.shape);
    let [nz, ny, _] = cloud.shape;
    let frequencies = transforms.padded[2] / 2 + 1;
    let at_a_time = (BLOCK / (nz * ny * (FIELDS + 1))).clamp(1, frequencies);
    let mut total = [0.0; FIELDS];
    for from in (0..frequencies).step_by(at_a_time) {
        let block: Vec<usize> = (from..frequencies.min(from + at_a_time)).collect();
        let fields = along_x(cloud, &transforms, &block, engine);
        let weights = weights_along_x(cloud, &transforms, &block, engine);
        let pieces: Vec<&[usize]> = block.chunks(PIECE).collect();
        let found = engine.map(&pieces, |piece| {
            let mut room = Room::new(&transforms);
            let sums = |&k: &usize| {
                let at = k - from;
                weights_across(&transforms, &weights, (at, block.len()), &mut room);
                let sums = across(&transforms, &fields, (at, block.len()), &mut room);
                // A real line has each frequency twice, but for the first and, of even ones, the last.
                let twice = k > 0 && 2 * k != transforms.padded[2];
                sums.map(|sum| if twice { 2.0 * sum } else { sum })
            };
            piece.iter().map(sums).collect::<Vec<_>>()
        });
        for sums in found.into_iter().flatten() {
            (0..FIELDS).for_each(|field| total[field] += sums[field]);
        }
    }
    let [weights, products, squares] = total.map(|sum| sum / points(cloud.shape));
    PairSums { weights, products, differences: 2.0 * (squares - products) }
}

/// The fields' spectra along x at the frequencies of the block, `[z, field, frequency, y]`.
fn along_x(
    cloud: &Cloud,
    transforms: &Transforms,
    block: &[usize],
    engine: &Engine,
) -> Vec<Spectrum> {
    let [nz, ny, nx] = cloud.shape;
    let plane = FIELDS * block.len() * ny;
    let mut out = vec![ZERO; nz * plane];
    engine.fill(&mut out, plane, |z, out| {
        let start = cloud.places.partition_point(|place| place[0] < z);
        let end = cloud.places.partition_point(|place| place[0] <= z);
        let mut at = start;
        let mut lines = vec![0.0; FIELDS * transforms.padded[2]];
        let mut spectrum = vec![ZERO; transforms.padded[2] / 2 + 1];
        for y in 0..ny {
            lines.fill(0.0);
            let first = at;
            while at < end && cloud.places[at][1] == y {
                let (x, value) = (cloud.places[at][2].min(nx - 1), cloud.values[at]);
                for (line, value) in
                    lines.chunks_mut(transforms.padded[2]).zip([1.0, value, value * value])
                {
                    line[x] = value;
                }
                at += 1;
            }
            if at == first {
                continue;
            }
            for (field, line) in lines.chunks_mut(transforms.padded[2]).enumerate() {
                transforms.real(2, line, &mut spectrum);
                for (k, frequency) in block.iter().enumerate() {
                    out[(field * block.len() + k) * ny + y] = spectrum[*frequency];
                }
            }
        }
    });
    out
}

/// The weights' spectrum along x at the frequencies of the block, `[z, frequency, y]`.
fn weights_along_x(
    cloud: &Cloud,
    transforms: &Transforms,
    block: &[usize],
    engine: &Engine,
) -> Vec<f64> {
    let [nz, ny, nx] = cloud.shape;
    let plane = block.len() * ny;
    let mut out = vec![0.0; nz * plane];
    engine.fill(&mut out, plane, |z, out| {
        let mut spectrum = vec![0.0; transforms.padded[2] / 2 + 1];
        let mut room = EvenRoom::default();
        for y in 0..ny {
            let weight = |x: usize| {
                let mm = [0, 1, 2].map(|a| [z, y, x][a] as f64 * cloud.spacing[a]);
                let squared: f64 = mm.iter().map(|d| d * d).sum();
                // A voxel is no pair with itself.
                if squared > 0.0 { 1.0 / squared.sqrt() } else { 0.0 }
            };
            transforms.even(2, (0..nx).map(weight), &mut spectrum, &mut room);
            for (k, frequency) in block.iter().enumerate() {
                out[k * ny + y] = spectrum[*frequency];
            }
        }
    });
    out
}

/// The weights' spectrum at one frequency along x, `[y frequency, z frequency]`, up to the middle of
/// each.
fn weights_across(
    transforms: &Transforms,
    lines: &[f64],
    (at, block): (usize, usize),
    room: &mut Room,
) {
    let [nz, ny, _] = transforms.shape;
    let [mz, my, _] = transforms.padded.map(|n| n / 2 + 1);
    let Room { even, along_y, weights, .. } = room;
    for (z, out) in along_y.chunks_mut(my).enumerate() {
        let line = &lines[(z * block + at) * ny..][..ny];
        transforms.even(1, line.iter().copied(), out, even);
    }
    for (y, out) in weights.chunks_mut(mz).enumerate() {
        transforms.even(0, (0..nz).map(|z| along_y[z * my + y]), out, even);
    }
}

/// Sums over the frequencies along y and z at one along x: of ones times ones, values times values,
/// ones times squares.
fn across(
    transforms: &Transforms,
    fields: &[Spectrum],
    (at, block): (usize, usize),
    room: &mut Room,
) -> [f64; FIELDS] {
    let [nz, ny, _] = transforms.shape;
    let [pz, py, _] = transforms.padded;
    let Room { weights, lines, spectra, scratch, .. } = room;
    for (field, spectrum) in spectra.chunks_mut(py * pz).enumerate() {
        for (z, line) in lines.chunks_mut(py).enumerate() {
            line[..ny].copy_from_slice(&fields[((z * FIELDS + field) * block + at) * ny..][..ny]);
            line[ny..].fill(ZERO);
        }
        transforms.complex[1].process_with_scratch(lines, scratch);
        for (y, row) in spectrum.chunks_mut(pz).enumerate() {
            let along_z = lines.iter().skip(y).step_by(py);
            row.iter_mut().zip(along_z).for_each(|(place, part)| *place = *part);
            row[nz..].fill(ZERO);
        }
        transforms.complex[0].process_with_scratch(spectrum, scratch);
    }
    let (ones, rest) = spectra.split_at(py * pz);
    let (values, squares) = rest.split_at(py * pz);
    let half = pz / 2 + 1;
    let mut sums = [0.0; FIELDS];
    for y in 0..py {
        let weights = &weights[y.min(py - y) * half..][..half];
        for z in 0..pz {
            let weight = weights[z.min(pz - z)];
            let [one, value, square] = [ones, values, squares].map(|field| field[y * pz + z]);
            sums[0] += weight * one.norm_sqr();
            sums[1] += weight * value.norm_sqr();
            sums[2] += weight * (one.re * square.re + one.im * square.im);
        }
    }
    sums
}
