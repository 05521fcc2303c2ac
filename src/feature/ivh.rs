//! Intensity-volume histogram features (IBSI 3.5, P88C): which share of a region has at least which
//! intensity.

use super::ordered::Ordered;
use super::shared::Shared;
use super::spec::Row;
use super::{
    Family, FeatureValue, Input, Layout, NO_INTENSITY, Outcome, Source, Spec, Unit, evaluate_whole,
};
use crate::preprocess::{Limits, equal_bin};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "ivh",
    ibsi: "P88C",
    name: "Intensity-volume histogram",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let histogram = shared.intensities().and_then(|x| Histogram::new(x, &shared.input));
    evaluate_whole(&shared.input, TABLE, histogram)
}

/// The bins of intensity-volume histograms (IBSI 3.5).
///
/// They span the range of re-segmentation; where that has no limit, the region's intensities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum IvhBins {
    /// None: the intensities are whole numbers, each its own bin. For CT.
    None,
    /// Bins of a width from the lower end of the range; intensities are their centres. For PET.
    FixedBinWidth {
        /// In the image's unit.
        #[schemars(extend("exclusiveMinimum" = 0.0))]
        width: f64,
    },
    /// So many equal bins over the region's intensities; intensities are their numbers. For
    /// arbitrary intensities.
    FixedBinNumber {
        /// Bins.
        #[schemars(range(min = 2))]
        count: u16,
    },
}

impl IvhBins {
    /// What is wrong with the parameters, if anything.
    pub fn fault(self) -> Option<(&'static str, String)> {
        match self {
            Self::FixedBinWidth { width } if !(width > 0.0 && width.is_finite()) => {
                Some(("ivh.width", format!("{width} is not above 0")))
            }
            Self::FixedBinNumber { count } if count < 2 => {
                Some(("ivh.count", format!("{count} is not at least 2")))
            }
            _ => None,
        }
    }
}

/// The histogram. Its bins are numbered from 1; bin `k` is the intensity `base + k step`.
struct Histogram {
    /// Bins of the voxels; whole numbers.
    bins: Ordered,
    base: f64,
    step: f64,
    /// The last bin of the range.
    last: f64,
    /// Steps from the lowest intensity of the range to that of bin 1.
    offset: f64,
    /// Steps from the lowest intensity of the range to the highest.
    span: f64,
}

/// Why there are no bins, or no shares of their range.
const NARROW: &str = "the range of the intensity-volume histogram is one intensity";

/// So little of a bin beside a whole number of them is rounding: 10.1 / 0.1 is 101 bins.
const ROUNDING: f64 = 1e-9;

impl Histogram {
    fn new(ascending: &Ordered, input: &Input<'_>) -> Result<Self, &'static str> {
        let (Some(minimum), Some(maximum)) = (ascending.first(), ascending.last()) else {
            return Err(NO_INTENSITY);
        };
        // Limits that follow the region are no range of the image.
        let range = Some(input.resegment).filter(|range| range.limits == Limits::Absolute);
        let low = range.and_then(|range| range.lowest).unwrap_or(minimum);
        let high = range.and_then(|range| range.highest).unwrap_or(maximum);
        Ok(match input.ivh {
            IvhBins::None => {
                if ascending.values().any(|x| x.fract() != 0.0) {
                    return Err("the intensities are not whole numbers, and the \
                                intensity-volume histogram has no other bins");
                }
                let base = low.ceil() - 1.0;
                Self {
                    bins: ascending.map(|x| x - base),
                    base,
                    step: 1.0,
                    last: high.floor() - base,
                    offset: low.ceil() - low,
                    span: high - low,
                }
            }
            IvhBins::FixedBinWidth { width } => {
                let number = (high - low) / width;
                let whole = number.round();
                let number = if (number - whole).abs() < ROUNDING { whole } else { number };
                Self {
                    bins: ascending.map(|x| ((x - low) / width).floor() + 1.0),
                    base: low - 0.5 * width,
                    step: width,
                    last: number.floor(),
                    offset: 0.0,
                    span: number - 1.0,
                }
            }
            IvhBins::FixedBinNumber { .. } if minimum == maximum => return Err(NARROW),
            IvhBins::FixedBinNumber { count } => Self {
                bins: ascending.map(|x| f64::from(equal_bin(x, minimum, maximum, count))),
                base: 0.0,
                step: 1.0,
                last: f64::from(count),
                offset: 0.0,
                span: f64::from(count) - 1.0,
            },
        })
    }

    /// Voxels of at least this bin.
    fn voxels_from(&self, bin: f64) -> f64 {
        (self.bins.len() - self.bins.count_while(|k| k < bin)) as f64
    }

    /// `nu` of this bin.
    fn volume(&self, bin: f64) -> f64 {
        self.voxels_from(bin) / self.bins.len() as f64
    }

    /// The largest volume fraction of an intensity fraction of at least so many percent.
    fn volume_at(&self, percent: u8) -> Result<f64, &'static str> {
        if self.span > 0.0 {
            let first = (f64::from(percent) * self.span / 100.0 - self.offset).ceil().max(0.0);
            Ok(self.volume(first + 1.0))
        } else {
            Err(NARROW)
        }
    }

