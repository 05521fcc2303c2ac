//! Sequences of VR UN, which stand in another form than what is around them (PS3.5 section 6.2.2).
//!
//! Neither dicom-rs nor [`Plain`](super::plain::Plain) changes its form within a header, so that one
//! with such sequences is written anew from what the walk noted of it: the standard's as sequences,
//! private ones, which nobody asks for, not at all.

use super::plain::each;
use super::walk::{
    Element, Form, ITEM, ITEM_END, Noted, SEQUENCE_END, Stop, UNDEFINED, is_short, walk_noting,
};
use dicom_core::{Tag, VR};

/// A walked header in one form, which names the VR of every element.
///
/// # Errors
/// Where it cannot be walked.
pub(super) fn named(header: &[u8], form: Form) -> Result<Vec<u8>, String> {
    let mut elements = Vec::new();
    let walked = walk_noting(header, header.len() as u64, form, (&mut elements, Noted::All));
    walked.map_err(|stop| match stop {
        Stop::Malformed(what) => what,
        Stop::NeedMore => "it ends within its header".to_owned(),
    })?;
    let mut new = New { header, big_endian: form.big_endian, out: Vec::new() };
    new.elements(&elements, false);
    Ok(new.out)
}

struct New<'a> {
    header: &'a [u8],
    big_endian: bool,
    out: Vec<u8>,
}

