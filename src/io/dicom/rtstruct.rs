//! RT Structure Set (DICOM PS3.3 A.19, C.8.8.5, C.8.8.6, C.8.8.8).

use super::open::walked;
use super::tags::{Attributes, number, shown, text, whole};
use super::walk::Noted;
use crate::contour::{Contour, ContourKind, RasterReport, Rules, rasterise};
use crate::engine::MemoryLimit;
use crate::error::Warning;
use crate::geometry::SharedGrid;
use crate::image::Mask;
use crate::io::source::DrawnOn;
use crate::io::{Files, IoError, Mark};
use dicom_dictionary_std::{tags, uids};
use std::cell::Cell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The structures drawn on one image.
#[derive(Debug, Clone)]
pub struct StructureSet {
    /// Its file.
    pub file: String,
    /// Frame of Reference UID (0020,0052) of the coordinates.
    pub frame_of_reference: Option<String>,
    /// Series Instance UID of the image it was drawn on; `None` where it lists several and its contours
    /// do not tell which.
    pub referenced_series: Option<String>,
    /// Whom it was drawn of, where the file says.
    pub(in crate::io) patient: Option<Mark>,
    /// The series it lists.
    listed: Vec<Listed>,
    /// Its ROIs, in the order of Structure Set ROI Sequence (3006,0020).
    pub rois: Vec<RoiContours>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

/// One ROI: what three sequences say of one ROI Number.
#[derive(Debug, Clone)]
pub struct RoiContours {
    /// ROI Number (3006,0022).
    pub number: i64,
    /// ROI Name (3006,0026).
    pub name: String,
    /// RT ROI Interpreted Type (3006,00A4), e.g. `GTV`.
    pub interpreted_type: Option<String>,
    /// Referenced Frame of Reference UID (3006,0024).
    pub frame_of_reference: Option<String>,
    /// SOP Instance UIDs that its contours refer to.
    instances: BTreeSet<String>,
    /// Its contours, or the number (from 1) of the first that cannot be read and why.
    contours: Result<Vec<Contour>, (usize, String)>,
}

impl RoiContours {
    /// Its contours in the file's order; none where the ROI was named but never drawn.
    ///
    /// # Errors
    /// [`IoError::RtContour`], which names the contour that cannot be read.
    pub fn contours(&self, file: &str) -> Result<&[Contour], IoError> {
        match &self.contours {
            Ok(contours) => Ok(contours),
            Err((contour, what)) => Err(IoError::RtContour {
                file: file.to_owned(),
                roi: self.name.clone(),
                contour: *contour,
                what: what.clone(),
            }),
        }
    }
}

/// A series in Referenced Frame of Reference Sequence (3006,0010).
#[derive(Debug, Clone)]
struct Listed {
    frame_of_reference: Option<String>,
    uid: Option<String>,
    instances: BTreeSet<String>,
}

impl StructureSet {
    /// What ROIs were drawn on: what their own contours refer to, else what is listed for their frame
    /// of reference. Of several series that leaves none.
    pub fn drawn_on(&self, rois: &[&RoiContours]) -> DrawnOn {
        let own: BTreeSet<&String> = rois.iter().flat_map(|roi| &roi.instances).collect();
        let frames: BTreeSet<&String> =
            rois.iter().filter_map(|roi| roi.frame_of_reference.as_ref()).collect();
        let framed =
            |one: &Listed| one.frame_of_reference.as_ref().is_some_and(|f| frames.contains(f));
        let listed = narrowed(self.listed.iter().collect(), framed);
        let drawn_on = |one: &Listed| one.instances.iter().any(|uid| own.contains(uid));
        let listed = narrowed(listed, drawn_on);
        let series: BTreeSet<&String> = listed.iter().filter_map(|one| one.uid.as_ref()).collect();
        let slices: BTreeSet<&String> = if own.is_empty() {
            listed.iter().flat_map(|one| &one.instances).collect()
        } else {
            own
        };
        DrawnOn {
            series: series.first().filter(|_| series.len() == 1).map(|uid| (*uid).clone()),
            instances: slices.into_iter().cloned().collect(),
        }
    }

