//! Two scans of one patient.

use super::{Choice, Clinical, Output, Regions, ScoreFormat};
use clap::builder::ArgPredicate;
use clap::{Args, ValueEnum};
use perirad::cohort::SizeBy;
use std::path::PathBuf;

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
    /// What to measure; with a model, what it needs.
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

fn shift(text: &str) -> Result<[f64; 3], String> {
    let wrong = || format!("'{text}' is not X,Y,Z in mm, such as 0,-4.5,12");
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|mm| mm.is_finite());
    let numbers: Option<Vec<f64>> = text.split(',').map(number).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(wrong)
}
