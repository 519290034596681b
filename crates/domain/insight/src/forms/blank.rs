//! The blank workbook of a form, and a newer one in its place: whoever asks adds a column next year, and what was said about
//! the others stays.

use std::collections::HashSet;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_tabular::{Limits, TableFault};

use super::commands::{form_for, json_of};
use super::{Blank, Column, Mapping};
use crate::entities::{report_blank, report_form};

/// What is wrong with a file, at its field.
pub(crate) fn file_fault(fault: &TableFault) -> Problem {
    let problem = Problem::invalid("file", fault.code());
    match fault.arg() {
        Some((name, value)) => problem.field_arg(name, value),
        None => problem,
    }
}

/// Where the columns of a blank workbook stand.
///
/// # Errors
/// 422 at `file`: none, no workbook, none that can be read, or one without columns.
pub(crate) fn blank_of(file_name: &str, bytes: &[u8]) -> Result<Blank> {
    if bytes.is_empty() {
        // A browser sends a field without a name where no file was chosen.
        let code = match file_name.is_empty() {
            true => "required",
            false => "sheet-empty",
        };
        return Err(Problem::invalid("file", code));
    }
    let book = youlin_tabular::read(bytes, &Limits::default()).map_err(|fault| match fault {
        // Text would be no way out: it has no layout to come out in.
        TableFault::OtherKind(kind) => {
            Problem::invalid("file", "form-other-kind").field_arg("kind", kind)
        }
        TableFault::Encoding => Problem::invalid("file", "form-not-a-workbook"),
        fault => file_fault(&fault),
    })?;
    // Text has no layout to come out in.
    if book.encoding.is_some() {
        return Err(Problem::invalid("file", "form-not-a-workbook"));
    }
    let sheets = || book.sheets.iter().enumerate();
    let list = sheets().find_map(|(at, sheet)| Some((at, youlin_tabular::form_layout(sheet)?)));
    // Where nothing is a list, names may stand beside their blanks.
    let found = list.or_else(|| {
        sheets().find_map(|(at, sheet)| Some((at, youlin_tabular::form_cells(sheet)?)))
    });
    let (sheet, layout) = found.ok_or_else(|| match book.hidden.is_empty() {
        true => Problem::invalid("file", "form-no-columns"),
        false => {
            let names = book.hidden.join("、");
            Problem::invalid("file", "sheet-hidden").field_arg("names", names)
        }
    })?;
    Ok(Blank { sheet, layout })
}

/// Puts a newer blank workbook in the place of the one a form had. Columns of the same name keep what they are filled from;
/// one that shares fewer than half of them is another form.
#[derive(Debug)]
pub struct ReplaceBlank {
    pub community: CommunityId,
    pub form: Uuid,
    pub file_name: String,
    pub workbook: Vec<u8>,
    pub blank: Blank,
    /// What new columns may be, by their names.
    pub mapping: Mapping,
}

/// The mapping of a newer blank from that of the one before; `suggest` says what a column nobody knows may be.
///
/// # Errors
/// 422 at `file` with how many columns were found again, when it is another form.
pub(crate) fn carried_over(
    before: &Mapping,
    blank: &Blank,
    suggest: impl Fn(&str) -> super::Source,
) -> Result<Mapping> {
    let bare = |name: &str| name.split_whitespace().collect::<String>();
    let new: HashSet<String> = blank
        .layout
        .columns
        .iter()
        .map(|column| bare(&column.name))
        .collect();
    let known = before.columns.iter();
    let kept = known.filter(|column| new.contains(&bare(&column.name)));
    let (kept, of) = (kept.count(), before.columns.len());
    // A card has no lines of people, and a list is no card.
    let card = before.columns.iter().any(|column| column.row.is_some());
    let kept = if card == blank.is_card() { kept } else { 0 };
    if kept * 2 < of {
        return Err(Problem::invalid("file", "form-other-workbook")
            .field_arg("kept", kept)
            .field_arg("of", of));
    }
    let columns = blank.layout.columns.iter().map(|column| {
        let name = bare(&column.name);
        let old = before.columns.iter().find(|one| bare(&one.name) == name);
        let source = old.map(|old| old.source.clone());
        Column::of(column, source.unwrap_or_else(|| suggest(&column.name)))
    });
    Ok(Mapping {
        rows: before.rows.clone(),
        columns: columns.collect(),
    })
}

impl Command for ReplaceBlank {
    type Output = ();
    const NAME: &'static str = "insight.replace-blank";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = form_for(ctx, tx, self.community, self.form).await?;
        tx.insert::<report_blank::Entity>(report_blank::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            form_id: form.id,
            workbook: self.workbook.clone(),
        })
        .await?;
        let revision = form.revision + 1;
        tx.update::<report_form::Entity>(report_form::Model {
            file_name: self.file_name.chars().take(120).collect(),
            layout: json_of(&self.blank)?,
            mapping: json_of(&self.mapping)?,
            revision,
            ..form
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(json!({ "revision": revision })),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use youlin_tabular::{FormColumn, FormLayout};

    use super::super::{Rows, Source};
    use super::*;

    fn blank(names: &[&str]) -> Blank {
        let columns = names.iter().enumerate().map(|(column, name)| FormColumn {
            column,
            name: (*name).to_owned(),
            row: None,
            within: None,
        });
        Blank {
            sheet: 0,
            layout: FormLayout {
                title: String::new(),
                header_rows: vec![1],
                first_row: 2,
                free_rows: 1,
                columns: columns.collect(),
            },
        }
    }

    fn mapping(columns: &[(&str, Source)]) -> Mapping {
        let columns = columns
            .iter()
            .enumerate()
            .map(|(column, (name, source))| Column {
                column,
                row: None,
                name: (*name).to_owned(),
                source: source.clone(),
            });
        Mapping {
            rows: Rows::default(),
            columns: columns.collect(),
        }
    }

    #[test]
    fn columns_keep_their_sources_where_they_went_and_another_form_is_called_so() {
        let name = Source::Field("name".into());
        let before = mapping(&[
            ("序 号", Source::Serial),
            ("姓名", name.clone()),
            ("单位", Source::Constant("跃龙社区".into())),
        ]);
        let newer = blank(&["姓名", "电话", "序号"]);
        let phone = Source::Field("phone".into());
        let after = carried_over(&before, &newer, |_| phone.clone()).unwrap();
        let sources: Vec<Source> = after.columns.into_iter().map(|one| one.source).collect();
        assert_eq!(sources, [name, phone.clone(), Source::Serial]);
        let other = carried_over(&before, &blank(&["品名", "单价", "姓名"]), |_| {
            phone.clone()
        });
        assert_eq!(other.unwrap_err().fields()[0].code, "form-other-workbook");
    }
}
