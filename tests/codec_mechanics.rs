//! Damaged pixels of every transfer syntax: read or refused, never a panic, and soon.
#![cfg(feature = "dicom")]

use crate::common::data;
use perirad::engine::MemoryLimit;
use perirad::error::Diagnose;
use perirad::io::Memory;
use perirad::io::dicom::stored;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Small files of each syntax, and large ones of those that have no small one; the large ones are
/// damaged fewer times.
const SAMPLES: [(&str, usize); 15] = [
    ("misc/MR_small_RLE.dcm", 2000),
    ("misc/MR_small_jp2klossless.dcm", 2000),
    ("misc/MR_small_jpeg_ls_lossless.dcm", 2000),
    ("misc/MR_small_bigendian.dcm", 500),
    ("misc/JPEG2000.dcm", 300),
    ("misc/693_J2KI.dcm", 50),
    ("misc/image_dfl.dcm", 50),
    ("seg_pydicom/liver_j2k.dcm", 150),
    ("seg_pydicom/liver_rle.dcm", 300),
    ("seg_pydicom/liver_deflate.dcm", 300),
    ("wg04_ct1/CT1_JPLL.dcm", 300),
    ("wg04_ct1/CT1_JLSN.dcm", 100),
    ("wg04_ct1/CT1_JLSL.dcm", 50),
    ("wg04_ct1/CT1_J2KI.dcm", 50),
    ("wg04_ct1/CT1_J2KR.dcm", 20),
];

/// xorshift64: the same damage on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Changes one to four bytes behind the header of Pixel Data and of its first fragment, half of the
/// time among the first, where the stream's own headers are.
fn damaged(bytes: &[u8], pixels: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let headers = random.below(2) == 0;
    for _ in 0..=random.below(4) {
        let left = bytes.len().saturating_sub(pixels + 20);
        let at = (pixels + 20).min(bytes.len())
            + random.below(if headers { left.min(160) } else { left });
        if at >= bytes.len() {
            break;
        }
        match random.below(5) {
            0 => bytes[at] = random.below(256) as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = [0, 0xFF, 0x80, 1, 0xD9][random.below(5)],
            // Moves what is between, so that fragments keep their length and decoders see it.
            3 => {
                let value = bytes.remove(at);
                bytes.insert(at + random.below(bytes.len() - at), value);
            }
            _ if random.below(8) == 0 => bytes.truncate(at),
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
    }
    bytes
}

fn pixel_data(bytes: &[u8]) -> usize {
    let tags = [[0xE0, 0x7F, 0x10, 0x00], [0x7F, 0xE0, 0x00, 0x10]];
    let found = bytes.windows(4).rposition(|w| tags.iter().any(|tag| w == tag));
    found.unwrap_or(bytes.len() / 2)
}

fn try_all(
    root: &Path,
    file: &str,
    count: usize,
    seed: u64,
    outcomes: &mut BTreeMap<String, usize>,
) {
    let bytes = std::fs::read(root.join(file)).unwrap();
    let pixels = pixel_data(&bytes);
    let mut random = Random(seed);
    for round in 0..count {
        let mut files = Memory::default();
        files.insert("damaged.dcm", damaged(&bytes, pixels, &mut random));
        let start = Instant::now();
        let outcome = match stored(&files, "damaged.dcm", MemoryLimit::default()) {
            Ok(_) => "read",
            Err(error) => error.code(),
        };
        *outcomes.entry(format!("{file} {outcome}")).or_default() += 1;
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{file}, round {round}: {took:?}");
    }
}

#[test]
fn damaged_pixels_are_read_or_refused() {
    let Some(root) = data("dicom_odd") else { return };
    let times = std::env::var("PERIRAD_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut outcomes = BTreeMap::new();
    for (file, count) in SAMPLES {
        for seed in 1..=times {
            try_all(&root, file, count, 0x9E37_79B9_7F4A_7C15 ^ seed, &mut outcomes);
        }
    }
    println!("{outcomes:#?}");
    let refused = outcomes.iter().filter(|(name, _)| name.ends_with("dicom.frame"));
    assert!(refused.map(|(_, n)| n).sum::<usize>() > 2000);
}
