//! The protected ways to the mail server: with a certificate one believes, with others, with and without a password.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use youlin_kernel::Micros;
use youlin_notices::{Hidden, NoticesSettings, SmtpSecurity, SmtpSettings};

use crate::delivery::{state, states};
use crate::ground::{Ground, grounds};
use crate::http::Web;
use crate::receivers::{Encryption, MailReceiver};

const LOGIN: (&str, &str) = ("youlin", "swordfish");

/// An authority of the own house, its certificate in a file, and a mail server's certificate by it.
struct House {
    ca_file: PathBuf,
    acceptor: TlsAcceptor,
    _folder: TempDir,
}

impl House {
    /// Its mail server's certificate is for that name.
    fn of(name: &str) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, root.pem()).unwrap();

        let issuer = Issuer::new(authority, key);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        Self {
            ca_file,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            _folder: folder,
        }
    }

    fn ways(&self) -> [(SmtpSecurity, Encryption); 2] {
        [
            (
                SmtpSecurity::Starttls,
                Encryption::Starttls(self.acceptor.clone()),
            ),
            (
                SmtpSecurity::Tls,
                Encryption::Implicit(self.acceptor.clone()),
            ),
        ]
    }
}

fn settings(mail: &MailReceiver, security: SmtpSecurity, ca_file: Option<PathBuf>) -> SmtpSettings {
    SmtpSettings {
        // The name the certificate is for; the receiver listens on loopback.
        host: "localhost".into(),
        port: Some(mail.at.port()),
        security,
        user: Some(LOGIN.0.into()),
        password: Some(Hidden(LOGIN.1.into())),
        from: "友邻 <noreply@community.example>".into(),
        ca_file,
    }
}

fn by(smtp: SmtpSettings) -> NoticesSettings {
    NoticesSettings {
        smtp: Some(smtp),
        ..NoticesSettings::default()
    }
}

/// A task for the company, which is told by mail.
async fn told(ground: &Ground) {
    let task = json!({"task": ground.cast.company_task, "party": ground.cast.company, "role": "supporting"});
    ground.happens("task_given", task).await;
    assert_eq!(ground.send().await, 1);
}

#[tokio::test]
async fn both_protected_ways_deliver_with_a_certificate_of_the_own_house() {
    let house = House::of("localhost");
    for (security, encryption) in house.ways() {
        let mail = MailReceiver::with(encryption, Some(LOGIN)).await;
        let settings = by(settings(&mail, security, Some(house.ca_file.clone())));
        for ground in grounds(&settings).await {
            let before = mail.letters().len();
            told(&ground).await;
            assert_eq!(
                states(&ground).await,
                [state("sent", 1, "")],
                "{security:?} on {}",
                ground.world.base.kind
            );
            let letter = &mail.letters()[before];
            assert!(letter.encrypted && letter.signed_in, "{security:?}");
        }
    }
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_gets_no_letter_a_clear_word_and_another_try() {
    let (house, other) = (House::of("localhost"), House::of("mail.elsewhere.example"));
    for (which, ca_file) in [
        ("unknown authority", None),
        ("wrong name", Some(other.ca_file.clone())),
    ] {
        let served = if ca_file.is_some() { &other } else { &house };
        for (security, encryption) in served.ways() {
            let mail = MailReceiver::with(encryption, Some(LOGIN)).await;
            let log = Log::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            let logging = tracing::subscriber::set_default(subscriber);
            let settings = by(settings(&mail, security, ca_file.clone()));
            for web in Web::each(&settings).await {
                told(&web.ground).await;
                assert_eq!(
                    states(&web.ground).await,
                    [state("waiting", 1, "certificate")],
                    "{which} {security:?}"
                );
                assert!(
                    log.text().contains("invalid peer certificate"),
                    "{}",
                    log.text()
                );
                let page = web.get("admin", "/admin/deliveries").await.body;
                assert!(
                    page.contains("证书不可信") && page.contains("smtp_ca_file"),
                    "{page}"
                );
                web.ground.world.clock.advance(5 * Micros::SECOND);
                assert_eq!(web.ground.send().await, 1);
                assert_eq!(
                    states(&web.ground).await,
                    [state("waiting", 2, "certificate")]
                );
            }
            drop(logging);
            assert!(mail.letters().is_empty(), "nothing went out unprotected");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_for_ever() {
    let house = House::of("localhost");
    for (security, encryption) in house.ways() {
        let mail = MailReceiver::with(encryption, Some(LOGIN)).await;
        let mut smtp = settings(&mail, security, Some(house.ca_file.clone()));
        smtp.password = Some(Hidden("wrong".into()));
        for web in Web::each(&by(smtp)).await {
            told(&web.ground).await;
            assert_eq!(states(&web.ground).await, [state("failed", 1, "smtp-535")]);
            let page = web.get("admin", "/admin/deliveries").await.body;
            assert!(page.contains("不接受所设的用户名或密码"), "{page}");
            web.ground.world.clock.advance(Micros::DAY);
            assert_eq!(web.ground.send().await, 0);
        }
        assert!(mail.letters().is_empty());
    }
}

#[tokio::test]
async fn nothing_goes_in_the_clear_when_the_server_offers_no_encryption() {
    let mail = MailReceiver::with(Encryption::None, Some(LOGIN)).await;
    for (security, code) in [
        (SmtpSecurity::Starttls, "smtp-unable"),
        (SmtpSecurity::Tls, "tls"),
    ] {
        for ground in grounds(&by(settings(&mail, security, None))).await {
            told(&ground).await;
            assert_eq!(states(&ground).await, [state("waiting", 1, code)]);
        }
    }
    assert!(mail.letters().is_empty());
}

/// What is logged meanwhile.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
