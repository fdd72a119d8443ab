//! Workspaces: named directories beneath one configured root.
//!
//! A workspace's content is hostile, and so may be whoever can write into the root: names are a narrow alphabet, and the
//! kernel resolves them beneath the root without following a symlink (`openat2`). What is handed on is a path, which the CLI
//! opens again: whoever can replace a directory of the root in between acts as the Core's user already.

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, StatxFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

/// More than a person looks through; a bound for the answer that lists them.
pub(crate) const MAX_WORKSPACES: usize = 1_000;
const MAX_NAME: usize = 64;

/// A workspace's name: 1 to 64 of `a-z A-Z 0-9 . _ -`, beginning with a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceName(String);

#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error(
        "a workspace's name is 1 to 64 letters, digits, dots, underscores or hyphens, and begins with a letter or a digit"
    )]
    InvalidName,
    #[error("there is no workspace of this name")]
    Unknown,
    #[error("a workspace of this name exists")]
    Exists,
    #[error("this Core has {MAX_WORKSPACES} workspaces, which is as many as it takes")]
    TooMany,
    #[error("the workspaces cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl From<Errno> for WorkspaceError {
    fn from(error: Errno) -> Self {
        Self::Io(error.into())
    }
}

impl WorkspaceName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkspaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for WorkspaceName {
    type Err = WorkspaceError;

    fn from_str(text: &str) -> Result<Self, WorkspaceError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= MAX_NAME && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(WorkspaceError::InvalidName)
        }
    }
}

/// Which directory it is. An inode's number is used again for another one, so that the time of its making, where the file
/// system knows it, belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    device: (u32, u32),
    inode: u64,
    born: Option<(i64, u32)>,
}

/// A folder beneath the root in which a workspace is being made. Its name is none that a workspace can have.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

/// What such a name begins with.
const UNFINISHED: &str = ".unfinished-";

impl Unfinished {
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Removes it with all that is in it. Links are removed, not followed.
    pub fn discard(self) -> std::io::Result<()> {
        std::fs::remove_dir_all(self.0)
    }
}

/// The root of this Core's workspaces.
#[derive(Clone, Debug)]
pub struct Workspaces {
    root: PathBuf,
    handle: Arc<OwnedFd>,
    changes: watch::Sender<()>,
}

impl Workspaces {
    /// Whether the disk that workspaces are on has this much left, in bytes. Where that cannot be known, it is tried.
    pub fn has_room(&self, wanted: u64) -> bool {
        crate::disk::free(&self.root).map_or(true, |free| free >= wanted)
    }

