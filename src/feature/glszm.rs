//! Grey level size zone matrix features (IBSI 3.8, 9SAK).

use super::level_sums::LevelSums;
use super::spec::Row;
use super::zones::run;
use super::{Family, Layout, Outcome, Source, Spec};
use crate::matrix::ZoneKind;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "glszm",
    ibsi: "9SAK",
    name: "Grey level size zone matrix",
    source: Source::Zones,
    layout: Layout::Spatial,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| run(shared, &FAMILY, TABLE, ZoneKind::Size),
};

/// What all rows have in common.
const ZONE: Spec = Spec::by("IBSI 1 reference manual v11, section 3.8");

static TABLE: &[Row<LevelSums>] = &[
    Row {
        spec: Spec {
            key: "glszm.small_zone_emphasis",
            short: "szm_sze",
            ibsi: "5QRC",
            name: "Small zone emphasis",
            definition: "F = (1/N_s) sum_j s_.j / j^2",
            pyradiomics: Some("glszm_SmallAreaEmphasis"),
            lifex: Some("GLZLM_SZE"),
            ..ZONE
        },
        value: |m| m.per_part(m.length.inverse),
    },
    Row {
        spec: Spec {
            key: "glszm.large_zone_emphasis",
            short: "szm_lze",
            ibsi: "48P8",
            name: "Large zone emphasis",
            definition: "F = (1/N_s) sum_j j^2 s_.j",
            pyradiomics: Some("glszm_LargeAreaEmphasis"),
            lifex: Some("GLZLM_LZE"),
            ..ZONE
        },
        value: |m| m.per_part(m.length.square),
    },
    Row {
        spec: Spec {
            key: "glszm.low_grey_level_zone_emphasis",
            short: "szm_lgze",
            ibsi: "XMSY",
            name: "Low grey level zone emphasis",
            definition: "F = (1/N_s) sum_i s_i. / i^2",
            pyradiomics: Some("glszm_LowGrayLevelZoneEmphasis"),
            lifex: Some("GLZLM_LGZE"),
            ..ZONE
        },
        value: |m| m.per_part(m.level.inverse),
    },
    Row {
        spec: Spec {
            key: "glszm.high_grey_level_zone_emphasis",
            short: "szm_hgze",
            ibsi: "5GN9",
            name: "High grey level zone emphasis",
            definition: "F = (1/N_s) sum_i i^2 s_i.",
            pyradiomics: Some("glszm_HighGrayLevelZoneEmphasis"),
            lifex: Some("GLZLM_HGZE"),
            ..ZONE
        },
        value: |m| m.per_part(m.level.square),
    },
    Row {
        spec: Spec {
            key: "glszm.small_zone_low_grey_level_emphasis",
            short: "szm_szlge",
            ibsi: "5RAI",
            name: "Small zone low grey level emphasis",
            definition: "F = (1/N_s) sum_ij s_ij / (i^2 j^2)",
            pyradiomics: Some("glszm_SmallAreaLowGrayLevelEmphasis"),
            lifex: Some("GLZLM_SZLGE"),
            ..ZONE
        },
        value: |m| m.per_part(m.low_short),
    },
    Row {
        spec: Spec {
            key: "glszm.small_zone_high_grey_level_emphasis",
            short: "szm_szhge",
            ibsi: "HW1V",
            name: "Small zone high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 s_ij / j^2",
            pyradiomics: Some("glszm_SmallAreaHighGrayLevelEmphasis"),
            lifex: Some("GLZLM_SZHGE"),
            ..ZONE
        },
        value: |m| m.per_part(m.high_short),
    },
    Row {
        spec: Spec {
            key: "glszm.large_zone_low_grey_level_emphasis",
            short: "szm_lzlge",
            ibsi: "YH51",
            name: "Large zone low grey level emphasis",
            definition: "F = (1/N_s) sum_ij j^2 s_ij / i^2",
            pyradiomics: Some("glszm_LargeAreaLowGrayLevelEmphasis"),
            lifex: Some("GLZLM_LZLGE"),
            ..ZONE
        },
        value: |m| m.per_part(m.low_long),
    },
    Row {
        spec: Spec {
            key: "glszm.large_zone_high_grey_level_emphasis",
            short: "szm_lzhge",
            ibsi: "J17V",
            name: "Large zone high grey level emphasis",
            definition: "F = (1/N_s) sum_ij i^2 j^2 s_ij",
            pyradiomics: Some("glszm_LargeAreaHighGrayLevelEmphasis"),
            lifex: Some("GLZLM_LZHGE"),
            ..ZONE
        },
        value: |m| m.per_part(m.high_long),
    },
    Row {
        spec: Spec {
            key: "glszm.grey_level_non_uniformity",
            short: "szm_glnu",
            ibsi: "JNSA",
            name: "Grey level non-uniformity",
            definition: "F = (1/N_s) sum_i s_i.^2",
            pyradiomics: Some("glszm_GrayLevelNonUniformity"),
            lifex: Some("GLZLM_GLNU"),
            ..ZONE
        },
        value: |m| m.per_part(m.level.uneven),
    },
    Row {
        spec: Spec {
            key: "glszm.grey_level_non_uniformity_normalised",
            short: "szm_glnu_norm",
            ibsi: "Y1RO",
            name: "Normalised grey level non-uniformity",
            definition: "F = (1/N_s^2) sum_i s_i.^2",
            pyradiomics: Some("glszm_GrayLevelNonUniformityNormalized"),
            ..ZONE
        },
        value: |m| m.per_part(m.level.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "glszm.zone_size_non_uniformity",
            short: "szm_zsnu",
            ibsi: "4JP3",
            name: "Zone size non-uniformity",
            definition: "F = (1/N_s) sum_j s_.j^2",
            pyradiomics: Some("glszm_SizeZoneNonUniformity"),
            lifex: Some("GLZLM_ZLNU"),
            ..ZONE
        },
        value: |m| m.per_part(m.length.uneven),
    },
    Row {
        spec: Spec {
            key: "glszm.zone_size_non_uniformity_normalised",
            short: "szm_zsnu_norm",
            ibsi: "VB3A",
            name: "Normalised zone size non-uniformity",
            definition: "F = (1/N_s^2) sum_j s_.j^2",
            pyradiomics: Some("glszm_SizeZoneNonUniformityNormalized"),
            ..ZONE
        },
        value: |m| m.per_part(m.length.uneven / m.n_parts),
    },
    Row {
        spec: Spec {
            key: "glszm.zone_percentage",
            short: "szm_z_perc",
            ibsi: "P30P",
            name: "Zone percentage",
            definition: "F = N_s / N_v",
            pyradiomics: Some("glszm_ZonePercentage"),
            lifex: Some("GLZLM_ZP"),
            ..ZONE
        },
        value: |m| Outcome::of(m.n_parts / m.n_voxels),
    },
    Row {
        spec: Spec {
            key: "glszm.grey_level_variance",
            short: "szm_gl_var",
            ibsi: "BYLV",
            name: "Grey level variance",
            definition: "F = sum_i (i - mu)^2 p_i., p = s / N_s, mu = sum_i i p_i.",
            pyradiomics: Some("glszm_GrayLevelVariance"),
            ..ZONE
        },
        value: |m| m.variance(&m.level),
    },
    Row {
        spec: Spec {
            key: "glszm.zone_size_variance",
            short: "szm_zs_var",
            ibsi: "3NSA",
            name: "Zone size variance",
            definition: "F = sum_j (j - mu)^2 p_.j, p = s / N_s, mu = sum_j j p_.j",
            pyradiomics: Some("glszm_ZoneVariance"),
            ..ZONE
        },
        value: |m| m.variance(&m.length),
    },
    Row {
        spec: Spec {
            key: "glszm.zone_size_entropy",
            short: "szm_zs_entr",
            ibsi: "GU8N",
            name: "Zone size entropy",
            definition: "F = - sum_ij p_ij log2 p_ij, p = s / N_s",
            pyradiomics: Some("glszm_ZoneEntropy"),
            ..ZONE
        },
        value: LevelSums::entropy,
    },
];
