//! Grey level run length features (IBSI 3.7, TP0I).

use super::level_sums::LevelSums;
use super::spec::Row;
use super::{Family, FeatureValue, Layout, Outcome, Shared, Source, Spec, evaluate_each};
use crate::matrix::{RunCounts, RunLengths};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "glrlm",
    ibsi: "TP0I",
    name: "Grey level run length matrix",
    source: Source::Runs,
    layout: Layout::Directional,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let input = &shared.input;
    let runs = shared.block().map(|block| {
        let steps = input.texture.run_steps(input.grid.spacing);
        RunCounts::of(Some(block), &input.texture.aggregations, &steps, &shared.textures)
    });
    evaluate_each(input, &FAMILY, TABLE, |aggregation| {
        let matrices = runs.as_ref().map_err(|reason| *reason)?.parts(aggregation);
        // A region of one voxel has no direction that leaves it.
        if matrices.is_empty() {
            Err(NO_DIRECTIONS)
        } else {
            Ok(shared.textures.map(matrices, sums))
        }
    })
}

const NO_DIRECTIONS: &str = "no direction leads from a voxel of the region to another";

fn sums(runs: &RunLengths) -> LevelSums {
    LevelSums::new(runs.cells(), runs.n_voxels())
}

/// What all rows have in common.
const RUN: Spec = Spec::by("IBSI 1 reference manual v11, section 3.7");

