//! The 256 cases of marching cubes, made by rule.
//!
//! Lorensen and Cline (1987), DOI 10.1145/37401.37422: a cell of 2 x 2 x 2 voxel centres is crossed
//! by loops through the middles of its edges whose ends differ. Their tables are not copied; three
//! rules give all cases:
//!
//! 1. On a face whose four corners alternate, each inside corner is cut off on its own, so that
//!    neighbouring cells agree and the mesh is closed.
//! 2. A loop of more than three points is filled by triangles between its points such that, in
//!    cubic voxels, their area is the largest there is. Nothing in the original settles this; the
//!    rule meets the published IBSI values and those on which independent teams agree, and equals
//!    the usual tables wherever loops have up to five points.
//! 3. Where several fillings have that area, their mean counts: so mirrored or turned voxel sets
//!    have the same area and volume in voxels of any shape.

use super::triangle::normal;
use std::sync::LazyLock;

/// Parts in which the mean over fillings is counted: every number of equally large ones divides it.
pub(super) const PARTS: i64 = 84;
/// A unit of `Case::volume` is this fraction of a voxel: determinants in half voxels are 8 * 6
/// times a volume.
pub(super) const VOLUME_UNITS: i64 = 48 * PARTS;

/// What one case adds to area and volume.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    /// Doubled areas of triangles as unsigned normal `[z, y, x]` in half voxels, and how many such
    /// triangles there are, in `PARTS`.
    pub(super) triangles: Vec<([i64; 3], i64)>,
    /// Volume inside the cell, in `VOLUME_UNITS` of a voxel.
    pub(super) volume: i64,
}

/// All cases: bit `4 z + 2 y + x` of the index is corner `[z, y, x]`.
pub(super) static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| (0..256).map(case).collect());

/// A point of a cell in half voxels `[z, y, x]`, each 0 to 2.
type Point = [i64; 3];

fn inside(pattern: usize, corner: Point) -> bool {
    let [z, y, x] = corner.map(|half| half as usize / 2);
    pattern >> (4 * z + 2 * y + x) & 1 == 1
}

fn case(pattern: usize) -> Case {
    let mut case = Case::default();
    for outline in loops(pattern) {
        let fillings = fillings(&outline);
        let share = PARTS / fillings.len() as i64;
        for triangle in fillings.into_iter().flatten() {
            let normal = normal(triangle);
            case.triangles.push((normal.map(i64::abs), share));
            // The flux of [z, 0, 0]: mean z times the z part of the normal.
            case.volume += share * triangle.iter().map(|point| point[0]).sum::<i64>() * normal[0];
        }
    }
    // The flux through the part of the cell's far face that is inside; z is 0 at the near one.
    let far = face([0, 1, 2], 2);
    let area: i64 = (0..4).map(|k| eighths(pattern, &far, k)).sum();
    case.volume += area * VOLUME_UNITS / 8;
    case.triangles.sort_unstable();
    case.triangles.dedup_by(|later, first| {
        let same = later.0 == first.0;
        first.1 += i64::from(same) * later.1;
        same
    });
    case
}

/// Corners of the face of axis `axes[0]` at `side`, in cyclic order.
fn face(axes: [usize; 3], side: i64) -> [Point; 4] {
    [[0, 0], [2, 0], [2, 2], [0, 2]].map(|[u, v]| {
        let mut corner = [0; 3];
        (corner[axes[0]], corner[axes[1]], corner[axes[2]]) = (side, u, v);
        corner
    })
}

/// Eighths of a face that are inside and nearer to corner `k` than to the others.
fn eighths(pattern: usize, face: &[Point; 4], k: usize) -> i64 {
    let own = inside(pattern, face[k]);
    let beside = [face[(k + 1) % 4], face[(k + 3) % 4]].map(|corner| inside(pattern, corner));
    let across = inside(pattern, face[(k + 2) % 4]);
    match (own, beside) {
        // Half of the corner's square is cut off, whoever owns it.
        (true, [false, false]) => 1,
        (false, [true, true]) => i64::from(across),
        (true, _) => 2,
        (false, _) => 0,
    }
}

