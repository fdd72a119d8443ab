//! `claude auth login` over pipes.

use super::eventually::within;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use url::Url;

#[derive(Debug)]
pub struct SignIn {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    shown: String,
    url: Url,
}

impl SignIn {
    pub(super) async fn begin(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the CLI starts");
        let stdin = child.stdin.take().expect("stdin is piped");
        let mut stdout = child.stdout.take().expect("stdout is piped");
        let mut shown = String::new();
        let prompt = "Paste code here if prompted > ";
        within("the CLI asks for the code", async {
            while !shown.ends_with(prompt) {
                let mut part = [0; 4096];
                let read = stdout.read(&mut part).await.expect("stdout is read");
                assert!(read > 0, "the CLI ended before it asked: {shown}");
                shown.push_str(&String::from_utf8_lossy(&part[..read]));
            }
        })
        .await;
        let url = shown.split_whitespace().find(|word| word.starts_with("https://")).expect("an address is shown");
        let url = url.parse().expect("the address is a URL");
        Self { child, stdin, stdout, shown, url }
    }

    /// Where a person is to go.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Pastes a line.
    pub async fn paste(&mut self, line: &str) {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await.expect("the CLI reads");
    }

    /// Pastes the last line and waits for the end: exit code and everything that was shown.
    pub async fn finish(mut self, line: &str) -> (Option<i32>, String) {
        self.paste(line).await;
        let mut rest = Vec::new();
        let mut errors = Vec::new();
        let mut stderr = self.child.stderr.take().expect("stderr is piped");
        let ended = async {
            let (out, err) = tokio::join!(self.stdout.read_to_end(&mut rest), stderr.read_to_end(&mut errors));
            out.and(err).expect("the output is read");
            self.child.wait().await.expect("the CLI is reaped")
        };
        let status = within("auth login ends", ended).await;
        let texts = [self.shown.into_bytes(), rest, errors].concat();
        (status.code(), String::from_utf8_lossy(&texts).into_owned())
    }
}
