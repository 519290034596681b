//! Pages: likely doubles, two entries side by side, and taking a merge back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Access, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, PathId, Prefs, Routes, Shell, WebResult, page,
};

use super::row;
use super::said::{Choices, Said, Side};
use super::{Doubles, KeepApart, MergePersons, UndoMerge, doubles};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::PEOPLE_WRITE;
use crate::{Directory, PersonFile, Vault};

pub(crate) fn routes() -> Routes {
    let write = Access::Needs(&PEOPLE_WRITE);
    Routes::new()
        .get("/people/doubles", write, list)
        .get("/people/merge", write, compare)
        .post("/people/merge", write, merge)
        .post("/people/merge/apart", write, apart)
        .post("/people/merges/{id}/undo", write, undo)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

#[derive(Template)]
#[template(path = "whole/doubles.html")]
struct DoublesPage {
    s: Shell,
    found: Doubles,
    saved: String,
}

#[derive(Debug, Default, Deserialize)]
struct Done {
    #[serde(default)]
    saved: String,
}

/// `GET /people/doubles`.
async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let found = doubles(app.db().read(), &vault, &ctx.scope(&PEOPLE_WRITE)?).await?;
    let s = shell(&app, &ctx, prefs);
    let saved = match done.saved.as_str() {
        "apart" => s.t("doubles-apart-noted"),
        _ => String::new(),
    };
    page(&DoublesPage { s, found, saved })
}

/// One field of both, masked.
struct Line {
    field: &'static str,
    kept: String,
    gone: String,
    /// Both say something, and not the same.
    differ: bool,
    /// The two can stand side by side.
    both: bool,
    chosen: Side,
}

#[derive(Template)]
#[template(path = "whole/merge.html")]
struct MergePage {
    s: Shell,
    e: Errors,
    kept: PersonFile,
    gone: PersonFile,
    versions: (i32, i32),
    lines: Vec<Line>,
    two_numbers: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct MergeForm {
    kept: String,
    gone: String,
    kept_version: String,
    gone_version: String,
    name: String,
    identity: String,
    sex: String,
    birth: String,
    language: String,
    note: String,
    home: String,
    sure: String,
}

impl MergeForm {
    fn choices(&self) -> Choices {
        let side = |text: &str| Side::parse(text).unwrap_or_default();
        Choices {
            name: side(&self.name),
            sex: side(&self.sex),
            birth: side(&self.birth),
            language: side(&self.language),
            note: side(&self.note),
            identity: side(&self.identity),
            home: side(&self.home),
        }
    }

    fn ids(&self) -> Result<(Uuid, Uuid)> {
        let id = |text: &str| text.parse().map_err(|_no_id| Problem::not_found());
        Ok((id(&self.kept)?, id(&self.gone)?))
    }
}

/// Both entries as they are now, of one community.
async fn both(app: &App, ctx: &Ctx, f: &MergeForm) -> Result<(PersonFile, PersonFile)> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let (kept, gone) = f.ids()?;
    let kept = Directory::person(app.db().read(), &vault, &scope, kept).await?;
    let gone = Directory::person(app.db().read(), &vault, &scope, gone).await?;
    if kept.card.community != gone.card.community || kept.card.id == gone.card.id {
        return Err(Problem::not_found());
    }
    Ok((kept, gone))
}

async fn merge_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    f: &MergeForm,
    e: Errors,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let (kept, gone) = both(app, ctx, f).await?;
    let community = kept.card.community;
    let (one, kept_version) = said(app, &vault, community, kept.card.id).await?;
    let (other, gone_version) = said(app, &vault, community, gone.card.id).await?;
    let mut choices = f.choices();
    if f.birth.is_empty() && fuller(&other, &one) {
        choices.birth = Side::Gone;
    }
    let two_numbers =
        one.identity.is_some() && other.identity.is_some() && one.identity != other.identity;
    page(&MergePage {
        lines: lines(&s, (&one, &other), (&kept, &gone), choices),
        versions: (kept_version, gone_version),
        two_numbers,
        e,
        kept,
        gone,
        s,
    })
}

