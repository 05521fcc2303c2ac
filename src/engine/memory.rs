//! The memory a caller lends, in bytes.

use std::fmt;
use std::str::FromStr;

/// Most bytes that any one thing may take which is read from a file or made from it: the voxels of
/// an image or a mask, an inflated data set, the lesions of a query, the box around a lesion.
///
/// It is checked before memory is claimed, by what a file declares; steps that hold a thing twice,
/// as stored and as numbers, take a few times as much for a moment. [`MemoryLimit::default`] is
/// 8 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryLimit(u64);

/// Bytes of each unit, from the largest on.
const UNITS: [(&str, u64); 7] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
];

impl MemoryLimit {
    /// What to do where it is too low.
    pub const HINT: &str = "If that is right, raise the limit: --max-memory, PERIRAD_MAX_MEMORY.";

    /// So many bytes.
    pub const fn of(bytes: u64) -> Self {
        Self(bytes)
    }

    /// How many bytes it is.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// Is there room for `count` things of `size` bytes?
    pub fn holds(self, count: usize, size: usize) -> bool {
        (count as u64).checked_mul(size as u64).is_some_and(|bytes| bytes <= self.0)
    }

    /// How many things of `size` bytes there is room for.
    pub fn room(self, size: usize) -> usize {
        usize::try_from(self.0 / (size as u64).max(1)).unwrap_or(usize::MAX)
    }
}

impl Default for MemoryLimit {
    fn default() -> Self {
        Self(8 << 30)
    }
}

/// Shown in the largest unit of which it is a whole number.
impl fmt::Display for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |&&(_, size): &&(&str, u64)| self.0 >= size && self.0.is_multiple_of(size);
        match UNITS.iter().find(whole) {
            Some((unit, size)) => write!(f, "{} {unit}", self.0 / size),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// A number with a unit, such as `4GiB` or `512 MB`; without one, bytes.
impl FromStr for MemoryLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let expected = || format!("'{text}' is no size: expected a number such as 4GiB or 512MB");
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim();
        let size = match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
            Some((_, size)) => *size,
            None if unit.is_empty() || unit.eq_ignore_ascii_case("b") => 1,
            None => return Err(expected()),
        };
        let number: u64 = number.parse().map_err(|_| expected())?;
        let bytes = number.checked_mul(size).filter(|bytes| *bytes > 0);
        bytes.map(Self).ok_or_else(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them_and_shown_alike() {
        let cases = [
            ("4GiB", 4 << 30, "4 GiB"),
            ("512MB", 512_000_000, "512 MB"),
            (" 1 tib ", 1 << 40, "1 TiB"),
            ("1536 MiB", 1536 << 20, "1536 MiB"),
            ("1000", 1000, "1 kB"),
            ("77b", 77, "77 bytes"),
        ];
        for (text, bytes, shown) in cases {
            let limit: MemoryLimit = text.parse().unwrap();
            assert_eq!((limit.bytes(), limit.to_string().as_str()), (bytes, shown));
        }
        for text in ["", "GiB", "4 cows", "-1", "1.5GiB", "0", "99999999999 TiB"] {
            assert!(text.parse::<MemoryLimit>().is_err(), "{text}");
        }
        assert_eq!(MemoryLimit::default().to_string(), "8 GiB");
    }

    #[test]
    fn nothing_overflows() {
        let limit = MemoryLimit::of(100);
        assert!(limit.holds(25, 4) && !limit.holds(26, 4) && !limit.holds(usize::MAX, 4));
        assert_eq!((limit.room(8), limit.room(0)), (12, 100));
    }
}
