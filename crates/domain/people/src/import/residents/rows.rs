//! The rows of a table, read by as many readers as there are processors: each row says for itself what it means, once it is known
//! under which heading it stands.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use uuid::Uuid;
use youlin_imports::Refused;
use youlin_imports::tabular::Line;

use super::place::{self, Dwellings, Heading};
use super::read::{Draft, Reader};

/// More readers hold up whoever uses the server meanwhile, and the rest of an import is not faster for them.
const READERS: usize = 4;
/// Fewer rows are read sooner than another reader begins.
const WORTH: usize = 1_000;

/// Rows that follow each other in one sheet, below one heading.
struct Stretch<'a> {
    part: usize,
    heading: Option<Heading>,
    lines: Vec<&'a Line>,
}

/// Reads all rows, in their order. `estate_of`: the estate of those of a sheet that name none.
pub(super) fn read(
    reader: &Reader<'_>,
    dwellings: &Dwellings<'_>,
    estate_of: impl Fn(usize) -> Option<Uuid> + Sync,
) -> (Vec<Refused>, Vec<Draft>) {
    let stretches = stretches(reader);
    let rows = || {
        let all = stretches.iter();
        all.flat_map(|stretch| stretch.lines.iter().map(move |line| (stretch, *line)))
    };
    let some = |from: usize, most: usize| {
        let mut homes = dwellings.homes();
        let (mut refused, mut drafts) = (Vec::new(), Vec::new());
        for (stretch, line) in rows().skip(from).take(most) {
            homes.stand_in(estate_of(stretch.part));
            match reader.draft(line, &mut homes, stretch.heading.as_ref()) {
                Ok(draft) => drafts.push(draft),
                Err(one) => refused.push(one),
            }
        }
        (refused, drafts)
    };
    let count = stretches.iter().map(|stretch| stretch.lines.len()).sum();
    let each = usize::div_ceil(count, readers(count));
    thread::scope(|scope| {
        let some = &some;
        let others: Vec<_> = (each..count)
            .step_by(each.max(1))
            .map(|from| scope.spawn(move || some(from, each)))
            .collect();
        let (mut refused, mut drafts) = some(0, each);
        for other in others {
            let (more, of_it) = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            refused.extend(more);
            drafts.extend(of_it);
        }
        (refused, drafts)
    })
}

fn readers(rows: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    (rows / WORTH).clamp(1, processors.min(READERS))
}

/// A row that only names a building heads those below it, up to the end of its sheet.
fn stretches<'a>(reader: &Reader<'a>) -> Vec<Stretch<'a>> {
    let table = reader.table;
    let begun = |part, heading| Stretch {
        part,
        heading,
        lines: Vec::new(),
    };
    let mut done = Vec::new();
    let mut now = begun(0, Heading::above(table, 0));
    for line in table.rows() {
        let part = table.part_of(line);
        if part != now.part {
            let next = begun(part, Heading::above(table, part));
            done.push(std::mem::replace(&mut now, next));
        }
        match place::heading(line) {
            Some(building) => {
                let next = begun(part, Some(Heading::Row(building)));
                done.push(std::mem::replace(&mut now, next));
            }
            None => now.lines.push(line),
        }
    }
    done.push(now);
    done
}
