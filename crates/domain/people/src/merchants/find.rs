//! What merchants are found by in a search box: words of the name and the goods, the name's pinyin and
//! initials, the credit code.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::text::{TextDoc, TextSource};
use youlin_kernel::{Access, CommunityId, Result};
use youlin_matching::index_terms;
use youlin_web::{Finder, Found, Shell, list_with};

use super::{MerchantFilter, Merchants};
use crate::Vault;
use crate::entities::merchant;
use crate::events::MERCHANT_SAVED;
use crate::find::sounds;
use crate::permissions::PEOPLE_READ;

/// The kind of record in the index.
pub(crate) const KIND: &str = "merchant";

/// Merchants for the text index; nothing in it is personal.
#[derive(Clone, Copy, Debug)]
pub struct MerchantTexts;

impl TextSource for MerchantTexts {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wants(&self, topic: &str) -> bool {
        topic == MERCHANT_SAVED
    }

    fn texts<'a>(
        &'a self,
        db: &'a Database,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<TextDoc>>> {
        async move {
            let communities: BTreeSet<i64> = records.iter().map(|one| one.0.0).collect();
            let rows = merchant::Entity::find()
                .filter(merchant::Column::CommunityId.is_in(communities))
                .filter(merchant::Column::Id.is_in(records.iter().map(|one| one.1)))
                .all(db.read())
                .await?;
            let docs = rows.into_iter().map(|row| {
                let code = row.credit_code.unwrap_or_default();
                let mut terms = index_terms(&format!("{}\n{}\n{code}", row.name, row.goods));
                terms.extend(sounds(&row.name));
                TextDoc {
                    community: CommunityId(row.community_id),
                    record: row.id,
                    terms,
                }
            });
            Ok(docs.collect())
        }
        .boxed()
    }

    fn after<'a>(
        &'a self,
        db: &'a Database,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, Uuid)>>> {
        async move {
            let rows: Vec<(i64, Uuid)> = merchant::Entity::find()
                .select_only()
                .columns([merchant::Column::CommunityId, merchant::Column::Id])
                .filter(merchant::Column::Id.gt(after))
                .order_by_asc(merchant::Column::Id)
                .limit(limit)
                .into_tuple()
                .all(db.read())
                .await?;
            let rows = rows.into_iter();
            Ok(rows.map(|(home, id)| (CommunityId(home), id)).collect())
        }
        .boxed()
    }
}

/// Merchants in the one search box.
#[derive(Clone, Copy, Debug)]
pub struct MerchantFinder;

impl Finder for MerchantFinder {
    fn heading(&self) -> &'static str {
        "nav-merchants"
    }

    fn icon(&self) -> &'static str {
        "building"
    }

    fn access(&self) -> Access {
        Access::Needs(&PEOPLE_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&PEOPLE_READ)?;
            let vault = s.app().need::<Vault>()?;
            let filter = MerchantFilter {
                text: text.to_owned(),
                ..MerchantFilter::default()
            };
            let db = s.app().db().read();
            let found = Merchants::list(db, &vault, &scope, &filter, limit).await?;
            let lines = found.into_iter().map(|one| {
                let trade = s.tt("trade", one.trade.as_str());
                let parts = [trade, one.place_label()];
                let parts: Vec<String> =
                    parts.into_iter().filter(|part| !part.is_empty()).collect();
                Found {
                    href: format!("/people/merchants/{}", one.id),
                    detail: parts.join(" · "),
                    title: one.name,
                }
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/people/merchants", text))
    }
}
