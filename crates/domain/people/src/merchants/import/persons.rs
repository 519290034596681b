//! Who the persons are that a row of a sheet names. The identity number decides; without one on either side, the same name with
//! a telephone number in common is the same person, and so is whoever of that name belongs to the merchant already. The same
//! name alone is a question, and a name with nothing beside it says of nobody who they are. Who is in the register stays
//! there as they are: a list of merchants knows less of people than the register does.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_crypto::{IdentityNumber, mask};
use youlin_database::Tx;
use youlin_imports::{Choice, Refused};
use youlin_kernel::{CommunityId, Ctx, Result, Scope};

use super::take::{Draft, Import, Person};
use crate::PersonCard;
use crate::entities::{merchant_person, person, person_phone};
use crate::merchants::MerchantRelation;
use crate::merge::led_to;
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::queries::visible_cards;

/// Somebody a sheet names.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: String,
    /// It can be what a person is called.
    readable: bool,
    /// What the name stands under.
    pub(super) field: &'static str,
    pub(super) relations: Vec<MerchantRelation>,
    /// Numbers, each with the field it stands under.
    pub(super) phones: Vec<(&'static str, String)>,
    pub(super) identity: Option<IdentityNumber>,
    /// A document that is no identity number.
    pub(super) note: Option<String>,
}

impl Named {
    pub(super) fn new(name: String, field: &'static str, readable: bool) -> Self {
        Self {
            name,
            readable,
            field,
            relations: Vec::new(),
            phones: Vec::new(),
            identity: None,
            note: None,
        }
    }
}

/// The persons of a row after it was looked for them.
#[derive(Default)]
pub(super) struct Persons {
    /// People of the register who are to belong to the merchant.
    pub(super) known: Vec<Person>,
    /// People who are to be entered first.
    pub(super) new: Vec<Named>,
    /// What somebody has to decide first.
    pub(super) doubts: Vec<Refused>,
    /// Who was left out of a row that was taken in, and why.
    pub(super) left: Vec<Refused>,
    /// Who one of them is was asked, and decided.
    pub(super) answered: bool,
}

/// Who somebody is.
enum Who {
    Known(CommunityId, Uuid),
    New,
    Unsure(Doubt),
}

struct Doubt {
    why: Refused,
    /// Who it is, if it is as proposed; none: the row goes in without them.
    take: Option<(CommunityId, Uuid)>,
    /// It may be somebody who is not in the register.
    new: bool,
}

impl Doubt {
    fn new(code: &'static str, named: &Named) -> Self {
        let why = Refused::new(0, named.field, code).arg("name", mask::name(&named.name));
        Self {
            why,
            take: None,
            new: false,
        }
    }
}

/// What is known of a name while it is looked for.
struct Search<'a> {
    named: &'a Named,
    name: Vec<u8>,
    identity: Option<Vec<u8>>,
    phones: Vec<Vec<u8>>,
}

impl Search<'_> {
    /// Two different numbers are two people.
    fn fits(&self, row: &person::Model) -> bool {
        self.identity.is_none()
            || row.identity_index.is_none()
            || self.identity == row.identity_index
    }
}

impl Import {
    /// Finds the persons of a row; `own`: its merchant, if the register knows it.
    pub(super) async fn persons(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: &Draft,
        own: Option<Uuid>,
    ) -> Result<Persons> {
        let mut found = Persons::default();
        let mut unsure = Vec::new();
        if draft.named.is_empty() {
            return Ok(found);
        }
        let scope = ctx.scope(&PEOPLE_READ)?;
        for named in &draft.named {
            let search = self.search(named)?;
            match self.who(ctx, tx, (&scope, community), &search, own).await? {
                Who::Known(home, id) => found.join(named, (home, id)),
                Who::New => found.new.push(named.clone()),
                Who::Unsure(doubt) => unsure.push((named, doubt)),
            }
        }
        found.decide(unsure, draft);
        Ok(found)
    }

