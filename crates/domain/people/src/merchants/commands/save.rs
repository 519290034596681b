//! Enters a merchant or changes what is said of it. What figures count is kept as it was before.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::CreditCode;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_places::premises::watts;

use super::places::{self, Where};
use super::{day, merchant_for, number, open};
use crate::Vault;
use crate::entities::{merchant, merchant_past};
use crate::events::{MERCHANT_SAVED, event};
use crate::facts::How;
use crate::fields::{Faults, optional, required};
use crate::merchants::model::Sayings;
use crate::merchants::{LegalKind, Trade};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// What is said of a merchant, as typed or as it stands in a file.
#[derive(Clone, Debug, Default)]
pub struct MerchantInput {
    pub name: String,
    pub kind: String,
    /// Unified social credit code; empty where nobody has seen it.
    pub credit_code: String,
    pub trade: String,
    pub goods: String,
    pub employees: String,
    /// Square metres with up to two decimals.
    pub floor_area: String,
    /// Kilowatts with up to three decimals.
    pub load: String,
    pub hours: String,
    /// A day.
    pub opened_on: String,
    /// `None` leaves it as it is, an empty text takes it away.
    pub phone: Option<String>,
    /// How it came to be known.
    pub how: How,
}

/// The same, read.
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) kind: LegalKind,
    pub(crate) credit_code: Option<String>,
    pub(crate) trade: Trade,
    pub(crate) goods: String,
    pub(crate) employees: Option<i32>,
    pub(crate) area_centi: Option<i64>,
    pub(crate) load_w: Option<i64>,
    pub(crate) hours: String,
    pub(crate) opened_on: Option<i32>,
    /// `None`: as it is.
    pub(crate) phone: Option<Option<String>>,
}

impl MerchantInput {
    pub(crate) fn read(&self, ctx: &Ctx, vault: &Vault) -> Result<Read> {
        let mut faults = Faults::default();
        let name = faults.take(required("name", &self.name, 100));
        let word = |field: &'static str| Problem::invalid(field, "unknown-value");
        let kind = faults.take(
            LegalKind::parse(&self.kind)
                .map(Some)
                .ok_or_else(|| word("kind")),
        );
        let trade = faults.take(
            Trade::parse(&self.trade)
                .map(Some)
                .ok_or_else(|| word("trade")),
        );
        let goods = faults
            .take(optional("goods", Some(&self.goods), 200))
            .unwrap_or_default();
        let hours = faults
            .take(optional("hours", Some(&self.hours), 100))
            .unwrap_or_default();
        let credit_code = faults.take(credit_code(&self.credit_code));
        let employees = faults.take(employees(&self.employees));
        let area_centi = faults.take(
            square_metres(self.floor_area.trim())
                .map_err(|()| Problem::invalid("floor_area", "square-metres")),
        );
        let load_w = faults
            .take(watts(&self.load).map_err(|_no_power| Problem::invalid("load", "kilowatts")));
        let opened_on = faults.take(day("opened_on", &self.opened_on));
        if opened_on.is_some_and(|day| day > number(ctx.now().local().date())) {
            faults.take::<()>(Err(Problem::invalid("opened_on", "in-the-future")));
        }
        let phone = match self.phone.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(text) => {
                let read = vault
                    .phone("phone", text)
                    .map(|phone| phone.as_str().to_owned());
                Some(Some(faults.take(read)))
            }
        };
        faults.done()?;
        Ok(Read {
            name,
            kind: kind.unwrap_or(LegalKind::Unknown),
            credit_code,
            trade: trade.unwrap_or(Trade::Other),
            goods,
            employees,
            area_centi,
            load_w,
            hours,
            opened_on,
            phone,
        })
    }
}

