//! Why two lattices that should be the same are not.

use super::{Grid, Vec3, dot};

/// Lattices nearer than this everywhere, in voxels, lie on each other.
const NEAR: f64 = 0.1;
/// Array axes as messages name them.
const AXES: [&str; 3] = ["z", "y", "x"];

/// What most likely makes a mask's lattice differ from its image's, for an error message.
///
/// The shapes may differ. Explanations that account for every voxel come first.
pub fn cause(image: &Grid, mask: &Grid) -> String {
    if let Some(offset) = whole_steps(image, mask) {
        return placed(image, mask, offset);
    }
    for (signs, told) in [
        ([-1.0, -1.0, 1.0], "x and y have the opposite sign: one of the two is in RAS, not in LPS"),
        ([-1.0, 1.0, 1.0], "x has the opposite sign: it is flipped in one of the two"),
        ([1.0, -1.0, 1.0], "y has the opposite sign: it is flipped in one of the two"),
        ([1.0, 1.0, -1.0], "z has the opposite sign: it is flipped in one of the two"),
    ] {
        let other = signed(mask, signs);
        if orders().any(|order| contains(image, &stored(&other, order))) {
            return told.into();
        }
    }
    if let Some(order) = orders().find(|order| contains(image, &stored(mask, *order))) {
        return format!(
            "the same voxels are stored in another order: {}",
            told_order(mask, image, order)
        );
    }
    if let Some(told) = turned(image, mask) {
        return told;
    }
    if (0..3).any(|a| stretched(image, mask, a)) {
        return spacings(image, mask);
    }
    moved(image, mask)
}

/// Is the last voxel along an axis elsewhere because voxels are longer, or shorter?
fn stretched(image: &Grid, mask: &Grid, axis: usize) -> bool {
    let [a, b] = [image.spacing[axis], mask.spacing[axis]];
    (a - b).abs() * steps(image, axis) > NEAR * a || (a - b).abs() > 1e-3 * a.max(b)
}

/// From the first voxel to the last along an axis.
fn steps(grid: &Grid, axis: usize) -> f64 {
    grid.shape[axis].saturating_sub(1) as f64
}

/// How an array may be stored: which old axis each new one is, and which run backwards.
type Order = ([usize; 3], [bool; 3]);

fn orders() -> impl Iterator<Item = Order> {
    let permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    permutations.into_iter().flat_map(|permutation| {
        (0..8_usize).map(move |bits| (permutation, [0, 1, 2].map(|a| bits >> a & 1 == 1)))
    })
}

/// The same voxels stored in another order.
fn stored(grid: &Grid, (permutation, backwards): Order) -> Grid {
    let first = [0, 1, 2].map(|a| {
        let back = permutation.iter().position(|p| *p == a).is_some_and(|to| backwards[to]);
        if back { (grid.shape[a] - 1) as f64 } else { 0.0 }
    });
    let sign = |to: usize| if backwards[to] { -1.0 } else { 1.0 };
    Grid {
        shape: permutation.map(|a| grid.shape[a]),
        spacing: permutation.map(|a| grid.spacing[a]),
        origin: grid.to_patient(first),
        axes: [0, 1, 2].map(|to| grid.axes[permutation[to]].map(|c| sign(to) * c)),
    }
}

fn told_order(mask: &Grid, image: &Grid, (permutation, backwards): Order) -> String {
    let back: Vec<&str> = (0..3).filter(|a| backwards[*a]).map(|a| AXES[a]).collect();
    let mut told = Vec::new();
    if permutation != [0, 1, 2] {
        let [z, y, x] = permutation.map(|a| AXES[a]);
        told.push(format!("the image's z, y, x are the mask's {z}, {y}, {x} (swapped axes)"));
    }
    if !back.is_empty() {
        told.push(format!("{} flipped", back.join(" and ")));
    }
    if mask.len() != image.len() {
        told.push("cropped too".into());
    }
    told.join(", ")
}

/// With coordinates of another sign.
fn signed(grid: &Grid, signs: Vec3) -> Grid {
    let by = |v: Vec3| [v[0] * signs[0], v[1] * signs[1], v[2] * signs[2]];
    Grid { origin: by(grid.origin), axes: grid.axes.map(by), ..grid.clone() }
}

