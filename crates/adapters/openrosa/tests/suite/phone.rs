//! A client that knows the standard and nothing of this server: it finds addresses in lists, fills what forms ask for, and
//! sends as ODK Collect does.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use uuid::Uuid;

use crate::ground::{Ground, at_river};

/// What an answer says.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Said {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).unwrap(),
        }
    }

    /// Texts of all elements of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = self.text.split(&open).skip(1);
        pieces
            .map(|piece| piece.split(&close).next().unwrap().replace("&amp;", "&"))
            .collect()
    }

    /// The sentence for whoever holds the phone.
    pub(crate) fn message(&self) -> String {
        assert_eq!(self.headers["x-openrosa-version"], "1.0", "{}", self.text);
        assert!(self.text.contains("http://openrosa.org/http/response"));
        let after = self.text.split("<message").nth(1).unwrap();
        let after = after.split_once('>').unwrap().1;
        after.split("</message>").next().unwrap().to_owned()
    }
}

/// See the module's text.
pub(crate) struct Phone {
    pub(crate) token: Uuid,
    pub(crate) server: String,
    pub(crate) language: Option<&'static str>,
}

impl Phone {
    pub(crate) fn new(token: Uuid, server: &str) -> Self {
        Self {
            token,
            server: server.to_owned(),
            language: None,
        }
    }

    fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        let path = address
            .strip_prefix("http://localhost")
            .unwrap_or(address)
            .to_owned();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-openrosa-version", "1.0");
        match self.language {
            Some(language) => request.header("accept-language", language),
            None => request,
        }
    }

    pub(crate) async fn get(&self, ground: &Ground, address: &str) -> Said {
        let request = self.request(Method::GET, address).body(Body::empty());
        Said::of(ground.send(request.unwrap()).await).await
    }

    pub(crate) async fn head(&self, ground: &Ground) -> Said {
        let at = format!("{}/submission?deviceID=collect%3A1", self.server);
        let request = self.request(Method::HEAD, &at).body(Body::empty());
        Said::of(ground.send(request.unwrap()).await).await
    }

    pub(crate) async fn submit(&self, ground: &Ground, parts: &[Part]) -> Said {
        self.submit_body(ground, Body::from(multipart(parts))).await
    }

    /// Says how large it is before it comes.
    pub(crate) async fn announce(&self, ground: &Ground, bytes: u64, body: Body) -> Said {
        let at = format!("{}/submission?deviceID=collect%3A1", self.server);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self.request(Method::POST, &at).header("content-type", kind);
        let request = request.header("content-length", bytes);
        Said::of(ground.send(request.body(body).unwrap()).await).await
    }

    pub(crate) async fn submit_body(&self, ground: &Ground, body: Body) -> Said {
        let at = format!("{}/submission?deviceID=collect%3A1", self.server);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self.request(Method::POST, &at).header("content-type", kind);
        Said::of(ground.send(request.body(body).unwrap()).await).await
    }
}

const BOUNDARY: &str = "----collect0123456789";

/// A part of a submission.
#[derive(Clone)]
pub(crate) enum Part {
    Form(String),
    File(String, Vec<u8>),
    Incomplete,
}

/// The body as it goes over the line.
pub(crate) fn multipart(parts: &[Part]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let (name, file, kind, bytes) = match part {
            Part::Form(xml) => (
                "xml_submission_file",
                Some("form.xml"),
                "text/xml",
                xml.as_bytes(),
            ),
            Part::File(name, bytes) => (
                name.as_str(),
                Some(name.as_str()),
                "image/jpeg",
                bytes.as_slice(),
            ),
            Part::Incomplete => ("*isIncomplete*", None, "text/plain", &b"yes"[..]),
        };
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// A body whose line breaks after these bytes.
pub(crate) fn cut(bytes: &[u8]) -> Body {
    let pieces: Vec<Result<Bytes, std::io::Error>> = vec![
        Ok(Bytes::copy_from_slice(bytes)),
        Err(std::io::Error::other("the line broke")),
    ];
    Body::from_stream(futures::stream::iter(pieces))
}

/// A small JPEG unlike any other `n`.
pub(crate) fn picture(n: u32) -> Vec<u8> {
    let [r, g, b, _] = n.wrapping_mul(2_654_435_761).to_be_bytes();
    let image = image::RgbImage::from_fn(24, 16, |x, y| {
        image::Rgb([
            r,
            g ^ u8::try_from(x * 9).unwrap(),
            b ^ u8::try_from(y * 13).unwrap(),
        ])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A patrol as Collect writes it.
#[derive(Clone)]
pub(crate) struct Patrol {
    pub(crate) version: &'static str,
    pub(crate) instance: String,
    pub(crate) subject: String,
    pub(crate) policy: String,
    pub(crate) outcome: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) floating: &'static str,
    pub(crate) bank: &'static str,
    pub(crate) note: String,
    pub(crate) photographs: Vec<String>,
    /// Elements this server's form does not have.
    pub(crate) more: &'static str,
}

impl Patrol {
    pub(crate) fn new(ground: &Ground, n: u128) -> Self {
        Self {
            version: "1",
            instance: format!("uuid:{}", Uuid::from_u128(0xfeed_0000 + n)),
            subject: ground.reach.id.to_string(),
            policy: String::new(),
            outcome: "done",
            reason: "",
            floating: "few",
            bank: "some",
            note: "请安排相关人员进行现场处理。".into(),
            photographs: Vec::new(),
            more: "",
        }
    }

    pub(crate) fn xml(&self) -> String {
        let (lon, lat) = at_river(4.0);
        let points: String = self
            .photographs
            .iter()
            .map(|name| {
                format!(
                    "<points><point>{lat} {lon} 0 4.5</point><point_note>桥边</point_note><point_photo>{name}</point_photo></points>"
                )
            })
            .collect();
        let Self {
            version,
            instance,
            subject,
            policy,
            outcome,
            reason,
            floating,
            bank,
            note,
            more,
            ..
        } = self;
        format!(
            "<?xml version='1.0' ?><data id=\"river-patrol\" version=\"{version}\" xmlns:orx=\"http://openrosa.org/xforms\">\
             <youlin_began>2026-11-11T07:20:00.000+08:00</youlin_began><youlin_ended>2026-11-11T08:05:00.000+08:00</youlin_ended>\
             <youlin_kind>reach</youlin_kind><youlin_subject>{subject}</youlin_subject><youlin_policy>{policy}</youlin_policy>\
             <youlin_outcome>{outcome}</youlin_outcome><youlin_reason>{reason}</youlin_reason>\
             <youlin_round><weather>晴</weather><water><floating>{floating}</floating><floating_removed/><colour>normal</colour>\
             <smell>no</smell><transparency>35</transparency></water><banks><bank>{bank}</bank><bank_removed>no</bank_removed>\
             <outlets>none</outlets><encroachment/><sign>good</sign><earlier/></banks>{points}<needs_action>yes</needs_action>\
             <note>{note}</note>{more}<problems>2</problems></youlin_round>\
             <orx:meta><orx:instanceID>{instance}</orx:instanceID><orx:instanceName/></orx:meta></data>"
        )
    }

    pub(crate) fn form(&self) -> Part {
        Part::Form(self.xml())
    }
}
