//! Connected parts against `scipy.ndimage.label` (`testdata/components_scipy.py`).

use crate::common;
use ndarray::Array3;
use perirad::geometry::Grid;
use perirad::image::{Components, Connectivity, Mask};
use std::sync::Arc;

/// The generator's volume: inside where the state of its linear congruential generator is low.
fn volume(shape: [usize; 3], seed: u64, percent: u64) -> Mask {
    let mut state = seed;
    let voxels = Array3::from_shape_simple_fn(shape, || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state * 100 < percent << 31
    });
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap();
    Mask::new(Arc::new(grid), voxels).unwrap()
}

#[test]
fn parts_and_their_sizes_are_scipys() {
    let text = std::fs::read_to_string(common::file("testdata/components.csv")).unwrap();
    let rows = common::rows(&text);
    assert_eq!(rows.len(), 18);
    for row in rows {
        let number = |name: &str| row[name].parse::<usize>().unwrap();
        let shape = ["nz", "ny", "nx"].map(number);
        let mask = volume(shape, number("seed") as u64, number("percent") as u64);
        let connectivity = Connectivity::of(number("neighbours") as u32).unwrap();
        let found = Components::new(&mask, connectivity);
        let sizes: Vec<String> = found.sizes().iter().map(ToString::to_string).collect();
        assert_eq!(sizes.len(), number("parts"), "{row:?}");
        assert_eq!(sizes.join(" "), row["sizes"], "{row:?}");
    }
}
