//! Real cases against what pydicom, SimpleITK, MIRP and highdicom read
//! (`tests/python/packages_oracle.py`): the same voxels in the same places.
#![cfg(all(feature = "dicom", feature = "nifti"))]

use crate::common::{Row, data, file, python, rows};
use ndarray::Array3;
use perirad::engine::{Engine, MemoryLimit};
use perirad::geometry::{Grid, Vec3, dot, norm, sub};
use perirad::image::{Acquisition, Intensity, Mask, Volume};
use perirad::io::dicom::stored;
use perirad::io::source::{ImageChoice, LesionChoice, LoadedImage, MaskSource};
use perirad::io::{Folder, open_image, open_mask};
use std::path::Path;
use std::process::Command;

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

/// A file of the script's.
struct Theirs<'a> {
    row: &'a Row,
    shape: [usize; 3],
    bytes: Vec<u8>,
}

impl<'a> Theirs<'a> {
    fn read(folder: &Path, row: &'a Row) -> Self {
        let shape: Vec<usize> = row["shape"].split(' ').map(|n| n.parse().unwrap()).collect();
        let bytes = std::fs::read(folder.join(&row["file"])).unwrap();
        Self { row, shape: shape.try_into().unwrap(), bytes }
    }

    fn numbers(&self, column: &str) -> [f64; 3] {
        let list: Vec<f64> = self.row[column].split(' ').map(|n| n.parse().unwrap()).collect();
        list.try_into().unwrap()
    }

    fn name(&self) -> String {
        ["case", "package", "part"].map(|column| self.row[column].as_str()).join(" ")
    }

    fn volume(&self) -> Array3<f32> {
        let values =
            self.bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        Array3::from_shape_vec(self.shape, values.collect()).unwrap()
    }

    fn mask(&self) -> Array3<bool> {
        let values = self.bytes.iter().map(|byte| *byte != 0);
        Array3::from_shape_vec(self.shape, values.collect()).unwrap()
    }

    /// Does the lattice begin and end where theirs does? Numbers rounded to `f32` differ by less
    /// than 1e-4 mm.
    fn lies_on(&self, grid: &Grid) {
        let name = self.name();
        assert_eq!(grid.shape, self.shape, "{name}");
        let (origin, spacing) = (self.numbers("origin_xyz"), self.numbers("spacing_zyx"));
        assert!(norm(sub(origin, grid.origin)) < 1e-4, "{name}: {origin:?} {:?}", grid.origin);
        for axis in 0..3 {
            let apart = (spacing[axis] - grid.spacing[axis]).abs() * grid.shape[axis] as f64;
            assert!(apart < 1e-4, "{name}: {spacing:?} {:?}", grid.spacing);
        }
    }

    /// Voxels that only the mask has, and that only they have.
    fn differ(&self, mask: &Mask) -> [Vec<[usize; 3]>; 2] {
        let (name, theirs) = (self.name(), self.mask());
        assert_eq!(theirs.dim(), mask.voxels().dim(), "{name}");
        assert!(mask.count() > 0, "{name}");
        let only = |a: &Array3<bool>, b: &Array3<bool>| {
            let found = a.indexed_iter().zip(b).filter(|((_, a), b)| **a && !**b);
            found.map(|(((z, y, x), _), _)| [z, y, x]).collect()
        };
        [only(mask.voxels(), &theirs), only(&theirs, mask.voxels())]
    }
}

