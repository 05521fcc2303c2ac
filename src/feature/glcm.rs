//! Grey level co-occurrence features (IBSI 3.6, LFYI).

use super::spec::Row;
use super::{Family, FeatureValue, Layout, Outcome, Shared, Spec, evaluate};
use crate::matrix::Cooccurrence;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "glcm",
    ibsi: "LFYI",
    name: "Grey level co-occurrence matrix",
    discretised: true,
    layout: Layout::Directional,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| each_aggregation(shared, &FAMILY, TABLE, Pairs::new),
};

/// All features of a family of pairs, of what `prepare` makes of each matrix and `N_g`.
pub(super) fn each_aggregation<P: Send>(
    shared: &Shared<'_>,
    family: &Family,
    table: &'static [Row<P>],
    prepare: impl Fn(&Cooccurrence, u16) -> P + Sync,
) -> Vec<FeatureValue> {
    let input = &shared.input;
    let prepared = |aggregation| {
        // A direction or slice in which no two voxels are neighbours has no matrix.
        let mut matrices = shared.pairs()?.matrices(aggregation);
        matrices.retain(|matrix| !matrix.cells().is_empty());
        if matrices.is_empty() {
            return Err(NO_PAIRS);
        }
        Ok(input.engine.map(&matrices, |matrix| prepare(matrix, input.n_levels)))
    };
    let aggregations = family.aggregations(&input.texture.aggregations).into_iter();
    aggregations.flat_map(|a| evaluate(table, a, &prepared(a))).collect()
}

const NO_PAIRS: &str = "no two voxels of the region are neighbours";

/// A cell with its probability.
struct Pair {
    i: f64,
    j: f64,
    p: f64,
}

impl Pair {
    fn distance(&self) -> f64 {
        (self.i - self.j).abs()
    }
}

/// A matrix and its marginal distributions.
struct Pairs {
    cells: Vec<Pair>,
    /// `(i, p_i.)` by ascending level.
    rows: Vec<(f64, f64)>,
    /// `(j, p_.j)` by ascending level; those of the rows where the matrix is symmetric.
    columns: Vec<(f64, f64)>,
    /// `(|i - j|, p)` by ascending difference.
    differences: Vec<(f64, f64)>,
    /// `(i + j, p)` by ascending sum.
    sums: Vec<(f64, f64)>,
    /// Means of *i* and of *j*.
    means: [f64; 2],
    /// Variances of *i* and of *j*.
    variances: [f64; 2],
    n_levels: f64,
}

impl Pairs {
    fn new(matrix: &Cooccurrence, n_levels: u16) -> Self {
        let total: f64 = matrix.cells().iter().map(|c| c.count).sum();
        let marginal = |key: fn(u32, u32) -> u32| {
            let mut counts: Vec<(u32, f64)> = matrix
                .cells()
                .iter()
                .map(|c| (key(u32::from(c.i), u32::from(c.j)), c.count))
                .collect();
            counts.sort_by_key(|(key, _)| *key);
            counts
                .chunk_by(|a, b| a.0 == b.0)
                .map(|same| {
                    let count: f64 = same.iter().map(|(_, n)| n).sum();
                    (f64::from(same[0].0), count / total)
                })
                .collect::<Vec<_>>()
        };
        let (rows, columns) = (marginal(|i, _| i), marginal(|_, j| j));
        let cell = |c: &crate::matrix::PairCell| Pair {
            i: f64::from(c.i),
            j: f64::from(c.j),
            p: c.count / total,
        };
        Self {
            cells: matrix.cells().iter().map(cell).collect(),
            differences: marginal(u32::abs_diff),
            sums: marginal(|i, j| i + j),
            means: [average(&rows), average(&columns)],
            variances: [variance(&rows), variance(&columns)],
            rows,
            columns,
            n_levels: f64::from(n_levels),
        }
    }

    fn sum(&self, term: impl Fn(&Pair) -> f64) -> Outcome {
        Outcome::of(self.cells.iter().map(term).sum())
    }

    fn cluster(&self, order: i32) -> Outcome {
        let [of_i, of_j] = self.means;
        self.sum(|c| (c.i + c.j - of_i - of_j).powi(order) * c.p)
    }