impl Read {
    /// What is not said here stays as it is held: of a list that knows less than the register.
    pub(crate) fn keep(&mut self, held: &merchant::Model) {
        if self.kind == LegalKind::Unknown {
            self.kind = LegalKind::parse(&held.kind).unwrap_or(LegalKind::Unknown);
        }
        if self.trade == Trade::Other {
            self.trade = Trade::parse(&held.trade).unwrap_or(Trade::Other);
        }
        let or = |said: &mut String, held: &str| {
            if said.is_empty() {
                held.clone_into(said);
            }
        };
        or(&mut self.goods, &held.goods);
        or(&mut self.hours, &held.hours);
        self.credit_code = self.credit_code.take().or(held.credit_code.clone());
        self.employees = self.employees.or(held.employees);
        self.area_centi = self.area_centi.or(held.area_centi);
        self.load_w = self.load_w.or(held.load_w);
        self.opened_on = self.opened_on.or(held.opened_on);
    }
}

fn credit_code(text: &str) -> Result<Option<String>> {
    match text.trim() {
        "" => Ok(None),
        text => CreditCode::parse(text)
            .map(|code| Some(code.as_str().to_owned()))
            .map_err(|_fault| Problem::invalid("credit_code", "credit-code")),
    }
}

fn employees(text: &str) -> Result<Option<i32>> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<i32>() {
            Ok(count) if (0..=100_000).contains(&count) => Ok(Some(count)),
            _ => Err(Problem::invalid("employees", "no-number")),
        },
    }
}

/// Square metres with up to two decimals as 0.01 m².
fn square_metres(text: &str) -> std::result::Result<Option<i64>, ()> {
    let (_, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 2 {
        return Err(());
    }
    // The same digits with three decimals are ten times as many.
    let value = watts(text).map_err(|_no_power| ())?;
    Ok(value.map(|value| value / 10))
}

/// See the module's text. Answers the merchant's id.
#[derive(Debug)]
pub struct SaveMerchant {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    /// The merchant to change and the version it was shown with; `None` enters a new one.
    pub known: Option<(Uuid, i32)>,
    pub input: MerchantInput,
    /// Where a new one does business.
    pub at: Option<Where>,
}

impl Command for SaveMerchant {
    type Output = Uuid;
    const NAME: &'static str = "people.save-merchant";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let read = self.input.read(ctx, &self.vault)?;
        let id = match self.known {
            None => {
                let area = match &self.at {
                    Some(at) => places::checked(tx, self.community, at).await?.area(),
                    None => self.community.into(),
                };
                ctx.authorize(&PEOPLE_WRITE, area)?;
                not_doubled(tx, self.community, None, read.credit_code.as_deref()).await?;
                let row = blank(self.community, ctx.new_id(), ctx.now().0);
                let row = filled(ctx, &self.vault, row, read, self.input.how)?;
                let id = tx.insert::<merchant::Entity>(row).await?.id;
                if let Some(at) = &self.at {
                    places::settle(ctx, tx, self.community, id, at).await?;
                }
                id
            }
            Some((id, version)) => {
                let old = merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, id).await?;
                open(&old)?;
                let code = read.credit_code.as_deref();
                not_doubled(tx, self.community, Some(id), code).await?;
                let row = merchant::Model {
                    version,
                    ..filled(ctx, &self.vault, old.clone(), read, self.input.how)?
                };
                change(ctx, tx, &old, row).await?;
                id
            }
        };
        let entry = AuditEntry::new(Self::NAME, "merchant", id)
            .detail(json!({ "new": self.known.is_none() }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, id));
        Ok(id)
    }
}

