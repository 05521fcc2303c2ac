//! What a command reads and what it writes.

use super::{Choice, Clinical, Command, Inputs, ModelCommand, file_and_name};
use std::path::Path;

impl Command {
    /// The file to write; `None` for standard output.
    pub fn output(&self) -> Option<&Path> {
        match self {
            Self::Score(args) => args.output.output.as_deref(),
            Self::Extract(args) => args.output.output.as_deref(),
            Self::Follow(args) => args.output.output.as_deref(),
            Self::Inspect(args) => args.output.output.as_deref(),
            Self::Convert(args) => Some(&args.output),
            Self::Check(args) => args.output.output.as_deref(),
            Self::Features(args) => args.output.output.as_deref(),
            Self::Model { command: ModelCommand::New(args) } => args.output.as_deref(),
            Self::Settings { .. } | Self::Perturb { .. } | Self::Model { .. } => None,
        }
    }

    /// The files and folders to read, and the names that may be files, such as those of presets.
    pub fn inputs(&self) -> Vec<&Path> {
        match self {
            Self::Score(args) => {
                let names =
                    [Some(&args.model), args.settings.as_ref(), args.perturb.perturb.as_ref()];
                [lesions(&args.inputs), told(&args.clinical), named(&names)].concat()
            }
            Self::Extract(args) => {
                let names = [Some(&args.settings), args.perturb.perturb.as_ref()];
                [lesions(&args.inputs), named(&names)].concat()
            }
            Self::Follow(args) => {
                let own =
                    [args.baseline.as_path(), &args.followup, &args.mask, &args.mask_followup];
                let names = [Some(&args.pair), args.model.as_ref(), args.settings.as_ref()];
                [&own[..], &bounds(&args.choice), &told(&args.clinical), &named(&names)].concat()
            }
            Self::Convert(args) => {
                let own: Vec<&Path> =
                    std::iter::once(args.image.as_path()).chain(args.mask.as_deref()).collect();
                [own, bounds(&args.choice), named(&[Some(&args.settings)])].concat()
            }
            Self::Inspect(args) => args.paths.iter().map(AsRef::as_ref).collect(),
            Self::Model { command: ModelCommand::New(args) } => {
                [vec![args.from.as_path()], named(&[Some(&args.settings)])].concat()
            }
            Self::Check(_)
            | Self::Features(_)
            | Self::Settings { .. }
            | Self::Perturb { .. }
            | Self::Model { .. } => Vec::new(),
        }
    }
}

/// Names that may be files.
fn named<'a>(names: &[Option<&'a String>]) -> Vec<&'a Path> {
    names.iter().flatten().map(|name| Path::new(name.as_str())).collect()
}

/// The image, the mask, and what bounds rings.
fn lesions(inputs: &Inputs) -> Vec<&Path> {
    [vec![inputs.image.as_path(), &inputs.mask], bounds(&inputs.choice)].concat()
}

/// The mask files of what bounds rings.
fn bounds(choice: &Choice) -> Vec<&Path> {
    let masks = choice.bounds.exclude_mask.iter().chain(&choice.bounds.within_mask);
    masks.map(|mask| file_and_name(mask).0).collect()
}

/// The files of clinical inputs.
fn told(clinical: &Clinical) -> Vec<&Path> {
    [&clinical.table, &clinical.map].into_iter().filter_map(|file| file.as_deref()).collect()
}
