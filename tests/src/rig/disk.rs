//! A small file system of a test's own in the place of a folder, where this user may mount one.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug)]
pub struct Disk(PathBuf);

impl Disk {
    /// In the place of an empty folder, with its owner. `size` as `mount` takes it. None where nothing may be mounted.
    pub fn in_place_of(folder: &Path, size: &str) -> Option<Self> {
        let data = folder.metadata().expect("the folder is there");
        let options = format!("size={size},mode=0700,uid={},gid={}", data.uid(), data.gid());
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output();
        let mounted = mounted.is_ok_and(|mounted| mounted.status.success());
        mounted.then(|| Self(folder.to_owned()))
    }

    /// Writes until there is no room at all.
    pub fn fill(&self) {
        let mut file = File::create(self.ballast()).expect("a file is made");
        for size in [64 * 1024, 512, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// There is room again.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("what filled it is there");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a program of a test that failed may still have files open.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}
