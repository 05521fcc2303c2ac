//! What a set of files holds: series, structure sets, and what is neither.

use super::header::Slice;
use super::lossy::lossy;
use super::meaning::odd_values;
use super::open::slices;
use super::passed::Passed;
use super::seg::is_seg;
use super::stack::stack;
use super::syntax::{is_no_image, kind, sop_class_name};
use super::tidy::tidy;
use super::whose::several_studies;
use crate::engine::{Engine, MemoryLimit};
use crate::error::Warning;
use crate::image::Acquisition;
use crate::io::{Files, IoError, Mark};
use dicom_dictionary_std::uids;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rescale Type (0028,1054) of an unspecified unit (DICOM PS3.3 C.11.1.1.2).
const UNSPECIFIED: &str = "US";

/// What a set of files holds.
#[derive(Debug, Default)]
pub struct Scan {
    /// Series of everything but structure sets and segmentations, by Series Number, then UID.
    pub series: Vec<Series>,
    /// RTSTRUCT files, by name.
    pub structures: Vec<String>,
    /// SEG files, by name.
    pub segmentations: Vec<String>,
    /// Files looked at.
    pub files: usize,
    /// Files that are not DICOM, and DICOMDIRs.
    pub skipped: usize,
    /// DICOM files that cannot be read, by name.
    pub problems: Vec<(String, IoError)>,
}

/// The files of one Series Instance UID (0020,000E).
#[derive(Debug, Clone)]
pub struct Series {
    /// Series Instance UID.
    pub uid: String,
    /// Series Number (0020,0011).
    pub number: Option<String>,
    /// Modality (0008,0060).
    pub modality: Option<String>,
    /// Name of the SOP class of its first file.
    pub sop_class: String,
    /// Frame of Reference UID (0020,0052).
    pub frame_of_reference: Option<String>,
    /// Its images' headers, by file name and frame.
    pub(crate) slices: Vec<Arc<Slice>>,
    /// Files in it, also those that are no part of the volume.
    pub(super) files: usize,
    /// What was left out of it, and what is odd about its images.
    pub(super) warnings: Vec<Warning>,
}

/// Reads the headers of all files.
///
/// Files that are not DICOM are counted; those that are and cannot be read are listed.
pub fn scan(files: &dyn Files, engine: &Engine) -> Scan {
    let names = files.names();
    // Threads share the memory; a header that takes more than its part has to wait for the others.
    let part = MemoryLimit::of(engine.memory().bytes() / engine.threads().max(1) as u64);
    let opened = engine.map(&names, |name| slices(files, name, part));
    let again = |(name, found)| match found {
        Err(IoError::Memory { .. }) => slices(files, name, engine.memory()),
        found => found,
    };
    let opened = names.iter().copied().zip(opened).map(again);
    let mut scan = Scan { files: names.len(), ..Scan::default() };
    let mut series: BTreeMap<String, Vec<Slice>> = BTreeMap::new();
    let mut passed = Passed::new(files);
    for (name, found) in names.iter().zip(opened) {
        match found {
            Err(error) => scan.problems.push(((*name).to_owned(), error)),
            Ok(None) => {
                scan.skipped += 1;
                passed.no_dicom(files, name);
            }
            Ok(Some(slices)) => match slices.first() {
                Some(slice) if slice.sop_class == uids::RT_STRUCTURE_SET_STORAGE => {
                    scan.structures.push((*name).to_owned());
                }
                Some(slice) if is_seg(&slice.sop_class) => {
                    scan.segmentations.push((*name).to_owned());
                }
                Some(Slice { series: Some(uid), .. }) => {
                    series.entry(uid.clone()).or_default().extend(slices);
                }
                // A DICOMDIR belongs to no series; nor does anything else of use here.
                _ => {
                    scan.skipped += 1;
                    passed.no_series(name, slices.first());
                }
            },
        }
    }
    scan.series = series
        .into_iter()
        .filter_map(|(uid, slices)| Series::new(files, uid, slices, &passed))
        .collect();
    if scan.series.is_empty() {
        scan.problems.extend(passed.without_series());
    }
    let order =
        |s: &Series| s.number.as_ref().and_then(|n| n.parse::<i64>().ok()).unwrap_or(i64::MAX);
    scan.series.sort_by_key(order);
    scan
}

impl Series {
    fn new(files: &dyn Files, uid: String, slices: Vec<Slice>, passed: &Passed) -> Option<Self> {
        let count = slices.iter().filter(|slice| slice.frame == 0).count();
        let (slices, mut warnings) = tidy(files, slices);
        if slices.iter().any(|slice| kind(&slice.sop_class).is_some()) {
            warnings.extend(passed.beside(files, &slices));
        }
        let first = slices.first()?;
        Some(Self {
            uid,
            number: first.number.clone(),
            modality: first.modality.clone(),
            sop_class: sop_class_name(&first.sop_class),
            frame_of_reference: first.frame_of_reference.clone(),
            slices: slices.into_iter().map(Arc::new).collect(),
            files: count,
            warnings,
        })
    }

    /// Files in it.
    pub fn len(&self) -> usize {
        self.files
    }

    /// Never: a series has at least one file.
    pub fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// Does it hold CT slices?
    pub fn is_ct(&self) -> bool {
        self.slices.iter().any(|slice| kind(&slice.sop_class).is_some_and(|kind| kind.ct))
    }

