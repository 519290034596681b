//! The door to the client, as the last line of 今天.

use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_web::{Shell, TodayLine, TodayPart};

/// 没有信号时用.
#[derive(Clone, Copy, Debug)]
pub struct FieldToday;

impl TodayPart for FieldToday {
    fn access(&self) -> Access {
        Access::Needs(&ROUNDS_WALK)
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            Ok(vec![TodayLine {
                href: "/field".into(),
                icon: "offline",
                title: s.t("waits-field"),
                detail: s.t("waits-field-more"),
                act: String::new(),
                count: 0,
                figure: None,
            }])
        })
    }
}
