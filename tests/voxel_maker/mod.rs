//! Small writers of NRRD, `.seg.nrrd` and MetaImage.

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use perirad::geometry::{Grid, Vec3};
use std::io::Write;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).expect("memory takes bytes");
    out.finish().expect("memory takes bytes")
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).expect("memory takes bytes");
    out.finish().expect("memory takes bytes")
}

fn vector(v: Vec3) -> String {
    format!("({},{},{})", v[0], v[1], v[2])
}

/// An axis as a vector of the length of its spacing.
fn step(grid: &Grid, axis: usize) -> Vec3 {
    grid.axes[axis].map(|c| c * grid.spacing[axis])
}

/// The header of an NRRD file in LPS or RAS, without the empty line that ends it; `layers` are its
/// first axis where there are some.
pub(crate) fn nrrd_header(
    grid: &Grid,
    layers: Option<usize>,
    number: &str,
    encoding: &str,
    ras: bool,
) -> String {
    let turn = |v: Vec3| if ras { [-v[0], -v[1], v[2]] } else { v };
    let [nz, ny, nx] = grid.shape;
    let list = layers.map_or(String::new(), |n| format!("{n} "));
    let none = layers.map_or("", |_| "none ");
    let directions: Vec<_> = [2, 1, 0].iter().map(|axis| vector(turn(step(grid, *axis)))).collect();
    format!(
        "NRRD0004\n# a comment\ntype: {number}\ndimension: {}\nspace: {}\nsizes: {list}{nx} {ny} \
         {nz}\nspace directions: {none}{}\nkinds: {}domain domain domain\nendian: little\n\
         encoding: {encoding}\nspace origin: {}\n",
        if layers.is_some() { 4 } else { 3 },
        if ras { "right-anterior-superior" } else { "left-posterior-superior" },
        directions.join(" "),
        layers.map_or("", |_| "list "),
        vector(turn(grid.origin)),
    )
}

/// A whole NRRD file.
pub(crate) fn nrrd(header: &str, data: &[u8]) -> Vec<u8> {
    [header.as_bytes(), b"\n", data].concat()
}

/// The header of a MetaImage file up to the name of its data file.
pub(crate) fn metaimage_header(grid: &Grid, number: &str, packed: bool, data: &str) -> String {
    let [nz, ny, nx] = grid.shape;
    let [dz, dy, dx] = grid.spacing;
    let turn: Vec<_> =
        [2, 1, 0].iter().flat_map(|a| grid.axes[*a]).map(|c| c.to_string()).collect();
    let [x, y, z] = grid.origin;
    format!(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n\
         CompressedData = {}\nTransformMatrix = {}\nOffset = {x} {y} {z}\n\
         CenterOfRotation = 0 0 0\nAnatomicalOrientation = RAI\nElementSpacing = {dx} {dy} {dz}\n\
         DimSize = {nx} {ny} {nz}\nElementType = {number}\nElementDataFile = {data}\n",
        if packed { "True" } else { "False" },
        turn.join(" "),
    )
}
