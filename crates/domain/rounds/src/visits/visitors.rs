//! Who goes from door to door on a day: those who hold posts, each with their own areas, and those of whom they stand in for.

use std::collections::BTreeSet;

use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Result, Scope};
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

/// Grid workers of a community by who is there: whoever stands in has the other one's areas beside their own.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn visitors(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Vec<Visitor>> {
    of_role(rounds, db, ctx, (community, MembershipRole::GridWorker)).await
}

async fn of_role(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    role: (CommunityId, MembershipRole),
) -> Result<Vec<Visitor>> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let all = posts(db.read(), &rounds.vault, &scope, ctx.now(), role).await?;
    Ok(merged(ctx.areas(), &all))
}

fn merged(tree: &AreaTree, posts: &[Post]) -> Vec<Visitor> {
    let mut all: Vec<Visitor> = Vec::new();
    for post in posts {
        let areas = || tree.subtree(post.area);
        if post.is_there {
            let visitor = one_of(&mut all, post.holder, &post.holder_name);
            visitor.own.extend(areas());
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
                    away: !post.is_there,
                    areas: areas().into_iter().collect(),
                }),
            }
        }
    }
    all
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
/// another micro-grid worker, for them.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn my_visitor(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    (scope, community): (&Scope, CommunityId),
    all: &[Visitor],
) -> Result<Visitor> {
    let me = ctx.actor().person();
    let own = |all: &[Visitor]| {
        let mut all = all.iter();
        all.find(|one| me.is_some() && one.person == me).cloned()
    };
    if let Some(found) = own(all) {
        return Ok(found);
    }
    let micro = (community, MembershipRole::MicroGridWorker);
    let lent = match me {
        None => Vec::new(),
        Some(_) => {
            own(&of_role(rounds, db, ctx, micro).await?).map_or_else(Vec::new, |one| one.lent)
        }
    };
    let theirs = |area: &AreaId| lent.iter().any(|one| one.areas.contains(area));
    let below = ctx.areas().subtree(community.into()).into_iter();
    let seen = below.filter(|area| scope.contains(community, &[Some(*area)]));
    Ok(Visitor {
        person: me,
        name: ctx.actor().name().to_owned(),
        own: seen.filter(|area| !theirs(area)).collect(),
        lent,
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