async fn said(app: &App, vault: &Vault, community: CommunityId, id: Uuid) -> Result<(Said, i32)> {
    let row = row::find(app.db().read(), community.0, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((row::opened(vault, &row)?, row.version))
}

/// Whether the first says the same birthday as the second, and more of it.
fn fuller(one: &Said, other: &Said) -> bool {
    one.birth.is_some() && other.birth.is_none() && one.birth_year == other.birth_year
}

/// What is hidden stays hidden: whether the two say the same is told, and the page of either shows it for a purpose.
fn lines(
    s: &Shell,
    (one, other): (&Said, &Said),
    (kept, gone): (&PersonFile, &PersonFile),
    choices: Choices,
) -> Vec<Line> {
    let line = |field, (kept, gone): (String, String), same: bool, chosen| Line {
        differ: !kept.is_empty() && !gone.is_empty() && !same,
        both: matches!(field, "note" | "home"),
        field,
        kept,
        gone,
        chosen,
    };
    let held = |there: bool| {
        if there {
            s.t("merge-held")
        } else {
            String::new()
        }
    };
    let word = |family: &str, code: &Option<String>| {
        code.as_deref()
            .map_or_else(String::new, |code| s.tt(family, code))
    };
    // The day stays hidden; which of the two holds one is what the choice is about.
    let year = |said: &Said| match (said.birth_year, &said.birth) {
        (Some(year), Some(_day)) => s.t1("merge-birth-day", "year", year.to_string()),
        (Some(year), None) => s.t1("merge-birth-year", "year", year.to_string()),
        (None, _) => String::new(),
    };
    let address = |file: &PersonFile| {
        let place = file.card.place.as_ref();
        place.map_or_else(String::new, |place| place.address.clone())
    };
    let home = (address(kept), address(gone));
    vec![
        line(
            "name",
            (kept.card.name_masked.clone(), gone.card.name_masked.clone()),
            one.name == other.name,
            choices.name,
        ),
        line(
            "identity",
            (held(one.identity.is_some()), held(other.identity.is_some())),
            one.identity == other.identity,
            choices.identity,
        ),
        line(
            "sex",
            (word("sex", &one.sex), word("sex", &other.sex)),
            one.sex == other.sex,
            choices.sex,
        ),
        line(
            "birth",
            (year(one), year(other)),
            (&one.birth, one.birth_year) == (&other.birth, other.birth_year),
            choices.birth,
        ),
        line(
            "language",
            (
                word("speaks", &one.language),
                word("speaks", &other.language),
            ),
            one.language == other.language,
            choices.language,
        ),
        line(
            "note",
            (held(one.note.is_some()), held(other.note.is_some())),
            one.note == other.note,
            choices.note,
        ),
        line("home", home.clone(), home.0 == home.1, choices.home),
    ]
}

/// `GET /people/merge?kept=…&gone=…`.
async fn compare(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<MergeForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    merge_page(&app, &ctx, s, &f, Errors::none()).await
}

/// `POST /people/merge`.
async fn merge(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<MergeForm>,
) -> WebResult<Response> {
    let (kept, gone) = f.ids()?;
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let card = Directory::card(app.db().read(), &vault, &scope, kept).await?;
    let command = MergePersons {
        vault,
        community: card.community,
        kept,
        gone,
        versions: (
            f.kept_version.parse().unwrap_or(0),
            f.gone_version.parse().unwrap_or(0),
        ),
        choices: f.choices(),
        sure: f.sure == "on",
    };
    match app.db().execute(&ctx, command).await {
        Ok(_merge) => Ok(to(&format!("/people/{kept}?saved=merged#merges"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            match merge_page(&app, &ctx, s, &f, e).await {
                Ok(page) => Ok(with_status(&problem, page)),
                // Somebody merged the two in the meantime: there is nothing left to compare.
                Err(_gone) => Err(problem.into()),
            }
        }
    }
}

/// `POST /people/merge/apart`.
async fn apart(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiForm(f): ApiForm<MergeForm>,
) -> WebResult<Response> {
    let (kept, gone) = both(&app, &ctx, &f).await?;
    let command = KeepApart {
        vault: app.need::<Vault>()?,
        community: kept.card.community,
        one: kept.card.id,
        other: gone.card.id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/people/doubles?saved=apart"))
}

#[derive(Debug, Default, Deserialize)]
struct UndoForm {
    #[serde(default)]
    person: String,
}

/// `POST /people/merges/{id}/undo`: from the page of the kept person.
async fn undo(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(f): ApiForm<UndoForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let person: Uuid = f.person.parse().map_err(|_no_id| Problem::not_found())?;
    let card = Directory::card(app.db().read(), &vault, &scope, person).await?;
    let command = UndoMerge {
        vault,
        community: card.community,
        merge: id,
    };
    let (kept, _gone) = app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{kept}?saved=unmerged#merges")))
}
