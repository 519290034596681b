//! A row's cells as a person. What cannot be read refuses the row; what can be read but should be looked at is a doubt.

use jiff::civil::Date;
use uuid::Uuid;
use youlin_crypto::{IdentityNumber, Phone, mask};
use youlin_imports::tabular::{self, Birth, Cell, Line, Read, fold};
use youlin_imports::{APART, Choice, Refused, Table, armed};
use youlin_kernel::{CommunityId, Locale};

use super::birth;
use super::heads;
use super::home::{self, Stay};
use super::place::{Heading, Homes};
use crate::commands::set_label;
use crate::fields::{clean, with_month};
use crate::import::{can_be_name, identity_number};
use crate::labels::LabelCatalogue;
use crate::{Relation, Sex, Vault};

const NAME: usize = 60;
pub(super) const NOTE: usize = 1_000;
const PHONES: usize = 10;
const LANGUAGE: usize = 10;
const KEY: usize = 100;
/// A column with one answer for everybody.
const POLITICS: &str = "politics";
const PARTY: &str = "党员";

/// A row that was read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) line: u32,
    /// What other files of the house it comes from call the person.
    pub(super) key: Option<String>,
    pub(super) community: CommunityId,
    /// Without one a person is known in the community, and nowhere in it.
    pub(super) dwelling: Option<Uuid>,
    /// Those with the same key live together.
    pub(super) household: Option<String>,
    /// The name of the head, where that says who lives together, and the column that says it.
    pub(super) head: Option<Vec<u8>>,
    pub(super) head_column: String,
    /// The number of the head, where a column of the sheet says it.
    pub(super) head_identity: Option<Vec<u8>>,
    /// The sheet has nobody of that name or number: the register may know them.
    pub(super) head_outside: bool,
    /// Lives there too.
    pub(super) second: Vec<(Uuid, Relation)>,
    /// Of whoever is said to live alone: names of others whom the sheet has there.
    pub(super) beside: Vec<Vec<u8>>,
    pub(super) name: String,
    pub(super) name_index: Vec<u8>,
    pub(super) identity: Option<IdentityNumber>,
    pub(super) identity_index: Option<Vec<u8>>,
    pub(super) birth: Option<Birth>,
    pub(super) sex: Option<Sex>,
    pub(super) phones: Vec<(Phone, Vec<u8>)>,
    pub(super) labels: Vec<(String, Vec<u8>)>,
    pub(super) relation: Option<Relation>,
    pub(super) language: Option<String>,
    pub(super) note: Option<String>,
    /// What somebody should look at before it is taken in.
    pub(super) doubts: Vec<Refused>,
    /// What somebody decided about the doubts.
    pub(super) choice: Option<Choice>,
    /// Earlier rows of the file look like the same person, without a number or key to say so.
    pub(super) alike: bool,
    /// In which turn it is taken: what was decided comes after the rest, one row of a name at a time.
    pub(super) turn: usize,
}

impl Draft {
    pub(super) fn doubt(&mut self, doubt: Refused) {
        self.doubts.push(doubt.or(&[Choice::Take]));
    }
}

/// Numbers, each with its index.
type Phones = Vec<(Phone, Vec<u8>)>;

/// Reads the rows of one table.
pub(super) struct Reader<'a> {
    vault: &'a Vault,
    pub(super) table: &'a Table,
    pub(super) today: Date,
    /// Of whoever gave the file: proposals are in it.
    locale: Locale,
    /// Columns of labels, and the label those ask about that are answered by yes or no.
    label_columns: Vec<(usize, Option<String>)>,
}

/// Cells of one row by field.
pub(super) struct Cells<'a> {
    table: &'a Table,
    line: &'a Line,
}

impl<'a> Cells<'a> {
    pub(super) fn one(&self, field: &'a str) -> &'a Cell {
        let mut all = self.table.cells(self.line, field);
        all.find(|cell| !cell.is_empty()).unwrap_or(&Cell::Empty)
    }

    pub(super) fn all(&self, field: &'a str) -> impl Iterator<Item = &'a Cell> + 'a {
        self.table.cells(self.line, field)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.table.column(field).is_some()
    }

    pub(super) fn text(&self, field: &'a str) -> String {
        let text = fold(&armed(self.one(field).shown()));
        if tabular::absent(&text) {
            String::new()
        } else {
            text
        }
    }

    pub(super) fn name_of(&self, field: &str) -> &'a str {
        self.table.name_of(field)
    }

    pub(super) fn refuse(&self, field: &str, code: &'static str) -> Refused {
        self.refused(field, code)
    }

