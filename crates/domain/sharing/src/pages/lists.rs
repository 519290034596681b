//! 三张清单: problems, tasks, resources. Views of the same records, linked both ways: a problem shows its tasks and what
//! was used for it, a task its problem, a resource what it is busy with. Nothing is typed for a list.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::{CaseFilter, CaseRow, Cases, Sort, TaskRow, list, tasks_of};
use youlin_kernel::{AreaId, CommunityId, Page, Permission, Result, Scope};
use youlin_people::merge::Signposts;
use youlin_people::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use youlin_people::{Contact, Directory, HelperView, OrganisationView, Party, PartyKind};
use youlin_web::{ApiQuery, App, Caller, Choice, Prefs, Shell, WebResult, page};

use super::form::{self, party_value};
use super::{LISTS, shell, words};
use crate::model::ResourceKind;
use crate::permissions::{SHARING_READ, SHARING_WRITE};
use crate::queries::{
    LoanRow, ResourceFilter, ResourceRow, open_loans, resources as all_resources,
};
use crate::service::Sharing;

/// What the three lists are narrowed by; it stands in the address, so that a view can be shared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    #[serde(deserialize_with = "number")]
    pub(crate) area: Option<i64>,
    pub(crate) cursor: Option<String>,
    /// Tasks of one party: `person:<id>` or `organisation:<id>`.
    pub(crate) party: String,
    /// Of tasks: `case`, `follow_up`, `loan`, `support`, `visiting`. Of resources: a kind, `people`, `organisation`.
    pub(crate) kind: String,
    pub(crate) q: String,
    /// Only what is late.
    pub(crate) late: String,
    /// What a file is taken for; no part of the list.
    pub(crate) purpose: String,
}

/// A form sends an empty field where nothing is chosen.
fn number<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Option<i64>, D::Error> {
    Ok(String::deserialize(from)?.parse().ok())
}

impl ListQuery {
    /// What narrows the list, by the names of the address.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let area = self.area.map(|area| area.to_string()).unwrap_or_default();
        vec![
            ("area", area),
            ("kind", self.kind.clone()),
            ("party", self.party.clone()),
            ("late", self.late.clone()),
            ("q", self.q.clone()),
        ]
    }

    /// The address of a list narrowed like this, with one thing said otherwise.
    pub(crate) fn with(&self, list: &str, name: &str, value: &str) -> String {
        let mut pairs = self.fields();
        for pair in &mut pairs {
            if pair.0 == name {
                value.clone_into(&mut pair.1);
            }
        }
        if name == "cursor" {
            pairs.push(("cursor", value.to_owned()));
        }
        let query: Vec<String> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encoded(&value)))
            .collect();
        if query.is_empty() {
            format!("/lists/{list}")
        } else {
            format!("/lists/{list}?{}", query.join("&"))
        }
    }
}

/// Percent-encoded, for addresses.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// What stands above each list: its tabs, its filters, its files.
pub(super) struct Head {
    pub(super) tab: &'static str,
    pub(super) query: ListQuery,
    pub(super) areas: Vec<Choice>,
}

impl Head {
    pub(super) fn new(s: &Shell, tab: &'static str, query: &ListQuery) -> Self {
        Self {
            tab,
            query: query.clone(),
            areas: form::areas(s, &SHARING_READ, false),
        }
    }

    pub(super) fn what_key(&self) -> String {
        format!("list-{}-what", self.tab)
    }

    /// The same area in another list.
    pub(super) fn tab_href(&self, tab: &str) -> String {
        let kept = ListQuery {
            area: self.query.area,
            ..ListQuery::default()
        };
        kept.with(tab, "", "")
    }

    pub(super) fn area_is(&self, value: &str) -> bool {
        self.query
            .area
            .is_some_and(|area| area.to_string() == value)
    }

    pub(super) fn file(&self, format: &str) -> String {
        let whole = self.query.with("", "", "");
        let query = whole.split_once('?').map_or("", |(_, query)| query);
        format!("/lists/{}/export/{format}?{query}", self.tab)
    }

    pub(super) fn kind_href(&self, kind: &str) -> String {
        self.query.with(self.tab, "kind", kind)
    }

    pub(super) fn late_href(&self) -> String {
        let other = if self.query.late.is_empty() { "1" } else { "" };
        self.query.with(self.tab, "late", other)
    }
}