fn image_case(root: &Path, all: &[Theirs<'_>]) -> usize {
    let case = &all[0].row["case"];
    let engine = Engine::new(0);
    let image = open_image(&root.join(case).join("dicom"), &CHOICE, &engine).unwrap();
    let drawn = open_mask(&root.join(case).join("dicom_rtstruct"), &engine).unwrap();
    for theirs in all {
        let roi = theirs.row["part"].as_str();
        if roi.is_empty() {
            theirs.lies_on(&image.volume.grid);
            assert_eq!(theirs.volume(), image.volume.data, "{}", theirs.name());
        } else {
            let choice = LesionChoice { roi: Some(roi), label: None };
            let mask = drawn.lesion(choice, &image).unwrap().mask;
            let differ = theirs.differ(&mask);
            let counts = differ.each_ref().map(Vec::len);
            let expected = ON_THE_CONTOUR.iter().find(|(name, _)| *name == roi);
            assert_eq!(counts, expected.map_or([0, 0], |(_, n)| *n), "{}", theirs.name());
            for at in differ.concat() {
                let mm =
                    from_contour(&drawn, roi, image.volume.grid.to_patient(at.map(|i| i as f64)));
                assert!(mm < 4.0 * VERTEX, "{} {at:?}: {mm} mm off the contour", theirs.name());
            }
        }
    }
    all.len()
}

/// MIRP rounds vertices to 5 decimals of a voxel.
const VERTEX: f64 = 1e-5;

/// Voxels that only perirad, and only MIRP, counts as inside, of shapes drawn through the centres of
/// voxels. What becomes of a centre on the contour itself is a convention: perirad counts crossings
/// to one side of it, MIRP asks for odd crossings to either side, of vertices it rounded first. The
/// contours of the real lesions meet no centre: there the two agree in every voxel.
const ON_THE_CONTOUR: [(&str, [usize; 2]); 5] = [
    ("sphere", [0, 2]),
    ("ellipsoid", [0, 2]),
    ("torus", [7, 11]),
    ("hollow_sphere", [5, 8]),
    ("straw", [30, 60]),
];

/// Distance in mm of a point from the nearest contour of its plane.
fn from_contour(drawn: &MaskSource, roi: &str, point: Vec3) -> f64 {
    let MaskSource::Structures(set) = drawn else { panic!("it is an RTSTRUCT") };
    let roi = set.rois.iter().find(|own| own.name == roi).unwrap();
    let mut nearest = f64::INFINITY;
    for contour in roi.contours(&set.file).unwrap() {
        let next = contour.points.iter().cycle().skip(1);
        for (a, b) in contour.points.iter().zip(next) {
            let (edge, to) = (sub(*b, *a), sub(point, *a));
            let along = dot(to, edge) / dot(edge, edge).max(f64::MIN_POSITIVE);
            let foot = edge.map(|c| c * along.clamp(0.0, 1.0));
            nearest = nearest.min(norm(sub(to, foot)));
        }
    }
    nearest
}

fn segment_case(root: &Path, all: &[Theirs<'_>]) -> usize {
    let mask = open_mask(&root.join(&all[0].row["case"]), &Engine::serial()).unwrap();
    let MaskSource::Segments(set) = &mask else { panic!("it is a SEG") };
    let [z, y, x] = set.grid.shape;
    let volume = Volume::new(set.grid.clone(), Array3::zeros((z, y, x)), Intensity::Arbitrary);
    let image = LoadedImage {
        name: "image".into(),
        volume: volume.unwrap(),
        acquisition: Acquisition::default(),
        series_uid: None,
        frame_of_reference: set.frame_of_reference.clone(),
        patient: None,
        warnings: Vec::new(),
    };
    for theirs in all {
        theirs.lies_on(&set.grid);
        let choice = LesionChoice { roi: None, label: theirs.row["part"].parse().ok() };
        let differ = theirs.differ(&mask.lesion(choice, &image).unwrap().mask);
        assert_eq!(differ.each_ref().map(Vec::len), [0, 0], "{}", theirs.name());
    }
    all.len()
}

/// Irreversible JPEG 2000: decoders may round each value up or down, no more.
fn lossy_case(root: &Path, theirs: &Theirs<'_>) -> usize {
    let path = root.join(&theirs.row["case"]);
    let name = path.file_name().unwrap().to_str().unwrap();
    let ours = stored(&Folder::open(&path).unwrap(), name, MemoryLimit::default())
        .unwrap()
        .unwrap()
        .values;
    let theirs_values = theirs.volume();
    assert_eq!(ours.dim(), theirs_values.dim());
    let apart = ours.iter().zip(&theirs_values).map(|(a, b)| (*a - *b as i64).abs());
    let largest = apart.max().unwrap();
    assert!(largest <= 1, "{}: {largest}", theirs.name());
    1
}

#[test]
fn packages_read_the_same_voxels_of_real_cases() {
    let (Some(_), Some(python)) = (data("real_ct"), python()) else { return };
    let root = data("").unwrap();
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(python)
        .arg(file("tests/python/packages_oracle.py"))
        .args([root.as_path(), out.path()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = rows(&std::fs::read_to_string(out.path().join("table.csv")).unwrap());
    let (mut images, mut segments, mut lossy) = (0, 0, 0);
    for rows in table.chunk_by(|a, b| a["case"] == b["case"]) {
        let all: Vec<Theirs<'_>> = rows.iter().map(|row| Theirs::read(out.path(), row)).collect();
        match (rows[0]["package"].as_str(), rows[0]["part"].as_str()) {
            (_, "stored") => lossy += lossy_case(&root, &all[0]),
            ("highdicom", _) => segments += segment_case(&root, &all),
            _ => images += image_case(&root, &all),
        }
    }
    // Three packages read seven images; MIRP draws 6 lesions and 7 shapes.
    assert_eq!((images, segments, lossy), (3 * 7 + 6 + 7, 6, 3));
}
