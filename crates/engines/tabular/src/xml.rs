//! XML in slices: what is not changed is copied as it stands, byte for byte.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::TableFault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Start,
    End,
    Empty,
    /// Text, references, comments.
    Other,
}

/// One tag or text and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub kind: Kind,
    pub raw: &'a str,
    /// The name without its prefix; empty for what is no tag.
    pub name: &'a str,
    pub from: usize,
}

impl Piece<'_> {
    pub fn opens(&self, name: &str) -> bool {
        self.name == name && matches!(self.kind, Kind::Start | Kind::Empty)
    }

    pub fn to(&self) -> usize {
        self.from + self.raw.len()
    }
}

pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, TableFault> {
    let mut reader = Reader::from_str(text);
    // Parts of a sheet are looked at by themselves: what opens in one may close in another.
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let kind = match reader.read_event().map_err(|_error| TableFault::Damaged)? {
            Event::Eof => return Ok(found),
            // Entities of one's own are how XML is made to explode; no spreadsheet has any.
            Event::DocType(_) => return Err(TableFault::Damaged),
            Event::Start(_) => Kind::Start,
            Event::End(_) => Kind::End,
            Event::Empty(_) => Kind::Empty,
            _ => Kind::Other,
        };
        let to = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let raw = text.get(from..to).ok_or(TableFault::Damaged)?;
        found.push(Piece {
            kind,
            raw,
            name: if kind == Kind::Other {
                ""
            } else {
                local(full_name(raw))
            },
            from,
        });
        from = to;
    }
}

fn full_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    &name[..end.unwrap_or(name.len())]
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The prefix of a tag's name with its colon, or nothing.
pub(crate) fn prefix(tag: &str) -> &str {
    let name = full_name(tag);
    &name[..name.len() - local(name).len()]
}

fn attributes(tag: &str) -> Result<Vec<(String, String)>, TableFault> {
    let inner = tag.trim_start_matches('<').trim_end_matches('>');
    let inner = inner.trim_end_matches('/');
    let start = BytesStart::from_content(inner, full_name(tag).len());
    let text =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_error| TableFault::Damaged);
    let mut found = Vec::new();
    for one in start.attributes().with_checks(false) {
        let one = one.map_err(|_error| TableFault::Damaged)?;
        found.push((text(one.key.as_ref())?, text(&one.value)?));
    }
    Ok(found)
}

/// The value of an attribute by its name with its prefix.
pub(crate) fn attribute(tag: &str, name: &str) -> Result<Option<String>, TableFault> {
    let found = attributes(tag)?.into_iter().find(|(key, _)| key == name);
    found.map(|(_, value)| plain(&value)).transpose()
}

/// The value of an attribute of another vocabulary (`r:id`), whatever prefix that has.
pub(crate) fn foreign_attribute(tag: &str, name: &str) -> Result<Option<String>, TableFault> {
    let all = attributes(tag)?;
    let mut found = all
        .into_iter()
        .filter(|(key, _)| key.contains(':') && local(key) == name);
    found.next().map(|(_, value)| plain(&value)).transpose()
}

/// The tag with attributes set, or taken away where the value is `None`; the others as they were.
pub(crate) fn with_attributes(
    tag: &str,
    changes: &[(&str, Option<&str>)],
) -> Result<String, TableFault> {
    let mut out = format!("<{}", full_name(tag));
    let mut add = |key: &str, raw: &str| {
        out += &format!(" {key}=\"{}\"", raw.replace('"', "&quot;"));
    };
    let before = attributes(tag)?;
    for (key, raw) in &before {
        match changes.iter().find(|(name, _)| name == key) {
            None => add(key, raw),
            Some((_, Some(value))) => add(key, &escaped(value)),
            Some((_, None)) => {}
        }
    }
    for (name, value) in changes {
        if let Some(value) = value.filter(|_| before.iter().all(|(key, _)| key != name)) {
            add(name, &escaped(value));
        }
    }
    out += if tag.ends_with("/>") { "/>" } else { ">" };
    Ok(out)
}

/// `<row/>` as `<row>`.
pub(crate) fn opened(tag: &str) -> String {
    match tag.strip_suffix("/>") {
        Some(head) => format!("{}>", head.trim_end()),
        None => tag.to_owned(),
    }
}

pub(crate) fn plain(raw: &str) -> Result<String, TableFault> {
    let text = unescape(raw).map_err(|_error| TableFault::Damaged)?;
    Ok(text.into_owned())
}

/// Text as content or value: markup escaped, characters XML cannot hold left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
    out
}
