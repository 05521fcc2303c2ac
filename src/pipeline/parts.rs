//! Core, ring and shells of a lesion on one lattice, and what is removed from them.

use super::facts::{Removed, Remover, RingFacts};
use super::neighbour::Neighbour;
use super::place::Place;
use super::{Part, PipelineError, StructureRule, Subject};
use crate::engine::Engine;
use crate::image::{Mask, Region, Volume};
use crate::preprocess::{Distances, PreprocessError, Shell};
use crate::settings::{Overlap, Ring, Settings};
use ndarray::Array3;

/// Which regions beside the lesion itself are made, and how far they reach.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub ring: &'a Ring,
    /// In the order asked for.
    pub regions: Vec<Region>,
    /// mm inside the lesion's surface.
    pub inward_mm: f64,
    /// mm outside it.
    pub outward_mm: f64,
}

impl<'a> Wanted<'a> {
    /// # Errors
    /// [`PipelineError::NoShell`].
    pub fn new(
        settings: &'a Settings,
        regions: &[Region],
        roi: &str,
    ) -> Result<Self, PipelineError> {
        let ring = &settings.ring;
        let beside = regions.iter().copied().filter(|region| *region != Region::Tumour);
        let regions: Vec<Region> = beside.collect();
        let (mut inward_mm, mut outward_mm) = (0.0_f64, 0.0_f64);
        for &region in &regions {
            if ring.extent(region).is_none() {
                let (roi, shells) = (roi.into(), ring.shells_mm.len());
                return Err(PipelineError::NoShell { roi, part: region.name(), shells });
            }
            if region == Region::Core {
                inward_mm = inward_mm.max(ring.inner_mm);
            }
            for [from, to] in bands(ring, region) {
                inward_mm = inward_mm.max(-from);
                outward_mm = outward_mm.max(to);
            }
        }
        Ok(Self { ring, regions, inward_mm, outward_mm })
    }
}

/// What other lesions claim where this region of one is made, from and to in mm: their rings where
/// it is the ring, any of their shells where it is a shell.
fn bands(ring: &Ring, region: Region) -> Vec<[f64; 2]> {
    match region {
        Region::Ring => vec![[-ring.inner_mm, ring.outer_mm]],
        Region::Shell(_) => ring.shells_mm.clone(),
        Region::Tumour | Region::Core => Vec::new(),
    }
}

/// A lesion and its image on the lattice on which its parts are made.
pub(super) struct Scene<'a> {
    pub subject: &'a Subject<'a>,
    pub settings: &'a Settings,
    pub place: &'a Place<'a>,
    pub image: &'a Volume,
    pub lesion: &'a Mask,
    pub engine: &'a Engine,
}

/// What is removed from every ring and shell, on the scene's lattice.
struct Surroundings<'a> {
    structures: Vec<(&'a str, StructureRule, Mask)>,
    /// Voxels of other lesions; `None` where there are none.
    others: Option<Array3<bool>>,
    neighbours: Vec<Neighbour>,
}

