//! How much a folder takes of the disk.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Bytes beneath a folder, counted until there are more than `enough`. Links are not followed.
pub(super) fn weight(folder: &Path, enough: u64) -> u64 {
    let (mut size, mut folders) = (0_u64, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        // What has gone since it was listed weighs nothing.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                folders.push(entry.path());
            }
            // What it takes of the disk, in the unit that the system counts in.
            size = size.saturating_add(data.blocks().saturating_mul(512));
            if size > enough {
                return size;
            }
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_weighed_without_following_links_and_no_further_than_need_be() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/file"), vec![0; 100_000]).unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
        let size = weight(folder.path(), u64::MAX);
        assert!((100_000..200_000).contains(&size), "{size}");
        assert!(weight(folder.path(), 10) > 10);
    }
}
