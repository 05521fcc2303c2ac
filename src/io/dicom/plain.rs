//! Headers that need no parser: of hundreds of slices only a few plain values each are kept.

use super::tags::Attributes;
use super::walk::{Element, Form, either};
use dicom_core::{Tag, VR};
use std::cell::Cell;

/// Attributes read from the bytes of a header, as long as those asked for are plain: printable ASCII
/// in a textual VR, or one number of 16 bits.
///
/// What dicom-rs would make of plain values is what they say, whatever the character set.
pub(super) struct Plain<'a> {
    bytes: &'a [u8],
    explicit: bool,
    elements: &'a [Element],
    odd: Cell<bool>,
}

impl<'a> Plain<'a> {
    /// The attributes of a header, by what was noted of them; `None` where they stand in no order, or
    /// the highest byte comes first.
    pub fn new(bytes: &'a [u8], form: Form, elements: &'a [Element]) -> Option<Self> {
        let ascending = elements.windows(2).all(|pair| pair[0].tag < pair[1].tag);
        let Form { explicit, big_endian } = form;
        let plain = Self { bytes, explicit, elements, odd: Cell::new(false) };
        (ascending && !big_endian).then_some(plain)
    }

    /// Was all that was asked for plain?
    pub fn was(&self) -> bool {
        !self.odd.get()
    }

    fn find(&self, tag: Tag) -> Option<&Element> {
        let at = self.elements.binary_search_by_key(&tag, |element| element.tag).ok()?;
        self.elements.get(at)
    }

    fn value(&self, element: &Element) -> Option<String> {
        use VR::{AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, SS, ST, TM, UC, UI, UR, US, UT};
        let range =
            usize::try_from(element.value.start).ok()?..usize::try_from(element.value.end).ok()?;
        let bytes = self.bytes.get(range)?;
        match (element.vr, bytes) {
            // Where the VR is not named, that of some depends on the sign of the pixels.
            (US, &[a, b]) if self.explicit || !either(element.tag) => {
                Some(u16::from_le_bytes([a, b]).to_string())
            }
            (SS, &[a, b]) => Some(i16::from_le_bytes([a, b]).to_string()),
            (
                AE | AS | CS | DA | DS | DT | IS | LO | LT | PN | SH | ST | TM | UC | UI | UR | UT,
                _,
            ) => {
                let text = std::str::from_utf8(bytes).ok()?.trim_matches(['\0', ' ']);
                // The tilde is another character in a Japanese set.
                text.bytes().all(|b| (b' '..b'~').contains(&b)).then(|| text.to_owned())
            }
            _ => None,
        }
    }
}

impl Attributes for Plain<'_> {
    fn text(&self, tag: Tag) -> Option<String> {
        let element = self.find(tag)?;
        let Some(text) = self.value(element) else {
            self.odd.set(true);
            return None;
        };
        (!text.is_empty()).then_some(text)
    }

    fn has(&self, tag: Tag) -> bool {
        self.find(tag).is_some()
    }
}
