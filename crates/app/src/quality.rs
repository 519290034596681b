//! Counts out (统得出) on the people's page of quality: the bridge between two modules of which one lies above the other.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::ToSpan;
use youlin_datasets::Datasets;
use youlin_insight::Period;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_people::quality::{QualityFigure, QualityFigures};

/// Of the year before today.
pub(crate) struct CountsOut(pub(crate) Arc<Datasets>);

impl QualityFigures for CountsOut {
    fn figures<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<QualityFigure>>> {
        Box::pin(async move {
            let today = ctx.now().local().date();
            let from = today.checked_sub(1.year()).map_err(Problem::internal)?;
            let period = Period {
                from: from.to_string(),
                to: today.to_string(),
                ..Period::default()
            };
            let figure = youlin_insight::counts_out(&self.0, ctx, &period).await?;
            let figure = figure.map(|one| QualityFigure {
                code: "counts_out",
                part_of: "quality-cells",
                part: one.part,
                whole: one.of,
                part_href: one.part_href,
                rest_href: one.rest_href,
            });
            Ok(figure.into_iter().collect())
        })
    }
}
