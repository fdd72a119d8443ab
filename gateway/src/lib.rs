//! The gateway: the one endpoint of a Condrix installation.

pub mod admin;
pub mod api;
pub mod app;
pub mod auth;
pub mod authz;
pub mod cli;
pub mod config;
mod descriptors;
pub mod fleet;
pub mod listener;
pub mod metrics;
mod problem;
pub mod proxy;
pub mod registry;
pub mod revocation;
mod telemetry;
pub mod violations;
pub mod web;

use anyhow::{Result, anyhow, bail};
use app::App;
use config::Config;
use listener::{Caps, Listener, link_tls};
use pingora_core::apps::HttpServerOptions;
use pingora_core::server::configuration::ServerConf;
use proxy::{Carrier, ControlPlane, Edge, Limits};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

/// How long a connection may wait for its next request.
const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// When the deadline for requests in flight has passed, the rest is cut and ends at once, but for what a handler is writing.
const LAST: Duration = Duration::from_secs(2);

/// Runs the gateway until `shutdown` fires, or until a part of it fails that it cannot do without.
pub async fn run(config: Config, shutdown: CancellationToken) -> Result<()> {
    telemetry::start(&config.log)?;
    descriptors::make_room(config.limits.connections)?;
    let app = Arc::new(App::open(config).await?);
    let tasks = TaskTracker::new();
    let served = serve(&app, &tasks, &shutdown).await;
    shutdown.cancel();
    tasks.close();
    if timeout(LAST, tasks.wait()).await.is_err() {
        warn!(left = tasks.len(), "not everything ended in time");
    }
    app.registry.close().await;
    info!("ended");
    served
}

async fn serve(app: &Arc<App>, tasks: &TaskTracker, shutdown: &CancellationToken) -> Result<()> {
    let config = &app.config;
    let limits = Limits {
        head: config.limits.header_deadline,
        body_time: config.limits.body_deadline,
        keep_alive: KEEP_ALIVE,
        write: config.limits.write_deadline,
        silence: config.limits.silence_deadline,
        head_bytes: config.limits.head_bytes,
        body: config.limits.body_bytes,
    };
    let edge = Edge {
        auth: Arc::clone(&app.auth),
        fleet: Arc::clone(&app.fleet),
        metrics: Arc::clone(&app.metrics),
        control: ControlPlane::new(api::router(Arc::clone(app)), tasks.clone()),
        carrier: Carrier::new(Arc::clone(&app.fleet), link_tls(Arc::clone(&app.certificates)), tasks.clone()),
        origin: config.public_url.origin().to_owned(),
        limits,
    };
    let mut proxy = pingora_proxy::http_proxy(&Arc::new(ServerConf::default()), edge);
    // pingora answers CONNECT with a page of its own unless it is left to the edge, where no route has that method.
    let mut options = HttpServerOptions::default();
    options.allow_connect_method_proxying = true;
    proxy.server_options = Some(options);
    let proxy = Arc::new(proxy);
    let caps = Caps { total: config.limits.connections, per_address: config.limits.connections_per_address };
    let listener = Listener::bind(
        config.listen,
        Arc::clone(&app.certificates),
        caps,
        proxy,
        Arc::clone(&app.fleet),
        Arc::clone(&app.metrics),
        limits,
    )
    .await
    .map_err(|reason| anyhow!("listen: {}: {reason}", config.listen))?;
    let metrics = TcpListener::bind(config.metrics.listen)
        .await
        .map_err(|reason| anyhow!("metrics.listen: {}: {reason}", config.metrics.listen))?;
    let socket = app.data_dir.admin_socket();
    let admin = admin::bind(&socket).map_err(|reason| anyhow!("{}: {reason}", socket.display()))?;
    info!(
        url = %config.public_url,
        listen = %listener.local_addr()?,
        metrics = %metrics.local_addr()?,
        certificate = %app.certificates.fingerprint(),
        version = env!("CARGO_PKG_VERSION"),
        "ready"
    );

    let mut essential = Essential::default();
    essential.spawn("listener", listener.run(tasks.clone(), shutdown.clone(), config.shutdown_deadline));
    essential.spawn("admin socket", admin::serve(admin, Arc::clone(app), tasks.clone(), shutdown.clone()));
    essential.spawn("metrics", log_failure(metrics::serve(metrics, Arc::clone(&app.metrics), shutdown.clone())));
    essential.spawn("certificate reload", reload_certificates(Arc::clone(app), shutdown.clone()));
    essential.spawn("reports' keeping", {
        let (fleet, shutdown) = (Arc::clone(&app.fleet), shutdown.clone());
        async move { fleet.keep_reports(shutdown).await }
    });
    essential.spawn("logins' sweep", {
        let (auth, shutdown) = (Arc::clone(&app.auth), shutdown.clone());
        async move { auth.sweep(shutdown).await }
    });
    essential.first_to_end(shutdown, config.shutdown_deadline + LAST).await
}

async fn log_failure(served: impl Future<Output = std::io::Result<()>>) {
    if let Err(reason) = served.await {
        error!(%reason, "a listener failed");
    }
}

/// SIGHUP reads the certificate's files again.
async fn reload_certificates(app: Arc<App>, shutdown: CancellationToken) {
    let mut hangup = match signal(SignalKind::hangup()) {
        Ok(hangup) => hangup,
        Err(reason) => return error!(%reason, "SIGHUP cannot be listened to"),
    };
    loop {
        tokio::select! {
            _ = hangup.recv() => match app.certificates.reload() {
                Ok(()) => info!(certificate = %app.certificates.fingerprint(), "the certificate was read again"),
                Err(reason) => error!(%reason, "the certificate was not replaced"),
            },
            () = shutdown.cancelled() => return,
        }
    }
}

/// Tasks whose end is the gateway's end.
#[derive(Default)]
struct Essential(JoinSet<&'static str>);

impl Essential {
    fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(async move {
            task.await;
            name
        });
    }

    /// `patience` is for the others, once the gateway was asked to end. What does not end then is dropped.
    async fn first_to_end(mut self, shutdown: &CancellationToken, patience: Duration) -> Result<()> {
        let Some(ended) = self.0.join_next().await else { return Ok(()) };
        if shutdown.is_cancelled() {
            let rest = async { while self.0.join_next().await.is_some() {} };
            if timeout(patience, rest).await.is_err() {
                warn!(left = self.0.len(), "parts of the gateway did not end in time");
            }
            return Ok(());
        }
        match ended {
            Ok(name) => bail!("the {name} ended by itself"),
            Err(reason) => bail!("a part of the gateway failed: {reason}"),
        }
    }
}
