//! What is done with a chunk of voxels at once, in words that each processor has its own way to say:
//! the same bits from all.
//!
//! Most loops are plain and compiled for wider registers as they stand ([`crate::engine::wide`]). Those
//! here are too short for that: what the compiler makes of them changes with what stands around them.

use super::chunk::CHUNK;

/// 255 or 0 for each voxel of a chunk.
pub(super) type Flags = [u8; CHUNK];

/// A processor's way.
pub(super) trait Lanes: Copy {
    /// Which ranks of two chunks are equal?
    fn equal(self, here: &[u16; CHUNK], there: &[u16; CHUNK]) -> Flags;

    /// Which numbers are this one?
    fn are(self, numbers: &[u8; CHUNK], this: u8) -> Flags;

    /// One more than each number, at most `most`, where a flag is set; else 0.
    fn grown(self, numbers: &[u8; CHUNK], most: u8, flags: &Flags) -> [u8; CHUNK];

    /// A bit for each flag, the first the lowest.
    fn bits(self, flags: &Flags) -> u64;
}

/// A loop over chunks; its `call` and what that calls must be inlined.
pub(super) trait ChunkLoop {
    type Output;

    fn call<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Runs a loop in the way of this processor.
pub(super) fn in_lanes<W: ChunkLoop>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = pulp::x86::V3::try_new() {
        return avx2::run(avx2, work);
    }
    work.call(Portable)
}

/// The way of every processor.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Lanes for Portable {
    #[inline(always)]
    fn equal(self, here: &[u16; CHUNK], there: &[u16; CHUNK]) -> Flags {
        std::array::from_fn(|k| if here[k] == there[k] { u8::MAX } else { 0 })
    }

    #[inline(always)]
    fn are(self, numbers: &[u8; CHUNK], this: u8) -> Flags {
        std::array::from_fn(|k| if numbers[k] == this { u8::MAX } else { 0 })
    }

    #[inline(always)]
    fn grown(self, numbers: &[u8; CHUNK], most: u8, flags: &Flags) -> [u8; CHUNK] {
        std::array::from_fn(|k| numbers[k].saturating_add(1).min(most) & flags[k])
    }

    #[inline(always)]
    fn bits(self, flags: &Flags) -> u64 {
        super::chunk::bits_of(flags)
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{CHUNK, ChunkLoop, Flags, Lanes};
    use pulp::x86::V3;
    use pulp::{NullaryFnOnce, cast};
    use std::arch::x86_64::__m256i;

    struct Work<W>(V3, W);

    impl<W: ChunkLoop> NullaryFnOnce for Work<W> {
        type Output = W::Output;

        #[inline(always)]
        fn call(self) -> W::Output {
            self.1.call(self.0)
        }
    }

    pub(super) fn run<W: ChunkLoop>(avx2: V3, work: W) -> W::Output {
        avx2.vectorize(Work(avx2, work))
    }

    /// Registers of a chunk of bytes.
    type Bytes = [__m256i; 2];
    /// Registers of a chunk of larger numbers.
    type Words = [__m256i; 4];
    /// The quarters of two packed registers in order.
    const IN_ORDER: i32 = 0b11_01_10_00;

    // No closures: the compiler need not inline these, and what is not inlined is called for each
    // register.
    impl Lanes for V3 {
        #[inline(always)]
        fn equal(self, here: &[u16; CHUNK], there: &[u16; CHUNK]) -> Flags {
            let (here, there): (Words, Words) = (cast(*here), cast(*there));
            let mut equal = here;
            for k in 0..equal.len() {
                equal[k] = self.avx2._mm256_cmpeq_epi16(here[k], there[k]);
            }
            // Packing works on halves of registers and leaves their quarters out of order.
            let low = self.avx2._mm256_packs_epi16(equal[0], equal[1]);
            let high = self.avx2._mm256_packs_epi16(equal[2], equal[3]);
            let low = self.avx2._mm256_permute4x64_epi64::<IN_ORDER>(low);
            let high = self.avx2._mm256_permute4x64_epi64::<IN_ORDER>(high);
            cast([low, high])
        }

        #[inline(always)]
        fn are(self, numbers: &[u8; CHUNK], this: u8) -> Flags {
            let (mut numbers, this): (Bytes, __m256i) = (cast(*numbers), cast([this; 32]));
            for half in &mut numbers {
                *half = self.avx2._mm256_cmpeq_epi8(*half, this);
            }
            cast(numbers)
        }

        #[inline(always)]
        fn grown(self, numbers: &[u8; CHUNK], most: u8, flags: &Flags) -> [u8; CHUNK] {
            let (mut numbers, flags): (Bytes, Bytes) = (cast(*numbers), cast(*flags));
            let (one, most): (__m256i, __m256i) = (cast([1_u8; 32]), cast([most; 32]));
            for k in 0..numbers.len() {
                let grown = self.avx2._mm256_adds_epu8(numbers[k], one);
                let least = self.avx2._mm256_min_epu8(grown, most);
                numbers[k] = self.avx2._mm256_and_si256(least, flags[k]);
            }
            cast(numbers)
        }

        #[inline(always)]
        fn bits(self, flags: &Flags) -> u64 {
            let [low, high]: Bytes = cast(*flags);
            let low = self.avx2._mm256_movemask_epi8(low).cast_unsigned();
            let high = self.avx2._mm256_movemask_epi8(high).cast_unsigned();
            u64::from(low) | u64::from(high) << 32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the ways make of chunks.
    struct All<'a>(&'a [u8; CHUNK], &'a [u8; CHUNK]);

    impl ChunkLoop for All<'_> {
        type Output = (Flags, Flags, [u8; CHUNK], u64);

        fn call<L: Lanes>(self, lanes: L) -> Self::Output {
            let [here, there] = [self.0, self.1].map(|chunk| chunk.map(|n| u16::from(n) * 257));
            let equal = lanes.equal(&here, &there);
            (equal, lanes.are(self.0, 6), lanes.grown(self.0, 6, &equal), lanes.bits(&equal))
        }
    }

    #[test]
    fn every_way_has_the_same_bits() {
        let mut state = 1_u32;
        for _ in 0..200 {
            let mut chunk = || -> [u8; CHUNK] {
                std::array::from_fn(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    [0, 1, 3, 5, 6, 7, 254, 255][(state >> 29) as usize]
                })
            };
            let (here, there) = (chunk(), chunk());
            let found = All(&here, &there).call(Portable);
            assert_eq!(found, in_lanes(All(&here, &there)));
            let (equal, are, grown, bits) = found;
            for k in 0..CHUNK {
                let flag = |set: bool| if set { 255 } else { 0 };
                assert_eq!((equal[k], are[k]), (flag(here[k] == there[k]), flag(here[k] == 6)));
                assert_eq!(bits >> k & 1 == 1, here[k] == there[k]);
                let more = (u32::from(here[k]) + 1).min(6);
                assert_eq!(u32::from(grown[k]), if equal[k] == 0 { 0 } else { more });
            }
        }
    }
}
