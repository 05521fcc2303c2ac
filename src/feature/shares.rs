//! Shares of counts, for energies and entropies.

/// Squares and bits of shares; those of small whole counts, which most are, made once each and
/// beforehand: what is made where it is first met, no branch could foresee.
pub(super) struct Shares {
    n: f64,
    known: [Share; Self::SMALL],
}

/// `p^2` and `p log2 p` of a share `p`.
type Share = (f64, f64);

impl Shares {
    const SMALL: usize = u64::BITS as usize;

    /// Of these counts out of `n`.
    #[inline(always)]
    pub(super) fn new(n: f64, counts: impl Iterator<Item = f64>) -> Self {
        let mut present = 0_u64;
        for count in counts {
            let place = place(count);
            present |= u64::from(f64::from(place) == count) << place;
        }
        let mut known = [(0.0, 0.0); Self::SMALL];
        // Of none there are no bits.
        present &= !1;
        while present != 0 {
            let count = present.trailing_zeros();
            present &= present - 1;
            known[count as usize] = share(f64::from(count) / n);
        }
        Self { n, known }
    }

    /// The share of one of the counts.
    #[inline(always)]
    pub(super) fn of(&self, count: f64) -> Share {
        let place = place(count);
        if f64::from(place) == count { self.known[place as usize] } else { share(count / self.n) }
    }
}

#[inline(always)]
fn share(p: f64) -> Share {
    (p * p, p * p.log2())
}

/// Small whole numbers as such; of others, any.
#[inline(always)]
fn place(count: f64) -> u32 {
    // Numbers around this are as far apart as whole numbers are.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    (count + WHOLE).to_bits() as u32 % Shares::SMALL as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_count_has_its_own_share() {
        let counts = [1.0, 63.0, 2.0, 64.0, 65.0, 0.5, 62.999, 1e9, 3.0];
        let shares = Shares::new(77.0, counts.into_iter());
        for count in counts {
            let p: f64 = count / 77.0;
            assert_eq!(shares.of(count), (p * p, p * p.log2()), "{count}");
        }
    }
}
