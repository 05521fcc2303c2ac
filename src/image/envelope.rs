//! The lower envelope of parabolas along a line, of which distances are made axis by axis.
//!
//! Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012), 415-428, with the spacing of the axis.

/// The least of all `value + (spacing (i - vertex))²` at each index `i`.
pub(crate) struct Envelope {
    spacing: f64,
    /// Index and value of each parabola's vertex, left to right, and where it begins to be lowest.
    lowest: Vec<(f64, f64, f64)>,
}

impl Envelope {
    /// Of no parabola yet; there will be about `count`.
    pub(crate) fn new(count: usize, spacing: f64) -> Self {
        Self { spacing, lowest: Vec::with_capacity(count) }
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.lowest.clear();
    }

    /// One more parabola, further right than all others.
    pub(crate) fn add(&mut self, vertex: f64, value: f64) {
        let square = self.spacing * self.spacing;
        let mut begins = f64::NEG_INFINITY;
        while let Some(&(other, lower, since)) = self.lowest.last() {
            let apart = vertex - other;
            begins = ((value - lower) / square + (vertex + other) * apart) / (2.0 * apart);
            if begins > since {
                break;
            }
            self.lowest.pop();
            begins = f64::NEG_INFINITY;
        }
        self.lowest.push((vertex, value, begins));
    }

    /// Hands `f` the indices from `from` to before `to`, each with what the envelope is there:
    /// infinite without a parabola.
    pub(crate) fn read(&self, from: usize, to: usize, mut f: impl FnMut(usize, f64)) {
        let mut parabolas = self.lowest.iter().peekable();
        let mut lowest = parabolas.next();
        for k in from..to {
            let at = k as f64;
            while parabolas.peek().is_some_and(|(_, _, begins)| *begins < at) {
                lowest = parabolas.next();
            }
            let found = lowest.map_or(f64::INFINITY, |(vertex, value, _)| {
                let away = (at - vertex) * self.spacing;
                value + away * away
            });
            f(k, found);
        }
    }
}
