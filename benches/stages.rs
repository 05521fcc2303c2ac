//! Times of the stages of one case in ns per voxel: `cargo bench`, or `cargo bench -- ring` for
//! some of them.
//!
//! The case is the generator's seeded ellipsoid of 20 mL in 256 x 256 x 96 voxels of 0.8 x 0.8 x
//! 2 mm; the files are those of the embedded patient. Machines drift: compare medians of one run.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

#[path = "shared/case.rs"]
mod case;

use case::{BINS, ellipsoid, pairs, with_input};
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, Input, registry};
use perirad::image::{Acquisition, Intensity, Mask, Region};
use perirad::io::Memory;
use perirad::io::source::{ImageChoice, LesionChoice, read_image, read_mask};
use perirad::matrix::directions::Steps;
use perirad::matrix::{Aggregation, RunCounts};
use perirad::mesh::{BitRows, Hull, enclosing_ellipsoid, extremes, oriented_box, surface};
use perirad::pipeline::{Around, Prepared, Subject, extract, prepare};
use perirad::preprocess::{
    Interpolation, MaskInterpolation, Target, discretise, resample_image, resample_mask, ring,
};
use perirad::settings::preset;
use perirad_generator::field::Lattice;
use perirad_generator::patient::Patient;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// Voxels of a lesion of 20 mL.
const LESION: usize = 15_625;
/// Runs that are timed, after one that is not.
const RUNS: usize = 15;

/// Prints the stages whose name holds the word given on the command line.
struct Table {
    wanted: Option<String>,
}

impl Table {
    fn new() -> Self {
        let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
        println!("{:<34} {:>10} {:>12} {:>12}", "stage", "voxels", "median ms", "ns/voxel");
        Self { wanted }
    }

    fn time<T>(&self, stage: &str, voxels: usize, mut run: impl FnMut() -> T) {
        if self.wanted.as_ref().is_some_and(|word| !stage.contains(word.as_str())) {
            return;
        }
        black_box(run());
        let mut nanoseconds: Vec<u128> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                black_box(run());
                start.elapsed().as_nanos()
            })
            .collect();
        nanoseconds.sort_unstable();
        let median = nanoseconds[RUNS / 2] as f64;
        let (ms, per_voxel) = (median / 1e6, median / voxels as f64);
        println!("{stage:<34} {voxels:>10} {ms:>12.3} {per_voxel:>12.2}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::new();
    let one = Engine::serial();
    loading(&table, &one)?;

    let lattice = Lattice { shape: [96, 256, 256], spacing: [2.0, 0.8, 0.8] };
    let (image, mask) = ellipsoid(lattice, LESION)?;
    let settings = preset("cd8").ok_or("no preset")?;
    let target = Target::new(&image.grid, settings.spacing_zyx())?;
    let window = target.around(mask.bounds().ok_or("no voxels")?, settings.ring.outer_mm);
    let target = target.windowed(window)?;
    let made = target.grid().len();
    for how in [Interpolation::Nearest, Interpolation::Linear, Interpolation::CubicBspline] {
        table.time(&format!("resample image, {how:?}"), made, || {
            resample_image(&image, &target, how, &one)
        });
    }
    let linear = MaskInterpolation::Linear;
    table.time("resample mask, Linear", made, || resample_mask(&mask, &target, linear, 0.5, &one));

    let acquisition = Acquisition::default();
    let subject = Subject {
        case: "bench",
        roi: "lesion",
        image: &image,
        mask: &mask,
        acquisition: &acquisition,
        around: Around::default(),
        below: &[],
    };
    let Prepared { image: resampled, tumour, .. } = prepare(&subject, &settings, &[], &one)?;
    table.time("distance and ring", tumour.count(), || ring(&tumour, 2.0, 2.0, &one));
    table.time("discretise", tumour.count(), || discretise(&resampled, &tumour, BINS));
    let levels = discretise(&resampled, &tumour, BINS)?.levels.placed(&tumour);
    for aggregations in [&[Aggregation::Average3d][..], &Aggregation::DIRECTIONAL] {
        table.time(
            &format!("GLRLM, {} aggregation(s)", aggregations.len()),
            tumour.count(),
            || RunCounts::count(&levels, aggregations, &Steps::default(), &one),
        );
    }
    families(&table, &subject, &one)?;
    shape(&table, &tumour, &one)?;
    let regions = [Region::Tumour, Region::Ring];
    for threads in [1, 2] {
        let engine = Engine::new(threads);
        table.time(&format!("whole case, {threads} thread(s)"), tumour.count(), || {
            extract(&subject, &settings, &regions, &engine)
        });
    }
    Ok(())
}

/// Each family in space, counting and features.
fn families(table: &Table, subject: &Subject<'_>, engine: &Engine) -> Result<(), Box<dyn Error>> {
    // The window that all families need.
    let mut settings = preset("cd8").ok_or("no preset")?;
    settings.features.families = FamilyKey::all();
    let prepared = prepare(subject, &settings, &[], engine)?;
    let (image, tumour) = (&prepared.image, &prepared.tumour);
    let levels = discretise(image, tumour, BINS)?;
    with_input((image, tumour), &levels, &[], engine, |input| {
        for family in registry::FAMILIES {
            table.time(&format!("family {}", family.key), tumour.count(), || family.run(input));
        }
        table.time("all families", tumour.count(), || registry::run(input));
        let without = Input { leave_out: &pairs(), ..*input };
        let stage = "all but Moran's I and Geary's C";
        table.time(stage, tumour.count(), || registry::run(&without));
    })
}

/// The parts of morphology, but for its features of all pairs of voxels.
fn shape(table: &Table, tumour: &Mask, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let (rows, unit) = (BitRows::new(tumour.voxels()).ok_or("empty")?, [0.5; 3]);
    let hull = Hull::new(&extremes(&rows)).ok_or("flat")?;
    let voxels = tumour.count();
    table.time("morphology: bits", voxels, || BitRows::new(tumour.voxels()));
    table.time("morphology: mesh", voxels, || surface(&rows, [1.0; 3], engine));
    table.time("morphology: hull", voxels, || Hull::new(&extremes(&rows)));
    table.time("morphology: diameter", voxels, || hull.diameter(unit));
    table.time("morphology: oriented box", voxels, || oriented_box(&hull, unit, engine));
    table.time("morphology: smallest ellipsoid", voxels, || enclosing_ellipsoid(&hull, unit));
    Ok(())
}

/// Reading the embedded patient from memory.
fn loading(table: &Table, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let mut files = Memory::default();
    let made = Patient::new(1).files().map_err(|e| e.to_string())?;
    for (name, bytes) in made {
        files.insert(name, bytes);
    }
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let image = read_image(&files, "patient", &choice, engine)?;
    let voxels = image.volume.grid.len();
    table.time("load DICOM series", voxels, || read_image(&files, "patient", &choice, engine));
    let roi = LesionChoice { roi: Some("GTV-1"), label: None };
    table.time("load RTSTRUCT, contours to voxels", voxels, || {
        read_mask(&files, "patient", engine).and_then(|mask| mask.lesion(roi, &image))
    });
    Ok(())
}
