//! `make up`, less the building: both programs as the script starts them.

use super::program::{Program, Start};
use super::{Client, Folder, binary, eventually, port};
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Trial {
    start: Start,
    log: PathBuf,
    url: String,
    metrics: String,
    program: Option<Program>,
    folder: Folder,
}

impl Trial {
    /// With variables that the script passes on to the agent, or reads itself.
    pub fn prepare(variables: &[(&str, String)]) -> Self {
        let folder = Folder::new("trial");
        let (listen, metrics) = (port::free(), format!("127.0.0.1:{}", port::free()));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned();
        let home = folder.private("somebody", None);
        let own = [
            ("HOME", home.display().to_string()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("VAR", folder.join("var").display().to_string()),
            ("LISTEN", format!("127.0.0.1:{listen}")),
            ("METRICS", metrics.clone()),
            ("BIN", binary::built("core-agent").parent().expect("a program lies in a folder").display().to_string()),
        ];
        let given = variables.iter().map(|(name, value)| (*name, value.clone()));
        let start = Start {
            name: "make up".to_owned(),
            // A script cannot take a Ctrl-C that was ignored where it was started, as it is behind a nohup.
            binary: PathBuf::from("/usr/bin/env"),
            arguments: vec!["--default-signal=INT".to_owned(), root.join("scripts/up").display().to_string()],
            variables: own.into_iter().chain(given).map(|(name, value)| (name.to_owned(), value)).collect(),
            user: None,
            folder: folder.path().to_owned(),
        };
        let log = folder.join("output");
        Self { start, log, url: format!("https://localhost:{listen}"), metrics, program: None, folder }
    }

    /// Starts it and waits until it says that it is up. Returns what this start has printed.
    pub async fn run(&mut self) -> String {
        // A file that is not there yet is an empty one.
        let before = std::fs::read_to_string(&self.log).unwrap_or_default().len();
        // The old handle's end is the end of whatever lives in the folder.
        drop(self.program.take());
        let program = self.program.insert(self.start.run(&self.log));
        let said = eventually("the trial is up", async || {
            assert!(program.ended().is_none(), "it ended: {}", program.log_text());
            let said = program.log_text()[before..].to_owned();
            said.contains("Ctrl-C ends it").then_some(said)
        });
        said.await
    }

    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("the trial was started")
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn metrics(&self) -> &str {
        &self.metrics
    }

    pub fn var(&self) -> PathBuf {
        self.folder.join("var")
    }

    /// The home of whoever typed `make up`.
    pub fn somebody(&self) -> PathBuf {
        self.folder.join("somebody")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn client(&self) -> Client {
        let pem = std::fs::read_to_string(self.var().join("gateway/certificate.pem")).expect("there is a certificate");
        Client::new(self.url.parse().expect("the address is one"), &pem)
    }
}
