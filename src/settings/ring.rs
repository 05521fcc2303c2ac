//! The peripheral ring, what is taken from it, and the shells beside it.

use crate::image::{MAX_SHELLS, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Widest distance from the lesion's surface, mm.
const WIDEST_MM: f64 = 100.0;

/// The peripheral ring: voxels whose distance to the lesion's surface lies between the two widths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// Width inside the surface, mm.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub inner_mm: f64,
    /// Width outside the surface, mm.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub outer_mm: f64,
    /// On which lattice core, ring and shells are made, and what is excluded is removed.
    pub lattice: Lattice,
    /// Intensities that do not belong to ring and shells, in the order in which they are counted.
    pub exclude: Vec<Exclusion>,
    /// What becomes of voxels of other lesions and of their rings.
    pub overlap: Overlap,
    /// Shells beside the ring, from and to in mm from the surface, negative inside.
    #[schemars(length(max = 12), inner(inner(range(min = -100.0, max = 100.0))))]
    pub shells_mm: Vec<[f64; 2]>,
}

/// On which lattice rings are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lattice {
    /// On the one that is measured.
    #[default]
    Resampled,
    /// On the image's own; then they are resampled as masks are.
    Native,
}

/// What becomes of ring voxels where lesions are neighbours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// All stay; those in other lesions are counted.
    #[default]
    Allow,
    /// Those in another lesion or in another lesion's ring go.
    Exclude,
    /// Those in another lesion go; those in several rings stay with the nearest surface.
    Nearest,
}

/// A range of intensities, both ends of which belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("anyOf" = [{"required": ["name", "lowest"]}, {"required": ["name", "highest"]}]))]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// What it is called in the output, such as air.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Lowest intensity that is excluded; absent: no limit.
    pub lowest: Option<f64>,
    /// Highest intensity that is excluded; absent: no limit.
    pub highest: Option<f64>,
}

/// Keys of a range that may be absent.
pub(super) const ENDS: [&str; 2] = ["lowest", "highest"];

impl Exclusion {
    /// Is an intensity in the range?
    pub fn holds(&self, intensity: f32) -> bool {
        let value = f64::from(intensity);
        self.lowest.is_none_or(|lowest| value >= lowest)
            && self.highest.is_none_or(|highest| value <= highest)
    }

    /// What is wrong with it.
    fn fault(&self) -> Option<String> {
        let Self { name, lowest, highest } = self;
        let finite = |end: &Option<f64>| end.is_none_or(f64::is_finite);
        if name.trim().is_empty() {
            Some("a range has no name".into())
        } else if lowest.is_none() && highest.is_none() {
            Some(format!("'{name}' has neither lowest nor highest"))
        } else if !finite(lowest) || !finite(highest) {
            Some(format!("an end of '{name}' is not a number"))
        } else if let (Some(low), Some(high)) = (lowest, highest)
            && low > high
        {
            Some(format!("'{name}' ends at {high}, below {low}"))
        } else {
            None
        }
    }
}

impl Ring {
    /// A ring of these widths from which nothing is taken.
    pub fn plain(inner_mm: f64, outer_mm: f64) -> Self {
        Self {
            inner_mm,
            outer_mm,
            lattice: Lattice::default(),
            exclude: Vec::new(),
            overlap: Overlap::default(),
            shells_mm: Vec::new(),
        }
    }

    /// From where to where a region reaches, mm from the surface, negative inside; `None`: as far as
    /// the lesion does. Nothing for a shell that is not in the list.
    pub fn extent(&self, region: Region) -> Option<[Option<f64>; 2]> {
        match region {
            Region::Tumour => Some([None, None]),
            Region::Core => Some([None, Some(-self.inner_mm)]),
            Region::Ring => Some([Some(-self.inner_mm), Some(self.outer_mm)]),
            Region::Shell(n) => {
                let at = usize::from(n).checked_sub(1)?;
                self.shells_mm.get(at).map(|shell| shell.map(Some))
            }
        }
    }

    /// Every value out of its range: the key and what is wrong.
    pub(super) fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        for (key, mm) in [("ring.inner_mm", self.inner_mm), ("ring.outer_mm", self.outer_mm)] {
            if !(0.0..=WIDEST_MM).contains(&mm) {
                faults.push((key, format!("{mm} mm is not within 0 to {WIDEST_MM} mm")));
            }
        }
        if self.inner_mm == 0.0 && self.outer_mm == 0.0 {
            faults.push(("ring.outer_mm", "inner and outer width are both 0".into()));
        }
        faults
            .extend(self.exclude.iter().filter_map(Exclusion::fault).map(|f| ("ring.exclude", f)));
        for (i, range) in self.exclude.iter().enumerate() {
            if self.exclude[..i].iter().any(|other| other.name == range.name) {
                faults.push(("ring.exclude", format!("'{}' is named twice", range.name)));
            }
        }
        for [from, to] in &self.shells_mm {
            let near = |mm: &f64| (-WIDEST_MM..=WIDEST_MM).contains(mm);
            if !(near(from) && near(to) && from < to) {
                let fault =
                    format!("[{from}, {to}] is no shell within {WIDEST_MM} mm of the surface");
                faults.push(("ring.shells_mm", fault));
            }
        }
        if self.shells_mm.len() > MAX_SHELLS {
            let fault = format!("{} shells are more than {MAX_SHELLS}", self.shells_mm.len());
            faults.push(("ring.shells_mm", fault));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(name: &str, lowest: Option<f64>, highest: Option<f64>) -> Exclusion {
        Exclusion { name: name.into(), lowest, highest }
    }

    #[test]
    fn both_ends_of_a_range_are_excluded() {
        let fat = range("fat", Some(-150.0), Some(-50.0));
        let held: Vec<_> = [-150.5, -150.0, -50.0, -49.5, f32::NAN].map(|v| fat.holds(v)).into();
        assert_eq!(held, [false, true, true, false, false]);
        assert!(range("air", None, Some(-500.0)).holds(f32::NEG_INFINITY));
        assert!(range("bone", Some(300.0), None).holds(300.0));
    }

    #[test]
    fn every_fault_is_told() {
        let ring = Ring {
            exclude: vec![
                range("air", None, Some(-500.0)),
                range("air", Some(1.0), Some(0.0)),
                range(" ", None, Some(0.0)),
                range("none", None, None),
                range("nan", Some(f64::NAN), None),
            ],
            shells_mm: vec![[0.0, 1.0], [2.0, 2.0], [-101.0, 0.0], [0.0, f64::NAN]],
            ..Ring::plain(0.0, 0.0)
        };
        let keys: Vec<_> = ring.faults().into_iter().map(|(key, _)| key).collect();
        let expected = [&["ring.outer_mm"][..], &["ring.exclude"; 5], &["ring.shells_mm"; 3]];
        assert_eq!(keys, expected.concat());
        let many = Ring { shells_mm: vec![[0.0, 1.0]; 13], ..Ring::plain(1.0, 0.0) };
        assert_eq!(many.faults().len(), 1);
        assert_eq!(many.extent(Region::Core), Some([None, Some(-1.0)]));
        assert_eq!(many.extent(Region::Shell(13)), Some([Some(0.0), Some(1.0)]));
        assert_eq!(many.extent(Region::Shell(14)), None);
        assert_eq!(many.extent(Region::Shell(0)), None);
    }
}
