//! The test certificate authority and the leaf certificates it makes, one per host.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A test names a handful of hosts; more than this is a runaway.
const MAX_HOSTS: usize = 512;

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    ca_pem: String,
    by_host: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Two that are trusted at once must differ in their names: a client looks a certificate's issuer up by it.
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("ring makes keys");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, format!("{name} test authority"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("the parameters are complete");
        Self { ca_pem: certificate.pem(), issuer: Issuer::new(params, key), by_host: Mutex::default() }
    }

    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// How to be `host`. None for a name that no certificate can carry.
    pub(crate) fn server_config(&self, host: &str) -> Option<Arc<ServerConfig>> {
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = by_host.get(host) {
            return Some(Arc::clone(config));
        }
        if by_host.len() >= MAX_HOSTS {
            return None;
        }
        let config = Arc::new(self.make(host)?);
        by_host.insert(host.to_owned(), Arc::clone(&config));
        Some(config)
    }

    fn make(&self, host: &str) -> Option<ServerConfig> {
        let key = KeyPair::generate().ok()?;
        let leaf = CertificateParams::new([host.to_owned()]).ok()?.signed_by(&key, &self.issuer).ok()?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .ok()?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Some(config)
    }
}
