//! The checks of [`crate::Form::build`].

use std::collections::{BTreeSet, HashMap};

use crate::expr::{Expr, check as check_expr, names_in};
use crate::form::{FormFault, Node, NodeKind, WrongForm, dependencies, fault};
use crate::model::{Checklist, Kind, Trigger, Words};
use crate::value::Value;

/// Lists of choices, languages, defaults.
pub(crate) fn lists(checklist: &Checklist, nodes: &[Node], faults: &mut Vec<FormFault>) {
    if checklist.languages.is_empty() {
        faults.push(fault("", WrongForm::NoLanguage));
    }
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if checklist.id.is_empty() || checklist.id.len() > 64 || !checklist.id.chars().all(is_id) {
        faults.push(fault(&checklist.id, WrongForm::BadName));
    }
    if !nodes
        .iter()
        .any(|node| matches!(node.kind, NodeKind::Field(_)))
    {
        faults.push(fault("", WrongForm::NoQuestions));
    }
    for (list, choices) in &checklist.choices {
        let mut seen = BTreeSet::new();
        if choices.is_empty() {
            faults.push(fault(list, WrongForm::EmptyList));
        }
        for choice in choices {
            if !seen.insert(&choice.name) {
                faults.push(fault(list, WrongForm::Twice));
            }
            if choice.name.is_empty() || choice.name.chars().any(char::is_whitespace) {
                faults.push(fault(list, WrongForm::BadName));
            }
        }
    }
    for node in nodes {
        let NodeKind::Field(field) = &node.kind else {
            continue;
        };
        if let Some(list) = field.kind.list()
            && !checklist.choices.contains_key(list)
        {
            faults.push(fault(&node.name, WrongForm::NoList(list.to_owned())));
        }
        let default = &field.question.default;
        if !default.is_empty() && Value::parse(&field.kind, default).is_err() {
            faults.push(fault(&node.name, WrongForm::BadDefault));
        }
    }
}

/// Points: of choices that are there, of numbers in bands, a pass mark within a hundred.
pub(crate) fn points(checklist: &Checklist, nodes: &[Node], faults: &mut Vec<FormFault>) {
    if let Some(percent) = checklist.pass_percent.filter(|percent| *percent > 100) {
        faults.push(fault("", WrongForm::NotScored(format!("{percent} %"))));
    }
    for node in nodes {
        let NodeKind::Field(field) = &node.kind else {
            continue;
        };
        let has = |name: &str| match &field.kind {
            Kind::YesNo => name == "yes" || name == "no",
            kind => {
                let list = kind.list().and_then(|list| checklist.choices.get(list));
                list.is_some_and(|list| list.iter().any(|one| one.name == name))
            }
        };
        for one in &field.question.points {
            let is_band = one.choice.is_empty()
                && one
                    .from
                    .zip(one.below)
                    .is_none_or(|(from, below)| from < below);
            let fits = match field.kind {
                Kind::Integer | Kind::Decimal => is_band,
                _ => one.from.is_none() && one.below.is_none() && has(&one.choice),
            };
            if !fits {
                faults.push(fault(&node.name, WrongForm::NotScored(one.to_string())));
            }
        }
    }
}

