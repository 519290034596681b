//! A form as it was sent: pairs, because a step's fields differ from verb to verb and parties repeat. What was typed is
//! shown again with the fault beside it.

use axum::extract::{FromRequest, Request};
use jiff::civil::DateTime;
use uuid::Uuid;
use youlin_kernel::{Micros, Problem};
use youlin_people::{Party, PartyKind};
use youlin_web::{ApiForm, App, Fault, Shell};

/// The pairs of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl FromRequest<App> for Fields {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let ApiForm(pairs) = ApiForm::from_request(request, app).await?;
        Ok(Self(pairs))
    }
}

impl Fields {
    /// The last value of a field, trimmed; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// All values of a field that were sent and are not empty.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|v| !v.is_empty())
    }

    /// Whether this value of a field was sent.
    pub(super) fn has(&self, name: &str, wanted: &str) -> bool {
        self.all(name).any(|value| value == wanted)
    }

    /// A field as the command wants it: trimmed and owned.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// The same with `yes`/`no`: `None` when neither was said.
    pub(super) fn answer(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// # Errors
    /// 422 naming the field when it holds no id.
    pub(super) fn id(&self, name: &'static str) -> Result<Uuid, Problem> {
        let text = self.get(name);
        if text.is_empty() {
            return Err(Problem::invalid(name, "required"));
        }
        Uuid::parse_str(text).map_err(|_not_an_id| Problem::invalid(name, "unknown-value"))
    }

    /// # Errors
    /// 422 naming the field when it holds no party.
    pub(super) fn party(&self, name: &'static str) -> Result<Party, Problem> {
        match self.get(name) {
            "" => Err(Problem::invalid(name, "required")),
            text => parse_party(text).ok_or_else(|| Problem::invalid(name, "unknown-value")),
        }
    }

    /// # Errors
    /// 422 naming the field when one of its values is no party.
    pub(super) fn parties(&self, name: &'static str) -> Result<Vec<Party>, Problem> {
        self.all(name)
            .map(|text| parse_party(text).ok_or_else(|| Problem::invalid(name, "unknown-value")))
            .collect()
    }

    /// Local date and time (`2026-11-14T16:00`), or a date alone (its end of work, 17:00).
    ///
    /// # Errors
    /// 422 naming the field.
    pub(super) fn moment(&self, name: &'static str) -> Result<Micros, Problem> {
        let text = self.get(name);
        if text.is_empty() {
            return Err(Problem::invalid(name, "required"));
        }
        let whole = if text.len() == 10 {
            format!("{text}T17:00")
        } else {
            text.to_owned()
        };
        let local: DateTime = whole
            .parse()
            .map_err(|_no_time| Problem::invalid(name, "answer-datetime"))?;
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let zoned = local
            .to_zoned(zone)
            .map_err(|_out_of_range| Problem::invalid(name, "answer-datetime"))?;
        Ok(zoned.timestamp().into())
    }
}

/// `person:<id>` or `organisation:<id>`, as forms carry a party.
pub(super) fn party_value(party: &Party) -> String {
    format!("{}:{}", party.kind.as_str(), party.id)
}

fn parse_party(text: &str) -> Option<Party> {
    let (kind, id) = text.split_once(':')?;
    Some(Party {
        kind: PartyKind::parse(kind)?,
        id: Uuid::parse_str(id).ok()?,
    })
}

/// What is wrong with a form, in the reader's words.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) sentence: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Faults {
    pub(super) fn of(s: &Shell, problem: &Problem) -> Self {
        let i18n = s.app().i18n();
        let locale = s.ctx().locale();
        let fields = problem
            .fields()
            .iter()
            .map(|fault| (fault.field.clone(), i18n.field(locale, fault)));
        Self {
            sentence: i18n.problem(locale, problem),
            fields: fields.collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sentence.is_empty()
    }

    /// The sentence of one field, empty when it is fine.
    pub(super) fn of_field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, sentence)| sentence)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn a_time_is_read_as_the_neighbourhood_reads_it() {
        let typed = fields(&[
            ("at", "2026-11-14T16:00"),
            ("until", "2026-11-14"),
            ("bad", "morgen"),
        ]);
        assert_eq!(
            typed.moment("at").unwrap().rfc3339(),
            "2026-11-14T08:00:00Z"
        );
        assert_eq!(
            typed.moment("until").unwrap().rfc3339(),
            "2026-11-14T09:00:00Z"
        );
        assert!(typed.moment("bad").is_err());
        assert_eq!(
            typed.moment("none").unwrap_err().fields()[0].code,
            "required"
        );
    }

    #[test]
    fn parties_survive_the_form() {
        let party = Party::organisation(Uuid::from_u128(7));
        let typed = fields(&[
            ("lead", &party_value(&party)),
            ("supporting", "person:nobody"),
        ]);
        assert_eq!(typed.party("lead").unwrap(), party);
        assert!(typed.parties("supporting").is_err());
    }
}
