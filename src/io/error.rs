//! What can be wrong with files.

use crate::contour::ContourError;
use crate::engine::MemoryLimit;
use crate::error::{Diagnose, readable};
use crate::geometry::GeometryError;

/// Why files make no image or mask.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum IoError {
    /// The file system, or whatever stands in for it, refused.
    #[error("{file}: cannot be read: {source}")]
    Read { file: String, source: std::io::Error },
    /// Bytes could not be written.
    #[error("{file}: cannot be written: {source}")]
    Write { file: String, source: std::io::Error },
    /// Of no format of images.
    #[error(
        "{name}: neither a DICOM series nor one NIfTI, NRRD or MetaImage file ({files} files looked \
         at{})", unfollowed(*.links)
    )]
    NotAnImage { name: String, files: usize, links: usize },
    /// Of no format of masks.
    #[error(
        "{name}: neither an RTSTRUCT, a DICOM SEG nor one NIfTI, NRRD or MetaImage label file \
         ({files} files looked at{})", unfollowed(*.links)
    )]
    NotAMask { name: String, files: usize, links: usize },
    /// The lattice of the file is impossible.
    #[error("{file}: {source}")]
    Geometry { file: String, source: GeometryError },

    /// Bytes that are not what they claim to be.
    #[error("{file}: damaged DICOM: {what}")]
    DicomMalformed { file: String, what: String },
    /// An attribute is absent or says something that cannot be used.
    #[error("{file}: {name} {tag} is {found}, expected {expected}")]
    DicomTag {
        file: String,
        tag: &'static str,
        name: &'static str,
        found: String,
        expected: &'static str,
    },
    /// A transfer syntax that is not read.
    #[error("{file}: transfer syntax {name} ({uid}) is not supported")]
    DicomSyntax { file: String, name: String, uid: String },
    /// An object that is neither CT nor MR.
    #[error("{file}: {name} is neither a CT nor an MR image that is read")]
    DicomSopClass { file: String, name: String },
    /// Frames of a multi-frame image that make no volume.
    #[error("{file}: {what}")]
    DicomFrames { file: String, what: String },
    /// Pixel Data of the wrong length.
    #[error("{file}: Pixel Data (7FE0,0010) has {found} bytes, expected {expected}")]
    DicomPixelLength { file: String, found: u64, expected: u64 },
    /// Compressed pixels that cannot be decoded.
    #[error("{file}: frame {frame} ({syntax}) cannot be decoded: {what}")]
    DicomFrame { file: String, frame: usize, syntax: &'static str, what: String },
    /// Slices of one series disagree.
    #[error(
        "{name} {tag} differs between slices: {} in {}, {} in {}",
        .values[0], .files[0], .values[1], .files[1]
    )]
    DicomDiffers {
        tag: &'static str,
        name: &'static str,
        files: Box<[String; 2]>,
        values: Box<[String; 2]>,
    },
    /// Slices missing, or spaced unevenly.
    #[error(
        "gap of {gap_mm:.3} mm between slices at {from_mm:.3} mm ({from_file}) and {to_mm:.3} mm \
         ({to_file}), {}; the median slice spacing is {median_mm:.3} mm{}{}", lacking(*.missing),
        several(.spacings), beside(.passed)
    )]
    DicomGap {
        gap_mm: f64,
        median_mm: f64,
        from_mm: f64,
        to_mm: f64,
        from_file: String,
        to_file: String,
        missing: usize,
        /// Distinct spacings in the order of the slices, mm.
        spacings: Box<[f64]>,
        /// What is told of files that were passed over and may be the missing slices.
        passed: Box<[String]>,
    },
    /// Two slices in one place.
    #[error(
        "{count} slices share a position with another; first {first} and {second}, at {mm:.3} mm"
    )]
    DicomDuplicate { first: String, second: String, mm: f64, count: usize },
    /// A sheared volume.
    #[error(
        "slices are stacked {degrees:.2}° off their normal ({mm:.2} mm sideways over the series): \
         gantry tilt makes a sheared volume{}", several(.spacings)
    )]
    DicomTilt { degrees: f64, mm: f64, spacings: Vec<f64> },
    /// Slices that lie beside the others, along no common line.
    #[error(
        "{count} of {of} slices lie beside the line of the others: {file}, at {at_mm:.3} mm, by {mm:.2} \
         mm{}", several(.spacings)
    )]
    DicomBeside {
        count: usize,
        of: usize,
        /// The one that lies farthest.
        file: String,
        at_mm: f64,
        mm: f64,
        spacings: Vec<f64>,
    },
    /// No series of images.
    #[error("no DICOM image series among {files} files ({skipped} are not DICOM){}", list(.problems))]
    DicomNoSeries { files: usize, skipped: usize, problems: Vec<String> },
    /// The series asked for is not there.
    #[error("no series {wanted:?}; there are: {}", join(.series))]
    DicomSeriesUnknown { wanted: String, series: Vec<String> },
    /// More than one series could be meant.
    #[error("{} series could be meant: {}", .series.len(), join(.series))]
    DicomSeriesAmbiguous { series: Vec<String> },

    /// A structure set that cannot be read.
    #[error("{file}: RTSTRUCT: {what}")]
    RtStruct { file: String, what: String },
    /// Contour data that cannot be read.
    #[error("{file}: ROI {roi:?}, contour {contour}: {what}")]
    RtContour { file: String, roi: String, contour: usize, what: String },
    /// Not exactly one structure set.
    #[error("{} RTSTRUCT files: {}; expected one", .files.len(), join(.files))]
    RtSeveral { files: Vec<String> },
    /// Structure set and image have different coordinate systems.
    #[error(
        "{file}: ROI {roi:?}: its Frame of Reference UID (3006,0024) is {found}, the image's \
         (0020,0052) is {expected}"
    )]
    RtFrame { file: String, roi: String, found: String, expected: String },
    /// Contours that make no mask.
    #[error("ROI {roi:?}: {source}")]
    Contour { roi: String, source: ContourError },

    /// A DICOM SEG that cannot be read.
    #[error("{file}: SEG: {what}")]
    Seg { file: String, what: String },
    /// Segmentation and image have different coordinate systems.
    #[error("{file}: its Frame of Reference UID (0020,0052) is {found}, the image's is {expected}")]
    SegFrame { file: String, found: String, expected: String },
    /// A segment without a voxel.
    #[error("{file}: segment {roi:?} has no voxel{}", reaching(*.threshold))]
    SegEmpty { file: String, roi: String, threshold: Option<f64> },
    /// More than one file of masks.
    #[error("{} files of masks: {}; expected one", .files.len(), join(.files))]
    MaskSeveral { files: Vec<String> },

    /// No ROI chosen among several.
    #[error("no ROI chosen; there are: {}", join(.names))]
    RoiUnspecified { names: Vec<String> },
    /// No ROI of that name.
    #[error("no ROI {wanted}; there are: {}", join(.names))]
    RoiUnknown { wanted: String, names: Vec<String>, nearest: Option<String> },
    /// Several ROIs of that name.
    #[error("{wanted} means {} ROIs: {}", .names.len(), join(.names))]
    RoiAmbiguous { wanted: String, names: Vec<String> },
    /// A regular expression that is none.
    #[error("{pattern:?} is no regular expression: {why}")]
    RoiPattern { pattern: String, why: String },

    /// A header that cannot be used.
    #[error("{file}: NIfTI: {what}")]
    Nifti { file: String, what: String },
    /// Fewer bytes than the header declares.
    #[error("{file}: NIfTI: {expected} bytes declared for the header and voxels, {found} present")]
    NiftiSize { file: String, found: u64, expected: u64 },
    /// Voxels that are no numbers.
    #[error("{file}: {count} voxels are not finite numbers")]
    NiftiNonFinite { file: String, count: usize },
    /// A header that cannot be used.
    #[error("{file}: NRRD: {what}")]
    Nrrd { file: String, what: String },
    /// A header that cannot be used.
    #[error("{file}: MetaImage: {what}")]
    MetaImage { file: String, what: String },
    /// Fewer voxels than the header declares.
    #[error("{file}: voxels of {expected} bytes (or numbers of text) declared, {found} present")]
    VoxelBytes { file: String, found: u64, expected: u64 },
    /// More memory than the caller lends.
    #[error("{file}: {what}; the memory limit is {limit}")]
    Memory { file: String, what: String, limit: MemoryLimit },
    /// Compressed voxels that cannot be inflated.
    #[error("{file}: voxels cannot be inflated: {why}")]
    Inflate { file: String, why: String },
    /// Voxels that were inflated and are not those that were packed.
    #[error("{file}: damaged: its voxels do not have the checksum behind them: {why}")]
    Checksum { file: String, why: String },
    /// Voxels that are no numbers.
    #[error("{file}: {count} voxels are not finite numbers")]
    VoxelsNonFinite { file: String, count: usize },
    /// Labels asked of contours.
    #[error("{file}: an RTSTRUCT has ROIs, not labels")]
    NoLabels { file: String },
    /// Voxels that are no labels.
    #[error("{file}: no label image: {count} voxels are not whole numbers, the first is {value}")]
    LabelValue { file: String, value: f64, count: usize },
    /// Nothing but background.
    #[error("{file}: every voxel is 0: no label")]
    LabelNone { file: String },
    /// The label asked for is not there.
    #[error("{file}: no label {label}; there are: {}", voxels(.labels))]
    LabelUnknown { file: String, label: i32, labels: Vec<(i32, usize)> },
    /// No label chosen among several.
    #[error("{file}: no label chosen; there are: {}", voxels(.labels))]
    LabelAmbiguous { file: String, labels: Vec<(i32, usize)> },

    /// Image and mask have other voxel counts.
    #[error(
        "{image} has {} voxels ({}), {mask} has {} ({}) (z × y × x): not the same lattice; {cause}",
        by(&.shapes[0]), extent(&.extents_mm[0]), by(&.shapes[1]), extent(&.extents_mm[1])
    )]
    LatticeShape {
        image: String,
        mask: String,
        shapes: Box<[[usize; 3]; 2]>,
        extents_mm: Box<[[f64; 3]; 2]>,
        cause: String,
    },
    /// A lesion that lies where there is no image.
    #[error("{mask}: {roi:?} lies wholly outside {image}: {cause}")]
    MaskOutside { image: String, mask: String, roi: String, cause: String },
    /// A lesion too small for the voxels it was brought to.
    #[error(
        "{}: of {:?} no voxel is left after resampling to the voxels of {} ({how}): it had {voxels} \
         ({ml:.3} mL), {outside} of them outside the image; {cause}", .names[1], .names[2], .names[0]
    )]
    MaskVanished {
        /// The image's, the mask's and the lesion's.
        names: Box<[String; 3]>,
        how: &'static str,
        voxels: usize,
        ml: f64,
        outside: usize,
        cause: String,
    },
    /// An option without meaning.
    #[error("{name} is {found}, expected {expected}")]
    MaskOption { name: &'static str, found: f64, expected: &'static str },
    /// No part of a lesion is large enough.
    #[error(
        "ROI {roi:?}: none of its {count} connected parts reaches {minimum_ml} mL; the largest has \
         {largest_ml:.3} mL"
    )]
    ComponentsSmall { roi: String, count: usize, minimum_ml: f64, largest_ml: f64 },
    /// More masks than memory is set aside for.
    #[error(
        "{count} lesions of {voxels} voxels each, one byte for each, would be held; the memory \
         limit is {limit}"
    )]
    LesionsMany { count: usize, voxels: usize, limit: MemoryLimit },
    /// Image and mask lie apart.
    #[error(
        "{image} and {mask} lie {mm:.3} mm ({voxels:.2} voxel) apart at voxel {corner:?} (z, y, \
         x): {cause}"
    )]
    LatticeApart {
        image: String,
        mask: String,
        mm: f64,
        voxels: f64,
        corner: [usize; 3],
        cause: String,
    },
    /// A mask that reaches beyond the image.
    #[error("{file}: {outside} of {of} voxels of {roi:?} lie outside the image")]
    LatticeOutside { file: String, roi: String, outside: usize, of: usize },
    /// Named masks that do not lie on one lattice.
    #[error("{file}: {other:?} is on another lattice than {first:?}")]
    LatticesDiffer { file: String, first: String, other: String },
}

