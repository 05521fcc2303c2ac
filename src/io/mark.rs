//! Who or what files are of, for comparing only.

use crate::error::Warning;
use std::fmt;

/// Holds an identifier, such as a Patient ID, that is compared and never shown: nothing outside can
/// read it, and no digest of it is made, which a guess could be held against.
#[derive(Clone, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    /// The mark of an identifier.
    pub fn of(identifier: &str) -> Self {
        Self(identifier.to_owned())
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark")
    }
}

/// The warning that the mask of a file is another patient's than an image of this name; none where either
/// does not say. It is no refusal: many anonymisers are given one side only.
pub(super) fn other_patient(
    (file, of_mask): (&str, Option<&Mark>),
    (image, of_image): (&str, Option<&Mark>),
) -> Option<Warning> {
    if of_mask? == of_image? {
        return None;
    }
    let message = format!(
        "{file}: its Patient ID (0010,0020) is not that of the image {image} (neither is shown): it may be \
         another patient's, unless one of the two was anonymised alone. Check that they belong \
         together"
    );
    Some(Warning::new("dicom.other_patient", message))
}
