//! Named byte sources: the one place where paths are known.

use super::IoError;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes that can be read from any position.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A set of named byte sources: a folder, an upload, an archive.
///
/// Names are relative to the root, with `/` between their parts. They are what messages show, so that
/// readers are given [`Shown`](super::Shown) files where folders may be named after patients.
pub trait Files: Sync {
    /// All names, sorted.
    fn names(&self) -> Vec<&str>;
    /// Opens one for reading.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] for an unknown name, and whatever the source reports.
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>>;
    /// Names of links among the files that were not followed, sorted; what is at them is unknown.
    fn not_followed(&self) -> Vec<&str> {
        Vec::new()
    }
    /// The folder of a file or a link, to tell whether two are in the same: it is not for showing.
    fn folder<'a>(&'a self, name: &'a str) -> &'a str {
        name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
    /// Its length in bytes.
    ///
    /// # Errors
    /// As for [`Files::open`].
    fn size(&self, name: &str) -> io::Result<u64>;

    /// Up to `limit` bytes from `offset` on.
    ///
    /// # Errors
    /// [`IoError::Read`].
    fn read_at(&self, name: &str, offset: u64, limit: u64) -> Result<Vec<u8>, IoError> {
        let failed = |source| IoError::Read { file: name.to_owned(), source };
        let size = self.size(name).map_err(failed)?;
        let mut reader = self.open(name).map_err(failed)?;
        reader.seek(SeekFrom::Start(offset)).map_err(failed)?;
        present(reader, size.saturating_sub(offset), limit).map_err(failed)
    }

    /// Its first bytes, up to `limit`, and how many it has.
    ///
    /// # Errors
    /// [`IoError::Read`].
    fn head(&self, name: &str, limit: u64) -> Result<(Vec<u8>, u64), IoError> {
        let failed = |source| IoError::Read { file: name.to_owned(), source };
        let size = self.size(name).map_err(failed)?;
        Ok((self.read_at(name, 0, limit)?, size))
    }

    /// The name of a file in the folder of another; `None` for one anywhere else.
    fn beside(&self, file: &str, name: &str) -> Option<String> {
        let plain =
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']);
        plain.then(|| match self.folder(file) {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        })
    }

    /// All bytes.
    ///
    /// # Errors
    /// [`IoError::Read`].
    fn read(&self, name: &str) -> Result<Vec<u8>, IoError> {
        self.read_at(name, 0, u64::MAX)
    }
}

/// The files of a folder and its subfolders, or one file.
#[derive(Debug)]
pub struct Folder {
    files: BTreeMap<String, PathBuf>,
    /// Links that lead out of the folder, or nowhere.
    links: BTreeSet<String>,
    /// Where a single file may have the file of its voxels, which has no name in the list.
    beside: Option<PathBuf>,
}

/// Folders nested deeper than this are not looked into.
const DEEPEST: usize = 32;

impl Folder {
    /// Lists `root`: everything below a folder, or the one file it is.
    ///
    /// Links that lead out of the folder, links to folders, and hidden files are passed over.
    ///
    /// # Errors
    /// [`IoError::Read`], which names the last part of the path only.
    pub fn open(root: &Path) -> Result<Self, IoError> {
        let shown = root.file_name().map_or("the given path".into(), readable);
        let failed = |source| IoError::Read { file: shown.clone(), source };
        let real = fs::canonicalize(root).map_err(failed)?;
        let mut found = Self { files: BTreeMap::new(), links: BTreeSet::new(), beside: None };
        if real.is_dir() {
            found.collect(&real, &real, "", DEEPEST).map_err(failed)?;
        } else {
            found.beside = real.parent().map(Path::to_owned);
            found.files.insert(shown, real);
        }
        Ok(found)
    }
}

impl Folder {
    /// The path of a listed file, or of a plain file beside the only one.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        if let Some(path) = self.files.get(name) {
            return Ok(path.clone());
        }
        let plain = !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']);
        let path = self.beside.as_ref().filter(|_| plain).map(|folder| folder.join(name));
        let path = path.ok_or(io::ErrorKind::NotFound)?;
        // A link could lead anywhere.
        let kind = fs::symlink_metadata(&path)?.file_type();
        if kind.is_file() { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

impl Folder {
    /// A file and its length.
    fn opened(&self, name: &str) -> io::Result<(File, u64)> {
        let file = File::open(self.path(name)?)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }
}

impl Folder {
    fn collect(
        &mut self,
        root: &Path,
        folder: &Path,
        prefix: &str,
        depth: usize,
    ) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        // Of names that read the same, which gets a number must not depend on the file system.
        entries.sort_by_cached_key(fs::DirEntry::file_name);
        for entry in entries {
            let part = readable(&entry.file_name());
            if part.starts_with('.') {
                continue;
            }
            let name = if prefix.is_empty() { part } else { format!("{prefix}/{part}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if depth > 0 {
                    self.collect(root, &entry.path(), &name, depth - 1)?;
                }
            } else if kind.is_file() {
                self.add(&name, entry.path());
            } else {
                let target = fs::canonicalize(entry.path());
                let inside = target.ok().filter(|target| target.starts_with(root));
                match inside {
                    Some(target) if target.is_file() => self.add(&name, target),
                    // What is in a folder of this one is listed there.
                    Some(_) => {}
                    None => drop(self.links.insert(name)),
                }
            }
        }
        Ok(())
    }
}

impl Folder {
    /// Lists a file; none takes the place of another whose name reads the same.
    fn add(&mut self, name: &str, path: PathBuf) {
        let mut own = name.to_owned();
        let mut number = 1;
        while self.files.contains_key(&own) {
            number += 1;
            own = format!("{name} ({number})");
        }
        self.files.insert(own, path);
    }
}

/// A name whose bytes are no UTF-8, as those of archives from elsewhere, has their numbers in their
/// place: `Sch%E4del`. Names that differ in nothing else stay apart.
fn readable(name: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    shown
}

impl Files for Folder {
    fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }
    fn not_followed(&self) -> Vec<&str> {
        self.links.iter().map(String::as_str).collect()
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(File::open(self.path(name)?)?))
    }
    fn size(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.path(name)?)?.len())
    }
    fn read_at(&self, name: &str, offset: u64, limit: u64) -> Result<Vec<u8>, IoError> {
        let failed = |source| IoError::Read { file: name.to_owned(), source };
        let (mut file, size) = self.opened(name).map_err(failed)?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        }
        present(file, size.saturating_sub(offset), limit).map_err(failed)
    }
    fn head(&self, name: &str, limit: u64) -> Result<(Vec<u8>, u64), IoError> {
        let failed = |source| IoError::Read { file: name.to_owned(), source };
        let (file, size) = self.opened(name).map_err(failed)?;
        Ok((present(file, size, limit).map_err(failed)?, size))
    }
}

