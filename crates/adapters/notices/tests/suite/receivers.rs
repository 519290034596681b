//! A mail server and a web server for one test each: they take what comes, remember it, and answer as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

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
}

#[derive(Default)]
struct Mail {
    letters: Mutex<Vec<Letter>>,
    /// Answers to the next `MAIL FROM`; 250 when nothing is left.
    answers: Mutex<VecDeque<String>>,
}

/// A mail server (RFC 5321, as much as a client needs).
#[derive(Clone)]
pub(crate) struct MailReceiver {
    state: Arc<Mail>,
    pub(crate) at: SocketAddr,
}

impl MailReceiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::new(Mail::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&shared)));
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

async fn talk(stream: TcpStream, mail: Arc<Mail>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut letter = Letter::default();
    write.write_all(b"220 test ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME".to_owned(),
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
                write.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    letter
                        .data
                        .push_str(line.strip_prefix('.').unwrap_or(&line));
                    letter.data.push('\n');
                }
                mail.letters
                    .lock()
                    .unwrap()
                    .push(std::mem::take(&mut letter));
                "250 taken".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
