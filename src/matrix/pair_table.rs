//! How often two ranks are a step apart, counted in tables.

use super::chunk::{CHUNK, chunk};
use crate::engine::{Loop, wide};

/// Numbers of a table of two steps up to which it stays in a processor's cache.
const CACHED: usize = 1 << 19;
/// As many of them are cleared and added up in the time that counting a voxel takes.
const PER_VOXEL: usize = 3;

/// A table for each step, of the voxels of the spans and those `offsets` before them: by the rank at
/// the voxel times `n`, and the rank a step before. `n` is the number of ranks with 0, which is
/// outside.
///
/// Counting is bound by one addition in memory for each voxel and step. Two steps take one between
/// them where ranks are few: it counts the three ranks at once, and their table has the sums of both.
pub(super) fn pair_tables(
    ranks: &[u16],
    spans: &[(usize, usize)],
    offsets: &[usize],
    n: usize,
) -> Vec<Vec<u32>> {
    let voxels: usize = spans.iter().map(|span| span.1).sum();
    let cells = n.saturating_pow(3);
    let together = cells <= CACHED && cells <= PER_VOXEL.saturating_mul(voxels);
    let mut tables = Vec::with_capacity(offsets.len());
    for offsets in offsets.chunks(2) {
        match *offsets {
            [one, other] if together => {
                let triples = wide(Counting { ranks, spans, offsets: [one, other], n });
                tables.extend(wide(Sums { triples: &triples, n }));
            }
            _ => tables.extend(offsets.iter().map(|offset| {
                let offsets = [*offset];
                wide(Counting { ranks, spans, offsets, n })
            })),
        }
    }
    tables
}

/// Counts voxels by their rank and those some steps before, the last the fastest.
struct Counting<'a, const STEPS: usize> {
    ranks: &'a [u16],
    spans: &'a [(usize, usize)],
    offsets: [usize; STEPS],
    n: usize,
}

impl<const STEPS: usize> Loop for Counting<'_, STEPS> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn call(self) -> Vec<u32> {
        let Self { ranks, spans, offsets, n } = self;
        let mut table = vec![0_u32; n.pow(1 + STEPS as u32)];
        for &(start, length) in spans {
            for from in (start..start + length).step_by(CHUNK) {
                let here = chunk::<CHUNK>(ranks, from);
                // Places are made side by side; the table is small enough for their numbers.
                let mut places = here.map(u32::from);
                for offset in offsets {
                    let there = chunk::<CHUNK>(ranks, from - offset);
                    for k in 0..CHUNK {
                        places[k] = places[k] * n as u32 + u32::from(there[k]);
                    }
                }
                for place in places.iter().take(start + length - from) {
                    table[*place as usize] += 1;
                }
            }
        }
        table
    }
}

/// The tables of either step of a table of two.
struct Sums<'a> {
    triples: &'a [u32],
    n: usize,
}

impl Loop for Sums<'_> {
    type Output = [Vec<u32>; 2];

    #[inline(always)]
    fn call(self) -> [Vec<u32>; 2] {
        let Self { triples, n } = self;
        let (mut first, mut second) = (vec![0_u32; n * n], vec![0_u32; n * n]);
        let ranks = triples.chunks_exact(n * n).zip(first.chunks_exact_mut(n));
        for ((triples, first), second) in ranks.zip(second.chunks_exact_mut(n)) {
            for (row, sum) in triples.chunks_exact(n).zip(first) {
                *sum = row.iter().sum();
                for (sum, count) in second.iter_mut().zip(row) {
                    *sum += count;
                }
            }
        }
        [first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_together_count_what_each_counts_alone() {
        let mut state = 1_u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let (n, offsets) = (5_usize, [1, 8, 9, 40, 63]);
        let mut ranks: Vec<u16> = (0..900).map(|_| draw(n as u32) as u16).collect();
        ranks.extend([0; CHUNK]);
        let spans: Vec<(usize, usize)> =
            (64..800).step_by(90).map(|start| (start, 1 + draw(80) as usize)).collect();
        let voxels: usize = spans.iter().map(|span| span.1).sum();
        assert!(PER_VOXEL * voxels >= n.pow(3) && voxels > 0);
        let together = pair_tables(&ranks, &spans, &offsets, n);
        let alone: Vec<_> =
            offsets.iter().flat_map(|offset| pair_tables(&ranks, &spans, &[*offset], n)).collect();
        assert_eq!(together, alone);
        for (table, offset) in alone.iter().zip(offsets) {
            let mut expected = vec![0; n * n];
            for at in spans.iter().flat_map(|(start, length)| *start..start + length) {
                expected[usize::from(ranks[at]) * n + usize::from(ranks[at - offset])] += 1;
            }
            assert_eq!(*table, expected);
        }
    }
}
