//! Who goes from door to door on a day: those who hold posts, each with their own areas, and those of whom they stand in for.
//! Whoever is away goes nowhere, and is told who does.

use std::collections::BTreeSet;

use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::MembershipRole;
use youlin_people::permissions::ROSTERS_READ;
use youlin_people::rosters::{Post, posts};

use crate::service::Rounds;

/// Somebody who goes from door to door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    pub person: Option<Uuid>,
    pub name: String,
    /// With everything below them.
    pub own: Vec<AreaId>,
    /// Whose work they do today as well.
    pub lent: Vec<Lent>,
}

/// The areas of somebody whose work another one does for the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lent {
    pub holder: Uuid,
    pub name: String,
    /// The holder is away, and not only without the shift.
    pub away: bool,
    /// With everything below them.
    pub areas: Vec<AreaId>,
}

impl Visitor {
    /// All areas, own and lent.
    pub fn areas(&self) -> impl Iterator<Item = AreaId> {
        let lent = self.lent.iter().flat_map(|one| &one.areas);
        self.own.iter().chain(lent).copied()
    }

    /// The areas that hold all the others.
    #[must_use]
    pub fn widest(&self, tree: &AreaTree) -> Vec<AreaId> {
        let mut all: Vec<AreaId> = Vec::new();
        for one in self.areas() {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        let inside = |one: &AreaId| {
            let mut others = all.iter();
            others.any(|other| other != one && tree.is_within(*one, *other))
        };
        all.iter().copied().filter(|one| !inside(one)).collect()
    }
}

/// Somebody who holds a post and is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnLeave {
    pub holder: Uuid,
    pub name: String,
    /// When they are back.
    pub until: Micros,
    /// Who does their work meanwhile.
    pub stand_ins: Vec<String>,
    /// With everything below them.
    pub areas: Vec<AreaId>,
}

/// The holders of a role in a community.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Team {
    /// Those who go; whoever stands in has the other one's areas beside their own.
    pub there: Vec<Visitor>,
    pub away: Vec<OnLeave>,
}

impl Team {
    fn visitor(&self, person: Option<Uuid>) -> Option<&Visitor> {
        let mut all = self.there.iter();
        all.find(|one| person.is_some() && one.person == person)
    }

    fn leave(&self, person: Option<Uuid>) -> Option<&OnLeave> {
        self.away.iter().find(|one| Some(one.holder) == person)
    }

    /// Others who are away from the areas of a visitor, and whose work that visitor does not do.
    pub fn missed_by<'a>(&'a self, visitor: &'a Visitor) -> impl Iterator<Item = &'a OnLeave> {
        let meets = |one: &OnLeave| visitor.own.iter().any(|area| one.areas.contains(area));
        let does = |one: &OnLeave| visitor.lent.iter().any(|lent| lent.holder == one.holder);
        self.away.iter().filter(move |one| meets(one) && !does(one))
    }
}

/// The caller among those who go from door to door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub visitor: Visitor,
    /// Of those who hold the post of a grid worker.
    pub holds_post: bool,
    pub leave: Option<OnLeave>,
}

/// Grid workers of a community by who is there.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn visitors(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Team> {
    of_role(rounds, db, ctx, (community, MembershipRole::GridWorker)).await
}

async fn of_role(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    role: (CommunityId, MembershipRole),
) -> Result<Team> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let all = posts(db.read(), &rounds.vault, &scope, ctx.now(), role).await?;
    Ok(merged(ctx.areas(), &all))
}