    /// With a reason found elsewhere.
    pub(super) fn refused(&self, field: &str, code: &'static str) -> Refused {
        Refused::new(self.line.number, self.table.name_of(field), code)
    }
}

/// Whom a row is about: the name covered, and where they live.
pub(super) fn called(table: &Table, line: &Line) -> String {
    let cells = Cells { table, line };
    let name = mask::name(&cells.text("name"));
    let parts = ["address", "estate", "building", "entrance", "room"];
    let place: String = parts.map(|field| cells.text(field)).concat();
    match place.is_empty() {
        true => name,
        false => format!("{name} · {place}"),
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(vault: &'a Vault, table: &'a Table, today: Date, locale: Locale) -> Self {
        let catalogue = vault.labels();
        let all = ["labels", POLITICS].into_iter();
        let all = all.flat_map(|field| table.layout.columns_of(field));
        let columns = all.map(|at| {
            let name = table.layout.names.get(at).map_or("", String::as_str);
            (at, catalogue.asked_by(name))
        });
        Self {
            vault,
            table,
            today,
            locale,
            label_columns: columns.collect(),
        }
    }

    /// `heading`: the building named in a row of its own above.
    pub(super) fn draft(
        &self,
        line: &Line,
        homes: &mut Homes<'_>,
        heading: Option<&Heading>,
    ) -> Result<Draft, Refused> {
        let cells = Cells {
            table: self.table,
            line,
        };
        super::masked::none_covered(&cells)?;
        let name = name(&cells)?;
        let identity = self.identity(&cells)?;
        let mut doubts = Vec::new();
        let said = birth::Said::of(&cells);
        let birth = birth::read(self, &cells, &said, identity.as_ref(), &mut doubts)?;
        let sex = sex(&cells, identity.as_ref(), &mut doubts)?;
        let (phones, said_of_phones) = self.phones(&cells)?;
        let labels = self.labels(&cells, &mut doubts)?;
        let Stay {
            community,
            dwelling,
            household,
            second,
            written,
        } = home::stay(&cells, homes, heading, &mut doubts)?;
        let head = match household {
            Some(_) => None,
            None => self.head(&cells),
        };
        let head_identity = match household {
            Some(_) => None,
            None => self.head_identity(&cells, &mut doubts),
        };
        let head_field = if head.is_some() {
            "head"
        } else {
            "head_identity"
        };
        let note = noted(
            &cells,
            said.lunar(self)
                .filter(|_| identity.is_some())
                .map(|text| (said.column(&cells), text)),
            written.as_deref(),
            said_of_phones,
        );
        let note = match birth::month(&said, birth.filter(|_| identity.is_none())) {
            Some(month) => Some(with_month(note.as_deref(), month)),
            None => note,
        };
        if note
            .as_ref()
            .is_some_and(|text| text.chars().count() > NOTE)
        {
            return Err(cells.refuse("note", "cell-too-long").arg("max", NOTE));
        }
        let mut draft = Draft {
            line: line.number,
            key: key(&cells)?,
            community,
            dwelling,
            household: household.or_else(|| heads::household(dwelling?, head.as_deref()?)),
            head_column: match head.is_some() || head_identity.is_some() {
                true => cells.table.name_of(head_field).to_owned(),
                false => String::new(),
            },
            head,
            head_identity,
            head_outside: false,
            second,
            beside: Vec::new(),
            name_index: self.vault.name_index(&name),
            name,
            identity_index: identity
                .as_ref()
                .map(|number| self.vault.identity_index(number)),
            identity,
            birth,
            sex,
            phones,
            labels,
            relation: home::relation(&cells.text("relation"), cells.name_of("relation")),
            language: language(&cells)?,
            note,
            doubts: Vec::new(),
            choice: None,
            alike: false,
            turn: 0,
        };
        for doubt in doubts {
            draft.doubt(doubt);
        }
        Ok(draft)
    }

    fn identity(&self, cells: &Cells<'_>) -> Result<Option<IdentityNumber>, Refused> {
        let refuse = |code| cells.refused("identity", code);
        identity_number(cells.one("identity"), self.today, refuse)
    }

    fn head(&self, cells: &Cells<'_>) -> Option<Vec<u8>> {
        let head = cells.text("head");
        let named = Some(head).filter(|head| !head.is_empty());
        named.map(|head| self.vault.name_index(&head))
    }

    /// A covered number says nothing, a wrong one is looked at: the head is gone by the name then.
    fn head_identity(&self, cells: &Cells<'_>, doubts: &mut Vec<Refused>) -> Option<Vec<u8>> {
        let refuse = |code| cells.refused("head_identity", code);
        match identity_number(cells.one("head_identity"), self.today, refuse) {
            Ok(number) => number.map(|number| self.vault.identity_index(&number)),
            Err(wrong) => {
                if wrong.code != "sheet-identity-masked" {
                    doubts.push(wrong);
                }
                None
            }
        }
    }

    /// The numbers, and what is said of them: it names the number by its end only, as notes do not cover numbers.
    fn phones(&self, cells: &Cells<'_>) -> Result<(Phones, Vec<String>), Refused> {
        let (mut found, mut said) = (Phones::new(), Vec::new());
        for cell in self.table.cells(cells.line, "phone") {
            for (text, words) in tabular::phones_and_words(cell) {
                let phone = self.vault.phone("phone", &text).map_err(|problem| {
                    let code = problem
                        .fields()
                        .first()
                        .map_or("phone-unknown", |fault| fault.code);
                    cells.refused("phone", code)
                })?;
                let index = self.vault.phone_index(&phone);
                if !words.is_empty() {
                    let digits = phone.as_str();
                    let end = digits
                        .get(digits.len().saturating_sub(4)..)
                        .unwrap_or_default();
                    said.push(format!("…{end} {words}"));
                }
                if !found.iter().any(|(_, held)| *held == index) {
                    found.push((phone, index));
                }
            }
        }
        if found.len() > PHONES {
            return Err(cells.refuse("phone", "too-many-phones").arg("max", PHONES));
        }
        Ok((found, said))
    }

    /// A word the catalogue does not know costs nobody their row: somebody says that it goes in without it.
    fn labels(
        &self,
        cells: &Cells<'_>,
        doubts: &mut Vec<Refused>,
    ) -> Result<Vec<(String, Vec<u8>)>, Refused> {
        let catalogue = self.vault.labels();
        let mut found: Vec<(String, Vec<u8>)> = Vec::new();
        for (at, asked) in &self.label_columns {
            let cell = cells.line.cell(*at);
            let refused = |code| {
                let column = self.table.layout.names.get(*at).cloned();
                Refused::new(cells.line.number, column.unwrap_or_default(), code)
            };
            let words = match (asked, tabular::yes(cell)) {
                // No says nothing: who knows more has said so elsewhere.
                (Some(_), Read::Nothing | Read::Sure(false)) => Vec::new(),
                (Some(asked), Read::Sure(true)) => vec![asked.clone()],
                _ if self.table.is(*at, POLITICS) => party(&cell.shown()),
                _ => tabular::words(&Cell::text(&armed(cell.shown()))),
            };
            for word in words {
                let Some(code) = catalogue.meant(&word) else {
                    doubts.push(self.unknown_label(refused, &catalogue, &word));
                    continue;
                };
                let label = set_label::checked(&code).map_err(|problem| {
                    let code = problem
                        .fields()
                        .first()
                        .map_or("row-invalid", |fault| fault.code);
                    refused(code).arg("max", 40)
                })?;
                if let Some(code) = not_by_sheet(&catalogue, &label) {
                    return Err(refused(code).arg("value", &label));
                }
                let index = self.vault.label_index(&label);
                if !found.iter().any(|(_, held)| *held == index) {
                    found.push((label, index));
                }
            }
        }
        Ok(found)
    }
}

impl Reader<'_> {
    fn unknown_label(
        &self,
        refused: impl Fn(&'static str) -> Refused,
        catalogue: &LabelCatalogue,
        word: &str,
    ) -> Refused {
        let near = catalogue.near(word, true);
        let names: Vec<&str> = near.iter().map(|kind| kind.name(self.locale)).collect();
        if names.is_empty() {
            return refused("sheet-label-unknown")
                .arg("value", word)
                .arg(APART, word);
        }
        refused("sheet-label-unknown-near")
            .arg("value", word)
            .arg("near", names.join("、"))
            .arg(APART, word)
    }
}

/// The one of the answers to 政治面貌 that is a label. 群众, 共青团员 and members of the other parties are not.
fn party(text: &str) -> Vec<String> {
    let text = fold(text);
    let member = text.starts_with("中共")
        || text.contains("共产党")
        || ["党员", "正式党员", "预备党员"].contains(&text.as_str());
    match member {
        true => vec![PARTY.to_owned()],
        false => Vec::new(),
    }
}

/// Why a sheet may not put this label on: nobody agreed by standing in a sheet.
pub(crate) fn not_by_sheet(catalogue: &LabelCatalogue, label: &str) -> Option<&'static str> {
    let kind = catalogue.of(label)?;
    if kind.retired {
        Some("label-retired")
    } else if !kind.may_come_from(crate::facts::How::Import) {
        Some("label-source")
    } else if kind.consent.is_some() {
        Some("label-consent")
    } else {
        None
    }
}

