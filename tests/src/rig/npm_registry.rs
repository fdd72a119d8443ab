//! A registry of npm packages on loopback, with releases of the CLI that are a few lines of shell.

use super::Folder;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use ring::digest::{SHA512, digest};
use serde_json::{Map, Value, json};
use std::fs::Permissions;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

const SCOPE: &str = "@anthropic-ai";
const PACKAGE: &str = "claude-code";
const PLATFORM: &str = "claude-code-linux-rig";

#[derive(Debug)]
pub struct NpmRegistry {
    shared: Arc<Shared>,
    _running: DropGuard,
}

#[derive(Debug)]
struct Shared {
    url: String,
    folder: Folder,
    /// Name, version, and what the registry says of it.
    released: Mutex<Vec<(&'static str, String, Value)>>,
}

impl NpmRegistry {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let shared = Arc::new(Shared { url, folder: Folder::new("npm"), released: Mutex::default() });
        let router = Router::new()
            .route("/{package}", get(describe))
            .route("/files/{file}", get(file))
            .with_state(Arc::clone(&shared));
        let ended = CancellationToken::new();
        let serving = async move { axum::serve(listener, router).await };
        tokio::spawn(ended.clone().run_until_cancelled_owned(serving));
        Self { shared, _running: ended.drop_guard() }
    }

    /// What goes into `npm_config_registry`.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// A release whose program says that it is that version, and that it is signed out.
    pub fn release(&self, version: &str) {
        let program = format!(
            "#!/bin/sh\ncase $1 in\n--version) echo '{version} (Claude Code)' ;;\n\
             *) echo '{{\"loggedIn\":false,\"authMethod\":\"none\"}}'; exit 1 ;;\nesac\n"
        );
        self.put(PLATFORM, version, &json!({}), Some(&program));
        let platform = json!({ "optionalDependencies": { format!("{SCOPE}/{PLATFORM}"): version } });
        self.put(PACKAGE, version, &platform, None);
    }

    /// The same, and somebody has changed the program's package since.
    pub fn release_altered(&self, version: &str) {
        self.release(version);
        let file = self.shared.folder.join(&format!("{PLATFORM}-{version}.tgz"));
        let mut bytes = std::fs::read(&file).expect("the package is there");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).expect("the package is written");
    }

    fn put(&self, name: &'static str, version: &str, more: &Value, program: Option<&str>) {
        let mut manifest = json!({ "name": format!("{SCOPE}/{name}"), "version": version });
        let fields = manifest.as_object_mut().expect("a manifest is an object");
        fields.extend(more.as_object().expect("fields").clone());
        // What would run at an installation leaves a mark.
        let scripts = json!({ "postinstall": "touch was-run" });
        fields.insert("scripts".to_owned(), scripts);
        if program.is_some() {
            fields.insert("bin".to_owned(), json!({ "claude-of-the-rig": "claude" }));
        }
        let package = self.shared.folder.join("package");
        std::fs::create_dir(&package).expect("a folder is made");
        std::fs::write(package.join("package.json"), manifest.to_string()).expect("a file is written");
        if let Some(program) = program {
            std::fs::write(package.join("claude"), program).expect("a file is written");
            std::fs::set_permissions(package.join("claude"), Permissions::from_mode(0o755)).expect("the mode is set");
        }
        let file = format!("{name}-{version}.tgz");
        let path = self.shared.folder.join(&file);
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(&path).arg("-C").arg(self.shared.folder.path()).arg("package");
        assert!(tar.status().expect("tar is installed").success());
        std::fs::remove_dir_all(&package).expect("a folder is removed");
        let bytes = std::fs::read(&path).expect("the package is there");
        let integrity = format!("sha512-{}", STANDARD.encode(digest(&SHA512, &bytes)));
        let tarball = format!("{}/files/{file}", self.shared.url);
        let fields = manifest.as_object_mut().expect("a manifest is an object");
        fields.insert("dist".to_owned(), json!({ "tarball": tarball, "integrity": integrity }));
        let mut released = self.shared.released.lock().unwrap_or_else(PoisonError::into_inner);
        released.push((name, version.to_owned(), manifest));
    }
}

async fn describe(State(shared): State<Arc<Shared>>, Path(package): Path<String>) -> Response {
    let released = shared.released.lock().unwrap_or_else(PoisonError::into_inner);
    let of_package = released.iter().filter(|(name, ..)| format!("{SCOPE}/{name}") == package);
    let versions: Map<String, Value> = of_package.map(|(_, version, of)| (version.clone(), of.clone())).collect();
    match versions.keys().next_back() {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(latest) => {
            let tags = json!({ "latest": latest });
            Json(json!({ "name": package, "dist-tags": tags, "versions": versions })).into_response()
        }
    }
}

async fn file(State(shared): State<Arc<Shared>>, Path(file): Path<String>) -> Response {
    let plain = !file.contains('/');
    match std::fs::read(shared.folder.join(&file)) {
        Ok(bytes) if plain => bytes.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