/// A code stands for one merchant: one with two shops has two places.
pub(crate) async fn not_doubled(
    tx: &Tx<'_>,
    community: CommunityId,
    own: Option<Uuid>,
    code: Option<&str>,
) -> Result<()> {
    let Some(code) = code else {
        return Ok(());
    };
    let held = merchant::Entity::find()
        .filter(merchant::Column::CommunityId.eq(community.0))
        .filter(merchant::Column::CreditCode.eq(code))
        .filter(merchant::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    match held.into_iter().find(|row| Some(row.id) != own) {
        None => Ok(()),
        Some(row) => Err(Problem::invalid("credit_code", "credit-code-taken")
            .field_arg("name", row.name)
            .with_data(json!({ "merchant": row.id }))),
    }
}

/// Saves over the old row; what figures count is kept as it was, in a row that is answered.
pub(crate) async fn change(
    ctx: &Ctx,
    tx: &Tx<'_>,
    old: &merchant::Model,
    row: merchant::Model,
) -> Result<Option<Uuid>> {
    let counted = |row: &merchant::Model| {
        (
            row.kind.clone(),
            row.credit_code.is_some(),
            row.trade.clone(),
            row.employees,
            row.area_centi,
            row.load_w,
        )
    };
    let mut kept = None;
    if counted(old) != counted(&row) {
        let id = ctx.new_id();
        kept = Some(id);
        tx.insert::<merchant_past::Entity>(merchant_past::Model {
            community_id: old.community_id,
            id,
            version: 1,
            merchant_id: old.id,
            kind: old.kind.clone(),
            coded: old.credit_code.is_some(),
            trade: old.trade.clone(),
            employees: old.employees,
            area_centi: old.area_centi,
            load_w: old.load_w,
            valid_to: ctx.now().0,
        })
        .await?;
    }
    tx.update::<merchant::Entity>(row).await?;
    Ok(kept)
}

pub(crate) fn blank(community: CommunityId, id: Uuid, now: i64) -> merchant::Model {
    merchant::Model {
        community_id: community.0,
        id,
        version: 1,
        ext_key: None,
        name: String::new(),
        kind: LegalKind::Unknown.as_str().to_owned(),
        credit_code: None,
        trade: Trade::Other.as_str().to_owned(),
        goods: String::new(),
        employees: None,
        area_centi: None,
        load_w: None,
        hours: String::new(),
        opened_on: None,
        phone_sealed: None,
        facts: None,
        created_at: now,
        updated_at: now,
        closed_on: None,
        closed_at: None,
    }
}

/// The row with what was said; facts are noted for what differs.
pub(crate) fn filled(
    ctx: &Ctx,
    vault: &Vault,
    mut row: merchant::Model,
    read: Read,
    how: How,
) -> Result<merchant::Model> {
    let old = row.clone();
    row.name = read.name;
    read.kind.as_str().clone_into(&mut row.kind);
    row.credit_code = read.credit_code;
    read.trade.as_str().clone_into(&mut row.trade);
    row.goods = read.goods;
    row.employees = read.employees;
    row.area_centi = read.area_centi;
    row.load_w = read.load_w;
    row.hours = read.hours;
    row.opened_on = read.opened_on;
    let mut said = vec![
        ("name", old.name != row.name),
        ("kind", old.kind != row.kind),
        ("credit_code", old.credit_code != row.credit_code),
        ("trade", old.trade != row.trade || old.goods != row.goods),
        ("employees", old.employees != row.employees),
        ("floor_area", old.area_centi != row.area_centi),
        ("load", old.load_w != row.load_w),
        ("hours", old.hours != row.hours),
        ("opened_on", old.opened_on != row.opened_on),
    ];
    if let Some(phone) = read.phone {
        let at = FieldPlace::new("merchant", "phone", row.community_id, row.id);
        let held = old.phone_sealed.as_deref();
        let held = held.map(|sealed| vault.open(at, sealed)).transpose()?;
        if held != phone {
            row.phone_sealed = phone.map(|text| vault.seal(ctx, at, &text)).transpose()?;
            said.push(("phone", true));
        }
    }
    let said: Vec<&str> = said
        .into_iter()
        .filter(|one| one.1)
        .map(|one| one.0)
        .collect();
    if !said.is_empty() {
        let mut facts = Sayings::read(old.facts.as_deref());
        facts.say(ctx, how, &said);
        row.facts = facts.stored();
        row.updated_at = ctx.now().0;
    }
    Ok(row)
}
