//! Whatever happens to people and grids (moves, labels, roles, sightings, splits, merges of doubled entries and their
//! undoing), a question asked as of an earlier day answers what it answered on that day.

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;
use youlin_datasets::cube::{Filter, Group, Op, Quantity, Query, Related, Test, Value};
use youlin_kernel::{Ctx, Micros, Role};
use youlin_people::facts::How;
use youlin_people::life::{NoteDeath, WithdrawDeath};
use youlin_people::merge::{Choices, MergePersons, Side, UndoMerge};
use youlin_people::{
    Directory, EndMembership, LearnFacts, MembershipRole, MoveOut, OtherHome, SaveMembership,
    SetLabel,
};

use crate::ground::{Ground, person, random_histories};

const HOMES: [&str; 4] = [
    "甲西村1号楼101",
    "甲东村1号楼101",
    "甲东村1号楼102",
    "甲远村1号楼104",
];
const LABELS: [&str; 3] = ["living_alone", "volunteer", "disabled"];

/// One thing that happens; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Enter(usize, i32, bool),
    Move(usize, usize, bool),
    MoveOut(usize),
    Label(usize, usize, bool),
    See(usize),
    Role(usize),
    EndRole(usize),
    Merge(usize, usize, [u8; 4]),
    Undo(usize),
    Die(usize),
    Live(usize),
    Split,
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 0..12_usize;
    prop_oneof![
        2 => (n(), 1930..2000, any::<bool>()).prop_map(|(home, born, labelled)| Step::Enter(home, born, labelled)),
        2 => (n(), n(), any::<bool>()).prop_map(|(who, home, also)| Step::Move(who, home, also)),
        1 => n().prop_map(Step::MoveOut),
        3 => (n(), n(), any::<bool>()).prop_map(|(who, label, on)| Step::Label(who, label, on)),
        1 => n().prop_map(Step::See),
        1 => n().prop_map(Step::Role),
        1 => n().prop_map(Step::EndRole),
        4 => (n(), n(), prop::array::uniform4(0..3_u8)).prop_map(|(one, other, sides)| Step::Merge(one, other, sides)),
        3 => n().prop_map(Step::Undo),
        1 => n().prop_map(Step::Die),
        1 => n().prop_map(Step::Live),
        1 => Just(Step::Split),
    ]
}

/// What is remembered beside the database.
#[derive(Default)]
struct Story {
    persons: Vec<Uuid>,
    merges: Vec<Uuid>,
    roles: Vec<Uuid>,
    split: bool,
    happened: usize,
}

fn pick<T: Copy>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()])
}

fn side(number: u8) -> Side {
    [Side::Kept, Side::Gone, Side::Both][usize::from(number % 3)]
}