    fn search<'a>(&self, named: &'a Named) -> Result<Search<'a>> {
        let vault = &self.vault;
        let mut phones = Vec::with_capacity(named.phones.len());
        for (field, text) in &named.phones {
            phones.push(vault.phone_index(&vault.phone(field, text)?));
        }
        let identity = named.identity.as_ref();
        Ok(Search {
            named,
            name: vault.name_index(&named.name),
            identity: identity.map(|number| vault.identity_index(number)),
            phones,
        })
    }

    async fn who(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        (scope, community): (&Scope, CommunityId),
        search: &Search<'_>,
        own: Option<Uuid>,
    ) -> Result<Who> {
        if let Some(merchant) = own
            && let Some(there) = belonging(tx, community, merchant, search).await?
        {
            return Ok(there);
        }
        let named = search.named;
        if !named.readable {
            return Ok(Who::Unsure(Doubt::new("shop-person-name", named)));
        }
        if let Some(there) = self.numbered(tx, (scope, community), search).await? {
            return Ok(there);
        }
        let alike = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(scope.communities()))
            .filter(person::Column::NameIndex.eq(search.name.clone()))
            .filter(person::Column::MergedInto.is_null())
            .all(tx.conn())
            .await?;
        let alike = alike.into_iter().filter(|row| search.fits(row)).collect();
        let alike = visible_cards(tx.conn(), &self.vault, scope, alike).await?;
        let (shares, reached) = reached(tx, &alike, search).await?;
        let same: Vec<&PersonCard> = alike
            .iter()
            .filter(|one| shares.contains(&one.id))
            .collect();
        match same[..] {
            [one] => return Ok(Who::Known(one.community, one.id)),
            [_, ..] => return Ok(Who::Unsure(Doubt::new("shop-person-several", named))),
            [] => {}
        }
        if search.phones.is_empty() && search.identity.is_none() {
            return Ok(Who::Unsure(Doubt::new("shop-person-bare", named)));
        }
        // Of whom no number is known, nothing says that they are somebody else.
        let perhaps: Vec<&PersonCard> = alike
            .iter()
            .filter(|one| one.community == community)
            .filter(|one| search.phones.is_empty() || !reached.contains(&one.id))
            .collect();
        Ok(match perhaps[..] {
            [] if ctx.authorize(&PEOPLE_WRITE, community).is_ok() => Who::New,
            [] => Who::Unsure(Doubt::new("shop-person-not-yours", named)),
            [one] => {
                let place = one.place.as_ref().map(|place| place.address.clone());
                let code = match place {
                    Some(_) => "shop-person-perhaps-at",
                    None => "shop-person-perhaps",
                };
                let doubt = Doubt::new(code, named);
                Who::Unsure(Doubt {
                    why: doubt.why.arg("place", place.unwrap_or_default()),
                    take: Some((one.community, one.id)),
                    new: true,
                })
            }
            [_, ..] => Who::Unsure(Doubt {
                new: true,
                ..Doubt::new("shop-person-namesakes", named)
            }),
        })
    }

    /// Whoever has the identity number. In the community everybody counts, seen or not; elsewhere whom the caller may see.
    async fn numbered(
        &self,
        tx: &Tx<'_>,
        (scope, community): (&Scope, CommunityId),
        search: &Search<'_>,
    ) -> Result<Option<Who>> {
        let Some(number) = &search.identity else {
            return Ok(None);
        };
        if !self.dry_run {
            // Two at once: the second finds whom the first entered.
            tx.in_turn(community, number).await?;
        }
        let mut communities = scope.communities();
        communities.push(community.0);
        let holders = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(communities))
            .filter(person::Column::IdentityIndex.eq(number.clone()))
            .all(tx.conn())
            .await?;
        let mut rows = Vec::with_capacity(holders.len());
        for row in holders {
            let kept = led_to(tx.conn(), CommunityId(row.community_id), row.id).await?;
            let kept = person::Entity::find_by_id((row.community_id, kept));
            rows.extend(kept.one(tx.conn()).await?);
        }
        let hidden = rows.iter().any(|row| row.community_id == community.0);
        let same: HashSet<Uuid> = rows
            .iter()
            .filter(|row| row.name_index == search.name)
            .map(|row| row.id)
            .collect();
        let seen = visible_cards(tx.conn(), &self.vault, scope, rows).await?;
        let best = seen.iter().find(|one| same.contains(&one.id));
        Ok(match (best, seen.first()) {
            (Some(one), _) => Some(Who::Known(one.community, one.id)),
            (None, Some(one)) => {
                let doubt = Doubt::new("shop-person-number", search.named);
                Some(Who::Unsure(Doubt {
                    why: doubt.why.arg("held", &one.name_masked),
                    take: Some((one.community, one.id)),
                    new: false,
                }))
            }
            (None, None) if hidden => {
                let doubt = Doubt::new("shop-person-not-yours", search.named);
                Some(Who::Unsure(doubt))
            }
            (None, None) => None,
        })
    }
}

