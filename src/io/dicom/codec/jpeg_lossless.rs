//! JPEG Lossless, Huffman coded (ITU-T T.81 annex H; DICOM PS3.5 A.4.2).
//!
//! Written here because jpeg-decoder 0.3, the one crate that reads this process, ignores restarts
//! with predictor 1, shifts the point transform into the predictor, and panics on a point transform
//! as large as the precision.

use super::markers::{Fields, ended, frame};
use super::{Decoded, same_sign};
use crate::io::dicom::image::Image;

pub(super) fn decode(bytes: &[u8], image: &Image) -> Decoded {
    let mut fields = Fields::new(bytes);
    let mut tables: [Option<Box<Table>>; 4] = Default::default();
    let (mut precision, mut restart) = (None, 0);
    if fields.marker()? != 0xD8 {
        return Err("it does not start as JPEG".into());
    }
    loop {
        let code = fields.marker()?;
        let mut segment = fields.segment()?;
        match code {
            0xC3 => precision = Some(frame(&mut segment, image)?),
            0xC4 => define(&mut segment, &mut tables)?,
            0xDD => restart = usize::from(segment.u16()?),
            // Application data, comments, quantisation tables that lossless frames do not use.
            0xDB | 0xE0..=0xEF | 0xFE => {}
            0xDA => {
                let precision = precision.ok_or("its scan comes before its frame header")?;
                let scan = Scan::new(&mut segment, &tables, precision, restart, image)?;
                let (numbers, rest) = scan.decode(fields.rest(), image)?;
                ended(rest)?;
                return same_sign(numbers, precision, image);
            }
            0xC0..=0xCF => return Err(format!("its process is SOF{}, expected SOF3", code - 0xC0)),
            _ => return Err(format!("unexpected marker FF{code:02X}")),
        }
    }
}

/// Huffman tables (B.2.4.2).
fn define(segment: &mut Fields<'_>, tables: &mut [Option<Box<Table>>; 4]) -> Result<(), String> {
    while !segment.rest().is_empty() {
        let place = usize::from(segment.u8()?);
        let counts = segment.take(16)?;
        let symbols = segment.take(counts.iter().map(|n| usize::from(*n)).sum())?;
        // Tables of class 1 serve other processes.
        if let Some(table) = tables.get_mut(place) {
            *table = Some(Box::new(Table::new(counts, symbols)?));
        }
    }
    Ok(())
}

/// Length and symbol of the code that each 16 bits start with; length 0 where there is none.
struct Table(Vec<[u8; 2]>);

impl Table {
    fn new(counts: &[u8], symbols: &[u8]) -> Result<Self, String> {
        let mut lookup = Vec::with_capacity(1 << 16);
        let mut symbols = symbols.iter();
        for (length, count) in (1_u8..).zip(counts) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                if *symbol > 16 {
                    return Err(format!("a Huffman table has the symbol {symbol}"));
                }
                lookup.resize(lookup.len() + (1 << (16 - length)), [length, *symbol]);
                if lookup.len() > 1 << 16 {
                    return Err("a Huffman table has more codes than there can be".into());
                }
            }
        }
        lookup.resize(1 << 16, [0, 0]);
        Ok(Self(lookup))
    }
}

/// A scan header (B.2.3) and what it refers to.
struct Scan<'a> {
    table: &'a Table,
    predictor: u8,
    precision: u32,
    /// Low bits that were dropped.
    transform: u32,
    /// Rows between restarts.
    rows: usize,
}

impl<'a> Scan<'a> {
    fn new(
        segment: &mut Fields<'_>,
        tables: &'a [Option<Box<Table>>; 4],
        precision: u32,
        restart: usize,
        image: &Image,
    ) -> Result<Self, String> {
        let components = segment.u8()?;
        if components != 1 {
            return Err(format!("its scan has {components} components, expected 1"));
        }
        segment.u8()?;
        let table = tables.get(usize::from(segment.u8()? >> 4)).and_then(Option::as_deref);
        let table = table.ok_or("its scan uses a Huffman table that is not there")?;
        let predictor = segment.u8()?;
        if !(1..=7).contains(&predictor) {
            return Err(format!("its predictor is {predictor}, expected 1 to 7"));
        }
        segment.u8()?;
        let transform = u32::from(segment.u8()? & 15);
        if transform >= precision {
            return Err(format!("its point transform is {transform} of {precision} bits"));
        }
        // A restart interval of a lossless frame is whole rows (H.1.1).
        if !restart.is_multiple_of(image.columns) {
            return Err(format!("its restart interval of {restart} pixels is not whole rows"));
        }
        let rows = if restart == 0 { image.rows } else { restart / image.columns };
        Ok(Self { table, predictor, precision, transform, rows })
    }

