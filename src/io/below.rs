//! A part of a set of files, as a set of its own.

use super::Files;
use super::files::ReadSeek;
use std::io;

/// The files of one folder of a set, or one file of it.
pub struct Below<'a> {
    files: &'a dyn Files,
    /// What the names of the set have before those of the part; empty where it is one file.
    prefix: String,
    names: Vec<&'a str>,
}

impl<'a> Below<'a> {
    /// What `files` has at `place`; `None` where it has nothing.
    pub fn of(files: &'a dyn Files, place: &str) -> Option<Self> {
        let all = files.names();
        if let Some(file) = all.iter().find(|name| **name == place) {
            return Some(Self { files, prefix: String::new(), names: vec![file] });
        }
        let prefix = format!("{place}/");
        let names: Vec<_> = all.iter().filter_map(|name| name.strip_prefix(&prefix)).collect();
        (!names.is_empty()).then_some(Self { files, prefix, names })
    }

    fn full(&self, name: &str) -> io::Result<String> {
        if self.names.contains(&name) {
            Ok(format!("{}{name}", self.prefix))
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

impl Files for Below<'_> {
    fn names(&self) -> Vec<&str> {
        self.names.clone()
    }
    fn not_followed(&self) -> Vec<&str> {
        if self.prefix.is_empty() {
            return Vec::new();
        }
        let links = self.files.not_followed().into_iter();
        links.filter_map(|name| name.strip_prefix(&self.prefix)).collect()
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        self.files.open(&self.full(name)?)
    }
    fn size(&self, name: &str) -> io::Result<u64> {
        self.files.size(&self.full(name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;

    #[test]
    fn a_folder_or_a_file_of_a_set_is_a_set() {
        let mut files = Memory::default();
        files.insert("ct/1", *b"one");
        files.insert("ct/sub/2", *b"two");
        files.insert("mask", *b"m");
        let ct = Below::of(&files, "ct").unwrap();
        assert_eq!(ct.names(), ["1", "sub/2"]);
        assert_eq!(ct.read("sub/2").unwrap(), b"two");
        assert!(ct.read("mask").is_err());
        let mask = Below::of(&files, "mask").unwrap();
        assert_eq!((mask.names(), mask.read("mask").unwrap()), (vec!["mask"], b"m".to_vec()));
        assert!(Below::of(&files, "c").is_none());
    }
}