impl IoError {
    /// A lattice error with the file it comes from.
    pub(crate) fn geometry(file: &str, source: GeometryError) -> Self {
        Self::Geometry { file: file.to_owned(), source }
    }

    /// Checks that a file may claim memory for what it declares; gives the bytes.
    pub(crate) fn claim(
        file: &str,
        (count, what): (usize, &str),
        size: usize,
        limit: MemoryLimit,
    ) -> Result<u64, Self> {
        if limit.holds(count, size) {
            return Ok(count as u64 * size as u64);
        }
        let gib = count as f64 * size as f64 / (1_u64 << 30) as f64;
        let gib = readable(gib);
        let what = format!("{count} {what} of {size} bytes, {gib} GiB, are declared");
        Err(Self::Memory { file: file.to_owned(), what, limit })
    }
}

impl IoError {
    /// Is it about one lesion, while others of the same files may still be measured?
    pub fn concerns_one_lesion(&self) -> bool {
        matches!(
            self,
            Self::RtContour { .. }
                | Self::Contour { .. }
                | Self::ComponentsSmall { .. }
                | Self::SegEmpty { .. }
                | Self::LatticeOutside { .. }
                | Self::MaskOutside { .. }
                | Self::MaskVanished { .. }
                | Self::RtFrame { .. }
        )
    }
}

