//! Counting into a table.

/// Tables that are counted into by turns: equal numbers follow one another, and a count that was just
/// written is slow to read.
const TURNS: usize = 4;

/// How often each number occurs, from 0 to a last one.
pub(super) struct ByTurns {
    counts: Vec<[usize; TURNS]>,
}

impl ByTurns {
    /// For numbers up to `last`.
    pub(super) fn new(last: usize) -> Self {
        Self { counts: vec![[0; TURNS]; last + 1] }
    }

    /// Counts the number of each; those beyond the last are counted as the last.
    #[inline]
    pub(super) fn add<T: Copy>(&mut self, all: &[T], number: impl Fn(T) -> usize) {
        let last = self.counts.len() - 1;
        let (groups, rest) = all.as_chunks::<TURNS>();
        for group in groups {
            for (turn, one) in group.iter().enumerate() {
                self.counts[number(*one).min(last)][turn] += 1;
            }
        }
        for one in rest {
            self.counts[number(*one).min(last)][0] += 1;
        }
    }

    /// How often each number occurs, 0 first.
    pub(super) fn totals(&self) -> impl Iterator<Item = usize> {
        self.counts.iter().map(|turns| turns.iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once() {
        let mut counts = ByTurns::new(3);
        counts.add(&[1_u16, 1, 1, 3, 0, 1, 9], usize::from);
        counts.add(&[2_u16, 3], usize::from);
        assert_eq!(counts.totals().collect::<Vec<_>>(), [1, 4, 1, 3]);
    }
}
