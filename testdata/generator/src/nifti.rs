//! Uncompressed NIfTI-1 files, little endian.

use crate::field::Lattice;

/// Bytes of header and the empty extension flag: where voxels begin.
const VOXELS_AT: usize = 352;

/// A NIfTI-1 file of 16-bit signed voxels `[z, y, x]` on a centred lattice.
pub fn image(lattice: &Lattice, voxels: &[i16]) -> Vec<u8> {
    let mut bytes = header(lattice, 4, 16);
    bytes.extend(voxels.iter().flat_map(|v| v.to_le_bytes()));
    bytes
}

/// A NIfTI-1 file of 8-bit labels, 0 and 1.
pub fn mask(lattice: &Lattice, voxels: &[bool]) -> Vec<u8> {
    let labels: Vec<u8> = voxels.iter().map(|v| u8::from(*v)).collect();
    labelled(lattice, &labels)
}

/// A NIfTI-1 file of 8-bit labels.
pub fn labelled(lattice: &Lattice, labels: &[u8]) -> Vec<u8> {
    let mut bytes = header(lattice, 2, 8);
    bytes.extend(labels);
    bytes
}

fn header(lattice: &Lattice, datatype: i16, bits: i16) -> Vec<u8> {
    let mut bytes = vec![0; VOXELS_AT];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    let [nz, ny, nx] = lattice.shape;
    let [dz, dy, dx] = lattice.spacing.map(|d| d as f32);
    put(0, &348_i32.to_le_bytes());
    for (i, n) in [3, nx, ny, nz, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * i, &(n as i16).to_le_bytes());
    }
    put(70, &datatype.to_le_bytes());
    put(72, &bits.to_le_bytes());
    for (i, d) in [1.0, dx, dy, dz].into_iter().enumerate() {
        put(76 + 4 * i, &d.to_le_bytes());
    }
    put(108, &(VOXELS_AT as f32).to_le_bytes());
    put(112, &1.0_f32.to_le_bytes());
    // Millimetres.
    put(123, &[2]);
    put(148, b"perirad synthetic phantom");
    // The sform: scanner coordinates, RAS, so x and y of the LPS lattice change sign.
    put(254, &1_i16.to_le_bytes());
    let [x, y, z] = lattice.at([0.0; 3]).map(|c| c as f32);
    let rows = [[-dx, 0.0, 0.0, -x], [0.0, -dy, 0.0, -y], [0.0, 0.0, dz, z]];
    for (i, value) in rows.into_iter().flatten().enumerate() {
        put(280 + 4 * i, &value.to_le_bytes());
    }
    put(344, b"n+1\0");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_marks_are_in_place() {
        let lattice = Lattice { shape: [2, 3, 4], spacing: [2.5, 0.9, 0.9] };
        let file = image(&lattice, &[-1024; 24]);
        assert_eq!(file.len(), 352 + 48);
        assert_eq!((&file[344..348], &file[352..354]), (&b"n+1\0"[..], &[0x00, 0xfc][..]));
        assert_eq!(mask(&lattice, &[true; 24]).len(), 352 + 24);
    }
}