    /// The lowest intensity that at most so many percent of the voxels have or exceed.
    fn intensity_at(&self, percent: u8) -> Result<f64, &'static str> {
        let n = self.bins.len();
        // Whole numbers: a share of exactly 10 % is one.
        let allowed = n / 100 * usize::from(percent) + n % 100 * usize::from(percent) / 100;
        let highest = self.bins.last().unwrap_or(0.0).max(self.last);
        let above = n.checked_sub(allowed + 1).and_then(|at| self.bins.at(at));
        match above.map(|bin| (bin + 1.0).max(1.0)) {
            Some(bin) if bin <= highest => Ok(self.base + bin * self.step),
            _ => {
                Err("too many voxels have the highest intensity of the range: no intensity is as \
                      rare as that")
            }
        }
    }

    /// By the trapezoidal rule. A voxel lies in all bins up to its own, which sums `nu` over bins
    /// without visiting them.
    fn area(&self) -> Outcome {
        if self.bins.first() == self.bins.last() {
            return Outcome::Value(0.0);
        }
        let within = self.bins.sum(|bin| bin.clamp(0.0, self.last.max(0.0)));
        let sum = within / self.bins.len() as f64;
        let ends = 0.5 * (self.volume(1.0) + self.volume(self.last));
        Outcome::ratio(sum - ends, self.span, NARROW)
    }
}

fn outcome(found: Result<f64, &'static str>) -> Outcome {
    found.map_or_else(Outcome::Undefined, Outcome::of)
}

fn difference(a: Result<f64, &'static str>, b: Result<f64, &'static str>) -> Outcome {
    outcome(a.and_then(|a| b.map(|b| a - b)))
}

/// What all rows have in common.
const SHARE: Spec = Spec {
    differs: "With bins of fixed width MIRP's range is one bin longer at its upper end",
    ..Spec::by("IBSI 1 reference manual v11, section 3.5")
};

/// What rows of intensities have in common.
const LEVEL: Spec = Spec {
    unit: Unit::Intensity,
    differs: "A number of a bin where bins have a fixed number. Where no intensity is that rare, \
              MIRP has the number of bins plus 1; here there is no value",
    ..SHARE
};

