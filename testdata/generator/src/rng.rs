//! Random bits from a seed.

/// `SplitMix64`: small, fast, the same everywhere, and good enough for phantoms.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream called `name` of a seed, so that parts can change without moving one another.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a spreads the name, the first draw spreads the seed.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash ^ Self(seed).bits())
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [lo, hi).
    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in 0..n; 0 where n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Bell-shaped, mean 0, variance 1, within ±3.5: the sum of four 16-bit uniforms.
    pub fn bell(&mut self) -> f64 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|i| bits >> (16 * i) & 0xffff).sum();
        // Four uniforms have mean 2 and variance 1/3; each truncated one lies half a step low.
        ((sum as f64 + 2.0) / 65536.0 - 2.0) * 3.0_f64.sqrt()
    }

    /// A unit vector, uniform on the sphere.
    pub fn direction(&mut self) -> [f64; 3] {
        loop {
            let v = [0; 3].map(|_| self.between(-1.0, 1.0));
            let squared = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
            if (0.01..1.0).contains(&squared) {
                return v.map(|c| c / squared.sqrt());
            }
        }
    }

    /// Puts the items in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// A DICOM UID under 2.25 (PS3.5 B.2): a version 4 UUID as one decimal number.
    pub fn uid(&mut self) -> String {
        let high = self.bits() & !0xf000 | 0x4000;
        let low = self.bits() & (u64::MAX >> 2) | 1 << 63;
        format!("2.25.{}", u128::from(high) << 64 | u128::from(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_published_algorithm() {
        // First outputs of the reference SplitMix64 (Vigna) from state 0.
        let mut rng = Rng(0);
        assert_eq!(rng.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(rng.bits(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn draws_have_their_moments_and_bounds() {
        let mut rng = Rng::new(1, "test");
        let draws: Vec<f64> = (0..100_000).map(|_| rng.bell()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        assert!((0..1000).all(|_| rng.below(7) < 7));
        assert!(rng.uid().len() <= 64);
        assert_ne!(Rng::new(1, "a").bits(), Rng::new(1, "b").bits());
    }
}