/// Where the surface crosses the cell's faces, as closed loops, seen from outside anticlockwise.
fn loops(pattern: usize) -> Vec<Vec<Point>> {
    let mut segments: Vec<[Point; 2]> = Vec::new();
    for (axes, side) in [[0, 1, 2], [1, 2, 0], [2, 0, 1]].into_iter().flat_map(|a| [(a, 0), (a, 2)])
    {
        let mut corners = face(axes, side);
        if side == 0 {
            // Anticlockwise as seen from outside the cell.
            corners.reverse();
        }
        let inside = corners.map(|corner| inside(pattern, corner));
        let middle =
            |k: usize| [0, 1, 2].map(|a| i64::midpoint(corners[k][a], corners[(k + 1) % 4][a]));
        for leave in (0..4).filter(|&k| inside[k] && !inside[(k + 1) % 4]) {
            // Around the stretch of inside corners that ends here.
            let enter = (0..4).map(|back| (leave + 3 - back) % 4).find(|&k| !inside[k]);
            segments.extend(enter.map(|enter| [middle(enter), middle(leave)]));
        }
    }
    let mut loops = Vec::new();
    while let Some([start, mut end]) = segments.pop() {
        let mut outline = vec![start];
        while end != start {
            outline.push(end);
            let Some(next) = segments.iter().position(|segment| segment[0] == end) else { break };
            end = segments.swap_remove(next)[1];
        }
        loops.push(outline);
    }
    loops
}

/// The ways to fill a loop by triangles whose area, in cubic voxels, is the largest.
fn fillings(outline: &[Point]) -> Vec<Vec<[Point; 3]>> {
    let area = |triangles: &Vec<[Point; 3]>| -> f64 {
        let squared = |t: &[Point; 3]| normal(*t).iter().map(|n| n * n).sum::<i64>();
        triangles.iter().map(|triangle| (squared(triangle) as f64).sqrt()).sum()
    };
    let mut all = triangulations(outline);
    let largest = all.iter().map(area).fold(0.0, f64::max);
    // Areas that differ do so by far more.
    all.retain(|triangles| area(triangles) > largest - 1e-9);
    all
}

/// All ways to cut a polygon into triangles.
fn triangulations(outline: &[Point]) -> Vec<Vec<[Point; 3]>> {
    let n = outline.len();
    if n < 3 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    // The triangle on the side between the first and the last point, and what it leaves.
    for tip in 1..n - 1 {
        for before in triangulations(&outline[..=tip]) {
            for after in triangulations(&outline[tip..]) {
                let own = [[outline[0], outline[tip], outline[n - 1]]];
                all.push([&before[..], &after[..], &own[..]].concat());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_complete_and_their_means_are_whole() {
        for (pattern, case) in CASES.iter().enumerate() {
            let crossed = pattern != 0 && pattern != 255;
            assert_eq!(case.triangles.is_empty(), !crossed, "{pattern:08b}");
            assert!((0..=VOLUME_UNITS).contains(&case.volume), "{pattern:08b}");
            for outline in loops(pattern) {
                assert!((3..=7).contains(&outline.len()), "{pattern:08b}");
                assert_eq!(PARTS % fillings(&outline).len() as i64, 0, "{pattern:08b}");
            }
        }
        assert_eq!((CASES[0].volume, CASES[255].volume), (0, VOLUME_UNITS));
    }

    #[test]
    fn every_edge_that_is_crossed_is_in_one_loop() {
        for pattern in 0..256 {
            let mut points = loops(pattern).concat();
            let found = points.len();
            points.sort_unstable();
            points.dedup();
            let corner = |k: usize| pattern >> k & 1;
            let crossed =
                (0..8).flat_map(|k| [1, 2, 4].map(|step| (k, k | step))).filter(|&(a, b)| a != b);
            let crossed = crossed.filter(|&(a, b)| corner(a) != corner(b)).count();
            assert_eq!((found, points.len()), (crossed, crossed), "{pattern:08b}");
        }
    }

    #[test]
    fn a_case_turned_or_mirrored_has_the_same_triangles() {
        for pattern in 0..256_usize {
            for axes in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]] {
                for flips in 0..8_usize {
                    let moved = |corner: usize| {
                        (0..3).fold(0, |to, a| to | (corner >> a & 1) << axes[a]) ^ flips
                    };
                    let turned = (0..8).fold(0, |p, k| p | (pattern >> k & 1) << moved(k));
                    // Bit a of a corner is axis 2 - a.
                    let mut triangles: Vec<_> = CASES[pattern]
                        .triangles
                        .iter()
                        .map(|(normal, n)| {
                            let mut to = [0; 3];
                            (0..3).for_each(|a| to[2 - axes[a]] = normal[2 - a]);
                            (to, *n)
                        })
                        .collect();
                    triangles.sort_unstable();
                    assert_eq!(triangles, CASES[turned].triangles, "{pattern:08b} {turned:08b}");
                }
            }
        }
    }
}
