//! What holds for the ring of any lesion, whatever is taken from it and whatever lies around.

use crate::ring_maker::{Scene, facts, grid, image, placed, settings};
use ndarray::Array3;
use perirad::geometry::SharedGrid;
use perirad::image::{Mask, Region, Volume};
use perirad::pipeline::{Part, Structure, StructureRule};
use perirad::settings::{Exclusion, Lattice, Overlap, Settings};
use proptest::prelude::*;

const SHAPE: [usize; 3] = [9, 10, 11];

/// Three lesions, a structure and an image, all without a pattern.
#[derive(Debug, Clone)]
struct World {
    grid: SharedGrid,
    image: Volume,
    lesions: [Mask; 3],
    structure: Mask,
}

fn worlds() -> impl Strategy<Value = World> {
    let spacing = [0.6..3.0, 0.6..3.0, 0.6..3.0];
    (spacing, any::<u64>(), 1_u64..9).prop_map(|(spacing, seed, lumps)| {
        let grid = grid(SHAPE, spacing);
        let mut state = seed | 1;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let mut lump = |reach: u64| {
            let mut voxels = Array3::from_elem(grid.shape, false);
            for _ in 0..lumps {
                let at = SHAPE.map(|n| (next() % n as u64) as usize);
                let size = SHAPE.map(|_| (next() % reach) as usize + 1);
                for ((z, y, x), inside) in voxels.indexed_iter_mut() {
                    let here = [z, y, x];
                    *inside |= (0..3).all(|a| (at[a]..at[a] + size[a]).contains(&here[a]));
                }
            }
            Mask::new(grid.clone(), voxels).unwrap()
        };
        let lesions = [lump(3), lump(3), lump(3)];
        let structure = lump(6);
        let shift = next() % 1000;
        let image = image(&grid, |[z, y, x]| {
            ((z * 7919 + y * 104_729 + x * 1_299_709 + shift as usize) % 1500) as f32 - 1000.0
        });
        World { grid, image, lesions, structure }
    })
}

fn excluding(overlap: Overlap, lattice: Lattice) -> Settings {
    let mut settings = settings();
    let range = |name: &str, lowest, highest| Exclusion { name: name.into(), lowest, highest };
    settings.ring.exclude =
        vec![range("air", None, Some(-700.0)), range("bone", Some(300.0), None)];
    settings.ring.overlap = overlap;
    settings.ring.lattice = lattice;
    settings.ring.shells_mm = vec![[-2.0, -0.7], [-0.7, 0.0], [0.0, 1.1], [1.1, 2.0]];
    settings
}

impl World {
    /// The regions of one lesion, among the others in an order.
    fn parts(
        &self,
        order: [usize; 3],
        of: usize,
        settings: &Settings,
        regions: &[Region],
    ) -> Vec<Part> {
        let masks = order.map(|i| &self.lesions[i]);
        let at = order.iter().position(|i| *i == of).unwrap();
        let structures = [
            Structure { name: "in", rule: StructureRule::Within, mask: &self.structure },
            Structure { name: "not", rule: StructureRule::Exclude, mask: &self.lesions[2] },
        ];
        let structures = if settings.ring.exclude.is_empty() { &[][..] } else { &structures };
        let (before, after) = (&masks[..at], &masks[at + 1..]);
        let scene = Scene { image: &self.image, before, after, structures };
        scene.parts(&self.lesions[of], settings, regions)
    }
}

