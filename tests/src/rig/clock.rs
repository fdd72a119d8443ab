//! A clock of our programs' own, for a test to step: Debian's `faketime`, where it is installed. Only the time of day is
//! another; what measures how long something takes goes on as ever.

use super::tree;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use time::{Duration, OffsetDateTime};

/// What reading and writing may take besides.
const ABOUT: Duration = Duration::minutes(3);
/// Where the library keeps what its processes share. It leaves that behind when it is killed.
const SHARED: &str = "/dev/shm";

#[derive(Debug)]
pub struct Clock {
    library: PathBuf,
    /// How far it is from the right time.
    file: NamedTempFile,
    ahead: Duration,
}

impl Clock {
    /// None where nothing can step a clock.
    pub fn right() -> Option<Self> {
        let library = |folder: fs::DirEntry| {
            Some(folder.path().join("faketime/libfaketimeMT.so.1")).filter(|path| path.is_file())
        };
        let library = fs::read_dir("/usr/lib").ok()?.flatten().find_map(library)?;
        let file = NamedTempFile::new().expect("a temporary file");
        // Programs of other users read it too.
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(file.path(), readable).expect("the mode is set");
        let mut clock = Self { library, file, ahead: Duration::ZERO };
        clock.step(Duration::ZERO);
        Some(clock)
    }

    /// What a program needs in its environment to go by it.
    pub fn variables(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let on = Path::new("1");
        vec![
            pair("LD_PRELOAD", &self.library),
            pair("FAKETIME_TIMESTAMP_FILE", self.file.path()),
            pair("FAKETIME_NO_CACHE", on),
            pair("FAKETIME_DONT_FAKE_MONOTONIC", on),
            pair("NO_FAKE_STAT", on),
        ]
    }

    /// So far ahead of the right time it is from now on.
    pub fn step(&mut self, ahead: Duration) {
        self.ahead = ahead;
        fs::write(self.file.path(), format!("{:+}\n", ahead.whole_seconds())).expect("the clock is set");
    }

    pub const fn ahead(&self) -> Duration {
        self.ahead
    }

    /// Whether it has shown this a short time ago.
    pub fn has_shown(&self, at: OffsetDateTime) -> bool {
        (OffsetDateTime::now_utc() + self.ahead - at).abs() < ABOUT
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let living = tree::processes();
        for entry in fs::read_dir(SHARED).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = name.strip_prefix("faketime_shm_").or_else(|| name.strip_prefix("sem.faketime_sem_"));
            let owner = owner.and_then(|pid| pid.parse::<u32>().ok());
            if owner.is_some_and(|pid| living.iter().all(|process| process.pid != pid)) {
                // Whoever else cleans up may have been quicker.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
