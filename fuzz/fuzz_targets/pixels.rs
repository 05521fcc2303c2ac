//! Pixels, native and in every compressed transfer syntax that is read.
//!
//! Six bytes select the syntax and what the header declares: rows, columns, Bits Allocated and sign,
//! Bits Stored, frames. The rest are the pixels, in fragments between `CUT!` where compressed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perirad::io::Memory;
use perirad::io::dicom::stored;
use perirad_fuzz::MEMORY;

/// Native little and big endian first; the first byte selects one.
const SYNTAXES: [&str; 10] = [
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.8.1",
];

fuzz_target!(|data: &[u8]| {
    let Some((&[syntax, rows, columns, bits, stored_bits, frames], pixels)) =
        data.split_first_chunk()
    else {
        return;
    };
    let syntax = usize::from(syntax) % SYNTAXES.len();
    let big = syntax == 1;
    let allocated = [1, 8, 16, 32][usize::from(bits & 3)];
    let stored_bits = u16::from(stored_bits) % (allocated + 2);
    let mut file = meta(SYNTAXES[syntax]);
    let count = frames % 4;
    if count > 0 {
        put(&mut file, 0x0008, *b"IS", &[b'0' + count, b' '], big);
    }
    for (element, value) in [
        (0x0010, u16::from(rows) + 1),
        (0x0011, u16::from(columns) + 1),
        (0x0100, allocated),
        (0x0101, stored_bits),
        (0x0102, stored_bits.wrapping_sub(1)),
        (0x0103, u16::from(bits >> 2 & 1)),
    ] {
        let value = if big { value.to_be_bytes() } else { value.to_le_bytes() };
        put(&mut file, element, *b"US", &value, big);
    }
    let samples = if big { [0, 1] } else { [1, 0] };
    put(&mut file, 0x0002, *b"US", &samples, big);
    if syntax < 2 {
        let word = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let length = pixels.len() as u32;
        file.extend([word(0x7FE0), word(0x0010), *b"OW", [0, 0]].concat());
        file.extend(if big { length.to_be_bytes() } else { length.to_le_bytes() });
        file.extend(pixels);
    } else {
        file.extend([0xE0, 0x7F, 0x10, 0, b'O', b'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        // An empty offset table comes first.
        fragment(&mut file, &[]);
        let mut rest = pixels;
        while let Some(cut) = rest.windows(4).position(|w| w == b"CUT!") {
            fragment(&mut file, &rest[..cut]);
            rest = &rest[cut + 4..];
        }
        fragment(&mut file, rest);
        file.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    }
    let mut files = Memory::default();
    files.insert("a.dcm", file);
    let _ = stored(&files, "a.dcm", MEMORY);
});

/// Preamble and file meta group.
fn meta(syntax: &str) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM\x02\x00\x10\x00UI");
    file.extend((syntax.len() as u16).to_le_bytes());
    file.extend(syntax.bytes());
    file
}

/// An element of group 0028.
fn put(file: &mut Vec<u8>, element: u16, vr: [u8; 2], value: &[u8], big: bool) {
    let word = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    file.extend([word(0x0028), word(element), vr, word(value.len() as u16)].concat());
    file.extend(value);
}

fn fragment(file: &mut Vec<u8>, value: &[u8]) {
    file.extend([0xFE, 0xFF, 0x00, 0xE0]);
    file.extend((value.len() as u32).to_le_bytes());
    file.extend(value);
}