static TABLE: &[Row<LevelSums>] = &[
    Row {
        spec: Spec {
            key: "glrlm.short_run_emphasis",
            short: "rlm_sre",
            ibsi: "22OV",
            name: "Short runs emphasis",
            definition: "F = (1/N_s) sum_j r_.j / j^2",
            pyradiomics: Some("glrlm_ShortRunEmphasis"),
            lifex: Some("GLRLM_SRE"),
            ..RUN
        },
        value: |m| m.per_part(m.length.inverse),
    },
    Row {
        spec: Spec {
            key: "glrlm.long_run_emphasis",
            short: "rlm_lre",
            ibsi: "W4KF",
            name: "Long runs emphasis",
            definition: "F = (1/N_s) sum_j j^2 r_.j",
            pyradiomics: Some("glrlm_LongRunEmphasis"),
            lifex: Some("GLRLM_LRE"),
            ..RUN
        },
        value: |m| m.per_part(m.length.square),
    },
    Row {
        spec: Spec {
            key: "glrlm.low_grey_level_run_emphasis",
            short: "rlm_lgre",
            ibsi: "V3SW",
            name: "Low grey level run emphasis",
            definition: "F = (1/N_s) sum_i r_i. / i^2",
            pyradiomics: Some("glrlm_LowGrayLevelRunEmphasis"),
            lifex: Some("GLRLM_LGRE"),
            ..RUN
        },
        value: |m| m.per_part(m.level.inverse),
    },
    Row {
        spec: Spec {
            key: "glrlm.high_grey_level_run_emphasis",
            short: "rlm_hgre",
            ibsi: "G3QZ",
            name: "High grey level run emphasis",
            definition: "F = (1/N_s) sum_i i^2 r_i.",
            pyradiomics: Some("glrlm_HighGrayLevelRunEmphasis"),
            lifex: Some("GLRLM_HGRE"),
            ..RUN
        },
        value: |m| m.per_part(m.level.square),
    },
    Row {
        spec: Spec {
            key: "glrlm.short_run_low_grey_level_emphasis",
            short: "rlm_srlge",
            ibsi: "HTZT",
            name: "Short run low grey level emphasis",
            definition: "F = (1/N_s) sum_ij r_ij / (i^2 j^2)",
            pyradiomics: Some("glrlm_ShortRunLowGrayLevelEmphasis"),
            lifex: Some("GLRLM_SRLGE"),
            ..RUN
        },
        value: |m| m.per_part(m.low_short),
    },
    Row {
        spec: Spec {
            key: "glrlm.short_run_high_grey_level_emphasis",
            short: "rlm_srhge",
            ibsi: "GD3A",
            name: "Short run high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 r_ij / j^2",
            pyradiomics: Some("glrlm_ShortRunHighGrayLevelEmphasis"),
            lifex: Some("GLRLM_SRHGE"),
            ..RUN
        },
        value: |m| m.per_part(m.high_short),
    },
    Row {
        spec: Spec {
            key: "glrlm.long_run_low_grey_level_emphasis",
            short: "rlm_lrlge",
            ibsi: "IVPO",
            name: "Long run low grey level emphasis",
            definition: "F = (1/N_s) sum_ij j^2 r_ij / i^2",
            pyradiomics: Some("glrlm_LongRunLowGrayLevelEmphasis"),
            lifex: Some("GLRLM_LRLGE"),
            ..RUN
        },
        value: |m| m.per_part(m.low_long),
    },
    Row {
        spec: Spec {
            key: "glrlm.long_run_high_grey_level_emphasis",
            short: "rlm_lrhge",
            ibsi: "3KUM",
            name: "Long run high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 j^2 r_ij",
            pyradiomics: Some("glrlm_LongRunHighGrayLevelEmphasis"),
            lifex: Some("GLRLM_LRHGE"),
            ..RUN
        },
        value: |m| m.per_part(m.high_long),
    },
    Row {
        spec: Spec {
            key: "glrlm.grey_level_non_uniformity",
            short: "rlm_glnu",
            ibsi: "R5YN",
            name: "Grey level non-uniformity",
            definition: "F = (1/N_s) sum_i r_i.^2",
            pyradiomics: Some("glrlm_GrayLevelNonUniformity"),
            lifex: Some("GLRLM_GLNU"),
            ..RUN
        },
        value: |m| m.per_part(m.level.uneven),
    },
    Row {
        spec: Spec {
            key: "glrlm.grey_level_non_uniformity_normalised",
            short: "rlm_glnu_norm",
            ibsi: "OVBL",
            name: "Normalised grey level non-uniformity",
            definition: "F = (1/N_s^2) sum_i r_i.^2",
            pyradiomics: Some("glrlm_GrayLevelNonUniformityNormalized"),
            ..RUN
        },
        value: |m| m.per_part(m.level.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "glrlm.run_length_non_uniformity",
            short: "rlm_rlnu",
            ibsi: "W92Y",
            name: "Run length non-uniformity",
            definition: "F = (1/N_s) sum_j r_.j^2",
            pyradiomics: Some("glrlm_RunLengthNonUniformity"),
            lifex: Some("GLRLM_RLNU"),
            ..RUN
        },
        value: |m| m.per_part(m.length.uneven),
    },
    Row {
        spec: Spec {
            key: "glrlm.run_length_non_uniformity_normalised",
            short: "rlm_rlnu_norm",
            ibsi: "IC23",
            name: "Normalised run length non-uniformity",
            definition: "F = (1/N_s^2) sum_j r_.j^2",
            pyradiomics: Some("glrlm_RunLengthNonUniformityNormalized"),
            ..RUN
        },
        value: |m| m.per_part(m.length.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "glrlm.run_percentage",
            short: "rlm_r_perc",
            ibsi: "9ZK5",
            name: "Run percentage",
            definition: "F = N_s / N_v; N_v is summed where matrices are merged",
            pyradiomics: Some("glrlm_RunPercentage"),
            lifex: Some("GLRLM_RP"),
            ..RUN
        },
        value: |m| Outcome::of(m.n_parts / m.n_voxels),
    },
    Row {
        spec: Spec {
            key: "glrlm.grey_level_variance",
            short: "rlm_gl_var",
            ibsi: "8CE5",
            name: "Grey level variance",
            definition: "F = sum_i (i - mu)^2 p_i., p = r / N_s, mu = sum_i i p_i.",
            pyradiomics: Some("glrlm_GrayLevelVariance"),
            ..RUN
        },
        value: |m| m.variance(&m.level),
    },
    Row {
        spec: Spec {
            key: "glrlm.run_length_variance",
            short: "rlm_rl_var",
            ibsi: "SXLW",
            name: "Run length variance",
            definition: "F = sum_j (j - mu)^2 p_.j, p = r / N_s, mu = sum_j j p_.j",
            pyradiomics: Some("glrlm_RunVariance"),
            ..RUN
        },
        value: |m| m.variance(&m.length),
    },
    Row {
        spec: Spec {
            key: "glrlm.run_entropy",
            short: "rlm_rl_entr",
            ibsi: "HJ9O",
            name: "Run entropy",
            definition: "F = -sum_ij p_ij log2 p_ij, p = r / N_s",
            pyradiomics: Some("glrlm_RunEntropy"),
            ..RUN
        },
        value: LevelSums::entropy,
    },
];