    /// Opens the root, which is made when it is missing.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        if let Err(error) = rustix::fs::mkdir(root, Mode::RWXU)
            && error != Errno::EXIST
        {
            return Err(error.into());
        }
        let handle = rustix::fs::openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        // The CLI knows a conversation by its directory's real path, so the path that is handed out is that one.
        Ok(Self { root: std::fs::canonicalize(root)?, handle: Arc::new(handle), changes: watch::Sender::default() })
    }

    /// Changes of what is said of workspaces. One that somebody makes or removes by hand is not among them.
    pub fn follow(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// To be called by whoever has changed what is said of a workspace.
    pub fn changed(&self) {
        self.changes.send_replace(());
    }

    /// Makes a workspace that only this user can enter.
    pub fn create(&self, name: &WorkspaceName) -> Result<PathBuf, WorkspaceError> {
        self.has_place()?;
        match rustix::fs::mkdirat(&self.handle, name.as_str(), Mode::RWXU) {
            Ok(()) => self.resolve(name),
            Err(Errno::EXIST) => Err(WorkspaceError::Exists),
            Err(error) => Err(error.into()),
        }
    }

    /// That there may be one more.
    pub fn has_place(&self) -> Result<(), WorkspaceError> {
        if self.list()?.len() >= MAX_WORKSPACES { Err(WorkspaceError::TooMany) } else { Ok(()) }
    }

    /// That nothing bears this name.
    pub fn is_free(&self, name: &WorkspaceName) -> Result<(), WorkspaceError> {
        match rustix::fs::statat(&self.handle, name.as_str(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Err(WorkspaceError::Exists),
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A folder for what is to become the workspace of this name, which must not be there yet.
    pub fn begin(&self, name: &WorkspaceName) -> Result<Unfinished, WorkspaceError> {
        self.is_free(name)?;
        self.has_place()?;
        let unfinished = format!("{UNFINISHED}{}", Uuid::new_v4());
        rustix::fs::mkdirat(&self.handle, &unfinished, Mode::RWXU)?;
        Ok(Unfinished(self.root.join(unfinished)))
    }

    /// Makes a whole directory in an unfinished folder the workspace of this name, which only this user can enter.
    pub fn finish(&self, tree: &Path, name: &WorkspaceName) -> Result<(), WorkspaceError> {
        rustix::fs::chmod(tree, Mode::RWXU)?;
        match rustix::fs::renameat_with(CWD, tree, &self.handle, name.as_str(), RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(WorkspaceError::Exists),
            Err(error) => Err(error.into()),
        }
    }

    /// What was begun and neither finished nor discarded.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, WorkspaceError> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                found.push(Unfinished(entry.path()));
            }
        }
        Ok(found)
    }

    /// The absolute path of a workspace that exists as a directory directly beneath the root.
    pub fn resolve(&self, name: &WorkspaceName) -> Result<PathBuf, WorkspaceError> {
        self.directory(name).map(|_exists| self.root.join(name.as_str()))
    }

    /// The same, with what tells the directory from any other of its name.
    pub fn identify(&self, name: &WorkspaceName) -> Result<(PathBuf, Identity), WorkspaceError> {
        let directory = self.directory(name)?;
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
        let stat = rustix::fs::statx(&directory, "", AtFlags::EMPTY_PATH, wanted)?;
        let born =
            (stat.stx_mask & StatxFlags::BTIME.bits() != 0).then_some((stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec));
        let device = (stat.stx_dev_major, stat.stx_dev_minor);
        Ok((self.root.join(name.as_str()), Identity { device, inode: stat.stx_ino, born }))
    }

    fn directory(&self, name: &WorkspaceName) -> Result<OwnedFd, WorkspaceError> {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat2(&self.handle, name.as_str(), flags, Mode::empty(), resolve) {
            Ok(directory) => Ok(directory),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV) => Err(WorkspaceError::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    /// The workspaces by name. What is no directory, or has another kind of name, is none.
    pub fn list(&self) -> Result<Vec<WorkspaceName>, WorkspaceError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&root)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().ok().and_then(|name| name.parse().ok()) else { continue };
            let directory = match entry.file_type() {
                FileType::Directory => true,
                FileType::Unknown => {
                    let stat = rustix::fs::statat(&self.handle, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
                    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
                }
                _ => false,
            };
            if directory {
                names.push(name);
            }
            if names.len() == MAX_WORKSPACES {
                break;
            }
        }
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn name(text: &str) -> WorkspaceName {
        text.parse().unwrap()
    }

    #[test]
    fn a_workspace_is_a_private_directory_beneath_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let workspaces = Workspaces::open(&folder.path().join("root")).unwrap();
        let path = workspaces.create(&name("one")).unwrap();
        assert_eq!(path, folder.path().canonicalize().unwrap().join("root/one"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(workspaces.resolve(&name("one")).unwrap(), path);
        assert!(matches!(workspaces.create(&name("one")), Err(WorkspaceError::Exists)));
        assert!(matches!(workspaces.resolve(&name("two")), Err(WorkspaceError::Unknown)));
        std::fs::write(folder.path().join("root/file"), "").unwrap();
        assert!(matches!(workspaces.resolve(&name("file")), Err(WorkspaceError::Unknown)));
        assert_eq!(workspaces.list().unwrap(), [name("one")]);
    }

    #[test]
    fn a_workspace_gets_its_name_when_it_is_whole_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let workspaces = Workspaces::open(folder.path()).unwrap();
        let (unfinished, late) = (workspaces.begin(&name("one")).unwrap(), workspaces.begin(&name("one")).unwrap());
        assert_eq!((workspaces.list().unwrap(), workspaces.unfinished().unwrap().len()), (vec![], 2));
        for tree in [&unfinished, &late] {
            std::fs::create_dir(tree.path().join("tree")).unwrap();
        }
        workspaces.finish(&unfinished.path().join("tree"), &name("one")).unwrap();
        assert!(matches!(workspaces.finish(&late.path().join("tree"), &name("one")), Err(WorkspaceError::Exists)));
        assert!(matches!(workspaces.begin(&name("one")), Err(WorkspaceError::Exists)));
        let path = workspaces.resolve(&name("one")).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        unfinished.discard().unwrap();
        late.discard().unwrap();
        assert_eq!((workspaces.list().unwrap(), workspaces.unfinished().unwrap().len()), (vec![name("one")], 0));
    }

    #[test]
    fn a_symlink_is_no_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let workspaces = Workspaces::open(folder.path()).unwrap();
        symlink(outside.path(), folder.path().join("escape")).unwrap();
        symlink("/proc/self/cwd", folder.path().join("magic")).unwrap();
        for escape in ["escape", "magic"] {
            assert!(matches!(workspaces.resolve(&name(escape)), Err(WorkspaceError::Unknown)));
            assert!(matches!(workspaces.create(&name(escape)), Err(WorkspaceError::Exists)));
        }
        assert_eq!(workspaces.list().unwrap(), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_name_that_is_taken_is_one_plain_component(text in any::<String>()) {
            if let Ok(name) = text.parse::<WorkspaceName>() {
                let path = Path::new(name.as_str());
                prop_assert_eq!(path.components().count(), 1);
                prop_assert!(matches!(path.components().next(), Some(std::path::Component::Normal(_))));
            }
        }

        #[test]
        fn no_name_made_of_path_tricks_is_taken(
            text in r"(\.\.|\.|/|\\|~|%2e|%2f|\x00|[a-c ]|:|\$HOME|\r|\n|\u{202e}){1,12}"
        ) {
            if let Ok(name) = text.parse::<WorkspaceName>() {
                let text = name.as_str();
                prop_assert!(!text.contains(['/', '\\', '\0', '~', '%', '\n', '\r', ' ', ':', '$']), "{text:?}");
                prop_assert!(!text.starts_with('.'), "{text:?}");
            }
        }
    }
}