impl New<'_> {
    fn elements(&mut self, elements: &[Element], items: bool) {
        for at in each(elements) {
            let element = &elements[at];
            let inside = &elements[at + 1..][..element.inside];
            match element.vr {
                _ if items => {
                    self.tag(ITEM);
                    self.u32(UNDEFINED);
                    self.elements(inside, false);
                    self.tag(ITEM_END);
                    self.u32(0);
                }
                VR::SQ => {
                    self.tag(element.tag);
                    self.out.extend(*b"SQ\0\0");
                    self.u32(UNDEFINED);
                    self.elements(inside, true);
                    self.tag(SEQUENCE_END);
                    self.u32(0);
                }
                // Ends of nothing, and what has no value because its length was undefined.
                _ if element.tag.0 == ITEM.0 || element.value.is_empty() => {}
                _ => self.value(element),
            }
        }
    }

    fn value(&mut self, element: &Element) {
        let ends = [element.value.start, element.value.end].map(usize::try_from);
        let [Ok(start), Ok(end)] = ends else { return };
        let Some(value) = self.header.get(start..end) else { return };
        self.tag(element.tag);
        match u16::try_from(value.len()) {
            Ok(length) if is_short(element.vr) => {
                self.out.extend(element.vr.to_string().bytes());
                self.u16(length);
            }
            _ => {
                // A list of coordinates is longer than its VR may tell.
                let vr = if is_short(element.vr) { VR::UN } else { element.vr };
                self.out.extend(vr.to_string().bytes());
                self.u16(0);
                self.u32(value.len() as u32);
            }
        }
        self.out.extend(value);
    }

    fn tag(&mut self, tag: Tag) {
        self.u16(tag.0);
        self.u16(tag.1);
    }

    fn u16(&mut self, value: u16) {
        self.out.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn u32(&mut self, value: u32) {
        self.out.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::MemoryLimit;
    use crate::io::Memory;
    use crate::io::dicom::{open, rtstruct};
    use dicom_dictionary_std::tags;
    use perirad_generator::patient::Patient;

    const EXPLICIT: Form = Form { explicit: true, big_endian: false };
    const FILE: &str = "rtstruct.dcm";

    fn noted(bytes: &[u8]) -> Vec<Element> {
        let mut elements = Vec::new();
        let all = (&mut elements, Noted::All);
        walk_noting(bytes, bytes.len() as u64, EXPLICIT, all).unwrap();
        elements
    }

    /// Items in implicit VR.
    fn implicit(bytes: &[u8], elements: &[Element], new: &mut New<'_>) {
        for at in each(elements) {
            let element = &elements[at];
            let inside = &elements[at + 1..][..element.inside];
            new.tag(element.tag);
            if element.vr == VR::SQ {
                new.u32(UNDEFINED);
                implicit(bytes, inside, new);
                new.tag(if element.tag == ITEM { ITEM_END } else { SEQUENCE_END });
                new.u32(0);
            } else {
                let value = &bytes[element.value.start as usize..element.value.end as usize];
                new.u32(value.len() as u32);
                new.out.extend(value);
            }
        }
    }

    /// A data set whose sequence `tag` has VR UN: of undefined length or not, implicit inside or not.
    fn unknown(bytes: &[u8], tag: Tag, undefined: bool, explicit: bool) -> Vec<u8> {
        let elements = noted(bytes);
        let mut new = New { header: bytes, big_endian: false, out: Vec::new() };
        for at in each(&elements) {
            let inside = &elements[at + 1..][..elements[at].inside];
            if elements[at].tag != tag {
                new.elements(&elements[at..=at + inside.len()], false);
                continue;
            }
            let mut items = New { header: bytes, big_endian: false, out: Vec::new() };
            if explicit {
                items.elements(inside, true);
            } else {
                implicit(bytes, inside, &mut items);
            }
            new.tag(tag);
            new.out.extend(*b"UN\0\0");
            new.u32(if undefined { UNDEFINED } else { items.out.len() as u32 });
            new.out.extend(items.out);
            if undefined {
                new.tag(SEQUENCE_END);
                new.u32(0);
            }
        }
        new.out
    }

    /// The generated patient's structure set, parted before its data set.
    fn structures() -> (Vec<u8>, Vec<u8>) {
        let files = Patient::new(1).files().unwrap();
        let mut bytes = files.into_iter().find(|(name, _)| name.ends_with(FILE)).unwrap().1;
        let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap());
        let dataset = bytes.split_off(144 + length as usize);
        (bytes, dataset)
    }

    fn read(meta: &[u8], dataset: &[u8]) -> Result<String, String> {
        let mut files = Memory::default();
        files.insert(FILE, [meta, dataset].concat());
        let found = rtstruct::read(&files, FILE, MemoryLimit::default());
        found.map(|set| format!("{set:?}")).map_err(|error| error.to_string())
    }

    #[test]
    fn contours_in_a_sequence_of_unknown_vr_are_read() {
        let (meta, dataset) = structures();
        let expected = read(&meta, &dataset).unwrap();
        assert!(expected.contains("Closed"));
        let all = [tags::ROI_CONTOUR_SEQUENCE, tags::STRUCTURE_SET_ROI_SEQUENCE];
        for tag in all {
            for (undefined, explicit) in
                [(true, false), (true, true), (false, false), (false, true)]
            {
                let bytes = unknown(&dataset, tag, undefined, explicit);
                assert_ne!(bytes, dataset);
                let found = read(&meta, &bytes);
                assert!(found.as_ref() == Ok(&expected), "{tag} {undefined} {explicit}: {found:?}");
            }
        }
    }

    #[test]
    fn a_value_in_place_of_contours_is_an_error() {
        let (meta, dataset) = structures();
        let value = |tag: Tag| {
            let elements = noted(&dataset);
            let mut new = New { header: &dataset, big_endian: false, out: Vec::new() };
            for at in each(&elements) {
                if elements[at].tag == tag {
                    new.tag(tag);
                    new.out.extend(*b"UN\0\0\x06\0\0\0values");
                } else {
                    new.elements(&elements[at..=at + elements[at].inside], false);
                }
            }
            read(&meta, &new.out)
        };
        let error = value(tags::ROI_CONTOUR_SEQUENCE).unwrap_err();
        assert!(error.contains("(3006,0039)") && error.contains("VR is UN"), "{error}");
        // Nobody asks for that one.
        assert_eq!(value(tags::REFERENCED_STUDY_SEQUENCE), read(&meta, &dataset));
    }

    #[test]
    fn private_sequences_of_unknown_vr_are_passed_over() {
        let private = Tag(0x0029, 0x1010);
        let mut inner = New { header: &[], big_endian: false, out: Vec::new() };
        for tag in [private, ITEM, private, ITEM] {
            let first = inner.out.is_empty();
            inner.tag(tag);
            if first {
                inner.out.extend(*b"UN\0\0");
            }
            inner.u32(UNDEFINED);
        }
        // Implicit: an explicit header would have its length four bytes on.
        inner.tag(Tag(0x0029, 0x0010));
        inner.u32(8);
        inner.out.extend(*b"SIEMENS ");
        for tag in [ITEM_END, SEQUENCE_END, ITEM_END, SEQUENCE_END] {
            inner.tag(tag);
            inner.u32(0);
        }
        let mut files = Memory::default();
        for (name, bytes) in Patient::new(1).files().unwrap() {
            if !name.ends_with("dcm") || name.ends_with(FILE) {
                continue;
            }
            let at = bytes.windows(6).position(|six| six == b"\x28\0\x02\0US").unwrap();
            files.insert("with", [&bytes[..at], &inner.out, &bytes[at..]].concat());
            files.insert("without", bytes);
            let shown = |name: &str| {
                let found = open::slices(&files, name, MemoryLimit::default()).unwrap().unwrap();
                let mut slice = found.into_iter().next().unwrap();
                let place = slice.pixels.take().unwrap();
                slice.file.clear();
                (format!("{slice:?}"), place.value.offset)
            };
            let (with, without) = (shown("with"), shown("without"));
            assert_eq!(with.0, without.0);
            assert_eq!(with.1, without.1 + inner.out.len() as u64);
        }
    }
}