    /// Checks that an ROI's coordinates are those of an image; a warning where either is silent, or
    /// where a difference is to be ignored.
    ///
    /// # Errors
    /// [`IoError::RtFrame`] where the two frames of reference differ and that is not ignored.
    pub fn check_frame(
        &self,
        roi: &RoiContours,
        image: Option<&str>,
        ignore: bool,
    ) -> Result<Vec<Warning>, IoError> {
        let own = roi.frame_of_reference.as_ref().or(self.frame_of_reference.as_ref());
        match (own, image) {
            (Some(own), Some(image)) if own == image => Ok(Vec::new()),
            (Some(own), Some(image)) if ignore => {
                let message = format!(
                    "{}: its Frame of Reference UID is {own}, the image's is {image}: taken for \
                     the same because that was asked for",
                    self.file
                );
                Ok(vec![Warning::new("rtstruct.frame_ignored", message)])
            }
            (Some(own), Some(image)) => Err(IoError::RtFrame {
                file: self.file.clone(),
                roi: roi.name.clone(),
                found: own.clone(),
                expected: image.to_owned(),
            }),
            _ => {
                let message = format!(
                    "{}: Frame of Reference UID is absent in the structure set or the image: that \
                     they share coordinates is assumed",
                    self.file
                );
                Ok(vec![Warning::new("rtstruct.no_frame_of_reference", message)])
            }
        }
    }