/// The note of the row, and what of the row has no place of its own, each under the name of its column: a birthday by the
/// lunar calendar (families keep it, and it names no day by itself), the number of a foreigner's document, an address that
/// names no dwelling, whose telephone numbers are.
fn noted(
    cells: &Cells<'_>,
    lunar: Option<(&str, String)>,
    address: Option<&str>,
    phones: Vec<String>,
) -> Option<String> {
    // As it was written: commas and brackets of a note are not for a machine to turn.
    let note = Some(cells.text("note"))
        .filter(|text| !text.is_empty())
        .map(|_said| clean(&armed(cells.one("note").shown())));
    let under = |field: &str, text: &str| format!("{}：{text}", cells.table.name_of(field));
    let lunar = lunar.map(|(column, text)| format!("{column}：{text}"));
    let document = tabular::foreign_document(cells.one("identity"));
    let document = document.map(|number| under("identity", &number));
    let field = if cells.has("address") {
        "address"
    } else {
        "room"
    };
    let address = address.map(|text| under(field, text));
    let phones = phones.iter().map(|said| under("phone", said));
    let parts: Vec<String> = [note, lunar, document, address]
        .into_iter()
        .flatten()
        .chain(phones)
        .collect();
    (!parts.is_empty()).then(|| parts.join("；"))
}

