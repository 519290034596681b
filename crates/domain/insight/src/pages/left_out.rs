//! What a chart has no place for is said beneath it and opens: nobody is left out in silence.

use youlin_datasets::Asked;
use youlin_datasets::cube::Op;
use youlin_kernel::Result;

use super::chart::{Drawn, MOST};
use super::table::{Table, evidence_of};
use crate::compose::{Composed, Condition};
use crate::words::Words;

/// The sentence, and the records it speaks of; no address where they stand in the table anyway.
pub(crate) struct LeftOut {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// What this chart of the answer does not show.
///
/// # Errors
/// As [`Asked::answer`].
pub(crate) async fn left_out(
    words: Words<'_>,
    question: &Composed,
    asked: &Asked,
    table: &Table,
    drawn: Drawn,
) -> Result<Option<LeftOut>> {
    Ok(match drawn {
        Drawn::Pyramid => of_pyramid(words, question, asked).await?,
        Drawn::Time | Drawn::Map => {
            let unknown = |line: &&super::table::Line| line.keys.first() == Some(&None);
            let line = table.lines.iter().find(unknown);
            let cell = line.and_then(|line| Some((line, line.cells.first()?.as_ref()?)));
            cell.map(|(line, cell)| LeftOut {
                text: words.s.t2(
                    "insight-not-drawn-group",
                    &("name", line.heads.join(" · ")),
                    &("figure", &cell.text),
                ),
                href: cell.href.clone(),
            })
        }
        Drawn::Bars | Drawn::Stacked => (table.lines.len() > MOST).then(|| LeftOut {
            text: words.s.t1("insight-not-drawn-lines", "count", MOST),
            href: String::new(),
        }),
    })
}

/// Those whose age or side is not recorded: the same question, of them alone.
async fn of_pyramid(
    words: Words<'_>,
    question: &Composed,
    asked: &Asked,
) -> Result<Option<LeftOut>> {
    let mut dims = asked.query.group.iter().map(|group| group.dim.clone());
    let Some(dim) = dims.next() else {
        return Ok(None);
    };
    let unknown = Condition {
        dim,
        op: Op::Missing,
        values: dims.collect(),
        ..Condition::default()
    };
    let mut theirs = Composed {
        g: Vec::new(),
        m: String::new(),
        ..question.question()
    };
    theirs.f.push(unknown.text());
    let answer = asked.with(theirs.query(words.datasets)?).answer().await?;
    Ok((answer.total.count > 0).then(|| LeftOut {
        text: words.s.t2(
            "insight-not-drawn",
            &("what", words.dims(&unknown)),
            &("count", answer.total.count),
        ),
        href: evidence_of(&theirs, &[]),
    }))
}
