//! A file made ready: what was refused while it was read, and batches, each a transaction of one community.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use tokio::task::JoinHandle;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_database::{Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use crate::{ImportReport, Incoming, Refused, Sealer};

/// Rows that are saved together.
pub struct Batch {
    pub community: CommunityId,
    /// The lines it holds, as [`crate::Row::line`] counts them.
    pub lines: Vec<u32>,
    work: Box<dyn Work>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("community", &self.community)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

impl Batch {
    /// A batch saved by a command of the module's own.
    pub fn new<C>(community: CommunityId, lines: Vec<u32>, command: C) -> Self
    where
        C: Command<Output = ImportReport>,
    {
        Self {
            community,
            lines,
            work: Box::new(By(Arc::new(command))),
        }
    }
}

/// See the module's text.
#[derive(Debug, Default)]
pub struct Plan {
    pub refused: Vec<Refused>,
    /// Rows in no batch that somebody must decide about.
    pub doubtful: Vec<Refused>,
    pub batches: Vec<Batch>,
}

impl Plan {
    /// Adds rows of one community in batches of at most `chunk`; those taken in before are left out.
    pub fn add<T, C>(
        &mut self,
        file: &Incoming,
        community: CommunityId,
        rows: Vec<(u32, T)>,
        chunk: usize,
        command: impl Fn(Vec<T>) -> C,
    ) where
        C: Command<Output = ImportReport>,
    {
        let mut rows = rows
            .into_iter()
            .filter(|(line, _)| !file.done.contains(line))
            .peekable();
        while rows.peek().is_some() {
            let (lines, some): (Vec<u32>, Vec<T>) = rows.by_ref().take(chunk.max(1)).unzip();
            self.batches
                .push(Batch::new(community, lines, command(some)));
        }
    }

    /// Rows of the file.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.refused.len()
            + self.doubtful.len()
            + self
                .batches
                .iter()
                .map(|one| one.lines.len())
                .sum::<usize>()
    }

    /// Runs it at once, for callers that wait; answers the communities it reached, too.
    ///
    /// # Errors
    /// 503 when the database cannot answer; what was taken in before stays.
    pub async fn run(
        self,
        db: &Database,
        ctx: &Ctx,
    ) -> Result<(ImportReport, BTreeSet<CommunityId>)> {
        let mut report = ImportReport {
            refused: self.refused,
            doubtful: self.doubtful,
            ..ImportReport::default()
        };
        let mut touched = BTreeSet::new();
        for (n, batch) in self.batches.into_iter().enumerate() {
            report.absorb(batch.work.run(db, ctx, None).await?);
            touched.insert(batch.community);
            after(db, n).await?;
        }
        report.refused.sort_by_key(|refused| refused.line);
        Ok((report, touched))
    }
}

/// After the batch of this number: tables twice as full as before are counted anew.
pub(crate) async fn after(db: &Database, batch: usize) -> Result<()> {
    if batch > 0 && (batch + 1).is_power_of_two() {
        db.count_anew().await?;
    }
    Ok(())
}

impl Batch {
    /// Runs it, and notes in its own transaction that it ran, when `mark` is given.
    pub(crate) async fn run(
        &self,
        db: &Database,
        ctx: &Ctx,
        mark: Option<(Uuid, &Arc<dyn Sealer>)>,
    ) -> Result<ImportReport> {
        let mark = mark.map(|(import, sealer)| Mark {
            import,
            community: self.community,
            lines: self.lines.clone(),
            sealer: Arc::clone(sealer),
        });
        self.work.run(db, ctx, mark).await
    }
}

/// Has a batch made ready, aside from the tasks that answer requests, while the one before it is saved.
pub(crate) fn ahead(batch: Option<Batch>, ctx: &Ctx) -> Option<JoinHandle<Batch>> {
    let (batch, ctx) = (batch?, ctx.clone());
    Some(tokio::task::spawn_blocking(move || {
        batch.work.make_ready(&ctx);
        batch
    }))
}

/// That a batch ran, and what it did.
struct Mark {
    import: Uuid,
    community: CommunityId,
    lines: Vec<u32>,
    sealer: Arc<dyn Sealer>,
}

/// A command without its type.
trait Work: Send + Sync {
    /// See [`Command::make_ready`].
    fn make_ready(&self, ctx: &Ctx);

    fn run<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        mark: Option<Mark>,
    ) -> BoxFuture<'a, Result<ImportReport>>;
}

struct By<C>(Arc<C>);

impl<C: Command<Output = ImportReport>> Work for By<C> {
    fn make_ready(&self, ctx: &Ctx) {
        self.0.make_ready(ctx);
    }

    fn run<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        mark: Option<Mark>,
    ) -> BoxFuture<'a, Result<ImportReport>> {
        let command = Marked {
            command: Arc::clone(&self.0),
            mark,
        };
        async move { db.execute(ctx, command).await }.boxed()
    }
}

struct Marked<C> {
    command: Arc<C>,
    mark: Option<Mark>,
}

impl<C: Command<Output = ImportReport>> Command for Marked<C> {
    type Output = ImportReport;
    const NAME: &'static str = C::NAME;

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let report = self.command.run(ctx, tx).await?;
        if let Some(mark) = &self.mark {
            mark.write(ctx, tx, &report).await?;
        }
        Ok(report)
    }
}

impl Mark {
    async fn write(&self, ctx: &Ctx, tx: &Tx<'_>, report: &ImportReport) -> Result<()> {
        let id = ctx.new_id();
        let text = serde_json::to_string(report).unwrap_or_default();
        let columns = [
            "community_id",
            "import_id",
            "first_line",
            "lines",
            "id",
            "report_sealed",
        ];
        let first = self.lines.first().copied().unwrap_or_default();
        let mut insert = Query::insert();
        insert
            .into_table(name("import_part"))
            .columns(columns.map(name))
            .values_panic([
                self.community.0.into(),
                self.import.into(),
                i64::from(first).into(),
                ranges(&self.lines).into(),
                id.into(),
                self.sealer.seal(ctx, id, &text)?.into(),
            ]);
        tx.conn().execute(&insert).await?;
        Ok(())
    }
}

/// `2-201,205` for a sorted list of lines.
fn ranges(lines: &[u32]) -> String {
    let mut sorted = lines.to_vec();
    sorted.sort_unstable();
    let mut found: Vec<(u32, u32)> = Vec::new();
    for line in sorted {
        match found.last_mut() {
            Some((_, to)) if *to + 1 >= line => *to = line,
            _ => found.push((line, line)),
        }
    }
    let words = found.iter().map(|(from, to)| format!("{from}-{to}"));
    words.collect::<Vec<_>>().join(",")
}

/// The lines of such a text.
pub(crate) fn lines_of(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.split(',')
        .filter_map(|range| range.split_once('-'))
        .filter_map(|(from, to)| Some(from.parse::<u32>().ok()?..=to.parse::<u32>().ok()?))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{lines_of, ranges};

    #[test]
    fn lines_are_kept_as_ranges() {
        let text = ranges(&[2, 3, 4, 9, 7, 8, 12]);
        assert_eq!(text, "2-4,7-9,12-12");
        assert_eq!(lines_of(&text).collect::<Vec<_>>(), [2, 3, 4, 7, 8, 9, 12]);
        assert_eq!(lines_of("").count(), 0);
    }
}