/// Up to `limit` of the `size` bytes to come. Memory is claimed for bytes that exist, never for bytes
/// that were asked for.
fn present(reader: impl Read, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0));
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files that are bytes already.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds or replaces one.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), bytes.into());
    }
}

impl Files for Memory {
    fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        let bytes = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.as_slice())))
    }
    fn size(&self, name: &str) -> io::Result<u64> {
        let bytes = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_parts_and_knows_its_names() {
        let mut files = Memory::default();
        files.insert("b", *b"0123456789");
        files.insert("a/x", *b"");
        assert_eq!(files.names(), ["a/x", "b"]);
        assert_eq!(files.read_at("b", 3, 4).unwrap(), b"3456");
        assert_eq!(files.read_at("b", 8, u64::MAX).unwrap(), b"89");
        assert!(files.read_at("b", 11, 5).unwrap().is_empty());
        assert!(files.read("c").unwrap_err().to_string().contains('c'));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn names_that_are_no_utf8_lose_no_file() {
        use std::os::unix::ffi::OsStrExt;
        let root = tempfile::tempdir().unwrap();
        // The last two read the same, and so do files in two such folders.
        let names: [&[u8]; 6] =
            [b"a", b"Sch\xE4del", b"Sch\xF6del", b"sub\xE4/1", b"sub\xF6/1", b"Sch%E4del"];
        for folder in [&names[3][..4], &names[4][..4]] {
            fs::create_dir(root.path().join(OsStr::from_bytes(folder))).unwrap();
        }
        for name in names {
            fs::write(root.path().join(OsStr::from_bytes(name)), name).unwrap();
        }
        let folder = Folder::open(root.path()).unwrap();
        let shown = ["Sch%E4del", "Sch%E4del (2)", "Sch%F6del", "a", "sub%E4/1", "sub%F6/1"];
        assert_eq!(folder.names(), shown);
        let mut found: Vec<Vec<u8>> = shown.iter().map(|name| folder.read(name).unwrap()).collect();
        found.sort();
        let mut written = names.map(<[u8]>::to_vec);
        written.sort();
        assert_eq!(found, written);
        let single = Folder::open(&root.path().join(OsStr::from_bytes(names[1]))).unwrap();
        assert_eq!(single.names(), ["Sch%E4del"]);
    }

    #[test]
    fn a_folder_is_listed_in_order_and_never_left() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), b"s").unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("sub")).unwrap();
        fs::write(root.path().join("sub/2"), b"two").unwrap();
        fs::write(root.path().join("1"), b"one").unwrap();
        fs::write(root.path().join(".hidden"), b"").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink(outside.path().join("secret"), root.path().join("link")).unwrap();
            symlink(outside.path(), root.path().join("dir")).unwrap();
            symlink(root.path(), root.path().join("sub/loop")).unwrap();
        }
        let folder = Folder::open(root.path()).unwrap();
        assert_eq!(folder.names(), ["1", "sub/2"]);
        #[cfg(unix)]
        assert_eq!(folder.not_followed(), ["dir", "link"]);
        assert_eq!(folder.read("sub/2").unwrap(), b"two");
        let single = Folder::open(&root.path().join("sub/2")).unwrap();
        assert_eq!(single.names(), ["2"]);
        let missing = Folder::open(&root.path().join("none")).unwrap_err().to_string();
        assert!(missing.contains("none") && !missing.contains('/'), "{missing}");
    }
}
