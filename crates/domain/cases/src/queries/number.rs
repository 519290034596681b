//! `四季社区 20261111-0007`: a number with the name of its community, as it is shown to whoever sees several communities.

use youlin_kernel::{AreaId, Ctx, Scope};

/// What to look for, and where, of what was typed; nothing where no community of the scope is named beside a number.
pub(super) fn of_community(ctx: &Ctx, scope: &Scope, typed: &str) -> Option<(Scope, String)> {
    let (named, number) = parts(typed)?;
    let tree = ctx.areas();
    let communities = scope.communities().into_iter().map(AreaId);
    let names = |area: AreaId| {
        let node = tree.get(area);
        node.map_or_else(Vec::new, |node| {
            vec![plain(&node.name), plain(&node.name_en)]
        })
    };
    let called: Vec<(AreaId, bool)> = communities
        .filter_map(|area| {
            let names = names(area);
            let holds = names.iter().any(|name| name.contains(&named));
            holds.then(|| (area, names.contains(&named)))
        })
        .collect();
    let whole: Vec<AreaId> = called.iter().filter(|one| one.1).map(|one| one.0).collect();
    match (whole.as_slice(), called.as_slice()) {
        ([], []) => None,
        ([one], _) | ([], [(one, _)]) => Some((scope.narrowed(tree, *one), number)),
        // Which of them is meant nobody said: all of that number, each with its community.
        _ => Some((scope.clone(), number)),
    }
}

/// As names are compared: without spaces, in small letters.
fn plain(text: &str) -> String {
    let text = text.chars().filter(|one| !one.is_whitespace());
    text.collect::<String>().to_lowercase()
}

/// The name and the number, in either order.
fn parts(typed: &str) -> Option<(String, String)> {
    let chars: Vec<char> = typed.chars().collect();
    let start = (0..chars.len()).find(|at| {
        let day = chars.iter().skip(*at);
        day.clone().take_while(|one| one.is_ascii_digit()).count() == 8
            && day.clone().nth(8) == Some(&'-')
            && day.clone().nth(9).is_some_and(char::is_ascii_digit)
            && (*at == 0 || !chars[*at - 1].is_ascii_digit())
    })?;
    let digits = chars.iter().skip(start + 9);
    let end = start + 9 + digits.take_while(|one| one.is_ascii_digit()).count();
    let number = chars[start..end].iter().collect();
    let rest: String = chars[..start].iter().chain(&chars[end..]).collect();
    let named = plain(&rest);
    // One letter names nothing.
    (named.chars().count() > 1).then_some((named, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_from_the_name_beside_it() {
        let said = |typed| parts(typed);
        let meant = Some(("四季社区".to_owned(), "20261111-0007".to_owned()));
        for typed in [
            "四季社区 20261111-0007",
            "20261111-0007 四季 社区",
            "四季社区20261111-0007",
        ] {
            assert_eq!(said(typed), meant);
        }
        for typed in [
            "20261111-0007",
            "四季社区",
            "1220261111-0007 四季社区",
            "20261111 四季",
            "",
        ] {
            assert_eq!(said(typed), None, "{typed}");
        }
    }
}
