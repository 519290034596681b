//! Finding the columns of a spreadsheet.

use std::sync::Arc;

use youlin_kernel::{Problem, Result};

use super::{Work, aside};
use crate::AskedOf;
use crate::queries::{OF_KIND, columns_of, file_of, remembered};
use crate::sheet::{self, Columns};

/// A kind of spreadsheet: its name, its columns, and what must not be missing.
type Sheets = (
    &'static str,
    &'static [youlin_tabular::Spec],
    &'static [&'static str],
);

impl Work<'_> {
    /// The columns of the spreadsheet, as somebody said for an earlier file of the same make, if any did.
    pub(super) async fn columns(&self) -> Result<Columns> {
        let imports = &self.job.imports;
        let register = Arc::clone(imports.register(&self.row.kind)?);
        let specs = register.columns();
        let bytes = file_of(self.db, &*imports.sealer, self.row.id).await?;
        // Somebody may have said which sheets are meant.
        let chosen = columns_of(&*imports.sealer, &self.row)?;
        let chosen = chosen.map_or_else(Vec::new, |columns| columns.chosen);
        let others = self.other_sheets().await?;
        let (mut columns, mut table) = aside({
            let register = Arc::clone(&register);
            move || {
                let book = sheet::opened(&bytes)?;
                let like = sheet::looks_like(&book, specs, &others).filter(|_| chosen.is_empty());
                match (sheet::laid_out(book, specs, &chosen), like) {
                    (Ok((mut columns, table)), like) => {
                        register.look(&table, &mut columns.found);
                        columns.looks_like = like.map(str::to_owned);
                        Ok((columns, table))
                    }
                    // Its columns mean nothing here, and everything there.
                    (Err(_), Some(like)) => {
                        Err(Problem::invalid("file", OF_KIND).field_arg("register", like))
                    }
                    (Err(problem), None) => Err(problem),
                }
            }
        })
        .await?;
        let known = remembered(self.db, &self.row.kind, &columns.signature).await?;
        if let Some(fields) = known.filter(|fields| fields.len() == columns.names.len()) {
            columns.take(&fields);
            columns.remembered = true;
        }
        table.layout.found.clone_from(&columns.found);
        let of = AskedOf {
            table: &table,
            file_name: &self.row.file_name,
        };
        for one in register.asks(&self.actor().await?, Some(of)) {
            columns.asked |= one.needed && one.guess.is_none();
            columns
                .given
                .extend(one.guess.map(|guess| (one.field.to_owned(), guess)));
        }
        Ok(columns)
    }

    /// Kinds of spreadsheets that whoever gave the file may give, too.
    async fn other_sheets(&self) -> Result<Vec<Sheets>> {
        let actor = self.actor().await?;
        let all = self.job.imports.registers.iter();
        let others = all.filter(|one| {
            one.kind() != self.row.kind && !one.columns().is_empty() && actor.may(one.permission())
        });
        Ok(others
            .map(|one| (one.kind(), one.columns(), one.needed()))
            .collect())
    }
}
