//! Gzipped voxels, and the checksum behind them.

use super::IoError;
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read, copy, sink};

/// How a gzip member begins.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The members of a gzip file, one after another. Where what follows a member does not begin like
/// another, the file ends there: some are padded with zeros.
pub(super) struct Gzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gzip<R> {
    pub fn new(source: R) -> Self {
        Self { member: Some(GzDecoder::new(source)) }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = self.member.as_mut().filter(|_| !into.is_empty()) {
            let count = member.read(into)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(mut source) = self.member.take().map(GzDecoder::into_inner) else { break };
            if source.fill_buf()?.first() == Some(&GZIP[0]) {
                *self = Self::new(source);
            }
        }
        Ok(0)
    }
}

/// Reads a compressed stream whose voxels were read to its end: only there is its checksum compared.
///
/// # Errors
/// [`IoError::Checksum`] where it is another, or absent.
pub(super) fn check(file: &str, mut stream: impl Read) -> Result<(), IoError> {
    let ended = copy(&mut stream, &mut sink());
    let why =
        |error: io::Error| IoError::Checksum { file: file.to_owned(), why: error.to_string() };
    ended.map(drop).map_err(why)
}
