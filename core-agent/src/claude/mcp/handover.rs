//! The file by which one process of the CLI learns of its servers.

use crate::private_files::{self, PrivateFileError};
use serde_json::Value;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Gone when it is dropped: the CLI reads it once, as it starts.
#[derive(Debug)]
pub(in crate::claude) struct Handover(PathBuf);

impl Handover {
    /// Blocking.
    pub(in crate::claude) fn write(folder: &Path, configuration: &Value) -> Result<Self, PrivateFileError> {
        let handover = Self(folder.join(format!("{}.json", Uuid::new_v4())));
        private_files::write(&handover.0, configuration.to_string().as_bytes())?;
        Ok(handover)
    }

    pub(in crate::claude) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file with MCP servers is left behind");
        }
    }
}

/// Removes what a killed agent has left behind. Blocking.
pub(in crate::claude) fn clear(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        drop(Handover(entry.path()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_handover_is_private_and_goes_with_who_holds_it_or_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let handover = Handover::write(folder.path(), &json!({"mcpServers": {}})).unwrap();
        let path = handover.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        drop(handover);
        assert!(!path.exists());
        std::fs::write(&path, "left").unwrap();
        clear(folder.path());
        assert!(!path.exists());
    }
}
