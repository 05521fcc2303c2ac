//! What the fuzz targets share: bytes to files, files to voxels and lesions.
//!
//! Whatever is read is also used, so that a reader cannot pass on what later panics.

use ndarray::Array3;
use perirad::contour::{FillGaps, Holes, Rules};
use perirad::engine::{Engine, MemoryLimit};
use perirad::geometry::{Grid, SharedGrid};
use perirad::image::{Acquisition, Connectivity, Intensity, Mask, Volume};
use perirad::io::inspect::inspect_files;
use perirad::io::lattice::MaskToImage;
use perirad::io::lesions::{MaskOptions, Split};
use perirad::io::segmentation::Union;
use perirad::io::select::{RoiMany, RoiQuery};
use perirad::io::source::{
    ImageChoice, ImageOptions, LoadedImage, MaskSource, read_header, read_mask,
};
use perirad::io::{Files, Memory};
use perirad::pipeline::{Around, Subject};
use perirad::report::inspection_text;
use std::sync::Arc;

/// What a target may claim at once. Scripts give libFuzzer a limit a few times as high.
pub const MEMORY: MemoryLimit = MemoryLimit::of(32 << 20);
/// Lesions are put on lattices of no more voxels: larger ones only take time.
const VOXELS: usize = 1 << 18;

/// One thread and little memory.
pub fn engine() -> Engine {
    Engine::serial().with_memory(MEMORY)
}

/// One thread and memory for boxes of 131072 voxels, rings of 65536: wide rings and small voxels take
/// the time they are said to, which is no finding.
pub fn small_engine() -> Engine {
    Engine::serial().with_memory(MemoryLimit::of(2 << 20))
}

/// Files made of one input: whatever stands between two marks.
pub fn files(data: &[u8], mark: &[u8], names: &[&str]) -> Memory {
    let mut files = Memory::default();
    let mut rest = data;
    for name in names {
        let end = rest.windows(mark.len()).position(|w| w == mark);
        files.insert(*name, &rest[..end.unwrap_or(rest.len())]);
        let Some(end) = end else { break };
        rest = &rest[end + mark.len()..];
    }
    files
}

/// Opens the files as an image and reads its planes: a few, then all.
pub fn image(files: &dyn Files, regularise: bool) {
    let engine = engine();
    let choice =
        ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };
    let options = ImageOptions { regularise, ..ImageOptions::default() };
    let Ok(opened) = read_header(files, "image", &choice, options, &engine) else { return };
    let count = opened.image.volume.grid.shape[0];
    for planes in [count / 2..count / 2 + 1, 0..count] {
        if let Ok(image) = opened.planes(files, planes, &engine) {
            let _ = image.case_code();
        }
    }
}

/// Everything `inspect` tells.
pub fn inspected(files: &dyn Files) {
    let _ = inspection_text(&inspect_files(files, "input", &engine()));
}

/// An image without voxels on a lattice.
pub fn blank(grid: SharedGrid, frame_of_reference: Option<&str>) -> LoadedImage {
    let voxels = Array3::zeros(grid.shape);
    LoadedImage {
        name: "image".into(),
        volume: Volume::new(grid, voxels, Intensity::Hounsfield).expect("the shapes agree"),
        acquisition: Acquisition::default(),
        series_uid: None,
        frame_of_reference: frame_of_reference.map(str::to_owned),
        patient: None,
        warnings: Vec::new(),
    }
}

/// A small lattice: axial planes, 2.5 mm apart.
pub fn lattice(shape: [usize; 3]) -> SharedGrid {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Grid::new(shape, [2.5, 0.8, 0.7], [-10.0, -20.0, 30.0], axes);
    Arc::new(grid.expect("it is a lattice"))
}

/// Puts all lesions of a mask on `image`, or on the mask's own lattice where it has one, by rules
/// that `choice` selects.
pub fn lesions(mask: &MaskSource, image: &LoadedImage, choice: u8) {
    let options = MaskOptions {
        threshold: None,
        rules: Rules {
            holes: [Holes::Xor, Holes::Union, Holes::NonZero, Holes::Xor][usize::from(choice & 3)],
            fill_gaps: if choice & 4 == 0 { FillGaps::None } else { FillGaps::Shape },
        },
        to_image: if choice & 8 == 0 { MaskToImage::Nearest } else { MaskToImage::Linear },
        ignore_frame_of_reference: true,
        split: (choice & 16 != 0)
            .then(|| Split { connectivity: Connectivity::default(), minimum_ml: 0.0 }),
        memory: MEMORY,
    };
    let many = if choice & 32 == 0 { RoiMany::Separate } else { RoiMany::Union };
    let query = RoiQuery { name: Some("*".into()), many, ..RoiQuery::default() };
    let own = match mask {
        MaskSource::Structures(_) => None,
        MaskSource::Segments(set) => Some(set.grid.clone()),
        MaskSource::Labels { labels, .. } => Some(labels.grid().clone()),
    };
    let own = own.filter(|grid| grid.len() <= VOXELS).map(|grid| blank(grid, None));
    for image in own.iter().chain([image]) {
        let _ = mask.lesions(&query, &options, image);
        let _ = mask.union(Union::AnyNonzero, image);
    }
}

/// A file of voxels, `a.raw` beside it behind a mark, as an image and as a mask; the first byte
/// selects the rules.
pub fn voxels(data: &[u8], name: &str) {
    let Some((&choice, data)) = data.split_first() else { return };
    let files = files(data, b"\0\0NEXT\0\0", &[name, "a.raw"]);
    image(&files, false);
    inspected(&files);
    if let Ok(mask) = read_mask(&files, "mask", &engine()) {
        lesions(&mask, &blank(lattice([2, 3, 4]), None), choice);
    }
}

/// A lesion of 57 voxels in an image of 9 × 10 × 11.
pub fn phantom() -> (Volume, Mask) {
    let grid = lattice([9, 10, 11]);
    let away = |(z, y, x): (usize, usize, usize)| {
        [z as f64 - 4.0, y as f64 - 4.5, x as f64 - 5.0].iter().map(|d| d * d).sum::<f64>()
    };
    let hu = |at: (usize, usize, usize)| {
        let (z, y, x) = at;
        let texture = ((z * 7 + y * 5 + x * 3) % 11) as f32 * 9.0;
        if away(at) < 6.0 { 10.0 + texture } else { -90.0 + texture }
    };
    let image = Array3::from_shape_fn(grid.shape, hu);
    let voxels = Array3::from_shape_fn(grid.shape, |at| away(at) < 6.0);
    let image = Volume::new(grid.clone(), image, Intensity::Hounsfield).expect("shapes agree");
    (image, Mask::new(grid, voxels).expect("shapes agree"))
}

/// A lesion of which nothing else is known, with nothing around it.
pub fn subject<'a>(
    image: &'a Volume,
    mask: &'a Mask,
    acquisition: &'a Acquisition,
) -> Subject<'a> {
    let around = Around::default();
    Subject { case: "case", roi: "lesion", image, mask, acquisition, around, below: &[] }
}
