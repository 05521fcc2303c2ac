//! Neighbourhood grey tone difference features (IBSI 3.10, IPET).

use super::spec::Row;
use super::{Family, FeatureValue, Layout, Outcome, Shared, Source, Spec, Texture, evaluate_each};
use crate::matrix::{ToneCounts, ToneDifferences};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "ngtdm",
    ibsi: "IPET",
    name: "Neighbourhood grey tone difference matrix",
    source: Source::Tones,
    layout: Layout::Spatial,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let input = &shared.input;
    let counts = shared.block().map(|block| {
        let Texture { aggregations, ngtdm_distance, .. } = input.texture;
        ToneCounts::of(Some(block), aggregations, *ngtdm_distance, &shared.textures)
    });
    evaluate_each(input, &FAMILY, TABLE, |aggregation| {
        let mut matrices = counts.as_ref().map_err(|reason| *reason)?.matrices(aggregation);
        // A slice in which no voxel has a neighbour has no matrix.
        matrices.retain(|matrix| !matrix.cells().is_empty());
        if matrices.is_empty() { Err(ALONE) } else { Ok(shared.textures.map(&matrices, tones)) }
    })
}

const ALONE: &str = "no voxel of the region has a neighbour in it";

/// Coarseness where nothing differs (IBSI QCDE).
const COARSEST: f64 = 1e6;

/// A grey level with voxels that have neighbours.
struct Tone {
    i: f64,
    /// `n_i`.
    n: f64,
    /// `s_i`.
    s: f64,
}

/// A matrix as the rows read it.
struct Tones {
    /// By ascending level.
    levels: Vec<Tone>,
    /// `N_vc`: voxels with neighbours.
    n_voxels: f64,
}

fn tones(matrix: &ToneDifferences) -> Tones {
    let level = |&(i, n, s): &(u16, u64, f64)| Tone { i: f64::from(i), n: n as f64, s };
    let levels: Vec<Tone> = matrix.levels().iter().map(level).collect();
    Tones { n_voxels: levels.iter().map(|l| l.n).sum(), levels }
}

impl Tones {
    /// `sum_i f(i, p_i, s_i)`.
    fn sum(&self, f: impl Fn(f64, f64, f64) -> f64) -> f64 {
        self.levels.iter().map(|l| f(l.i, l.n / self.n_voxels, l.s)).sum()
    }

    /// `sum_i p_i s_i`.
    fn mean_difference(&self) -> f64 {
        self.sum(|_, p, s| p * s)
    }

    fn coarseness(&self) -> Outcome {
        Outcome::of((1.0 / self.mean_difference()).min(COARSEST))
    }

    fn contrast(&self) -> Outcome {
        let n_levels = self.levels.len() as f64;
        if self.levels.len() == 1 {
            return Outcome::Value(0.0);
        }
        // sum_ij p_i p_j (i - j)^2 is twice the variance of the levels.
        let mean = self.sum(|i, p, _| i * p);
        let range = 2.0 * self.sum(|i, p, _| p * (i - mean) * (i - mean));
        let change = self.sum(|_, _, s| s) / self.n_voxels;
        Outcome::of(range / (n_levels * (n_levels - 1.0)) * change)
    }

    fn busyness(&self) -> Outcome {
        if self.levels.len() == 1 {
            return Outcome::Value(0.0);
        }
        // |i n_i - j n_j| is whole; of ascending numbers each is subtracted as often as others are
        // above it, and added as often as others are below.
        let mut weights: Vec<f64> = self.levels.iter().map(|l| l.i * l.n).collect();
        weights.sort_unstable_by(f64::total_cmp);
        let last = weights.len() as f64 - 1.0;
        let apart: f64 = weights.iter().enumerate().map(|(k, w)| w * (2.0 * k as f64 - last)).sum();
        let reason = "all grey levels weigh the same: i p_i is equal for all i";
        Outcome::ratio(self.mean_difference() * self.n_voxels, 2.0 * apart, reason)
    }

    fn complexity(&self) -> Outcome {
        // Each pair of levels once; the sum over pairs in order is twice that.
        let pairs = self.levels.iter().enumerate().map(|(k, a)| {
            let with = |b: &Tone| (b.i - a.i) * (a.n * a.s + b.n * b.s) / (a.n + b.n);
            self.levels[k + 1..].iter().map(with).sum::<f64>()
        });
        Outcome::of(2.0 * pairs.sum::<f64>() / self.n_voxels)
    }

    fn strength(&self) -> Outcome {
        let difference = self.sum(|_, _, s| s);
        if difference == 0.0 {
            return Outcome::Value(0.0);
        }
        // sum_ij (p_i + p_j) (i - j)^2 = 2 sum_i p_i sum_j (i - j)^2, the inner sum by moments.
        let n_levels = self.levels.len() as f64;
        let (first, second) = (self.sum(|i, _, _| i), self.sum(|i, _, _| i * i));
        let apart = 2.0 * self.sum(|i, p, _| p * (n_levels * i * i - 2.0 * i * first + second));
        Outcome::of(apart / difference)
    }
}