fn merged(tree: &AreaTree, posts: &[Post]) -> Team {
    let mut all: Vec<Visitor> = Vec::new();
    let mut away: Vec<OnLeave> = Vec::new();
    for post in posts {
        let areas = || tree.subtree(post.area);
        match post.away_until {
            None => one_of(&mut all, post.holder, &post.holder_name)
                .own
                .extend(areas()),
            Some(until) => match away.iter_mut().find(|one| one.holder == post.holder) {
                Some(leave) => leave.areas.extend(areas()),
                None => away.push(OnLeave {
                    holder: post.holder,
                    name: post.holder_name.clone(),
                    until,
                    stand_ins: post.stand_ins.iter().map(|one| one.1.clone()).collect(),
                    areas: areas().into_iter().collect(),
                }),
            },
        }
        for (person, name) in &post.stand_ins {
            let visitor = one_of(&mut all, *person, name);
            match visitor
                .lent
                .iter_mut()
                .find(|one| one.holder == post.holder)
            {
                Some(lent) => lent.areas.extend(areas()),
                None => visitor.lent.push(Lent {
                    holder: post.holder,
                    name: post.holder_name.clone(),
                    away: post.away_until.is_some(),
                    areas: areas().into_iter().collect(),
                }),
            }
        }
    }
    Team { there: all, away }
}

fn one_of<'a>(all: &'a mut Vec<Visitor>, person: Uuid, name: &str) -> &'a mut Visitor {
    let at = all.iter().position(|one| one.person == Some(person));
    let at = at.unwrap_or_else(|| {
        all.push(Visitor {
            person: Some(person),
            name: name.to_owned(),
            ..Visitor::default()
        });
        all.len() - 1
    });
    &mut all[at]
}

/// The caller among the grid workers; who holds no such post goes wherever they may see people, and where that is lent by
/// another micro-grid worker, for them. Whoever is away has nothing of their own.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn my_visitor(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    (scope, community): (&Scope, CommunityId),
    team: &Team,
) -> Result<Me> {
    let me = ctx.actor().person();
    let nothing_own = || Visitor {
        person: me,
        name: ctx.actor().name().to_owned(),
        ..Visitor::default()
    };
    let (own, leave) = (team.visitor(me), team.leave(me));
    if own.is_some() || leave.is_some() {
        return Ok(Me {
            visitor: own.cloned().unwrap_or_else(nothing_own),
            holds_post: true,
            leave: leave.cloned(),
        });
    }
    let micro = match me {
        None => Team::default(),
        Some(_) => {
            let role = (community, MembershipRole::MicroGridWorker);
            of_role(rounds, db, ctx, role).await?
        }
    };
    let leave = micro.leave(me).cloned();
    let lent = micro.visitor(me).map_or(&[][..], |one| &one.lent);
    let theirs = |area: &AreaId| lent.iter().any(|one| one.areas.contains(area));
    let below = ctx.areas().subtree(community.into()).into_iter();
    let seen = below.filter(|area| scope.contains(community, &[Some(*area)]));
    Ok(Me {
        visitor: Visitor {
            own: match leave {
                Some(_) => Vec::new(),
                None => seen.filter(|area| !theirs(area)).collect(),
            },
            lent: lent.to_vec(),
            ..nothing_own()
        },
        holds_post: false,
        leave,
    })
}

/// Those among whom the doors of one of them are shared out, that one too: whoever has an area of theirs, and so on. The others'
/// doors change nothing about that list.
#[must_use]
pub fn sharing(all: &[Visitor], me: &Visitor) -> Vec<Visitor> {
    let mut reached: BTreeSet<AreaId> = me.areas().collect();
    loop {
        let found = all
            .iter()
            .filter(|one| one.areas().any(|area| reached.contains(&area)));
        let areas: BTreeSet<AreaId> = found.flat_map(Visitor::areas).collect();
        let before = reached.len();
        reached.extend(areas);
        if reached.len() == before {
            break;
        }
    }
    let shares = |one: &&Visitor| *one == me || one.areas().any(|area| reached.contains(&area));
    all.iter().filter(shares).cloned().collect()
}

/// Areas of a visitor that the scope does not reach.
pub(super) fn outside(scope: &Scope, community: CommunityId, visitor: &Visitor) -> usize {
    let hidden = |area: &AreaId| !scope.contains(community, &[Some(*area)]);
    visitor.areas().filter(hidden).count()
}
