//! A small reader of XML: it refuses what is not well-formed and gives back a tree to ask.

use quick_xml::Reader;
use quick_xml::events::Event;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The text of the child with that name.
    #[track_caller]
    pub(crate) fn at(&self, name: &str) -> &str {
        &self.child(name).text
    }

    #[track_caller]
    pub(crate) fn child(&self, name: &str) -> &Element {
        let found = self.children.iter().find(|child| child.name == name);
        found.unwrap_or_else(|| panic!("<{}> has no <{name}>: {self:?}", self.name))
    }
}

/// Reads a whole document; panics with the reason when it is not well-formed.
#[track_caller]
pub(crate) fn document(text: &str) -> Element {
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
        "{text}"
    );
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                open.push(Element {
                    name,
                    ..Element::default()
                });
            }
            Event::Empty(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                open.last_mut().unwrap().children.push(Element {
                    name,
                    ..Element::default()
                });
            }
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(piece) => open
                .last_mut()
                .unwrap()
                .text
                .push_str(&piece.decode().unwrap()),
            Event::GeneralRef(entity) => {
                let name = entity.decode().unwrap();
                let sign = match entity.resolve_char_ref().unwrap() {
                    Some(sign) => sign.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name)
                        .unwrap()
                        .to_owned(),
                };
                open.last_mut().unwrap().text.push_str(&sign);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(open.len(), 1, "an element is left open: {text}");
    let mut roots = open.pop().unwrap().children;
    assert_eq!(roots.len(), 1, "one root: {text}");
    roots.pop().unwrap()
}
