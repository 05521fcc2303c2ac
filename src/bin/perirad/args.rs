//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use perirad::cohort::Bins;
use perirad::contour::{FillGaps, Holes};
use perirad::engine::MemoryLimit;
use perirad::image::{Connectivity, Region};
use perirad::io::lattice::MaskToImage;
use perirad::io::select::RoiMany;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use std::path::PathBuf;

/// Radiomics of a lesion and its peripheral ring, to the IBSI standard.
#[derive(Debug, Parser)]
#[command(
    name = "perirad",
    version,
    about = "Radiomics of a lesion and its peripheral ring, to the IBSI standard.\n\
             Research use only; not a medical device.",
    after_help = "Exit status: 0 all done, 1 a lesion failed or a check found faults, \
                  2 could not run.",
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Threads to work on; 0 takes one for each processor.
    #[arg(long, global = true, env = "PERIRAD_THREADS", default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// Most memory that any one thing may take which is read or made: an image, a mask, the lesions
    /// of a query; such as 4GiB or 512MB.
    #[arg(
        long,
        global = true,
        env = "PERIRAD_MAX_MEMORY",
        default_value_t = MemoryLimit::default(),
        value_name = "SIZE"
    )]
    pub max_memory: MemoryLimit,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score a lesion with a model.
    #[command(after_help = "Examples:\n  \
        perirad score ct/ --mask rtstruct.dcm --roi GTV-1 --model demo-synthetic \\\n      \
        --clinical node=0 --clinical head_and_neck=0\n  \
        perirad score ct.nii.gz --mask gtv.nii.gz --model my-model.toml --clinical kvp=120 \\\n      \
        --clinical node=1 --clinical head_and_neck=0 --format json -o score.json")]
    Score(Score),
    /// Extract features of a lesion and its ring.
    #[command(after_help = "Examples:\n  \
        perirad extract ct/ --mask rtstruct.dcm --roi 'GTV*' --format csv -o features.csv\n  \
        perirad extract ct.nii.gz --mask gtv.nii.gz --settings ibsi-c --region tumour\n  \
        perirad extract ct.nrrd --mask label.nrrd --settings Params.yaml --format csv")]
    Extract(Extract),
    /// Tell what images and masks hold, and every problem found in them.
    #[command(after_help = "Examples:\n  \
        perirad inspect ct/ rtstruct.dcm\n  \
        perirad inspect study/ --format json")]
    Inspect(Inspect),
    /// Write an image in HU, or a mask as perirad sees it, as NIfTI on the image's lattice.
    #[command(after_help = "Examples:\n  \
        perirad convert ct/ -o ct.nii.gz\n  \
        perirad convert ct/ --mask rtstruct.dcm --roi GTV-1 --region ring -o ring.nii.gz")]
    Convert(Convert),
    /// Measure the IBSI phantoms and compare with every published value; exit status 1 where any
    /// value misses.
    #[command(after_help = "Examples:\n  \
        perirad check data_sets/\n  \
        perirad check data_sets/ --format json -o check.json")]
    Check(Check),
    /// List every feature with its IBSI code; definitions and references with --format json or
    /// markdown.
    Features(Features),
    /// Print a preset's settings whole, or the list of presets.
    #[command(after_help = "Examples:\n  \
        perirad settings\n  \
        perirad settings cd8 > mine.toml\n  \
        perirad settings --schema > settings.schema.json")]
    Settings {
        /// Name of the preset.
        preset: Option<String>,
        /// Print the JSON Schema of a settings file.
        #[arg(long, conflicts_with = "preset")]
        schema: bool,
    },
    /// Print a perturbation's limits whole, or the list of perturbations for --perturb.
    #[command(after_help = "Examples:\n  \
        perirad perturb\n  \
        perirad perturb default > mine.toml\n  \
        perirad perturb --schema > perturb.schema.json")]
    Perturb {
        /// Name of the perturbation.
        preset: Option<String>,
        /// Print the JSON Schema of a perturbation's file.
        #[arg(long, conflicts_with = "preset")]
        schema: bool,
    },
    /// List, show or check models.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
}

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
    /// Label of a label image where neither name nor label is given: a parameter file's.
    #[arg(skip)]
    pub usual_label: Option<i32>,
    #[command(flatten)]
    pub source: Source,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    Respect,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitInto {
    Components,
}

/// A library's word: what its settings files would take.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|e| e.to_string())
}

