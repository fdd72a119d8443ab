//! The gateway's configuration: a TOML file, then `CONDRIX_GATEWAY_…` variables, each key with a default.
//!
//! `config/gateway.toml` shows every key with its default; a test holds it equal to what is here.

mod load;
mod public_url;

pub use load::{ConfigError, ENV_PREFIX};
pub use public_url::PublicUrl;

use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub public_url: PublicUrl,
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    #[serde(with = "humantime_serde")]
    pub shutdown_deadline: Duration,
    pub tls: Tls,
    pub limits: Limits,
    pub login: Login,
    pub tokens: Tokens,
    pub metrics: Metrics,
    pub log: Log,
}

/// Both or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub connections: usize,
    pub connections_per_address: usize,
    #[serde(with = "humantime_serde")]
    pub header_deadline: Duration,
    #[serde(with = "humantime_serde")]
    pub body_deadline: Duration,
    #[serde(with = "humantime_serde")]
    pub write_deadline: Duration,
    #[serde(with = "humantime_serde")]
    pub silence_deadline: Duration,
    pub head_bytes: usize,
    pub body_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Login {
    #[serde(with = "humantime_serde")]
    pub idle: Duration,
    #[serde(with = "humantime_serde")]
    pub absolute: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    #[serde(with = "humantime_serde")]
    pub access: Duration,
    #[serde(with = "humantime_serde")]
    pub pairing: Duration,
    #[serde(with = "humantime_serde")]
    pub setup: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    pub listen: SocketAddr,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: PublicUrl::default(),
            listen: (Ipv6Addr::UNSPECIFIED, 8443).into(),
            data_dir: "/var/lib/condrix-gateway".into(),
            shutdown_deadline: Duration::from_secs(10),
            tls: Tls::default(),
            limits: Limits::default(),
            login: Login::default(),
            tokens: Tokens::default(),
            metrics: Metrics::default(),
            log: Log::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 64,
            header_deadline: Duration::from_secs(10),
            body_deadline: Duration::from_mins(1),
            write_deadline: Duration::from_secs(30),
            silence_deadline: Duration::from_mins(2),
            head_bytes: 32 * 1024,
            body_bytes: 8 * 1024 * 1024,
        }
    }
}

impl Default for Login {
    fn default() -> Self {
        Self { idle: Duration::from_hours(1), absolute: Duration::from_hours(24) }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self { access: Duration::from_mins(5), pairing: Duration::from_mins(10), setup: Duration::from_hours(24) }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 9464).into() }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: "info".to_owned() }
    }
}
