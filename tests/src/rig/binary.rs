//! Where the programs under test are.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A program that was built beside the test executable (`target/<profile>/NAME`).
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program knows where it is");
    let profile =
        test.ancestors().find(|folder| folder.join("deps").is_dir()).expect("tests lie in target/PROFILE/deps");
    let path = profile.join(name);
    assert!(path.is_file(), "{} is not built: run `cargo build --workspace` first", path.display());
    path
}

/// The same program where any user may run it: a checkout in somebody's private folder cannot be passed by others. The
/// copy is a link where that is possible, is named after what it copies, and serves later runs too.
pub fn reachable(path: &Path) -> PathBuf {
    let passable = |folder: &Path| folder.metadata().is_ok_and(|data| data.permissions().mode() & 0o001 != 0);
    if path.ancestors().skip(1).all(passable) {
        return path.to_owned();
    }
    let data = path.metadata().expect("the program is there");
    let name = path.file_name().and_then(|name| name.to_str()).expect("programs have plain names");
    let copy = std::env::temp_dir().join(format!("condrix-{name}-{}-{}-{}", data.ino(), data.mtime(), data.size()));
    if !copy.exists() {
        let fresh = copy.with_extension(std::process::id().to_string());
        // Left over by a killed run of the same id; gone is what it should be.
        let _ = std::fs::remove_file(&fresh);
        if std::fs::hard_link(path, &fresh).is_err() {
            std::fs::copy(path, &fresh).expect("the program is copied");
            std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).expect("the mode is set");
        }
        std::fs::rename(&fresh, &copy).expect("the copy gets its name");
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Folder;

    #[test]
    fn a_program_in_a_private_folder_is_made_reachable() {
        let folder = Folder::new("reachable");
        let inside = folder.private("private", None).join("program");
        std::fs::write(&inside, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o755)).unwrap();
        let copy = reachable(&inside);
        assert_ne!(copy, inside);
        assert_eq!(reachable(&copy), copy);
        assert_eq!(reachable(&inside), copy);
        assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(&inside).unwrap());
        std::fs::remove_file(copy).unwrap();
    }
}
