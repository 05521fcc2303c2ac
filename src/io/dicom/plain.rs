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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::dicom::header::Slice;
    use crate::io::dicom::open::{open, slices};
    use crate::io::{Files, Memory};
    use dicom_dictionary_std::tags;
    use perirad_generator::patient::Patient;

    #[test]
    fn what_is_kept_of_plain_headers_is_what_the_parser_finds() {
        let mut files = Memory::default();
        for (name, bytes) in Patient::new(1).files().unwrap() {
            files.insert(name, bytes);
        }
        let limit = crate::engine::MemoryLimit::default();
        for name in files.names().into_iter().filter(|name| name.ends_with("dcm")) {
            let opened = open(&files, name, limit).unwrap().unwrap();
            let parsed = Slice::new(name, &opened.object, (&opened.syntax, opened.pixels));
            let found = slices(&files, name, limit).unwrap().unwrap();
            assert_eq!(format!("{found:?}"), format!("{:?}", [parsed]), "{name}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        let bytes = b"1.5\\2 \x01\x02A\xC3\xA4a~b";
        let element = |tag, vr, value| Element { tag, vr, value };
        let elements = [
            element(tags::SERIES_DESCRIPTION, VR::LO, 8..11),
            element(tags::SLICE_THICKNESS, VR::DS, 0..6),
            element(tags::KVP, VR::DS, 3..3),
            element(tags::SERIES_NUMBER, VR::IS, 11..14),
            element(tags::ROWS, VR::US, 6..8),
            element(tags::COLUMNS, VR::US, 5..8),
            element(tags::PIXEL_PADDING_VALUE, VR::US, 6..8),
        ];
        let explicit = Form { explicit: true, big_endian: false };
        let plain = || Plain::new(bytes, explicit, &elements).unwrap();
        let text = |tag| {
            let plain = plain();
            (plain.text(tag), plain.was())
        };
        assert_eq!(text(tags::SLICE_THICKNESS), (Some("1.5\\2".into()), true));
        assert_eq!(text(tags::ROWS), (Some("513".into()), true));
        assert_eq!((text(tags::KVP), text(tags::MODALITY)), ((None, true), (None, true)));
        for odd in [tags::SERIES_DESCRIPTION, tags::SERIES_NUMBER, tags::COLUMNS] {
            assert_eq!(text(odd), (None, false));
        }
        assert_eq!(text(tags::PIXEL_PADDING_VALUE), (Some("513".into()), true));
        let implicit = Form { explicit: false, big_endian: false };
        let plain = Plain::new(bytes, implicit, &elements).unwrap();
        assert_eq!((plain.text(tags::PIXEL_PADDING_VALUE), plain.was()), (None, false));
        assert!(plain.has(tags::ROWS) && !plain.has(tags::MODALITY));
        let turned: Vec<Element> = elements.iter().rev().cloned().collect();
        assert!(Plain::new(bytes, explicit, &turned).is_none());
    }
}
