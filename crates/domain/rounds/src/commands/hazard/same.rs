//! The same hazard met again. Whoever inspects premises a second time finds what is still not put right: that is the hazard on the
//! list, seen again, and no second one beside it. It is the same when the same rule of the checklist says so about the same
//! thing: the section, stall or circuit that is asked for where the rule is looked for once for each. A rule that is looked for
//! once for the whole is the same unless another section or other stalls are named.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_checklist::{Form, Kind, NodeKind};
use youlin_kernel::{CommunityId, Result};

use super::plan::Planned;
use crate::entities::{finding, hazard};
use crate::service::OTHER;

/// What tells one hazard of a rule from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Code of the checklist's rule; empty: none said so, and it is never the same.
    pub(crate) rule: String,
    pub(crate) category: String,
    /// What the rule is called: hazards from before its code was kept begin with it.
    pub(crate) labels: Vec<String>,
    /// What is asked for to tell one from another, by question; empty where the rule is looked for once.
    pub(crate) points: BTreeMap<String, String>,
    pub(crate) section: String,
    pub(crate) stalls: Vec<Uuid>,
}

/// A hazard on the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    pub(crate) id: Uuid,
    pub(crate) rule: Option<String>,
    pub(crate) category: String,
    pub(crate) text: String,
    pub(crate) section: String,
    pub(crate) stalls: Vec<Uuid>,
    pub(crate) evidence: BTreeMap<String, String>,
}

/// As people write one name in several ways: `c-3`, `C-3 `.
fn plain(text: &str) -> String {
    let text = text.chars().filter(|one| !one.is_whitespace());
    text.map(half).collect::<String>().to_uppercase()
}

/// What a Chinese keyboard types full-width, as it is written otherwise.
pub(super) fn half(one: char) -> char {
    match one {
        '！'..='～' => char::from_u32(u32::from(one) - 0xFEE0).unwrap_or(one),
        other => other,
    }
}

/// Questions whose answers tell one place of a repeat from another: of the evidence, what has to be answered in words or by a
/// choice, but for what is judged.
fn telling<'a>(form: &'a Form, rule: &str) -> Vec<&'a str> {
    let rules = &form.checklist().findings;
    let Some(rule) = rules.iter().find(|one| one.code == rule) else {
        return Vec::new();
    };
    if rule.within.is_empty() {
        return Vec::new();
    }
    let tells = |name: &&String| match form.node(name).map(|node| &node.kind) {
        Some(NodeKind::Field(field)) => {
            field.required.is_some()
                && matches!(field.kind, Kind::Text | Kind::Barcode | Kind::One { .. })
        }
        _ => false,
    };
    let told = rule.evidence.iter().filter(tells);
    told.map(String::as_str).collect()
}

impl Marks {
    /// Of a hazard that follows from the answers.
    pub(crate) fn of(
        form: &Form,
        (rule, category): (&str, &str),
        evidence: &BTreeMap<String, String>,
    ) -> Self {
        let rules = &form.checklist().findings;
        let found = rules.iter().find(|one| one.code == rule);
        let point = |name: &str| Some((name.to_owned(), plain(evidence.get(name)?)));
        Self {
            rule: rule.to_owned(),
            category: category.to_owned(),
            labels: found.map_or_else(Vec::new, |one| one.label.values().cloned().collect()),
            points: telling(form, rule).into_iter().filter_map(point).collect(),
            section: String::new(),
            stalls: Vec::new(),
        }
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, listed: &Listed) -> bool {
        let rule = match &listed.rule {
            Some(rule) => *rule == self.rule,
            None => {
                let text = listed.text.trim();
                // What had no category of its own may have one by a newer version of its checklist.
                let called = |label: &String| text.starts_with(label.as_str());
                [self.category.as_str(), OTHER].contains(&listed.category.as_str())
                    && self.labels.iter().any(called)
            }
        };
        let same_point = |(name, value): (&String, &String)| {
            listed
                .evidence
                .get(name)
                .is_some_and(|known| plain(known) == *value)
        };
        let sections = [plain(&self.section), plain(&listed.section)];
        let elsewhere = sections.iter().all(|one| !one.is_empty()) && sections[0] != sections[1];
        // A circuit is the same whoever hangs on it today.
        let others = self.points.is_empty()
            && !self.stalls.is_empty()
            && !listed.stalls.is_empty()
            && !self.stalls.iter().any(|one| listed.stalls.contains(one));
        !self.rule.is_empty() && rule && !elsewhere && !others && self.points.iter().all(same_point)
    }
}

/// Which of what was found is which of the list, each one once.
pub(crate) fn seen_again<'a>(
    found: impl IntoIterator<Item = (Uuid, &'a Marks)>,
    listed: &[Listed],
) -> HashMap<Uuid, Uuid> {
    let mut taken = HashSet::new();
    let mut again = HashMap::new();
    for (finding, marks) in found {
        let same = listed
            .iter()
            .find(|one| marks.is(one) && !taken.contains(&one.id));
        if let Some(same) = same {
            taken.insert(same.id);
            again.insert(finding, same.id);
        }
    }
    again
}

impl Planned {
    pub(super) fn marks(&self) -> Marks {
        Marks {
            section: self.of.section.clone(),
            stalls: self.of.stalls.clone(),
            ..self.marks.clone()
        }
    }
}

