//! Grey level co-occurrence features (IBSI 3.6, LFYI).

use super::pair_sums::{
    AUTOCORRELATION, CONTRAST, DISSIMILARITY, INVERSE, INVERSE_NORMALISED, INVERSE_VARIANCE,
    MOMENT, MOMENT_NORMALISED, PROMINENCE, Pairs, SHADE, TENDENCY,
};
use super::spec::Row;
use super::{Family, FeatureValue, Layout, Outcome, Shared, Source, Spec, evaluate_each};
use crate::matrix::Cooccurrence;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "glcm",
    ibsi: "LFYI",
    name: "Grey level co-occurrence matrix",
    source: Source::Pairs,
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
    evaluate_each(input, family, table, |aggregation| {
        // A direction or slice in which no two voxels are neighbours has no matrix.
        let matrices = shared.pairs()?.parts(aggregation);
        let matrices: Vec<_> = matrices.iter().filter(|m| !m.cells().is_empty()).collect();
        if matrices.is_empty() {
            return Err(NO_PAIRS);
        }
        Ok(shared.textures.map(&matrices, |matrix| prepare(matrix, input.n_levels)))
    })
}

const NO_PAIRS: &str = "no two voxels of the region are neighbours";

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
        value: |m| Outcome::of(m.maximum),
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
        value: |m| Outcome::of(m.rows.average),
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
        value: |m| Outcome::of(m.rows.variance),
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
        value: |m| Outcome::of(0.0 - m.bits),
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
        value: |m| Outcome::of(m.differences.average),
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
        value: |m| Outcome::of(m.differences.variance),
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
        value: |m| Outcome::of(m.differences.entropy),
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
        value: |m| Outcome::of(m.sums.average),
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
        value: |m| Outcome::of(m.sums.variance),
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
        value: |m| Outcome::of(m.sums.entropy),
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
        value: |m| Outcome::of(m.energy),
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
        value: |m| m.term(CONTRAST),
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
        value: |m| m.term(DISSIMILARITY),
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
        value: |m| m.term(INVERSE),
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
        value: |m| m.term(INVERSE_NORMALISED),
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
        value: |m| m.term(MOMENT),
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
        value: |m| m.term(MOMENT_NORMALISED),
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
        value: |m| m.term(INVERSE_VARIANCE),
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
        value: |m| m.term(AUTOCORRELATION),
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
        value: |m| m.term(TENDENCY),
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
        value: |m| m.term(SHADE),
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
        value: |m| m.term(PROMINENCE),
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
