//! What of a case stands in an answer (ADR 0006): everything for a key that may read it or filed it, little for the
//! public, and nothing that leads to a person.

use uuid::Uuid;
use youlin_cases::catalogue::Class;
use youlin_cases::model::{Source, Status};
use youlin_cases::{Cases, Open311Row};
use youlin_kernel::{AreaId, Ctx};

use crate::item::Item;
use crate::refusal::Words;

/// Digits in a row from which on they are taken for somebody's number.
const LONG_NUMBER: usize = 7;

/// The two states of the specification. Open until verified: "handled" is still open.
pub(crate) fn state(status: Status) -> &'static str {
    if status.is_ended() { "closed" } else { "open" }
}

/// How exactly the place is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    Exact,
    /// To the building, or about eleven metres.
    Building,
    /// The name of the community only.
    Community,
}

impl Precision {
    fn of(row: &Open311Row, cases: &Cases) -> Self {
        if row.whole {
            return Self::Exact;
        }
        // A neighbourly service happens to somebody, and a dwelling is somebody's.
        let service = cases
            .catalogue()
            .any(&row.category)
            .is_none_or(|one| one.class == Class::Service);
        if service || row.dwelling.is_some() {
            Self::Community
        } else {
            Self::Building
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Building => "building",
            Self::Community => "community",
        }
    }
}

struct Spot {
    address: String,
    address_id: Option<Uuid>,
    position: Option<(f64, f64)>,
}

fn spot(row: &Open311Row, precision: Precision, cases: &Cases, ctx: &Ctx) -> Spot {
    let community = AreaId::from(row.community);
    match precision {
        Precision::Exact => Spot {
            address: row.address.clone(),
            address_id: row.dwelling.or(row.building),
            position: row.position,
        },
        Precision::Building => {
            // Never the reporter's own words: they may name a door or a person.
            let building = row.building.and_then(|id| cases.locator().building(id));
            let area = row.neighbourhood.or(row.grid).unwrap_or(community);
            let address =
                building.map_or_else(|| ctx.areas().short_path(area), |place| place.address);
            let rounded = |degrees: f64| (degrees * 10_000.0).round() / 10_000.0;
            Spot {
                address,
                address_id: row.building,
                position: row.position.map(|(lon, lat)| (rounded(lon), rounded(lat))),
            }
        }
        Precision::Community => Spot {
            address: ctx.areas().short_path(community),
            address_id: None,
            position: None,
        },
    }
}

/// One service request.
pub(crate) fn request(
    row: &Open311Row,
    cases: &Cases,
    ctx: &Ctx,
    words: Words<'_>,
    extensions: bool,
    base: &str,
) -> Item {
    let precision = Precision::of(row, cases);
    let Spot {
        address,
        address_id,
        position,
    } = spot(row, precision, cases, ctx);
    let catalogue = cases.catalogue();
    let service = catalogue
        .any(&row.category)
        .map(|category| category.name_in(ctx.locale()).to_owned());
    let agency = ctx
        .areas()
        .get(row.community.into())
        .map(|node| node.name.clone());
    let number = |of: fn((f64, f64)) -> f64| position.map_or(Item::Null, |at| Item::Number(of(at)));
    let media = row
        .photograph
        .map(|file| format!("{base}/open311/v2/media/{}/{file}", row.id));
    let mut fields = vec![
        ("service_request_id", Item::text(row.id.to_string())),
        ("status", Item::text(state(row.status))),
        ("status_notes", Item::Text(notes(row, words))),
        ("service_name", Item::maybe(service)),
        ("service_code", Item::text(&row.category)),
        ("description", Item::maybe(description(row, precision))),
        ("agency_responsible", Item::maybe(agency)),
        ("service_notice", Item::Null),
        ("requested_datetime", Item::time(row.reported_at)),
        ("updated_datetime", Item::time(row.updated_at)),
        ("expected_datetime", Item::time(row.due_at)),
        ("address", Item::Text(address)),
        (
            "address_id",
            Item::maybe(address_id.map(|id| id.to_string())),
        ),
        ("zipcode", Item::Null),
        ("lat", number(|at| at.1)),
        ("long", number(|at| at.0)),
        ("media_url", Item::maybe(media)),
    ];
    if extensions {
        fields.push(("extended_attributes", extended(row, precision)));
    }
    Item::Record(fields)
}

