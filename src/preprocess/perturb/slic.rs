//! Supervoxels: compact pieces of an image whose borders follow its edges.
//!
//! Simple linear iterative clustering (SLIC): Achanta et al., IEEE Trans Pattern Anal Mach Intell 34
//! (2012) 2274-2282, with distances in mm.

use ndarray::Array3;
use std::collections::VecDeque;

/// Rounds of assignment; the paper finds ten enough.
const ROUNDS: usize = 10;
/// A part smaller than the mean supervoxel by this factor joins a neighbour.
const SMALLEST: usize = 4;

/// A cluster: its mean intensity and place.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    value: f64,
    /// Fractional index `[z, y, x]`.
    at: [f64; 3],
}

/// Labels from 0 on, `[z, y, x]`, each one connected piece (by faces), and how many there are.
///
/// `values`, in C order, are intensities in units of the range within which they count; a supervoxel's mean
/// volume is that of a cube of `edge_mm`, and a distance of that edge weighs as much as a
/// difference of `compactness`.
pub fn supervoxels(
    values: &Array3<f64>,
    spacing: [f64; 3],
    edge_mm: f64,
    compactness: f64,
) -> (Array3<u32>, usize) {
    let (nz, ny, nx) = values.dim();
    let shape = [nz, ny, nx];
    // Cells of the starting lattice: whole numbers of them, of at least a voxel.
    let cells = [0, 1, 2].map(|a| {
        let wanted = (shape[a] as f64 * spacing[a] / edge_mm).round().max(1.0);
        (wanted as usize).min(shape[a])
    });
    let mut clusters = starts(values, shape, cells);
    let mut labels = Array3::from_elem(shape, 0_u32);
    let mut nearest = vec![f64::INFINITY; values.len()];
    let reach = spacing.map(|mm| edge_mm / mm);
    let weight = spacing.map(|mm| (compactness * mm / edge_mm).powi(2));
    for _ in 0..ROUNDS {
        nearest.fill(f64::INFINITY);
        for (label, cluster) in clusters.iter().enumerate() {
            let span = |a: usize| {
                let lo = (cluster.at[a] - reach[a]).ceil().max(0.0) as usize;
                let hi = (cluster.at[a] + reach[a]).floor().max(0.0) as usize;
                // At least the voxel it lies in.
                let own = (cluster.at[a].round() as usize).min(shape[a] - 1);
                lo.min(own)..(hi.min(shape[a] - 1)).max(own) + 1
            };
            let away = |a: usize, i: usize| weight[a] * (i as f64 - cluster.at[a]).powi(2);
            let (Some(values), Some(labels)) = (values.as_slice(), labels.as_slice_mut()) else {
                break;
            };
            let across = span(2);
            let along: Vec<f64> = across.clone().map(|x| away(2, x)).collect();
            for z in span(0) {
                for y in span(1) {
                    let far = away(0, z) + away(1, y);
                    let row = (z * ny + y) * nx + across.start..(z * ny + y) * nx + across.end;
                    let (near, labels) = (&mut nearest[row.clone()], &mut labels[row.clone()]);
                    let places = near.iter_mut().zip(labels);
                    for ((value, along), (near, own)) in values[row].iter().zip(&along).zip(places)
                    {
                        let other = value - cluster.value;
                        let distance = other * other + far + along;
                        if distance < *near {
                            *near = distance;
                            *own = label as u32;
                        }
                    }
                }
            }
        }
        means(values, &labels, &mut clusters);
    }
    connected(&labels, values.len() / clusters.len().max(1) / SMALLEST)
}

/// A cluster in the middle of each cell.
fn starts(values: &Array3<f64>, shape: [usize; 3], cells: [usize; 3]) -> Vec<Cluster> {
    let mut clusters = Vec::with_capacity(cells.iter().product());
    let middle = |a: usize, cell: usize| {
        (2 * cell + 1) as f64 * shape[a] as f64 / (2 * cells[a]) as f64 - 0.5
    };
    for z in 0..cells[0] {
        for y in 0..cells[1] {
            for x in 0..cells[2] {
                let at = [middle(0, z), middle(1, y), middle(2, x)];
                clusters.push(Cluster { value: values[at.map(|i| i as usize)], at });
            }
        }
    }
    clusters
}

