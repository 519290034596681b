//! What can be asked for: the categories of the catalogue, and the questions each asks.

use axum::http::StatusCode;
use axum::response::Response;
use youlin_cases::catalogue::{Category, Question, QuestionType};
use youlin_kernel::Locale;

use crate::call::{Call, Named, Outcome};
use crate::item::{Format, Item};

pub(crate) async fn list(call: Call) -> Response {
    let outcome = services(&call).await;
    call.answer("services", StatusCode::OK, outcome)
}

async fn services(call: &Call) -> Outcome {
    let params = call.query()?;
    call.identify(&params, false).await?;
    call.communities(&params)?;
    let catalogue = call.cases()?.catalogue();
    Ok(Item::List(
        "service",
        catalogue
            .iter()
            .map(|category| service(call, category))
            .collect(),
    ))
}

fn service(call: &Call, category: &Category) -> Item {
    let unit = serde_json::to_value(category.limit.unit).ok();
    let unit = unit
        .as_ref()
        .and_then(|unit| unit.as_str())
        .unwrap_or("hours")
        .replace('_', "-");
    let limit = call.words().say(
        &format!("limit-{unit}"),
        &[("amount", category.limit.amount.to_string())],
    );
    Item::Record(vec![
        ("service_code", Item::text(&category.code)),
        (
            "service_name",
            Item::text(category.name_in(call.ctx.locale())),
        ),
        ("description", Item::Text(limit)),
        ("metadata", Item::Flag(!category.questions.is_empty())),
        ("type", Item::text("realtime")),
        ("keywords", Item::Text(category.keywords.join(","))),
        ("group", Item::text(&category.group)),
    ])
}

pub(crate) async fn definition(call: Call, Named(file): Named<String>) -> Response {
    let outcome = match Format::split(&file) {
        Some((code, _)) => attributes(&call, code).await,
        None => Err(call.words().refuse(404, "format-unknown", &[])),
    };
    call.answer("service_definition", StatusCode::OK, outcome)
}

async fn attributes(call: &Call, code: &str) -> Outcome {
    let params = call.query()?;
    call.identify(&params, false).await?;
    call.communities(&params)?;
    let catalogue = call.cases()?.catalogue();
    let Some(category) = catalogue.get(code) else {
        return Err(call
            .words()
            .refuse(404, "service-unknown", &[("code", code.to_owned())]));
    };
    let mut questions: Vec<&Question> = category.questions.iter().collect();
    questions.sort_by_key(|question| question.order);
    Ok(Item::Record(vec![
        ("service_code", Item::text(&category.code)),
        (
            "attributes",
            Item::List(
                "attribute",
                questions
                    .into_iter()
                    .map(|one| attribute(call, one))
                    .collect(),
            ),
        ),
    ]))
}

fn attribute(call: &Call, question: &Question) -> Item {
    let english = call.ctx.locale() == Locale::En && !question.label_en.is_empty();
    let label = if english {
        &question.label_en
    } else {
        &question.label
    };
    let datatype = datatype(question.kind);
    let mut fields = vec![
        // Every question is one; texts that only inform stand in the service's description.
        ("variable", Item::Flag(true)),
        ("code", Item::text(&question.code)),
        ("datatype", Item::text(datatype)),
        ("required", Item::Flag(question.required)),
        (
            "datatype_description",
            Item::Text(call.words().say(&format!("datatype-{datatype}"), &[])),
        ),
        ("order", Item::Whole(i64::from(question.order))),
        ("description", Item::text(label)),
    ];
    if matches!(
        question.kind,
        QuestionType::SingleValueList | QuestionType::MultiValueList
    ) {
        let values = question.values.iter().map(|choice| {
            Item::Record(vec![
                ("key", Item::text(&choice.key)),
                ("name", Item::text(&choice.name)),
            ])
        });
        fields.push(("values", Item::List("value", values.collect())));
    }
    Item::Record(fields)
}

/// The specification's six.
fn datatype(kind: QuestionType) -> &'static str {
    match kind {
        QuestionType::String => "string",
        QuestionType::Number => "number",
        QuestionType::Datetime => "datetime",
        QuestionType::Text => "text",
        QuestionType::SingleValueList => "singlevaluelist",
        QuestionType::MultiValueList => "multivaluelist",
    }
}
