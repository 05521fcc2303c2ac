//! The largest singular value of a matrix that is left when a known pair is taken away.

/// Steps after which the largest value has settled, but for matrices of many levels near the diagonal,
/// and those after which it is asked again whether it has.
const STEPS: usize = 120;
const MORE: usize = 20;
/// It has settled when it has grown by no more than this share.
const SETTLED: f64 = 1e-15;
/// Numbers that are kept of all vectors.
const KEPT: usize = 1 << 24;

/// The second singular value of the matrix `b` (cells `(row, column, value)`, square), whose first
/// is 1 with these left and right vectors of length 1.
///
/// Lanczos tridiagonalisation of `c c'`, `c` the matrix without its first pair, with every vector
/// made orthogonal to all before it; then bisection. 0 where nothing is left, `None` where the matrix is
/// so large that the value has not settled with all the vectors that are kept.
pub(super) fn second_singular_value(
    b: &[(usize, usize, f64)],
    left: &[f64],
    right: &[f64],
) -> Option<f64> {
    let n = left.len();
    let apply = |x: &[f64]| {
        let mut across = vec![0.0; n];
        for &(i, j, value) in b {
            across[j] += value * x[i];
        }
        without(&mut across, right, dot(left, x));
        let mut back = vec![0.0; n];
        for &(i, j, value) in b {
            back[i] += value * across[j];
        }
        without(&mut back, left, dot(right, &across));
        back
    };
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    // No vector of interest is orthogonal to a sequence without pattern.
    let mut next: Vec<f64> =
        (1..=n).map(|k| (k as f64 * 0.618_033_988_749_895).fract() - 0.4).collect();
    let mut basis: Vec<Vec<f64>> = vec![left.to_vec()];
    let mut before = 0.0;
    let steps = n.min(KEPT / n.max(1));
    let mut settled = steps == n;
    for step in 0..steps {
        if step >= STEPS - MORE && step % MORE == 0 {
            let largest = largest_eigenvalue(&diagonal, &beside);
            if step >= STEPS && largest <= before * (1.0 + SETTLED) {
                settled = true;
                break;
            }
            before = largest;
        }
        // Twice is enough (Kahan, Parlett).
        for _ in 0..2 {
            for v in &basis {
                let share = dot(v, &next);
                without(&mut next, v, share);
            }
        }
        let length = dot(&next, &next).sqrt();
        if length < 1e-13 {
            settled = true;
            break;
        }
        if !diagonal.is_empty() {
            beside.push(length);
        }
        for x in &mut next {
            *x /= length;
        }
        let image = apply(&next);
        diagonal.push(dot(&next, &image));
        basis.push(std::mem::replace(&mut next, image));
    }
    settled.then(|| largest_eigenvalue(&diagonal, &beside).max(0.0).sqrt())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `x - share v`.
fn without(x: &mut [f64], v: &[f64], share: f64) {
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= share * v);
}

/// Of a symmetric tridiagonal matrix; 0 of an empty one.
fn largest_eigenvalue(diagonal: &[f64], beside: &[f64]) -> f64 {
    let off = |k: usize| beside.get(k).copied().unwrap_or(0.0).abs();
    let before = |k: usize| k.checked_sub(1).map_or(0.0, off);
    let discs = diagonal.iter().enumerate().map(|(k, d)| d + off(k) + before(k));
    let Some(mut high) = discs.reduce(f64::max) else { return 0.0 };
    let mut low = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Are all eigenvalues below? Then every pivot of the matrix less x is negative.
    let below = |x: f64| {
        let mut pivot = 1.0;
        diagonal.iter().enumerate().all(|(k, d)| {
            pivot = d - x - before(k) * before(k) / pivot;
            pivot < 0.0
        })
    };
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_of_the_second_difference_are_known() {
        // 2 on the diagonal, -1 beside it: the largest is 2 + 2 cos(pi / (n + 1)).
        let expected = 2.0 + 2.0 * (std::f64::consts::PI / 8.0).cos();
        assert!((largest_eigenvalue(&[2.0; 7], &[-1.0; 6]) - expected).abs() < 1e-14);
        assert_eq!((largest_eigenvalue(&[], &[]), largest_eigenvalue(&[3.0], &[])), (0.0, 3.0));
    }

    /// Each level stays or goes to one beside it: a lazy walk along a path of `n`, whose values are
    /// `(1 + cos(pi k / (n - 1))) / 2`.
    #[test]
    fn many_levels_near_the_diagonal_settle() {
        for n in [100, 300, 500] {
            let degree = |k: usize| if k == 0 || k + 1 == n { 1.0_f64 } else { 2.0 };
            let beside = |k: usize| 0.5 / (degree(k) * degree(k + 1)).sqrt();
            let up = (1..n).map(|k| (k - 1, k, beside(k - 1)));
            let cells: Vec<_> = (0..n)
                .map(|k| (k, k, 0.5))
                .chain(up.clone().flat_map(|(i, j, value)| [(i, j, value), (j, i, value)]))
                .collect();
            let first: Vec<f64> = (0..n).map(|k| (degree(k) / (2 * n - 2) as f64).sqrt()).collect();
            let expected = 0.5 + 0.5 * (std::f64::consts::PI / (n - 1) as f64).cos();
            let found = second_singular_value(&cells, &first, &first).unwrap();
            assert!((found - expected).abs() < 1e-13, "{n}: {found} {expected}");
        }
    }

    #[test]
    fn two_levels_have_the_correlation_as_second_value() {
        // p = [[.4, .1], [.1, .4]]: margins .5, eigenvalues of 2 p are 1 and 0.6.
        let cells = [(0, 0, 0.8), (0, 1, 0.2), (1, 0, 0.2), (1, 1, 0.8)];
        let half = [0.5_f64.sqrt(); 2];
        assert!((second_singular_value(&cells, &half, &half).unwrap() - 0.6).abs() < 1e-14);
        // Two groups of levels that never meet: the first value is there twice.
        let apart = [(0, 0, 1.0), (1, 1, 1.0)];
        assert!((second_singular_value(&apart, &half, &half).unwrap() - 1.0).abs() < 1e-14);
        assert_eq!(second_singular_value(&[(0, 0, 1.0)], &[1.0], &[1.0]), Some(0.0));
    }
}
