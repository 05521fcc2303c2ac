//! Volumes and masks to NIfTI-1.

use crate::geometry::{Grid, Vec3, cross, dot};
use crate::image::{Mask, Volume};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// Voxels start here: header of 348 bytes and four that say "no extensions".
const OFFSET: usize = 352;

/// Stored types: code and bits.
const UINT8: (i16, i16) = (2, 8);
const INT16: (i16, i16) = (4, 16);
const FLOAT32: (i16, i16) = (16, 32);

/// Writes a volume: `int16` where all its values are whole and fit, else `float32`.
///
/// # Errors
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for more than 32767 voxels along an axis.
pub fn write_volume(out: impl Write, volume: &Volume, gzip: bool) -> io::Result<()> {
    let fits = |v: f32| v.fract() == 0.0 && (-32768.0..=32767.0).contains(&v);
    let whole = volume.data.iter().all(|v| fits(*v));
    let bytes: Vec<u8> = if whole {
        volume.data.iter().flat_map(|v| (*v as i16).to_le_bytes()).collect()
    } else {
        volume.data.iter().flat_map(|v| v.to_le_bytes()).collect()
    };
    write(out, &volume.grid, if whole { INT16 } else { FLOAT32 }, &bytes, gzip)
}

/// Writes a mask as `uint8`: 1 inside, 0 outside.
///
/// # Errors
/// As for [`write_volume`].
pub fn write_mask(out: impl Write, mask: &Mask, gzip: bool) -> io::Result<()> {
    let bytes: Vec<u8> = mask.voxels().iter().map(|v| u8::from(*v)).collect();
    write(out, mask.grid(), UINT8, &bytes, gzip)
}

fn write(
    mut out: impl Write,
    grid: &Grid,
    stored: (i16, i16),
    voxels: &[u8],
    gzip: bool,
) -> io::Result<()> {
    let header = header(grid, stored)?;
    if !gzip {
        out.write_all(&header)?;
        out.write_all(voxels)?;
        return out.flush();
    }
    let mut packed = GzEncoder::new(out, Compression::default());
    packed.write_all(&header)?;
    packed.write_all(voxels)?;
    packed.finish()?.flush()
}

/// The header (nifti1.h), little endian, with equal sform and qform in scanner coordinates.
fn header(grid: &Grid, (datatype, bits): (i16, i16)) -> io::Result<[u8; OFFSET]> {
    let mut bytes = [0; OFFSET];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    put(40, &3_i16.to_le_bytes());
    for (axis, n) in grid.shape.iter().rev().chain([&1; 4]).enumerate() {
        let n = i16::try_from(*n).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("NIfTI-1 cannot hold {n} voxels"))
        })?;
        put(42 + 2 * axis, &n.to_le_bytes());
    }
    put(70, &datatype.to_le_bytes());
    put(72, &bits.to_le_bytes());
    let ras = |v: Vec3| [-v[0], -v[1], v[2]];
    let axes = [ras(grid.axes[2]), ras(grid.axes[1]), ras(grid.axes[0])];
    let spacing = [grid.spacing[2], grid.spacing[1], grid.spacing[0]];
    let handed = if dot(cross(axes[0], axes[1]), axes[2]) < 0.0 { -1.0 } else { 1.0 };
    let float = |v: f64| (v as f32).to_le_bytes();
    put(76, &float(handed));
    for axis in 0..3 {
        put(80 + 4 * axis, &float(spacing[axis]));
    }
    put(108, &(OFFSET as f32).to_le_bytes());
    put(112, &1_f32.to_le_bytes());
    put(123, &[2]); // millimetres
    put(252, &1_i16.to_le_bytes());
    put(254, &1_i16.to_le_bytes());
    let origin = ras(grid.origin);
    let turn = quaternion([axes[0], axes[1], axes[2].map(|c| c * handed)]);
    for (at, value) in turn.into_iter().chain(origin).enumerate() {
        put(256 + 4 * at, &float(value));
    }
    for row in 0..3 {
        for column in 0..3 {
            put(280 + 16 * row + 4 * column, &float(axes[column][row] * spacing[column]));
        }
        put(280 + 16 * row + 12, &float(origin[row]));
    }
    put(344, b"n+1\0");
    Ok(bytes)
}