    /// The numbers of all pixels, and the bytes after them.
    fn decode<'b>(&self, bytes: &'b [u8], image: &Image) -> Result<(Vec<u32>, &'b [u8]), String> {
        let columns = image.columns;
        let mut numbers = vec![0_u32; image.pixels()];
        let mut above = vec![0_i32; columns];
        let mut row = vec![0_i32; columns];
        let mut bits = Bits::new(bytes);
        let middle = 1 << (self.precision - self.transform - 1);
        let limit = 1 << (self.precision - self.transform);
        for (y, out) in numbers.chunks_exact_mut(columns).enumerate() {
            let first = y.is_multiple_of(self.rows);
            if first && y > 0 {
                bits = Bits::new(bits.restart((y / self.rows - 1) % 8)?);
            }
            let mut left = if first { middle } else { above.first().copied().unwrap_or(0) };
            let mut corner = 0;
            for (x, ((out, here), up)) in out.iter_mut().zip(&mut row).zip(&above).enumerate() {
                let predicted = match self.predictor {
                    _ if first || x == 0 => left,
                    1 => left,
                    2 => *up,
                    3 => corner,
                    4 => left + up - corner,
                    5 => left + ((up - corner) >> 1),
                    6 => up + ((left - corner) >> 1),
                    _ => (left + up) >> 1,
                };
                // Differences are modulo 2^16 (H.1.2.1).
                let value = (predicted + bits.difference(self.table)?) & 0xFFFF;
                if value >= limit {
                    let bits = self.precision;
                    return Err(format!("pixel {x} of row {y} is beyond its {bits} bits"));
                }
                *out = (value as u32) << self.transform;
                (*here, left, corner) = (value, value, *up);
            }
            std::mem::swap(&mut above, &mut row);
        }
        Ok((numbers, bits.rest()))
    }
}

