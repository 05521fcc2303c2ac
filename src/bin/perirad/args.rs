//! The command line.

mod files;
mod follow;
mod inputs;

pub use follow::Follow;
pub use inputs::{Case, Choice, Clinical, Inputs, SplitInto, file_and_name};

use clap::{Args, Parser, Subcommand, ValueEnum};
use inputs::{named, volume};
use perirad::cohort::Bins;
use perirad::engine::MemoryLimit;
use perirad::image::Region;
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
    /// Threads to work on; 0 takes one for each processor. At most 256, or four for each processor
    /// where that is more.
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
    #[arg(allow_negative_numbers = true, value_parser = volume)]
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
    /// Settings the table was made with: a file or a preset. Refused where the table's column
    /// settings has another digest.
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
    let number = |text: &str| text.parse::<f64>().map_err(|_| wrong());
    let count = count.parse().map_err(|_| wrong())?;
    Bins::new(number(lowest)?, number(highest)?, count).ok_or_else(wrong)
}