impl Diagnose for IoError {
    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "io.read",
            Self::Write { .. } => "io.write",
            Self::NotAnImage { .. } => "io.not_an_image",
            Self::NotAMask { .. } => "io.not_a_mask",
            Self::Geometry { source, .. } => source.code(),
            Self::DicomMalformed { .. } => "dicom.malformed",
            Self::DicomTag { .. } => "dicom.tag",
            Self::DicomSyntax { .. } => "dicom.transfer_syntax",
            Self::DicomSopClass { .. } => "dicom.sop_class",
            Self::DicomFrames { .. } => "dicom.frames",
            Self::DicomPixelLength { .. } => "dicom.pixel_length",
            Self::DicomFrame { .. } => "dicom.frame",
            Self::DicomDiffers { .. } => "dicom.differs",
            Self::DicomGap { .. } => "dicom.gap",
            Self::DicomDuplicate { .. } => "dicom.duplicate",
            Self::DicomTilt { .. } => "dicom.tilt",
            Self::DicomBeside { .. } => "dicom.beside",
            Self::DicomNoSeries { .. } => "dicom.no_series",
            Self::DicomSeriesUnknown { .. } => "dicom.series_unknown",
            Self::DicomSeriesAmbiguous { .. } => "dicom.series_ambiguous",
            Self::RtStruct { .. } => "rtstruct.malformed",
            Self::RtContour { .. } => "rtstruct.contour",
            Self::RtSeveral { .. } => "rtstruct.several",
            Self::RtFrame { .. } => "rtstruct.frame_of_reference",
            Self::Contour { source, .. } => source.code(),
            Self::Seg { .. } => "seg.malformed",
            Self::SegFrame { .. } => "seg.frame_of_reference",
            Self::SegEmpty { .. } => "seg.empty",
            Self::MaskSeveral { .. } => "io.mask_several",
            Self::RoiUnspecified { .. } => "io.roi_unspecified",
            Self::RoiUnknown { .. } => "io.roi_unknown",
            Self::RoiAmbiguous { .. } => "io.roi_ambiguous",
            Self::RoiPattern { .. } => "io.roi_pattern",
            Self::Nifti { .. } => "nifti.header",
            Self::NiftiSize { .. } => "nifti.size",
            Self::NiftiNonFinite { .. } => "nifti.non_finite",
            Self::Nrrd { .. } => "nrrd.header",
            Self::MetaImage { .. } => "metaimage.header",
            Self::VoxelBytes { .. } => "io.voxel_bytes",
            Self::Memory { .. } => "io.memory_limit",
            Self::Inflate { .. } => "io.inflate",
            Self::Checksum { .. } => "io.checksum",
            Self::VoxelsNonFinite { .. } => "io.non_finite",
            Self::NoLabels { .. } => "labels.no_labels",
            Self::LabelValue { .. } => "labels.value",
            Self::LabelNone { .. } => "labels.none",
            Self::LabelUnknown { .. } => "labels.unknown",
            Self::LabelAmbiguous { .. } => "labels.ambiguous",
            Self::LatticeShape { .. } => "io.lattice_shape",
            Self::LatticeApart { .. } => "io.lattice_apart",
            Self::MaskOutside { .. } => "mask.outside",
            Self::MaskVanished { .. } => "mask.vanished",
            Self::MaskOption { .. } => "mask.option",
            Self::ComponentsSmall { .. } => "components.small",
            Self::LesionsMany { .. } => "mask.too_many_lesions",
            Self::LatticeOutside { .. } => "io.lattice_outside",
            Self::LatticesDiffer { .. } => "io.lattices_differ",
        }
    }

    fn hint(&self) -> String {
        let hint = match self {
            Self::Geometry { source, .. } => return source.hint(),
            Self::Contour { source, .. } => return source.hint(),
            Self::RoiUnknown { nearest: Some(name), .. } => {
                return format!(
                    "Did you mean {name:?}? Names are case sensitive unless asked otherwise."
                );
            }
            Self::RtFrame { .. } | Self::SegFrame { .. } => {
                "The structures were drawn on another image: give that one, or register first. If \
                 you know that the two share coordinates, say so (option \
                 ignore-frame-of-reference)."
            }
            Self::RoiUnspecified { .. } | Self::RoiAmbiguous { .. } => {
                "Choose one by its exact name, a glob such as GTV*, or /a regular expression/; or \
                 ask for all that match, separate or united."
            }
            Self::NiftiSize { .. }
            | Self::VoxelBytes { .. }
            | Self::Inflate { .. }
            | Self::Checksum { .. } => "The file is cut short or damaged: copy it again.",
            Self::NotAnImage { .. } => {
                "Give a series, or one file of an image. RTSTRUCT and SEG are masks."
            }
            Self::NotAMask { .. } => {
                "Give a file of lesions; a folder may hold one. CT and MR series are images."
            }
            Self::MaskSeveral { .. } | Self::RtSeveral { .. } => {
                "Give the one that is meant by its own path. Folders are numbered in the order of their \
                 names, those that hold files."
            }
            Self::NoLabels { .. } => {
                "Choose an ROI by its name or number, or a union of those that match."
            }
            Self::LatticeOutside { .. } => {
                "The image was cropped after the mask was drawn: give the whole image, or have the \
                 mask cut to it (option mask-to-image)."
            }
            Self::LatticesDiffer { .. } => {
                "Masks that are given together are of one lattice: give others in a call of their own."
            }
            Self::NiftiNonFinite { .. } | Self::VoxelsNonFinite { .. } => {
                "Say what these voxels mean: replace them before reading the image."
            }
            Self::LabelUnknown { .. } | Self::LabelAmbiguous { .. } => "Choose one of the labels.",
            Self::MaskOutside { .. } => "Is this the image the mask was drawn on?",
            Self::MaskVanished { .. } => {
                "It lies between the centres of the image's voxels: draw it on this image, or leave \
                 it out."
            }
            Self::ComponentsSmall { .. } => "Choose a smaller minimum volume.",
            Self::LesionsMany { .. } => {
                "Choose fewer lesions, a larger minimum volume for connected parts, or a higher \
                 limit: --max-memory, PERIRAD_MAX_MEMORY."
            }
            Self::Memory { .. } => MemoryLimit::HINT,
            Self::LatticeShape { .. } | Self::LatticeApart { .. } => {
                "The mask must be drawn on this image's voxels; it is resampled to them only when \
                 that is asked for (option mask-to-image)."
            }
            _ => self.hint_of_series(),
        };
        hint.into()
    }
}