/// Looks up the names in all expressions and labels.
pub(crate) fn names(
    nodes: &mut [Node],
    names: &HashMap<String, usize>,
    faults: &mut Vec<FormFault>,
) {
    let find = |name: &str| names.get(name).copied();
    for node in nodes {
        let name = node.name.clone();
        let mut all: Vec<(&'static str, &mut Option<Expr>)> =
            vec![("relevant", &mut node.relevant)];
        match &mut node.kind {
            NodeKind::Field(field) => {
                labels(
                    &name,
                    [&field.question.label, &field.question.hint],
                    &find,
                    faults,
                );
                all.push(("required", &mut field.required));
                all.push(("constraint", &mut field.constraint));
                all.push(("calculation", &mut field.calculation));
            }
            NodeKind::Repeat { count } => all.push(("repeat_count", count)),
            NodeKind::Group => {}
        }
        for (place, expr) in all {
            let mut unknown = Vec::new();
            if let Some(expr) = expr {
                expr.resolve(&find, &mut unknown);
            }
            if !unknown.is_empty() {
                // What was not found is not looked into further.
                *expr = None;
            }
            for unknown in unknown {
                faults.push(fault(&name, WrongForm::UnknownName { place, unknown }));
            }
        }
    }
}

fn labels(
    name: &str,
    texts: [&Words; 2],
    find: &dyn Fn(&str) -> Option<usize>,
    faults: &mut Vec<FormFault>,
) {
    for text in texts.into_iter().flat_map(|words| words.values()) {
        for unknown in names_in(text).into_iter().filter(|one| find(one).is_none()) {
            let what = WrongForm::UnknownName {
                place: "label",
                unknown: unknown.to_owned(),
            };
            faults.push(fault(name, what));
        }
    }
}

/// What expressions mean, where they stand.
pub(crate) fn meanings(checklist: &Checklist, nodes: &[Node], faults: &mut Vec<FormFault>) {
    let choices = |list: &str| {
        let choices = checklist.choices.get(list)?;
        Some(choices.iter().map(|choice| choice.name.clone()).collect())
    };
    for (at, node) in nodes.iter().enumerate() {
        let mut look = |place, expr: &Option<Expr>, current: Option<usize>| {
            let Some(expr) = expr else { return };
            let context = crate::expr::Context {
                nodes,
                choices: &choices,
                repeats: &node.repeats,
                current,
            };
            for wrong in check_expr(expr, &context) {
                let what = WrongForm::Meaning {
                    place,
                    fault: wrong,
                };
                faults.push(fault(&node.name, what));
            }
        };
        look("relevant", &node.relevant, None);
        match &node.kind {
            NodeKind::Field(field) => {
                look("required", &field.required, None);
                look("constraint", &field.constraint, Some(at));
                look("calculation", &field.calculation, None);
            }
            NodeKind::Repeat { count } => look("repeat_count", count, None),
            NodeKind::Group => {}
        }
    }
}

/// Findings: their repeats, expressions, questions.
pub(crate) fn findings(
    checklist: &Checklist,
    nodes: &[Node],
    names: &HashMap<String, usize>,
    triggers: &mut [Option<Expr>],
    faults: &mut Vec<FormFault>,
) {
    let choices = |list: &str| {
        let choices = checklist.choices.get(list)?;
        Some(choices.iter().map(|choice| choice.name.clone()).collect())
    };
    let find = |name: &str| names.get(name).copied();
    let mut seen = BTreeSet::new();
    for (rule, trigger) in checklist.findings.iter().zip(triggers) {
        if !seen.insert(&rule.code) {
            faults.push(fault(&rule.code, WrongForm::Twice));
        }
        let mut repeats = Vec::new();
        if !rule.within.is_empty() {
            match find(&rule.within).filter(|at| matches!(nodes[*at].kind, NodeKind::Repeat { .. }))
            {
                Some(at) => {
                    repeats.extend(&nodes[at].repeats);
                    repeats.push(at);
                }
                None => faults.push(fault(&rule.code, WrongForm::NoRepeat(rule.within.clone()))),
            }
        }
        for name in rule.evidence.iter().filter(|name| find(name).is_none()) {
            let what = WrongForm::UnknownName {
                place: "evidence",
                unknown: name.clone(),
            };
            faults.push(fault(&rule.code, what));
        }
        let mut unknown: Vec<String> = Vec::new();
        if let Trigger::Judgement { question, of, .. } = &rule.trigger {
            for name in [question, of].into_iter().filter(|name| !name.is_empty()) {
                judged(&rule.code, name, nodes, &find, &repeats, faults);
            }
        }
        if let Some(expr) = trigger {
            expr.resolve(&find, &mut unknown);
            if !unknown.is_empty() {
                *trigger = None;
            } else {
                let context = crate::expr::Context {
                    nodes,
                    choices: &choices,
                    repeats: &repeats,
                    current: None,
                };
                for wrong in check_expr(expr, &context) {
                    let what = WrongForm::Meaning {
                        place: "when",
                        fault: wrong,
                    };
                    faults.push(fault(&rule.code, what));
                }
            }
        }
        for unknown in unknown {
            let what = WrongForm::UnknownName {
                place: "when",
                unknown,
            };
            faults.push(fault(&rule.code, what));
        }
    }
}

/// A rule judges numbers and choices that stand where it looks.
fn judged(
    code: &str,
    name: &str,
    nodes: &[Node],
    find: &dyn Fn(&str) -> Option<usize>,
    repeats: &[usize],
    faults: &mut Vec<FormFault>,
) {
    let fits = find(name).is_some_and(|at| {
        let is_kind = match &nodes[at].kind {
            NodeKind::Field(field) => matches!(
                field.kind,
                Kind::Integer | Kind::Decimal | Kind::One { .. } | Kind::Many { .. }
            ),
            _ => false,
        };
        is_kind && nodes[at].repeats.iter().all(|one| repeats.contains(one))
    });
    if !fits {
        faults.push(fault(code, WrongForm::NotJudged(name.to_owned())));
    }
}

/// Nodes after what they wait for, or the circles of nodes that wait for one another.
pub(crate) fn order(nodes: &[Node]) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut waits: Vec<BTreeSet<usize>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut found: BTreeSet<usize> = node.parent.into_iter().collect();
        let mut add = |expr: &Option<Expr>| {
            if let Some(expr) = expr {
                found.extend(dependencies(expr));
            }
        };
        add(&node.relevant);
        match &node.kind {
            NodeKind::Field(field) => add(&field.calculation),
            NodeKind::Repeat { count } => add(count),
            NodeKind::Group => {}
        }
        waits.push(found);
    }
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut left: Vec<usize> = waits.iter().map(BTreeSet::len).collect();
    for (at, found) in waits.iter().enumerate() {
        for on in found {
            followers[*on].push(at);
        }
    }
    let mut ready: std::collections::VecDeque<usize> =
        (0..nodes.len()).filter(|at| left[*at] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(at) = ready.pop_front() {
        order.push(at);
        for &next in &followers[at] {
            left[next] -= 1;
            if left[next] == 0 {
                ready.push_back(next);
            }
        }
    }
    if order.len() == nodes.len() {
        return Ok(order);
    }
    Err(circles(&waits, |at| left[at] > 0))
}

