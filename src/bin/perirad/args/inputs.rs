//! Image, mask and lesions, and what is told of them.

use clap::{Args, ValueEnum};
use perirad::cohort::{ClinicalValue, ORGAN};
use perirad::contour::{FillGaps, Holes};
use perirad::image::Connectivity;
use perirad::io::lattice::MaskToImage;
use perirad::io::select::RoiMany;
use perirad::run::Told;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use std::path::{Path, PathBuf};

/// Image and mask.
#[derive(Debug, Clone, Args)]
pub struct Inputs {
    /// Image: a folder with a DICOM series, a DICOM file, NIfTI, NRRD or MetaImage.
    pub image: PathBuf,
    /// Mask: RTSTRUCT or DICOM SEG (file or folder), NIfTI, NRRD, .seg.nrrd or MetaImage.
    #[arg(long)]
    pub mask: PathBuf,
    #[command(flatten)]
    pub choice: Choice,
    /// Name of the case in the output; otherwise a code made from the image.
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// Intensities below which the share of each region's voxels and runs is told; of an image in
    /// HU, and not normalised, -500,-200 unless given.
    #[arg(long, value_name = "N,...", value_delimiter = ',', allow_negative_numbers = true)]
    #[arg(value_parser = finite)]
    pub below: Option<Vec<f64>>,
}

/// Which series and which lesion.
#[derive(Debug, Clone, Args)]
pub struct Choice {
    /// ROI by its name, a pattern with * and ?, or a regular expression between slashes. May be
    /// given several times.
    #[arg(long, value_name = "NAME")]
    pub roi: Vec<String>,
    /// Label of a label mask, or number of a segment or ROI. Several (1,2,5, or given several
    /// times) are one lesion, with --roi-many separate one each.
    #[arg(long, value_name = "N,...", value_delimiter = ',', allow_negative_numbers = true)]
    #[arg(conflicts_with_all = ["roi", "roi_type", "roi_exclude"])]
    pub label: Vec<i32>,
    /// Take every label that is not 0, or every segment, as one lesion.
    #[arg(long, conflicts_with_all = ["roi", "label", "roi_type", "roi_exclude", "roi_many"])]
    pub any_nonzero: bool,
    /// Only ROIs of this RT ROI Interpreted Type, such as GTV.
    #[arg(long, value_name = "TYPE")]
    pub roi_type: Option<String>,
    /// Leave out ROIs of this name or pattern. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub roi_exclude: Vec<String>,
    /// Whether capital letters count in names: respect or ignore.
    #[arg(long, value_enum, default_value = "respect")]
    pub roi_case: Case,
    /// What to do where several ROIs match: error, separate or union.
    #[arg(long, value_name = "WHAT", default_value = "error", value_parser = named::<RoiMany>)]
    pub roi_many: RoiMany,
    /// Make each connected part of a lesion a lesion of its own.
    #[arg(long, value_enum, value_name = "INTO")]
    pub split: Option<SplitInto>,
    /// Neighbours that touch, for --split: 6, 18 or 26.
    #[arg(long, value_name = "N", default_value = "26", value_parser = named::<Connectivity>)]
    #[arg(requires = "split")]
    pub connectivity: Connectivity,
    /// Smallest part that is kept, for --split, in mL.
    #[arg(long, value_name = "ML", default_value_t = 0.0, requires = "split")]
    #[arg(allow_negative_numbers = true)]
    pub min_volume: f64,
    /// How contours of one plane make holes: xor (even-odd), union (none) or nonzero (winding).
    #[arg(long, value_name = "RULE", default_value = "xor", value_parser = named::<Holes>)]
    pub holes: Holes,
    /// Planes without contours between some that have them: none, or shape (signed distance).
    #[arg(long, value_name = "HOW", default_value = "none", value_parser = named::<FillGaps>)]
    pub fill_gaps: FillGaps,
    /// Fraction of the largest value from which on a voxel of a fractional DICOM SEG is inside,
    /// above 0 to 1; 0.5 unless given.
    #[arg(long, value_name = "FRACTION")]
    pub seg_threshold: Option<f64>,
    /// A mask of another lattice than the image's: refuse, nearest or linear.
    #[arg(long, value_name = "HOW", default_value = "refuse", value_parser = named::<MaskToImage>)]
    pub mask_to_image: MaskToImage,
    /// Accept contours or segments of another frame of reference.
    #[arg(long)]
    pub ignore_frame_of_reference: bool,
    #[command(flatten)]
    pub bounds: Bounds,
    #[command(flatten)]
    pub source: Source,
}

