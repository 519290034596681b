//! A mail server and a web server for one test each: they take what comes, remember it, and answer as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Web {
    calls: Mutex<Vec<Call>>,
    /// What to answer next; 200 when nothing is left.
    answers: Mutex<VecDeque<(u16, String)>>,
}

/// A web server.
#[derive(Clone)]
pub(crate) struct WebReceiver {
    state: Arc<Web>,
    pub(crate) at: SocketAddr,
}

impl WebReceiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::new(Web::default());
        let router = Router::new().fallback(take).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, at }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    pub(crate) fn answer(&self, status: u16, body: &str) {
        self.state
            .answers
            .lock()
            .unwrap()
            .push_back((status, body.to_owned()));
    }

    /// From now on 200 again.
    pub(crate) fn recover(&self) {
        self.state.answers.lock().unwrap().clear();
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap().clone()
    }
}

async fn take(
    State(web): State<Arc<Web>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, String); 1], String) {
    web.calls.lock().unwrap().push(Call {
        method,
        uri,
        headers,
        body,
    });
    let next = web.answers.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or((200, "ok".to_owned()));
    // Only redirects have a use for it.
    let location = [("location", "/elsewhere".to_owned())];
    (StatusCode::from_u16(status).unwrap(), location, body)
}

/// One letter as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
    /// It came over an encrypted connection.
    pub(crate) encrypted: bool,
    /// Somebody signed in before it came.
    pub(crate) signed_in: bool,
}

/// How a mail server wants to be spoken to.
#[derive(Clone, Default)]
pub(crate) enum Encryption {
    #[default]
    None,
    /// Offered after the greeting.
    Starttls(TlsAcceptor),
    /// From the first byte.
    Implicit(TlsAcceptor),
}

#[derive(Default)]
struct Mail {
    letters: Mutex<Vec<Letter>>,
    /// Answers to the next `MAIL FROM`; 250 when nothing is left.
    answers: Mutex<VecDeque<String>>,
    encryption: Encryption,
    /// The only name and password it accepts.
    login: Option<(&'static str, &'static str)>,
}

/// A mail server (RFC 5321, 3207 and 4954, as much as a client needs).
#[derive(Clone)]
pub(crate) struct MailReceiver {
    state: Arc<Mail>,
    pub(crate) at: SocketAddr,
}

impl MailReceiver {
    pub(crate) async fn start() -> Self {
        Self::with(Encryption::None, None).await
    }

    pub(crate) async fn with(
        encryption: Encryption,
        login: Option<(&'static str, &'static str)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::new(Mail {
            encryption,
            login,
            ..Mail::default()
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(welcome(stream, Arc::clone(&shared)));
            }
        });
        Self { state, at }
    }

    pub(crate) fn answer(&self, line: &str) {
        self.state
            .answers
            .lock()
            .unwrap()
            .push_back(line.to_owned());
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.state.letters.lock().unwrap().clone()
    }
}

async fn welcome(stream: TcpStream, mail: Arc<Mail>) -> std::io::Result<()> {
    const GREETING: &[u8] = b"220 test ESMTP\r\n";
    match &mail.encryption {
        Encryption::Implicit(acceptor) => {
            let mut stream = acceptor.accept(stream).await?;
            stream.write_all(GREETING).await?;
            talk(stream, &mail, true).await?;
        }
        encryption => {
            let mut stream = stream;
            stream.write_all(GREETING).await?;
            let left = talk(stream, &mail, false).await?;
            if let (Encryption::Starttls(acceptor), Some(stream)) = (encryption, left) {
                talk(acceptor.accept(stream).await?, &mail, true).await?;
            }
        }
    }
    Ok(())
}

/// Gives the connection back when it is to be encrypted.
async fn talk<S>(stream: S, mail: &Mail, encrypted: bool) -> std::io::Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut io = BufReader::new(stream);
    let mut letter = Letter::default();
    let mut signed_in = false;
    while let Some(line) = line(&mut io).await? {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => mail.offers(encrypted),
            "STAR" => {
                io.write_all(b"220 go on\r\n").await?;
                return Ok(Some(io.into_inner()));
            }
            "AUTH" => {
                signed_in = mail.accepts(&line);
                if signed_in {
                    "235 welcome"
                } else {
                    "535 5.7.8 wrong name or password"
                }
                .to_owned()
            }
            "MAIL" => {
                letter.from = line.clone();
                let next = mail.answers.lock().unwrap().pop_front();
                next.unwrap_or_else(|| "250 ok".to_owned())
            }
            "RCPT" => {
                letter.to.push(line.clone());
                "250 ok".to_owned()
            }
            "DATA" => {
                io.write_all(b"354 go on\r\n").await?;
                letter.data = data(&mut io).await?;
                (letter.encrypted, letter.signed_in) = (encrypted, signed_in);
                let taken = std::mem::take(&mut letter);
                mail.letters.lock().unwrap().push(taken);
                "250 taken".to_owned()
            }
            "QUIT" => {
                io.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "250 ok".to_owned(),
        };
        io.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(None)
}

impl Mail {
    fn offers(&self, encrypted: bool) -> String {
        let mut lines = "250-test\r\n".to_owned();
        if matches!(self.encryption, Encryption::Starttls(_)) && !encrypted {
            lines.push_str("250-STARTTLS\r\n");
        }
        if self.login.is_some() {
            lines.push_str("250-AUTH PLAIN\r\n");
        }
        lines + "250 8BITMIME"
    }

    fn accepts(&self, line: &str) -> bool {
        let Some((user, password)) = self.login else {
            return false;
        };
        let expected = STANDARD.encode(format!("\0{user}\0{password}"));
        line == format!("AUTH PLAIN {expected}")
    }
}

async fn line(io: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = io.read_line(&mut line).await?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok((read > 0).then_some(line))
}

async fn data(io: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut data = String::new();
    while let Some(line) = line(io).await?.filter(|line| line != ".") {
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push('\n');
    }
    Ok(data)
}
