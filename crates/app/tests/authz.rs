//! The authorization matrix: every route × every role, asked of a running server and compared with a checked-in table.
//! A route that is not in the table fails; `UPDATE_SNAPSHOTS=1 cargo test -p youlin --test authz` writes it anew, and
//! the difference is read before it is committed.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fmt::Write;
use std::path::Path;

use futures::future::join_all;
use reqwest::Method as Verb;
use support::{TestHouse, houses, signed_in};
use tokio::sync::Mutex;
use uuid::Uuid;
use youlin_kernel::{Access, Role};
use youlin_web::{Method, RouteInfo};

/// Stands for every record: there is none of this name.
const DUMMY: &str = "01890000-0000-7000-8000-000000000001";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Past the door; what the handler then says of a made-up record is its own business.
    In,
    SignInFirst,
    Refused,
}

impl Answer {
    fn letter(self) -> char {
        match self {
            Self::In => '+',
            Self::SignInFirst => 's',
            Self::Refused => '-',
        }
    }

    fn expected(access: Access, role: Option<Role>) -> Self {
        let roles: Vec<Role> = role.into_iter().collect();
        match (access.admits(&roles, role.is_some()), role) {
            (true, _) => Self::In,
            (false, None) => Self::SignInFirst,
            (false, Some(_)) => Self::Refused,
        }
    }
}

/// The path with made-up values in its places.
fn fill(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, after) = after.split_once('}').unwrap();
        filled.push_str(before);
        filled.push_str(DUMMY);
        rest = after;
    }
    filled + rest
}

fn verb(method: Method) -> Verb {
    method.as_str().parse().unwrap()
}

/// A caller with the session it asks with; one that a route ended is begun anew.
struct Somebody {
    role: Option<Role>,
    account: Option<Uuid>,
    session: Mutex<Option<String>>,
}

impl Somebody {
    async fn session(&self, house: &TestHouse) -> Option<String> {
        let account = self.account?;
        let mut held = self.session.lock().await;
        if held.is_none() {
            *held = Some(house.session(account).await);
        }
        held.clone()
    }

    /// Whoever has an account is only asked to sign in when the session was ended by a route before, so then it is asked
    /// once more.
    async fn answer(&self, house: &TestHouse, route: &RouteInfo) -> Answer {
        let answer = ask(house, route, self.session(house).await).await;
        if answer != Answer::SignInFirst || self.account.is_none() {
            return answer;
        }
        *self.session.lock().await = None;
        ask(house, route, self.session(house).await).await
    }
}

async fn ask(house: &TestHouse, route: &RouteInfo, session: Option<String>) -> Answer {
    let mut request = house.ask(verb(route.method), &fill(&route.path));
    if route.method != Method::Get {
        let (kind, body) = if route.path.starts_with("/api/") {
            ("application/json", "{}")
        } else {
            ("application/x-www-form-urlencoded", "")
        };
        request = request.header("content-type", kind).body(body);
    }
    if let Some(session) = session {
        request = signed_in(request, &session);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    assert_ne!(status, 405, "{} {}", route.method.as_str(), route.path);
    assert!(
        status < 500,
        "{} {}: {status}",
        route.method.as_str(),
        route.path
    );
    if !matches!(status, 401 | 403) {
        return Answer::In;
    }
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    match body["code"].as_str() {
        Some("sign-in-needed") => Answer::SignInFirst,
        Some("forbidden") => Answer::Refused,
        // A signature, key or link that the handler itself looked at and did not believe.
        _ => Answer::In,
    }
}

/// Lines of the table, in the order of path and method.
async fn matrix(house: &TestHouse) -> String {
    let mut callers = Vec::new();
    for role in std::iter::once(None).chain(Role::ALL.map(Some)) {
        let account = match role {
            Some(role) => Some(house.account(role).await),
            None => None,
        };
        callers.push(Somebody {
            role,
            account,
            session: Mutex::new(None),
        });
    }
    let mut routes = house.running.table.clone();
    routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
    let width = routes
        .iter()
        .map(|route| route.path.len() + 7)
        .max()
        .unwrap_or(0);
    let mut table = String::from("# + in, s sign in first, - refused; the columns:\n# visitor");
    for role in Role::ALL {
        write!(table, " {}", role.as_str()).unwrap();
    }
    table.push('\n');
    for route in &routes {
        let name = format!("{} {}", route.method.as_str(), route.path);
        write!(table, "{name:width$}").unwrap();
        // All at once: one waits for the database while the next is answered.
        let answers = join_all(callers.iter().map(|one| one.answer(house, route))).await;
        for (Somebody { role, .. }, answer) in callers.iter().zip(answers) {
            let expected = Answer::expected(route.access, *role);
            assert_eq!(
                answer,
                expected,
                "{name} for {}: the door is {}",
                role.map_or("visitor", Role::as_str),
                route.access.name()
            );
            write!(table, " {}", answer.letter()).unwrap();
        }
        writeln!(table, "  {}", route.access.name()).unwrap();
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_asks_of_every_role_what_the_table_says() {
    for house in houses(&[], Vec::new).await {
        let table = matrix(&house).await;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/authz_matrix.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, &table).unwrap();
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        for line in table.lines() {
            assert!(
                known.lines().any(|kept| kept == line),
                "not in tests/authz_matrix.txt (UPDATE_SNAPSHOTS=1 writes it anew): {line}"
            );
        }
        let gone: Vec<&str> = known
            .lines()
            .filter(|kept| !table.lines().any(|line| line == *kept))
            .collect();
        assert!(
            gone.is_empty(),
            "in tests/authz_matrix.txt but not in the house: {gone:?}"
        );
        house.running.stop().await;
    }
}