fn extended(row: &Open311Row, precision: Precision) -> Item {
    Item::Record(vec![
        ("number", Item::text(&row.number)),
        ("detailed_status", Item::text(row.status.as_str())),
        ("light", Item::text(row.light)),
        (
            "due_provisional",
            row.due_provisional
                .map_or(Item::Null, |year| Item::Whole(i64::from(year))),
        ),
        ("source", Item::text(row.source.as_str())),
        ("place_precision", Item::text(precision.as_str())),
        (
            "merged_into",
            Item::maybe(row.merged_into.map(|id| id.to_string())),
        ),
    ])
}

fn notes(row: &Open311Row, words: Words<'_>) -> String {
    let status = words.say(&format!("status-{}", row.status.as_str()), &[]);
    match &row.last_words {
        Some(text) => format!("{status} {text}"),
        None => status,
    }
}

/// The report in its reporter's words: whole for those who may, without numbers and addresses of the net for the public,
/// and for the public only where it was sent over this interface, whose senders know that it is read in public.
fn description(row: &Open311Row, precision: Precision) -> Option<String> {
    match precision {
        Precision::Exact => Some(row.text.clone()),
        Precision::Building if row.source == Source::Open311 => Some(blanked(&row.text)),
        _ => None,
    }
}

/// The text without long numbers (telephones, identity numbers, plates of accounts), addresses of mail and of pages.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let blank = &piece[word.len()..];
        if word.contains("://") || word.contains('@') {
            out.push_str("***");
            out.push_str(blank);
        } else {
            out.push_str(piece);
        }
    }
    without_numbers(&out)
}

fn without_numbers(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let between = |c: char| matches!(c, ' ' | '-' | '－' | '—' | '\u{a0}');
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (mut end, mut digits, mut next) = (at, 0, at);
        // A run of digits, with single signs between them as people group telephone numbers.
        while next < chars.len()
            && (is_digit(chars[next])
                || (digits > 0 && between(chars[next]) && between_digits(&chars, next, is_digit)))
        {
            digits += usize::from(is_digit(chars[next]));
            next += 1;
            end = next;
        }
        if digits >= LONG_NUMBER {
            out.push_str("***");
        } else {
            out.extend(&chars[at..end]);
        }
        if end == at {
            out.push(chars[at]);
            end += 1;
        }
        at = end;
    }
    out
}

fn between_digits(chars: &[char], at: usize, is_digit: impl Fn(char) -> bool) -> bool {
    at > 0 && is_digit(chars[at - 1]) && chars.get(at + 1).is_some_and(|next| is_digit(*next))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_addresses_are_blanked() {
        for (text, public) in [
            ("路灯不亮", "路灯不亮"),
            ("12号楼3单元路灯不亮 2026", "12号楼3单元路灯不亮 2026"),
            ("请打13812345678找我", "请打***找我"),
            ("请打 138-1234-5678 找我", "请打 *** 找我"),
            ("１３８１２３４５６７８", "***"),
            ("身份证 320613195001010011", "身份证 ***"),
            ("写信到 a.b@example.cn 谢谢", "写信到 *** 谢谢"),
            ("照片：https://example.cn/1.jpg\n谢谢", "***\n谢谢"),
            ("", ""),
        ] {
            assert_eq!(blanked(text), public, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_long_run_of_digits_survives(text in "[0-9 a井\\-]{0,60}") {
            let mut run = 0;
            for c in without_numbers(&text).chars() {
                run = if c.is_ascii_digit() { run + 1 } else { 0 };
                prop_assert!(run < LONG_NUMBER);
            }
        }

        #[test]
        fn short_numbers_stay(text in "([0-9]{1,6}[a井]){0,8}") {
            prop_assert_eq!(without_numbers(&text), text);
        }
    }
}
