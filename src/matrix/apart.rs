//! One neighbour for each group of those that equal a voxel and touch.

use super::directions::{IN_PLANE, VOLUME};
use super::equal::Bits;

/// Steps to the neighbours before a voxel: one bit for each direction.
pub(super) const ALL: Bits = (1 << VOLUME.len()) - 1;
/// Those to neighbours within its plane, which are the first.
pub(super) const WITHIN: Bits = (1 << IN_PLANE.len()) - 1;

/// Of neighbours that equal a voxel, one for each group of those that touch: the others of a group
/// have its label already.
#[inline(always)]
pub(super) fn apart(equal: Bits) -> Bits {
    APART[usize::from(equal & ALL)]
}

/// The answer for each set of neighbours.
static APART: [Bits; ALL as usize + 1] = table();

const fn table() -> [Bits; ALL as usize + 1] {
    // Neighbours that touch a neighbour, and those that touch any of some.
    let mut touching = [0 as Bits; VOLUME.len()];
    let mut a = 0;
    while a < VOLUME.len() {
        let mut b = 0;
        while b < VOLUME.len() {
            let mut near = true;
            let mut axis = 0;
            while axis < 3 {
                near = near && (VOLUME[a][axis] - VOLUME[b][axis]).abs() <= 1;
                axis += 1;
            }
            if near {
                touching[a] |= 1 << b;
            }
            b += 1;
        }
        a += 1;
    }
    let mut touched = [0 as Bits; 1 << VOLUME.len()];
    let mut apart = [0 as Bits; 1 << VOLUME.len()];
    let mut set = 1_usize;
    while set < apart.len() {
        let first = set.trailing_zeros() as usize;
        touched[set] = touched[set & (set - 1)] | touching[first];
        let mut group = 1 << first;
        loop {
            let larger = (group | touched[group as usize]) & set as u16;
            if larger == group {
                break;
            }
            group = larger;
        }
        apart[set] = 1 << first | apart[set & !(group as usize)];
        set += 1;
    }
    apart
}