impl Ground {
    /// Does one step; what is refused (a signpost, somebody who died, a merge that cannot be undone) changes nothing.
    async fn step(&self, story: &mut Story, step: &Step) {
        let (db, ctx) = (self.world.db(), self.world.service());
        let (vault, community) = (Arc::clone(&self.vault), self.community("A"));
        self.world.clock.advance(Micros::MINUTE);
        let went = match step {
            Step::Enter(home, born, labelled) => {
                let labels: &[&str] = if *labelled { &["living_alone"] } else { &[] };
                let home = HOMES[home % HOMES.len()];
                let name = format!("周{}", story.persons.len());
                story
                    .persons
                    .push(self.person(&name, *born, labels, home).await);
                true
            }
            Step::Move(who, home, also) => {
                let Some(id) = pick(&story.persons, *who) else {
                    return;
                };
                let scope = ctx.scope(&youlin_people::permissions::PEOPLE_READ).unwrap();
                let card = Directory::card(db.read(), &vault, &scope, id).await;
                // Facts of the row are no history: only the home is changed.
                if card.is_err() {
                    return;
                }
                let input = youlin_people::PersonInput {
                    other_home: if *also {
                        OtherHome::Also
                    } else {
                        OtherHome::Moved
                    },
                    ..self.same(id, HOMES[home % HOMES.len()]).await
                };
                let save = youlin_people::SavePerson {
                    vault,
                    community,
                    id: Some(id),
                    version: None,
                    ext_key: None,
                    input,
                };
                db.execute(&ctx, save).await.is_ok()
            }
            Step::MoveOut(who) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                db.execute(
                    &ctx,
                    MoveOut {
                        vault,
                        community,
                        person,
                        dwelling: None,
                        on: None,
                        whereto: None,
                    },
                )
                .await
                .is_ok()
            }
            Step::Label(who, label, on) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                let label = LABELS[label % LABELS.len()].to_owned();
                let set = SetLabel {
                    vault,
                    community,
                    person,
                    label,
                    how: How::Desk,
                    on: *on,
                };
                db.execute(&ctx, set).await.is_ok()
            }
            Step::See(who) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                let learn = LearnFacts {
                    vault,
                    community,
                    person,
                    how: How::Visit,
                    phone: None,
                    instead_of: None,
                    birth: String::new(),
                    sex: None,
                    labels: Vec::new(),
                    labels_off: Vec::new(),
                    answers: Vec::new(),
                    seen: true,
                };
                db.execute(&ctx, learn).await.is_ok()
            }
            Step::Role(who) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                let join = SaveMembership {
                    vault,
                    person_community: community,
                    person,
                    organisation: None,
                    role: MembershipRole::Volunteer,
                    area: community.into(),
                    duty_phone: None,
                    valid_from: None,
                };
                let saved = db.execute(&ctx, join).await;
                story.roles.extend(saved.as_ref().ok());
                saved.is_ok()
            }
            Step::EndRole(which) => {
                let Some(id) = pick(&story.roles, *which) else {
                    return;
                };
                db.execute(
                    &ctx,
                    EndMembership {
                        community,
                        id,
                        at: None,
                    },
                )
                .await
                .is_ok()
            }
            Step::Merge(one, other, sides) => self.merge(story, (*one, *other), *sides).await,
            Step::Undo(which) => {
                let Some(merge) = pick(&story.merges, *which) else {
                    return;
                };
                db.execute(
                    &ctx,
                    UndoMerge {
                        vault,
                        community,
                        merge,
                    },
                )
                .await
                .is_ok()
            }
            Step::Die(who) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                let die = NoteDeath {
                    vault,
                    community,
                    person,
                    day: String::new(),
                    how: How::Desk,
                };
                db.execute(&ctx, die).await.is_ok()
            }
            Step::Live(who) => {
                let Some(person) = pick(&story.persons, *who) else {
                    return;
                };
                db.execute(
                    &ctx,
                    WithdrawDeath {
                        vault,
                        community,
                        person,
                    },
                )
                .await
                .is_ok()
            }
            Step::Split if story.split => false,
            Step::Split => {
                self.split().await;
                story.split = true;
                true
            }
        };
        story.happened += usize::from(went);
    }

    /// The input that changes nothing but the home.
    async fn same(&self, id: Uuid, home: &str) -> youlin_people::PersonInput {
        let own = youlin_people::merge::row_said(
            self.world.db().read(),
            &self.vault,
            self.community("A"),
            id,
        )
        .await
        .unwrap();
        youlin_people::PersonInput {
            sex: own.sex.as_deref().and_then(youlin_people::Sex::parse),
            birth_year: own.birth_year,
            language: own.language,
            note: own.note,
            ..person(&own.name, 1950, &[], Some(self.home(home)))
        }
    }

    async fn merge(&self, story: &mut Story, (one, other): (usize, usize), sides: [u8; 4]) -> bool {
        let (db, ctx) = (self.world.db(), self.world.service());
        let (Some(kept), Some(gone)) = (pick(&story.persons, one), pick(&story.persons, other))
        else {
            return false;
        };
        let community = self.community("A");
        let mut versions = Vec::new();
        for id in [kept, gone] {
            versions.push(Directory::version(db.read(), community, id).await.unwrap());
        }
        let merge = MergePersons {
            vault: Arc::clone(&self.vault),
            community,
            kept,
            gone,
            versions: (versions[0], versions[1]),
            choices: Choices {
                birth: side(sides[0]),
                sex: side(sides[1]),
                home: side(sides[2]),
                name: side(sides[3]),
                ..Choices::default()
            },
            sure: true,
        };
        let merged = db.execute(&ctx, merge).await;
        story.merges.extend(merged.as_ref().ok());
        merged.is_ok()
    }

    /// What is asked on each day and again later.
    async fn figures(&self, desk: &Ctx, as_of: Option<&str>) -> Vec<String> {
        let mut all = Vec::new();
        for query in queries() {
            let query = Query {
                as_of: as_of.map(str::to_owned),
                ..query
            };
            let answer = self.answer(desk, &query).await;
            let cells: Vec<String> = answer
                .cells
                .iter()
                .map(|cell| format!("{:?}={}", cell.keys, cell.figure.count))
                .collect();
            let mut who: Vec<u128> = self
                .evidence(desk, &query, &[])
                .await
                .iter()
                .map(|one| one.id)
                .collect();
            who.sort_unstable();
            assert_eq!(who.len() as u64, answer.total.count);
            all.push(format!(
                "{:?} {} {cells:?} {who:x?}",
                query.group, answer.total.count
            ));
        }
        all
    }

    /// `Err` says which question is answered otherwise than it was.
    async fn holds(&self, steps: &[Step]) -> Result<(), String> {
        let desk = self.caller(Role::CommunityDesk, "A");
        let mut story = Story::default();
        for home in HOMES {
            let born = 1940 + i32::try_from(story.persons.len()).unwrap();
            story
                .persons
                .push(self.person("周零", born, &["volunteer"], home).await);
        }
        let mut told = Vec::new();
        for step in steps {
            self.step(&mut story, step).await;
            let day = self.world.service().now().local().date().to_string();
            told.push((day, self.figures(&desk, None).await, step));
            self.world.clock.advance(Micros::DAY);
        }
        for (day, then, step) in &told {
            let again = self.figures(&desk, Some(day)).await;
            for (again, then) in again.iter().zip(then) {
                if again != then {
                    return Err(format!(
                        "as of {day}, after {step:?}\n then: {then}\nagain: {again}"
                    ));
                }
            }
        }
        Ok(())
    }
}