/// Whoever of that name belongs to the merchant already.
async fn belonging(
    tx: &Tx<'_>,
    community: CommunityId,
    merchant: Uuid,
    search: &Search<'_>,
) -> Result<Option<Who>> {
    let there = merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.eq(community.0))
        .filter(merchant_person::Column::MerchantId.eq(merchant))
        .filter(merchant_person::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?;
    if there.is_empty() {
        return Ok(None);
    }
    let homes: HashSet<i64> = there.iter().map(|row| row.person_community).collect();
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(homes))
        .filter(person::Column::Id.is_in(there.iter().map(|row| row.person_id)))
        .filter(person::Column::NameIndex.eq(search.name.clone()))
        .all(tx.conn())
        .await?;
    let found = rows.into_iter().find(|row| search.fits(row));
    Ok(found.map(|row| Who::Known(CommunityId(row.community_id), row.id)))
}

/// Which of them have one of the numbers, and which have any.
async fn reached(
    tx: &Tx<'_>,
    alike: &[PersonCard],
    search: &Search<'_>,
) -> Result<(HashSet<Uuid>, HashSet<Uuid>)> {
    let (mut shares, mut reached) = (HashSet::new(), HashSet::new());
    if alike.is_empty() {
        return Ok((shares, reached));
    }
    let homes: HashSet<i64> = alike.iter().map(|one| one.community.0).collect();
    let phones = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.is_in(homes))
        .filter(person_phone::Column::PersonId.is_in(alike.iter().map(|one| one.id)))
        .all(tx.conn())
        .await?;
    for phone in phones {
        reached.insert(phone.person_id);
        if search.phones.contains(&phone.number_index) {
            shares.insert(phone.person_id);
        }
    }
    Ok((shares, reached))
}

impl Persons {
    fn join(&mut self, named: &Named, (home, id): (CommunityId, Uuid)) {
        let relations = named.relations.iter();
        self.known.extend(relations.map(|relation| Person {
            relation: *relation,
            home,
            id,
            since: String::new(),
        }));
    }

    /// What was decided about the row is done; what nobody decided yet is asked.
    fn decide(&mut self, unsure: Vec<(&Named, Doubt)>, draft: &Draft) {
        // What was asked of the row was another question: of them nobody decided anything.
        if draft.asked {
            // The row once more asks about one person who may be somebody; of others it would say the same again.
            let again = matches!(&unsure[..], [(_, doubt)] if doubt.new || doubt.take.is_some());
            let code = match again {
                true => "shop-person-later",
                false => "shop-person-by-hand",
            };
            let later = unsure.into_iter().map(|(named, _)| {
                Refused::new(0, named.field, code).arg("name", mask::name(&named.name))
            });
            self.left.extend(later);
            return;
        }
        let choices = |doubt: &Doubt| match doubt.new {
            true => vec![Choice::Take, Choice::New],
            false => vec![Choice::Take],
        };
        self.answered = draft.choice.is_some() && !unsure.is_empty();
        // One answer cannot be given for two people.
        if let [(first, _), _, ..] = unsure[..] {
            if draft.choice.is_none() {
                let names = unsure.iter().map(|(named, _)| mask::name(&named.name));
                let names = names.collect::<Vec<_>>().join("、");
                let doubt = Refused::new(0, first.field, "shop-persons-unclear").arg("name", names);
                self.doubts.push(doubt.or(&[Choice::Take]));
            }
            return;
        }
        for (named, doubt) in unsure {
            match draft.choice {
                None => {
                    let choices = choices(&doubt);
                    self.doubts.push(doubt.why.or(&choices));
                }
                Some(Choice::New) if doubt.new => self.new.push(named.clone()),
                Some(_) => {
                    if let Some(who) = doubt.take {
                        self.join(named, who);
                    }
                }
            }
        }
    }
}
