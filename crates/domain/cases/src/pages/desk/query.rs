//! What a list shows stands in its address, so that a view can be shared and survives a reload.

use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::Micros;

use crate::model::{Source, Status, Urgency};
use crate::{CaseFilter, Sort};

/// The address of a view of the desk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeskQuery {
    pub(super) area: Option<i64>,
    /// `true`, `false` or `all`; nothing said and nothing else asked for: open ones.
    pub(super) open: Option<String>,
    pub(super) overdue: Option<bool>,
    pub(super) status: Vec<Status>,
    pub(super) category: Vec<String>,
    pub(super) urgency: Vec<Urgency>,
    pub(super) source: Vec<Source>,
    pub(super) mine: Option<bool>,
    pub(super) q: Option<String>,
    pub(super) person: Option<Uuid>,
    pub(super) building: Option<Uuid>,
    pub(super) sort: Option<Sort>,
    pub(super) cursor: Option<String>,
    /// `cases` or `figures`: only that part of the page.
    pub(super) part: String,
    /// The case in the right pane.
    pub(super) case: Option<Uuid>,
}

impl DeskQuery {
    /// `true`, `false` or `all` as it is meant.
    pub(super) fn openness(&self) -> &str {
        match self.open.as_deref() {
            Some(said @ ("true" | "false" | "all")) => said,
            _ if self.searches() => "all",
            _ => "true",
        }
    }

    /// A search or a person's cases mean all of them, ended ones too.
    fn searches(&self) -> bool {
        self.q.as_deref().is_some_and(|q| !q.trim().is_empty())
            || self.person.is_some()
            || self.building.is_some()
            || self.status.iter().any(|status| status.is_ended())
    }

    pub(super) fn order(&self) -> Sort {
        self.sort.unwrap_or(if self.openness() == "true" {
            Sort::Due
        } else {
            Sort::Recent
        })
    }

    pub(super) fn filter(&self, limit: u64) -> CaseFilter {
        CaseFilter {
            area: self.area,
            status: self.status.clone(),
            open: match self.openness() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            overdue: self.overdue.filter(|asked| *asked),
            category: self
                .category
                .iter()
                .filter(|code| !code.is_empty())
                .cloned()
                .collect(),
            urgency: self.urgency.clone(),
            source: self.source.clone(),
            mine: self.mine,
            q: self.q.clone().filter(|q| !q.trim().is_empty()),
            person: self.person,
            building: self.building,
            sort: self.order(),
            cursor: self.cursor.clone().filter(|cursor| !cursor.is_empty()),
            limit: Some(limit),
            ..CaseFilter::default()
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut one = |name: &'static str, value: Option<String>| {
            pairs.extend(
                value
                    .filter(|value| !value.is_empty())
                    .map(|value| (name, value)),
            );
        };
        one("area", self.area.map(|area| area.to_string()));
        one("open", self.open.clone());
        one("overdue", self.overdue.map(|asked| asked.to_string()));
        one("mine", self.mine.map(|asked| asked.to_string()));
        one("q", self.q.as_deref().map(|q| q.trim().to_owned()));
        one("person", self.person.map(|id| id.to_string()));
        one("building", self.building.map(|id| id.to_string()));
        one(
            "sort",
            self.sort
                .map(|sort| if sort == Sort::Due { "due" } else { "recent" }.to_owned()),
        );
        one("cursor", self.cursor.clone());
        pairs.extend(self.status.iter().map(|one| ("status", one.to_string())));
        pairs.extend(
            self.category
                .iter()
                .filter(|code| !code.is_empty())
                .map(|code| ("category", code.clone())),
        );
        pairs.extend(self.urgency.iter().map(|one| ("urgency", one.to_string())));
        pairs.extend(self.source.iter().map(|one| ("source", one.to_string())));
        pairs
    }

    /// The query string, with `?` when there is anything to say.
    pub(super) fn encoded(&self) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(name, value)| format!("{name}={}", escape(&value)))
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }

    /// The address of this view at another page (`/desk`, `/desk/board`, …).
    pub(super) fn at(&self, page: &str) -> String {
        format!("{page}{}", self.encoded())
    }

    /// This view with a case opened beside it.
    pub(super) fn with_case(&self, id: &Uuid) -> String {
        let query = Self {
            cursor: None,
            ..self.clone()
        }
        .encoded();
        let join = if query.is_empty() { '?' } else { '&' };
        format!("/desk{query}{join}case={id}")
    }

    /// This view in another area.
    pub(super) fn in_area(&self, page: &str, area: i64) -> String {
        Self {
            area: Some(area),
            cursor: None,
            ..self.clone()
        }
        .at(page)
    }

    /// A part of this view, for what keeps itself fresh.
    pub(super) fn part(&self, part: &str) -> String {
        let query = Self {
            cursor: None,
            ..self.clone()
        }
        .encoded();
        let join = if query.is_empty() { '?' } else { '&' };
        let open = self
            .case
            .map(|case| format!("&case={case}"))
            .unwrap_or_default();
        format!("/desk{query}{join}part={part}{open}")
    }

    /// The next page of this view.
    pub(super) fn after(&self, cursor: &str) -> String {
        Self {
            cursor: Some(cursor.to_owned()),
            ..self.clone()
        }
        .at("/desk")
    }
}

/// A value as it stands in an address.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Days from one moment to another, for sentences; never used where a decision hangs on it.
pub(super) fn days_between(from: Micros, to: Micros) -> i64 {
    (to.0 - from.0).abs() / Micros::DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_its_address() {
        let view = DeskQuery {
            area: Some(7),
            overdue: Some(true),
            q: Some(" 轮椅 & 坡道 ".to_owned()),
            status: vec![Status::Reported, Status::Accepted],
            ..DeskQuery::default()
        };
        assert_eq!(
            view.at("/desk"),
            "/desk?area=7&overdue=true&q=%E8%BD%AE%E6%A4%85%20%26%20%E5%9D%A1%E9%81%93&status=reported&status=accepted"
        );
        assert_eq!(DeskQuery::default().at("/desk"), "/desk");
        assert_eq!(
            DeskQuery::default().with_case(&Uuid::nil()),
            format!("/desk?case={}", Uuid::nil())
        );
    }

    #[test]
    fn nothing_said_means_what_is_open_and_due_first() {
        let view = DeskQuery::default();
        assert_eq!(view.filter(50).open, Some(true));
        assert_eq!(view.order(), Sort::Due);
        let search = DeskQuery {
            q: Some("灯".to_owned()),
            ..DeskQuery::default()
        };
        assert_eq!(search.filter(50).open, None);
        assert_eq!(search.order(), Sort::Recent);
        let chosen = DeskQuery {
            open: Some("false".to_owned()),
            ..search
        };
        assert_eq!(chosen.filter(50).open, Some(false));
    }
}
