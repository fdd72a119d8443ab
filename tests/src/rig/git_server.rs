//! A server of repositories on loopback: `git http-backend` behind HTTPS. `/private/…` asks for a name and a password,
//! `/indiscreet/…` too and then says them aloud, and `/slow/…` sends no objects before it is let.

use super::{Folder, repository};
use crate::vendor::authority::Authority;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{StatusCode, header};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

const MAX_BODY: usize = 1 << 20;
/// `ada:s3cret-of-git`.
const BASIC: &str = "Basic YWRhOnMzY3JldC1vZi1naXQ=";

#[derive(Debug)]
pub struct GitServer {
    port: u16,
    authority: String,
    shared: Arc<Shared>,
    _running: DropGuard,
}

#[derive(Debug)]
struct Shared {
    folder: Folder,
    /// Whether what is slow goes on.
    lets: watch::Sender<bool>,
    /// The addresses that were asked for.
    asked: Mutex<Vec<String>>,
}

impl GitServer {
    pub const USER: &str = "ada";
    pub const PASSWORD: &str = "s3cret-of-git";

    pub async fn start() -> Self {
        let authority = Authority::new("Git server");
        let config = authority.server_config("localhost").expect("a certificate for a name");
        let folder = Folder::new("git");
        let shared = Arc::new(Shared { folder, lets: watch::Sender::new(false), asked: Mutex::default() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let (ended, acceptor) = (CancellationToken::new(), TlsAcceptor::from(config));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn({
            let ended = ended.clone();
            ended.clone().run_until_cancelled_owned(async move {
                loop {
                    let (stream, _) = listener.accept().await.expect("a listener accepts");
                    let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
                    // Whoever leaves in the midst of it is gone.
                    tokio::spawn(ended.clone().run_until_cancelled_owned(async move {
                        let tls = acceptor.accept(stream).await.ok()?;
                        hyper::server::conn::http1::Builder::new()
                            .serve_connection(TokioIo::new(tls), service)
                            .await
                            .ok()
                    }));
                }
            })
        });
        Self { port, authority: authority.ca_pem().to_owned(), shared, _running: ended.drop_guard() }
    }

    /// Who vouches for it, as PEM.
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }

    pub fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub fn url(&self, repository: &str) -> String {
        format!("https://{}/{repository}", self.host())
    }

    /// Makes a repository with these files on `main`, and one more file on `other`.
    pub async fn make(&self, repository: &str, files: &[(&str, &[u8])]) {
        repository::make(&self.shared.folder, &self.bare(repository), files).await;
    }

    /// Who has committed what on `main`, newest first.
    pub async fn log(&self, repository: &str) -> Vec<String> {
        repository::log(&self.bare(repository)).await
    }

    fn bare(&self, repository: &str) -> PathBuf {
        self.shared.folder.join("served").join(repository)
    }

    /// Lets what is slow go on, from now on.
    pub fn let_on(&self) {
        self.shared.lets.send_replace(true);
    }

    /// The paths that were asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let asks = path.starts_with("/private/") || path.starts_with("/indiscreet/");
    if asks && authorization != Some(BASIC) {
        let refused = Response::builder().status(StatusCode::UNAUTHORIZED);
        let refused = refused.header(header::WWW_AUTHENTICATE, "Basic realm=\"git\"").body(Body::empty());
        return refused.expect("an answer");
    }
    if path.starts_with("/indiscreet/") {
        let told = Response::builder().status(StatusCode::FORBIDDEN).header(header::CONTENT_TYPE, "text/plain");
        let words = format!("{} may not, nor with {}\n", GitServer::USER, GitServer::PASSWORD);
        return told.body(words.into()).expect("an answer");
    }
    if path.starts_with("/slow/") && path.ends_with("/git-upload-pack") {
        // The sender lives as long as `shared`.
        drop(shared.lets.subscribe().wait_for(|lets| *lets).await);
    }
    by_cgi(&shared.folder.join("served"), request).await
}

/// RFC 3875, as far as git needs it.
async fn by_cgi(root: &Path, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let text = |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut command = repository::git(root);
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", head.method.as_str())
        .env("PATH_INFO", head.uri.path())
        // Whoever has a name may push.
        .env("REMOTE_USER", if head.headers.contains_key(header::AUTHORIZATION) { GitServer::USER } else { "" })
        .env("QUERY_STRING", head.uri.query().unwrap_or(""))
        .env("CONTENT_TYPE", text(header::CONTENT_TYPE))
        .env("HTTP_CONTENT_ENCODING", text(header::CONTENT_ENCODING))
        .env("GIT_PROTOCOL", head.headers.get("git-protocol").and_then(|value| value.to_str().ok()).unwrap_or(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let body = to_bytes(body, MAX_BODY).await.expect("a question of git is short");
    let mut child = command.spawn().expect("git is installed");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // It may have heard enough before the end.
    let _ = stdin.write_all(&body).await;
    drop(stdin);
    let Output { stdout, .. } = child.wait_with_output().await.expect("the output is read");
    let end = stdout.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("an answer has a head");
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&stdout[..end]).lines() {
        let (name, value) = line.split_once(": ").expect("a header");
        response = if name == "Status" {
            response.status(value.split(' ').next().unwrap_or("500"))
        } else {
            response.header(name, value)
        };
    }
    response.body(Body::from(stdout[end + 4..].to_vec())).expect("an answer")
}
