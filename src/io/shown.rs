//! Names of files as they may be shown: without the folders, which exporters name after patients.

use super::files::ReadSeek;
use super::{Files, IoError};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// Files under the last part of their names. Where files of several folders have that in common, the
/// number of the folder comes before: `folder 2/0001.dcm`, counted over folders that hold files, in
/// the order of their names.
pub struct Shown {
    files: Arc<dyn Files + Send + Sync>,
    /// In the order of the files' own names, which decides what is read first.
    names: Vec<String>,
    /// Links that are not followed.
    links: Vec<String>,
    /// The own name of each file and link.
    own: BTreeMap<String, String>,
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

impl Shown {
    /// The same files.
    pub fn new(files: Arc<dyn Files + Send + Sync>) -> Self {
        let (mut all, listed) = (files.names(), files.names().len());
        all.extend(files.not_followed());
        let (mut folders, mut count) = (BTreeMap::new(), BTreeMap::new());
        // Folders of nothing but links come after those that hold files.
        let holding: BTreeSet<&str> = all[..listed].iter().map(|name| split(name).0).collect();
        let linking: BTreeSet<&str> = all[listed..].iter().map(|name| split(name).0).collect();
        for folder in holding.iter().chain(linking.difference(&holding)) {
            folders.insert(*folder, folders.len() + 1);
        }
        for name in &all {
            *count.entry(split(name).1).or_insert(0_usize) += 1;
        }
        let shown = |name: &&str| {
            let (folder, last) = split(name);
            match (count.get(last), folders.get(folder)) {
                (Some(2..), Some(number)) => format!("folder {number}/{last}"),
                _ => last.to_owned(),
            }
        };
        let mut names: Vec<String> = all.iter().map(shown).collect();
        let own = names.iter().cloned().zip(all.iter().map(|name| (*name).to_owned())).collect();
        let links = names.split_off(listed);
        Self { files, names, links, own }
    }

    fn own<'a>(&'a self, name: &'a str) -> &'a str {
        self.own.get(name).map_or(name, String::as_str)
    }
}

/// An error of reading under the name that is shown.
fn under<T>(name: &str, read: Result<T, IoError>) -> Result<T, IoError> {
    read.map_err(|error| match error {
        IoError::Read { source, .. } => IoError::Read { file: name.to_owned(), source },
        other => other,
    })
}

impl Files for Shown {
    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
    fn not_followed(&self) -> Vec<&str> {
        self.links.iter().map(String::as_str).collect()
    }
    fn folder<'a>(&'a self, name: &'a str) -> &'a str {
        self.files.folder(self.own(name))
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        self.files.open(self.own(name))
    }
    fn size(&self, name: &str) -> io::Result<u64> {
        self.files.size(self.own(name))
    }
    fn read_at(&self, name: &str, offset: u64, limit: u64) -> Result<Vec<u8>, IoError> {
        under(name, self.files.read_at(self.own(name), offset, limit))
    }
    fn head(&self, name: &str, limit: u64) -> Result<(Vec<u8>, u64), IoError> {
        under(name, self.files.head(self.own(name), limit))
    }
    fn beside(&self, file: &str, name: &str) -> Option<String> {
        let own = self.files.beside(self.own(file), name)?;
        let listed =
            self.own.iter().find(|(_, known)| **known == own).map(|(shown, _)| shown.clone());
        // Beside a single file there may be one that is not listed.
        listed.or_else(|| (self.names.len() == 1 && !own.contains('/')).then_some(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;

    #[test]
    fn folders_are_not_shown_and_files_stay_what_they_are() {
        let mut files = Memory::default();
        for name in ["DOE/CT/1", "DOE/CT/2", "DOE/RS/1", "DOE/RS/a.mhd", "DOE/RS/2.raw", "b.raw"] {
            files.insert(name, name.as_bytes());
        }
        let shown = Shown::new(Arc::new(files));
        let names = ["folder 2/1", "2", "folder 3/1", "2.raw", "a.mhd", "b.raw"];
        assert_eq!(shown.names(), names);
        for (name, own) in [("folder 3/1", "DOE/RS/1"), ("2", "DOE/CT/2"), ("b.raw", "b.raw")] {
            assert_eq!(shown.read(name).unwrap(), own.as_bytes());
            assert_eq!(shown.head(name, 99).unwrap().1, own.len() as u64);
        }
        // A header means the files of its own folder only.
        assert_eq!(shown.beside("a.mhd", "2.raw").as_deref(), Some("2.raw"));
        assert_eq!(shown.beside("a.mhd", "1").as_deref(), Some("folder 3/1"));
        assert_eq!(shown.beside("a.mhd", "b.raw"), None);
        let folders = ["folder 2/1", "2", "folder 3/1", "b.raw"].map(|name| shown.folder(name));
        assert_eq!(folders, ["DOE/CT", "DOE/CT", "DOE/RS", ""]);
    }
}
