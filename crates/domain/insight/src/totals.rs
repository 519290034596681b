//! The totals of a table of two dimensions: the same question with a dimension less. They are asked of the records and not
//! added up from the cells, so a record that stands in several groups counts once, and a share is one of the whole.

use futures::future::try_join3;
use youlin_datasets::Asked;
use youlin_datasets::cube::{Answer, Cell, Group, Query};
use youlin_kernel::Result;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// Over the last group: one for each line of a table. Their keys are the first of those of the cells.
    pub(crate) lines: Vec<Cell>,
    /// Over all groups but the last: one for each column.
    pub(crate) columns: Vec<Cell>,
}

/// The answer and its totals, asked at once. What is grouped by one dimension or by none has all its totals in the answer.
///
/// # Errors
/// As [`Asked::answer`].
pub(crate) async fn answer(asked: &Asked) -> Result<(Answer, Totals)> {
    let (last, down) = match asked.query.group.split_last() {
        Some((last, down)) if !down.is_empty() => (last, down),
        _ => return Ok((asked.answer().await?, Totals::default())),
    };
    let with = |group: &[Group]| {
        asked.with(Query {
            group: group.to_vec(),
            ..asked.query.clone()
        })
    };
    let (lines, columns) = (with(down), with(std::slice::from_ref(last)));
    let (answer, lines, columns) =
        try_join3(asked.answer(), lines.answer(), columns.answer()).await?;
    let totals = Totals {
        lines: lines.cells,
        columns: columns.cells,
    };
    Ok((answer, totals))
}
