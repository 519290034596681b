//! Hazards in the reader's language.

use youlin_checklist::{
    Form, Judgement, RuleSet, RuleStatus, Test, Unit, Verdict, Words as Said, word,
};
use youlin_web::Shell;

use crate::checklists::{self, Words, choice, unit_name};
use crate::model::HazardStep;
use crate::queries::{HazardView, JudgementView, RuleSetView, status_code};

/// The badge's state.
pub(in crate::pages) fn badge(one: &HazardView) -> &'static str {
    match one.step {
        HazardStep::Removed => "ok",
        HazardStep::ToRecheck => "soon",
        HazardStep::Dropped => "done",
        _ if one.overdue => "late",
        HazardStep::Found | HazardStep::Rectifying | HazardStep::Rework => "wait",
    }
}

/// Words made from the answers say first what it is; the rest is read below it. What somebody wrote otherwise stands whole.
pub(in crate::pages) fn heading(text: &str) -> (&str, &str) {
    const SHORT: usize = 40;
    let parted = text.split_once('：').or_else(|| text.split_once(": "));
    match parted {
        Some((what, rest)) if what.chars().count() <= SHORT => (what.trim(), rest.trim()),
        _ => (text, ""),
    }
}

/// `C 区 · C-01、C-02`.
pub(in crate::pages) fn spot(s: &Shell, one: &HazardView) -> String {
    let mut parts = Vec::new();
    if !one.section.is_empty() {
        parts.push(s.t1("hazard-section-named", "section", &one.section));
    }
    if !one.spot.is_empty() {
        parts.push(one.spot.clone());
    }
    parts.join(" · ")
}

/// The same in a list: of many stalls the first and how many.
pub(in crate::pages) fn short_spot(s: &Shell, one: &HazardView) -> String {
    match one.spot.split('、').next() {
        Some(first) if one.stalls.len() > 3 => s.t2(
            "hazard-stalls-some",
            &("first", first),
            &("count", one.stalls.len()),
        ),
        _ => spot(s, one),
    }
}

/// What was measured: `3.1 m`, `58 A / 40 A`, 泡沫夹芯板. Names of classes are those of the checklist that was answered.
pub(in crate::pages) fn measured(s: &Shell, form: Option<&Form>, one: &Judgement) -> String {
    checklists::measured(&Words::of(s), form, one)
}

/// What had to hold: 不小于 4 m.
pub(in crate::pages) fn required(s: &Shell, form: Option<&Form>, one: &Judgement) -> String {
    checklists::required(&Words::of(s), form, one)
}

/// The same of a rule by itself; lengths in metres where what is measured is.
pub(in crate::pages) fn demand(
    s: &Shell,
    form: Option<&Form>,
    test: &Test,
    in_metres: bool,
) -> String {
    checklists::demand(&Words::of(s), form, test, in_metres)
}

pub(in crate::pages) fn verdict(s: &Shell, one: &Judgement) -> String {
    match one.verdict {
        Verdict::Meets => s.t("hazard-meets"),
        Verdict::Fails => s.t("hazard-fails"),
    }
}

/// What was measured when somebody looked again, against what, and by which clause: 复查实测 4.1 m，要求不小于 4 m，符合（…）.
pub(in crate::pages) fn looked_again(
    s: &Shell,
    form: Option<&Form>,
    made: &JudgementView,
) -> String {
    let one = &made.judgement;
    let args = [
        ("was", measured(s, form, one)),
        ("needed", required(s, form, one)),
        ("verdict", verdict(s, one)),
        ("clause", one.clause.clone()),
    ];
    let said = s.tn("hazard-remeasured-line", &args);
    match made.holds {
        true => said,
        false => format!("{said} {}", s.t("hazard-holds-not")),
    }
}

/// The value of the last re-check that measured again, in a list; empty where none did.
pub(in crate::pages) fn remeasured(s: &Shell, one: &HazardView) -> String {
    let last = one.rechecks.iter().rev().find_map(|back| {
        let counts = !back.noted;
        back.judgement.as_ref().filter(|_| counts)
    });
    last.map_or_else(String::new, |made| {
        let was = measured(s, None, &made.judgement);
        s.t1("hazard-remeasured", "was", was)
    })
}

/// What may be measured again, as a form asks it.
#[derive(Clone, Debug)]
pub(in crate::pages) struct Remeasure {
    /// What was asked, with its unit: 消防车道最窄处宽度（m）.
    pub(in crate::pages) label: String,
    /// What was found then, and what is needed.
    pub(in crate::pages) hint: String,
}