/// What bounds rings beside the settings. Names are patterns, as for --roi; several that match are
/// one structure.
#[derive(Debug, Clone, Args)]
pub struct Bounds {
    /// Take the voxels of this ROI, segment or label out of ring and shells. May be given several
    /// times.
    #[arg(long = "ring-exclude", value_name = "NAME")]
    pub exclude: Vec<String>,
    /// The same of a mask file of its own; all of it, or what is named after a #.
    #[arg(long = "ring-exclude-mask", value_name = "FILE[#NAME]")]
    pub exclude_mask: Vec<String>,
    /// Keep ring and shells within this ROI, segment or label, such as the body or a lung. Of
    /// several, within each.
    #[arg(long = "ring-within", value_name = "NAME")]
    pub within: Vec<String>,
    /// The same of a mask file of its own; all of it, or what is named after a #.
    #[arg(long = "ring-within-mask", value_name = "FILE[#NAME]")]
    pub within_mask: Vec<String>,
    /// Another lesion for ring.overlap that is not measured; each that matches is one. Lesions that
    /// are measured are that already.
    #[arg(long = "ring-neighbour", value_name = "NAME")]
    pub neighbour: Vec<String>,
}

/// Which image.
#[derive(Debug, Clone, Args)]
pub struct Source {
    /// Series to read where a folder holds several: its UID, its number, or a pattern of its
    /// description.
    #[arg(long, value_name = "UID|NUMBER|PATTERN")]
    pub series: Option<String>,
    /// Resample slices that are tilted or unevenly spaced onto a regular lattice.
    #[arg(long)]
    pub regularise: bool,
    /// Take DICOM CT numbers as HU where the file says that their unit is unspecified (Rescale Type
    /// US): only if you know that they are. Every output repeats it.
    #[arg(long)]
    pub assume_hu: bool,
}

/// The two parts of FILE[#NAME]. A file whose own name has a # in it is meant where it is there.
pub fn file_and_name(text: &str) -> (&Path, Option<&str>) {
    let split = text.rsplit_once('#').filter(|_| !Path::new(text).exists());
    split.map_or((Path::new(text), None), |(file, name)| (Path::new(file), Some(name)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    Respect,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitInto {
    Components,
}

fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("'{text}' is not a number"))
}

/// A volume in mL.
pub(super) fn volume(text: &str) -> Result<f64, String> {
    finite(text).and_then(
        |ml| {
            if ml >= 0.0 { Ok(ml) } else { Err(format!("{ml} mL is not 0 or more")) }
        },
    )
}

/// A library's word: what its settings files would take.
pub(super) fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|e| e.to_string())
}

/// What the image does not tell.
#[derive(Debug, Args)]
pub struct Clinical {
    /// What the image does not tell: node=0 or 1, `head_and_neck=0` or 1, kvp=120; organ=liver is
    /// recorded only. 'GTV*:node=1' counts for lesions of that name or pattern, before all else.
    #[arg(long = "clinical", value_name = "[ROI:]KEY=VALUE", value_parser = clinical)]
    pub told: Vec<Told>,
    /// The same for each lesion: a CSV with the columns roi, if need be case, node and so on.
    #[arg(long = "clinical-csv", value_name = "FILE")]
    pub table: Option<PathBuf>,
    /// The same by patterns of lesions' names, where the CSV says nothing: TOML with [[map]] tables
    /// of a roi, a name or pattern, and node and so on.
    #[arg(long = "clinical-map", value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Site the image comes from, where the model file has parameters for it.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

fn clinical(text: &str) -> Result<Told, String> {
    // Names and regular expressions may hold any sign, keys and values neither : nor =.
    let (key, value) = text.rsplit_once('=').ok_or("expected KEY=VALUE, such as node=0")?;
    let (roi, key) = match key.rsplit_once(':') {
        Some((roi, key)) => (Some(roi.to_string()), key),
        None => (None, key),
    };
    let key = key.to_string();
    match ClinicalValue::parse(value) {
        ClinicalValue::Text(_) if key != ORGAN => Err(format!("'{value}' is not a finite number")),
        value => Ok(Told { roi, key, value }),
    }
}
