//! The marker segments that JPEG, JPEG-LS and JPEG 2000 have in common (ITU-T T.81 B.1.1).

use super::same_size;
use crate::io::dicom::image::Image;

/// Reads big-endian fields of a stream.
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn u8(&mut self) -> Result<u8, String> {
        self.take(1).map(|b| b.first().copied().unwrap_or(0))
    }

    pub fn u16(&mut self) -> Result<u16, String> {
        Ok(u16::from(self.u8()?) << 8 | u16::from(self.u8()?))
    }

    pub fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from(self.u16()?) << 16 | u32::from(self.u16()?))
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(count);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        let found =
            found.ok_or_else(|| format!("it ends within its header at byte {}", self.at))?;
        self.at += count;
        Ok(found)
    }

    /// The next marker's second byte.
    pub fn marker(&mut self) -> Result<u8, String> {
        let at = self.at;
        if self.u8()? != 0xFF {
            return Err(format!("a marker was expected at byte {at}"));
        }
        loop {
            match self.u8()? {
                // Any number of fill bytes may precede a marker.
                0xFF => {}
                code => return Ok(code),
            }
        }
    }

    /// The parameters of a marker segment.
    pub fn segment(&mut self) -> Result<Fields<'a>, String> {
        let length = usize::from(self.u16()?);
        let content = self.take(length.checked_sub(2).ok_or("a marker segment has no length")?)?;
        Ok(Fields::new(content))
    }

    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }
}

/// Checks that nothing but padding is left of a scan, and that it was ended.
///
/// Entropy-coded bytes have no checksum: damage shows in that a scan ends too early or too late.
pub(super) fn ended(rest: &[u8]) -> Result<(), String> {
    let marker = rest.windows(2).position(|w| w[0] == 0xFF && !matches!(w[1], 0 | 0xFF));
    let (left, end) = rest.split_at(marker.unwrap_or(rest.len()));
    let unread = left.iter().filter(|byte| !matches!(byte, 0 | 0xFF)).count();
    if unread > 1 || end.get(..2) != Some(&[0xFF, 0xD9]) {
        return Err(format!("{} bytes are left after the last pixel", rest.len()));
    }
    Ok(())
}

/// The frame header of an image of one component (T.81 B.2.2, T.87 C.2.2): its precision.
pub(super) fn frame(segment: &mut Fields<'_>, image: &Image) -> Result<u32, String> {
    let precision = u32::from(segment.u8()?);
    let (rows, columns) = (usize::from(segment.u16()?), usize::from(segment.u16()?));
    same_size(rows, columns, image)?;
    let components = segment.u8()?;
    if components != 1 {
        return Err(format!("it has {components} components, expected 1"));
    }
    if !(2..=16).contains(&precision) {
        return Err(format!("its precision is {precision} bits, expected 2 to 16"));
    }
    Ok(precision)
}
