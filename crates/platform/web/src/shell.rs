//! What every page shares: language, look, navigation, who is signed in. Templates call `s.t("key")`.

use std::fmt::Display;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;
use youlin_kernel::{AreaId, AreaLevel, AreaNode, Ctx, Locale, Problem, Role, Scope};

use crate::navigation::{NavPlace, Navigation, TopbarParts, seal};
use crate::{App, Choice, Fault, Finders};

/// How a person likes pages: from the cookie `prefs` (`theme:dark.print:large.keys:off.lang:en`).
#[derive(Clone, Copy, Debug)]
pub struct Prefs {
    pub theme: &'static str,
    pub print: &'static str,
    pub locale: Locale,
    pub locale_chosen: bool,
    /// Signed in, but the second factor is still to come: nothing else opens, so nothing else is offered.
    pub half_way: bool,
}

impl Prefs {
    pub(crate) fn parse(cookie: Option<&str>, fallback: Locale) -> Self {
        let mut prefs = Self {
            theme: "auto",
            print: "normal",
            locale: fallback,
            locale_chosen: false,
            half_way: false,
        };
        for part in cookie.unwrap_or_default().split('.') {
            match part {
                "theme:dark" => prefs.theme = "dark",
                "theme:light" => prefs.theme = "light",
                "print:large" => prefs.print = "large",
                "lang:en" => (prefs.locale, prefs.locale_chosen) = (Locale::En, true),
                "lang:zh" => (prefs.locale, prefs.locale_chosen) = (Locale::Zh, true),
                _ => {}
            }
        }
        prefs
    }
}

/// The address the source of the running version is published at (AGPL-3.0, section 13); empty: none was set.
#[derive(Debug)]
pub struct SourceAddress(pub String);

/// A door as the template draws it.
#[derive(Debug)]
pub struct Door {
    pub href: &'static str,
    pub label: String,
    /// What is behind it, where the catalogue says so under the label's key with `-hint`.
    pub hint: String,
    /// 清 邻 众 护 闻, where the place has a seal.
    pub seal: &'static str,
    pub place: &'static str,
    pub icon: &'static str,
    pub here: bool,
    pub phone: bool,
    /// The first of its place in the rail.
    pub opens: bool,
    /// Stands in the rail; the other doors of the administration stand in its index.
    pub rail: bool,
}

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Shell {
    app: App,
    ctx: Ctx,
    pub prefs: Prefs,
    place: NavPlace,
    here: &'static str,
    /// Every date says its year: the page is kept.
    years: bool,
}

/// 2026年11月23日, or 11月23日 where the year is understood; the English way always names it.
#[must_use]
pub fn day_words(locale: Locale, day: &Date, year: bool) -> String {
    let written = match (locale, year) {
        (Locale::En, _) => "%-d %b %Y",
        (Locale::Zh, true) => "%Y年%-m月%-d日",
        (Locale::Zh, false) => "%-m月%-d日",
    };
    day.strftime(written).to_string()
}

impl Shell {
    /// A page inside the house.
    #[must_use]
    pub fn new(app: &App, ctx: &Ctx, prefs: Prefs, place: NavPlace, here: &'static str) -> Self {
        Self {
            app: app.clone(),
            ctx: ctx.clone(),
            prefs,
            place,
            here,
            years: false,
        }
    }

    /// Communities of the scope, each with what lies below it in its place; the first choice, `all`, is all of it.
    #[must_use]
    pub fn area_choices(&self, scope: &Scope, all: &str) -> Vec<Choice> {
        let mut choices = vec![Choice::new("", self.t(all))];
        for part in scope.parts() {
            let top = AreaId::from(part.community);
            let seen = |id: AreaId| part.areas.as_ref().is_none_or(|areas| areas.contains(&id));
            let offered = |node: &AreaNode| !node.closed && (node.id == top || seen(node.id));
            choices.extend(self.areas_of(top, usize::MAX, offered));
        }
        choices
    }