    fn correlation(&self) -> Outcome {
        // All voxels of one level are perfectly correlated.
        if self.rows.len() == 1 || self.columns.len() == 1 {
            return Outcome::Value(1.0);
        }
        let [of_i, of_j] = self.means;
        let deviations = (self.variances[0] * self.variances[1]).sqrt();
        self.sum(|c| (c.i - of_i) * (c.j - of_j) * c.p / deviations)
    }

    fn joint_entropy(&self) -> f64 {
        entropy(self.cells.iter().map(|c| c.p))
    }

    /// Entropies of the rows and of the columns.
    fn entropies(&self) -> [f64; 2] {
        [&self.rows, &self.columns].map(|levels| entropy(levels.iter().map(|level| level.1)))
    }

    fn information_correlation_1(&self) -> Outcome {
        if self.rows.len() == 1 && self.columns.len() == 1 {
            return Outcome::Value(0.0);
        }
        let [hx, hy] = self.entropies();
        let bits = |c: &Pair| {
            c.p * (probability(&self.rows, c.i) * probability(&self.columns, c.j)).log2()
        };
        let hxy1 = 0.0 - self.cells.iter().map(bits).sum::<f64>();
        Outcome::of((self.joint_entropy() - hxy1) / hx.max(hy))
    }

    fn information_correlation_2(&self) -> Outcome {
        // Of independent marginals the joint entropy is the sum of theirs.
        let [hx, hy] = self.entropies();
        let difference = hx + hy - self.joint_entropy();
        Outcome::of((1.0 - (-2.0 * difference.max(0.0)).exp()).sqrt())
    }
}

fn probability(marginal: &[(f64, f64)], level: f64) -> f64 {
    let at = marginal.binary_search_by(|(k, _)| k.total_cmp(&level));
    at.map_or(0.0, |at| marginal[at].1)
}

fn average(marginal: &[(f64, f64)]) -> f64 {
    marginal.iter().map(|(k, p)| k * p).sum()
}

fn variance(marginal: &[(f64, f64)]) -> f64 {
    let mean = average(marginal);
    marginal.iter().map(|(k, p)| (k - mean) * (k - mean) * p).sum()
}

/// In bits; 0 minus the sum, so that certainty has entropy 0 and not -0.
fn entropy(probabilities: impl Iterator<Item = f64>) -> f64 {
    0.0 - probabilities.map(|p| p * p.log2()).sum::<f64>()
}

/// What all rows have in common.
const PAIR: Spec = Spec::by("IBSI 1 reference manual v11, section 3.6");