static TABLE: &[Row<Histogram>] = &[
    Row {
        spec: Spec {
            key: "ivh.volume_at_10",
            short: "ivh_v10",
            ibsi: "BC2M",
            name: "Volume fraction at 10% intensity",
            definition: "F = V_10: largest share of voxels nu_i of an intensity i that lies 10 % or \
                         more up the range",
            ..SHARE
        },
        value: |m| outcome(m.volume_at(10)),
    },
    Row {
        spec: Spec {
            key: "ivh.volume_at_90",
            short: "ivh_v90",
            ibsi: "BC2M",
            name: "Volume fraction at 90% intensity",
            definition: "F = V_90: largest share of voxels nu_i of an intensity i that lies 90 % or \
                         more up the range",
            ..SHARE
        },
        value: |m| outcome(m.volume_at(90)),
    },
    Row {
        spec: Spec {
            key: "ivh.intensity_at_10",
            short: "ivh_i10",
            ibsi: "GBPN",
            name: "Intensity at 10% volume",
            definition: "F = I_10: lowest intensity i that at most 10 % of the voxels have or exceed",
            ..LEVEL
        },
        value: |m| outcome(m.intensity_at(10)),
    },
    Row {
        spec: Spec {
            key: "ivh.intensity_at_90",
            short: "ivh_i90",
            ibsi: "GBPN",
            name: "Intensity at 90% volume",
            definition: "F = I_90: lowest intensity i that at most 90 % of the voxels have or exceed",
            ..LEVEL
        },
        value: |m| outcome(m.intensity_at(90)),
    },
    Row {
        spec: Spec {
            key: "ivh.volume_difference_10_90",
            short: "ivh_diff_v10_v90",
            ibsi: "DDTU",
            name: "Volume fraction difference between 10% and 90% intensity",
            definition: "F = V_10 - V_90",
            ..SHARE
        },
        value: |m| difference(m.volume_at(10), m.volume_at(90)),
    },
    Row {
        spec: Spec {
            key: "ivh.intensity_difference_10_90",
            short: "ivh_diff_i10_i90",
            ibsi: "CNV2",
            name: "Intensity difference between 10% and 90% volume",
            definition: "F = I_10 - I_90",
            ..LEVEL
        },
        value: |m| difference(m.intensity_at(10), m.intensity_at(90)),
    },
    Row {
        spec: Spec {
            key: "ivh.area",
            short: "ivh_auc",
            ibsi: "9CMM",
            name: "Area under the IVH curve",
            definition: "Area under nu over the fraction of the range, by the trapezoidal rule; 0 \
                         where one intensity occurs",
            differs: "With bins of fixed width MIRP's range is one bin longer at its upper end. \
                      The tables of the phantoms have no value of it",
            ..SHARE
        },
        value: Histogram::area,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bins: &[u16], last: f64) -> Histogram {
        let bins = bins.iter().map(|k| f64::from(*k)).collect();
        Histogram { bins, base: 0.0, step: 1.0, last, offset: 0.0, span: last - 1.0 }
    }

    /// The example of the IBSI manual (3.5): the digital phantom, with its volume fractions.
    #[test]
    fn the_example_of_the_manual() {
        let voxels = [(1, 50), (3, 1), (4, 16), (6, 7)];
        let bins: Vec<u16> =
            voxels.iter().flat_map(|(level, n)| std::iter::repeat_n(*level, *n)).collect();
        let histogram = of(&bins, 6.0);
        let volumes = [1.0, 0.324, 0.324, 0.311, 0.095, 0.095];
        let mut area = 0.0;
        for (bin, volume) in (1..=6).map(f64::from).zip(volumes) {
            assert!((histogram.volume(bin) - volume).abs() < 5e-4);
            let weight = if bin == 1.0 || bin == 6.0 { 0.1 } else { 0.2 };
            area += weight * histogram.volume(bin);
        }
        assert!((histogram.area().value().unwrap() - area).abs() < 1e-14);
        assert_eq!(histogram.intensity_at(10), Ok(5.0));
        assert_eq!(histogram.intensity_at(90), Ok(2.0));
    }

    #[test]
    fn a_share_of_exactly_ten_percent_is_one() {
        let bins = [[1_u16; 9].as_slice(), &[7]].concat();
        assert_eq!(of(&bins, 9.0).intensity_at(10), Ok(2.0));
        assert_eq!(of(&bins, 9.0).volume_at(90), Ok(0.0));
        // 75 % of the way from 1 to 9 is 7.
        assert_eq!(of(&bins, 9.0).volume_at(75), Ok(0.1));
    }

    #[test]
    fn one_intensity_and_a_common_highest_one_have_reasons() {
        let one = of(&[4, 4, 4], 1.0);
        assert!(one.volume_at(10).is_err() && one.intensity_at(10).is_err());
        assert_eq!(one.area(), Outcome::Value(0.0));
        assert!(of(&[1, 2, 2], 2.0).intensity_at(10).unwrap_err().contains("rare"));
        assert_eq!(of(&[1, 2, 2], 3.0).intensity_at(10), Ok(3.0));
    }
}