    /// An area and what lies below it, each in its place, as far as it is offered. Once there are `most`, nothing is
    /// looked for further below.
    #[must_use]
    pub fn areas_of(
        &self,
        top: AreaId,
        most: usize,
        offered: impl Fn(&AreaNode) -> bool,
    ) -> Vec<Choice> {
        let mut choices = Vec::new();
        let tree = self.ctx.areas();
        let mut ahead = vec![(top, 0)];
        while let Some((id, depth)) = ahead.pop() {
            let Some(node) = tree.get(id) else { continue };
            if offered(node) {
                let indent = "\u{3000}".repeat(depth);
                let closed = match node.closed {
                    true => self.t("area-choice-closed"),
                    false => String::new(),
                };
                let label = format!("{indent}{}{closed}", self.area(&id));
                choices.push(Choice::new(id.to_string(), label));
            }
            if choices.len() < most {
                let below = tree.children(id).iter().rev();
                ahead.extend(below.map(|child| (*child, depth + 1)));
            }
        }
        choices
    }

    /// For a document that is kept: its dates say their years.
    #[must_use]
    pub fn with_years(self) -> Self {
        Self {
            years: true,
            ..self
        }
    }

    /// A frame where the preferences are not at hand.
    #[must_use]
    pub fn plain(app: &App, ctx: &Ctx) -> Self {
        Self::new(
            app,
            ctx,
            Prefs::parse(None, ctx.locale()),
            NavPlace::None,
            "",
        )
    }

    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    #[must_use]
    pub fn lang(&self) -> &'static str {
        self.ctx.locale().tag()
    }

    #[must_use]
    pub fn is_english(&self) -> bool {
        self.ctx.locale() == Locale::En
    }

    #[must_use]
    pub fn demo(&self) -> bool {
        self.app.config().demo
    }

    /// A message without arguments.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.app.i18n().text(self.ctx.locale(), key, &[])
    }

    /// A message whose key is made of a family and a code: `tt("status", "accepted")` is `status-accepted`.
    #[must_use]
    pub fn tt(&self, family: &str, code: impl Display) -> String {
        self.t(&format!("{family}-{code}"))
    }

    /// A message with one argument.
    #[must_use]
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.app
            .i18n()
            .text(self.ctx.locale(), key, &[(name, value.to_string())])
    }

    /// A message with two arguments, in templates `s.t2("key", ("a", x), ("b", y))`.
    #[must_use]
    pub fn t2(&self, key: &str, a: &(&str, impl Display), b: &(&str, impl Display)) -> String {
        self.app.i18n().text(
            self.ctx.locale(),
            key,
            &[(a.0, a.1.to_string()), (b.0, b.1.to_string())],
        )
    }

    /// A message with any arguments.
    #[must_use]
    pub fn tn(&self, key: &str, args: &[(&str, String)]) -> String {
        self.app.i18n().text(self.ctx.locale(), key, args)
    }

    /// 11月23日 周一 14:30, or the English way.
    #[must_use]
    pub fn when(&self, at: &youlin_kernel::Micros) -> String {
        let local = at.local();
        if self.is_english() {
            return local.strftime("%a %-d %b %Y %H:%M").to_string();
        }
        let weekday = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        let day = weekday[usize::from(local.weekday().to_monday_zero_offset().unsigned_abs())];
        let this_year = local.year() == self.ctx.now().local().year();
        let date = if this_year && !self.years {
            "%-m月%-d日"
        } else {
            "%Y年%-m月%-d日"
        };
        format!("{} {day} {}", local.strftime(date), local.strftime("%H:%M"))
    }

    /// 11月23日, or 23 Nov 2026: a day as [`Self::when`] writes it, without weekday and hour.
    #[must_use]
    pub fn date(&self, day: &Date) -> String {
        let this_year = day.year() == self.ctx.now().date().year() && !self.years;
        day_words(self.ctx.locale(), day, !this_year)
    }

    /// The same of a moment's day.
    #[must_use]
    pub fn day(&self, at: &youlin_kernel::Micros) -> String {
        self.date(&at.date())
    }

    /// The same of a day that is kept as text; what is no day stays as it stands.
    #[must_use]
    pub fn day_of(&self, text: &str) -> String {
        text.parse()
            .map_or_else(|_no_day| text.to_owned(), |date| self.date(&date))
    }

    /// The name of an area in the reader's language.
    #[must_use]
    pub fn area(&self, id: &AreaId) -> String {
        self.ctx.areas().get(*id).map_or_else(String::new, |node| {
            if self.is_english() && !node.name_en.is_empty() {
                node.name_en.clone()
            } else {
                node.name.clone()
            }
        })
    }

    /// Names from the community downwards, in the reader's language.
    #[must_use]
    pub fn area_path(&self, id: AreaId) -> String {
        let mut names: Vec<String> = self
            .ctx
            .areas()
            .upwards(id)
            .take_while(|node| node.level >= AreaLevel::Community)
            .map(|node| self.area(&node.id))
            .collect();
        names.reverse();
        names.join(" · ")
    }

    /// Where the source of the running version is published, when that was set.
    #[must_use]
    pub fn source(&self) -> Option<String> {
        let address = self.app.service::<SourceAddress>()?;
        (!address.0.is_empty()).then(|| address.0.clone())
    }

    /// What modules put into the bar on top, as far as this person may have it: addresses of parts.
    #[must_use]
    pub fn topbar_parts(&self) -> Vec<&'static str> {
        let Some(parts) = self.app.service::<TopbarParts>() else {
            return Vec::new();
        };
        let roles = self.ctx.roles();
        parts
            .0
            .iter()
            .filter(|part| self.fully_in() && part.access.admits(&roles, true))
            .map(|part| part.href)
            .collect()
    }

    /// Whether there is anything this person may look for in the search box.
    #[must_use]
    pub fn finds(&self) -> bool {
        let roles = self.ctx.roles();
        self.fully_in()
            && self
                .app
                .service::<Finders>()
                .is_some_and(|all| all.0.iter().any(|one| one.access().admits(&roles, true)))
    }

    #[must_use]
    pub fn signed_in(&self) -> bool {
        self.ctx.is_signed_in()
    }

    /// Signed in, with the second factor where one is asked for.
    #[must_use]
    pub fn fully_in(&self) -> bool {
        self.signed_in() && !self.prefs.half_way
    }

    /// The colour of thin marks: the place this page belongs to.
    #[must_use]
    pub fn place(&self) -> &'static str {
        self.place.key()
    }

    /// A stable id without meaning, so that drafts of people who share a browser stay apart.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.ctx
            .actor()
            .id()
            .map_or_else(|| "visitor".to_owned(), |id| id.to_string())
    }

    /// Where this person works: the name of the area of their first grant.
    #[must_use]
    pub fn home(&self) -> String {
        self.ctx
            .grants()
            .first()
            .map_or_else(String::new, |grant| self.area(&grant.area))
    }

    #[must_use]
    pub fn who(&self) -> String {
        self.ctx.actor().name().to_owned()
    }

    /// The role to show beside the name: the one with the widest view.
    #[must_use]
    pub fn role(&self) -> String {
        self.ctx
            .roles()
            .last()
            .map_or_else(String::new, |role| self.tt("role", role.as_str()))
    }

    /// Those who mostly work on the street get the phone's bottom bar; the others the desk.
    #[must_use]
    pub fn on_street(&self) -> bool {
        let desk = [
            Role::CommunityDesk,
            Role::CommunityLead,
            Role::SubdistrictSupervisor,
            Role::DistrictOperator,
            Role::Auditor,
            Role::Administrator,
        ];
        !self.ctx.roles().iter().any(|role| desk.contains(role))
    }

    fn hint(&self, label: &str) -> String {
        let key = format!("{label}-hint");
        let found = self.app.i18n().find(self.ctx.locale(), &key, &[]);
        found.unwrap_or_default()
    }

    /// The doors of somebody on the street that have no room in the bottom bar: listed as 更多 where people look for them.
    /// None at the desk, whose rail has them all.
    #[must_use]
    pub fn more_doors(&self) -> Vec<Door> {
        if !self.on_street() {
            return Vec::new();
        }
        let doors = self.doors();
        let in_bar = |door: &Door| {
            let mut bar = doors.iter().filter(|one| one.phone);
            bar.any(|one| one.href == door.href)
        };
        let shown: Vec<bool> = doors
            .iter()
            .map(|door| door.rail && !door.here && !in_bar(door))
            .collect();
        let all = doors.into_iter().zip(shown);
        all.filter_map(|(door, shown)| shown.then_some(door))
            .collect()
    }

    /// The doors this person may open.
    #[must_use]
    pub fn doors(&self) -> Vec<Door> {
        let Some(navigation) = self.app.service::<Navigation>() else {
            return Vec::new();
        };
        let roles = self.ctx.roles();
        let mut doors: Vec<Door> = navigation
            .0
            .iter()
            .filter(|item| !self.prefs.half_way && item.access.admits(&roles, self.signed_in()))
            .map(|item| Door {
                href: item.href,
                label: self.t(item.label),
                hint: self.hint(item.label),
                seal: seal(item.place),
                place: item.place.key(),
                icon: item.icon,
                here: self.here == item.href || (self.here.is_empty() && item.place == self.place),
                phone: item.phone,
                opens: false,
                rail: item.place != NavPlace::Settings || item.phone || item.href == "/admin",
            })
            .collect();
        // On the street what has no room in the bar is opened from 我的, which stays lit.
        let bar = doors.iter().any(|door| door.here && door.phone);
        if !bar && self.on_street() && doors.iter().any(|door| door.here) {
            for door in doors.iter_mut().filter(|door| door.href == "/me") {
                door.here = true;
            }
        }
        let mut last = None;
        for door in doors.iter_mut().filter(|door| door.rail) {
            door.opens = last.replace(door.seal) != Some(door.seal);
        }
        doors
    }
}

