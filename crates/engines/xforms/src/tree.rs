//! XML as a tree of elements, bounded: a submission is small, whatever it claims.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Without its prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Self>,
    pub text: String,
}

const DEEPEST: usize = 60;
const MOST: usize = 200_000;

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|one| one.name == name)
    }
}

/// The root element; `None` for anything that is no sound XML of a submission's size.
pub(crate) fn tree(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut count = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            // Entities of one's own are how XML is made to explode.
            Event::DocType(_) => return None,
            Event::Start(tag) => {
                count += 1;
                if open.len() >= DEEPEST || count > MOST || root.is_some() {
                    return None;
                }
                open.push(element(&tag)?);
            }
            Event::Empty(tag) => {
                count += 1;
                let one = element(&tag)?;
                match open.last_mut() {
                    Some(parent) if count <= MOST => parent.children.push(one),
                    None if root.is_none() => root = Some(one),
                    _ => return None,
                }
            }
            Event::End(_) => {
                let one = open.pop()?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(one),
                    None => root = Some(one),
                }
            }
            Event::Text(part) => {
                if let Some(last) = open.last_mut() {
                    last.text += &part.decode().ok()?;
                }
            }
            Event::CData(part) => {
                if let Some(last) = open.last_mut() {
                    last.text += &part.decode().ok()?;
                }
            }
            Event::GeneralRef(part) => {
                let name = part.decode().ok()?;
                let text = match part.resolve_char_ref().ok()? {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name)?.to_owned(),
                };
                if let Some(last) = open.last_mut() {
                    last.text += &text;
                }
            }
            _ => {}
        }
    }
    root.filter(|_| open.is_empty())
}

fn element(tag: &BytesStart<'_>) -> Option<Element> {
    let local = |name: &[u8]| -> Option<String> {
        let name = std::str::from_utf8(name).ok()?;
        Some(name.rsplit(':').next().unwrap_or(name).to_owned())
    };
    let mut attributes = Vec::new();
    for one in tag.attributes().with_checks(false) {
        let one = one.ok()?;
        let value = std::str::from_utf8(&one.value).ok()?;
        let value = quick_xml::escape::unescape(value).ok()?.into_owned();
        attributes.push((local(one.key.as_ref())?, value));
    }
    Some(Element {
        name: local(tag.name().as_ref())?,
        attributes,
        ..Element::default()
    })
}
