//! A gateway: its folder, its process, its command line and its public address.

use super::client::{Client, plain_http};
use super::{Folder, Program, Start, binary, eventually, port, settings};
use serde_json::Value;
use std::path::PathBuf;
use toml::{Table, toml};
use url::Url;

#[derive(Debug)]
pub struct Gateway {
    start: Start,
    program: Option<Program>,
    url: Url,
    metrics: Url,
    data: PathBuf,
    log: PathBuf,
    // Last: the folder goes when nothing lives in it any more.
    folder: Folder,
}

impl Gateway {
    /// Starts one and waits until it is ready.
    pub async fn start() -> Self {
        Self::start_with(&Table::new()).await
    }

    /// The same with other settings, as in `config/gateway.toml`.
    pub async fn start_with(over: &Table) -> Self {
        Self::start_in(over, Vec::new()).await
    }

    /// And with further variables of its environment.
    pub async fn start_in(over: &Table, variables: Vec<(String, String)>) -> Self {
        let mut gateway = Self::prepare(over);
        gateway.start.variables.extend(variables);
        gateway.start_again().await;
        gateway
    }

    fn prepare(over: &Table) -> Self {
        let folder = Folder::new("gateway");
        let data = folder.private("data", None);
        let (listen, metrics) = (port::free(), port::free());
        // A test on a busy machine, or the long run of one, must not outlast its access token: from then on every answer
        // would be the same refusal.
        let mut base = toml! {
            [limits]
            connections_per_address = 4096
            [tokens]
            access = "12h"
            [log]
            format = "text"
            level = "info,gateway=debug"
        };
        for (key, value) in [
            ("public_url", format!("https://localhost:{listen}")),
            ("listen", format!("127.0.0.1:{listen}")),
            ("data_dir", data.display().to_string()),
        ] {
            base.insert(key.to_owned(), value.into());
        }
        settings::set(&mut base, "metrics", "listen", format!("127.0.0.1:{metrics}"));
        let config = folder.file("gateway.toml", &settings::text(&settings::joined(base, over)));
        let start = Start {
            name: "gateway".to_owned(),
            binary: binary::built("condrix-gateway"),
            arguments: vec!["--config".to_owned(), config.display().to_string(), "run".to_owned()],
            variables: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
            user: None,
            folder: folder.path().to_owned(),
        };
        Self {
            start,
            program: None,
            url: format!("https://localhost:{listen}").parse().expect("an address is a URL"),
            metrics: format!("http://127.0.0.1:{metrics}/metrics").parse().expect("an address is a URL"),
            data,
            log: folder.join("gateway.log"),
            folder,
        }
    }

    /// Starts it after it has ended, on the same folder and port, and waits until it is ready.
    pub async fn start_again(&mut self) {
        // The old handle's end is the end of whatever lives in the folder.
        drop(self.program.take());
        let program = self.program.insert(self.start.run(&self.log));
        let certificate = self.data.join("certificate.pem");
        let url = self.url.clone();
        eventually("the gateway is ready", async || {
            assert!(program.ended().is_none(), "the gateway ended instead of getting ready");
            let client = Client::new(url.clone(), &std::fs::read_to_string(&certificate).ok()?);
            let answer = client.request(reqwest::Method::GET, "/readyz").send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("the gateway was started")
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    pub fn metrics_url(&self) -> &Url {
        &self.metrics
    }

    pub fn data(&self) -> &PathBuf {
        &self.data
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    pub fn certificate_pem(&self) -> String {
        std::fs::read_to_string(self.data.join("certificate.pem")).expect("the gateway has made its certificate")
    }

    /// A client that has not logged in.
    pub fn client(&self) -> Client {
        Client::new(self.url.clone(), &self.certificate_pem())
    }

    pub async fn metrics(&self) -> String {
        let answer = plain_http().get(self.metrics.clone()).send().await.expect("the metrics are served");
        answer.text().await.expect("the metrics are text")
    }

    /// Everything that it has logged so far.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log is read")
    }

    /// Runs the command line against it: exit status and both outputs.
    pub async fn command(&self, arguments: &[&str], input: &str) -> std::process::Output {
        let config = &self.start.arguments[..2];
        let arguments = config.iter().cloned().chain(arguments.iter().map(|&argument| argument.to_owned()));
        let start = Start { arguments: arguments.collect(), ..self.start.clone() };
        start.finish(input).await
    }

    /// The same for a command that must succeed and prints JSON.
    pub async fn order(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.command(&[arguments, &["--json"]].concat(), input).await;
        let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }
}