/// What all rows have in common.
const TONE: Spec = Spec::by("IBSI 1 reference manual v11, section 3.10");

static TABLE: &[Row<Tones>] = &[
    Row {
        spec: Spec {
            key: "ngtdm.coarseness",
            short: "ngt_coarseness",
            ibsi: "QCDE",
            name: "Coarseness",
            definition: "F = 1 / sum_i p_i s_i, at most 10^6",
            pyradiomics: Some("ngtdm_Coarseness"),
            lifex: Some("NGLDM_Coarseness"),
            differs: "pyradiomics has 10^6 only where the sum is 0, and does not limit it \
                      otherwise; LIFEx up to 6 calls the family NGLDM",
            ..TONE
        },
        value: Tones::coarseness,
    },
    Row {
        spec: Spec {
            key: "ngtdm.contrast",
            short: "ngt_contrast",
            ibsi: "65HE",
            name: "Contrast",
            definition: "F = sum_ij p_i p_j (i - j)^2 / (N_gp (N_gp - 1)) * sum_i s_i / N_vc; \
                         0 where one level occurs",
            pyradiomics: Some("ngtdm_Contrast"),
            lifex: Some("NGLDM_Contrast"),
            differs: "LIFEx's documentation divides by the number of grey levels, and does not say \
                      whether those that do not occur count",
            ..TONE
        },
        value: Tones::contrast,
    },
    Row {
        spec: Spec {
            key: "ngtdm.busyness",
            short: "ngt_busyness",
            ibsi: "NQ30",
            name: "Busyness",
            definition: "F = sum_i p_i s_i / sum_ij |i p_i - j p_j|; 0 where one level occurs",
            pyradiomics: Some("ngtdm_Busyness"),
            lifex: Some("NGLDM_Busyness"),
            differs: "Where i p_i is equal for all of several levels, pyradiomics and MIRP have \
                      0; here there is no value",
            ..TONE
        },
        value: Tones::busyness,
    },
    Row {
        spec: Spec {
            key: "ngtdm.complexity",
            short: "ngt_complexity",
            ibsi: "HDEZ",
            name: "Complexity",
            definition: "F = (1/N_vc) sum_ij |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)",
            pyradiomics: Some("ngtdm_Complexity"),
            ..TONE
        },
        value: Tones::complexity,
    },
    Row {
        spec: Spec {
            key: "ngtdm.strength",
            short: "ngt_strength",
            ibsi: "1X9X",
            name: "Strength",
            definition: "F = sum_ij (p_i + p_j) (i - j)^2 / sum_i s_i; 0 where nothing differs",
            pyradiomics: Some("ngtdm_Strength"),
            ..TONE
        },
        value: Tones::strength,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums over pairs as the manual writes them.
    #[test]
    fn short_cuts_equal_the_sums_over_pairs() {
        let levels: Vec<Tone> = (1..40)
            .map(|k| Tone { i: f64::from(k * k), n: f64::from(1 + k % 7), s: f64::from(k) })
            .collect();
        let n_voxels = levels.iter().map(|l| l.n).sum();
        let tones = Tones { levels, n_voxels };
        let pairs = |f: &dyn Fn(f64, f64, f64, f64, f64, f64) -> f64| -> f64 {
            let all = &tones.levels;
            let each = all.iter().flat_map(|a| all.iter().map(move |b| (a, b)));
            each.map(|(a, b)| f(a.i, a.n / n_voxels, a.s, b.i, b.n / n_voxels, b.s)).sum()
        };
        let (n, ps) = (tones.levels.len() as f64, tones.mean_difference());
        let s: f64 = tones.levels.iter().map(|l| l.s).sum();
        let expected = [
            pairs(&|i, p, _, j, q, _| p * q * (i - j).powi(2)) / (n * (n - 1.0)) * s / n_voxels,
            ps / pairs(&|i, p, _, j, q, _| (i * p - j * q).abs()),
            pairs(&|i, p, s, j, q, t| (i - j).abs() * (p * s + q * t) / (p + q)) / n_voxels,
            pairs(&|i, p, _, j, q, _| (p + q) * (i - j).powi(2)) / s,
        ];
        let ours = [tones.contrast(), tones.busyness(), tones.complexity(), tones.strength()];
        for (ours, expected) in ours.iter().zip(expected) {
            assert!((ours.value().unwrap() / expected - 1.0).abs() < 1e-12, "{ours:?} {expected}");
        }
    }

    #[test]
    fn levels_of_one_weight_have_no_busyness() {
        let level = |i, n| Tone { i, n, s: 1.0 };
        let tones = Tones { levels: vec![level(1.0, 2.0), level(2.0, 1.0)], n_voxels: 3.0 };
        assert!(matches!(tones.busyness(), Outcome::Undefined(why) if why.contains("weigh")));
    }
}
