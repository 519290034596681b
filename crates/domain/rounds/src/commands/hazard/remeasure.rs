//! What was found by a measured value is measured again (复测): by the rule, in the version, that judged it first, whatever is in use
//! today. What was typed is refused with what to do instead, also when it is said to be put right and the value says it is not.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use youlin_checklist::{
    Decimal, Form, JudgeFault, Judgement, Measured, Test, Unit, Value, Verdict, Wrong, word,
};
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::same::half;
use crate::checklists::{self, language};
use crate::entities::{hazard, judgement, return_visit, round};
use crate::queries::{asked, first_measured, judged_again, rule_sets};
use crate::service::Rounds;

/// The field it is typed in, at pages and over the interface.
const FIELD: &str = "measured";

/// A value that was measured again, and judged.
#[derive(Clone, Debug)]
pub(crate) struct Remeasured {
    /// What judged it first, filed where the hazard stands now.
    first: judgement::Model,
    made: Judgement,
}

impl Remeasured {
    /// Beside the visit it was measured on.
    pub(crate) async fn save(
        self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        visit: &return_visit::Model,
    ) -> Result<()> {
        let Self { first, made } = self;
        tx.insert::<judgement::Entity>(judgement::Model {
            id: ctx.new_id(),
            version: 1,
            rule_set: made.rule_set.clone(),
            edition: made.version.clone(),
            rule: made.rule.clone(),
            verdict: judgement::code(made.verdict).to_owned(),
            body: serde_json::to_string(&made).map_err(Problem::internal)?,
            at: visit.at,
            return_id: Some(visit.id),
            ..first
        })
        .await?;
        Ok(())
    }
}

/// That a value was given for something nothing was measured of; nothing given is fine.
pub(crate) fn not_measurable(typed: Option<&str>) -> Result<()> {
    match typed.map(str::trim) {
        None | Some("") => Ok(()),
        Some(_) => Err(Problem::invalid(FIELD, "remeasured-nothing")),
    }
}

/// See the module's text. None where nothing was typed.
pub(crate) async fn remeasured(
    rounds: &Rounds,
    ctx: &Ctx,
    tx: &Tx<'_>,
    hazard: &hazard::Model,
    (typed, passed): (Option<&str>, bool),
) -> Result<Option<Remeasured>> {
    let typed = typed.map_or("", str::trim);
    if typed.is_empty() {
        return Ok(None);
    }
    let of = (CommunityId(hazard.community_id), hazard.id);
    let Some((first, kept)) = first_measured(tx.conn(), of).await? else {
        not_measurable(Some(typed))?;
        return Ok(None);
    };
    let Some((_, unit)) = kept.measured.number() else {
        return Ok(None);
    };
    let form = form(rounds, tx.conn(), hazard).await?;
    let value = value(typed, unit)?;
    if let Some(form) = &form
        && let Some(question) = asked(form, hazard.rule.as_deref(), &kept)
    {
        let wrong = form.alone(&question.name, &Value::Number(value), checklists::now(ctx));
        wrong.map_or(Ok(()), |wrong| Err(out_of_range(ctx, wrong)))?;
    }
    let again = kept.measured.again(value);
    let again = again.ok_or_else(|| Problem::internal("a number that is none"))?;
    let sets = rule_sets(tx.conn()).await?;
    let made =
        judged_again(&sets, &kept, again, ctx.now().date()).map_err(|fault| match fault {
            JudgeFault::Negative => Problem::invalid(FIELD, "remeasured-negative"),
            other => Problem::internal(other),
        })?;
    if passed && made.verdict == Verdict::Fails {
        return Err(still_fails(&made));
    }
    let first = judgement::Model {
        grid_id: hazard.grid_id,
        neighbourhood_id: hazard.neighbourhood_id,
        ..first
    };
    Ok(Some(Remeasured { first, made }))
}

/// The checklist of the inspection that found it.
async fn form(
    rounds: &Rounds,
    conn: &impl ConnectionTrait,
    hazard: &hazard::Model,
) -> Result<Option<Arc<Form>>> {
    let of = round::Entity::find()
        .filter(round::Column::CommunityId.eq(hazard.community_id))
        .filter(round::Column::Id.eq(hazard.round_id))
        .one(conn)
        .await?;
    let Some(of) = of else {
        return Ok(None);
    };
    let answered = (of.checklist.as_deref(), of.read_by.as_deref());
    let known = checklists::answered_by(rounds, conn, answered).await?;
    Ok(known.map(|known| known.form))
}

fn value(typed: &str, unit: Unit) -> Result<Decimal> {
    let plain: String = typed.chars().map(half).collect();
    let value: Decimal = plain.parse().map_err(|_error| {
        let name = checklists::unit(unit.code());
        Problem::invalid(FIELD, "remeasured-number").field_arg("unit", name)
    })?;
    if value.millionths() < 0 {
        return Err(Problem::invalid(FIELD, "remeasured-negative"));
    }
    Ok(value)
}

/// With the checklist's own words, where it has any.
fn out_of_range(ctx: &Ctx, wrong: Wrong) -> Problem {
    let own = match &wrong {
        Wrong::Constraint(words) => word(words, language(ctx.locale())),
        Wrong::OtherKind => return Problem::invalid(FIELD, "remeasured-whole"),
        _ => "",
    };
    if own.is_empty() {
        return Problem::invalid(FIELD, "remeasured-range");
    }
    Problem::invalid(FIELD, "remeasured-said").field_arg("why", own)
}

/// It is said to be put right, and what was measured says that it is not.
fn still_fails(made: &Judgement) -> Problem {
    let named = |number: Decimal, unit: Unit| {
        let text = format!("{number} {}", checklists::unit(unit.code()));
        text.trim_end().to_owned()
    };
    let limited = |limit: i64, unit: Unit, own: Unit| {
        let (limit, unit) = checklists::as_measured(limit, unit, own == Unit::Metre);
        named(limit, unit)
    };
    let (code, value, limit) = match (&made.test, &made.measured) {
        (Test::ShareAtMost { percent }, Measured::Share { value, of, unit }) => {
            let problem = Problem::invalid(FIELD, "remeasured-fails-share")
                .field_arg("value", named(*value, *unit))
                .field_arg("rating", named(*of, *unit));
            return problem.field_arg("percent", percent);
        }
        (Test::AtLeast { limit, unit }, Measured::Quantity { value, unit: own }) => {
            let limit = limited(*limit, *unit, *own);
            ("remeasured-fails-low", named(*value, *own), limit)
        }
        (Test::AtMost { limit, unit }, Measured::Quantity { value, unit: own }) => {
            let limit = limited(*limit, *unit, *own);
            ("remeasured-fails-high", named(*value, *own), limit)
        }
        _ => return Problem::internal("a rule of another kind judged a number"),
    };
    Problem::invalid(FIELD, code)
        .field_arg("value", value)
        .field_arg("limit", limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_is_typed() {
        for (typed, expected) in [("3.4", "3.4"), ("３．４", "3.4"), (" 4 ", "4"), ("0", "0")] {
            let found = value(typed.trim(), Unit::Metre).expect(typed);
            assert_eq!(found.to_string(), expected);
        }
        for (typed, code) in [
            ("3,4", "remeasured-number"),
            ("3.4米", "remeasured-number"),
            ("够宽了", "remeasured-number"),
            ("1e3", "remeasured-number"),
            ("99999999999999999999", "remeasured-number"),
            ("-1", "remeasured-negative"),
        ] {
            let refused = value(typed, Unit::Metre).expect_err(typed);
            assert_eq!(refused.fields()[0].code, code, "{typed}");
        }
    }
}
