//! The embedded case: a small-field CT of a synthetic chest with two lesions, as DICOM.

mod anatomy;
mod ct;
mod dicom;
mod rtstruct;

use crate::field::Lattice;
use crate::rng::Rng;
use crate::{Failure, NamedFile};

pub(crate) use dicom::Ids;

/// Shape and spacing of the embedded case.
pub const LATTICE: Lattice = Lattice { shape: [48, 144, 144], spacing: [2.5, 0.9, 0.9] };

/// LPS position of the centre of voxel `[0, 0, 0]`, mm, `[x, y, z]`.
pub const ORIGIN: [f64; 3] = [18.0, -182.7, -698.75];

/// The patient as arrays, and the identifiers of its DICOM objects.
#[derive(Debug, Clone)]
pub struct Patient {
    /// CT numbers `[z, y, x]` on [`LATTICE`], HU; planes run from feet to head.
    pub hu: Vec<i16>,
    /// What is drawn, in the order of the structure set's list.
    pub structures: Vec<Structure>,
    ids: Ids,
}

/// A region of interest and what is known of it.
#[derive(Debug, Clone)]
pub struct Structure {
    /// ROI Name.
    pub name: &'static str,
    /// ROI Number; not its place in the list.
    pub number: u32,
    /// RT ROI Interpreted Type.
    pub kind: &'static str,
    /// ROI Display Color.
    pub colour: &'static str,
    /// About mm to the surface at voxel centres `[z, y, x]`, positive inside.
    pub depth: Vec<f64>,
    /// Plane of the lattice at which `depth` begins.
    pub first: usize,
}

/// A CT with what is drawn on it, as it is written.
pub(crate) struct Study<'a> {
    /// Shape and spacing.
    pub lattice: Lattice,
    /// LPS position of the centre of voxel `[0, 0, 0]`, mm, `[x, y, z]`.
    pub origin: [f64; 3],
    /// CT numbers `[z, y, x]`, HU; planes run from feet to head.
    pub hu: &'a [i16],
    /// What is drawn, in the order of the structure set's list.
    pub structures: &'a [Structure],
    pub ids: &'a Ids,
}

impl Study<'_> {
    /// The CT series, in `ct/`, and the structure set.
    pub fn files(&self) -> Result<Vec<NamedFile>, Failure> {
        let mut files = ct::files(self)?;
        files.push(("rtstruct.dcm".to_owned(), rtstruct::file(self)?));
        Ok(files)
    }
}

impl Structure {
    /// The voxels inside: what even-odd filling of the contours at pixel centres gives.
    pub fn mask(&self) -> Vec<bool> {
        self.depth.iter().map(|d| *d > 0.0).collect()
    }
}

impl Patient {
    /// The patient of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed, "patient");
        let (hu, structures) = anatomy::make(&mut rng);
        Self { hu, structures, ids: Ids::new(seed, LATTICE.shape[0]) }
    }

    /// The patient's files: the CT series, the structure set, the clinical facts.
    ///
    /// # Errors
    /// Where the DICOM writer refuses, which no seed makes it do.
    pub fn files(&self) -> Result<Vec<NamedFile>, Failure> {
        let (hu, structures, ids) = (&self.hu[..], &self.structures[..], &self.ids);
        let study = Study { lattice: LATTICE, origin: ORIGIN, hu, structures, ids };
        let mut files = study.files()?;
        files.push(("clinical.toml".to_owned(), CLINICAL.into()));
        Ok(files)
    }
}

/// Clinical facts of the lesions.
const CLINICAL: &str = "\
# Clinical facts of the synthetic patient's lesions, by ROI name: 1 is yes, 0 is no.
# Invented together with the images; nobody has these lesions.

[GTV-1]
node = 0
head_and_neck = 0

[GTV-2]
node = 1
head_and_neck = 0
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contour::{fill, trace};

    #[test]
    fn the_patient_is_small_repeats_and_its_lesions_have_their_sizes() {
        let patient = Patient::new(1);
        let files = patient.files().unwrap();
        assert_eq!(files.len(), 50);
        assert!(files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < 2_500_000);
        assert_eq!(files, Patient::new(1).files().unwrap());
        for (name, bytes) in files.iter().filter(|(name, _)| name != "clinical.toml") {
            assert_eq!(bytes.get(128..132), Some(&b"DICM"[..]), "{name}");
        }
        let volume = |name| {
            let found = patient.structures.iter().find(|s| s.name == name).unwrap();
            let count = found.mask().iter().filter(|m| **m).count();
            count as f64 * LATTICE.spacing.iter().product::<f64>() / 1000.0
        };
        // Balls of 25 to 31 mm and of 12 to 16 mm.
        assert!((8.2..15.6).contains(&volume("GTV-1")), "{}", volume("GTV-1"));
        assert!((0.9..2.1).contains(&volume("GTV-2")), "{}", volume("GTV-2"));
    }

    fn area(polygon: &[[f64; 2]]) -> f64 {
        let turned = polygon.iter().cycle().skip(1);
        polygon.iter().zip(turned).map(|(a, b)| 0.5 * (b[0] * a[1] - a[0] * b[1])).sum()
    }

    #[test]
    fn contours_enclose_the_masks_and_the_lung_has_holes() {
        let patient = Patient::new(1);
        let [_, ny, nx] = LATTICE.shape;
        for structure in &patient.structures {
            let mask = structure.mask();
            let mut nested = 0;
            for (plane, truth) in structure.depth.chunks(nx * ny).zip(mask.chunks(nx * ny)) {
                let polygons = trace(plane, nx);
                assert_eq!(fill(&polygons, nx, ny), truth, "{}", structure.name);
                // Holes run the other way round.
                nested += usize::from(polygons.iter().any(|p| area(p) < 0.0));
                assert!(polygons.is_empty() || polygons.iter().any(|p| area(p) > 0.0));
            }
            assert_eq!(nested > 5, structure.name == "Lung_L", "{}: {nested}", structure.name);
        }
    }
}