impl IoError {
    /// What to do where a series, or a file of it, is at fault.
    fn hint_of_series(&self) -> &'static str {
        match self {
            Self::DicomTag { tag: "(0028,1053)" | "(0028,1052)", .. } => {
                "Without it Hounsfield units would be a guess: export the series again."
            }
            Self::DicomTag { tag: "(0028,1054)", found, .. } if found == "\"US\"" => {
                "US means unspecified. If you know that these values are Hounsfield units, say so \
                 (option assume-hu)."
            }
            Self::DicomTag { tag: "(0028,1054)", .. } => {
                "These values are no Hounsfield units: give the series that is."
            }
            Self::DicomSyntax { .. } => {
                "Convert the series to Explicit VR Little Endian, for example with dcmdjpeg, \
                 dcmdrle or gdcmconv --raw."
            }
            Self::DicomSopClass { .. } => "Give the folder of a CT or MR series.",
            Self::DicomMalformed { .. } | Self::DicomPixelLength { .. } => {
                "The file is damaged or cut short: copy or export it again."
            }
            Self::DicomFrames { .. } => "Export the series as single slices, or one volume of it.",
            Self::DicomGap { .. } => {
                "Look for slices that were not copied; if the scan is so, have it resampled onto a \
                 regular lattice (option regularise)."
            }
            Self::DicomFrame { .. } => {
                "The file is damaged, or compressed in an unusual way: copy it again, or export it \
                 uncompressed."
            }
            Self::DicomDuplicate { .. } => {
                "Two reconstructions or copies of the series are mixed: keep one."
            }
            Self::DicomTilt { .. } => {
                "Have it resampled onto an upright lattice from the slices' true positions \
                 (option regularise)."
            }
            Self::DicomBeside { .. } => {
                "Look whether its Image Position (Patient) (0020,0032) is damaged or it is of another \
                 series; if the scan is so, have it resampled from the slices' true positions \
                 (option regularise)."
            }
            Self::DicomSeriesUnknown { .. } | Self::DicomSeriesAmbiguous { .. } => {
                "Choose one by its Series Instance UID, Series Number, or a pattern of its description."
            }
            _ => "",
        }
    }
}

