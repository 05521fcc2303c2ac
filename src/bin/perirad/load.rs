//! What the command line names, as the library takes it.

use crate::args::{Case, Choice, Clinical, Inputs, SplitInto, file_and_name};
use crate::fail::Fatal;
use crate::output::warn;
use perirad::cohort::ClinicalSources;
use perirad::model::Model;
use perirad::pipeline::StructureRule;
use perirad::preprocess::perturb::Perturbation;
use perirad::run::{
    self, Bound, ImageFrom, MaskFrom, Text, model_text, perturbation_of, settings_of,
};
use perirad::settings::{Settings, SettingsFile};
use std::path::Path;

/// Settings: a preset's name or a file. Of a pyradiomics parameter file, what is not honoured is
/// told.
pub fn settings(name: &str) -> Result<Settings, Fatal> {
    let (settings, warnings) = settings_of(name)?.taken();
    warn(&warnings);
    Ok(settings)
}

/// The same for masks that are read with these choices, which take what a parameter file says of
/// masks; with the features that it reports.
pub fn settings_with<'a>(
    name: &str,
    choices: impl IntoIterator<Item = &'a mut run::Choice>,
) -> Result<(Settings, Option<Vec<&'static str>>), Fatal> {
    Ok(match settings_of(name)? {
        SettingsFile::Own(settings) => (*settings, None),
        SettingsFile::Pyradiomics(parameters) => {
            warn(&parameters.warnings);
            choices.into_iter().for_each(|choice| choice.take(&parameters));
            (parameters.settings, Some(parameters.names))
        }
    })
}

/// A perturbation, where one is asked for: its name or a file.
pub fn perturbation(name: Option<&str>) -> Result<Option<Perturbation>, Fatal> {
    Ok(name.map(perturbation_of).transpose()?)
}

/// A model: built in, or a file.
pub fn model(name: &str) -> Result<Model, Fatal> {
    let Text { file, text } = model_text(name)?;
    Ok(Model::parse(&file, &text)?)
}

/// The settings of a model that can score, refused where others are expected; the choices are as for
/// [`settings_with`].
pub fn extraction<'a>(
    model: &Model,
    expected: Option<&str>,
    choices: impl IntoIterator<Item = &'a mut run::Choice>,
) -> Result<Settings, Fatal> {
    // A model that cannot score says so before settings are looked for.
    let own = run::extraction(model, None)?;
    let Some(expected) = expected else { return Ok(own) };
    let (expected, _) = settings_with(expected, choices)?;
    Ok(run::extraction(model, Some(&expected))?)
}

/// What the user knows of lesions, checked against the model as far as it can be without an image.
pub fn clinical(args: &Clinical, choice: &Choice, model: &Model) -> Result<ClinicalSources, Fatal> {
    let clinical = run::Clinical {
        told: args.told.clone(),
        table: args.table.as_deref().map(table).transpose()?,
        map: args.map.as_deref().map(table).transpose()?,
        site: args.site.clone(),
    };
    Ok(clinical.sources(model, choice.roi_case == Case::Ignore)?)
}

/// A table of lesions.
pub fn table(path: &Path) -> Result<Text, Fatal> {
    Ok(Text::read("cohort.file", path)?)
}

impl Inputs {
    /// As the library takes them.
    pub fn named(&self) -> run::Inputs {
        run::Inputs {
            image: ImageFrom::Path(self.image.clone()),
            mask: MaskFrom::Path(self.mask.clone()),
            choice: self.choice.named(),
            bounds: self.choice.bounds(),
            case: self.case.clone(),
            below: self.below.clone(),
        }
    }
}

impl Choice {
    /// As the library takes it.
    pub fn named(&self) -> run::Choice {
        run::Choice {
            roi: self.roi.clone(),
            label: self.label.iter().copied().collect(),
            any_nonzero: self.any_nonzero,
            roi_type: self.roi_type.clone(),
            roi_exclude: self.roi_exclude.clone(),
            ignore_case: self.roi_case == Case::Ignore,
            roi_many: self.roi_many,
            split: self.split == Some(SplitInto::Components),
            connectivity: self.connectivity,
            min_volume: self.min_volume,
            holes: self.holes,
            fill_gaps: self.fill_gaps,
            seg_threshold: self.seg_threshold,
            mask_to_image: self.mask_to_image,
            ignore_frame_of_reference: self.ignore_frame_of_reference,
            usual_label: None,
            ring_exclude: self.bounds.exclude.clone(),
            ring_within: self.bounds.within.clone(),
            ring_neighbour: self.bounds.neighbour.clone(),
            series: self.source.series.clone(),
            regularise: self.source.regularise,
            assume_hu: self.source.assume_hu,
        }
    }

    /// Structures that bound rings and have a mask of their own.
    pub fn bounds(&self) -> Vec<Bound> {
        let of = |rule: StructureRule, files: &[String]| {
            let bound = move |text: &String| {
                let (file, name) = file_and_name(text);
                Bound { rule, mask: MaskFrom::Path(file.into()), name: name.map(Into::into) }
            };
            files.iter().map(bound).collect::<Vec<_>>()
        };
        let mut bounds = of(StructureRule::Within, &self.bounds.within_mask);
        bounds.extend(of(StructureRule::Exclude, &self.bounds.exclude_mask));
        bounds
    }
}