/// Bits of an entropy-coded segment, a zero byte after FF left out (F.1.2.3).
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, highest first.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, held: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(&byte) = self.bytes.get(self.at) else { return };
            if byte == 0xFF && self.bytes.get(self.at + 1) != Some(&0) {
                return;
            }
            self.at += if byte == 0xFF { 2 } else { 1 };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// Takes up to 16 bits that are held.
    fn take(&mut self, count: u32) -> Result<u32, String> {
        if count > self.count {
            return Err("it ends before its last pixel".into());
        }
        // In two steps, as a shift by all 64 bits is none.
        let bits = (self.held >> 1 >> (63 - count)) as u32;
        self.held <<= count;
        self.count -= count;
        Ok(bits)
    }

    /// The next difference (H.1.2.2).
    fn difference(&mut self, table: &Table) -> Result<i32, String> {
        if self.count < 32 {
            self.fill();
        }
        let [length, category] = table.0.get((self.held >> 48) as usize).copied().unwrap_or([0, 0]);
        if length == 0 {
            return Err("it holds a code that is not in its Huffman table".into());
        }
        self.take(u32::from(length))?;
        match category {
            0 => Ok(0),
            16 => Ok(32768),
            category => {
                let bits = self.take(u32::from(category))? as i32;
                let half = 1 << (category - 1);
                Ok(if bits < half { bits - 2 * half + 1 } else { bits })
            }
        }
    }

    /// The bytes after restart marker `number`, which must come next.
    fn restart(&self, number: usize) -> Result<&'a [u8], String> {
        let rest = self.rest();
        let found = rest.get(..2) == Some(&[0xFF, 0xD0 + number as u8]);
        found.then(|| &rest[2..]).ok_or_else(|| format!("restart marker {number} is missing"))
    }

    /// The bytes not yet taken; a byte of which a bit is taken is.
    fn rest(&self) -> &'a [u8] {
        let mut at = self.at;
        for _ in 0..self.count / 8 {
            // Whole bytes held are given back, a stuffed zero with its FF.
            let stuffed = at >= 2 && self.bytes.get(at - 2..at) == Some(&[0xFF, 0]);
            at = at.saturating_sub(if stuffed { 2 } else { 1 });
        }
        self.bytes.get(at..).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110, 1110 for differences of no, one, two and three bits.
    fn stream(precision: u8, predictor: u8, transform: u8, restart: u8, scan: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 23, 0, 1, 1, 1, 1];
        bytes.extend([0; 12]);
        bytes.extend([0, 1, 2, 3]);
        bytes.extend([0xFF, 0xC3, 0, 11, precision, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        bytes.extend([0xFF, 0xDD, 0, 4, 0, restart]);
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, predictor, 0, transform]);
        bytes.extend(scan);
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    /// Packs a text of 0 and 1 to bytes, filled up with ones.
    fn bits(text: &str) -> Vec<u8> {
        let text: String = text.split(' ').collect();
        let byte = |b: &[u8]| b.iter().fold(0, |v, c| v << 1 | (c - b'0'));
        let mut padded = text.into_bytes();
        padded.resize(padded.len().next_multiple_of(8), b'1');
        padded.chunks(8).map(byte).collect()
    }

    #[test]
    fn every_predictor_is_that_of_table_h_1() {
        let image = Image::test(2, 3, 8, 8, false);
        // Differences: 0, +1, +2; -1, +3, 0.
        let scan = bits("0 101 11010 100 11011 0");
        for predictor in 1..=7 {
            let i = usize::from(predictor) - 1;
            // Left 127, above 129, above left 128.
            let by_hand = [127, 129, 128, 128, 127, 128, 128][i] + 3;
            let decoded = decode(&stream(8, predictor, 0, 0, &scan), &image).unwrap();
            assert_eq!(decoded[..4], [128, 129, 131, 127]);
            assert_eq!(decoded[4], by_hand, "predictor {predictor}");
        }
    }

    #[test]
    fn a_restart_begins_anew_and_a_point_transform_drops_bits() {
        let image = Image::test(2, 3, 8, 8, false);
        let row = bits("0 101 11010");
        let scan = [row.clone(), vec![0xFF, 0xD0], row].concat();
        for predictor in 1..=7 {
            let decoded = decode(&stream(8, predictor, 0, 3, &scan), &image);
            assert_eq!(decoded, Ok(vec![128, 129, 131, 128, 129, 131]), "predictor {predictor}");
        }
        let scan = bits("0 101 11010 100 11011 0");
        let decoded = decode(&stream(8, 1, 2, 0, &scan), &image);
        assert_eq!(decoded, Ok(vec![128, 132, 140, 124, 136, 136]));
    }

    #[test]
    fn streams_that_are_not_whole_are_refused_with_the_reason() {
        let image = Image::test(2, 3, 8, 8, false);
        let scan = bits("0 101 11010 100 11011 0");
        let whole = stream(8, 1, 0, 0, &scan);
        let why = |bytes: &[u8]| decode(bytes, &image).unwrap_err();
        assert!(why(&stream(8, 1, 0, 0, &scan[..1])).contains("ends before"));
        assert!(why(&stream(8, 1, 0, 0, &[&scan[..], &[1, 2]].concat())).contains("are left"));
        assert!(why(&stream(8, 0, 0, 0, &scan)).contains("predictor is 0"));
        assert!(why(&stream(8, 1, 8, 0, &scan)).contains("point transform is 8"));
        assert!(why(&stream(8, 1, 0, 2, &scan)).contains("not whole rows"));
        assert!(why(&stream(12, 1, 0, 0, &scan)).contains("12 bits, Bits Allocated is 8"));
        assert!(why(&stream(2, 1, 0, 0, &scan)).contains("beyond its 2 bits"));
        let other = Image::test(3, 2, 8, 8, false);
        assert!(decode(&whole, &other).unwrap_err().contains("2 rows × 3 columns"));
        let mut baseline = whole;
        let at = baseline.windows(2).position(|w| w == [0xFF, 0xC3]).unwrap();
        baseline[at + 1] = 0xC1;
        assert!(why(&baseline).contains("SOF1"));
    }
}
