//! Fetching the CLI's package with npm, which checks what it gets against the registry's digests.

use super::InstallError;
use super::version::Version;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

const PACKAGE: &str = "@anthropic-ai/claude-code";
/// The package's folder, and what the names of those begin with that hold a platform's program.
const SCOPE: &str = "node_modules/@anthropic-ai";
const PLATFORM: &str = "claude-code-";
const PROGRAM: &str = "claude";
/// Some hundred megabytes over a slow line.
const PATIENCE: Duration = Duration::from_mins(20);
const ANSWER: Duration = Duration::from_secs(30);
const TOLD: usize = 2_000;

/// Installs one version into a folder that nobody uses yet. Returns the program's path beneath it.
pub(super) async fn install(version: Version, folder: &Path) -> Result<PathBuf, InstallError> {
    let cache = folder.join("cache");
    let mut npm = Command::new("npm");
    npm.arg("install").arg(format!("{PACKAGE}@{version}"));
    // The program lies in the platform's own package, so nothing that a package would run is needed.
    npm.args([
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--save-exact",
        "--loglevel=error",
    ]);
    npm.arg("--prefix").arg(folder).arg("--cache").arg(&cache).current_dir(folder);
    npm.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_npms(name)));
    npm.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, npm.output()).await.map_err(|_| InstallError::Slow)?.map_err(InstallError::NoNpm)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let end = said.char_indices().rev().nth(TOLD).map_or(0, |(at, _)| at);
        return Err(InstallError::Npm(said[end..].trim().to_owned()));
    }
    let program = find(folder)?;
    let found = ask(&folder.join(&program), folder).await?;
    if found != version {
        return Err(InstallError::Another { wanted: version, found });
    }
    // What npm has kept for another time.
    std::fs::remove_dir_all(&cache).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    Ok(program)
}

/// Where npm is, how it reaches its registry and whom it trusts: its own settings, and those of every program.
fn is_npms(name: &OsString) -> bool {
    let Some(name) = name.to_str() else { return false };
    let name = name.to_ascii_lowercase();
    let plain = ["path", "home", "https_proxy", "http_proxy", "no_proxy", "ssl_cert_file", "node_extra_ca_certs"];
    plain.contains(&name.as_str()) || name.starts_with("npm_config_")
}

/// The one program that was installed.
pub(super) fn find(folder: &Path) -> Result<PathBuf, InstallError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.join(SCOPE))? {
        let name = entry?.file_name();
        let path = Path::new(SCOPE).join(&name).join(PROGRAM);
        let runs =
            folder.join(&path).metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
        if name.to_str().is_some_and(|name| name.starts_with(PLATFORM)) && runs {
            found.push(path);
        }
    }
    match <[PathBuf; 1]>::try_from(found) {
        Ok([path]) => Ok(path),
        Err(_) => Err(InstallError::NoProgram),
    }
}

/// What a program says that it is. It runs with a home of its own, so that it finds and changes nothing.
async fn ask(program: &Path, home: &Path) -> Result<Version, InstallError> {
    let home = home.join("home");
    std::fs::create_dir_all(&home)?;
    let mut command = Command::new(program);
    command.arg("--version").env_clear().env("HOME", &home).env("PATH", "/usr/bin:/bin").current_dir(&home);
    command.env("DISABLE_TELEMETRY", "1").env("DISABLE_AUTOUPDATER", "1").stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(ANSWER, command.output()).await.map_err(|_| InstallError::Slow)??;
    std::fs::remove_dir_all(&home)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let version = said.split_whitespace().next().and_then(|version| version.parse().ok());
    version.filter(|_| output.status.success()).ok_or(InstallError::NoProgram)
}
