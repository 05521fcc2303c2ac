//! Times of the stages of one case in ns per voxel: `cargo bench`, or `cargo bench -- ring` for
//! some of them.
//!
//! The case is the generator's seeded ellipsoid of 20 mL in 256 x 256 x 96 voxels of 0.8 x 0.8 x
//! 2 mm; the files are those of the embedded patient. Machines drift: compare medians of one run.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, FeatureKey, Input, IvhBins, registry};
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::Memory;
use perirad::io::source::{ImageChoice, LesionChoice, read_image, read_mask};
use perirad::matrix::directions::Steps;
use perirad::matrix::{Aggregation, RunCounts};
use perirad::mesh::{BitRows, Hull, enclosing_ellipsoid, extremes, oriented_box, surface};
use perirad::pipeline::{Around, Prepared, Subject, extract, prepare};
use perirad::preprocess::{
    Interpolation, MaskInterpolation, Method, Resegmentation, Target, discretise, resample_image,
    resample_mask, ring,
};
use perirad::settings::preset;
use perirad_generator::field::Lattice;
use perirad_generator::patient::Patient;
use perirad_generator::workload;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
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

/// The image and lesion that are measured.
fn workload() -> Result<(Volume, Mask), Box<dyn Error>> {
    let lattice = Lattice { shape: [96, 256, 256], spacing: [2.0, 0.8, 0.8] };
    let made = workload::ellipsoid(lattice, LESION, 1);
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let Lattice { shape, spacing } = made.lattice;
    let grid = Arc::new(Grid::new(shape, spacing, [0.0; 3], axes)?);
    let hu = made.hu.iter().map(|&hu| f32::from(hu)).collect();
    let hu = Array3::from_shape_vec(shape, hu)?;
    let voxels = Array3::from_shape_vec(shape, made.mask)?;
    Ok((Volume::new(grid.clone(), hu, Intensity::Hounsfield)?, Mask::new(grid, voxels)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::new();
    let one = Engine::serial();
    loading(&table, &one)?;

    let (image, mask) = workload()?;
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
    let bins = Method::Absolute { lowest: -1000.0, highest: 3000.0, count: 400 };
    table.time("discretise", tumour.count(), || discretise(&resampled, &tumour, bins));
    let levels = discretise(&resampled, &tumour, bins)?.levels.levels;
    for aggregations in [&[Aggregation::Average3d][..], &Aggregation::DIRECTIONAL] {
        table.time(
            &format!("GLRLM, {} aggregation(s)", aggregations.len()),
            tumour.count(),
            || RunCounts::count(&levels, aggregations, &Steps::default(), &one),
        );
    }
    families(&table, &subject, bins, &one)?;
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
fn families(
    table: &Table,
    subject: &Subject<'_>,
    bins: Method,
    engine: &Engine,
) -> Result<(), Box<dyn Error>> {
    // The window that all families need.
    let mut settings = preset("cd8").ok_or("no preset")?;
    settings.features.families = FamilyKey::all();
    let prepared = prepare(subject, &settings, &[], engine)?;
    let (image, tumour) = (&prepared.image, &prepared.tumour);
    let levels = discretise(image, tumour, bins)?.levels;
    let input = Input {
        image: image.data.view(),
        region: tumour.voxels().view(),
        mask: tumour.voxels().view(),
        no_data: image.no_data().map(|marks| marks.view()),
        levels: levels.levels.view(),
        grid: &image.grid,
        n_levels: levels.n_levels,
        families: &FamilyKey::all(),
        leave_out: &[],
        intensity_shift: 0.0,
        texture: &preset("ibsi-c").ok_or("no preset")?.texture,
        resegment: Resegmentation::default(),
        ivh: IvhBins::FixedBinNumber { count: 1000 },
        engine,
    };
    for family in registry::FAMILIES {
        table.time(&format!("family {}", family.key), tumour.count(), || family.run(&input));
    }
    table.time("all families", tumour.count(), || registry::run(&input));
    let pairs: Vec<_> = ["morphology.moran_i", "morphology.geary_c"]
        .into_iter()
        .filter_map(FeatureKey::of)
        .collect();
    let without = Input { leave_out: &pairs, ..input };
    let stage = "all but Moran's I and Geary's C";
    table.time(stage, tumour.count(), || registry::run(&without));
    Ok(())
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
