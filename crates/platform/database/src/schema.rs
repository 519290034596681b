//! The tables as their migrations declare them: what a portable backup copies and what is distributed over machines
//! must be every table there is, so nobody keeps a second list of them.
//!
//! Migrations are written in one narrow form (see [`Migration`]); whatever does not fit it is refused here, and a test
//! of the house reads them all.

use crate::Migration;
use crate::migrate::{LEDGER, PLATFORM, is_derived};

/// What a column holds, of the types that migrations may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    BigInt,
    Integer,
    Double,
    Boolean,
    Text,
    Uuid,
    Bytes,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub module: &'static str,
    pub name: String,
    pub columns: Vec<Column>,
    pub primary_key: Vec<String>,
    /// Columns of each unique key and unique index.
    pub unique: Vec<Vec<String>>,
    /// Columns of each foreign key.
    pub foreign: Vec<Vec<String>>,
}

impl Table {
    /// Whether its rows belong to communities.
    #[must_use]
    pub fn has_community(&self) -> bool {
        self.columns
            .first()
            .is_some_and(|column| column.name == COMMUNITY)
    }
}

/// First in every key of a business table.
pub const COMMUNITY: &str = "community_id";

/// A migration that does not keep to the form. Seen by developers only.
#[derive(Debug, thiserror::Error)]
#[error("migration {module} {version}: {why}: {statement}")]
pub struct SchemaFault {
    pub module: &'static str,
    pub version: i32,
    pub why: &'static str,
    pub statement: String,
}

/// Every table of the platform and of these migrations, in the order in which they are made: a table comes after those
/// its foreign keys name. The ledger of migrations is the first.
///
/// # Errors
/// See [`SchemaFault`].
pub fn tables(modules: &[Migration]) -> Result<Vec<Table>, SchemaFault> {
    let ledger = Migration {
        module: "platform",
        version: 0,
        name: "ledger",
        sql: LEDGER,
    };
    let mut tables = Vec::new();
    for step in std::iter::once(&ledger).chain(PLATFORM).chain(modules) {
        for statement in step.texts().filter(|text| !is_derived(text)) {
            read(step, statement, &mut tables).map_err(|why| SchemaFault {
                module: step.module,
                version: step.version,
                why,
                statement: statement.to_owned(),
            })?;
        }
    }
    Ok(tables)
}

fn read(step: &Migration, statement: &str, tables: &mut Vec<Table>) -> Result<(), &'static str> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    match words.as_slice() {
        ["CREATE", "TABLE", "IF", "NOT", "EXISTS", name, ..] | ["CREATE", "TABLE", name, ..] => {
            tables.push(table(step.module, name, statement)?);
        }
        ["CREATE", "UNIQUE", "INDEX", _, "ON", name, ..] => {
            let keys = columns_of(statement)?;
            find(tables, name)?.unique.push(keys);
        }
        ["CREATE", "INDEX", ..] => {}
        ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind @ ..] => {
            let column = Column {
                name: (*column).to_owned(),
                kind: kind_of(kind)?,
            };
            find(tables, name)?.columns.push(column);
        }
        _ => return Err("not a statement migrations may use"),
    }
    Ok(())
}

fn find<'a>(tables: &'a mut [Table], name: &str) -> Result<&'a mut Table, &'static str> {
    tables
        .iter_mut()
        .find(|table| table.name == name)
        .ok_or("its table was not made before")
}

fn table(module: &'static str, name: &str, statement: &str) -> Result<Table, &'static str> {
    let mut table = Table {
        module,
        name: name.trim_end_matches('(').to_owned(),
        columns: Vec::new(),
        primary_key: Vec::new(),
        unique: Vec::new(),
        foreign: Vec::new(),
    };
    for part in parts(body(statement)?) {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            ["PRIMARY", "KEY", ..] => table.primary_key = columns_of(part)?,
            ["UNIQUE", ..] => table.unique.push(columns_of(part)?),
            ["FOREIGN", "KEY", ..] => table.foreign.push(columns_of(part)?),
            [column, kind @ ..] => {
                if part.contains("PRIMARY KEY") {
                    table.primary_key = vec![(*column).to_owned()];
                }
                table.columns.push(Column {
                    name: (*column).to_owned(),
                    kind: kind_of(kind)?,
                });
            }
            [] => return Err("a comma too many"),
        }
    }
    if table.primary_key.is_empty() {
        return Err("a table without a primary key");
    }
    Ok(table)
}

