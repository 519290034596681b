//! The web floor: one router from the modules' declarations, sessions, permission doors, problems in the reader's
//! language, live events, and the layout every page shares.
//!
//! A module describes itself with [`Module`]; [`build`] turns the list of modules into the service. Every route names
//! what it asks of its caller ([`youlin_kernel::Access`]); the table of routes is what the authorization matrix tests.

mod app;
mod areas_named;
mod described;
mod door;
mod extract;
mod find;
mod form;
mod handed;
mod health;
mod i18n;
mod live;
mod middleware;
mod module;
mod navigation;
mod paging;
mod problem;
mod ratelimit;
mod refusals;
mod service;
mod session;
mod shell;
mod today;

pub use app::{AccountSource, App, AppBuilder, SignedIn, WebConfig};
pub use areas_named::{area_named, areas_named, areas_of};
pub use described::Description;
pub use extract::{
    ApiForm, ApiJson, ApiQuery, Caller, ClientAddr, CurrentSession, IdempotencyHeader, PathId,
    idempotency,
};
pub use find::{Finder, Finders, Found, list_with};
pub use form::{Choice, Clash, ClashLine, FormFaults, mendable, refused_with};
pub use handed::{CSV, HandedIn, JSON, Uploaded, XLSX, read_handed_in, save_as, stem};
pub use i18n::I18n;
pub use live::LiveTopic;
pub use metrics_exporter_prometheus::PrometheusHandle;
pub use module::{Method, Module, Protocol, RouteInfo, Routes};
pub use navigation::{NavItem, NavPlace, Navigation, TopbarPart, TopbarParts};
pub use paging::{Paged, Pages};
pub use problem::{Fault, WebResult, problem_body, status_of};
pub use ratelimit::RateLimits;
pub use refusals::{ProblemBody, ProblemField, Refusals};
pub use service::{AssetSource, Assets, Built, LiveTopics, build, describe};
pub use session::{
    CookiePolicy, EndSession, SESSION_MIGRATIONS, SessionToken, StartSession, end_cookie,
    session_cookie,
};
pub use shell::{Door, Prefs, Shell, SourceAddress, day_words, page, part};
pub use today::{TodayFigure, TodayLine, TodayPart, TodayParts, today_lines};