/// None where what was judged is no number.
pub(in crate::pages) fn remeasure(
    s: &Shell,
    question: &Said,
    one: &Judgement,
) -> Option<Remeasure> {
    let (_, unit) = one.measured.number()?;
    let question = match word(question, checklists::language(s.ctx().locale())) {
        "" => s.t("hazard-measured"),
        known => known.to_owned(),
    };
    let unit = checklists::unit(unit.code());
    let (was, needed) = (measured(s, None, one), required(s, None, one));
    Some(Remeasure {
        label: match unit {
            "" => question,
            unit => s.t2("hazard-remeasure", &("question", question), &("unit", unit)),
        },
        hint: s.t2("hazard-remeasure-hint", &("was", was), &("needed", needed)),
    })
}

/// 市场消防检查示例数值 · 第 1 版.
pub(in crate::pages) fn called(s: &Shell, set: &RuleSet) -> String {
    let title = word(&set.title, checklists::language(s.ctx().locale()));
    let version = s.t1("checklist-version", "number", &set.version);
    match title {
        "" => format!("{} · {version}", set.code),
        title => format!("{title} · {version}"),
    }
}

/// What a judgement was made by, in words.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Basis {
    /// 市场消防检查示例数值 · 第 1 版
    pub(in crate::pages) title: String,
    /// What it was worth then: 示例，不是现行法规.
    pub(in crate::pages) status: String,
    /// The clause, and what it is about.
    pub(in crate::pages) clause: String,
    /// `market-fire-example@1`, its page goes by it.
    pub(in crate::pages) name: String,
    /// What took its place since; empty: nothing did.
    pub(in crate::pages) since: String,
}

/// The version, clause and standing of a judgement, from the rule sets as they are held.
pub(in crate::pages) fn basis(s: &Shell, sets: &[RuleSetView], one: &Judgement) -> Basis {
    let name = format!("{}@{}", one.rule_set, one.version);
    let status = s.tt("rules-status", status_code(&one.status));
    let Some(held) = sets.iter().find(|set| set.name() == name) else {
        return Basis {
            title: name.clone(),
            clause: one.clause.clone(),
            status,
            since: String::new(),
            name,
        };
    };
    let rule = held.set.rules.iter().find(|rule| rule.code == one.rule);
    let language = checklists::language(s.ctx().locale());
    let about = rule.map_or("", |rule| word(&rule.about, language));
    // A clause that says itself what it is about is not said twice.
    let clause = if about.is_empty() || one.clause.contains(about) {
        one.clause.clone()
    } else {
        s.t2(
            "hazard-clause-about",
            &("clause", one.clause.as_str()),
            &("about", about),
        )
    };
    let since = match &held.set.status {
        RuleStatus::Superseded { by, on } if *on <= s.ctx().now().date() => {
            let newer = sets.iter().find(|set| set.name() == *by);
            let by = newer.map_or_else(|| by.clone(), |newer| called(s, &newer.set));
            s.t2("hazard-rules-since", &("day", on), &("by", by))
        }
        _ => String::new(),
    };
    Basis {
        title: called(s, &held.set),
        status,
        clause,
        name,
        since,
    }
}

/// Answers that belong to a hazard, with their questions: what is shown elsewhere is left out.
pub(in crate::pages) fn evidence(
    s: &Shell,
    form: Option<&Form>,
    one: &HazardView,
) -> Vec<(String, String)> {
    const SHOWN: [&str; 3] = ["section", "stall", "market_name"];
    let Some(form) = form else {
        return Vec::new();
    };
    let locale = s.ctx().locale();
    one.evidence
        .iter()
        .filter(|(name, value)| !SHOWN.contains(&name.as_str()) && !value.is_empty())
        .map(|(name, value)| {
            let unit = match form.node(name).map(|node| &node.kind) {
                Some(youlin_checklist::NodeKind::Field(field)) => {
                    match Unit::find(&field.question.unit) {
                        Some(found) => format!(" {}", unit_name(&Words::of(s), found)),
                        None => format!(" {}", field.question.unit),
                    }
                }
                _ => String::new(),
            };
            let value = choice(&Words::of(s), Some(form), value);
            (
                checklists::label(locale, form, name),
                format!("{value}{unit}").trim_end().to_owned(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::heading;

    #[test]
    fn a_long_text_is_headed_by_what_it_is() {
        let made = "使用泡沫夹芯板：实测 泡沫夹芯板（B2），不得有：泡沫夹芯板、C 区";
        assert_eq!(heading(made).0, "使用泡沫夹芯板");
        assert!(heading(made).1.starts_with("实测 泡沫夹芯板"));
        assert_eq!(
            heading("Circuit overloaded: 61 A"),
            ("Circuit overloaded", "61 A")
        );
        assert_eq!(heading("东门堆了货"), ("东门堆了货", ""));
    }
}