/// The index in `a` of `b`'s first voxel, where all voxels of `b` lie on voxel positions of `a`.
fn whole_steps(a: &Grid, b: &Grid) -> Option<[f64; 3]> {
    let first = a.to_index(b.origin).map(f64::round);
    let fits = (0..8_usize).all(|corner| {
        let at =
            [0, 1, 2].map(|c| if corner >> c & 1 == 1 { (b.shape[c] - 1) as f64 } else { 0.0 });
        let index = a.to_index(b.to_patient(at));
        (0..3).all(|c| (index[c] - first[c] - at[c]).abs() <= NEAR)
    });
    fits.then_some(first)
}

/// Do all voxels of `b` lie on voxels of `a`?
fn contains(a: &Grid, b: &Grid) -> bool {
    whole_steps(a, b).is_some_and(|first| inside(first, b.shape, a.shape))
}

fn inside(first: [f64; 3], part: [usize; 3], whole: [usize; 3]) -> bool {
    (0..3).all(|a| first[a] >= 0.0 && first[a] + part[a] as f64 <= whole[a] as f64)
}

/// The same voxel positions, `offset` voxels apart.
fn placed(image: &Grid, mask: &Grid, offset: [f64; 3]) -> String {
    let back = offset.map(|v| 0.0 - v);
    let whole = |v: [f64; 3]| v.map(|v| v as i64);
    if image.shape == mask.shape && offset == [0.0; 3] {
        "the headers are rounded differently".into()
    } else if inside(offset, mask.shape, image.shape) {
        format!(
            "the mask is cropped: it begins at voxel {:?} (z, y, x) of the image",
            whole(offset)
        )
    } else if inside(back, image.shape, mask.shape) {
        format!(
            "the image is cropped: it begins at voxel {:?} (z, y, x) of the mask's lattice",
            whole(back)
        )
    } else if (0..3)
        .any(|a| offset[a] >= image.shape[a] as f64 || offset[a] + mask.shape[a] as f64 <= 0.0)
    {
        format!(
            "they do not overlap (the mask begins {:?} voxels (z, y, x) from the image's first): \
             another frame of reference, or another scan",
            whole(offset)
        )
    } else {
        format!("the mask is moved or cropped by {:?} voxels (z, y, x)", whole(offset))
    }
}

/// Axes that point elsewhere.
fn turned(image: &Grid, mask: &Grid) -> Option<String> {
    let cosines = [0, 1, 2].map(|a| dot(image.axes[a], mask.axes[a]).clamp(-1.0, 1.0));
    let finest = image.spacing.into_iter().fold(f64::INFINITY, f64::min);
    let strays = |a: usize| {
        let sine = (1.0 - cosines[a] * cosines[a]).max(0.0).sqrt();
        sine * steps(image, a) * image.spacing[a] > NEAR * finest || cosines[a].abs() <= 0.999_99
    };
    if !(0..3).any(strays) {
        let back: Vec<&str> = (0..3).filter(|a| cosines[*a] < 0.0).map(|a| AXES[a]).collect();
        return (!back.is_empty())
            .then(|| format!("{} is flipped: it runs the other way", back.join(" and ")));
    }
    let along = |a: usize| (0..3).find(|b| dot(image.axes[a], mask.axes[*b]).abs() > 0.999_99);
    if let (Some(z), Some(y), Some(x)) = (along(0), along(1), along(2))
        && [z, y, x] != [0, 1, 2]
    {
        let [z, y, x] = [z, y, x].map(|a| AXES[a]);
        return Some(format!("the image's z, y, x are the mask's {z}, {y}, {x}: swapped axes"));
    }
    let worst = cosines.iter().copied().fold(1.0, f64::min).acos().to_degrees();
    Some(format!("the orientations differ by {worst:.2}°: one of the two was rotated"))
}

/// Spacings that differ.
fn spacings(image: &Grid, mask: &Grid) -> String {
    let alike = |a: f64, b: f64| (a - b).abs() <= 1e-3 * a.abs().max(b.abs());
    let swapped = orders().map(|(permutation, _)| permutation).find(|permutation| {
        *permutation != [0, 1, 2]
            && (0..3).all(|a| alike(image.spacing[a], mask.spacing[permutation[a]]))
    });
    let by = |s: [f64; 3]| format!("{:.4} × {:.4} × {:.4} mm", s[0], s[1], s[2]);
    let (ours, theirs) = (by(image.spacing), by(mask.spacing));
    if swapped.is_some() && image.shape == mask.shape {
        return format!("the spacings are swapped: {ours} against {theirs} (z × y × x)");
    }
    format!(
        "voxel spacings differ, {ours} against {theirs} (z × y × x): one of the two was resampled"
    )
}