/// A whole page.
///
/// # Errors
/// 500 when a template fails, which only a bug makes it do.
pub fn page(template: &impl Template) -> Result<Response, Fault> {
    part(template)
}

/// A part of a page for htmx.
///
/// # Errors
/// 500 when a template fails.
pub fn part(template: &impl Template) -> Result<Response, Fault> {
    let html = template
        .render()
        .map_err(|error| Fault(Problem::internal(error)))?;
    Ok(Html(html).into_response())
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    s: &'a Shell,
    status: u16,
    sentence: String,
    fields: Vec<(String, String)>,
    request_id: String,
}

#[derive(Template)]
#[template(path = "problem_part.html")]
struct ProblemPart<'a> {
    s: &'a Shell,
    code: &'static str,
    sentence: String,
    fields: Vec<(String, String)>,
}

pub(crate) fn problem_page(shell: &Shell, problem: &Problem, as_part: bool) -> String {
    let locale = shell.ctx.locale();
    let i18n = shell.app.i18n();
    let sentence = i18n.problem(locale, problem);
    let fields: Vec<(String, String)> = problem
        .fields()
        .iter()
        .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
        .collect();
    let rendered = if as_part {
        ProblemPart {
            s: shell,
            code: problem.code(),
            sentence: sentence.clone(),
            fields,
        }
        .render()
    } else {
        ProblemPage {
            s: shell,
            status: problem.kind().status(),
            sentence: sentence.clone(),
            fields,
            request_id: shell.ctx.request_id().to_string(),
        }
        .render()
    };
    rendered.unwrap_or(sentence)
}