/// Form and place of the output.
#[derive(Debug, Args)]
pub struct Output<F: ValueEnum + Clone + Send + Sync + 'static> {
    /// Form of the output.
    #[arg(long, value_enum, default_value = "table")]
    pub format: F,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Score {
    #[command(flatten)]
    pub inputs: Inputs,
    /// Model file, or the name of a built-in model (`perirad model list`).
    #[arg(long, value_name = "FILE|NAME", default_value = "cd8-sun2018")]
    pub model: String,
    /// What the image does not tell: node=0 or 1, `head_and_neck=0` or 1, kvp=120.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub clinical: Vec<(String, f64)>,
    /// Site the image comes from, where the model file has parameters for it.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Add the patient level: minimum, mean and dispersion of the score over all lesions.
    #[arg(long)]
    pub patient: bool,
    /// Lesions below this volume do not count for the patient level, in mL.
    #[arg(long, value_name = "ML", default_value_t = 0.0, requires = "patient")]
    pub patient_minimum_volume: f64,
    /// Bins of the score for its entropy over lesions, such as 0:5:10 for ten bins from 0 to 5.
    #[arg(long, value_name = "LOW:HIGH:COUNT", requires = "patient", value_parser = bins)]
    pub patient_bins: Option<Bins>,
    /// Settings you expect: scoring refuses where they are not the model's.
    #[arg(long, value_name = "FILE|PRESET")]
    pub settings: Option<String>,
    #[command(flatten)]
    pub perturb: PerturbBy,
    #[command(flatten)]
    pub output: Output<ScoreFormat>,
}

#[derive(Debug, Args)]
pub struct Extract {
    #[command(flatten)]
    pub inputs: Inputs,
    /// Settings file (TOML, YAML, JSON, or a pyradiomics parameter file), or the name of a preset
    /// (`perirad settings`).
    #[arg(long, value_name = "FILE|PRESET", default_value = "cd8")]
    pub settings: String,
    /// What to measure; both, or the tumour where the settings are pyradiomics'.
    #[arg(long, value_enum)]
    pub region: Option<Regions>,
    /// Whose names the columns of csv have; pyradiomics' where the settings are.
    #[arg(long, value_enum)]
    pub names: Option<NamesOf>,
    #[command(flatten)]
    pub perturb: PerturbBy,
    #[command(flatten)]
    pub output: Output<ExtractFormat>,
}

/// Whether numbers get an interval.
#[derive(Debug, Args)]
pub struct PerturbBy {
    /// Measure again under small random changes of image and contour, and give each number its
    /// interval: a file, or a name such as default (`perirad perturb`).
    #[arg(long, value_name = "FILE|NAME")]
    pub perturb: Option<String>,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// Folders and files.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub output: Output<TableOrJson>,
}

#[derive(Debug, Args)]
pub struct Convert {
    /// Image: a folder with a DICOM series, a DICOM file, NIfTI, NRRD or MetaImage.
    pub image: PathBuf,
    /// Write this mask instead of the image.
    #[arg(long)]
    pub mask: Option<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
    /// Part of the lesion to write.
    #[arg(long, value_enum, default_value = "tumour", requires = "mask")]
    pub region: OneRegion,
    /// Settings that say how wide the ring is: a file or a preset.
    #[arg(long, value_name = "FILE|PRESET", default_value = "cd8")]
    pub settings: String,
    /// File to write: .nii or .nii.gz.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Folder of the IBSI data sets.
    pub folder: PathBuf,
    #[command(flatten)]
    pub output: Output<DocumentFormat>,
}

#[derive(Debug, Args)]
pub struct Features {
    #[command(flatten)]
    pub output: Output<DocumentFormat>,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// The built-in models.
    List,
    /// A model's whole file.
    Show {
        /// Model file or name.
        model: String,
    },
    /// What is absent from or wrong in a model file; exit status 1 where anything is.
    Check {
        /// Model file or name.
        model: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScoreFormat {
    Table,
    Json,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExtractFormat {
    Table,
    Json,
    Long,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    Table,
    Markdown,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableOrJson {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Regions {
    Tumour,
    Ring,
    Both,
}

impl Regions {
    pub fn list(self) -> &'static [Region] {
        match self {
            Self::Tumour => &[Region::Tumour],
            Self::Ring => &[Region::Ring],
            Self::Both => &[Region::Tumour, Region::Ring],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NamesOf {
    Perirad,
    Pyradiomics,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OneRegion {
    Tumour,
    Ring,
}

fn bins(text: &str) -> Result<Bins, String> {
    let wrong = || format!("'{text}' is not LOW:HIGH:COUNT, such as 0:5:10");
    let [lowest, highest, count] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err(wrong());
    };
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(wrong);
    let (lowest, highest) = (number(lowest)?, number(highest)?);
    let count = count.parse().map_err(|_| wrong())?;
    if lowest < highest && count > 0 { Ok(Bins { lowest, highest, count }) } else { Err(wrong()) }
}

fn key_value(text: &str) -> Result<(String, f64), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, such as node=0")?;
    let number: f64 = value.parse().map_err(|_| format!("'{value}' is not a number"))?;
    if !number.is_finite() {
        return Err(format!("'{value}' is not a finite number"));
    }
    Ok((key.to_string(), number))
}
