//! The certificate that browsers see: from PEM files, or made at the first start. Links do not depend on it, so it may
//! be renewed at will.

use arc_swap::ArcSwap;
use protocol::pairing::Fingerprint;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
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
    #[error("tls.key: {path} can be read by others (mode {mode:o}): it must be 600 or stricter")]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("{certificate} and {key} do not belong together")]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("{path}: {reason}")]
    Unwritable { path: PathBuf, reason: io::Error },
    #[error("a certificate for {host} could not be made with the key in {key}: {reason}")]
    Unmade { host: String, key: PathBuf, reason: rcgen::Error },
}

impl Certificates {
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let current = ArcSwap::from_pointee(read(certificate, key)?);
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    /// Loads the self-signed certificate of a trial from `folder`, and makes it there first when there is none.
    pub fn load_or_make(folder: &Path, host: &str) -> Result<Self, CertificateError> {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("certificate-key.pem"));
        if !certificate.exists() {
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
    check_private(key)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let signing =
        any_supported_type(&private).map_err(|reason| CertificateError::Key { path: key.to_owned(), reason })?;
    let certified = CertifiedKey::new(chain, signing);
    certified
        .keys_match()
        .map_err(|_| CertificateError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned() })?;
    Ok(certified)
}

/// One that cannot be looked at cannot be read either, and is refused for that.
fn check_private(key: &Path) -> Result<(), CertificateError> {
    let mode = fs::metadata(key).map_or(0, |metadata| metadata.permissions().mode() & 0o7777);
    if mode & 0o077 != 0 {
        return Err(CertificateError::TooOpen { path: key.to_owned(), mode });
    }
    Ok(())
}

/// Makes a certificate. The key is written first, and a key that is there is kept: a first start that was broken off
/// between the two goes on from there, and a key that somebody put there is not ours to replace.
fn make(certificate: &Path, key: &Path, host: &str) -> Result<(), CertificateError> {
    let unmade = |reason| CertificateError::Unmade { host: host.to_owned(), key: key.to_owned(), reason };
    let mut names = vec![host.to_owned()];
    if host == "localhost" {
        names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    let pair = match fs::read_to_string(key) {
        Ok(pem) => {
            check_private(key)?;
            KeyPair::from_pem(&pem).map_err(unmade)?
        }
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => {
            let pair = KeyPair::generate().map_err(unmade)?;
            write(key, pair.serialize_pem().as_bytes(), 0o600)?;
            pair
        }
        Err(reason) => return Err(CertificateError::Unwritable { path: key.to_owned(), reason }),
    };
    let made = CertificateParams::new(names).and_then(|params| params.self_signed(&pair)).map_err(unmade)?;
    write(certificate, made.pem().as_bytes(), 0o644)
}

/// Writes a file whole and onto the disk, or not at all.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let draft = path.with_extension("new");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&draft)?;
        // A draft that was left there keeps its mode through the call above.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|reason| CertificateError::Unwritable { path: path.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_first_start_that_was_broken_off_goes_on_with_the_key_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("certificate-key.pem"));
        let first = Certificates::load_or_make(folder.path(), "localhost").unwrap().fingerprint();
        let kept = fs::read(&key).unwrap();
        fs::remove_file(&certificate).unwrap();
        let second = Certificates::load_or_make(folder.path(), "localhost").unwrap().fingerprint();
        assert_ne!(first, second, "it is another certificate");
        assert_eq!(fs::read(&key).unwrap(), kept, "for the same key");
        // The other half alone is no beginning.
        fs::remove_file(&key).unwrap();
        let lost = Certificates::load_or_make(folder.path(), "localhost");
        assert!(matches!(lost, Err(CertificateError::Unreadable { .. })), "{lost:?}");
        fs::remove_file(&certificate).unwrap();
        fs::write(&key, "somebody's").unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        let odd = Certificates::load_or_make(folder.path(), "localhost");
        assert!(matches!(odd, Err(CertificateError::Unmade { .. })), "{odd:?}");
        assert_eq!(fs::read_to_string(&key).unwrap(), "somebody's");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("certificate-key.pem"));
        let certificates = Certificates::load_or_make(folder.path(), "localhost").unwrap();
        for mode in [0o640, 0o604, 0o644] {
            fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
            let refused = Certificates::load(&certificate, &key).unwrap_err().to_string();
            assert!(refused.contains("tls.key") && refused.contains(&key.display().to_string()), "{refused}");
            certificates.reload().unwrap_err();
        }
        fs::set_permissions(&key, Permissions::from_mode(0o400)).unwrap();
        certificates.reload().unwrap();
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