impl Scene<'_> {
    /// The regions that are wanted, each on the scene's lattice.
    pub fn parts(&self, wanted: &Wanted<'_>) -> Result<Vec<Part>, PipelineError> {
        let refused = |source| self.refused(source);
        let (inward, outward) = (wanted.inward_mm, wanted.outward_mm);
        let distances =
            Distances::new(self.lesion, inward, outward, self.engine).map_err(refused)?;
        let around = self.surroundings(wanted)?;
        let part = |&region: &Region| {
            let Some([Some(from), Some(to)]) = wanted.ring.extent(region) else {
                let mask = distances.core(wanted.ring.inner_mm)?;
                return Ok(Part { region, mask, facts: None });
            };
            let Shell { mask, outside_image } = distances.shell(from, to)?;
            let made = mask.count();
            let mut remaining = Remaining { voxels: mask.voxels().clone(), removed: Vec::new() };
            self.remove(&mut remaining, &around, &distances, &bands(wanted.ring, region));
            let mask = Mask::new(self.lesion.grid().clone(), remaining.voxels)?;
            let in_other_lesions = shared(&mask, around.others.as_ref());
            let removed = remaining.removed;
            let facts = RingFacts {
                made,
                outside_image,
                removed,
                in_other_lesions,
                interpolated: 0,
                air_fraction: None,
            };
            Ok(Part { region, mask, facts: Some(facts) })
        };
        let parts: Result<Vec<Part>, PreprocessError> = wanted.regions.iter().map(part).collect();
        parts.map_err(refused)
    }

    fn surroundings(&self, wanted: &Wanted<'_>) -> Result<Surroundings<'_>, PipelineError> {
        let around = &self.subject.around;
        let here =
            |mask: &Mask| self.place.mask(mask, self.engine).map_err(|source| self.refused(source));
        let mut structures = Vec::with_capacity(around.structures.len());
        for structure in around.structures {
            structures.push((structure.name, structure.rule, here(structure.mask)?));
        }
        let mut others: Option<Array3<bool>> = None;
        let mut neighbours = Vec::new();
        let before = around.before.iter().map(|mask| (mask, true));
        for (mask, first) in before.chain(around.after.iter().map(|mask| (mask, false))) {
            if same_voxels(mask, self.subject.mask) {
                continue;
            }
            let own = here(mask)?;
            if own.count() > 0 {
                let all =
                    others.get_or_insert_with(|| Array3::from_elem(own.voxels().dim(), false));
                all.zip_mut_with(own.voxels(), |all, own| *all |= own);
            }
            if wanted.ring.overlap != Overlap::Allow {
                neighbours.extend(Neighbour::new(self, mask, first, wanted)?);
            }
        }
        Ok(Surroundings { structures, others, neighbours })
    }

    /// Removes from a ring or shell whatever does not belong to it, in the order of [`Remover`].
    fn remove(
        &self,
        remaining: &mut Remaining,
        around: &Surroundings<'_>,
        distances: &Distances,
        bands: &[[f64; 2]],
    ) {
        let ring = &self.settings.ring;
        let data = &self.image.data;
        if let Some(marks) = self.image.no_data() {
            remaining.take(Remover::NoData, "", |at| marks[at]);
        }
        for range in &ring.exclude {
            remaining.take(Remover::Intensity, &range.name, |at| range.holds(data[at]));
        }
        for (name, rule, mask) in &around.structures {
            match rule {
                StructureRule::Within => {
                    remaining.take(Remover::OutsideStructure, name, |at| !mask.holds(at));
                }
                StructureRule::Exclude => {
                    remaining.take(Remover::Structure, name, |at| mask.holds(at));
                }
            }
        }
        if ring.overlap == Overlap::Allow {
            return;
        }
        let others = around.others.as_ref();
        remaining.take(Remover::OtherLesion, "", |at| others.is_some_and(|others| others[at]));
        let first = self.place.first();
        remaining.take(Remover::OtherRing, "", |at| {
            let whole = [0, 1, 2].map(|a| at[a] + first[a]);
            let mut claims = around.neighbours.iter().filter(|other| other.claims(whole, bands));
            match ring.overlap {
                // A voxel of the lesion itself is in no other lesion's ring then.
                Overlap::Nearest if distances.inside(at) => false,
                Overlap::Nearest => claims.any(|other| other.is_nearer(whole, distances.steps(at))),
                Overlap::Exclude | Overlap::Allow => claims.next().is_some(),
            }
        });
    }

    pub fn refused(&self, source: PreprocessError) -> PipelineError {
        PipelineError::Preprocess { roi: self.subject.roi.into(), part: "ring", source }
    }
}

/// A region from which voxels are taken, each counted by what took it first.
struct Remaining {
    voxels: Array3<bool>,
    removed: Vec<Removed>,
}

impl Remaining {
    fn take(&mut self, by: Remover, name: &str, goes: impl Fn([usize; 3]) -> bool) {
        let mut voxels = 0;
        for ((z, y, x), inside) in self.voxels.indexed_iter_mut() {
            if *inside && goes([z, y, x]) {
                *inside = false;
                voxels += 1;
            }
        }
        self.removed.push(Removed { by, name: name.into(), voxels });
    }
}

/// Voxels of a mask that are marked.
fn shared(mask: &Mask, marks: Option<&Array3<bool>>) -> usize {
    let both = |marks: &Array3<bool>| {
        mask.voxels().iter().zip(marks).filter(|(inside, mark)| **inside && **mark).count()
    };
    marks.map_or(0, both)
}

/// Are two masks one and the same set of voxels?
fn same_voxels(a: &Mask, b: &Mask) -> bool {
    let same = a.count() == b.count() && a.bounds() == b.bounds();
    same && a.bounds().is_none_or(|bounds| a.cut(bounds) == b.cut(bounds))
}
