//! Where the voxels of one lattice are in another that has the same voxels, or more of them.

use super::IoError;
use super::lattice::{APART, NEARLY};
use crate::error::Warning;
use crate::geometry::{Grid, dot, norm, sub};
use serde::Serialize;

/// Indices beyond this belong to no image.
const FARTHEST: f64 = 1e9;

/// How indices of a mask's lattice become indices of the image's: axes exchanged, turned round, and
/// moved by whole voxels; never interpolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// The image's axis `[z, y, x]` = 0, 1, 2 along which each axis of the mask runs.
    pub axes: [usize; 3],
    /// Does that axis of the mask run backwards?
    pub flipped: [bool; 3],
    /// Index `[z, y, x]` in the image of the mask's voxel `[0, 0, 0]`.
    pub offset: [i64; 3],
}

impl Placement {
    /// Of a copy of the image's lattice.
    pub const PLAIN: Self = Self { axes: [0, 1, 2], flipped: [false; 3], offset: [0; 3] };

    /// Index in the image of the mask's voxel `[z, y, x]`.
    pub fn index(&self, mask: [usize; 3]) -> [i64; 3] {
        let mut index = self.offset;
        for axis in 0..3 {
            let step = mask[axis] as i64;
            index[self.axes[axis]] += if self.flipped[axis] { -step } else { step };
        }
        index
    }

    /// Are the two lattices' first voxels and axes the same?
    pub fn is_plain(&self) -> bool {
        *self == Self::PLAIN
    }
}

/// Finds the image's voxels that a mask's lattice coincides with.
///
/// `names` are the image's and the mask's. A mask of other size or place than the image's may lie
/// `cropped` voxels off at most; one of the same, 0.1 voxel. Above 0.01 voxel there is a warning.
///
/// # Errors
/// [`IoError::LatticeApart`], with the largest distance at the mask's corners.
pub(super) fn place(
    image: &Grid,
    mask: &Grid,
    names: [&str; 2],
    cropped: f64,
) -> Result<(Placement, Vec<Warning>), IoError> {
    let mut axes = [0; 3];
    let mut flipped = [false; 3];
    for axis in 0..3 {
        let cosine = |other: usize| dot(mask.axes[axis], image.axes[other]);
        let along =
            (1..3).fold(
                0,
                |best, other| {
                    if cosine(other).abs() > cosine(best).abs() { other } else { best }
                },
            );
        axes[axis] = along;
        flipped[axis] = cosine(along) < 0.0;
    }
    let permuted = [0, 1, 2].iter().all(|axis| axes.contains(axis));
    if !permuted {
        // Turned by so much that two axes look alike: any pairing shows how far apart they are.
        (axes, flipped) = ([0, 1, 2], [false; 3]);
    }
    let first = image.to_index(mask.origin);
    let offset = first.map(|i| i.round().clamp(-FARTHEST, FARTHEST) as i64);
    let placement = Placement { axes, flipped, offset };
    let edge = image.spacing.into_iter().fold(f64::INFINITY, f64::min);
    let (mut mm, mut corner) = (0.0, [0; 3]);
    for at in 0..8_usize {
        let index =
            [0, 1, 2].map(|axis| if at >> axis & 1 == 1 { mask.shape[axis] - 1 } else { 0 });
        let theirs = mask.to_patient(index.map(|i| i as f64));
        let ours = image.to_patient(placement.index(index).map(|i| i as f64));
        let apart = norm(sub(theirs, ours));
        // A comparison with NaN is false, so what cannot be compared is the worst.
        let less = apart <= mm;
        if !less {
            (mm, corner) = (apart, index);
        }
    }
    let voxels = mm / edge;
    let whole = placement.is_plain() && image.shape == mask.shape;
    let limit = if whole { APART } else { cropped };
    let near = voxels <= limit;
    if !near {
        return Err(IoError::LatticeApart {
            image: names[0].to_owned(),
            mask: names[1].to_owned(),
            mm,
            voxels,
            corner,
            cause: cause(image, mask, &placement).to_owned(),
        });
    }
    let mut warnings = Vec::new();
    if voxels > NEARLY {
        let message = format!(
            "{} lies up to {mm:.4} mm ({voxels:.3} voxel) off the image's voxels, at its voxel \
             {corner:?} (z, y, x)",
            names[1]
        );
        warnings.push(Warning::new("io.lattice_rounding", message));
    }
    Ok((placement, warnings))
}

