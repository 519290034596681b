//! What forms share beyond the web floor's: choices of areas, answers, and paths one may be sent to.

use std::collections::HashSet;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Permission};
use youlin_web::{Choice, Shell};

pub(crate) use youlin_web::{FormFaults as Errors, mendable as shown, refused_with as with_status};

/// See other, after a change.
pub(crate) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A tree of more areas is offered down to the districts, and within those only where records are held.
const OFFERED: usize = 3_000;

/// Every open area as a choice, indented by its depth.
pub(crate) fn area_choices(s: &Shell) -> Vec<Choice> {
    let tree = s.ctx().areas();
    let mut areas = Vec::new();
    let held = (tree.len() > OFFERED).then(|| with_records(tree));
    for root in tree.roots() {
        descend(s, tree, *root, (0, held.as_ref()), &mut areas);
    }
    areas
}

/// Communities that hold records, and the areas they lie in.
fn with_records(tree: &AreaTree) -> HashSet<AreaId> {
    let held = tree.communities_with_records();
    held.into_iter()
        .flat_map(|community| tree.upwards(community.into()).map(|node| node.id))
        .collect()
}

/// The open areas in which the caller has the permission.
pub(crate) fn areas_with(s: &Shell, permission: &'static Permission) -> Vec<Choice> {
    let mut areas = area_choices(s);
    areas.retain(|one| {
        area_of(&one.value).is_some_and(|area| s.ctx().require(permission, area).is_ok())
    });
    areas
}

/// The area a choice stands for.
pub(crate) fn area_of(value: &str) -> Option<AreaId> {
    value.parse().map(AreaId).ok()
}

fn descend(
    s: &Shell,
    tree: &AreaTree,
    id: AreaId,
    (depth, held): (usize, Option<&HashSet<AreaId>>),
    areas: &mut Vec<Choice>,
) {
    let Some(node) = tree.get(id).filter(|node| !node.closed) else {
        return;
    };
    // The district's subdistricts and communities are all offered once one of them holds records.
    let near = |held: &HashSet<AreaId>| {
        let parent = node.parent.is_some_and(|parent| held.contains(&parent));
        node.level <= AreaLevel::District || parent || held.contains(&id)
    };
    if node.level <= AreaLevel::Community && !held.is_none_or(near) {
        return;
    }
    areas.push(Choice {
        value: id.to_string(),
        label: format!("{}{}", "\u{3000}".repeat(depth), s.area(&id)),
    });
    for child in tree.children(id) {
        descend(s, tree, *child, (depth + 1, held), areas);
    }
}

/// Adds a cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A path of our own to go on to; everything that a browser could read as another site is the front page.
pub(crate) fn own_path(next: Option<&str>) -> &str {
    let next = next.unwrap_or("/");
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.len() <= 2_000
        && next.bytes().all(|b| b.is_ascii_graphic());
    if own && !next.starts_with("/sign-") {
        next
    } else {
        "/"
    }
}

/// `path?next=…`, where next is worth keeping.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    if next == "/" {
        return path.to_owned();
    }
    let mut kept = String::with_capacity(next.len());
    for byte in next.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                kept.push(char::from(byte));
            }
            _ => kept.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{path}?next={kept}")
}

#[cfg(test)]
mod tests {
    use super::{own_path, with_next};

    #[test]
    fn only_own_paths_are_followed() {
        for fine in ["/", "/cases?state=open&q=%E5%91%A8", "/people/1#looks"] {
            assert_eq!(own_path(Some(fine)), fine);
        }
        for foreign in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "cases",
            "",
            "/a\nb",
            "/a b",
            "/sign-in?next=/",
        ] {
            assert_eq!(own_path(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(own_path(None), "/");
    }

    #[test]
    fn what_follows_is_kept_whole() {
        assert_eq!(with_next("/sign-in", "/"), "/sign-in");
        assert_eq!(
            with_next("/sign-in", "/a?b=c&d"),
            "/sign-in?next=/a%3Fb%3Dc%26d"
        );
    }
}
