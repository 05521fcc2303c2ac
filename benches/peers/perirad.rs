//! perirad's side of `peer.py`: the same options, the same lines of answers, the same spans.
//!
//! What is timed begins with arrays in memory: an image, and a mask or a label image of its shape.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

use flate2::read::MultiGzDecoder;
use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, FeatureKey, registry};
use perirad::geometry::SharedGrid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::source::{ImageChoice, MaskSource};
use perirad::io::{Labels, open_image, open_mask};
use perirad::matrix::Aggregation;
use perirad::pipeline::{Around, FeatureSet, Subject, extract};
use perirad::preprocess::MaskInterpolation;
use perirad::settings::{Native, Settings, Spacing, preset};
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::Instant;

/// What keeps it from measuring.
type Failure = Box<dyn Error + Send + Sync>;

struct Asked {
    image: String,
    mask: String,
    families: Families,
    resample: bool,
    threads: usize,
    lesions: u8,
    floor: Option<Floor>,
    /// Slices or bytes that a floor reads whole.
    whole: usize,
    once: bool,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq)]
enum Families {
    /// First order and GLRLM, every aggregation.
    FirstOrder,
    /// What pictologics' `all` has: no local intensity, no Moran's I, no Geary's C.
    All,
    /// Moran's I and Geary's C, with the mesh that their family makes.
    Pairs,
}

/// The features of all pairs of voxels.
const PAIRS: [&str; 2] = ["morphology.moran_i", "morphology.geary_c"];

/// What must be read at least, by plain loops: what is timed instead of measuring.
enum Floor {
    /// The start of every file of a folder, and some of them whole.
    Read(String),
    /// Some bytes of a gzipped file.
    Inflate(String),
}

/// Bytes that are inflated at a time.
const PART: usize = 1 << 19;

/// Times that a floor is measured.
const RUNS: usize = 9;

impl Floor {
    /// Measures it `runs` times; `whole` is how many slices or bytes are read.
    fn run(&self, whole: usize, runs: usize) -> Result<(), Failure> {
        for _ in 0..runs {
            let begun = Instant::now();
            match self {
                Self::Read(folder) => {
                    let mut bytes = Vec::new();
                    for (at, entry) in std::fs::read_dir(folder)?.enumerate() {
                        let file = File::open(entry?.path())?;
                        bytes.clear();
                        let most = if at < whole { u64::MAX } else { 8192 };
                        file.take(most).read_to_end(&mut bytes)?;
                        black_box(&bytes);
                    }
                }
                Self::Inflate(image) => {
                    let file = BufReader::with_capacity(1 << 18, File::open(image)?);
                    let mut stream = MultiGzDecoder::new(file);
                    let mut bytes = vec![0_u8; PART];
                    for from in (0..whole).step_by(PART) {
                        let part = &mut bytes[..PART.min(whole - from)];
                        stream.read_exact(part)?;
                        black_box(part);
                    }
                }
            }
            println!("{{\"seconds\": [{}]}}", begun.elapsed().as_secs_f64());
        }
        Ok(())
    }
}

impl Asked {
    fn read() -> Result<Self, Failure> {
        let mut asked = Self {
            image: String::new(),
            mask: String::new(),
            families: Families::FirstOrder,
            resample: false,
            threads: 1,
            lesions: 0,
            floor: None,
            whole: 0,
            once: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} has no value"));
            match &word[..] {
                "--image" => asked.image = value()?,
                "--mask" => asked.mask = value()?,
                "--read" => asked.floor = Some(Floor::Read(value()?)),
                "--inflate" => asked.floor = Some(Floor::Inflate(value()?)),
                "--families" => {
                    asked.families = match &value()?[..] {
                        "all" => Families::All,
                        "pairs" => Families::Pairs,
                        _ => Families::FirstOrder,
                    }
                }
                "--threads" => asked.threads = value()?.parse()?,
                "--lesions" => asked.lesions = value()?.parse()?,
                "--resample" => asked.resample = true,
                "--whole" => asked.whole = value()?.parse()?,
                "--once" => asked.once = true,
                other => return Err(format!("'{other}' is no option").into()),
            }
        }
        Ok(asked)
    }

    /// Bins of 10 HU from -1000 HU on, linear, nearest voxel of the mask, every 3D aggregation.
    fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = preset("cd8").ok_or("no preset")?;
        settings.resample.mask = MaskInterpolation::Nearest;
        if !self.resample {
            settings.resample.spacing_mm = [Spacing::Native(Native::Native); 3];
        }
        settings.texture.aggregations = Aggregation::DIRECTIONAL.to_vec();
        if self.families != Families::FirstOrder {
            let all = self.families == Families::All;
            let wanted = |key: &FamilyKey| match key.name() {
                "morphology" => true,
                name => all && name != "local_intensity",
            };
            settings.features.families = FamilyKey::ibsi().into_iter().filter(wanted).collect();
            let others = registry::specs().map(|spec| spec.key);
            let others = others.filter(|key| PAIRS.contains(key) == all);
            settings.features.leave_out = others.filter_map(FeatureKey::of).collect();
            settings.texture.aggregations =
                vec![Aggregation::Average3d, Aggregation::Merged3d, Aggregation::Volume3d];
        }
        Ok(settings)
    }
}