fn cause(image: &Grid, mask: &Grid, placement: &Placement) -> &'static str {
    let turned = (0..3)
        .any(|axis| dot(mask.axes[axis], image.axes[placement.axes[axis]]).abs() < 1.0 - 1e-6);
    let other = |axis: usize| {
        let theirs = image.spacing[placement.axes[axis]];
        // The spacing along an axis of one voxel is of no consequence.
        mask.shape[axis] > 1 && (mask.spacing[axis] - theirs).abs() > 1e-3 * theirs
    };
    if turned {
        "the orientations differ: one of the two was rotated"
    } else if (0..3).any(other) {
        "voxel spacings differ: one of the two was resampled"
    } else {
        "the mask's voxels lie between the image's"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;

    fn image() -> Grid {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        Grid::new([10, 20, 30], [2.5, 0.8, 0.7], [-5.0, 7.0, 100.0], axes).unwrap()
    }

    #[test]
    fn a_flipped_exchanged_and_cropped_lattice_finds_its_voxels() {
        let image = image();
        let origin = image.to_patient([8.0, 3.0, 4.0]);
        let axes = [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]];
        let mask = Grid::new([5, 6, 7], [0.8, 2.5, 0.7], origin, axes).unwrap();
        let (placement, warnings) = place(&image, &mask, ["image", "mask"], 0.01).unwrap();
        assert!(warnings.is_empty());
        assert_eq!(placement.axes, [1, 0, 2]);
        assert_eq!(placement.flipped, [false, true, false]);
        for index in [[0, 0, 0], [4, 5, 6], [1, 2, 3]] {
            let there = image.to_patient(placement.index(index).map(|i| i as f64));
            let here = mask.to_patient(index.map(|i| i as f64));
            assert!(norm(sub(there, here)) < 1e-9);
        }
        assert!(place(&image, &image, ["image", "mask"], 0.01).unwrap().0.is_plain());
    }

    #[test]
    fn what_does_not_coincide_is_refused_by_its_distance() {
        let image = image();
        let refused = |mask: &Grid, limit| {
            let error = place(&image, mask, ["image", "mask"], limit).unwrap_err();
            assert_eq!(error.code(), "io.lattice_apart");
            error.to_string()
        };
        let moved = |mm: f64| Grid {
            shape: [2, 3, 4],
            origin: {
                let o = image.origin;
                [o[0] + mm, o[1], o[2]]
            },
            ..image.clone()
        };
        assert!(refused(&moved(0.35), 0.1).contains("between"));
        assert!(refused(&moved(0.035), 0.01).contains("0.05 voxel"));
        let (_, warnings) = place(&image, &moved(0.035), ["image", "mask"], 0.1).unwrap();
        assert_eq!(warnings[0].code, "io.lattice_rounding");
        let coarse = Grid { spacing: [5.0, 0.8, 0.7], ..image.clone() };
        assert!(refused(&coarse, 0.1).contains("resampled"));
        let (s, c) = 0.1_f64.sin_cos();
        let axes = [[0.0, 0.0, 1.0], [-s, c, 0.0], [c, s, 0.0]];
        assert!(refused(&Grid { axes, ..image.clone() }, 0.1).contains("rotated"));
        assert!(refused(&Grid { origin: [1e300; 3], ..image.clone() }, 0.1).contains("apart"));
    }
}