fn any_overlap() -> impl Strategy<Value = Overlap> {
    prop_oneof![Just(Overlap::Allow), Just(Overlap::Exclude), Just(Overlap::Nearest)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn what_is_removed_is_disjoint_and_adds_up(
        world in worlds(),
        overlap in any_overlap(),
        native in any::<bool>(),
    ) {
        let lattice = if native { Lattice::Native } else { Lattice::Resampled };
        let settings = excluding(overlap, lattice);
        let mut plain = settings.clone();
        (plain.ring.exclude, plain.ring.overlap) = (Vec::new(), Overlap::Allow);
        let regions: Vec<Region> = Region::shells(4).chain([Region::Ring]).collect();
        let bare = world.parts([0, 1, 2], 0, &plain, &regions);
        let parts = world.parts([0, 1, 2], 0, &settings, &regions);
        for (part, bare) in parts.iter().zip(&bare) {
            let facts = facts(part);
            prop_assert_eq!(facts.made, bare.mask.count());
            prop_assert_eq!(facts.left(), part.mask.count());
            let removed: usize = facts.removed.iter().map(|r| r.voxels).sum();
            prop_assert_eq!(removed + facts.left() + facts.outside_image, facts.whole());
            prop_assert_eq!(facts.removed.len(), if overlap == Overlap::Allow { 4 } else { 6 });
            let here = placed(&part.mask, &world.grid);
            for (at, _) in here.indexed_iter().filter(|(_, inside)| **inside) {
                prop_assert!((-700.0..300.0).contains(&world.image.data[at]));
                prop_assert!(world.structure.voxels()[at] && !world.lesions[2].voxels()[at]);
                prop_assert!(placed(&bare.mask, &world.grid)[at]);
                let other = world.lesions[1].voxels()[at];
                prop_assert!(overlap == Overlap::Allow || !other || world.lesions[0].voxels() == world.lesions[1].voxels());
            }
        }
        // Shells that tile the ring are the ring, whatever is removed but by other rings.
        if overlap == Overlap::Allow {
            let sum: usize = parts[..4].iter().map(|part| part.mask.count()).sum();
            prop_assert_eq!(sum, parts[4].mask.count());
        }
    }

    #[test]
    fn shells_that_tile_the_ring_are_the_ring(world in worlds(), inner in 0.1..3.0, outer in 0.1..3.0) {
        let mut settings = settings();
        (settings.ring.inner_mm, settings.ring.outer_mm) = (inner, outer);
        settings.ring.shells_mm =
            vec![[-inner, -inner / 3.0], [-inner / 3.0, outer / 2.0], [outer / 2.0, outer]];
        let regions: Vec<Region> = Region::shells(3).chain([Region::Ring, Region::Core]).collect();
        let parts = world.parts([0, 1, 2], 0, &settings, &regions);
        let whole = placed(&parts[3].mask, &world.grid);
        let mut sum = Array3::from_elem(SHAPE, false);
        for part in &parts[..3] {
            let shell = placed(&part.mask, &world.grid);
            prop_assert!(shell.iter().zip(&sum).all(|(a, b)| !(*a && *b)));
            sum.zip_mut_with(&shell, |sum, shell| *sum |= shell);
        }
        prop_assert_eq!(&sum, &whole);
        let outside: usize = parts[..3].iter().map(|part| facts(part).outside_image).sum();
        prop_assert_eq!(outside, facts(&parts[3]).outside_image);
        // Core and ring hold the lesion, and share nothing.
        let core = placed(&parts[4].mask, &world.grid);
        for ((core, ring), lesion) in core.iter().zip(&whole).zip(world.lesions[0].voxels()) {
            prop_assert!(!*core || (*lesion && !*ring));
            prop_assert!(!*lesion || *core || *ring);
        }
    }

    #[test]
    fn exclusion_does_not_know_the_order_of_lesions(world in worlds(), native in any::<bool>()) {
        let lattice = if native { Lattice::Native } else { Lattice::Resampled };
        let settings = excluding(Overlap::Exclude, lattice);
        let regions = [Region::Ring, Region::Shell(3)];
        let first = world.parts([0, 1, 2], 1, &settings, &regions);
        for order in [[2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let other = world.parts(order, 1, &settings, &regions);
            for (a, b) in first.iter().zip(&other) {
                prop_assert_eq!(a.mask.voxels(), b.mask.voxels());
                prop_assert_eq!(&a.facts, &b.facts);
            }
        }
    }

    #[test]
    fn each_voxel_outside_all_lesions_goes_to_one_ring_where_any_reaches_it(world in worlds()) {
        let mut settings = settings();
        let of = |overlap, settings: &mut Settings| {
            settings.ring.overlap = overlap;
            [0, 1, 2].map(|i| {
                let part = world.parts([0, 1, 2], i, settings, &[Region::Ring]).pop().unwrap();
                placed(&part.mask, &world.grid)
            })
        };
        let (all, nearest) = (of(Overlap::Allow, &mut settings), of(Overlap::Nearest, &mut settings));
        let mut same = (0..3).flat_map(|i| (0..i).map(move |j| (i, j)));
        prop_assume!(same.all(|(i, j)| world.lesions[i].voxels() != world.lesions[j].voxels()));
        for (at, _) in all[0].indexed_iter() {
            let lesions = world.lesions.iter().filter(|lesion| lesion.voxels()[at]).count();
            let [before, after] = [&all, &nearest].map(|rings| rings.iter().filter(|r| r[at]).count());
            if lesions == 0 {
                prop_assert_eq!(after, before.min(1));
            } else {
                // Within one lesion the ring is that one's; within several it is nobody's.
                prop_assert!(after <= usize::from(lesions == 1));
                let own = (0..3).any(|i| all[i][at] && world.lesions[i].voxels()[at]);
                prop_assert_eq!(after == 1, lesions == 1 && own);
            }
        }
    }
}
