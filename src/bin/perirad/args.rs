//! The command line.

use clap::builder::ArgPredicate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use perirad::cohort::{Bins, ClinicalValue, ORGAN, SizeBy};
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
    /// Compare the lesions of two scans: sizes and response, changes of features and of the score.
    #[command(after_help = "Examples:\n  \
        perirad follow before/ct after/ct --mask before/rs.dcm --mask-followup after/rs.dcm \\\n      \
        --roi 'GTV*' --roi-many separate\n  \
        perirad follow a.nii.gz b.nii.gz --mask a-gtv.nii.gz --mask-followup b-gtv.nii.gz \\\n      \
        --any-nonzero --split components --pair overlap --format json -o follow.json")]
    Follow(Follow),
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
    /// List, show, check or begin models.
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

/// A clinical input by hand.
#[derive(Debug, Clone)]
pub struct Told {
    /// For lesions of this name or pattern only.
    pub roi: Option<String>,
    pub key: String,
    pub value: ClinicalValue,
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
    #[command(flatten)]
    pub clinical: Clinical,
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
    /// What to measure: both are tumour and ring, all are these, core and shells; both unless
    /// given, the tumour where the settings are pyradiomics'.
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
pub struct Follow {
    /// Image at baseline, as for extract.
    pub baseline: PathBuf,
    /// Image at follow-up.
    pub followup: PathBuf,
    /// Mask at baseline.
    #[arg(long)]
    pub mask: PathBuf,
    /// Mask at follow-up.
    #[arg(long, value_name = "MASK")]
    pub mask_followup: PathBuf,
    #[command(flatten)]
    pub choice: Choice,
    /// ROIs at follow-up, where they are others than at baseline.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["label_followup", "any_nonzero"])]
    pub roi_followup: Vec<String>,
    /// Labels at follow-up, where they are others than at baseline.
    #[arg(long, value_name = "N,...", value_delimiter = ',', allow_negative_numbers = true)]
    #[arg(conflicts_with = "any_nonzero")]
    pub label_followup: Vec<i32>,
    /// Series at follow-up, where --series means another.
    #[arg(long, value_name = "UID|NUMBER|PATTERN")]
    pub series_followup: Option<String>,
    /// Name of the case in the output; otherwise a code made from each image.
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// Which lesions belong together: those of one name, those that overlap most (overlap), or as a
    /// CSV with the columns baseline and followup says.
    #[arg(long, value_name = "name|overlap|FILE.csv", default_value = "name")]
    pub pair: String,
    /// For --pair overlap: how far the patient has moved from baseline to follow-up, mm along LPS
    /// axes. Otherwise 0 within one frame of reference, and else what makes lesions overlap most.
    #[arg(long, value_name = "X,Y,Z", allow_hyphen_values = true, value_parser = shift)]
    pub shift: Option<[f64; 3]>,
    /// Size that makes a lesion progressive or responding.
    #[arg(long, value_enum, default_value = "axial")]
    pub size: Size,
    /// Score with this model at both times: a file or a name.
    #[arg(long, value_name = "FILE|NAME")]
    pub model: Option<String>,
    #[command(flatten)]
    pub clinical: Clinical,
    /// Settings file or preset; with a model, the settings you expect it to have.
    #[arg(
        long,
        value_name = "FILE|PRESET",
        default_value_if("model", ArgPredicate::IsPresent, None)
    )]
    #[arg(default_value = "cd8")]
    pub settings: Option<String>,
    /// What to measure; with a model, always both.
    #[arg(long, value_enum, default_value = "both", conflicts_with = "model")]
    pub region: Regions,
    #[command(flatten)]
    pub output: Output<ScoreFormat>,
}

/// Which size a response goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// Longest diameter within an axial plane.
    Axial,
    /// Longest diameter in any direction.
    Maximum,
    /// Volume, by what +20 % and -30 % of the diameter are to a sphere.
    Volume,
}

impl From<Size> for SizeBy {
    fn from(size: Size) -> Self {
        match size {
            Size::Axial => Self::Axial,
            Size::Maximum => Self::Maximum,
            Size::Volume => Self::Volume,
        }
    }
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
    /// Part of the lesion to write: tumour, ring, core, or a shell with its number (`shell_1`).
    #[arg(long, value_name = "REGION", default_value = "tumour", requires = "mask")]
    #[arg(value_parser = named::<Region>)]
    pub region: Region,
    /// Settings that say what the ring is: a file or a preset.
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
    /// Write a model file to be filled in: inputs with mean, deviation and range of a features
    /// table, the settings in full; coefficients are left for you.
    #[command(after_help = "Example:\n  \
        perirad model new --name mine --from features.csv --settings cd8 \\\n      \
        --input tumour:statistics.minimum:3d --input kvp --input node -o mine.toml")]
    New(NewModel),
    /// Print the JSON Schema of a model file.
    Schema,
}

#[derive(Debug, Args)]
pub struct NewModel {
    /// Name of the model.
    #[arg(long)]
    pub name: String,
    /// Features table of the training lesions, as `extract --format csv` writes it; tables of many
    /// runs may stand under one head, and columns of your own may follow.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// Settings the table was made with: a file or a preset.
    #[arg(long, value_name = "FILE|PRESET")]
    pub settings: String,
    /// REGION:FEATURE:AGGREGATION such as tumour:statistics.minimum:3d, kvp, or the name of a
    /// clinical input. May be given several times; without it, every feature of the table.
    #[arg(long, value_name = "INPUT")]
    pub input: Vec<String>,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
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
    Core,
    Shells,
    Both,
    All,
}

impl Regions {
    /// In the order of the output, where the settings list so many shells.
    pub fn list(self, shells: usize) -> Vec<Region> {
        let shells = Region::shells(shells);
        match self {
            Self::Tumour => vec![Region::Tumour],
            Self::Ring => vec![Region::Ring],
            Self::Core => vec![Region::Core],
            Self::Shells => shells.collect(),
            Self::Both => vec![Region::Tumour, Region::Ring],
            Self::All => {
                [Region::Tumour, Region::Ring, Region::Core].into_iter().chain(shells).collect()
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NamesOf {
    Perirad,
    Pyradiomics,
    Lifex,
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

fn shift(text: &str) -> Result<[f64; 3], String> {
    let wrong = || format!("'{text}' is not X,Y,Z in mm, such as 0,-4.5,12");
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|mm| mm.is_finite());
    let numbers: Option<Vec<f64>> = text.split(',').map(number).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(wrong)
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