/// What was loaded: arrays.
struct Case {
    grid: SharedGrid,
    image: Array3<f32>,
    labels: Vec<u8>,
}

impl Case {
    fn load(asked: &Asked, engine: &Engine) -> Result<Self, Failure> {
        let nifti_intensity = Intensity::Hounsfield;
        let choice = ImageChoice { series: None, referenced: None, nifti_intensity };
        let image = open_image(Path::new(&asked.image), &choice, engine)?.volume;
        let MaskSource::Labels { labels, .. } = open_mask(Path::new(&asked.mask), engine)? else {
            return Err("the mask is no label image".into());
        };
        let mut all = vec![0; image.data.len()];
        for label in 1..=asked.lesions.max(1) {
            let mask = labels.mask_of(label.into())?;
            let inside = all.iter_mut().zip(mask.voxels());
            inside.filter(|(_, inside)| **inside).for_each(|(own, _)| *own = label);
        }
        Ok(Self { grid: image.grid, image: image.data, labels: all })
    }

    fn volume(&self) -> Result<Volume, Failure> {
        Ok(Volume::new(self.grid.clone(), self.image.clone(), Intensity::Hounsfield)?)
    }

    fn inside(&self) -> Result<Array3<bool>, Failure> {
        let inside = self.labels.iter().map(|label| *label == 1).collect();
        Ok(Array3::from_shape_vec(self.grid.shape, inside)?)
    }
}

fn measured(
    image: &Volume,
    mask: &Mask,
    settings: &Settings,
    engine: &Engine,
) -> Result<FeatureSet, Failure> {
    let acquisition = Acquisition::default();
    let around = Around::default();
    let (case, roi, below) = ("bench", "lesion", &[][..]);
    let subject = Subject { case, roi, image, mask, acquisition: &acquisition, around, below };
    Ok(extract(&subject, settings, &[Region::Tumour], engine)?)
}

fn main() -> Result<(), Failure> {
    let begun = Instant::now();
    let asked = Asked::read()?;
    if let Some(floor) = &asked.floor {
        return floor.run(asked.whole, if asked.once { 1 } else { RUNS });
    }
    let engine = Engine::new(asked.threads);
    engine.inside(|| run(&asked, begun, &engine))
}

/// Measurements for each line, and seconds after which none follows: as in peer.py.
const CALLS: usize = 6;
const LONG: f64 = 0.2;

/// Loads, and measures a few times for each line of the input.
fn run(asked: &Asked, begun: Instant, engine: &Engine) -> Result<(), Failure> {
    let settings = asked.settings()?;
    let case = Case::load(asked, engine)?;
    let version = env!("CARGO_PKG_VERSION");
    println!("{{\"ready\": {}, \"version\": \"{version}\"}}", begun.elapsed().as_secs_f64());
    for line in std::io::stdin().lock().lines() {
        line?;
        let mut taken = Vec::with_capacity(CALLS);
        while taken.len() < CALLS && taken.iter().sum::<f64>() < LONG {
            taken.push(seconds(&case, asked.lesions, &settings, engine)?);
        }
        println!("{{\"seconds\": {taken:?}}}");
    }
    Ok(())
}

/// Measures the case, or so many lesions of it, once.
fn seconds(case: &Case, lesions: u8, settings: &Settings, engine: &Engine) -> Result<f64, Failure> {
    // Fresh arrays, as the other side gets them; they become ours within what is timed.
    let (image, labels, inside) = (case.volume()?, case.labels.clone(), case.inside()?);
    let begun = Instant::now();
    // Nothing of the caller's is given back within what is timed.
    if lesions == 0 {
        let mask = Mask::new(case.grid.clone(), inside)?;
        black_box(measured(&image, &mask, settings, engine)?);
        return Ok(begun.elapsed().as_secs_f64());
    }
    let labels = Labels::of_whole("labels", case.grid.clone(), &labels)?;
    for label in 1..=lesions {
        let mask = labels.mask_of(label.into())?;
        black_box(measured(&image, &mask, settings, engine)?);
    }
    Ok(begun.elapsed().as_secs_f64())
}