/// The hazards of premises that are on the list, the oldest first.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn listed_at(
    db: &impl ConnectionTrait,
    community: CommunityId,
    premises: Uuid,
) -> Result<Vec<Listed>> {
    let rows = hazard::Entity::find()
        .filter(hazard::Column::CommunityId.eq(community.0))
        .filter(hazard::Column::PremisesId.eq(premises))
        .filter(hazard::Column::RemovedAt.is_null())
        .filter(hazard::Column::WithdrawnAt.is_null())
        .order_by_asc(hazard::Column::FoundAt)
        .order_by_asc(hazard::Column::Id)
        .all(db)
        .await?;
    let mut texts: HashMap<Uuid, (String, String)> = HashMap::new();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    for some in ids.chunks(500) {
        let found = finding::Entity::find()
            .filter(finding::Column::CommunityId.eq(community.0))
            .filter(finding::Column::Id.is_in(some.iter().copied()))
            .all(db)
            .await?;
        texts.extend(
            found
                .into_iter()
                .map(|one| (one.id, (one.category, one.text))),
        );
    }
    let listed = |row: hazard::Model| {
        let (category, text) = texts.remove(&row.id).unwrap_or_default();
        Listed {
            id: row.id,
            rule: row.rule,
            category,
            text,
            section: row.section,
            stalls: serde_json::from_str(&row.stalls).unwrap_or_default(),
            evidence: serde_json::from_str(&row.evidence).unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(listed).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use youlin_checklist::shipped;

    use super::*;

    fn form() -> Form {
        Form::build(shipped("market-fire").expect("shipped")).expect("sound")
    }

    fn evidence(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    fn circuit(name: &str) -> Marks {
        Marks::of(
            &form(),
            ("overload", "E-0699"),
            &evidence(&[("circuit", name), ("circuit_stalls", "11")]),
        )
    }

    fn listed(rule: Option<&str>, pairs: &[(&str, &str)]) -> Listed {
        Listed {
            id: Uuid::from_u128(1),
            rule: rule.map(str::to_owned),
            category: "E-0699".to_owned(),
            text: "回路负荷超过额定值：C-3 回路".to_owned(),
            evidence: evidence(pairs),
            ..Listed::default()
        }
    }

    #[test]
    fn a_circuit_is_the_same_by_its_name_and_not_by_what_was_measured() {
        let known = listed(
            Some("overload"),
            &[("circuit", "c-3 "), ("circuit_stalls", "9")],
        );
        assert!(circuit("C-3").is(&known));
        assert!(circuit("Ｃ-3").is(&known), "as another keyboard writes it");
        assert!(!circuit("C-4").is(&known));
        // From before the rule was kept: by what it is called.
        assert!(circuit("C-3").is(&listed(None, &[("circuit", "C-3")])));
        assert!(!circuit("C-3").is(&listed(Some("foam-panel"), &[("circuit", "C-3")])));
        assert!(
            !Marks::default().is(&known),
            "what no rule says is never the same"
        );
    }

    #[test]
    fn another_section_is_another_hazard() {
        let panels = |section: &str| Marks {
            section: section.to_uppercase(),
            ..Marks::of(
                &form(),
                ("foam-panel", "E-0699"),
                &evidence(&[("section", section), ("panel_area", "860")]),
            )
        };
        let known = Listed {
            section: "C".to_owned(),
            ..listed(
                Some("foam-panel"),
                &[("section", "c"), ("panel_area", "900")],
            )
        };
        assert!(panels("c").is(&known));
        assert!(!panels("d").is(&known));
        // Looked for once for the whole: the same, unless it was said to be elsewhere.
        let lane = |section: &str| Marks {
            section: section.to_owned(),
            ..Marks::of(&form(), ("lane-width", "E-0504"), &BTreeMap::new())
        };
        let known = Listed {
            section: "A".to_owned(),
            ..listed(Some("lane-width"), &[])
        };
        assert!(lane("").is(&known) && lane("A").is(&known));
        assert!(!lane("B").is(&known));
    }

    proptest! {
        /// Each of the list is met once at most, whatever was found and however often, and only by what is the same.
        #[test]
        fn nothing_of_the_list_is_taken_twice(found in prop::collection::vec(0u8..5, 0..12), known in prop::collection::vec(0u8..5, 0..12)) {
            let marks: Vec<(Uuid, Marks)> = found
                .iter()
                .enumerate()
                .map(|(at, name)| (Uuid::from_u128(at as u128), circuit(&format!("C-{name}"))))
                .collect();
            let list: Vec<Listed> = known
                .iter()
                .enumerate()
                .map(|(at, name)| Listed {
                    id: Uuid::from_u128(1_000 + at as u128),
                    ..listed(Some("overload"), &[("circuit", &format!("C-{name}"))])
                })
                .collect();
            let again = seen_again(marks.iter().map(|(id, one)| (*id, one)), &list);
            let taken: HashSet<Uuid> = again.values().copied().collect();
            prop_assert_eq!(taken.len(), again.len());
            for name in 0u8..5 {
                let of = |all: &[u8]| all.iter().filter(|one| **one == name).count();
                let met = marks.iter().zip(&found).filter(|((id, _), one)| **one == name && again.contains_key(id)).count();
                prop_assert_eq!(met, of(&found).min(of(&known)));
            }
        }
    }
}
