//! Grey level distance zone matrix features (IBSI 3.9, VMDZ).

use super::level_sums::LevelSums;
use super::spec::Row;
use super::zones::run;
use super::{Family, Layout, Outcome, Source, Spec};
use crate::matrix::ZoneKind;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "gldzm",
    ibsi: "VMDZ",
    name: "Grey level distance zone matrix",
    source: Source::Zones,
    layout: Layout::Spatial,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| run(shared, &FAMILY, TABLE, ZoneKind::Distance),
};

/// What all rows have in common.
const ZONE: Spec = Spec::by("IBSI 1 reference manual v11, section 3.9");

static TABLE: &[Row<LevelSums>] = &[
    Row {
        spec: Spec {
            key: "gldzm.small_distance_emphasis",
            short: "dzm_sde",
            ibsi: "0GBI",
            name: "Small distance emphasis",
            definition: "F = (1/N_s) sum_j d_.j / j^2",
            ..ZONE
        },
        value: |m| m.per_part(m.length.inverse),
    },
    Row {
        spec: Spec {
            key: "gldzm.large_distance_emphasis",
            short: "dzm_lde",
            ibsi: "MB4I",
            name: "Large distance emphasis",
            definition: "F = (1/N_s) sum_j j^2 d_.j",
            ..ZONE
        },
        value: |m| m.per_part(m.length.square),
    },
    Row {
        spec: Spec {
            key: "gldzm.low_grey_level_zone_emphasis",
            short: "dzm_lgze",
            ibsi: "S1RA",
            name: "Low grey level zone emphasis",
            definition: "F = (1/N_s) sum_i d_i. / i^2",
            ..ZONE
        },
        value: |m| m.per_part(m.level.inverse),
    },
    Row {
        spec: Spec {
            key: "gldzm.high_grey_level_zone_emphasis",
            short: "dzm_hgze",
            ibsi: "K26C",
            name: "High grey level zone emphasis",
            definition: "F = (1/N_s) sum_i i^2 d_i.",
            ..ZONE
        },
        value: |m| m.per_part(m.level.square),
    },
    Row {
        spec: Spec {
            key: "gldzm.small_distance_low_grey_level_emphasis",
            short: "dzm_sdlge",
            ibsi: "RUVG",
            name: "Small distance low grey level emphasis",
            definition: "F = (1/N_s) sum_ij d_ij / (i^2 j^2)",
            ..ZONE
        },
        value: |m| m.per_part(m.low_short),
    },
    Row {
        spec: Spec {
            key: "gldzm.small_distance_high_grey_level_emphasis",
            short: "dzm_sdhge",
            ibsi: "DKNJ",
            name: "Small distance high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 d_ij / j^2",
            ..ZONE
        },
        value: |m| m.per_part(m.high_short),
    },
    Row {
        spec: Spec {
            key: "gldzm.large_distance_low_grey_level_emphasis",
            short: "dzm_ldlge",
            ibsi: "A7WM",
            name: "Large distance low grey level emphasis",
            definition: "F = (1/N_s) sum_ij j^2 d_ij / i^2",
            ..ZONE
        },
        value: |m| m.per_part(m.low_long),
    },
    Row {
        spec: Spec {
            key: "gldzm.large_distance_high_grey_level_emphasis",
            short: "dzm_ldhge",
            ibsi: "KLTH",
            name: "Large distance high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 j^2 d_ij",
            ..ZONE
        },
        value: |m| m.per_part(m.high_long),
    },
    Row {
        spec: Spec {
            key: "gldzm.grey_level_non_uniformity",
            short: "dzm_glnu",
            ibsi: "VFT7",
            name: "Grey level non-uniformity",
            definition: "F = (1/N_s) sum_i d_i.^2",
            ..ZONE
        },
        value: |m| m.per_part(m.level.uneven),
    },
    Row {
        spec: Spec {
            key: "gldzm.grey_level_non_uniformity_normalised",
            short: "dzm_glnu_norm",
            ibsi: "7HP3",
            name: "Normalised grey level non-uniformity",
            definition: "F = (1/N_s^2) sum_i d_i.^2",
            ..ZONE
        },
        value: |m| m.per_part(m.level.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "gldzm.zone_distance_non_uniformity",
            short: "dzm_zdnu",
            ibsi: "V294",
            name: "Zone distance non-uniformity",
            definition: "F = (1/N_s) sum_j d_.j^2",
            ..ZONE
        },
        value: |m| m.per_part(m.length.uneven),
    },
    Row {
        spec: Spec {
            key: "gldzm.zone_distance_non_uniformity_normalised",
            short: "dzm_zdnu_norm",
            ibsi: "IATH",
            name: "Normalised zone distance non-uniformity",
            definition: "F = (1/N_s^2) sum_j d_.j^2",
            ..ZONE
        },
        value: |m| m.per_part(m.length.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "gldzm.zone_percentage",
            short: "dzm_z_perc",
            ibsi: "VIWW",
            name: "Zone percentage",
            definition: "F = N_s / N_v",
            ..ZONE
        },
        value: |m| Outcome::of(m.n_parts / m.n_voxels),
    },
    Row {
        spec: Spec {
            key: "gldzm.grey_level_variance",
            short: "dzm_gl_var",
            ibsi: "QK93",
            name: "Grey level variance",
            definition: "F = sum_i (i - mu)^2 p_i., p = d / N_s, mu = sum_i i p_i.",
            ..ZONE
        },
        value: |m| m.variance(&m.level),
    },
    Row {
        spec: Spec {
            key: "gldzm.zone_distance_variance",
            short: "dzm_zd_var",
            ibsi: "7WT1",
            name: "Zone distance variance",
            definition: "F = sum_j (j - mu)^2 p_.j, p = d / N_s, mu = sum_j j p_.j",
            ..ZONE
        },
        value: |m| m.variance(&m.length),
    },
    Row {
        spec: Spec {
            key: "gldzm.zone_distance_entropy",
            short: "dzm_zd_entr",
            ibsi: "GBDU",
            name: "Zone distance entropy",
            definition: "F = - sum_ij p_ij log2 p_ij, p = d / N_s",
            ..ZONE
        },
        value: LevelSums::entropy,
    },
];
