//! TLS as a client, for IMAP and SMTP alike: the system's certificates, and those of one further file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};

/// Why no TLS connection can be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file with further certificates.
    #[error("could not read certificates from {}: {reason}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Cause.
        reason: String,
    },
    /// The system has none, and none were given.
    #[error("could not find trusted certificates: install the package ca-certificates, or set tls_ca_file")]
    NoRoots,
    /// rustls refuses its own settings.
    #[error("could not set up TLS: {0}")]
    Settings(#[from] rustls::Error),
}

/// Settings that trust the system's certificates and those in `ca_file`.
///
/// # Errors
/// If `ca_file` cannot be read or holds no certificate, or if nothing at all is trusted.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    // single certificates of the system that rustls cannot read are nothing to fail for
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|cause| ca_file_error(path, cause))?;
        }
    }
    if roots.is_empty() {
        return Err(Error::NoRoots);
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| ca_file_error(path, cause))?;
    if found.is_empty() {
        return Err(ca_file_error(path, "it holds no certificate in PEM form"));
    }
    Ok(found)
}

fn ca_file_error(path: &Path, cause: impl ToString) -> Error {
    Error::CaFile { path: path.to_owned(), reason: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_without_certificates_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let error = client_config(Some(file.path())).expect_err("an empty file");
        assert_eq!(
            error.to_string(),
            format!("could not read certificates from {}: it holds no certificate in PEM form", file.path().display())
        );
    }

    #[test]
    fn a_missing_ca_file_is_refused() {
        assert!(matches!(client_config(Some(Path::new("/nonexistent/ca.pem"))), Err(Error::CaFile { .. })));
    }
}
