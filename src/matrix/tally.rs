//! Counting by grey level and a second number.

/// Counts, and sums of values, by the rank of a grey level and a second number.
///
/// Low second numbers are counted in a table, higher ones in a list; the table is no larger than a
/// few times what is counted: the memory is bounded by the voxels.
pub(super) struct Tally {
    /// Second numbers of a level in the table: 0 to `width - 1`.
    width: usize,
    /// `(count, sum)` of each pair.
    table: Vec<(u64, u64)>,
    /// `(rank, second, value)` of each one counted elsewhere.
    list: Vec<(u16, u32, u64)>,
}

/// Entries of a table for each one that is counted, and entries that are always granted.
const SPARSE: usize = 8;
const GRANTED: usize = 1 << 12;
/// Second numbers of a level that are in a table at most: few voxels are in zones or have depths beyond,
/// and a table stays small enough to be near.
const WIDEST: usize = 128;

impl Tally {
    /// For ranks from 1 to `ranks`, second numbers from 0 to `highest`, and so many ones to count.
    pub(super) fn new(ranks: usize, highest: usize, ones: usize) -> Self {
        let entries = GRANTED.max(ones.saturating_mul(SPARSE));
        let width = (entries / (ranks + 1)).min(highest.saturating_add(1)).min(WIDEST);
        Self { width, table: vec![(0, 0); (ranks + 1) * width], list: Vec::new() }
    }

    /// Counts one.
    #[inline(always)]
    pub(super) fn add(&mut self, rank: u16, second: u32, value: u64) {
        if (second as usize) < self.width {
            let (count, sum) = &mut self.table[usize::from(rank) * self.width + second as usize];
            *count += 1;
            *sum += value;
        } else {
            self.list.push((rank, second, value));
        }
    }

    /// A cell of rank, second number, count and sum for each pair that occurs, ascending.
    pub(super) fn cells<C>(mut self, cell: impl Fn(u16, u32, u64, u64) -> C) -> Vec<C> {
        let mut cells = Vec::new();
        self.list.sort_unstable();
        let mut list = self.list.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).peekable();
        let mut listed = |cells: &mut Vec<C>, rank: Option<u16>| {
            while let Some(same) = list.next_if(|same| rank.is_none_or(|rank| same[0].0 == rank)) {
                let sum = same.iter().map(|one| one.2).sum();
                cells.push(cell(same[0].0, same[0].1, same.len() as u64, sum));
            }
        };
        let rows = self.table.chunks(self.width.max(1)).zip(0..=u16::MAX);
        for (row, rank) in rows {
            let occurring = row.iter().zip(0..).filter(|((count, _), _)| *count > 0);
            cells.extend(occurring.map(|((count, sum), second)| cell(rank, second, *count, *sum)));
            listed(&mut cells, Some(rank));
        }
        listed(&mut cells, None);
        cells
    }
}

/// Sorts cells by their key and adds those of one key.
pub(super) fn add_equal<C: Copy, K: Ord>(
    cells: &mut Vec<C>,
    key: impl Fn(&C) -> K,
    add: impl Fn(&mut C, &C),
) {
    // The stable sort finds the sorted stretches that the parts of a merged matrix are.
    cells.sort_by_key(|cell| key(cell));
    cells.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        if same {
            add(kept, next);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_levels_there_are_fit() {
        let mut tally = Tally::new(usize::from(u16::MAX), 3, usize::from(u16::MAX));
        (1..=u16::MAX).for_each(|rank| tally.add(rank, u32::from(rank % 4), 1));
        let cells = tally.cells(|rank, second, count, _| (rank, second, count));
        assert_eq!(cells.len(), usize::from(u16::MAX));
        assert_eq!(cells.last(), Some(&(u16::MAX, 3, 1)));
    }

    #[test]
    fn table_and_list_count_alike() {
        let ones: Vec<(u16, u32, u64)> =
            (0..900_u32).map(|k| (1 + (k % 7) as u16, k % 5 * 20, u64::from(k))).collect();
        let cells = |voxels| {
            let mut tally = Tally::new(99, 1000, voxels);
            for (rank, second, value) in &ones {
                tally.add(*rank, *second, *value);
            }
            assert_eq!(tally.list.is_empty(), voxels > 900);
            tally.cells(|rank, second, count, sum| (rank, second, count, sum))
        };
        assert_eq!(cells(100), cells(1100));
        assert_eq!(cells(100).len(), 35);
        assert_eq!(cells(100)[0], (1, 0, 26, (0..26).map(|k| 35 * k).sum()));
    }
}
