//! What forms share beyond the web floor's: choices of areas, answers, and paths one may be sent to.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use youlin_kernel::{AreaId, AreaTree, Permission};
use youlin_web::{Choice, Shell};

pub(crate) use youlin_web::{FormFaults as Errors, mendable as shown, refused_with as with_status};

/// See other, after a change.
pub(crate) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Every open area as a choice, indented by its depth.
pub(crate) fn area_choices(s: &Shell) -> Vec<Choice> {
    let tree = s.ctx().areas();
    let mut areas = Vec::new();
    for root in tree.roots() {
        descend(s, tree, *root, 0, &mut areas);
    }
    areas
}

/// The open areas in which the caller has the permission.
pub(crate) fn areas_with(s: &Shell, permission: &'static Permission) -> Vec<Choice> {
    let mut areas = area_choices(s);
    areas.retain(|one| {
        area_of(&one.value).is_some_and(|area| s.ctx().authorize(permission, area).is_ok())
    });
    areas
}

/// The area a choice stands for.
pub(crate) fn area_of(value: &str) -> Option<AreaId> {
    value.parse().map(AreaId).ok()
}

fn descend(s: &Shell, tree: &AreaTree, id: AreaId, depth: usize, areas: &mut Vec<Choice>) {
    if tree.get(id).is_some_and(|node| node.closed) {
        return;
    }
    areas.push(Choice {
        value: id.to_string(),
        label: format!("{}{}", "\u{3000}".repeat(depth), s.area(&id)),
    });
    for child in tree.children(id) {
        descend(s, tree, *child, depth + 1, areas);
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
