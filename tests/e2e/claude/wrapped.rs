//! A CLI that a test can make slow, broken or another one: a script in front of the genuine one.

use condrix_tests::rig::{CoreOptions, Folder, binary, claude_binary};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct Wrapped(Folder);

impl Wrapped {
    pub(super) fn new() -> Self {
        let wrapped = Self(Folder::new("wrapped-cli"));
        wrapped.works();
        wrapped
    }

    fn path(&self) -> PathBuf {
        self.0.join("claude")
    }

    /// Replaced by a rename: a process that reads the script goes on with what it has.
    fn becomes(&self, script: &str) {
        let new = self.0.file("new", &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).expect("the mode is set");
        std::fs::rename(new, self.path()).expect("the script is replaced");
    }

    pub(super) fn works(&self) {
        let genuine = binary::reachable(claude_binary());
        self.becomes(&format!("exec '{}' \"$@\"", genuine.display()));
    }

    /// Until it works again, whatever is started waits.
    pub(super) fn hangs(&self) {
        self.0.file("hold", "");
        let (hold, genuine) = (self.0.join("hold"), binary::reachable(claude_binary()));
        let wait = format!("while [ -e '{}' ]; do sleep 0.1; done", hold.display());
        self.becomes(&format!("{wait}\nexec '{}' \"$@\"", genuine.display()));
    }

    pub(super) fn goes_on(&self) {
        std::fs::remove_file(self.0.join("hold")).expect("it hangs");
        self.works();
    }

    pub(super) fn is_broken(&self) {
        self.becomes("echo 'Bus error' >&2; exit 134");
    }

    pub(super) fn options(&self) -> CoreOptions {
        super::with_claude("command", self.path().to_str().expect("a temporary folder's name is plain"))
    }
}
