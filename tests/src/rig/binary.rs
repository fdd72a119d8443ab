//! Where the programs under test are.

use super::{core_user, fresh_key};
use std::fs::Permissions;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A program that was built beside the test executable (`target/<profile>/NAME`).
pub fn built(name: &str) -> PathBuf {
    let path = built_in().join(name);
    assert!(path.is_file(), "{} is not built: run `cargo build --workspace` first", path.display());
    path
}

/// `target/<profile>`.
pub fn built_in() -> PathBuf {
    let test = std::env::current_exe().expect("a running program knows where it is");
    let mut folders = test.ancestors().filter(|folder| folder.join("deps").is_dir());
    folders.next().expect("tests lie in target/PROFILE/deps").to_owned()
}

/// The same program where the Core's user may run it: a checkout in somebody's private folder cannot be passed by others.
/// The copy is a link where that is possible, is named after what it copies, and serves later runs too.
pub fn reachable(path: &Path) -> PathBuf {
    // One at a time: tests of one process ask for the same program at once.
    static MAKING: Mutex<()> = Mutex::new(());
    let passable = |folder: &Path| folder.metadata().is_ok_and(|data| data.permissions().mode() & 0o001 != 0);
    if core_user().is_none() || path.ancestors().skip(1).all(passable) {
        return path.to_owned();
    }
    let data = path.metadata().expect("the program is there");
    let name = path.file_name().and_then(|name| name.to_str()).expect("programs have plain names");
    let mut place = DefaultHasher::new();
    path.hash(&mut place);
    let source = format!("{name}-{:016x}-", place.finish());
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = folder_of_copies();
    let copy = folder.join(format!("{source}{}-{}-{}", data.ino(), data.mtime(), data.size()));
    if !copy.exists() {
        forget(&folder, &source);
        let fresh = folder.join(fresh_key());
        if std::fs::hard_link(path, &fresh).is_err() {
            std::fs::copy(path, &fresh).expect("the program is copied");
            std::fs::set_permissions(&fresh, Permissions::from_mode(0o755)).expect("the mode is set");
        }
        std::fs::rename(&fresh, &copy).expect("the copy gets its name");
    }
    copy
}

/// Where copies are kept. Everybody may pass, and nobody else may have put something there: what lies in it is run.
fn folder_of_copies() -> PathBuf {
    let me = rustix::process::geteuid().as_raw();
    let folder = std::env::temp_dir().join(format!("condrix-programs-{me}"));
    // One that is there already is looked at like a new one.
    let _ = std::fs::DirBuilder::new().mode(0o711).create(&folder);
    let data = folder.symlink_metadata().expect("the folder is there");
    let ours = data.is_dir() && data.uid() == me && data.mode() & 0o022 == 0;
    assert!(ours, "{} is not a folder that only its owner may change", folder.display());
    std::fs::set_permissions(&folder, Permissions::from_mode(0o711)).expect("the mode is set");
    folder
}

/// Removes the copies of what was built at the same place before.
fn forget(folder: &Path, source: &str) {
    let entries = std::fs::read_dir(folder).expect("the folder can be listed").flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(source)) {
        // Another run may have been quicker.
        let _ = std::fs::remove_file(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Folder;

    #[test]
    fn a_program_in_a_private_folder_is_made_reachable_and_an_older_copy_of_it_goes() {
        let folder = Folder::new("reachable");
        let inside = folder.private("private", None).join("program");
        let build = |text: &str| {
            // As a linker does it: a new file in the old one's place.
            let _ = std::fs::remove_file(&inside);
            std::fs::write(&inside, text).unwrap();
            std::fs::set_permissions(&inside, Permissions::from_mode(0o755)).unwrap();
        };
        build("#!/bin/sh\n");
        if core_user().is_none() {
            assert_eq!(reachable(&inside), inside, "there is no other user to reach it");
            return;
        }
        let asking: Vec<_> = (0..8)
            .map(|_| {
                let inside = inside.clone();
                std::thread::spawn(move || reachable(&inside))
            })
            .collect();
        let mut copies: Vec<_> = asking.into_iter().map(|thread| thread.join().unwrap()).collect();
        copies.dedup();
        let [copy] = &copies[..] else { panic!("{copies:?}") };
        assert_ne!(*copy, inside);
        assert_eq!(reachable(copy), *copy);
        assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&inside).unwrap());

        build("#!/bin/sh\n:\n");
        let newer = reachable(&inside);
        assert_eq!(std::fs::read(&newer).unwrap(), std::fs::read(&inside).unwrap());
        assert!(!copy.exists(), "the older copy is still there");
        std::fs::remove_file(newer).unwrap();
    }
}
