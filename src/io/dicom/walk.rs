//! Checks a data set's lengths before dicom-rs reads it.
//!
//! dicom-rs claims (and clears) memory for the length an element declares, and recurses into
//! sequences: four damaged bytes could take 4 GiB, a crafted file the whole stack. This walk goes
//! over the same headers without reading a value, and finds where Pixel Data begins, so that only
//! the header is ever parsed (PS3.5 section 7.1, 7.5).

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use std::ops::Range;

/// Sequences nested deeper than this are refused; real ones have fewer than ten levels.
const DEEPEST: usize = 32;
pub(super) const UNDEFINED: u32 = u32::MAX;
pub(super) const ITEM: Tag = Tag(0xFFFE, 0xE000);
pub(super) const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
pub(super) const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// Where the pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pixels {
    /// First byte of the value.
    pub offset: u64,
    /// Its length in bytes; `None` where undefined (compressed fragments).
    pub length: Option<u32>,
    /// Is it made of 16-bit words (OW)?
    pub words: bool,
}

/// A data set whose lengths add up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Walked {
    /// Bytes of the header: everything before Pixel Data.
    pub header: usize,
    /// The pixels, if there are any.
    pub pixels: Option<Pixels>,
    /// Are there sequences of VR UN, whose elements are written in another form?
    pub unknown: bool,
}

/// How elements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Do they name their VR?
    pub explicit: bool,
    /// Does the highest byte come first?
    pub big_endian: bool,
}

/// Why the walk ended early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes at hand end before the header does.
    NeedMore,
    /// The lengths do not add up.
    Malformed(String),
}

/// An attribute of the header, or an item of a sequence.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub tag: Tag,
    /// SQ of a sequence and of its items; OB of what has an undefined length and is no sequence.
    pub vr: VR,
    /// Where its value is, counted from the start of the data set; empty of a sequence.
    pub value: Range<u64>,
    /// How many of the elements noted after it lie within it.
    pub inside: usize,
}

/// Which attributes are noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// Those in no sequence.
    Outer,
    /// All, and the items between them.
    All,
}

#[derive(Clone, Copy, PartialEq)]
enum Level {
    /// Elements of an item, ending at a position or at a delimiter.
    Item(Option<u64>),
    /// Items of a sequence.
    Sequence(Option<u64>),
    /// Fragments of compressed pixels inside an item (an icon).
    Fragments,
}

impl Level {
    fn end(self) -> Option<u64> {
        match self {
            Self::Item(end) | Self::Sequence(end) => end,
            Self::Fragments => None,
        }
    }
}

/// A level that was entered, and the number of what was noted of it.
struct Entered {
    level: Level,
    noted: Option<usize>,
    /// How what follows it is written.
    form: Form,
}

impl Entered {
    /// Tells what was noted of it how much lies within it.
    fn leave(self, found: &mut [Element], form: &mut Form) {
        *form = self.form;
        if let Some(noted) = self.noted {
            found[noted].inside = found.len() - noted - 1;
        }
    }
}

/// Goes back up a level.
fn leave(levels: &mut Vec<Entered>, found: &mut [Element], form: &mut Form) {
    if let Some(entered) = levels.pop() {
        entered.leave(found, form);
    }
}

/// Walks over the header of a data set of `total` bytes, of which `bytes` are at hand.
#[cfg(test)]
fn walk(bytes: &[u8], total: u64, form: Form) -> Result<Walked, Stop> {
    walk_noting(bytes, total, form, (&mut Vec::new(), Noted::All))
}

