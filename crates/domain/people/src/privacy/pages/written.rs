//! Lists of persons as files. Each says who took it, when, why and who agreed: above its first line, and in the last column
//! of each, so that a page that is copied or torn off still says where it comes from. Both kinds can be given to
//! `/imports`: into an empty house a register goes in as it is, and at home it changes nothing.

use youlin_imports::harmless;
use youlin_imports::tabular::{SheetOut, listed, write_sheets};
use youlin_kernel::{Problem, Result};
use youlin_web::Shell;

use crate::labels::LabelCatalogue;
use crate::privacy::export::ExportedList;
use crate::privacy::lines::{ExportLine, WholeLine};

/// Names of the columns of a register in their order; the words are those the import looks for.
const COLUMNS: [&str; 17] = [
    "name",
    "identity",
    "birth",
    "sex",
    "phone",
    "address",
    "relation",
    "household",
    "second_home",
    "labels",
    "agreed",
    "consents",
    "language",
    "note",
    "community",
    "key",
    "source",
];

/// A list lies about for years: its day says of which.
fn mark(s: &Shell, list: &ExportedList) -> String {
    let s = s.clone().with_years();
    let key = match list.approved_by {
        Some(_) => "export-mark-approved",
        None => "export-mark",
    };
    let purpose = match list.filter.is_empty() {
        true => list.purpose.clone(),
        false => s.t2(
            "export-purpose-filtered",
            &("purpose", list.purpose.as_str()),
            &("filter", list.filter.words(&s)),
        ),
    };
    s.tn(
        key,
        &[
            ("by", list.by.clone()),
            ("at", s.when(&list.at)),
            ("purpose", purpose),
            ("approved", list.approved_by.clone().unwrap_or_default()),
        ],
    )
}

/// Contacts: CSV as spreadsheets of this country read it (UTF-8 with a mark).
pub(super) fn sheet(s: &Shell, list: &ExportedList, lines: &[ExportLine]) -> Result<String> {
    let mark = mark(s, list);
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::from("\u{feff}".as_bytes()));
    let heads = [
        s.t("people-field-name"),
        s.t("people-phones"),
        s.t("people-field-address"),
        s.t("export-source"),
    ];
    let mut rows: Vec<Vec<String>> = vec![vec![harmless(&mark)], heads.to_vec()];
    rows.extend(lines.iter().map(|line| {
        vec![
            harmless(&line.name),
            harmless(&line.phones.join("、")),
            harmless(&line.address),
            harmless(&mark),
        ]
    }));
    for row in rows {
        writer.write_record(&row).map_err(Problem::internal)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Problem::internal(error.error()))?;
    String::from_utf8(bytes).map_err(Problem::internal)
}

/// Merchants: the file as it is, and in a last column, which an import does not read, where it comes from.
pub(super) fn merchants(s: &Shell, list: &ExportedList, file: &str) -> Result<String> {
    let mark = mark(s, list);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(file.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::from("\u{feff}".as_bytes()));
    for (at, row) in reader.records().enumerate() {
        let mut row = row.map_err(Problem::internal)?;
        row.push_field(&if at == 0 {
            "source".to_owned()
        } else {
            harmless(&mark)
        });
        writer.write_record(&row).map_err(Problem::internal)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Problem::internal(error.error()))?;
    String::from_utf8(bytes).map_err(Problem::internal)
}

/// The register: a sheet that says what the columns hold and what stays here, then the persons.
pub(super) fn register(
    s: &Shell,
    labels: &LabelCatalogue,
    list: &ExportedList,
    (lines, covered): (&[ExportLine], bool),
) -> Result<Vec<u8>> {
    let mark = mark(s, list);
    let heads: Vec<String> = COLUMNS
        .iter()
        .map(|column| match *column {
            // By its name alone the import leaves it.
            "identity" if covered => s.t("register-column-identity-covered"),
            column => s.tt("register-column", column),
        })
        .collect();
    let about = heads.iter().zip(COLUMNS).map(|(head, column)| {
        let key = match column {
            "identity" if covered => "identity-covered",
            column => column,
        };
        vec![head.clone(), s.tt("register-about", key)]
    });
    let mut rows = vec![heads.clone()];
    rows.extend(lines.iter().map(|line| cells(s, labels, line, &mark)));
    let sheets = [
        SheetOut {
            name: s.t("register-sheet-about"),
            columns: vec![s.t("register-title"), mark.clone()],
            rows: about.collect(),
        },
        SheetOut {
            name: s.t("register-sheet"),
            columns: vec![mark.clone()],
            rows,
        },
    ];
    write_sheets(&sheets).map_err(Problem::internal)
}

fn cells(s: &Shell, labels: &LabelCatalogue, line: &ExportLine, mark: &str) -> Vec<String> {
    let nothing = WholeLine::default();
    let whole = line.whole.as_ref().unwrap_or(&nothing);
    let word = |code: &str| s.tt("relation", code);
    let second = whole.second.iter();
    let second =
        second.map(|(address, relation)| format!("{address}（{}）", word(relation.as_str())));
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let all = [
        line.name.clone(),
        some(&whole.identity),
        some(&whole.birth),
        whole
            .sex
            .map_or_else(String::new, |sex| s.tt("sex", sex.as_str())),
        line.phones.join("、"),
        line.address.clone(),
        whole
            .relation
            .map_or_else(String::new, |relation| word(relation.as_str())),
        some(&whole.household),
        second.collect::<Vec<_>>().join("；"),
        called(s, labels, &whole.labels),
        called(s, labels, &whole.agreed),
        agreed_to(s, &whole.consents),
        whole
            .language
            .as_deref()
            .map_or_else(String::new, |language| speaks(s, language)),
        some(&whole.note),
        whole.community.clone(),
        whole.key.clone(),
        mark.to_owned(),
    ];
    all.iter().map(|cell| harmless(cell)).collect()
}

/// What the person agreed to, in words.
fn agreed_to(s: &Shell, consents: &[String]) -> String {
    let words: Vec<String> = consents
        .iter()
        .map(|one| match crate::consent::ALL.contains(&one.as_str()) {
            true => s.tt("consent", one.replace('.', "-")),
            false => one.clone(),
        })
        .collect();
    listed(&words)
}

/// In words where the import knows them.
fn speaks(s: &Shell, language: &str) -> String {
    match language {
        "zh" | "en" => s.tt("speaks", language),
        other => other.to_owned(),
    }
}

/// Labels by their names, where the name leads back to them.
fn called(s: &Shell, labels: &LabelCatalogue, codes: &[String]) -> String {
    let names: Vec<String> = codes
        .iter()
        .map(|code| {
            let kind = labels.all().iter().find(|kind| kind.code == *code);
            let name = kind.map(|kind| kind.name(s.ctx().locale()));
            name.filter(|name| labels.called(name).is_some_and(|kind| kind.code == *code))
                .map_or_else(|| code.clone(), str::to_owned)
        })
        .collect();
    listed(&names)
}
