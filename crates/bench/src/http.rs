//! A load generator that costs little: each connection sends prepared bytes and reads one answer after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::engines::percentile;

/// What a load run found.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) answers: u64,
}

/// Makes the n-th request.
pub(crate) type Maker = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// A GET with the key.
pub(crate) fn get(path: &str, key: &str, accept: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nAccept: {accept}\r\n\r\n").into_bytes()
}

/// A GET of a page by somebody who signed in.
pub(crate) fn page(path: &str, cookie: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nAccept: text/html\r\n\r\n"
    )
    .into_bytes()
}

/// A POST of JSON with the key and an idempotency key.
pub(crate) fn post_json(path: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Runs `connections` at once for `seconds` after a short warm-up; every answer must have the expected status.
pub(crate) async fn load(
    addr: SocketAddr,
    connections: u64,
    seconds: u64,
    expected: u16,
    make: Maker,
) -> Result<Load> {
    run(
        addr,
        connections,
        Duration::from_secs(2),
        expected,
        Arc::clone(&make),
    )
    .await
    .context("warm-up")?;
    run(
        addr,
        connections,
        Duration::from_secs(seconds),
        expected,
        make,
    )
    .await
}

async fn run(
    addr: SocketAddr,
    connections: u64,
    time: Duration,
    expected: u16,
    make: Maker,
) -> Result<Load> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let make = Arc::clone(&make);
        tasks.spawn(async move {
            let mut connection = Connection::open(addr).await?;
            let mut times = Vec::new();
            while started.elapsed() < time {
                let request = make(NEXT.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                let (status, body) = connection.ask(&request).await?;
                times.push(sent.elapsed().as_secs_f64() * 1_000.0);
                if status != expected {
                    bail!(
                        "{status}: {}",
                        String::from_utf8_lossy(&body[..body.len().min(400)])
                    );
                }
            }
            Ok(times)
        });
    }
    let mut times: Vec<f64> = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let answers = times.len() as u64;
    let per_second = answers as f64 / started.elapsed().as_secs_f64();
    Ok(Load {
        per_second,
        p50_ms: percentile(&mut times, 50.0),
        p99_ms: percentile(&mut times, 99.0),
        answers,
    })
}

/// One keep-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Signs in as a browser does; the answer is what every later request says as its cookie.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Result<String> {
        let escaped =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let body = format!("login={}&password={}", escaped(login), escaped(password));
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, head, _) = self.exchange(request.as_bytes()).await?;
        let cookies = head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_cookie = name.eq_ignore_ascii_case("set-cookie");
            is_cookie.then(|| value.split(';').next().unwrap_or_default().trim())
        });
        let cookies: Vec<&str> = cookies.collect();
        if !(300..400).contains(&status) || cookies.is_empty() {
            bail!("sign-in of {login} was answered {status}");
        }
        Ok(cookies.join("; "))
    }

    /// Sends one request and reads its answer: status and body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        let (status, _, body) = self.exchange(request).await?;
        Ok((status, body))
    }

    /// The same with the head as it came.
    async fn exchange(&mut self, request: &[u8]) -> Result<(u16, String, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
        };
        let said = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let text = said.to_ascii_lowercase();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .context("no status line")?;
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|n| n.trim().parse().ok());
        match length {
            Some(length) => {
                let length: usize = length;
                while self.buffer.len() < head + length {
                    self.more().await?;
                }
                Ok((status, said, self.buffer[head..head + length].to_vec()))
            }
            None if text.contains("transfer-encoding: chunked") => {
                while !self.buffer.ends_with(b"0\r\n\r\n") {
                    self.more().await?;
                }
                Ok((status, said, self.buffer[head..].to_vec()))
            }
            None => Ok((status, said, Vec::new())),
        }
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
