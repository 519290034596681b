//! A row of the sheet put together.

use jiff::civil::Date;
use uuid::Uuid;
use youlin_imports::tabular::{Line, Read, absent, birthday, fold, phones};
use youlin_imports::{Choice, Refused, Table};
use youlin_kernel::CommunityId;

use super::columns::{kind, trade};
use super::known::{Held, Known, Meant};
use super::places::{Found, Places, plain};
use crate::facts::How;
use crate::merchants::Trade;
use crate::merchants::commands::places::Where;
use crate::merchants::commands::save::MerchantInput;
use crate::merchants::import::take::Draft;

/// Why a row is not taken in by itself.
pub(super) enum Unread {
    Refused(Refused),
    /// Somebody must decide.
    Doubtful(Refused),
}

pub(super) struct Reader<'a> {
    pub(super) places: Places,
    pub(super) known: Known,
    /// Where merchants without a place are filed.
    pub(super) community: Option<CommunityId>,
    pub(super) table: &'a Table,
    pub(super) today: Date,
}

/// Where a row says its merchant is.
struct At {
    community: CommunityId,
    /// Premises, and the stalls of them.
    place: Option<(Uuid, Vec<Uuid>)>,
}

impl Reader<'_> {
    /// What was decided about a row answers the first question it raises: which merchant is meant and where it is, else who
    /// its persons are.
    pub(super) fn draft(
        &self,
        line: &Line,
        choice: Option<Choice>,
    ) -> Result<(CommunityId, Draft), Unread> {
        match (self.drafted(line, None), choice) {
            (Err(Unread::Doubtful(_)), Some(_)) => {
                let (community, draft) = self.drafted(line, choice)?;
                Ok((
                    community,
                    Draft {
                        asked: true,
                        ..draft
                    },
                ))
            }
            (Ok((community, draft)), choice) => Ok((community, Draft { choice, ..draft })),
            (unread, _) => unread,
        }
    }

    fn drafted(&self, line: &Line, choice: Option<Choice>) -> Result<(CommunityId, Draft), Unread> {
        let text = |field| self.text(line, field);
        let name = text("shop");
        if name.is_empty() {
            return Err(Unread::Refused(self.refuse(line, "shop", "cell-empty")));
        }
        let code = code(&text("credit_code"));
        let at = self.at(line, (&name, &code), choice)?;
        let held = self.held(line, (&name, &code), &at, choice)?;
        let draft = Draft {
            key: held.map(|held| held.key.clone()).unwrap_or_default(),
            at: places_of(held, at.place),
            input: self.input(line, name, code),
            persons: Vec::new(),
            named: self.persons(line)?,
            choice: None,
            asked: false,
            by_sheet: true,
        };
        Ok((at.community, draft))
    }

    /// What a row says of its merchant.
    pub(super) fn values(&self, line: &Line) -> MerchantInput {
        let text = |field| self.text(line, field);
        self.input(line, text("shop"), code(&text("credit_code")))
    }

    fn input(&self, line: &Line, name: String, credit_code: String) -> MerchantInput {
        let text = |field| self.text(line, field);
        let said = text("trade");
        let trade = trade(&said);
        let goods = match (text("goods"), trade) {
            // What no word of the register stands for is not lost.
            (goods, None) if goods.is_empty() => said,
            (goods, _) => goods,
        };
        let mut opened = self.table.cells(line, "opened_on");
        let opened =
            opened.find_map(
                |cell| match birthday(cell, self.table.sheet.from_1904, self.today) {
                    Read::Sure(birth) => birth.day.map(|day| day.to_string()),
                    _ => None,
                },
            );
        let mut numbers = self.table.cells(line, "phone").flat_map(phones);
        MerchantInput {
            name,
            kind: kind(&text("shop_kind")).as_str().to_owned(),
            credit_code,
            trade: trade.unwrap_or(Trade::Other).as_str().to_owned(),
            goods,
            employees: measured(&text("employees"), &["约", "人", "名"]),
            floor_area: measured(
                &text("floor_area"),
                &["约", "平方米", "平米", "㎡", "m2", "M2", "平"],
            ),
            load: measured(&text("load"), &["约", "千瓦", "kW", "KW", "kw", "Kw"]),
            hours: text("hours"),
            // A day nobody can read is refused by its own sentence; a year alone is no day, and is left out.
            opened_on: opened.unwrap_or_else(|| {
                let text = text("opened_on");
                let year = text.trim_end_matches('年');
                let alone = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
                if alone { String::new() } else { text }
            }),
            phone: numbers.next(),
            how: How::Import,
        }
    }

    /// The cells of a field, as one text.
    fn text(&self, line: &Line, field: &str) -> String {
        let cells = self.table.cells(line, field);
        let texts = cells
            .map(|cell| fold(&cell.shown()))
            .filter(|text| !absent(text));
        texts.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn refuse(&self, line: &Line, field: &str, code: &'static str) -> Refused {
        Refused::new(line.number, self.table.name_of(field), code)
    }

    fn at(&self, line: &Line, said: (&str, &str), choice: Option<Choice>) -> Result<At, Unread> {
        let (place, stall) = (self.text(line, "premises"), self.text(line, "stall"));
        let refuse = |field, code| self.refuse(line, field, code);
        let refused = |one| Err(Unread::Refused(one));
        match self.places.find(&place, &stall) {
            Found::Sure { premises, stalls } => Ok(At {
                community: premises.community,
                place: Some((premises.id, stalls)),
            }),
            Found::Nowhere => match self.community {
                Some(community) => Ok(At {
                    community,
                    place: None,
                }),
                None => refused(refuse("premises", "shop-where")),
            },
            Found::StallOfNothing => refused(refuse("stall", "shop-stall-of-nothing")),
            Found::Several => refused(refuse("premises", "shop-place-several").arg("name", place)),
            Found::NoStall { premises, stall } => refused(
                refuse("stall", "shop-stall-unknown")
                    .arg("name", &premises.name)
                    .arg("stall", stall),
            ),
            Found::Unknown => {
                let doubt = refuse("premises", "shop-place-unknown").arg("name", place);
                // Who is known already is no question: the place is left as it is.
                let known = |community| {
                    let meant = self.known.meant(community, said, None);
                    matches!(meant, Meant::Sure(_))
                };
                match (self.community, choice) {
                    (Some(community), choice)
                        if choice == Some(Choice::Take) || known(community) =>
                    {
                        Ok(At {
                            community,
                            place: None,
                        })
                    }
                    (Some(_), _) => Err(Unread::Doubtful(doubt.or(&[Choice::Take]))),
                    (None, _) => refused(doubt),
                }
            }
        }
    }

    /// The merchant of the register, where the row means one.
    fn held(
        &self,
        line: &Line,
        said: (&str, &str),
        at: &At,
        choice: Option<Choice>,
    ) -> Result<Option<&Held>, Unread> {
        let place = at
            .place
            .as_ref()
            .map(|(premises, stalls)| (*premises, &stalls[..]));
        let known = |held: &Held, code| {
            let there = held.places.first();
            let named = there.and_then(|(id, _)| self.places.named(*id));
            Refused::new(line.number, "", code)
                .arg("name", &held.name)
                .arg("place", named.map_or("", |one| one.name.as_str()))
        };
        match self.known.meant(at.community, said, place) {
            Meant::Nobody => Ok(None),
            Meant::Several => Err(Unread::Refused(
                self.refuse(line, "shop", "shop-several")
                    .arg("name", said.0),
            )),
            Meant::Elsewhere => Err(Unread::Refused(self.refuse(
                line,
                "credit_code",
                "filed-elsewhere",
            ))),
            Meant::Sure(held) => match place {
                // One that is nowhere yet moves without a question.
                Some(at) if !held.places.is_empty() && !held.is_at(at) => match choice {
                    Some(Choice::Take) => Ok(Some(held)),
                    _ => Err(Unread::Doubtful(
                        known(held, "shop-moved").or(&[Choice::Take]),
                    )),
                },
                _ => Ok(Some(held)),
            },
            Meant::Perhaps(held) => match choice {
                Some(Choice::Take) => Ok(Some(held)),
                Some(Choice::New) => Ok(None),
                None | Some(Choice::Both) => Err(Unread::Doubtful(
                    known(held, "shop-same-name").or(&[Choice::Take, Choice::New]),
                )),
            },
        }
    }
}