fn join(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

fn reaching(threshold: Option<f64>) -> String {
    threshold.map_or_else(String::new, |from| format!(" from {from} of the largest fraction on"))
}

fn list(problems: &[String]) -> String {
    if problems.is_empty() { String::new() } else { format!(": {}", problems.join("; ")) }
}

fn lacking(count: usize) -> String {
    match count {
        0 => "slices are spaced unevenly".into(),
        1 => "one slice is missing".into(),
        n => format!("{n} slices are missing"),
    }
}

fn unfollowed(links: usize) -> String {
    if links == 0 {
        return String::new();
    }
    format!("; {links} links lead out of the folder or nowhere and were not followed")
}

/// What may explain it.
fn beside(passed: &[String]) -> String {
    std::iter::once("").chain(passed.iter().map(String::as_str)).collect::<Vec<_>>().join(". ")
}

fn several(spacings: &[f64]) -> String {
    if spacings.len() < 2 {
        return String::new();
    }
    let shown: Vec<String> = spacings.iter().take(8).map(|mm| format!("{mm:?}")).collect();
    let more = if spacings.len() > 8 { "/…" } else { "" };
    format!("; the slices are {}{more} mm apart", shown.join("/"))
}

fn voxels(labels: &[(i32, usize)]) -> String {
    // A label image mistaken for one may hold thousands of values.
    let shown: Vec<_> =
        labels.iter().take(20).map(|(label, n)| format!("{label} ({n} voxels)")).collect();
    let more =
        if labels.len() > 20 { format!(", … {} in all", labels.len()) } else { String::new() };
    shown.join(", ") + &more
}

fn by(shape: &[usize; 3]) -> String {
    format!("{} × {} × {}", shape[0], shape[1], shape[2])
}

fn extent(mm: &[f64; 3]) -> String {
    format!("{:.1} × {:.1} × {:.1} mm", mm[0], mm[1], mm[2])
}
