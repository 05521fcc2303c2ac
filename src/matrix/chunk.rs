//! Voxels of a row that are looked at together.

/// Voxels that are looked at together; as many may be read beyond the last of a block.
pub(super) const CHUNK: usize = 64;

/// As many numbers from a place on, where they lie.
#[inline(always)]
pub(super) fn chunk<const N: usize>(numbers: &[u16], from: usize) -> &[u16; N] {
    // They are as many: nothing is replaced.
    numbers[from..from + N].first_chunk().unwrap_or(&[0; N])
}

/// A bit for each number of a chunk or less, the first the lowest: is it odd?
#[inline(always)]
fn bits_of<const N: usize>(flags: &[u8; N]) -> u64 {
    // Eight bytes of 0 or 1 become eight bits: each product lands on a bit of its own.
    let gather = |bytes: &[u8; 8]| {
        let ones = u64::from_le_bytes(*bytes) & 0x0101_0101_0101_0101;
        ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    let (words, _) = flags.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| bits << 8 | gather(word))
}

/// The places of the odd numbers of a chunk or less, ascending.
#[inline(always)]
pub(super) fn places_of<const N: usize>(flags: &[u8; N]) -> impl Iterator<Item = usize> + use<N> {
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
