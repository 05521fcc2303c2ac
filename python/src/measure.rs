//! `extract` and `score`: every lesion is measured or keeps its reason.

use crate::choice::Choice;
use crate::engine::{Lent, engine};
use crate::error::Fault;
use crate::inputs::{Drawing, ImageInput, ImageSource, MaskInput, Opened, OpenedMask};
use crate::lesions::Lesions;
use crate::model::{Model, Scoring};
use crate::settings::Settings;
use crate::watch::{Watch, attended};
use perirad::engine::Engine;
use perirad::feature::Unit;
use perirad::image::{Intensity, Mask, Region};
use perirad::io::source;
use perirad::model::score;
use perirad::pipeline::{Around, Evidence, Subject, extract, planes_needed};
use perirad::report::{Failure, ImageFacts, Lesion, Measured};
use pyo3::prelude::*;
use std::sync::Arc;

/// What is to be done, owned, so that it may outlive the call that an interrupt ends.
struct Task {
    image: Arc<ImageSource>,
    mask: Arc<Drawing>,
    settings: perirad::settings::Settings,
    regions: Vec<Region>,
    choice: Choice,
    case: Option<String>,
    scoring: Option<Scoring>,
    engine: Arc<Engine>,
}

type Done = Result<Lesions, Fault>;

/// Measures, and with a model scores, the lesions that are meant.
#[pyfunction]
#[pyo3(signature = (image, mask, settings, regions, reading, case, model, given, lent, progress))]
#[expect(clippy::too_many_arguments, reason = "private: perirad/_calls.py is the only caller")]
pub fn measure(
    py: Python<'_>,
    image: &ImageInput,
    mask: &MaskInput,
    settings: &Settings,
    regions: Vec<String>,
    reading: &str,
    case: Option<String>,
    model: Option<&Model>,
    given: (Vec<(String, f64)>, Option<String>),
    lent: Lent,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Lesions> {
    let raised = |fault: Fault| fault.raised(py);
    let scoring = model.map(|model| Scoring::new(model, given)).transpose().map_err(raised)?;
    let task = Task {
        image: image.0.clone(),
        mask: mask.0.clone(),
        settings: settings.tree.clone(),
        regions: crate::settings::regions(&regions)?,
        choice: Choice::parse(reading)?,
        case,
        scoring,
        engine: engine(lent).map_err(raised)?,
    };
    attended(py, progress, move |watch| task.run(watch))?.map_err(raised)
}

impl Task {
    fn run(mut self, watch: &Watch<Done>) -> Done {
        let below = self.choice.below.take();
        let (engine, settings) = (&*self.engine, &self.settings);
        let mask = OpenedMask::new(&self.mask, engine)?;
        let opened = Opened::new(&self.image, Some(&mask), &self.choice, engine)?;
        let (reading, drawn) = mask.lesions(self.choice, opened.header(), engine)?;
        let needed = drawn.iter().filter_map(|(name, lesion)| {
            let mask = &lesion.as_ref().ok()?.mask;
            // A lesion that needs no planes says why when it is measured.
            planes_needed(mask, name, settings, &self.regions, engine).ok()
        });
        let needed = needed.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
        let image = opened.planes(needed.unwrap_or(0..0), engine)?;
        let below = below.unwrap_or_else(|| match image.volume.intensity {
            Intensity::Hounsfield => Evidence::BELOW_HU.to_vec(),
            Intensity::Arbitrary => Vec::new(),
        });
        let case = self.case.unwrap_or_else(|| image.case_code());
        let masks: Vec<&Mask> =
            drawn.iter().filter_map(|(_, lesion)| Some(&lesion.as_ref().ok()?.mask)).collect();
        let one = |name: &str, lesion: &source::Lesion| {
            let at = masks.iter().position(|mask| std::ptr::eq(*mask, &raw const lesion.mask));
            let (before, after) = masks.split_at(at.unwrap_or_default());
            let after = after.get(1..).unwrap_or_default();
            let subject = Subject {
                case: &case,
                roi: name,
                image: &image.volume,
                mask: &lesion.mask,
                acquisition: &image.acquisition,
                around: Around { before, after, structures: &[] },
                below: &below,
            };
            let mut features = extract(&subject, settings, &self.regions, engine)
                .map_err(|error| Failure::of(&error))?;
            features.warnings.splice(0..0, lesion.warnings.iter().cloned());
            let (mut clinical, mut scored) = (Vec::new(), None);
            if let Some(Scoring { model, sources }) = &self.scoring {
                let facts = sources.of(model, &case, name).map_err(|e| Failure::of(&e));
                if let Ok(facts) = &facts {
                    features.warnings.extend(facts.warnings.iter().cloned());
                    clinical.clone_from(&facts.stated);
                }
                scored = Some(facts.and_then(|facts| {
                    score(model, &features, &facts.given).map_err(|e| Failure::of(&e))
                }));
            }
            let (contours, segments) = (lesion.contours.clone(), lesion.segments.clone());
            let (score, robustness) = (scored, None);
            Ok(Measured { features, contours, segments, clinical, score, robustness })
        };
        let (mut lesions, of) = (Vec::with_capacity(drawn.len()), drawn.len());
        for (at, (name, lesion)) in drawn.iter().enumerate() {
            if watch.stopped() {
                break;
            }
            let result = match lesion {
                Ok(lesion) => one(name, lesion),
                Err(error) => Err(Failure::of(error)),
            };
            watch.progress(at + 1, of, name);
            lesions.push(Lesion { case: case.clone(), roi: name.clone(), result });
        }
        let unit = Unit::Intensity.symbol(image.volume.intensity);
        let (acquisition, warnings) = (image.acquisition.clone(), image.warnings.clone());
        let facts = ImageFacts::new(&image.volume.grid, unit, acquisition, warnings);
        Ok(Lesions { facts, reading, settings: self.settings, regions: self.regions, all: lesions })
    }
}
