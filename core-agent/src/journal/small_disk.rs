//! A small file system of a test's own, where this user may mount one.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug)]
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `size` as `mount` takes it. None where nothing may be mounted.
    pub(crate) fn mount(at: &Path, size: &str) -> Option<Self> {
        let size = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output();
        let mounted = mounted.is_ok_and(|mounted| mounted.status.success());
        if !mounted {
            eprintln!("NOT RUN: nothing can be mounted here");
        }
        mounted.then(|| Self(at.to_owned()))
    }

    /// Writes until there is no room at all. What it wrote is to be removed for room.
    pub(crate) fn fill(&self) -> PathBuf {
        let ballast = self.0.join("ballast");
        let mut file = File::create(&ballast).unwrap();
        for size in [64 * 1024, 512, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}
