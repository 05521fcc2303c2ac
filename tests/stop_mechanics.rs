//! Work that nobody waits for ends with an error.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::pipeline::{Around, Subject, extract, perturbed};
use perirad::settings::{perturbation, preset};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_stopped_engine_gives_an_error_and_no_numbers() {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([40; 3], [1.0; 3], [0.0; 3], axes).unwrap());
    // So much that it is shared out.
    let hu = Array3::from_shape_fn((40, 40, 40), |(z, y, x)| (z * y % 50 + x) as f32);
    let inside = Array3::from_shape_fn((40, 40, 40), |(z, y, x)| [z, y, x].iter().all(|i| *i > 1));
    let subject = Subject {
        case: "case",
        roi: "lesion",
        image: &Volume::new(grid.clone(), hu, Intensity::Hounsfield).unwrap(),
        mask: &Mask::new(grid, inside).unwrap(),
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    let (settings, limits) = (preset("cd8").unwrap(), perturbation("growth").unwrap());
    let regions = [Region::Tumour];
    for threads in [1, 2] {
        let stop = Arc::new(AtomicBool::new(false));
        let engine = Engine::new(threads).stopped_by(stop.clone());
        assert!(extract(&subject, &settings, &regions, &engine).is_ok());
        stop.store(true, Ordering::Relaxed);
        let code = extract(&subject, &settings, &regions, &engine).unwrap_err().code();
        assert_eq!(code, "feature.stopped");
        let found = perturbed(&subject, &settings, &limits, &regions, &engine);
        assert_eq!(found.err().unwrap().code(), "feature.stopped");
    }
}
