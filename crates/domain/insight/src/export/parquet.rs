//! Figures as Parquet, for whoever counts on with them: each column of the type of what it holds (days, whole numbers, texts
//! by dictionary), the definition in the metadata of the file, since there is no first sheet. Totals are no rows, so that
//! a sum over a column is right; the one over everything stands in the metadata too.
//!
//! Not compressed: some hundred lines are small, and no further code is needed to read it.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use youlin_datasets::Asked;
use youlin_datasets::cube::{Kind, Measure, Value, day};
use youlin_kernel::{AreaId, AreaTree};
use youlin_web::Shell;

use super::{Line, Sheet, Written, broken};
use crate::units;

/// The values of one column; `None`: nothing recorded, or nothing to divide.
enum Values {
    Text(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    /// Days since 1970-01-01.
    Day(Vec<Option<i32>>),
    Number(Vec<Option<f64>>),
}

struct Column {
    name: String,
    values: Values,
}

pub(super) fn write(s: &Shell, asked: &Asked, sheet: &Sheet) -> Written {
    // A question without groups has nothing but its total.
    let lines: Vec<&Line> = if asked.query.group.is_empty() {
        vec![&sheet.total]
    } else {
        sheet.lines.iter().collect()
    };
    let mut columns = groups(s, asked, sheet, &lines);
    columns.extend(figures(asked, sheet, &lines));
    unlike(&mut columns);
    let mut notes = notes(sheet);
    notes.push(KeyValue::new("total".to_owned(), sheet.total.text.clone()));
    build(&columns, notes).map_err(broken)
}

/// The definition, line by line under its own keys, and as one text.
fn notes(sheet: &Sheet) -> Vec<KeyValue> {
    let lines = sheet.definition.iter();
    let whole: Vec<String> = lines
        .map(|(name, said)| format!("{name}: {said}"))
        .collect();
    let mut notes = vec![KeyValue::new("README".to_owned(), whole.join("\n"))];
    // A key may stand several times (conditions); the first part says which line it is.
    for (at, (name, said)) in sheet.definition.iter().enumerate() {
        notes.push(KeyValue::new(
            format!("definition.{:02}.{name}", at + 1),
            said.clone(),
        ));
    }
    notes
}

fn groups(s: &Shell, asked: &Asked, sheet: &Sheet, lines: &[&Line]) -> Vec<Column> {
    let schema = asked.dataset.schema();
    let mut columns = Vec::new();
    for (at, (group, name)) in asked.query.group.iter().zip(&sheet.groups).enumerate() {
        let kind = schema.dim(&group.dim).map(|dim| dim.kind);
        let per = schema.dim(&group.dim).map_or(1, |dim| dim.per);
        let key = |line: &&Line| line.keys.get(at).cloned().flatten();
        let called = |line: &&Line| key(line).and(line.names.get(at).cloned());
        let values = match kind {
            Some(Kind::Day | Kind::Time) => Values::Day(
                lines
                    .iter()
                    .map(|line| match key(line) {
                        Some(Value::Text(text)) => day::parse(&text).map(since_1970),
                        _ => None,
                    })
                    .collect(),
            ),
            // In the unit its name says.
            Some(Kind::Number) if per > 1 => Values::Number(
                lines
                    .iter()
                    .map(|line| match key(line) {
                        Some(Value::Number(low)) => units::said(low, per).parse().ok(),
                        _ => None,
                    })
                    .collect(),
            ),
            Some(Kind::Number | Kind::Age | Kind::Since) => Values::Whole(
                lines
                    .iter()
                    .map(|line| match key(line) {
                        Some(Value::Number(low)) => Some(low),
                        _ => None,
                    })
                    .collect(),
            ),
            _ => Values::Text(lines.iter().map(called).collect()),
        };
        columns.push(Column {
            name: name.clone(),
            values,
        });
        if kind == Some(Kind::Area) {
            let tree = s.ctx().areas();
            let codes = lines.iter().map(|line| code(tree, key(line).as_ref()));
            columns.push(Column {
                name: format!("{name} {}", s.t("insight-code")),
                values: Values::Text(codes.collect()),
            });
        }
    }
    columns
}

fn code(tree: &AreaTree, key: Option<&Value>) -> Option<String> {
    match key {
        Some(Value::Number(area)) => tree.get(AreaId(*area)).map(|node| node.code.clone()),
        _ => None,
    }
}

fn since_1970(number: i32) -> i32 {
    number - day::number(1970, 1, 1)
}

fn figures(asked: &Asked, sheet: &Sheet, lines: &[&Line]) -> Vec<Column> {
    let whole = |of: &dyn Fn(&Line) -> Option<u64>| {
        let all = lines.iter().map(|line| of(line));
        Values::Whole(
            all.map(|one| one.map(|one| i64::try_from(one).unwrap_or(i64::MAX)))
                .collect(),
        )
    };
    let mut names = sheet.columns.iter().cloned();
    let mut next = || names.next().unwrap_or_default();
    let mut columns = vec![Column {
        name: next(),
        values: whole(&|line| Some(line.count)),
    }];
    if sheet.columns.len() > 2 {
        columns.push(Column {
            name: next(),
            values: whole(&|line| line.part),
        });
    }
    let exact: Vec<Option<f64>> = lines
        .iter()
        .map(|line| line.text.trim_end_matches('%').parse().ok())
        .collect();
    let values = match asked.query.measure {
        // The count itself.
        Measure::Count | Measure::Distinct(_) => return columns,
        Measure::Sum(_) if asked.dataset.schema().per(&asked.query.measure) > 1 => {
            Values::Number(exact)
        }
        Measure::Sum(_) => Values::Whole(lines.iter().map(|line| line.text.parse().ok()).collect()),
        Measure::Mean(_) => Values::Number(lines.iter().map(|line| line.value).collect()),
        // In per cent, as it is read: rounded once, in whole numbers.
        Measure::Ratio { .. } => Values::Number(exact),
    };
    columns.push(Column {
        name: next(),
        values,
    });
    columns
}

/// Two columns of one name cannot be told apart.
fn unlike(columns: &mut [Column]) {
    for at in 1..columns.len() {
        let (before, rest) = columns.split_at_mut(at);
        let Some(column) = rest.first_mut() else {
            continue;
        };
        while before.iter().any(|other| other.name == column.name) {
            column.name.push('_');
        }
    }
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.values {
        Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Values::Whole(_) => (Physical::INT64, None),
        Values::Day(_) => (Physical::INT32, Some(LogicalType::Date)),
        Values::Number(_) => (Physical::DOUBLE, None),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

fn build(columns: &[Column], notes: Vec<KeyValue>) -> Result<Vec<u8>, ParquetError> {
    let fields = columns
        .iter()
        .map(|column| field(column).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("figures")
        .with_fields(fields)
        .build()?;
    let settings = WriterProperties::builder()
        .set_created_by("youlin".to_owned())
        .set_key_value_metadata(Some(notes))
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(settings))?;
    let mut rows = file.next_row_group()?;
    let mut left = columns.iter();
    while let Some(mut writer) = rows.next_column()? {
        if let Some(column) = left.next() {
            put(&mut writer, &column.values)?;
        }
        writer.close()?;
    }
    rows.close()?;
    file.close()?;
    Ok(bytes)
}

fn put(writer: &mut SerializedColumnWriter<'_>, values: &Values) -> Result<(), ParquetError> {
    match values {
        Values::Text(all) => {
            let held: Vec<ByteArray> = all
                .iter()
                .flatten()
                .map(|text| ByteArray::from(text.as_str()))
                .collect();
            let writer = writer.typed::<ByteArrayType>();
            writer.write_batch(&held, Some(&there(all)), None)?;
        }
        Values::Whole(all) => {
            let held: Vec<i64> = all.iter().flatten().copied().collect();
            let writer = writer.typed::<Int64Type>();
            writer.write_batch(&held, Some(&there(all)), None)?;
        }
        Values::Day(all) => {
            let held: Vec<i32> = all.iter().flatten().copied().collect();
            let writer = writer.typed::<Int32Type>();
            writer.write_batch(&held, Some(&there(all)), None)?;
        }
        Values::Number(all) => {
            let held: Vec<f64> = all.iter().flatten().copied().collect();
            let writer = writer.typed::<DoubleType>();
            writer.write_batch(&held, Some(&there(all)), None)?;
        }
    }
    Ok(())
}

/// 1 where there is a value.
fn there<T>(all: &[Option<T>]) -> Vec<i16> {
    all.iter().map(|one| i16::from(one.is_some())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;

    #[test]
    fn what_is_written_is_read_again_with_its_types_and_its_definition() {
        let columns = [
            Column {
                name: "社区".into(),
                values: Values::Text(vec![Some("跃龙社区".into()), None, Some("跃龙社区".into())]),
            },
            Column {
                name: "月".into(),
                values: Values::Day(vec![
                    Some(since_1970(day::number(2026, 11, 1))),
                    None,
                    Some(0),
                ]),
            },
            Column {
                name: "数".into(),
                values: Values::Whole(vec![Some(36_314), Some(0), None]),
            },
            Column {
                name: "率".into(),
                values: Values::Number(vec![Some(93.43), None, Some(0.0)]),
            },
        ];
        let notes = vec![KeyValue::new(
            "README".to_owned(),
            "统计内容: 居民".to_owned(),
        )];
        let bytes = build(&columns, notes).unwrap();
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let meta = file.metadata().file_metadata();
        assert_eq!(meta.num_rows(), 3);
        let notes = meta.key_value_metadata().unwrap();
        assert_eq!(notes[0].value.as_deref(), Some("统计内容: 居民"));
        let rows: Vec<Vec<Field>> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                let row = row.unwrap();
                row.get_column_iter()
                    .map(|(_, field)| field.clone())
                    .collect()
            })
            .collect();
        assert_eq!(
            rows[0],
            [
                Field::Str("跃龙社区".into()),
                Field::Date(day::number(2026, 11, 1) - day::number(1970, 1, 1)),
                Field::Long(36_314),
                Field::Double(93.43),
            ]
        );
        assert_eq!(
            rows[1],
            [Field::Null, Field::Null, Field::Long(0), Field::Null]
        );
    }

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let named = |name: &str| Column {
            name: name.into(),
            values: Values::Whole(Vec::new()),
        };
        let mut columns = [named("数"), named("数"), named("数")];
        unlike(&mut columns);
        let names: Vec<&str> = columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["数", "数_", "数__"]);
    }
}