    /// The voxels of one ROI on an image's lattice, what became of its contours, and what the
    /// reader must know. `frame` is the image's Frame of Reference UID.
    ///
    /// # Errors
    /// As for [`StructureSet::check_frame`] and [`RoiContours::contours`]; [`IoError::Contour`]
    /// where no contour can be used.
    pub fn rasterise(
        &self,
        roi: &RoiContours,
        grid: &SharedGrid,
        frame: Option<&str>,
        rules: Rules,
        ignore_frame: bool,
    ) -> Result<(Mask, RasterReport, Vec<Warning>), IoError> {
        let mut warnings = self.check_frame(roi, frame, ignore_frame)?;
        let contours = roi.contours(&self.file)?;
        let (mask, report) = rasterise(contours, grid, rules)
            .map_err(|source| IoError::Contour { roi: roi.name.clone(), source })?;
        warnings.extend(report.warnings());
        Ok((mask, report, warnings))
    }
}

/// Reads a structure set, its sequences paired by ROI Number.
///
/// Contours that cannot be read, and two contour sequences for one ROI, are an error of their ROI only,
/// when it is asked for.
///
/// # Errors
/// [`IoError::DicomMalformed`], and [`IoError::RtStruct`] for a file that is none, an ROI without
/// number or name, or two ROIs of one number.
pub fn read(files: &dyn Files, file: &str, limit: MemoryLimit) -> Result<StructureSet, IoError> {
    let Some(header) = walked(files, file, limit, Noted::All)? else {
        return Err(IoError::RtStruct { file: file.to_owned(), what: "it is not DICOM".into() });
    };
    let odd = Cell::new(false);
    if let Some(plain) = header.plain(&odd) {
        let found = structures(&plain, file);
        if !odd.get() {
            return found;
        }
    }
    structures(&header.parse(file)?, file)
}

/// As [`read`], of a file's attributes.
fn structures(object: &impl Attributes, file: &str) -> Result<StructureSet, IoError> {
    let fault = |what: String| IoError::RtStruct { file: file.to_owned(), what };
    if text(object, tags::SOP_CLASS_UID).as_deref() != Some(uids::RT_STRUCTURE_SET_STORAGE) {
        return Err(fault("its SOP class is another".into()));
    }
    let mut warnings = Vec::new();
    let (mut drawn, mut twice) = (BTreeMap::new(), BTreeSet::new());
    for item in object.items(tags::ROI_CONTOUR_SEQUENCE) {
        let number = whole(&item, tags::REFERENCED_ROI_NUMBER).map_err(|found| {
            fault(format!("Referenced ROI Number (3006,0084) of a contour sequence is {found}"))
        })?;
        match drawn.entry(number) {
            Entry::Vacant(free) => drop(free.insert(item)),
            Entry::Occupied(_) => drop(twice.insert(number)),
        }
    }
    let types: BTreeMap<i64, String> = object
        .items(tags::RTROI_OBSERVATIONS_SEQUENCE)
        .iter()
        .filter_map(|item| {
            let number = whole(item, tags::REFERENCED_ROI_NUMBER).ok()?;
            Some((number, text(item, tags::RTROI_INTERPRETED_TYPE)?))
        })
        .collect();
    let mut rois: Vec<RoiContours> = Vec::new();
    for item in object.items(tags::STRUCTURE_SET_ROI_SEQUENCE) {
        let number = whole(&item, tags::ROI_NUMBER)
            .map_err(|found| fault(format!("ROI Number (3006,0022) is {found}")))?;
        if rois.iter().any(|roi| roi.number == number) {
            return Err(fault(format!("two ROIs have the number {number}")));
        }
        let item_drawn = drawn.remove(&number);
        let instances = item_drawn.as_ref().map(instances_of).unwrap_or_default();
        let mut contours = item_drawn.map(|item| contours_of(&item));
        if twice.contains(&number) {
            // Which of them is meant nobody can tell; the other ROIs are not concerned.
            let first = contours.and_then(Result::ok).map_or(0, |contours| contours.len());
            let what = format!(
                "a second item of ROI Contour Sequence (3006,0039) refers to ROI Number {number}, \
                 expected one"
            );
            contours = Some(Err((first + 1, what)));
        }
        rois.push(RoiContours {
            number,
            name: text(&item, tags::ROI_NAME).unwrap_or_else(|| format!("ROI {number}")),
            interpreted_type: types.get(&number).cloned(),
            frame_of_reference: text(&item, tags::REFERENCED_FRAME_OF_REFERENCE_UID),
            instances,
            contours: contours.unwrap_or(Ok(Vec::new())),
        });
    }
    if !drawn.is_empty() {
        let numbers: Vec<_> = drawn.keys().collect();
        let message = format!(
            "{file}: contours of ROI Numbers {numbers:?}, which have no name, were left out"
        );
        warnings.push(Warning::new("rtstruct.nameless", message));
    }
    let (frame, listed) = listed(object);
    let mut set = StructureSet {
        file: file.to_owned(),
        frame_of_reference: frame.or_else(|| text(object, tags::FRAME_OF_REFERENCE_UID)),
        referenced_series: None,
        patient: text(object, tags::PATIENT_ID).map(|id| Mark::of(&id)),
        listed,
        rois,
        warnings,
    };
    set.referenced_series = set.drawn_on(&set.rois.iter().collect::<Vec<_>>()).series;
    Ok(set)
}

/// Those that pass, or all where none does.
fn narrowed(listed: Vec<&Listed>, test: impl Fn(&Listed) -> bool) -> Vec<&Listed> {
    let some: Vec<&Listed> = listed.iter().filter(|one| test(one)).copied().collect();
    if some.is_empty() { listed } else { some }
}

/// Frame of Reference UID of the first frame of reference, and all series that are listed.
fn listed(object: &impl Attributes) -> (Option<String>, Vec<Listed>) {
    let frames = object.items(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE);
    let mut all = Vec::new();
    for frame in &frames {
        for study in frame.items(tags::RT_REFERENCED_STUDY_SEQUENCE) {
            for series in study.items(tags::RT_REFERENCED_SERIES_SEQUENCE) {
                let mut instances = BTreeSet::new();
                note(&series, &mut instances);
                all.push(Listed {
                    frame_of_reference: text(frame, tags::FRAME_OF_REFERENCE_UID),
                    uid: text(&series, tags::SERIES_INSTANCE_UID),
                    instances,
                });
            }
        }
    }
    (frames.first().and_then(|frame| text(frame, tags::FRAME_OF_REFERENCE_UID)), all)
}

/// The instances that the contours of an ROI refer to.
fn instances_of(roi: &impl Attributes) -> BTreeSet<String> {
    let mut instances = BTreeSet::new();
    roi.items(tags::CONTOUR_SEQUENCE).iter().for_each(|contour| note(contour, &mut instances));
    instances
}

/// Notes what Contour Image Sequence (3006,0016) of a series or a contour refers to.
fn note(item: &impl Attributes, instances: &mut BTreeSet<String>) {
    for image in item.items(tags::CONTOUR_IMAGE_SEQUENCE) {
        instances.extend(text(&image, tags::REFERENCED_SOP_INSTANCE_UID));
    }
}

fn contours_of(item: &impl Attributes) -> Result<Vec<Contour>, (usize, String)> {
    let read = |(at, item)| contour_of(item).map_err(|what| (at + 1, what));
    item.items(tags::CONTOUR_SEQUENCE).iter().enumerate().map(read).collect()
}

fn contour_of(item: &impl Attributes) -> Result<Contour, String> {
    let kind = match text(item, tags::CONTOUR_GEOMETRIC_TYPE).as_deref() {
        Some("CLOSED_PLANAR") => ContourKind::Closed,
        Some("CLOSEDPLANAR_XOR") => ContourKind::ClosedXor,
        Some("OPEN_PLANAR") => ContourKind::OpenPlanar,
        Some("OPEN_NONPLANAR") => ContourKind::OpenNonplanar,
        Some("INTERPOLATED_PLANAR") => ContourKind::InterpolatedPlanar,
        Some("POINT") => ContourKind::Point,
        _ => ContourKind::Other,
    };
    let data = text(item, tags::CONTOUR_DATA).unwrap_or_default();
    // A coordinate and its backslash are hardly shorter than this.
    let mut values = Vec::with_capacity(data.len() / 4);
    for part in data.split('\\').filter(|_| !data.is_empty()) {
        let value = number(part);
        values.push(value.ok_or_else(|| format!("{} is no coordinate", shown(part)))?);
    }
    let (points, rest) = values.as_chunks::<3>();
    if !rest.is_empty() {
        let n = values.len();
        return Err(format!("Contour Data (3006,0050) has {n} numbers, not a multiple of 3"));
    }
    if let Ok(declared) = whole(item, tags::NUMBER_OF_CONTOUR_POINTS)
        && usize::try_from(declared) != Ok(points.len())
    {
        return Err(format!(
            "Number of Contour Points (3006,0046) is {declared}, Contour Data (3006,0050) has {}",
            points.len()
        ));
    }
    Ok(Contour { points: points.to_vec(), kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;
    use perirad_generator::patient::Patient;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const FILE: &str = "rtstruct.dcm";

    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let files = Patient::new(1).files().unwrap();
        files.into_iter().find(|(name, _)| name.ends_with(FILE)).unwrap().1
    });

    /// What is found without a parser, where all was plain, and what the parser finds.
    fn both(bytes: Vec<u8>) -> Option<[Option<String>; 2]> {
        let mut files = Memory::default();
        files.insert(FILE, bytes);
        let header = walked(&files, FILE, MemoryLimit::default(), Noted::All).ok()??;
        let odd = Cell::new(false);
        let plain = header.plain(&odd).map(|plain| structures(&plain, FILE));
        let parsed = header.parse(FILE).ok().map(|parsed| structures(&parsed, FILE));
        let plain = plain.filter(|_| !odd.get());
        Some([plain, parsed].map(|found| found.map(|found| format!("{found:?}"))))
    }

    #[test]
    fn plain_structures_are_what_the_parser_finds() {
        let [plain, parsed] = both(BYTES.clone()).unwrap();
        assert!(plain.as_ref().is_some_and(|found| found.contains("Closed")));
        assert_eq!(plain, parsed);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn damage_is_read_as_the_parser_reads_it(
            places in proptest::collection::vec((0.0..1.0, any::<u8>()), 1..6),
        ) {
            let mut bytes = BYTES.clone();
            for (share, byte) in places {
                let at = (share * bytes.len() as f64) as usize;
                bytes[at] = byte;
            }
            if let Some([Some(plain), Some(parsed)]) = both(bytes) {
                prop_assert_eq!(plain, parsed);
            }
        }
    }
}