static TABLE: &[Row<Pairs>] = &[
    Row {
        spec: Spec {
            key: "glcm.joint_maximum",
            short: "cm_joint_max",
            ibsi: "GYBY",
            name: "Joint maximum",
            definition: "F = max p_ij",
            pyradiomics: Some("glcm_MaximumProbability"),
            ..PAIR
        },
        value: |m| Outcome::of(m.cells.iter().map(|c| c.p).fold(0.0, f64::max)),
    },
    Row {
        spec: Spec {
            key: "glcm.joint_average",
            short: "cm_joint_avg",
            ibsi: "60VM",
            name: "Joint average",
            definition: "F = mu = sum_ij i p_ij",
            pyradiomics: Some("glcm_JointAverage"),
            ..PAIR
        },
        value: |m| Outcome::of(m.means[0]),
    },
    Row {
        spec: Spec {
            key: "glcm.joint_variance",
            short: "cm_joint_var",
            ibsi: "UR99",
            name: "Joint variance",
            definition: "F = sum_ij (i - mu)^2 p_ij",
            pyradiomics: Some("glcm_SumSquares"),
            ..PAIR
        },
        value: |m| Outcome::of(m.variances[0]),
    },
    Row {
        spec: Spec {
            key: "glcm.joint_entropy",
            short: "cm_joint_entr",
            ibsi: "TU9B",
            name: "Joint entropy",
            definition: "F = - sum_ij p_ij log2 p_ij",
            pyradiomics: Some("glcm_JointEntropy"),
            lifex: Some("GLCM_Entropy_log2"),
            ..PAIR
        },
        value: |m| Outcome::of(m.joint_entropy()),
    },
    Row {
        spec: Spec {
            key: "glcm.difference_average",
            short: "cm_diff_avg",
            ibsi: "TF7R",
            name: "Difference average",
            definition: "F = sum_k k p_(i-j),k, k = |i - j|",
            pyradiomics: Some("glcm_DifferenceAverage"),
            ..PAIR
        },
        value: |m| Outcome::of(average(&m.differences)),
    },
    Row {
        spec: Spec {
            key: "glcm.difference_variance",
            short: "cm_diff_var",
            ibsi: "D3YU",
            name: "Difference variance",
            definition: "F = sum_k (k - mu)^2 p_(i-j),k, mu the difference average",
            pyradiomics: Some("glcm_DifferenceVariance"),
            ..PAIR
        },
        value: |m| Outcome::of(variance(&m.differences)),
    },
    Row {
        spec: Spec {
            key: "glcm.difference_entropy",
            short: "cm_diff_entr",
            ibsi: "NTRS",
            name: "Difference entropy",
            definition: "F = - sum_k p_(i-j),k log2 p_(i-j),k",
            pyradiomics: Some("glcm_DifferenceEntropy"),
            ..PAIR
        },
        value: |m| Outcome::of(entropy(m.differences.iter().map(|d| d.1))),
    },
    Row {
        spec: Spec {
            key: "glcm.sum_average",
            short: "cm_sum_avg",
            ibsi: "ZGXS",
            name: "Sum average",
            definition: "F = sum_k k p_(i+j),k, k = i + j",
            pyradiomics: Some("glcm_SumAverage"),
            ..PAIR
        },
        value: |m| Outcome::of(average(&m.sums)),
    },
    Row {
        spec: Spec {
            key: "glcm.sum_variance",
            short: "cm_sum_var",
            ibsi: "OEEB",
            name: "Sum variance",
            definition: "F = sum_k (k - mu)^2 p_(i+j),k, mu the sum average",
            ..PAIR
        },
        value: |m| Outcome::of(variance(&m.sums)),
    },
    Row {
        spec: Spec {
            key: "glcm.sum_entropy",
            short: "cm_sum_entr",
            ibsi: "P6QZ",
            name: "Sum entropy",
            definition: "F = - sum_k p_(i+j),k log2 p_(i+j),k",
            pyradiomics: Some("glcm_SumEntropy"),
            ..PAIR
        },
        value: |m| Outcome::of(entropy(m.sums.iter().map(|s| s.1))),
    },
    Row {
        spec: Spec {
            key: "glcm.angular_second_moment",
            short: "cm_energy",
            ibsi: "8ZQL",
            name: "Angular second moment",
            definition: "F = sum_ij p_ij^2",
            pyradiomics: Some("glcm_JointEnergy"),
            lifex: Some("GLCM_Energy"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.p * c.p),
    },
    Row {
        spec: Spec {
            key: "glcm.contrast",
            short: "cm_contrast",
            ibsi: "ACUI",
            name: "Contrast",
            definition: "F = sum_ij (i - j)^2 p_ij",
            pyradiomics: Some("glcm_Contrast"),
            lifex: Some("GLCM_Contrast"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.distance() * c.distance() * c.p),
    },
    Row {
        spec: Spec {
            key: "glcm.dissimilarity",
            short: "cm_dissimilarity",
            ibsi: "8S9J",
            name: "Dissimilarity",
            definition: "F = sum_ij |i - j| p_ij",
            lifex: Some("GLCM_Dissimilarity"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.distance() * c.p),
    },
    Row {
        spec: Spec {
            key: "glcm.inverse_difference",
            short: "cm_inv_diff",
            ibsi: "IB1Z",
            name: "Inverse difference",
            definition: "F = sum_ij p_ij / (1 + |i - j|)",
            pyradiomics: Some("glcm_Id"),
            lifex: Some("GLCM_Homogeneity"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.p / (1.0 + c.distance())),
    },
    Row {
        spec: Spec {
            key: "glcm.inverse_difference_normalised",
            short: "cm_inv_diff_norm",
            ibsi: "NDRX",
            name: "Normalised inverse difference",
            definition: "F = sum_ij p_ij / (1 + |i - j| / N_g)",
            pyradiomics: Some("glcm_Idn"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.p / (1.0 + c.distance() / m.n_levels)),
    },
    Row {
        spec: Spec {
            key: "glcm.inverse_difference_moment",
            short: "cm_inv_diff_mom",
            ibsi: "WF0Z",
            name: "Inverse difference moment",
            definition: "F = sum_ij p_ij / (1 + (i - j)^2)",
            pyradiomics: Some("glcm_Idm"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.p / (1.0 + c.distance() * c.distance())),
    },
    Row {
        spec: Spec {
            key: "glcm.inverse_difference_moment_normalised",
            short: "cm_inv_diff_mom_norm",
            ibsi: "1QCO",
            name: "Normalised inverse difference moment",
            definition: "F = sum_ij p_ij / (1 + (i - j)^2 / N_g^2)",
            pyradiomics: Some("glcm_Idmn"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.p / (1.0 + (c.distance() / m.n_levels).powi(2))),
    },
    Row {
        spec: Spec {
            key: "glcm.inverse_variance",
            short: "cm_inv_var",
            ibsi: "E8JP",
            name: "Inverse variance",
            definition: "F = sum_(i != j) p_ij / (i - j)^2",
            pyradiomics: Some("glcm_InverseVariance"),
            ..PAIR
        },
        value: |m| m.sum(|c| if c.i == c.j { 0.0 } else { c.p / c.distance().powi(2) }),
    },
    Row {
        spec: Spec {
            key: "glcm.correlation",
            short: "cm_corr",
            ibsi: "NI2N",
            name: "Correlation",
            definition: "F = sum_ij (i - mu)(j - mu) p_ij / variance; 1 where the variance is 0",
            pyradiomics: Some("glcm_Correlation"),
            lifex: Some("GLCM_Correlation"),
            ..PAIR
        },
        value: Pairs::correlation,
    },
    Row {
        spec: Spec {
            key: "glcm.autocorrelation",
            short: "cm_auto_corr",
            ibsi: "QWB0",
            name: "Autocorrelation",
            definition: "F = sum_ij i j p_ij",
            pyradiomics: Some("glcm_Autocorrelation"),
            ..PAIR
        },
        value: |m| m.sum(|c| c.i * c.j * c.p),
    },
    Row {
        spec: Spec {
            key: "glcm.cluster_tendency",
            short: "cm_clust_tend",
            ibsi: "DG8W",
            name: "Cluster tendency",
            definition: "F = sum_ij (i + j - 2 mu)^2 p_ij",
            pyradiomics: Some("glcm_ClusterTendency"),
            ..PAIR
        },
        value: |m| m.cluster(2),
    },
    Row {
        spec: Spec {
            key: "glcm.cluster_shade",
            short: "cm_clust_shade",
            ibsi: "7NFM",
            name: "Cluster shade",
            definition: "F = sum_ij (i + j - 2 mu)^3 p_ij",
            pyradiomics: Some("glcm_ClusterShade"),
            ..PAIR
        },
        value: |m| m.cluster(3),
    },
    Row {
        spec: Spec {
            key: "glcm.cluster_prominence",
            short: "cm_clust_prom",
            ibsi: "AE86",
            name: "Cluster prominence",
            definition: "F = sum_ij (i + j - 2 mu)^4 p_ij",
            pyradiomics: Some("glcm_ClusterProminence"),
            ..PAIR
        },
        value: |m| m.cluster(4),
    },
    Row {
        spec: Spec {
            key: "glcm.information_correlation_1",
            short: "cm_info_corr1",
            ibsi: "R8DG",
            name: "Information correlation 1",
            definition: "F = (HXY - HXY1) / max(HX, HY), HXY1 = - sum_ij p_ij log2(p_i. p_.j); 0 where HX is 0",
            pyradiomics: Some("glcm_Imc1"),
            ..PAIR
        },
        value: Pairs::information_correlation_1,
    },
    Row {
        spec: Spec {
            key: "glcm.information_correlation_2",
            short: "cm_info_corr2",
            ibsi: "JN9H",
            name: "Information correlation 2",
            definition: "F = sqrt(1 - exp(-2 (HXY2 - HXY))), HXY2 = - sum_ij p_i. p_.j log2(p_i. p_.j); 0 where HXY is above HXY2",
            pyradiomics: Some("glcm_Imc2"),
            ..PAIR
        },
        value: Pairs::information_correlation_2,
    },
];
