//! Encrypted connections to Postgres, as `sslmode` asks for.

use std::sync::Arc;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

#[derive(Clone)]
pub(super) struct Tls(MakeRustlsConnect);

impl Tls {
    /// Trusts the public roots, or `root` (PEM) alone.
    pub(super) fn new(root: Option<&str>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        match root {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    let certificate = certificate.map_err(|error| format!("the certificate: {error:?}"))?;
                    roots.add(certificate).map_err(|error| format!("the certificate: {error}"))?;
                }
                if roots.is_empty() {
                    return Err("there is no certificate in it".into());
                }
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(MakeRustlsConnect::new(config)))
    }

    pub(super) async fn connect(&self, config: &Config) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = config.connect(self.0.clone()).await?;
        // Its end shows at the client, to whoever asks next.
        tokio::spawn(connection);
        Ok(client)
    }
}
