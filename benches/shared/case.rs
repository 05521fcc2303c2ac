//! A seeded lesion in memory, and what families read of it.

use ndarray::Array3;
use perirad::engine::Engine;
use perirad::feature::{FamilyKey, FeatureKey, Input, IvhBins};
use perirad::geometry::Grid;
use perirad::image::{Intensity, Mask, Volume};
use perirad::preprocess::{Discretised, Method, Resegmentation};
use perirad::settings::preset;
use perirad_generator::field::Lattice;
use perirad_generator::workload;
use std::error::Error;
use std::sync::Arc;

/// The signature's bins.
pub const BINS: Method = Method::Absolute { lowest: -1000.0, highest: 3000.0, count: 400 };

/// The generator's ellipsoid of so many voxels, and its image.
pub fn ellipsoid(lattice: Lattice, voxels: usize) -> Result<(Volume, Mask), Box<dyn Error>> {
    let made = workload::ellipsoid(lattice, voxels, 1);
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let Lattice { shape, spacing } = made.lattice;
    let grid = Arc::new(Grid::new(shape, spacing, [0.0; 3], axes)?);
    let hu = made.hu.iter().map(|&hu| f32::from(hu)).collect();
    let hu = Array3::from_shape_vec(shape, hu)?;
    let voxels = Array3::from_shape_vec(shape, made.mask)?;
    Ok((Volume::new(grid.clone(), hu, Intensity::Hounsfield)?, Mask::new(grid, voxels)?))
}

/// Calls `measured` with what every family reads, textures in space.
pub fn with_input<T>(
    (image, lesion): (&Volume, &Mask),
    levels: &Discretised,
    leave_out: &[FeatureKey],
    engine: &Engine,
    measured: impl FnOnce(&Input<'_>) -> T,
) -> Result<T, Box<dyn Error>> {
    let levels = &levels.levels;
    Ok(measured(&Input {
        image: image.data.view(),
        region: lesion.voxels().view(),
        mask: lesion.voxels().view(),
        no_data: image.no_data().map(|marks| marks.view()),
        levels: &levels.levels,
        grid: &image.grid,
        n_levels: levels.n_levels,
        families: &FamilyKey::all(),
        leave_out,
        intensity_shift: 0.0,
        texture: &preset("ibsi-c").ok_or("no preset")?.texture,
        resegment: Resegmentation::default(),
        ivh: IvhBins::FixedBinNumber { count: 1000 },
        engine,
    }))
}

/// The features of all pairs of voxels.
pub fn pairs() -> Vec<FeatureKey> {
    ["morphology.moran_i", "morphology.geary_c"].into_iter().filter_map(FeatureKey::of).collect()
}
