//! Files beside the slices of a series that may be slices, too, and were taken for none.

use super::header::Slice;
use super::syntax::kind;
use crate::error::Warning;
use crate::io::{Files, IoError};
use std::collections::BTreeSet;

/// Bytes looked at in a file that is not DICOM: preamble and prefix.
const START: u64 = 132;

const BLANK: &str = "dicom.blank_files";
const STRAY: &str = "dicom.no_series_uid";
const LINKS: &str = "dicom.links_not_followed";

/// Codes of the warnings of such files.
pub(super) const PASSED: [&str; 3] = [BLANK, STRAY, LINKS];

/// Files that were passed over, by name.
#[derive(Debug, Default)]
pub(super) struct Passed {
    /// Named as slices are, with nothing in them that is DICOM.
    blank: Vec<String>,
    /// CT and MR without a Series Instance UID.
    stray: Vec<String>,
    /// Links that were not followed.
    links: Vec<String>,
}

impl Passed {
    pub fn new(files: &dyn Files) -> Self {
        let links = files.not_followed().into_iter().map(str::to_owned).collect();
        Self { links, ..Self::default() }
    }

    /// Takes note of a file that is not DICOM.
    pub fn no_dicom(&mut self, files: &dyn Files, name: &str) {
        let part = name.rsplit('/').next().unwrap_or(name);
        let end = part.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        let digit = part.bytes().any(|byte| byte.is_ascii_digit());
        let blank = match end.as_deref() {
            Some("dcm" | "dicom" | "ima") => true,
            // Scanners and archives name slices by numbers, without an ending.
            Some(end) if !end.bytes().all(|byte| byte.is_ascii_digit()) => false,
            _ => digit && zeros(files, name),
        };
        if blank {
            self.blank.push(name.to_owned());
        }
    }

    /// Takes note of a DICOM file without a series.
    pub fn no_series(&mut self, name: &str, slice: Option<&Slice>) {
        if slice.is_some_and(|slice| kind(&slice.sop_class).is_some()) {
            self.stray.push(name.to_owned());
        }
    }

    /// Why there is no series at all, where the first of those without a UID would be in one.
    pub fn without_series(&self) -> Option<(String, IoError)> {
        let file = self.stray.first()?.clone();
        let (name, tag) = ("Series Instance UID", "(0020,000E)");
        let (found, expected) = ("absent".into(), "that of the series the image belongs to");
        Some((file.clone(), IoError::DicomTag { file, tag, name, found, expected }))
    }

    /// Warnings of those in the folders where the slices of a series are.
    pub fn beside(&self, files: &dyn Files, slices: &[Slice]) -> Vec<Warning> {
        let folders: BTreeSet<_> = slices.iter().map(|slice| files.folder(&slice.file)).collect();
        let told = |names: &[String], code, what: &str, why: &str| {
            let near: Vec<&String> =
                names.iter().filter(|n| folders.contains(files.folder(n))).collect();
            let first = near.first()?;
            let message =
                format!("{} {what} beside the slices, the first {first}: {why}", near.len());
            Some(Warning::new(code, message))
        };
        [
            told(
                &self.blank,
                BLANK,
                "files not recognised as DICOM, empty or damaged, are",
                "slices may be missing; copy them again",
            ),
            told(
                &self.stray,
                STRAY,
                "CT or MR images without Series Instance UID (0020,000E) are",
                "they belong to no series and were left out; export them again",
            ),
            told(
                &self.links,
                LINKS,
                "links that lead out of the folder or nowhere are",
                "they were not followed, and slices may be missing; give the folder with the files \
                 themselves",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Does a file begin with nothing but zeros, or has it no bytes?
fn zeros(files: &dyn Files, name: &str) -> bool {
    files.read_at(name, 0, START).is_ok_and(|start| start.iter().all(|byte| *byte == 0))
}
