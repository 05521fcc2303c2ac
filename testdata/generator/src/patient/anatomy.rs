//! A left half of a chest, in mm from the volume's centre: x to the left, y to the back.

use super::{LATTICE, Structure};
use crate::field::noise;
use crate::lesion::{Lesion, Scene};
use crate::rng::Rng;
use crate::shape::{Blob, capsule, ellipsoid};

/// Longer than the volume: an ellipsoid of this semi-axis is a cylinder.
const LONG: f64 = 1e6;
/// Contrast-filled vessels, HU.
const BLOOD: f64 = 180.0;
/// Noise of the scan, HU.
const SIGMA: f64 = 9.0;

/// A tube: its ends and its radius, mm.
type Tube = ([f64; 3], [f64; 3], f64);

/// The hilum's vessels inside the lung.
const BRANCHES: [Tube; 6] = [
    ([-20.0, 17.0, 6.0], [8.0, 24.0, 16.0], 3.6),
    ([-20.0, 17.0, 6.0], [10.0, 20.0, -18.0], 3.4),
    ([8.0, 24.0, 16.0], [22.0, 14.0, 40.0], 2.6),
    ([8.0, 24.0, 16.0], [26.0, 30.0, 20.0], 2.2),
    ([10.0, 20.0, -18.0], [20.0, 26.0, -48.0], 2.6),
    ([10.0, 20.0, -18.0], [28.0, 4.0, -36.0], 2.2),
];

/// CT numbers `[z, y, x]` and what an observer would draw.
pub(super) fn make(rng: &mut Rng) -> (Vec<i16>, Vec<Structure>) {
    let tumour = Lesion {
        surface: Blob::new([-11.0, -7.0, 1.0], 13.6, 0.8, rng),
        infiltration: 0.62,
        tissue: 62.0,
    };
    let node = Lesion {
        surface: Blob::new([-14.0, 9.0, 30.0], 7.0, 0.4, rng),
        infiltration: 0.35,
        tissue: 58.0,
    };
    let twigs: Vec<Tube> = (0..16).map(|_| twig(rng)).collect();
    let mut scene = chest(&twigs, rng);
    tumour.paint(&mut scene, rng);
    node.paint(&mut scene, rng);
    let hu = scene.scan(SIGMA, rng);

    let draw = |f: &dyn Fn([f64; 3]) -> f64| LATTICE.map(f);
    let clear = |p| {
        let lesions = tumour.surface.depth(p).max(node.surface.depth(p));
        lung(p).min(-lesions).min(-tubes(p, &BRANCHES))
    };
    let structures = [
        ("Body", 7, "EXTERNAL", "0\\255\\0", draw(&body)),
        ("GTV-1", 1, "GTV", "255\\0\\0", draw(&|p| tumour.surface.depth(p))),
        ("Lung_L", 12, "ORGAN", "0\\128\\255", draw(&clear)),
        ("GTV-2", 4, "GTV", "255\\128\\0", draw(&|p| node.surface.depth(p))),
    ]
    .map(|(name, number, kind, colour, depth)| Structure {
        name,
        number,
        kind,
        colour,
        depth,
        first: 0,
    });
    (hu, structures.into())
}

fn body(p: [f64; 3]) -> f64 {
    ellipsoid(p, [-20.0, 0.0, 0.0], [80.0, 60.0, LONG])
}

fn heart(p: [f64; 3]) -> f64 {
    ellipsoid(p, [-30.0, -22.0, -42.0], [34.0, 24.0, 30.0])
}

fn mediastinum(p: [f64; 3]) -> f64 {
    ellipsoid(p, [-52.0, 4.0, 0.0], [36.0, 54.0, LONG]).max(heart(p))
}

fn lung(p: [f64; 3]) -> f64 {
    let thorax = ellipsoid(p, [2.0, 0.0, -12.0], [42.0, 46.0, 92.0]);
    thorax.min(body(p) - 14.0).min(-mediastinum(p))
}

fn tubes(p: [f64; 3], tubes: &[Tube]) -> f64 {
    tubes.iter().fold(f64::NEG_INFINITY, |most, &(from, to, r)| most.max(capsule(p, from, to, r)))
}

/// A small vessel from the hilum's side outwards.
fn twig(rng: &mut Rng) -> Tube {
    let from = [rng.between(-4.0, 12.0), rng.between(-30.0, 30.0), rng.between(-50.0, 50.0)];
    let along = rng.direction().map(|c| 26.0 * c);
    let to = [from[0] + along[0].abs(), from[1] + along[1], from[2] + along[2]];
    (from, to, rng.between(0.8, 1.5))
}

/// Ribs and spine; `None` where there is no bone.
fn bone(p: [f64; 3]) -> Option<f64> {
    let spine = ellipsoid(p, [-58.0, 38.0, 0.0], [15.0, 12.0, LONG]);
    if spine > 0.0 {
        return Some(if spine < 2.0 { 500.0 } else { 230.0 });
    }
    // Ribs: a shell in the chest wall, cut by tilted planes every 26 mm.
    let shell = 3.5 - (body(p) - 9.5).abs();
    let level = (p[2] + 0.4 * p[1]) / 26.0;
    let band = 5.0 - 26.0 * (level - level.round()).abs();
    let rib = shell.min(band);
    (rib > 0.0).then_some(if rib < 1.3 { 680.0 } else { 420.0 })
}

/// The chest without its lesions.
fn chest(twigs: &[Tube], rng: &mut Rng) -> Scene {
    let parenchyma = noise(LATTICE.shape, [1, 4, 4], rng);
    let muscle = noise(LATTICE.shape, [1, 5, 5], rng);
    let great: [Tube; 3] = [
        // Descending aorta, ascending aorta, left pulmonary artery.
        ([-36.0, 28.0, -100.0], [-36.0, 28.0, 100.0], 10.5),
        ([-54.0, -14.0, -8.0], [-52.0, -10.0, 100.0], 13.0),
        ([-60.0, 0.0, 10.0], [-22.0, 16.0, 6.0], 7.5),
    ];
    let mut i = 0;
    let hu = LATTICE.map(|p| {
        let (air, soft) = (-850.0 + 22.0 * parenchyma[i], 45.0 + 5.0 * muscle[i]);
        i += 1;
        let chamber = ellipsoid(p, [-30.0, -22.0, -42.0], [26.0, 17.0, 23.0]);
        if body(p) <= 0.0 {
            -1000.0
        } else if lung(p) > 0.0 {
            if tubes(p, &BRANCHES).max(tubes(p, twigs)) > 0.0 { BLOOD - 20.0 } else { air }
        } else if body(p) < 5.0 {
            -100.0 + muscle[i - 1] * 6.0
        } else if let Some(hu) = bone(p) {
            hu
        } else if tubes(p, &great).max(tubes(p, &BRANCHES)).max(chamber) > 0.0 {
            BLOOD
        } else {
            soft
        }
    });
    // Outside the patient a reconstruction holds almost no noise.
    let noise = hu.iter().map(|v| if *v <= -1000.0 { 0.3 } else { 1.0 }).collect();
    Scene { lattice: LATTICE, hu, noise }
}
