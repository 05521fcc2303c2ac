//! Values of attributes, or what was found in their place.

use crate::geometry::{Vec3, dot, norm};
use crate::io::IoError;
use dicom_core::header::Header;
use dicom_core::{PrimitiveValue, Tag};
use dicom_object::InMemDicomObject;

/// A value, or what is there instead, for an error message.
pub(super) type Found<T> = Result<T, String>;

/// Longest part of a value that a message shows.
const SHOWN: usize = 40;

/// Attributes that can be looked up.
pub(super) trait Attributes {
    /// An item of a sequence.
    type Item<'a>: Attributes
    where
        Self: 'a;

    /// Text without padding; `None` where absent or empty.
    fn text(&self, tag: Tag) -> Option<String>;
    /// Is there such an attribute, empty or not?
    fn has(&self, tag: Tag) -> bool;
    /// Items of a sequence; none where it is absent.
    fn items(&self, tag: Tag) -> Vec<Self::Item<'_>>;
}

impl<A: Attributes> Attributes for &A {
    type Item<'a>
        = A::Item<'a>
    where
        Self: 'a;

    fn text(&self, tag: Tag) -> Option<String> {
        (*self).text(tag)
    }

    fn has(&self, tag: Tag) -> bool {
        (*self).has(tag)
    }

    fn items(&self, tag: Tag) -> Vec<Self::Item<'_>> {
        (*self).items(tag)
    }
}

impl Attributes for InMemDicomObject {
    type Item<'a> = &'a Self;

    fn text(&self, tag: Tag) -> Option<String> {
        let value = self.get(tag)?.value().primitive()?;
        let text = as_text(value);
        let text = text.trim_matches(['\0', ' ']);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn has(&self, tag: Tag) -> bool {
        self.get(tag).is_some_and(|element| element.tag() == tag)
    }

    fn items(&self, tag: Tag) -> Vec<&Self> {
        items(self, tag).iter().collect()
    }
}

/// As [`Attributes::text`].
pub(super) fn text(object: &impl Attributes, tag: Tag) -> Option<String> {
    object.text(tag)
}

/// Text of a value of any kind; bytes of unknown type are taken for text.
pub(super) fn as_text(value: &PrimitiveValue) -> String {
    match value {
        PrimitiveValue::U8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => other.to_raw_str().into_owned(),
    }
}

/// Exactly `N` finite numbers.
pub(super) fn numbers<const N: usize>(object: &impl Attributes, tag: Tag) -> Found<[f64; N]> {
    let text = text(object, tag).ok_or("absent")?;
    let parsed: Option<Vec<f64>> = text.split('\\').map(number).collect();
    parsed.and_then(|list| list.try_into().ok()).ok_or_else(|| shown(&text))
}

/// One finite number.
pub(super) fn one(object: &impl Attributes, tag: Tag) -> Found<f64> {
    numbers::<1>(object, tag).map(|[v]| v)
}

/// A whole number of any integer or textual type.
pub(super) fn whole(object: &impl Attributes, tag: Tag) -> Found<i64> {
    let text = text(object, tag).ok_or("absent")?;
    text.trim().parse().map_err(|_| shown(&text))
}

/// A finite decimal number (DS), padding allowed.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim_matches(['\0', ' ']).parse().ok().filter(|v: &f64| v.is_finite())
}

/// A value as messages show it.
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{short:?}{dots}")
}

/// Items of a sequence; none where it is absent.
pub(super) fn items(object: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    object.get(tag).and_then(|element| element.value().items()).unwrap_or(&[])
}

/// The value, or an error that names file and attribute.
pub(super) fn require<T: Clone>(
    found: &Found<T>,
    file: &str,
    tag: &'static str,
    name: &'static str,
    expected: &'static str,
) -> Result<T, IoError> {
    found.clone().map_err(|found| IoError::DicomTag {
        file: file.to_owned(),
        tag,
        name,
        found,
        expected,
    })
}

/// Direction cosines may differ by this from unit vectors at right angles, as the axes of a lattice may.
const ROUNDED: f64 = 1e-3;

/// Image Orientation (Patient) and Pixel Spacing `[y, x]`, checked.
///
/// # Errors
/// [`IoError::DicomTag`] where they are absent or describe no plane.
pub(super) fn plane(
    file: &str,
    orientation: &Found<[f64; 6]>,
    spacing: &Found<[f64; 2]>,
) -> Result<([f64; 6], [f64; 2]), IoError> {
    let no_axes = |[rx, ry, rz, cx, cy, cz]: [f64; 6]| {
        let (row, column) = ([rx, ry, rz], [cx, cy, cz]);
        let off = [norm(row) - 1.0, norm(column) - 1.0, dot(row, column)];
        off.iter().any(|off| off.abs() > ROUNDED)
    };
    let checked = orientation
        .clone()
        .and_then(|six| if no_axes(six) { Err(format!("{six:?}")) } else { Ok(six) });
    let (tag, name) = ("(0020,0037)", "Image Orientation (Patient)");
    let expected = "six numbers, two unit vectors at right angles to 0.001";
    let orientation = require(&checked, file, tag, name, expected)?;
    let checked = spacing.clone().and_then(|two| {
        if two.iter().all(|mm| *mm > 0.0) { Ok(two) } else { Err(format!("{two:?} mm")) }
    });
    let (tag, name) = ("(0028,0030)", "Pixel Spacing");
    let spacing = require(&checked, file, tag, name, "two numbers above 0, mm")?;
    Ok((orientation, spacing))
}

/// Two direction vectors of unit length, from Image Orientation (Patient).
pub(super) fn directions(cosines: [f64; 6]) -> (Vec3, Vec3) {
    let [rx, ry, rz, cx, cy, cz] = cosines;
    (unit([rx, ry, rz]), unit([cx, cy, cz]))
}

fn unit(v: Vec3) -> Vec3 {
    let length = norm(v);
    v.map(|c| c / length)
}
