//! Voxels of a row that are looked at together.

/// Voxels that are looked at together; as many may be read beyond the last of a block.
pub(super) const CHUNK: usize = 64;

/// The ranks of the chunk from a place on, where they lie; zeros where it would leave the block.
#[inline(always)]
pub(super) fn chunk(ranks: &[u16], from: usize) -> &[u16; CHUNK] {
    ranks.get(from..).and_then(|rest| rest.first_chunk()).unwrap_or(&[0; CHUNK])
}

/// A bit for each number of a chunk, the first the lowest: is it odd?
#[inline(always)]
pub(super) fn bits_of(flags: &[u8; CHUNK]) -> u64 {
    // Eight bytes of 0 or 1 become eight bits: each product lands on a bit of its own.
    let gather = |bytes: &[u8; 8]| {
        let ones = u64::from_le_bytes(*bytes) & 0x0101_0101_0101_0101;
        ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    let (words, _) = flags.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| bits << 8 | gather(word))
}

/// The places of the odd numbers of a chunk, ascending.
#[inline(always)]
pub(super) fn places_of(flags: &[u8; CHUNK]) -> impl Iterator<Item = usize> + use<> {
    let mut left = bits_of(flags);
    std::iter::from_fn(move || {
        let place = left.trailing_zeros() as usize;
        (left != 0).then(|| {
            left &= left - 1;
            place & (CHUNK - 1)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_odd_numbers() {
        let mut state = 1_u32;
        for _ in 0..200 {
            let flags: [u8; CHUNK] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            });
            let expected: Vec<usize> = (0..CHUNK).filter(|k| flags[*k] % 2 == 1).collect();
            assert_eq!(places_of(&flags).collect::<Vec<_>>(), expected);
        }
    }
}
