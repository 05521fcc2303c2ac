//! Short names for content: settings, model files, images.

use sha2::{Digest as _, Sha256};

/// A SHA-256 in the making; equal bytes in equal order give equal digits.
#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes);
    }

    /// The first 16 hexadecimal digits.
    pub fn digits(self) -> String {
        format!("{:x}", self.0.finalize()).chars().take(16).collect()
    }

    /// The digits of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> String {
        let mut digest = Self::default();
        digest.update(bytes);
        digest.digits()
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn digits_are_those_of_sha256() {
        // FIPS 180-4, SHA-256 of "abc": ba7816bf 8f01cfea …
        assert_eq!(Digest::of("abc"), "ba7816bf8f01cfea");
    }
}