/// By the code the register has for it; others stay as they are written.
fn language(cells: &Cells<'_>) -> Result<Option<String>, Refused> {
    let text = clean(&cells.text("language"));
    let code = match text.to_lowercase().as_str() {
        "" => return Ok(None),
        "中文" | "汉语" | "普通话" | "chinese" => "zh",
        "英文" | "英语" | "english" => "en",
        _ => text.as_str(),
    };
    match code.chars().count() {
        0..=LANGUAGE => Ok(Some(code.to_owned())),
        _ => Err(cells
            .refuse("language", "cell-too-long")
            .arg("max", LANGUAGE)),
    }
}

/// As it was written: it is compared, not read.
fn key(cells: &Cells<'_>) -> Result<Option<String>, Refused> {
    let text = clean(&armed(cells.one("key").shown()));
    match text.chars().count() {
        0 => Ok(None),
        1..=KEY => Ok(Some(text)),
        _ => Err(cells.refuse("key", "cell-too-long").arg("max", KEY)),
    }
}

fn name(cells: &Cells<'_>) -> Result<String, Refused> {
    let text = cells.text("name");
    // 周 建 国: blanks to make two-character names as wide as the others.
    let name = if text.chars().any(|c| c.is_ascii_alphabetic()) {
        text
    } else {
        text.replace(' ', "")
    };
    match name.chars().count() {
        0 => Err(cells.refuse("name", "cell-empty")),
        1..=NAME if can_be_name(&name) => Ok(name),
        1..=NAME => Err(cells.refuse("name", "sheet-name")),
        _ => Err(cells.refuse("name", "cell-too-long").arg("max", NAME)),
    }
}

fn sex(
    cells: &Cells<'_>,
    identity: Option<&IdentityNumber>,
    doubts: &mut Vec<Refused>,
) -> Result<Option<Sex>, Refused> {
    let cell = cells.one("sex");
    let written = match tabular::sex(cell) {
        Read::Nothing => None,
        Read::Sure(tabular::Sex::Female) | Read::Doubtful(tabular::Sex::Female, _) => {
            Some(Sex::Female)
        }
        Read::Sure(tabular::Sex::Male) | Read::Doubtful(tabular::Sex::Male, _) => Some(Sex::Male),
        Read::Refused(_) => {
            return Err(cells
                .refuse("sex", "person-value")
                .arg("value", cell.shown()));
        }
    };
    let of_number = identity.map(|number| Sex::from(number.sex()));
    match (written, of_number) {
        (Some(written), Some(number)) if written != number => {
            doubts.push(cells.refuse("sex", "sheet-sex-differs"));
            Ok(of_number)
        }
        _ => Ok(of_number.or(written)),
    }
}

#[cfg(test)]
mod tests {
    use super::party;

    #[test]
    fn one_party_is_a_label() {
        for text in [
            "党员",
            "中共党员",
            "中共预备党员",
            "中国共产党党员",
            "预备党员",
        ] {
            assert_eq!(party(text).len(), 1, "{text}");
        }
        for text in ["群众", "共青团员", "民革党员", "无党派人士", "", "非党员"] {
            assert!(party(text).is_empty(), "{text}");
        }
    }
}