/// Moves each cluster to the mean of its voxels.
fn means(values: &Array3<f64>, labels: &Array3<u32>, clusters: &mut [Cluster]) {
    let mut sums = vec![([0.0; 4], 0_usize); clusters.len()];
    for (((z, y, x), label), value) in labels.indexed_iter().zip(values) {
        let (sum, count) = &mut sums[*label as usize];
        for (sum, part) in sum.iter_mut().zip([*value, z as f64, y as f64, x as f64]) {
            *sum += part;
        }
        *count += 1;
    }
    for (cluster, (sum, count)) in clusters.iter_mut().zip(sums) {
        // One that lost all its voxels stays where it was.
        if count > 0 {
            let [value, z, y, x] = sum.map(|sum| sum / count as f64);
            *cluster = Cluster { value, at: [z, y, x] };
        }
    }
}

/// Each connected part of a label gets a label of its own; the voxels of parts smaller than
/// `smallest` go to the part next to them, in steps by faces.
///
/// Small parts do not join one another: they would make long chains.
fn connected(labels: &Array3<u32>, smallest: usize) -> (Array3<u32>, usize) {
    const NONE: u32 = u32::MAX;
    let shape = labels.dim();
    let mut seen = Array3::from_elem(shape, false);
    let mut out = Array3::from_elem(shape, NONE);
    let mut count = 0;
    let mut border = VecDeque::new();
    let mut largest: Vec<(usize, usize, usize)> = Vec::new();
    for (start, label) in labels.indexed_iter() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut next = 0;
        while let Some(&at) = part.get(next) {
            next += 1;
            for to in neighbours(at, shape).filter(|to| labels[*to] == *label) {
                if !seen[to] {
                    seen[to] = true;
                    part.push(to);
                }
            }
        }
        if part.len() >= smallest {
            for at in &part {
                out[*at] = count;
            }
            count += 1;
            border.extend(part);
        } else if part.len() > largest.len() {
            largest = part;
        }
    }
    if count == 0 {
        // Nothing but small parts: all of them go to the largest.
        for at in &largest {
            out[*at] = 0;
        }
        count = 1;
        border.extend(largest);
    }
    while let Some(at) = border.pop_front() {
        for to in neighbours(at, shape) {
            if out[to] == NONE {
                out[to] = out[at];
                border.push_back(to);
            }
        }
    }
    (out, count as usize)
}

/// The up to six voxels that share a face.
fn neighbours(
    (z, y, x): (usize, usize, usize),
    (nz, ny, nx): (usize, usize, usize),
) -> impl Iterator<Item = (usize, usize, usize)> {
    let all = [
        (z.wrapping_sub(1), y, x),
        (z + 1, y, x),
        (z, y.wrapping_sub(1), x),
        (z, y + 1, x),
        (z, y, x.wrapping_sub(1)),
        (z, y, x + 1),
    ];
    all.into_iter().filter(move |to| to.0 < nz && to.1 < ny && to.2 < nx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_image_falls_into_cells_and_an_edge_is_a_border() {
        let flat = Array3::zeros((8, 16, 16));
        let (labels, count) = supervoxels(&flat, [2.0, 1.0, 1.0], 8.0, 0.1);
        assert_eq!(count, 2 * 2 * 2);
        let sizes: Vec<usize> =
            (0..8).map(|label| labels.iter().filter(|l| **l == label).count()).collect();
        assert!(sizes.iter().all(|size| (128..=384).contains(size)), "{sizes:?}");
        // An edge off the cells: no supervoxel lies on both sides.
        let edge = Array3::from_shape_fn((8, 16, 16), |(_, _, x)| f64::from(u8::from(x < 7)));
        let (labels, count) = supervoxels(&edge, [1.0; 3], 4.0, 0.05);
        for label in 0..count as u32 {
            let sides: Vec<f64> =
                labels.iter().zip(&edge).filter(|(l, _)| **l == label).map(|(_, v)| *v).collect();
            assert!(!sides.is_empty() && sides.iter().all(|v| *v == sides[0]), "{label}");
        }
    }

    #[test]
    fn parts_are_connected_and_small_ones_join() {
        let labels = Array3::from_shape_vec((1, 1, 9), vec![5, 5, 5, 2, 5, 5, 5, 7, 7]).unwrap();
        let (all, count) = connected(&labels, 1);
        assert_eq!((all.into_raw_vec_and_offset().0, count), (vec![0, 0, 0, 1, 2, 2, 2, 3, 3], 4));
        // Those too small go to what is next to them, one voxel from either side at a time.
        let (joined, count) = connected(&labels, 3);
        assert_eq!(
            (joined.into_raw_vec_and_offset().0, count),
            (vec![0, 0, 0, 0, 1, 1, 1, 1, 1], 2)
        );
        let (one, count) = connected(&labels, 4);
        assert_eq!((one.into_raw_vec_and_offset().0, count), (vec![0; 9], 1));
    }
}
