//! E-mail by SMTP.

use lettre::message::{Mailbox, Message, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use youlin_kernel::{Ctx, Locale};

use crate::commands::Outcome;
use crate::entities::delivery;
use crate::service::{Notices, TIMEOUT};
use crate::settings::{SettingsFault, SmtpSecurity, SmtpSettings};
use crate::words::Facts;

/// The connection to the mail server, made anew for each message.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Mailer {
    pub(crate) fn new(settings: &SmtpSettings) -> Result<Self, SettingsFault> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let fault = |error: lettre::transport::smtp::Error| SettingsFault::Mail(error.to_string());
        let host = settings.host.trim();
        let mut tls = TlsParameters::builder(host.to_owned());
        if let Some(authorities) = settings.authorities()? {
            tls = tls.add_root_certificate(authorities);
        }
        let tls = tls.build().map_err(fault)?;
        let builder = Transport::builder_dangerous(host);
        let mut builder = match settings.security {
            SmtpSecurity::Starttls => builder.port(SUBMISSION_PORT).tls(Tls::Required(tls)),
            SmtpSecurity::Tls => builder.port(SUBMISSIONS_PORT).tls(Tls::Wrapper(tls)),
            SmtpSecurity::None => builder,
        };
        if let Some(port) = settings.port {
            builder = builder.port(port);
        }
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.0.clone()));
        }
        Ok(Self {
            transport: builder.timeout(Some(TIMEOUT)).build(),
            from: settings
                .from
                .parse()
                .map_err(|_unreadable| SettingsFault::SmtpFrom)?,
        })
    }
}

pub(super) async fn send(
    notices: &Notices,
    ctx: &Ctx,
    row: &delivery::Model,
    target: &str,
    args: &str,
) -> Outcome {
    let Some(mailer) = &notices.mailer else {
        return Outcome::Refused("channel-off".to_owned());
    };
    let Ok(address) = target.parse::<Address>() else {
        return Outcome::Refused("address".to_owned());
    };
    let Some(message) = letter(notices, ctx, mailer, row, address, args) else {
        return Outcome::Refused("message".to_owned());
    };
    match mailer.transport.send(message).await {
        Ok(_taken) => Outcome::Sent,
        Err(error) => {
            let code = code(&error);
            if error.status().is_none() {
                // What a mail server answers may repeat the address; what went wrong before it answered does not.
                tracing::warn!(%error, code, "the mail server cannot be used; check the smtp_ settings");
            }
            if error.is_permanent() {
                Outcome::Refused(code)
            } else {
                Outcome::Later(code)
            }
        }
    }
}

/// Subject: the template's own line. Body: the words of the SMS, and a line that says who writes.
fn letter(
    notices: &Notices,
    ctx: &Ctx,
    mailer: &Mailer,
    row: &delivery::Model,
    to: Address,
    args: &str,
) -> Option<Message> {
    let facts: Facts = serde_json::from_str(args).unwrap_or_default();
    let (i18n, locale) = (&notices.i18n, notices.settings.locale());
    let subject = facts.say(i18n, locale, "mail", &row.template);
    let words = facts.say(i18n, locale, "sms", &row.template);
    let foot = i18n.text(locale, "mail-foot", &[]);
    let millis = u64::try_from(ctx.now().0 / 1_000).unwrap_or_default();
    let date = std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis);
    // The same at each attempt, so that a mail server can drop the second of two.
    let message_id = format!("<{}@{}>", row.id, mailer.from.email.domain());
    Message::builder()
        .from(mailer.from.clone())
        .to(Mailbox::new(None, to))
        .subject(subject)
        .date(date)
        .message_id(Some(message_id))
        .header(AutoSubmitted)
        .header(ContentLanguage(locale))
        .header(header::ContentType::TEXT_PLAIN)
        .body(format!("{words}\n\n-- \n{foot}\n"))
        .ok()
}

/// A word for the list of deliveries.
fn code(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("smtp-{code}"),
        None if error.is_timeout() => "timeout".to_owned(),
        // It offers no encryption, or no way of signing in that we know.
        None if error.is_client() => "smtp-unable".to_owned(),
        None => match encryption(error) {
            Some(rustls::Error::InvalidCertificate(_)) => "certificate".to_owned(),
            Some(_) => "tls".to_owned(),
            None => "connect".to_owned(),
        },
    }
}

/// The fault of the encryption, which comes wrapped as one of the connection.
fn encryption<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut links = std::iter::successors(Some(error), |link| link.source());
    links.find_map(|link| {
        let inner = link
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref());
        inner.and_then(|inner| inner.downcast_ref())
    })
}

/// RFC 3834: no holiday replies to this, please.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[derive(Clone)]
struct ContentLanguage(Locale);

impl header::Header for ContentLanguage {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(Locale::negotiate(text)))
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), self.0.tag().to_owned())
    }
}
