//! What a JPEG 2000 code stream claims, checked against its length (T.800 annex A).

use super::super::markers::Fields;

/// Main header and tile parts of a code stream of one component.
pub(super) struct Header {
    pub rows: usize,
    pub columns: usize,
    /// Bits of a sample.
    pub precision: u32,
    pub signed: bool,
    /// Is there neither an irreversible transform nor a quantiser?
    pub reversible: bool,
    /// End of the image on the reference grid, x and y.
    end: [u32; 2],
    /// Size of a tile.
    tile: [u32; 2],
    tiles: usize,
    bytes: usize,
}

/// Bytes of a tile part's own markers, SOT and SOD.
const TILE_PART: usize = 14;
/// Packets that may be however short the stream is. Each of more takes a byte, even an empty one;
/// the count below is up to sixteen times too high.
const FEW: u64 = 4096;
const FOLD: u64 = 16;

impl Header {
    /// Reads all headers up to the end of the code stream.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut fields = Fields::new(bytes);
        if fields.take(4)? != [0xFF, 0x4F, 0xFF, 0x51] {
            return Err("it does not start as a JPEG 2000 code stream".into());
        }
        let mut header = Self::size(&mut fields.segment()?, bytes.len())?;
        header.segments(&mut fields, 0x90)?;
        let mut seen = vec![false; header.tiles];
        loop {
            // The length of a tile part counts from its marker on (A.4.2).
            let start = fields.rest().len() + 2;
            let mut part = fields.segment()?;
            let index = usize::from(part.u16()?);
            *seen.get_mut(index).ok_or_else(|| format!("there is no tile {index}"))? = true;
            let length = part.u32()? as usize;
            header.segments(&mut fields, 0x93)?;
            // Only the last may leave its length open.
            if length == 0 {
                break;
            }
            let read = start - fields.rest().len();
            let left = length.checked_sub(read).ok_or("a tile part is shorter than its header")?;
            fields.take(left).map_err(|_| "a tile part goes beyond the end")?;
            match fields.marker()? {
                0x90 => {}
                0xD9 => break,
                code => return Err(format!("unexpected marker FF{code:02X} after a tile part")),
            }
        }
        match seen.iter().position(|seen| !seen) {
            Some(tile) => Err(format!("tile {tile} is missing")),
            None => Ok(header),
        }
    }

    /// Image and tile size (A.5.1).
    fn size(segment: &mut Fields<'_>, bytes: usize) -> Result<Self, String> {
        segment.u16()?;
        let mut numbers = [0; 8];
        for number in &mut numbers {
            *number = segment.u32()?;
        }
        let [x1, y1, x0, y0, tile_x, tile_y, tile_x0, tile_y0] = numbers;
        let components = segment.u16()?;
        if components != 1 {
            return Err(format!("it has {components} components, expected 1"));
        }
        let depth = segment.u8()?;
        let (across, down) = (segment.u8()?, segment.u8()?);
        if (across, down) != (1, 1) {
            return Err(format!("it is subsampled {across} × {down}"));
        }
        let mut tiles = 1_usize;
        for [end, start, tile, origin] in [[x1, x0, tile_x, tile_x0], [y1, y0, tile_y, tile_y0]] {
            let inside = start < end && end < 1 << 31 && tile > 0 && tile < 1 << 31;
            // The first tile reaches into the image (B.3).
            if !inside || origin > start || origin + tile <= start {
                return Err(format!("image {start} to {end} in tiles of {tile} is impossible"));
            }
            tiles = tiles.saturating_mul((end - origin).div_ceil(tile) as usize);
        }
        if tiles > bytes / TILE_PART {
            return Err(format!("{tiles} tiles in {bytes} bytes are impossible"));
        }
        Ok(Self {
            rows: (y1 - y0) as usize,
            columns: (x1 - x0) as usize,
            precision: u32::from(depth & 0x7F) + 1,
            signed: depth & 0x80 != 0,
            reversible: true,
            end: [x1, y1],
            tile: [tile_x, tile_y],
            tiles,
            bytes,
        })
    }

    /// Marker segments up to the marker `last`.
    fn segments(&mut self, fields: &mut Fields<'_>, last: u8) -> Result<(), String> {
        loop {
            let code = fields.marker()?;
            if code == last {
                return Ok(());
            }
            let mut segment = fields.segment()?;
            match code {
                // Coding style: of all components, of one.
                0x52 => {
                    let precincts = segment.u8()? & 1 != 0;
                    segment.u8()?;
                    let layers = segment.u16()?;
                    segment.u8()?;
                    self.style(&mut segment, precincts, layers)?;
                }
                0x53 => {
                    segment.u8()?;
                    let precincts = segment.u8()? & 1 != 0;
                    self.style(&mut segment, precincts, 1)?;
                }
                // Quantisation: of all components, of one; none where the low five bits are 0.
                0x5C => self.reversible &= segment.u8()?.trailing_zeros() >= 5,
                0x5D => {
                    segment.u8()?;
                    self.reversible &= segment.u8()?.trailing_zeros() >= 5;
                }
                // Lengths of tile parts and packets, registration, comments.
                0x55 | 0x57 | 0x58 | 0x63 | 0x64 => {}
                _ => return Err(format!("marker FF{code:02X} is not read")),
            }
        }
    }

    /// Coding style parameters (A.6.1): the transform, and that there are not too many packets.
    fn style(
        &mut self,
        segment: &mut Fields<'_>,
        precincts: bool,
        layers: u16,
    ) -> Result<(), String> {
        let levels = u32::from(segment.u8()?);
        let block = [u32::from(segment.u8()?), u32::from(segment.u8()?)];
        segment.u8()?;
        self.reversible &= segment.u8()? == 1;
        // Code blocks of 4 to 1024 pixels a side and no more than 4096 in all (table A.18).
        if levels > 32 || block.iter().sum::<u32>() > 8 {
            return Err(format!("{levels} levels and code blocks {block:?} are impossible"));
        }
        let mut packets: u64 = 0;
        for level in (0..=levels).rev() {
            let sizes = if precincts { segment.u8()? } else { 0xFF };
            let count = |axis: usize, exponent: u8| {
                let tiles = u64::from(self.end[axis].div_ceil(self.tile[axis]));
                (u64::from(self.end[axis]) >> (level + u32::from(exponent))) + 2 * tiles
            };
            let both = count(0, sizes & 15).saturating_mul(count(1, sizes >> 4));
            packets = packets.saturating_add(both.saturating_mul(u64::from(layers)));
        }
        if packets > (self.bytes as u64).saturating_mul(FOLD).saturating_add(FEW) {
            return Err(format!("{packets} packets in {} bytes are impossible", self.bytes));
        }
        Ok(())
    }
}