/// The circles of nodes that wait for one another, so that each node of one is named in one. A node that only waits for a
/// circle is in none: all are looked at once to find who waits for whom, and a way is looked for among those only.
fn circles(waits: &[BTreeSet<usize>], is_stuck: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut group_of: Vec<Option<usize>> = vec![None; waits.len()];
    for (number, group) in groups(waits, &is_stuck).iter().enumerate() {
        for &at in group {
            group_of[at] = Some(number);
        }
    }
    let mut is_told = vec![false; waits.len()];
    let mut circles = Vec::new();
    for at in (0..waits.len()).filter(|at| group_of[*at].is_some()) {
        if is_told[at] {
            continue;
        }
        let found = circle(waits, at, |other| group_of[other] == group_of[at]);
        for &one in found.iter().flatten() {
            is_told[one] = true;
        }
        circles.extend(found);
    }
    circles
}

/// Groups of nodes each of which waits, by whatever way, for every other and for itself (Tarjan).
fn groups(waits: &[BTreeSet<usize>], is_stuck: &impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut number = vec![NEW; waits.len()];
    let mut lowest = vec![0; waits.len()];
    let mut is_open = vec![false; waits.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    for start in (0..waits.len()).filter(|at| is_stuck(*at)) {
        if number[start] != NEW {
            continue;
        }
        // Without recursion: a form has up to ten thousand nodes in a row.
        let mut way = vec![(start, waits[start].iter())];
        while let Some((at, ahead)) = way.last_mut() {
            let at = *at;
            if number[at] == NEW {
                (number[at], lowest[at]) = (next, next);
                next += 1;
                open.push(at);
                is_open[at] = true;
            }
            if let Some(&on) = ahead.find(|on| is_stuck(**on)) {
                if number[on] == NEW {
                    way.push((on, waits[on].iter()));
                } else if is_open[on] {
                    lowest[at] = lowest[at].min(number[on]);
                }
                continue;
            }
            way.pop();
            if let Some((before, _)) = way.last() {
                lowest[*before] = lowest[*before].min(lowest[at]);
            }
            if lowest[at] == number[at] {
                let from = open.iter().rposition(|one| *one == at).unwrap_or(0);
                let group = open.split_off(from);
                for one in &group {
                    is_open[*one] = false;
                }
                if group.len() > 1 || waits[at].contains(&at) {
                    found.push(group);
                }
            }
        }
    }
    found
}

/// The shortest way from a node over what it waits for back to itself: the node first, then what it waits for.
fn circle(
    waits: &[BTreeSet<usize>],
    start: usize,
    is_near: impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let mut came: HashMap<usize, usize> = HashMap::new();
    let mut ahead = std::collections::VecDeque::from([start]);
    while let Some(at) = ahead.pop_front() {
        for &next in waits[at].iter().filter(|next| is_near(**next)) {
            if next == start {
                let back = std::iter::successors(Some(at), |one| came.get(one).copied());
                let mut path: Vec<usize> = back.collect();
                path.reverse();
                return Some(path);
            }
            if let std::collections::hash_map::Entry::Vacant(free) = came.entry(next) {
                free.insert(at);
                ahead.push_back(next);
            }
        }
    }
    None
}
