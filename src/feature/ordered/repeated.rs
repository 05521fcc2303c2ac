//! The same number added many times, to the bit.

/// So few additions of a term, for each sum there is, are made one by one: side by side.
const FEW_FOR_EACH: usize = 24;
/// So few are the rest of more.
const REST: usize = 8;
/// The bits of an `f64` that are its exponent.
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

/// `sum + term + term` and so on, `n` times, to the bit.
#[inline]
pub(super) fn repeated<const N: usize>(mut sums: [f64; N], terms: [f64; N], n: usize) -> [f64; N] {
    if n > FEW_FOR_EACH * N {
        return std::array::from_fn(|k| often(sums[k], terms[k], n));
    }
    for _ in 0..n {
        (0..N).for_each(|k| sums[k] += terms[k]);
    }
    sums
}

/// The same of one sum.
///
/// As long as the sum keeps its exponent, the numbers around it are equally spaced and each addition
/// rounds to the same step, but for the first where the term ends in half a space: that one rounds to
/// an even number, after which all do alike. So many steps are exact numbers, and are made in one.
fn often(mut sum: f64, term: f64, mut n: usize) -> f64 {
    while n >= REST {
        let first = sum + term;
        let second = first + term;
        sum = second + term;
        n -= 3;
        let step = sum - second;
        if step == 0.0 || !sum.is_finite() {
            return sum;
        }
        let many = steps(first, sum, step).min(n);
        sum += many as f64 * step;
        n -= many;
    }
    (0..n).fold(sum, |sum, _| sum + term)
}

/// How many more steps surely leave a number's exponent as it is, where those since `before` did.
fn steps(before: f64, number: f64, step: f64) -> usize {
    let exponent = number.to_bits() & EXPONENT;
    let (low, high) = (f64::from_bits(exponent), 2.0 * f64::from_bits(exponent));
    if before.to_bits() & EXPONENT != exponent || exponent == 0 || high.is_infinite() {
        return 0;
    }
    let grows = (step > 0.0) == (number > 0.0);
    let room = if grows { high - number.abs() } else { number.abs() - low };
    // One step of the room is for the sum before it is rounded, one for this quotient's own rounding.
    ((room / step.abs()) as usize).saturating_sub(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn repeating_is_adding_one_by_one(
            sum in prop_oneof![Just(0.0), Just(-0.0), -1e3..1e3, -1e-3..1e-3, any::<f64>()],
            term in prop_oneof![Just(0.0), -1e3..1e3, 1e-18..1e-12, (-40_i32..40).prop_map(|k| 1.5 * 2.0_f64.powi(k)), any::<f64>()],
            n in 0_usize..3000,
        ) {
            let plainly = (0..n).fold(sum, |sum, _| sum + term);
            prop_assert_eq!(often(sum, term, n).to_bits(), plainly.to_bits());
            let [one, other] = repeated([sum, 1.0], [term, sum], n);
            let others = (0..n).fold(1.0, |all, _| all + sum);
            prop_assert_eq!((one.to_bits(), other.to_bits()), (plainly.to_bits(), others.to_bits()));
        }
    }
}