    /// Does it hold MR slices?
    pub fn is_mr(&self) -> bool {
        self.slices.iter().any(|slice| kind(&slice.sop_class).is_some_and(|kind| !kind.ct))
    }

    /// Does it hold nothing but what is never an image: doses, plans, reports, presentation states?
    pub fn holds_no_image(&self) -> bool {
        self.slices.iter().all(|slice| is_no_image(&slice.sop_class))
    }

    /// Takes CT numbers of unspecified units for Hounsfield units, with a warning; those of a
    /// stated other unit, and MR, stay what they are.
    pub(super) fn assume_hu(&mut self) {
        let mut count = 0;
        for slice in self.slices.iter_mut().map(Arc::make_mut) {
            let ct = kind(&slice.sop_class).is_some_and(|kind| kind.ct);
            if ct && slice.rescale_type.as_deref() == Some(UNSPECIFIED) {
                slice.rescale_type = Some("HU".into());
                count += 1;
            }
        }
        if count > 0 {
            let message = format!(
                "{count} of {} slices state no unit (Rescale Type (0028,1054) is {UNSPECIFIED}, \
                 unspecified): their values are taken as HU because that was asked for",
                self.slices.len()
            );
            self.warnings.push(Warning::new("dicom.assumed_hu", message));
        }
    }

    /// Whose images they are, where one says so.
    pub(crate) fn patient(&self) -> Option<&Mark> {
        self.slices.iter().find_map(|slice| slice.patient.as_ref())
    }

    /// Is it nothing but localisers (scouts), by Image Type (0008,0008)?
    pub(super) fn is_localiser(&self) -> bool {
        self.slices.iter().all(|slice| slice.is_type("LOCALIZER"))
    }

    /// Does it hold one of these SOP instances, or frames that were made of them?
    pub(super) fn holds(&self, instances: &BTreeSet<&str>) -> bool {
        let known =
            |uid: &Option<String>| uid.as_ref().is_some_and(|uid| instances.contains(uid.as_str()));
        self.slices.iter().any(|slice| known(&slice.instance) || known(&slice.source_instance))
    }

    /// Series Description (0008,103E), for comparing only.
    pub(super) fn description(&self) -> Option<&str> {
        self.slices.first().and_then(|slice| slice.description.as_deref())
    }

    /// Number, modality, slices and spacing: what tells series apart and identifies nobody.
    pub fn describe(&self) -> String {
        let number = self.number.as_deref().unwrap_or("without number");
        let modality = self.modality.as_deref().unwrap_or("no modality");
        let spacing = stack(self).map_or_else(
            |_| "no regular volume".to_owned(),
            |stack| {
                let [z, y, x] = stack.grid.spacing;
                format!("{z} × {y} × {x} mm")
            },
        );
        format!("series {number} ({modality}, {} files, {spacing}, UID {})", self.len(), self.uid)
    }

    /// The facts of the scan; a fact on which the slices disagree is left out.
    ///
    /// There is a warning (`dicom.mixed_kvp`) where they disagree on the tube voltage, one
    /// (`dicom.mixed_kernel`) where they do on the reconstruction's kernel, one where they are
    /// of several studies (`dicom.mixed_study`), one
    /// (`dicom.lossy`) where their pixels were compressed lossily, and one where their values may not
    /// mean what they should (`dicom.mixed_rescale`, `dicom.no_air`).
    pub fn acquisition(&self) -> (Acquisition, Vec<Warning>) {
        let acquisition = Acquisition {
            modality: self.common(|s| s.modality.clone()),
            kvp: self.common(|s| s.kvp),
            kernel: self.common(|s| s.kernel.clone()),
            slice_thickness_mm: self.common(|s| s.thickness.clone().ok()),
            contrast_agent: self.common(|s| s.contrast_agent.clone()),
            manufacturer: self.common(|s| s.manufacturer.clone()),
            scanner: self.common(|s| s.scanner.clone()),
        };
        let mut voltages: Vec<f64> = self.slices.iter().filter_map(|s| s.kvp).collect();
        voltages.sort_by(f64::total_cmp);
        voltages.dedup();
        let mut warnings: Vec<Warning> = lossy(&self.slices).into_iter().collect();
        warnings.extend(odd_values(&self.slices));
        if acquisition.kvp.is_none() && !voltages.is_empty() {
            let message = format!(
                "KVP (0018,0060) differs between slices, or some lack it: {voltages:?} kV; taken as \
                 unknown"
            );
            warnings.push(Warning::new("dicom.mixed_kvp", message));
        }
        let kernels: BTreeSet<&str> =
            self.slices.iter().filter_map(|s| s.kernel.as_deref()).collect();
        if acquisition.kernel.is_none() && !kernels.is_empty() {
            let message = format!(
                "Convolution Kernel (0018,1210) differs between slices, or some lack it: {kernels:?}; \
                 taken as unknown. Two reconstructions in one series differ in noise and texture from \
                 slice to slice"
            );
            warnings.push(Warning::new("dicom.mixed_kernel", message));
        }
        warnings.extend(several_studies(&self.slices));
        (acquisition, warnings)
    }

    /// The value all slices share.
    fn common<T: PartialEq>(&self, value: impl Fn(&Slice) -> Option<T>) -> Option<T> {
        let mut values = self.slices.iter().map(|slice| value(slice));
        let first = values.next()??;
        values.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }
}
