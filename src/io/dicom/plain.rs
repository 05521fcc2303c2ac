//! Headers that need no parser: of hundreds of slices only a few plain values each are kept, and of a
//! structure set mostly long lists of coordinates.

use super::tags::Attributes;
use super::walk::{Element, Form, either};
use dicom_core::{Tag, VR};
use std::cell::Cell;

/// Attributes read from the bytes of a header, as long as those asked for are plain: printable ASCII
/// in a textual VR or one that is not known, one number of 16 bits, or items of a sequence.
///
/// What dicom-rs would make of plain values is what they say, whatever the character set.
pub(super) struct Plain<'a> {
    bytes: &'a [u8],
    explicit: bool,
    /// The attributes with what is inside of them.
    elements: &'a [Element],
    /// The attributes alone, by their place among the elements.
    own: Vec<usize>,
    odd: &'a Cell<bool>,
}

impl<'a> Plain<'a> {
    /// The attributes of a header, by what was noted of them; `None` where the highest byte comes
    /// first. `odd` is set where something that is asked for is not plain.
    pub fn new(
        bytes: &'a [u8],
        form: Form,
        elements: &'a [Element],
        odd: &'a Cell<bool>,
    ) -> Option<Self> {
        let Form { explicit, big_endian } = form;
        (!big_endian).then(|| Self::of(bytes, explicit, elements, odd))
    }

    fn of(bytes: &'a [u8], explicit: bool, elements: &'a [Element], odd: &'a Cell<bool>) -> Self {
        let own: Vec<usize> = each(elements).collect();
        let ascending = own.windows(2).all(|pair| elements[pair[0]].tag < elements[pair[1]].tag);
        odd.set(odd.get() || !ascending);
        Self { bytes, explicit, elements, own, odd }
    }

    /// An attribute and what is inside of it.
    fn find(&self, tag: Tag) -> Option<(&'a Element, &'a [Element])> {
        let at = self.own.binary_search_by_key(&tag, |&at| self.elements[at].tag).ok()?;
        let (element, after) = self.elements.get(*self.own.get(at)?..)?.split_first()?;
        Some((element, after.get(..element.inside)?))
    }

    fn value(&self, element: &Element) -> Option<String> {
        use VR::{AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, SS, ST, TM, UC, UI, UN, UR, US, UT};
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
                AE | AS | CS | DA | DS | DT | IS | LO | LT | PN | SH | ST | TM | UC | UI | UN | UR
                | UT,
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

/// Places of elements of which none is inside of another.
pub(super) fn each(elements: &[Element]) -> impl Iterator<Item = usize> {
    let next = |at: &usize| Some(at + elements.get(*at)?.inside + 1);
    std::iter::successors(Some(0), next).take_while(|at| *at < elements.len())
}

impl Attributes for Plain<'_> {
    type Item<'b>
        = Self
    where
        Self: 'b;

    fn text(&self, tag: Tag) -> Option<String> {
        let (element, _) = self.find(tag)?;
        let Some(text) = self.value(element) else {
            self.odd.set(true);
            return None;
        };
        (!text.is_empty()).then_some(text)
    }

    fn has(&self, tag: Tag) -> bool {
        self.find(tag).is_some()
    }

    fn items(&self, tag: Tag) -> Vec<Self> {
        let Some((element, inside)) = self.find(tag) else { return Vec::new() };
        if element.vr != VR::SQ {
            self.odd.set(true);
            return Vec::new();
        }
        let within = |at: usize| &inside[at + 1..][..inside[at].inside];
        each(inside).map(|at| Self::of(self.bytes, self.explicit, within(at), self.odd)).collect()
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
        let element = |tag, vr, value| Element { tag, vr, value, inside: 0 };
        let elements = [
            element(tags::SERIES_DESCRIPTION, VR::LO, 8..11),
            element(tags::SLICE_THICKNESS, VR::DS, 0..6),
            element(tags::KVP, VR::DS, 3..3),
            element(tags::SERIES_NUMBER, VR::IS, 11..14),
            element(tags::ROWS, VR::US, 6..8),
            element(tags::COLUMNS, VR::US, 5..8),
            element(tags::PIXEL_PADDING_VALUE, VR::US, 6..8),
        ];
        let form = |explicit| Form { explicit, big_endian: false };
        let text = |elements: &[Element], explicit, tag| {
            let odd = Cell::new(false);
            let plain = Plain::new(bytes, form(explicit), elements, &odd).unwrap();
            (plain.text(tag), !odd.get())
        };
        let explicit = |tag| text(&elements, true, tag);
        assert_eq!(explicit(tags::SLICE_THICKNESS), (Some("1.5\\2".into()), true));
        assert_eq!(explicit(tags::ROWS), (Some("513".into()), true));
        assert_eq!((explicit(tags::KVP), explicit(tags::MODALITY)), ((None, true), (None, true)));
        for odd in [tags::SERIES_DESCRIPTION, tags::SERIES_NUMBER, tags::COLUMNS] {
            assert_eq!(explicit(odd), (None, false));
        }
        assert_eq!(explicit(tags::PIXEL_PADDING_VALUE), (Some("513".into()), true));
        assert_eq!(text(&elements, false, tags::PIXEL_PADDING_VALUE), (None, false));
        let odd = Cell::new(false);
        let plain = Plain::new(bytes, form(true), &elements, &odd).unwrap();
        assert!(plain.has(tags::ROWS) && !plain.has(tags::MODALITY));
        assert!(plain.items(tags::MODALITY).is_empty() && !odd.get());
        assert!(plain.items(tags::ROWS).is_empty() && odd.get());
        let turned: Vec<Element> = elements.iter().rev().cloned().collect();
        assert!(!text(&turned, true, tags::ROWS).1);
        let highest_first = Form { explicit: true, big_endian: true };
        assert!(Plain::new(bytes, highest_first, &elements, &odd).is_none());
    }
}