/// Walks over the header of a data set of `total` bytes, of which `bytes` are at hand, and notes
/// attributes in `found`.
pub(super) fn walk_noting(
    bytes: &[u8],
    total: u64,
    form: Form,
    (found, which): (&mut Vec<Element>, Noted),
) -> Result<Walked, Stop> {
    found.clear();
    let mut at = Cursor { bytes, total, at: 0, form };
    let mut levels: Vec<Entered> = Vec::new();
    let mut unknown = false;
    loop {
        while let Some(entered) = levels.pop_if(|entered| entered.level.end() == Some(at.at)) {
            entered.leave(found, &mut at.form);
        }
        let limit = levels.iter().rev().find_map(|l| l.level.end()).unwrap_or(total);
        if levels.is_empty() && at.at == total {
            return Ok(Walked { header: bytes.len(), pixels: None, unknown });
        }
        let start = at.at;
        let tag = at.tag()?;
        let wanted = levels.is_empty() || which == Noted::All;
        let mut note = |vr: VR, value: Range<u64>| {
            let noted = wanted.then_some(found.len());
            found.extend(noted.map(|_| Element { tag, vr, value, inside: 0 }));
            noted
        };
        let within = levels.last().map(|entered| entered.level);
        match within {
            Some(Level::Sequence(_) | Level::Fragments) => {
                let length = at.u32()?;
                match tag {
                    SEQUENCE_END => leave(&mut levels, found, &mut at.form),
                    ITEM if within == Some(Level::Fragments) => at.skip(tag, length, limit)?,
                    ITEM => {
                        let level = Level::Item(at.end(tag, length, limit)?);
                        let noted = note(VR::SQ, at.at..at.at);
                        levels.push(Entered { level, noted, form: at.form });
                    }
                    _ => return Err(at.malformed(tag, "an item was expected")),
                }
            }
            // dicom-rs passes over one that ends nothing, whatever length it declares.
            Some(Level::Item(_)) | None if tag == ITEM_END => {
                at.u32()?;
                leave(&mut levels, found, &mut at.form);
            }
            // Attributes after the pixels say nothing of the image.
            None if tag >= tags::PIXEL_DATA && tag.0 != 0xFFFE => {
                let (vr, length) = at.header(tag)?;
                let pixels = (tag == tags::PIXEL_DATA).then_some(Pixels {
                    offset: at.at,
                    length: (length != UNDEFINED).then_some(length),
                    words: vr == VR::OW,
                });
                let header = usize::try_from(start).unwrap_or(usize::MAX);
                return Ok(Walked { header, pixels, unknown });
            }
            _ => {
                let (vr, length) = at.header(tag)?;
                let unit = if length == UNDEFINED { 1 } else { unit(tag, vr, length) };
                if length % unit > 0 {
                    let what = format!("{length} bytes are no whole number of {unit} bytes each");
                    return Err(at.malformed(tag, &what));
                }
                if tag == tags::PIXEL_DATA && length == UNDEFINED {
                    // The offset table comes first: words of four bytes.
                    match (at.tag()?, at.u32()?) {
                        (SEQUENCE_END, _) => {}
                        (ITEM, length) if length % 4 == 0 => {
                            at.skip(tag, length, limit)?;
                            let level = Level::Fragments;
                            levels.push(Entered { level, noted: None, form: at.form });
                        }
                        _ => return Err(at.malformed(tag, "an offset table was expected")),
                    }
                } else {
                    let from = at.at;
                    let inner = if at.form.explicit && vr == VR::UN {
                        at.unknown((tag, length), limit, !levels.is_empty())?
                    } else {
                        None
                    };
                    if vr == VR::SQ || length == UNDEFINED || inner.is_some() {
                        unknown |= inner.is_some();
                        let items = inner.is_some() && !form.big_endian && is_sequence(tag);
                        let vr = if vr == VR::SQ || items { VR::SQ } else { VR::OB };
                        let level = Level::Sequence(at.end(tag, length, limit)?);
                        let noted = note(vr, from..from);
                        levels.push(Entered { level, noted, form: at.form });
                        at.form = inner.unwrap_or(at.form);
                    } else {
                        at.skip(tag, length, limit)?;
                        note(vr, from..at.at);
                    }
                }
            }
        }
        if levels.len() > 2 * DEEPEST {
            return Err(at.malformed(tag, "sequences are nested too deeply"));
        }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    total: u64,
    at: u64,
    form: Form,
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let found =
            usize::try_from(self.at).ok().and_then(|at| self.bytes.get(at..)?.first_chunk());
        match found {
            Some(chunk) => {
                self.at += N as u64;
                Ok(*chunk)
            }
            None if self.at + N as u64 <= self.total => Err(Stop::NeedMore),
            None => Err(Stop::Malformed(format!("it ends within a header at byte {}", self.at))),
        }
    }

    fn u16(&mut self) -> Result<u16, Stop> {
        let bytes = self.take()?;
        let big_endian = self.form.big_endian;
        Ok(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        let bytes = self.take()?;
        let big_endian = self.form.big_endian;
        Ok(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn tag(&mut self) -> Result<Tag, Stop> {
        Ok(Tag(self.u16()?, self.u16()?))
    }

    /// The rest of an element's header, read as dicom-rs reads it.
    fn header(&mut self, tag: Tag) -> Result<(VR, u32), Stop> {
        if tag.0 == 0xFFFE {
            return Ok((VR::UN, self.u32()?));
        }
        if !self.form.explicit {
            let vr = StandardDataDictionary.by_tag(tag).map_or(VR::UN, |e| e.vr().relaxed());
            return Ok((vr, self.u32()?));
        }
        let vr = VR::from_binary(self.take()?).unwrap_or(VR::UN);
        if is_short(vr) {
            return Ok((vr, u32::from(self.u16()?)));
        }
        self.u16()?;
        Ok((vr, self.u32()?))
    }

    /// The form of the elements in a value of VR UN; `None` where it is no sequence, or one nobody
    /// asks for.
    ///
    /// A writer that does not know the VR of a sequence leaves it in implicit VR little endian (PS3.5
    /// section 6.2.2, note 2); some write explicit VR all the same. One of defined length is no longer
    /// told from a value but by the dictionary.
    fn unknown(
        &self,
        (tag, length): (Tag, u32),
        limit: u64,
        nested: bool,
    ) -> Result<Option<Form>, Stop> {
        let asked = (nested || is_asked(tag)) && is_sequence(tag);
        if length != UNDEFINED && !asked {
            return Ok(None);
        }
        if asked && self.form.big_endian {
            let what = "its VR is UN in a file of big endian numbers, expected SQ";
            return Err(self.malformed(tag, what));
        }
        let end = self.end(tag, length, limit)?.unwrap_or(limit.min(self.total));
        let ahead = self.ahead(end)?;
        let item = ITEM.0.to_le_bytes().into_iter().chain(ITEM.1.to_le_bytes());
        if length != UNDEFINED && length > 0 && !ahead.iter().copied().take(4).eq(item) {
            return Err(self.malformed(tag, "its VR is UN and it holds no items, expected SQ"));
        }
        // A VR would be the lower half of a length: of one that is huge, or goes beyond the end.
        let explicit = ahead.last_chunk().is_some_and(|last: &[u8; 4]| {
            let length = u64::from(u32::from_le_bytes(*last));
            let odd = length > 0xFFFF || length > end.saturating_sub(self.at + 16);
            ahead.len() == 16 && odd && VR::from_binary([last[0], last[1]]).is_some()
        });
        Ok(Some(Form { explicit, big_endian: false }))
    }

    /// Up to sixteen bytes to come before `end`: an item's header and that of its first element.
    fn ahead(&self, end: u64) -> Result<&[u8], Stop> {
        let count = end.saturating_sub(self.at).min(16) as usize;
        let from = usize::try_from(self.at).ok().and_then(|at| self.bytes.get(at..));
        from.and_then(|bytes| bytes.get(..count)).ok_or(Stop::NeedMore)
    }

    /// Where a value of defined length ends.
    fn end(&self, tag: Tag, length: u32, limit: u64) -> Result<Option<u64>, Stop> {
        if length == UNDEFINED {
            return Ok(None);
        }
        let end = self.at + u64::from(length);
        if end > limit.min(self.total) {
            let left = limit.min(self.total).saturating_sub(self.at);
            let what = format!("{length} bytes are declared, {left} are left");
            return Err(self.malformed(tag, &what));
        }
        Ok(Some(end))
    }

    fn skip(&mut self, tag: Tag, length: u32, limit: u64) -> Result<(), Stop> {
        match self.end(tag, length, limit)? {
            Some(end) => self.at = end,
            None => return Err(self.malformed(tag, "its length is undefined")),
        }
        Ok(())
    }

    fn malformed(&self, tag: Tag, what: &str) -> Stop {
        Stop::Malformed(format!("{tag} before byte {}: {what}", self.at))
    }
}

/// May it be of US or of SS?
pub(super) fn either(tag: Tag) -> bool {
    StandardDataDictionary.by_tag(tag).is_some_and(|e| e.vr() == VirtualVr::Xs)
}

/// Is it a sequence by the dictionary?
fn is_sequence(tag: Tag) -> bool {
    // Private ones are in none.
    tag.0.is_multiple_of(2)
        && StandardDataDictionary.by_tag(tag).is_some_and(|e| e.vr().relaxed() == VR::SQ)
}

/// Is a sequence outside of all others asked for: of structure sets, segmentations or frames?
fn is_asked(tag: Tag) -> bool {
    matches!(tag.0, 0x0062 | 0x3006 | 0x5200)
        || [tags::REFERENCED_SERIES_SEQUENCE, tags::CONTRAST_BOLUS_AGENT_SEQUENCE].contains(&tag)
}

/// Bytes of one number of an element's value of such a length. dicom-rs reads whole numbers and takes
/// what is left of the value for the next element.
fn unit(tag: Tag, vr: VR, length: u32) -> u32 {
    use VR::{AT, FD, FL, OD, OF, OL, OV, OW, SL, SS, SV, UL, US, UV};
    let words = || {
        // Read as words whatever their VR: of the sign of the pixels, and overlays.
        either(tag) || tag == tags::PIXEL_DATA || tag.0 >> 8 == 0x60 && tag.1 == 0x3000
    };
    match vr {
        FD | OD | OV | SV | UV => 8,
        AT | FL | OF | OL | SL | UL => 4,
        OW | SS | US => 2,
        // The dictionary takes its time to be made.
        _ if !length.is_multiple_of(2) && words() => 2,
        _ => 1,
    }
}

/// VRs whose length has 16 bits (PS3.5 table 7.1-2).
pub(super) fn is_short(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    matches!(
        vr,
        AE | AS
            | AT
            | CS
            | DA
            | DS
            | DT
            | FD
            | FL
            | IS
            | LO
            | LT
            | PN
            | SH
            | SL
            | SS
            | ST
            | TM
            | UI
            | UL
            | US
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMPLICIT: Form = Form { explicit: false, big_endian: false };

    fn implicit(tag: Tag, length: u32) -> Vec<u8> {
        let mut bytes = [tag.0.to_le_bytes(), tag.1.to_le_bytes()].concat();
        bytes.extend(length.to_le_bytes());
        bytes
    }

    #[test]
    fn pixels_are_found_behind_a_header_of_nested_sequences() {
        let mut bytes = implicit(tags::REFERENCED_STUDY_SEQUENCE, UNDEFINED);
        bytes.extend(implicit(ITEM, UNDEFINED));
        bytes.extend(implicit(tags::SOP_CLASS_UID, 2));
        bytes.extend(*b"1\0");
        bytes.extend(implicit(ITEM_END, 0));
        bytes.extend(implicit(SEQUENCE_END, 0));
        let header = bytes.len();
        bytes.extend(implicit(tags::PIXEL_DATA, 6));
        let total = bytes.len() as u64 + 6;
        let walked = walk(&bytes, total, IMPLICIT).unwrap();
        let pixels = Pixels { offset: bytes.len() as u64, length: Some(6), words: true };
        assert_eq!(walked, Walked { header, pixels: Some(pixels), unknown: false });
        assert_eq!(walk(&bytes[..20], total, IMPLICIT), Err(Stop::NeedMore));
    }

    #[test]
    fn a_value_of_numbers_and_a_part_of_one_is_refused() {
        // dicom-rs would take the fifth byte for the start of a header, and its length from there.
        let rows = |length: u32| {
            let mut bytes = implicit(tags::ROWS, length);
            bytes.extend([0; 24]);
            bytes.truncate(8 + length as usize);
            walk(&bytes, bytes.len() as u64, IMPLICIT)
        };
        assert!(rows(4).is_ok() && rows(0).is_ok());
        assert!(matches!(rows(5), Err(Stop::Malformed(what)) if what.contains("5 bytes")));
        let all = [(tags::PIXEL_PADDING_VALUE, 2), (tags::FRAME_TIME_VECTOR, 1)];
        for (tag, expected) in all {
            assert_eq!(unit(tag, VR::UN, 3), expected);
        }
        assert_eq!(unit(Tag(0x6002, 0x3000), VR::OB, 3), 2);
        let mut icon = implicit(tags::ICON_IMAGE_SEQUENCE, UNDEFINED);
        icon.extend(implicit(ITEM, UNDEFINED));
        icon.extend(implicit(tags::PIXEL_DATA, UNDEFINED));
        icon.extend(implicit(ITEM, 3));
        icon.extend([0; 3]);
        assert!(matches!(walk(&icon, icon.len() as u64, IMPLICIT), Err(Stop::Malformed(_))));
    }

    #[test]
    fn an_end_of_no_item_has_no_value() {
        let mut bytes = implicit(ITEM_END, 8);
        bytes.extend(implicit(tags::PATIENT_COMMENTS, 4));
        bytes.extend(*b"what");
        assert!(walk(&bytes, bytes.len() as u64, IMPLICIT).is_ok());
        bytes.truncate(18);
        assert!(walk(&bytes, bytes.len() as u64, IMPLICIT).is_err());
    }

    #[test]
    fn lengths_beyond_the_end_and_deep_nesting_are_refused() {
        let mut huge = implicit(tags::PATIENT_COMMENTS, 0xFFFF_FFF0);
        huge.extend(*b"short");
        assert!(matches!(walk(&huge, huge.len() as u64, IMPLICIT), Err(Stop::Malformed(_))));
        let mut inner = implicit(tags::REFERENCED_STUDY_SEQUENCE, 24);
        inner.extend(implicit(ITEM, 16));
        inner.extend(implicit(tags::SOP_CLASS_UID, 100));
        inner.extend([0; 200]);
        assert!(matches!(walk(&inner, inner.len() as u64, IMPLICIT), Err(Stop::Malformed(_))));
        let deep: Vec<u8> = (0..100_000)
            .flat_map(|_| {
                [implicit(tags::REFERENCED_STUDY_SEQUENCE, UNDEFINED), implicit(ITEM, UNDEFINED)]
            })
            .flatten()
            .collect();
        assert!(matches!(walk(&deep, deep.len() as u64, IMPLICIT), Err(Stop::Malformed(_))));
    }
}
