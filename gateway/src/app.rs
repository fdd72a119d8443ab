//! Everything that the gateway's parts share, opened in the one order in which it can be.

use crate::auth::Auth;
use crate::config::Config;
use crate::fleet::Fleet;
use crate::listener::{CertificateError, Certificates};
use crate::metrics::Metrics;
use crate::registry::{DataDir, FolderError, Keys, KeysError, OpenError, Registry, RegistryError, core_claude, cores};
use crate::violations::Violations;
use std::sync::Arc;
use std::time::SystemTime;
use time::OffsetDateTime;

#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub data_dir: DataDir,
    pub registry: Registry,
    pub auth: Arc<Auth>,
    pub fleet: Arc<Fleet>,
    pub metrics: Arc<Metrics>,
    pub certificates: Arc<Certificates>,
    pub violations: Violations,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("data_dir: {0}")]
    Folder(#[from] FolderError),
    #[error("the registry: {0}")]
    Open(#[from] OpenError),
    #[error("the registry: {0}")]
    Registry(#[from] RegistryError),
    #[error("the gateway's keys: {0}")]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl App {
    /// Opens the data folder for this process alone.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let data_dir = DataDir::open(&config.data_dir)?;
        // The registry first: its lock keeps a second process from everything below.
        let registry = Registry::open(&data_dir).await?;
        let keys = Keys::open(&data_dir, &registry, SystemTime::now()).await?;
        let certificates = Arc::new(certificates(&config, &data_dir)?);
        let auth = Arc::new(Auth::load(registry.clone(), keys.tokens, &config, OffsetDateTime::now_utc()).await?);
        let metrics = Arc::new(Metrics::new());
        let mut reader = registry.reader().await?;
        let mut claude = core_claude::all(&mut reader).await?;
        let cores = cores::all(&mut reader).await?.into_iter().map(|core| {
            let claude = claude.remove(&core.id).unwrap_or_default();
            (core, claude)
        });
        let fleet = Arc::new(Fleet::new(keys.identity, registry.clone(), Arc::clone(&metrics), cores));
        drop(reader);
        let violations = Violations::new(Arc::clone(&metrics));
        Ok(Self { config, data_dir, registry, auth, fleet, metrics, certificates, violations })
    }
}

fn certificates(config: &Config, data_dir: &DataDir) -> Result<Certificates, CertificateError> {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => Certificates::load(certificate, key),
        // The configuration has refused one without the other.
        _ => Certificates::load_or_make(data_dir.path(), config.public_url.host()),
    }
}
