//! One answer in both formats: what an answer holds is said once, JSON and XML are two ways to write it down.

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use youlin_kernel::Micros;

/// The formats of the specification; XML is the one every server must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    /// By the ending of the path, as the specification asks; XML where there is none.
    pub(crate) fn of_path(path: &str) -> Self {
        if path.ends_with(".json") {
            Self::Json
        } else {
            Self::Xml
        }
    }

    /// A file name of the path, as `42.json`, taken apart.
    pub(crate) fn split(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        let format = match ending {
            "json" => Self::Json,
            "xml" => Self::Xml,
            _ => return None,
        };
        (!name.is_empty()).then_some((name, format))
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        })
    }
}

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Null,
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
    /// The XML name of each entry, and the entries.
    List(&'static str, Vec<Item>),
    Record(Vec<(&'static str, Item)>),
}

impl Item {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// W3C date and time in the neighbourhood's own time, whole seconds.
    pub(crate) fn time(at: Micros) -> Self {
        Self::Text(at.local().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    /// The answer with its content type. `root` is the name of the XML document's element.
    pub(crate) fn answer(
        &self,
        root: &'static str,
        format: Format,
        status: StatusCode,
    ) -> Response {
        let body = match format {
            Format::Json => serde_json::to_vec(self).map_err(|error| error.to_string()),
            Format::Xml => self.xml(root).map_err(|error| error.to_string()),
        };
        let mut response = match body {
            Ok(body) => (status, body).into_response(),
            Err(cause) => {
                tracing::error!(%cause, "an answer could not be written down");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        response
            .headers_mut()
            .insert(CONTENT_TYPE, format.content_type());
        // Keys travel in the request itself and cookies mean nothing here, so any page may ask.
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response
    }

    fn xml(&self, root: &'static str) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        self.element(&mut writer, root)?;
        Ok(writer.into_inner())
    }

    fn element(&self, writer: &mut Writer<Vec<u8>>, name: &'static str) -> std::io::Result<()> {
        if *self == Self::Null {
            return writer.write_event(Event::Empty(BytesStart::new(name)));
        }
        writer.write_event(Event::Start(BytesStart::new(name)))?;
        match self {
            Self::Null => {}
            Self::Text(text) => writer.write_event(Event::Text(BytesText::new(&allowed(text))))?,
            Self::Whole(number) => {
                writer.write_event(Event::Text(BytesText::new(&number.to_string())))?
            }
            Self::Number(number) => {
                writer.write_event(Event::Text(BytesText::new(&number.to_string())))?
            }
            Self::Flag(flag) => {
                writer.write_event(Event::Text(BytesText::new(&flag.to_string())))?
            }
            Self::List(entry, items) => {
                for item in items {
                    item.element(writer, entry)?;
                }
            }
            Self::Record(fields) => {
                for (field, item) in fields {
                    item.element(writer, field)?;
                }
            }
        }
        writer.write_event(Event::End(BytesEnd::new(name)))
    }
}

/// XML 1.0 has no way at all to write most control characters; people paste them all the same.
fn allowed(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => c,
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c if c < ' ' => '\u{fffd}',
            c => c,
        })
        .collect()
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(_, items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Record(fields) => {
                let mut record = serializer.serialize_map(Some(fields.len()))?;
                for (field, item) in fields {
                    record.serialize_entry(field, item)?;
                }
                record.end()
            }
        }
    }
}