/// The caller's scope, cut down to the area asked for.
pub(super) fn narrowed(
    s: &Shell,
    permission: &'static Permission,
    area: Option<i64>,
) -> Result<Scope> {
    let scope = s.ctx().scope(permission)?;
    scope.asked(s.ctx().areas(), area.map(AreaId))
}

/// Problems with what is done about them.
pub(crate) struct Problems {
    pub(crate) rows: Page<CaseRow>,
    /// Unfinished tasks by case.
    tasks: BTreeMap<Uuid, Vec<TaskRow>>,
    /// What is away or booked for it.
    loans: BTreeMap<Uuid, Vec<LoanRow>>,
}

impl Problems {
    pub(crate) async fn load(s: &Shell, query: &ListQuery, limit: u64) -> Result<Self> {
        let (app, ctx) = (s.app(), s.ctx());
        let (cases, sharing) = (app.need::<Cases>()?, app.need::<Sharing>()?);
        let scope = narrowed(s, &youlin_cases::permissions::CASES_READ, query.area)?;
        let filter = CaseFilter {
            area: query.area,
            open: Some(true),
            overdue: (!query.late.is_empty()).then_some(true),
            sort: Sort::Due,
            cursor: query.cursor.clone().filter(|cursor| !cursor.is_empty()),
            limit: Some(limit),
            ..CaseFilter::default()
        };
        let rows = list(app.db(), &cases, ctx, &scope, &filter).await?;
        let mut tasks: BTreeMap<Uuid, Vec<TaskRow>> = BTreeMap::new();
        for task in tasks_of(app.db(), &cases, ctx, Some(&scope)).await? {
            tasks.entry(task.case.id).or_default().push(task);
        }
        let mut loans: BTreeMap<Uuid, Vec<LoanRow>> = BTreeMap::new();
        for loan in open_loans(&sharing, ctx, &narrowed(s, &SHARING_READ, query.area)?).await? {
            if let Some(case) = loan.case {
                loans.entry(case).or_default().push(loan);
            }
        }
        Ok(Self { rows, tasks, loans })
    }

    pub(crate) fn tasks_of(&self, row: &CaseRow) -> &[TaskRow] {
        self.tasks.get(&row.id).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn loans_of(&self, row: &CaseRow) -> &[LoanRow] {
        self.loans.get(&row.id).map_or(&[], Vec::as_slice)
    }
}

#[derive(Template)]
#[template(path = "sharing/problems.html")]
struct ProblemsPage<'a> {
    s: &'a Shell,
    h: Head,
    all: Problems,
    next: String,
}

impl ProblemsPage<'_> {
    fn badge(&self, row: &CaseRow) -> &'static str {
        youlin_cases::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        youlin_cases::light_words(self.s, row)
    }

    fn party(&self, task: &TaskRow) -> String {
        party_value(&task.party)
    }
}

/// `GET /lists/problems`.
pub(super) async fn problems(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let all = Problems::load(&s, &query, 50).await?;
    let next = all
        .rows
        .next
        .as_ref()
        .map(|next| query.with("problems", "cursor", next))
        .unwrap_or_default();
    page(&ProblemsPage {
        h: Head::new(&s, "problems", &query),
        s: &s,
        all,
        next,
    })
}

/// Somebody or some organisation that can be asked, with how busy they are.
pub(crate) struct Busy<T> {
    pub(crate) one: T,
    pub(crate) party: String,
    pub(crate) busy: usize,
}

/// Everything one can count on.
#[derive(Default)]
pub(crate) struct Everything {
    pub(crate) things: Vec<ResourceRow>,
    pub(crate) helpers: Vec<Busy<HelperView>>,
    pub(crate) staff: Vec<Busy<Contact>>,
    pub(crate) organisations: Vec<Busy<OrganisationView>>,
    /// People of the first communities only.
    pub(crate) cut: bool,
}

/// Communities whose people are shown at once; further ones by choosing an area.
const COMMUNITIES: usize = 3;

