//! Neighbouring grey level dependence matrix features (IBSI 3.11, REK0).

use super::level_sums::LevelSums;
use super::spec::Row;
use super::{Family, FeatureValue, Layout, Outcome, Shared, Source, Spec, Texture, evaluate_each};
use crate::matrix::{DependenceCounts, Dependences};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "ngldm",
    ibsi: "REK0",
    name: "Neighbouring grey level dependence matrix",
    source: Source::Dependences,
    layout: Layout::Spatial,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let input = &shared.input;
    let counts = shared.block().map(|block| {
        let Texture { aggregations, ngldm_distance, ngldm_coarseness, .. } = input.texture;
        let (distance, coarseness) = (*ngldm_distance, *ngldm_coarseness);
        DependenceCounts::of(Some(block), aggregations, distance, coarseness, &shared.textures)
    });
    evaluate_each(input, &FAMILY, TABLE, |aggregation| {
        let counts = counts.as_ref().map_err(|reason| *reason)?;
        Ok(shared.textures.map(&counts.matrices(aggregation), sums))
    })
}

fn sums(matrix: &Dependences) -> LevelSums {
    LevelSums::new(matrix.cells(), matrix.n_voxels())
}

/// What all rows have in common.
const DEPENDENCE: Spec = Spec::by("IBSI 1 reference manual v11, section 3.11");

static TABLE: &[Row<LevelSums>] = &[
    Row {
        spec: Spec {
            key: "ngldm.low_dependence_emphasis",
            short: "ngl_lde",
            ibsi: "SODN",
            name: "Low dependence emphasis",
            definition: "F = (1/N_s) sum_j s_.j / j^2",
            pyradiomics: Some("gldm_SmallDependenceEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.length.inverse),
    },
    Row {
        spec: Spec {
            key: "ngldm.high_dependence_emphasis",
            short: "ngl_hde",
            ibsi: "IMOQ",
            name: "High dependence emphasis",
            definition: "F = (1/N_s) sum_j j^2 s_.j",
            pyradiomics: Some("gldm_LargeDependenceEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.length.square),
    },
    Row {
        spec: Spec {
            key: "ngldm.low_grey_level_count_emphasis",
            short: "ngl_lgce",
            ibsi: "TL9H",
            name: "Low grey level count emphasis",
            definition: "F = (1/N_s) sum_i s_i. / i^2",
            pyradiomics: Some("gldm_LowGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.level.inverse),
    },
    Row {
        spec: Spec {
            key: "ngldm.high_grey_level_count_emphasis",
            short: "ngl_hgce",
            ibsi: "OAE7",
            name: "High grey level count emphasis",
            definition: "F = (1/N_s) sum_i i^2 s_i.",
            pyradiomics: Some("gldm_HighGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.level.square),
    },
    Row {
        spec: Spec {
            key: "ngldm.low_dependence_low_grey_level_emphasis",
            short: "ngl_ldlge",
            ibsi: "EQ3F",
            name: "Low dependence low grey level emphasis",
            definition: "F = (1/N_s) sum_ij s_ij / (i^2 j^2)",
            pyradiomics: Some("gldm_SmallDependenceLowGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.low_short),
    },
    Row {
        spec: Spec {
            key: "ngldm.low_dependence_high_grey_level_emphasis",
            short: "ngl_ldhge",
            ibsi: "JA6D",
            name: "Low dependence high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 s_ij / j^2",
            pyradiomics: Some("gldm_SmallDependenceHighGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.high_short),
    },
    Row {
        spec: Spec {
            key: "ngldm.high_dependence_low_grey_level_emphasis",
            short: "ngl_hdlge",
            ibsi: "NBZI",
            name: "High dependence low grey level emphasis",
            definition: "F = (1/N_s) sum_ij j^2 s_ij / i^2",
            pyradiomics: Some("gldm_LargeDependenceLowGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.low_long),
    },
    Row {
        spec: Spec {
            key: "ngldm.high_dependence_high_grey_level_emphasis",
            short: "ngl_hdhge",
            ibsi: "9QMG",
            name: "High dependence high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 j^2 s_ij",
            pyradiomics: Some("gldm_LargeDependenceHighGrayLevelEmphasis"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.high_long),
    },
    Row {
        spec: Spec {
            key: "ngldm.grey_level_non_uniformity",
            short: "ngl_glnu",
            ibsi: "FP8K",
            name: "Grey level non-uniformity",
            definition: "F = (1/N_s) sum_i s_i.^2",
            pyradiomics: Some("gldm_GrayLevelNonUniformity"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.level.uneven),
    },
    Row {
        spec: Spec {
            key: "ngldm.grey_level_non_uniformity_normalised",
            short: "ngl_glnu_norm",
            ibsi: "5SPA",
            name: "Normalised grey level non-uniformity",
            definition: "F = (1/N_s^2) sum_i s_i.^2",
            differs: "pyradiomics has it as firstorder_Uniformity, to which it is equal in 3D",
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.level.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_non_uniformity",
            short: "ngl_dcnu",
            ibsi: "Z87G",
            name: "Dependence count non-uniformity",
            definition: "F = (1/N_s) sum_j s_.j^2",
            pyradiomics: Some("gldm_DependenceNonUniformity"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.length.uneven),
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_non_uniformity_normalised",
            short: "ngl_dcnu_norm",
            ibsi: "OKJI",
            name: "Normalised dependence count non-uniformity",
            definition: "F = (1/N_s^2) sum_j s_.j^2",
            pyradiomics: Some("gldm_DependenceNonUniformityNormalized"),
            ..DEPENDENCE
        },
        value: |m| m.per_part(m.length.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_count_percentage",
            short: "ngl_dc_perc",
            ibsi: "6XV8",
            name: "Dependence count percentage",
            definition: "F = N_s / N_v, 1 by definition: every voxel of the region has a dependence",
            differs: "pyradiomics has none, for that reason",
            ..DEPENDENCE
        },
        value: |m| Outcome::of(m.n_parts / m.n_voxels),
    },
    Row {
        spec: Spec {
            key: "ngldm.grey_level_variance",
            short: "ngl_gl_var",
            ibsi: "1PFV",
            name: "Grey level variance",
            definition: "F = sum_i (i - mu)^2 p_i., p = s / N_s, mu = sum_i i p_i.",
            pyradiomics: Some("gldm_GrayLevelVariance"),
            ..DEPENDENCE
        },
        value: |m| m.variance(&m.level),
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_count_variance",
            short: "ngl_dc_var",
            ibsi: "DNX2",
            name: "Dependence count variance",
            definition: "F = sum_j (j - mu)^2 p_.j, p = s / N_s, mu = sum_j j p_.j",
            pyradiomics: Some("gldm_DependenceVariance"),
            ..DEPENDENCE
        },
        value: |m| m.variance(&m.length),
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_count_entropy",
            short: "ngl_dc_entr",
            ibsi: "FCBV",
            name: "Dependence count entropy",
            definition: "F = - sum_ij p_ij log2 p_ij, p = s / N_s",
            pyradiomics: Some("gldm_DependenceEntropy"),
            ..DEPENDENCE
        },
        value: LevelSums::entropy,
    },
    Row {
        spec: Spec {
            key: "ngldm.dependence_count_energy",
            short: "ngl_dc_energy",
            ibsi: "CAS9",
            name: "Dependence count energy",
            definition: "F = sum_ij p_ij^2, p = s / N_s",
            ..DEPENDENCE
        },
        value: LevelSums::energy,
    },
];