fn queries() -> Vec<Query> {
    let by = |dim: &str, level, width| Query {
        dataset: "persons".into(),
        group: vec![Group {
            dim: dim.into(),
            level,
            width,
            ..Group::default()
        }],
        ..Query::default()
    };
    let alone_near_helper = Filter::All(vec![
        Filter::Test(Test {
            dim: "seen".into(),
            op: Op::Ge,
            values: vec![Value::Number(2)],
        }),
        Filter::Related(Related {
            quantity: Quantity::Any,
            dataset: "persons".into(),
            sharing: "building".into(),
            filter: Box::new(Filter::Test(Test {
                dim: "labels".into(),
                op: Op::Is,
                values: vec![Value::Text("volunteer".into())],
            })),
        }),
    ]);
    vec![
        by("area", Some(5), None),
        by("labels", None, None),
        by("care", None, None),
        by("roles", None, None),
        by("age", None, Some(10)),
        by("housed", None, None),
        Query {
            dataset: "persons".into(),
            filter: alone_near_helper,
            ..Query::default()
        },
    ]
}

#[test]
fn earlier_answers_stay_whatever_happens() {
    random_histories(step(), async |ground, steps| ground.holds(steps).await);
}

#[tokio::test]
async fn earlier_answers_stay_on_every_database() {
    let there = [
        Step::Label(0, 0, true),
        Step::Merge(0, 1, [1, 0, 1, 1]),
        Step::Label(0, 2, true),
        Step::See(0),
        Step::Merge(2, 0, [0, 0, 2, 0]),
        Step::Split,
        Step::Undo(1),
        Step::Role(0),
        Step::MoveOut(1),
        Step::Merge(3, 2, [1, 1, 0, 0]),
        Step::Undo(2),
        Step::Die(2),
        Step::Live(2),
        Step::Move(3, 0, true),
    ];
    for ground in crate::ground::grounds().await {
        ground.holds(&there).await.unwrap();
    }
}

/// What came over by a merge and ended since was still the other entry's before it.
#[tokio::test]
async fn a_label_that_ended_after_a_merge_is_whose_it_was() {
    let there = [
        Step::Enter(0, 1930, true),
        Step::Merge(1, 4, [0, 0, 0, 0]),
        Step::Label(1, 0, false),
        Step::Merge(2, 1, [0, 0, 0, 0]),
        Step::Undo(1),
    ];
    for ground in crate::ground::grounds().await {
        ground.holds(&there).await.unwrap();
    }
}
