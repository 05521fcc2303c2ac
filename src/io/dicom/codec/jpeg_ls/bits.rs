//! The bits of a JPEG-LS scan (T.87 A.5.3, C.2.1).

/// Reads bits; the byte after FF holds seven.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, highest first; those not yet read are 0.
    held: u64,
    count: u32,
}

const SHORT: &str = "it ends before its last pixel";

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, held: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(&byte) = self.bytes.get(self.at) else { return };
            let after = self.at > 0 && self.bytes.get(self.at - 1) == Some(&0xFF);
            if byte == 0xFF && self.bytes.get(self.at + 1).is_none_or(|next| *next >= 0x80) {
                return;
            }
            self.at += 1;
            let size = if after { 7 } else { 8 };
            self.held |= u64::from(byte) << (64 - size) >> self.count;
            self.count += size;
        }
    }

    /// Takes up to 31 bits.
    pub fn take(&mut self, count: u32) -> Result<u32, String> {
        if self.count < count {
            self.fill();
            if self.count < count {
                return Err(SHORT.into());
            }
        }
        // In two steps, as a shift by all 64 bits is none.
        let bits = (self.held >> 1 >> (63 - count)) as u32;
        self.held <<= count;
        self.count -= count;
        Ok(bits)
    }

    /// A limited-length Golomb code (A.5.3): `k` low bits, at most `limit` bits in all, values of
    /// `wide` bits where the code would be longer.
    pub fn golomb(&mut self, k: u32, limit: u32, wide: u32) -> Result<i64, String> {
        let most = limit.saturating_sub(wide + 1);
        let mut zeros = 0;
        loop {
            if self.count < 32 {
                self.fill();
            }
            let found = self.held.leading_zeros().min(self.count);
            zeros += found;
            if zeros > most {
                return Err("it holds a code that is too long".into());
            }
            if found < self.count {
                self.held <<= found;
                self.count -= found;
                break;
            }
            if found == 0 {
                return Err(SHORT.into());
            }
            (self.held, self.count) = (0, 0);
        }
        self.take(1)?;
        if zeros < most {
            Ok(i64::from(zeros) << k | i64::from(self.take(k)?))
        } else {
            Ok(i64::from(self.take(wide)?) + 1)
        }
    }

    /// The bytes of which no bit is taken.
    pub fn rest(&self) -> &'a [u8] {
        let (mut at, mut left) = (self.at, self.count);
        while at > 0 {
            let size = if at > 1 && self.bytes.get(at - 2) == Some(&0xFF) { 7 } else { 8 };
            if left < size {
                break;
            }
            left -= size;
            at -= 1;
        }
        self.bytes.get(at..).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stuffed_bit_is_left_out_and_a_marker_ends() {
        let mut bits = Bits::new(&[0xFF, 0x7F, 0x01, 0xFF, 0xD9]);
        assert_eq!(bits.take(15), Ok(0x7FFF));
        assert_eq!(bits.rest(), [0x01, 0xFF, 0xD9]);
        assert_eq!(bits.take(8), Ok(1));
        assert!(bits.take(1).is_err());
        assert_eq!(bits.rest(), [0xFF, 0xD9]);
    }

    #[test]
    fn long_codes_hold_their_value() {
        // 23 zeros, one, then eight bits: limit 32 with values of 8 bits.
        assert_eq!(Bits::new(&[0, 0, 1, 0x2A]).golomb(3, 32, 8), Ok(43));
        assert_eq!(Bits::new(&[0b0001_1010]).golomb(3, 32, 8), Ok(3 << 3 | 0b101));
        assert!(Bits::new(&[0, 0, 0, 0x2A]).golomb(3, 32, 8).is_err());
        assert!(Bits::new(&[0, 0]).golomb(3, 32, 8).is_err());
    }
}
