//! Prediction and its statistics (T.87 annex A).

use super::bits::Bits;
use super::header::Parameters;

/// Numbers that errors and samples share (A.2).
pub(super) struct Sample {
    max: i32,
    near: i32,
    /// Width of a quantised error: 2 NEAR + 1.
    step: i32,
    range: i32,
    /// Bits of an error.
    wide: u32,
    limit: u32,
}

impl Sample {
    pub fn new(parameters: &Parameters) -> Self {
        let (max, near) = (parameters.max, parameters.near);
        let bits = |count: i32| 32 - (count - 1).leading_zeros();
        let step = 2 * near + 1;
        let range = (max + 2 * near) / step + 1;
        let own = bits(max + 1).max(2);
        let limit = 2 * (own + own.max(8));
        Self { max, near, step, range, wide: bits(range), limit }
    }

    /// The sample an error of the prediction makes (A.4.5).
    fn restore(&self, predicted: i32, error: i32) -> i32 {
        let mut value = predicted + error * self.step;
        if value < -self.near {
            value += self.range * self.step;
        } else if value > self.max + self.near {
            value -= self.range * self.step;
        }
        value.clamp(0, self.max)
    }

    /// An error must be one that coding can make; statistics of others would grow without end.
    fn checked(&self, error: i64) -> Result<i32, String> {
        let found = i32::try_from(error).ok().filter(|e| e.abs() <= self.range / 2 + 1);
        found.ok_or_else(|| format!("it holds an error of {error} in a range of {}", self.range))
    }
}

/// Statistics of one context.
#[derive(Clone, Copy)]
struct Context {
    /// Sum of error magnitudes.
    a: i64,
    /// Sum of errors.
    b: i32,
    /// Correction of the prediction.
    c: i32,
    /// Count.
    n: i32,
}

impl Context {
    /// The Golomb parameter (A.5.1) for a sum of magnitudes.
    fn k(&self, sum: i64) -> u32 {
        (0..40).find(|k| i64::from(self.n) << k >= sum).unwrap_or(0)
    }
}

/// Regular mode (A.3 to A.6).
pub(super) struct Model {
    thresholds: [i32; 3],
    reset: i32,
    contexts: Vec<Context>,
}

impl Model {
    pub fn new(parameters: &Parameters) -> Self {
        let a = first(parameters);
        let contexts = vec![Context { a, b: 0, c: 0, n: 1 }; 365];
        Self { thresholds: parameters.thresholds, reset: parameters.reset, contexts }
    }

    /// Class of a gradient, -4 to 4 (A.3.3).
    fn class(&self, gradient: i32, near: i32) -> i32 {
        let size = gradient.abs();
        let above = self.thresholds.iter().filter(|t| size >= **t).count() as i32;
        if size <= near { 0 } else { (above + 1) * gradient.signum() }
    }

    /// The next pixel from its gradients and its neighbours left, above, and above left.
    pub fn regular(
        &mut self,
        bits: &mut Bits<'_>,
        sample: &Sample,
        gradients: [i32; 3],
        [a, b, c]: [i32; 3],
    ) -> Result<i32, String> {
        let [q1, q2, q3] = gradients.map(|g| self.class(g, sample.near));
        let code = 81 * q1 + 9 * q2 + q3;
        let sign = if code < 0 { -1 } else { 1 };
        let context = self.contexts.get_mut(code.unsigned_abs() as usize);
        let context = context.ok_or("a context beyond the last")?;
        let edge = if c >= a.max(b) {
            a.min(b)
        } else if c <= a.min(b) {
            a.max(b)
        } else {
            a + b - c
        };
        let predicted = (edge + sign * context.c).clamp(0, sample.max);
        let k = context.k(context.a);
        let code = bits.golomb(k, sample.limit, sample.wide)?;
        // Errors fold to codes 0, -1, 1, -2, …; the other way round where they lean down (A.5.2).
        let folded = if code % 2 == 0 { code / 2 } else { -(code + 1) / 2 };
        let leans = sample.near == 0 && k == 0 && 2 * context.b <= -context.n;
        let error = sample.checked(if leans { -folded - 1 } else { folded })?;
        context.update(error, sample.step, self.reset);
        Ok(sample.restore(predicted, sign * error))
    }
}

impl Context {
    /// Counts an error and corrects the prediction by the bias (A.6).
    fn update(&mut self, error: i32, step: i32, reset: i32) {
        self.b += error * step;
        self.a += i64::from(error.abs());
        if self.n == reset {
            self.a >>= 1;
            self.b >>= 1;
            self.n >>= 1;
        }
        self.n += 1;
        if self.b <= -self.n {
            self.b = (self.b + self.n).max(1 - self.n);
            self.c = (self.c - 1).max(-128);
        } else if self.b > 0 {
            self.b = (self.b - self.n).min(0);
            self.c = (self.c + 1).min(127);
        }
    }
}

/// Pixels that end a run (A.7.2): one context where the pixel above differs, one where it does not.
pub(super) struct Interruptions {
    reset: i32,
    contexts: [Context; 2],
}

impl Interruptions {
    pub fn new(parameters: &Parameters) -> Self {
        // Here `b` counts negative errors.
        let context = Context { a: first(parameters), b: 0, c: 0, n: 1 };
        Self { reset: parameters.reset, contexts: [context; 2] }
    }

    /// The next pixel from its neighbours left and above; `spent` bits of its code are read.
    pub fn next(
        &mut self,
        bits: &mut Bits<'_>,
        sample: &Sample,
        [left, above]: [i32; 2],
        spent: u32,
    ) -> Result<i32, String> {
        let same = (left - above).abs() <= sample.near;
        let kind = i32::from(same);
        let context = &mut self.contexts[usize::from(same)];
        let sum = if same { context.a + i64::from(context.n >> 1) } else { context.a };
        let k = context.k(sum);
        let code = bits.golomb(k, sample.limit.saturating_sub(spent), sample.wide)?;
        let odd = (code + i64::from(kind)) % 2 == 1;
        let size = sample.checked((code + i64::from(kind) + i64::from(odd)) / 2)?;
        let leans = k != 0 || 2 * context.b >= context.n;
        let error = if leans == odd { -size } else { size };
        context.b += i32::from(error < 0);
        context.a += (code + 1 - i64::from(kind)) >> 1;
        if context.n == self.reset {
            context.a >>= 1;
            context.b >>= 1;
            context.n >>= 1;
        }
        context.n += 1;
        let sign = if !same && left > above { -1 } else { 1 };
        Ok(sample.restore(if same { left } else { above }, sign * error))
    }
}

/// What sums of magnitudes start from (A.2.1).
fn first(parameters: &Parameters) -> i64 {
    let range = Sample::new(parameters).range;
    i64::from((range + 32) / 64).max(2)
}