/// Places of the draft. A sheet that names only the market means the stall the merchant has in it.
fn places_of(held: Option<&Held>, place: Option<(Uuid, Vec<Uuid>)>) -> Vec<Where> {
    let Some((premises, mut stalls)) = place else {
        return Vec::new();
    };
    if stalls.is_empty() {
        let there = held.into_iter().flat_map(|held| &held.places);
        let own = there.filter(|(at, _)| *at == premises);
        stalls = own.filter_map(|(_, stall)| *stall).take(1).collect();
    }
    let at = |stall| Where {
        premises,
        stall,
        ..Where::default()
    };
    match stalls.is_empty() {
        true => vec![at(None)],
        false => stalls.into_iter().map(Some).map(at).collect(),
    }
}

/// What two rows about one merchant have in common.
pub(super) fn meaning(community: CommunityId, draft: &Draft) -> (i64, String, Vec<Uuid>) {
    let own = match (&draft.key[..], &draft.input.credit_code[..]) {
        ("", "") => {
            let places = draft.at.iter();
            let places = places.map(|place| place.stall.unwrap_or(place.premises));
            return (community.0, plain(&draft.input.name), places.collect());
        }
        ("", code) => format!("code {code}"),
        (key, _) => format!("key {key}"),
    };
    (community.0, own, Vec::new())
}

/// A credit code without blanks and signs.
fn code(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric);
    kept.collect::<String>().to_ascii_uppercase()
}

/// A number without its unit.
fn measured(text: &str, units: &[&str]) -> String {
    let text = units
        .iter()
        .fold(text.to_owned(), |text, unit| text.replace(unit, ""));
    text.trim().to_owned()
}
