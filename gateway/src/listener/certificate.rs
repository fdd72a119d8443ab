//! The certificate that browsers see: from PEM files, or made at the first start. Links do not depend on it, so it may
//! be renewed at will.

use arc_swap::ArcSwap;
use protocol::pairing::Fingerprint;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Serves the present certificate; [`Certificates::reload`] replaces it without closing a connection.
#[derive(Debug)]
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    current: ArcSwap<CertifiedKey>,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("{path}: {reason}")]
    Unreadable { path: PathBuf, reason: rustls::pki_types::pem::Error },
    #[error("{path}: there is no certificate in it")]
    Empty { path: PathBuf },
    #[error("{path}: {reason}")]
    Key { path: PathBuf, reason: rustls::Error },
    #[error("{certificate} and {key} do not belong together")]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("{path}: {reason}")]
    Unwritable { path: PathBuf, reason: io::Error },
    #[error("a certificate for {host} could not be made: {reason}")]
    Unmade { host: String, reason: rcgen::Error },
}

impl Certificates {
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let current = ArcSwap::from_pointee(read(certificate, key)?);
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    /// Loads the self-signed certificate of a trial from `folder`, and makes it there first when there is none.
    pub fn load_or_make(folder: &Path, host: &str) -> Result<Self, CertificateError> {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("certificate-key.pem"));
        if !certificate.exists() && !key.exists() {
            make(&certificate, &key, host)?;
        }
        Self::load(&certificate, &key)
    }

    /// Reads the files again. A pair that cannot be used leaves the present one in place.
    pub fn reload(&self) -> Result<(), CertificateError> {
        self.current.store(Arc::new(read(&self.certificate, &self.key)?));
        Ok(())
    }

    /// What a pairing token carries, and what a person compares on a first visit.
    pub fn fingerprint(&self) -> Fingerprint {
        let current = self.current.load();
        Fingerprint::of(current.cert.first().map_or(&[][..], |certificate| certificate.as_ref()))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, CertificateError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |reason| CertificateError::Unreadable { path, reason }
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(unreadable(certificate))?;
    if chain.is_empty() {
        return Err(CertificateError::Empty { path: certificate.to_owned() });
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let signing =
        any_supported_type(&private).map_err(|reason| CertificateError::Key { path: key.to_owned(), reason })?;
    let certified = CertifiedKey::new(chain, signing);
    certified
        .keys_match()
        .map_err(|_| CertificateError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned() })?;
    Ok(certified)
}

fn make(certificate: &Path, key: &Path, host: &str) -> Result<(), CertificateError> {
    let unmade = |reason| CertificateError::Unmade { host: host.to_owned(), reason };
    let mut names = vec![host.to_owned()];
    if host == "localhost" {
        names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    let made = rcgen::generate_simple_self_signed(names).map_err(unmade)?;
    // The key first: a certificate without its key would stop every later start.
    write(key, made.signing_key.serialize_pem().as_bytes(), 0o600)?;
    write(certificate, made.cert.pem().as_bytes(), 0o644)
}

/// Writes a file whole or not at all.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let unwritable = |reason| CertificateError::Unwritable { path: path.to_owned(), reason };
    let draft = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&draft).map_err(unwritable)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(unwritable)?;
    fs::rename(&draft, path).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_first_start_makes_a_certificate_and_the_second_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Certificates::load_or_make(folder.path(), "localhost").unwrap().fingerprint();
        let second = Certificates::load_or_make(folder.path(), "localhost").unwrap().fingerprint();
        assert_eq!(first, second);
        let key = fs::metadata(folder.path().join("certificate-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_reload_takes_a_renewed_certificate_and_refuses_a_broken_one() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::load_or_make(folder.path(), "localhost").unwrap();
        let before = certificates.fingerprint();
        let other = tempfile::tempdir().unwrap();
        let renewed = Certificates::load_or_make(other.path(), "localhost").unwrap().fingerprint();
        fs::copy(other.path().join("certificate.pem"), folder.path().join("certificate.pem")).unwrap();
        assert!(matches!(certificates.reload(), Err(CertificateError::Mismatch { .. })));
        assert_eq!(certificates.fingerprint(), before);
        fs::copy(other.path().join("certificate-key.pem"), folder.path().join("certificate-key.pem")).unwrap();
        certificates.reload().unwrap();
        assert_eq!(certificates.fingerprint(), renewed);
        fs::write(folder.path().join("certificate.pem"), "").unwrap();
        assert!(matches!(certificates.reload(), Err(CertificateError::Empty { .. })));
        assert_eq!(certificates.fingerprint(), renewed);
    }
}
