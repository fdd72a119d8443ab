//! Trust in one gateway: its own certificate and nothing else.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

pub(super) fn trusting(certificate_pem: &str) -> ClientConfig {
    let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).expect("the certificate is PEM");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("the certificate is X.509");
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has all versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