fn kind_of(words: &[&str]) -> Result<ColumnKind, &'static str> {
    Ok(match words {
        ["BIGINT", ..] => ColumnKind::BigInt,
        ["INTEGER", ..] => ColumnKind::Integer,
        ["DOUBLE", "PRECISION", ..] => ColumnKind::Double,
        ["BOOLEAN", ..] => ColumnKind::Boolean,
        ["TEXT", ..] => ColumnKind::Text,
        ["{uuid}", ..] => ColumnKind::Uuid,
        ["{bytes}", ..] => ColumnKind::Bytes,
        _ => return Err("a type migrations may not use"),
    })
}

/// What stands between the first bracket and the last.
fn body(text: &str) -> Result<&str, &'static str> {
    let (from, to) = (text.find('('), text.rfind(')'));
    from.zip(to)
        .and_then(|(from, to)| text.get(from + 1..to))
        .ok_or("no brackets")
}

/// The names in the first brackets.
fn columns_of(text: &str) -> Result<Vec<String>, &'static str> {
    let rest = text.split_once('(').ok_or("no brackets")?.1;
    let inside = rest.split_once(')').ok_or("no brackets")?.0;
    Ok(inside
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect())
}

/// Split at the commas outside brackets.
fn parts(body: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0u32, 0, Vec::new());
    for (at, letter) in body.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&body[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&body[from..]);
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn step(sql: &'static str) -> Migration {
        Migration {
            module: "m",
            version: 1,
            name: "test",
            sql,
        }
    }

    #[test]
    fn tables_keys_and_later_columns_are_read() {
        let steps = [step(
            "CREATE TABLE a (\n    community_id BIGINT NOT NULL,\n    id {uuid} NOT NULL,\n    w DOUBLE PRECISION,\n    \
             PRIMARY KEY (community_id, id),\n    UNIQUE (community_id, w)\n);\n\
             CREATE UNIQUE INDEX a_x ON a (community_id, id) WHERE w IS NOT NULL;\n\
             CREATE INDEX a_y ON a (w);\nALTER TABLE a ADD COLUMN later {bytes};\n\
             CREATE TABLE b (k TEXT NOT NULL PRIMARY KEY, n INTEGER, f BOOLEAN);\n",
        )];
        let all = tables(&steps).unwrap();
        assert_eq!(all[0].name, "schema_migration");
        assert!(all.iter().any(|table| table.name == "outbox"));
        let [a, b] = &all[all.len() - 2..] else {
            panic!("two tables")
        };
        let names = |table: &Table| -> Vec<(String, ColumnKind)> {
            let columns = table.columns.iter();
            columns
                .map(|column| (column.name.clone(), column.kind))
                .collect()
        };
        assert_eq!(
            names(a),
            [
                ("community_id".to_owned(), ColumnKind::BigInt),
                ("id".to_owned(), ColumnKind::Uuid),
                ("w".to_owned(), ColumnKind::Double),
                ("later".to_owned(), ColumnKind::Bytes)
            ]
        );
        assert_eq!(a.primary_key, ["community_id", "id"]);
        assert_eq!(a.unique.len(), 2);
        assert!(a.has_community() && !b.has_community());
        assert_eq!((b.primary_key.len(), b.columns.len()), (1, 3));
    }

    #[test]
    fn what_does_not_keep_to_the_form_is_named() {
        for (sql, why) in [
            ("CREATE VIEW v AS SELECT 1", "not a statement"),
            ("CREATE TABLE a (id SERIAL PRIMARY KEY)", "a type"),
            ("CREATE TABLE a (id BIGINT NOT NULL)", "primary key"),
            ("ALTER TABLE nowhere ADD COLUMN x TEXT", "made before"),
        ] {
            let fault = tables(&[step(sql)]).unwrap_err();
            assert!(fault.to_string().contains(why), "{fault}");
        }
    }
}