impl Everything {
    pub(crate) async fn load(s: &Shell, query: &ListQuery) -> Result<Self> {
        let (app, ctx) = (s.app(), s.ctx());
        let sharing = app.need::<Sharing>()?;
        let scope = narrowed(s, &SHARING_READ, query.area)?;
        let wants = |kind: &str| query.kind.is_empty() || query.kind == kind;
        let mut all = Self::default();
        let kind = ResourceKind::parse(&query.kind);
        if query.kind.is_empty() || kind.is_some() {
            let filter = ResourceFilter {
                area: query.area,
                kind,
                q: Some(query.q.clone()),
                ..ResourceFilter::default()
            };
            all.things = all_resources(&sharing, ctx, &scope, &filter).await?;
            if !query.late.is_empty() {
                all.things.retain(|row| row.late > 0);
            }
        }
        if !query.late.is_empty() {
            return Ok(all);
        }
        let busy = busy(s, query).await?;
        if wants("people") {
            all.people(s, &sharing, &scope, query, &busy).await?;
        }
        if wants("organisation") && ctx.may(&ORGANISATIONS_READ) {
            let scope = narrowed(s, &ORGANISATIONS_READ, query.area)?;
            let found = Directory::organisations(app.db().read(), &scope, None).await?;
            all.organisations = found
                .into_iter()
                .filter(|one| has(&one.name, &query.q))
                .map(|one| counted(&busy, Party::organisation(one.id), one))
                .collect();
        }
        Ok(all)
    }

    async fn people(
        &mut self,
        s: &Shell,
        sharing: &Sharing,
        scope: &Scope,
        query: &ListQuery,
        busy: &BTreeMap<String, usize>,
    ) -> Result<()> {
        let Ok(people) = narrowed(s, &PEOPLE_READ, query.area) else {
            return Ok(());
        };
        self.cut = scope.parts().len() > COMMUNITIES;
        for part in scope.parts().iter().take(COMMUNITIES) {
            let community: CommunityId = part.community;
            let staff =
                Directory::staff(sharing.db.read(), sharing.vault(), community, &[]).await?;
            for one in staff {
                let words = format!("{} {}", one.name, s.tt("member", one.role.as_str()));
                if has(&words, &query.q) {
                    self.staff
                        .push(counted(busy, Party::person(one.person), one));
                }
            }
            for one in crate::queries::skilled(sharing, &people, community).await? {
                let words = words::skills(s, &one.skills);
                if has(&format!("{} {words}", one.name_masked), &query.q) {
                    self.helpers
                        .push(counted(busy, Party::person(one.person), one));
                }
            }
        }
        Ok(())
    }
}

fn has(words: &str, q: &str) -> bool {
    words.to_lowercase().contains(&q.trim().to_lowercase())
}

fn counted<T>(busy: &BTreeMap<String, usize>, party: Party, one: T) -> Busy<T> {
    let party = party_value(&party);
    Busy {
        busy: busy.get(&party).copied().unwrap_or(0),
        party,
        one,
    }
}

/// Unfinished tasks by party.
async fn busy(s: &Shell, query: &ListQuery) -> Result<BTreeMap<String, usize>> {
    let cases = s.app().need::<Cases>()?;
    let scope = narrowed(s, &youlin_cases::permissions::CASES_READ, query.area)?;
    let signposts = Signposts::of(s.app().db().read(), &scope.communities()).await?;
    let mut busy: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks_of(s.app().db(), &cases, s.ctx(), Some(&scope)).await? {
        if !task.status.is_ended() {
            let party = match task.party.kind {
                PartyKind::Person => Party::person(signposts.led(task.party.id)),
                PartyKind::Organisation => task.party,
            };
            *busy.entry(party_value(&party)).or_default() += 1;
        }
    }
    Ok(busy)
}

#[derive(Template)]
#[template(path = "sharing/resources.html")]
struct ResourcesPage<'a> {
    s: &'a Shell,
    h: Head,
    all: Everything,
    kinds: Vec<&'static str>,
    may_write: bool,
}

impl ResourcesPage<'_> {
    fn skills(&self, all: &[String]) -> String {
        words::skills(self.s, all)
    }

    fn badge(&self, row: &ResourceRow) -> &'static str {
        if row.late > 0 {
            "late"
        } else {
            words::resource_badge(row.state)
        }
    }

    fn nothing(&self) -> bool {
        self.all.things.is_empty()
            && self.all.helpers.is_empty()
            && self.all.staff.is_empty()
            && self.all.organisations.is_empty()
    }
}

/// Kinds the list can be narrowed to.
pub(super) const KINDS: [&str; 5] = ["equipment", "room", "vehicle", "people", "organisation"];

/// `GET /lists/resources`.
pub(super) async fn resources(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    page(&ResourcesPage {
        all: Everything::load(&s, &query).await?,
        h: Head::new(&s, "resources", &query),
        kinds: KINDS.to_vec(),
        may_write: ctx.may(&SHARING_WRITE),
        s: &s,
    })
}