/// Equal voxels, apart by no whole number of them.
fn moved(image: &Grid, mask: &Grid) -> String {
    let offset = image.to_index(mask.origin);
    let half = |v: f64| (v.abs() - 0.5).abs() < 0.01;
    let shown = offset.map(|v| (v * 1000.0).round() / 1000.0);
    if image.shape == mask.shape
        && offset.iter().all(|v| half(*v) || v.abs() < 0.01)
        && offset.iter().any(|v| half(*v))
    {
        return format!(
            "the mask is moved by half a voxel ({shown:?}, z, y, x): its header may give a \
             voxel's corner for its centre"
        );
    }
    format!("the positions differ by {shown:?} voxels (z, y, x): one of the two was moved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::IndexBox;

    const UPRIGHT: [Vec3; 3] = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

    fn image() -> Grid {
        Grid::new([20, 30, 40], [3.0, 0.8, 0.7], [-10.0, 25.0, 40.0], UPRIGHT).unwrap()
    }

    #[track_caller]
    fn told(mask: &Grid, parts: &[&str]) {
        let text = cause(&image(), mask);
        assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks one of {parts:?}");
    }

    #[test]
    fn crops_and_shifts_are_named_with_their_offset() {
        let a = image();
        told(
            &a.crop(IndexBox { lo: [2, 3, 4], hi: [9, 20, 30] }).unwrap(),
            &["mask is cropped", "[2, 3, 4]"],
        );
        let shift = |at: [f64; 3]| Grid { origin: a.to_patient(at), ..a.clone() };
        told(
            &Grid { shape: [30, 40, 50], ..shift([-2.0, -3.0, -4.0]) },
            &["image is cropped", "[2, 3, 4]"],
        );
        told(&shift([0.0, 2.0, 0.0]), &["moved", "[0, 2, 0]"]);
        told(&shift([0.0, 0.0, 90.0]), &["do not overlap", "frame of reference"]);
        told(&shift([0.5, 0.5, 0.5]), &["half a voxel"]);
        told(&shift([0.0, 0.3, 0.0]), &["moved", "0.3"]);
        told(&shift([0.0, 0.05, 0.0]), &["rounded"]);
    }

    #[test]
    fn signs_orders_and_spacings_are_told_apart() {
        let a = image();
        let ras = Grid {
            origin: [10.0, -25.0, 40.0],
            axes: [UPRIGHT[0], [0.0, -1.0, 0.0], [-1.0, 0.0, 0.0]],
            ..a.clone()
        };
        told(&ras, &["RAS", "LPS"]);
        // The same, with the array turned so that its axes point the usual way.
        told(&stored(&ras, ([0, 1, 2], [false, true, true])), &["RAS"]);
        told(&signed(&a, [1.0, -1.0, 1.0]), &["y has the opposite sign", "flipped"]);
        told(&stored(&a, ([0, 1, 2], [true, false, false])), &["another order", "z flipped"]);
        told(&stored(&a, ([2, 1, 0], [false; 3])), &["swapped axes", "x, y, z"]);
        told(&Grid { spacing: [0.7, 0.8, 3.0], ..a.clone() }, &["spacings are swapped"]);
        told(&Grid { spacing: [3.0, 1.0, 1.0], ..a.clone() }, &["resampled", "1.0000"]);
        let (c, s) = (5_f64.to_radians().cos(), 5_f64.to_radians().sin());
        let turned = [[0.0, 0.0, 1.0], [-s, c, 0.0], [c, s, 0.0]];
        told(&Grid { axes: turned, ..a.clone() }, &["5.00°", "rotated"]);
        // What is small from voxel to voxel, and not at the last.
        let fine = Grid { shape: [20, 400, 400], ..a.clone() };
        let drift = |mask: &Grid| cause(&fine, mask);
        assert!(drift(&Grid { spacing: [3.0, 0.8, 0.7005], ..fine.clone() }).contains("0.7005 mm"));
        let (c, s) = (0.2_f64.to_radians().cos(), 0.2_f64.to_radians().sin());
        let turned = [[0.0, 0.0, 1.0], [-s, c, 0.0], [c, s, 0.0]];
        assert!(drift(&Grid { axes: turned, ..fine.clone() }).contains("0.20°"));
    }
}
