//! What comes back, read as the specification says.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::xml;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/json; charset=utf-8",
            "{}",
            self.text()
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn xml(&self) -> xml::Element {
        assert_eq!(
            self.header("content-type"),
            "text/xml; charset=utf-8",
            "{}",
            self.text()
        );
        xml::document(&self.text())
    }

    /// The codes of a JSON refusal, after checking its form.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(u64, String)> {
        let list = self.json();
        let list = list
            .as_array()
            .unwrap_or_else(|| panic!("no list: {}", self.text()));
        assert!(!list.is_empty());
        list.iter()
            .map(|one| {
                assert_eq!(one.as_object().unwrap().len(), 2, "{one}");
                let said = one["description"].as_str().unwrap().to_owned();
                let plain = said.rsplit(": ").next().unwrap_or_default();
                assert!(
                    !plain.starts_with("open311-") && !plain.starts_with("field-"),
                    "words are missing: {said}"
                );
                assert!(!said.starts_with("problem-"), "words are missing: {said}");
                (one["code"].as_u64().unwrap(), said)
            })
            .collect()
    }
}