/// The vector part of the unit quaternion, its scalar part not negative, of a rotation given by
/// its columns.
fn quaternion(columns: [Vec3; 3]) -> Vec3 {
    let at = |row: usize, column: usize| columns[column][row];
    // Four ways to the same rotation; the largest component loses no digits.
    let squares = [
        1.0 + at(0, 0) + at(1, 1) + at(2, 2),
        1.0 + at(0, 0) - at(1, 1) - at(2, 2),
        1.0 - at(0, 0) + at(1, 1) - at(2, 2),
        1.0 - at(0, 0) - at(1, 1) + at(2, 2),
    ];
    let largest = (0..4).max_by(|a, b| squares[*a].total_cmp(&squares[*b])).unwrap_or(0);
    let size = 2.0 * squares[largest].max(0.0).sqrt();
    let (yz, zx, xy) = (at(2, 1) - at(1, 2), at(0, 2) - at(2, 0), at(1, 0) - at(0, 1));
    let (bc, bd, cd) = (at(0, 1) + at(1, 0), at(0, 2) + at(2, 0), at(1, 2) + at(2, 1));
    let [a, b, c, d] = match largest {
        0 => [size / 4.0, yz / size, zx / size, xy / size],
        1 => [yz / size, size / 4.0, bc / size, bd / size],
        2 => [zx / size, bc / size, size / 4.0, cd / size],
        _ => [xy / size, bd / size, cd / size, size / 4.0],
    };
    if a < 0.0 { [-b, -c, -d] } else { [b, c, d] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::MemoryLimit;
    use crate::geometry::difference;
    use crate::image::Intensity;
    use crate::io::nifti::read;
    use ndarray::Array3;
    use std::sync::Arc;

    #[test]
    fn what_is_written_is_read_back_in_any_orientation() {
        let (c, s) = (0.6, 0.8);
        let turned = [[0.0, s, c], [0.0, c, -s], [-1.0, 0.0, 0.0]];
        let straight = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let flipped = [[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        for axes in [turned, straight, flipped] {
            let spacing = [3.27, 0.976_562, 0.9];
            let grid = Grid::new([2, 3, 4], spacing, [-100.25, 50.5, 7.125], axes).unwrap();
            let grid = Arc::new(grid);
            for (scale, gzip) in [(1.0, false), (0.5, true)] {
                let data = Array3::from_shape_fn((2, 3, 4), |(z, y, x)| {
                    scale * (100 * z + 10 * y + x) as f32 - 1000.0
                });
                let volume = Volume::new(grid.clone(), data, Intensity::Hounsfield).unwrap();
                let mut bytes = Vec::new();
                write_volume(&mut bytes, &volume, gzip).unwrap();
                let back = read("v.nii", &bytes, MemoryLimit::default()).unwrap();
                assert!(back.warnings.is_empty(), "{:?}", back.warnings);
                assert_eq!(back.grid.spacing, spacing);
                assert!(difference(&grid, &back.grid).unwrap().mm < 1e-5);
                assert_eq!(back.volume(Intensity::Hounsfield).unwrap().data, volume.data);
            }
            let voxels = Array3::from_shape_fn((2, 3, 4), |(z, _, x)| z == 1 && x > 1);
            let mask = Mask::new(grid.clone(), voxels).unwrap();
            let mut bytes = Vec::new();
            write_mask(&mut bytes, &mask, true).unwrap();
            let labels =
                read("m.nii.gz", &bytes, MemoryLimit::default()).unwrap().labels().unwrap();
            assert_eq!(labels.mask_of(1).unwrap().voxels(), mask.voxels());
        }
    }
}
