//! `youlin keys`: which key seals what, a new key, and taking an old one out.
//!
//! A running server finds a new key by itself within a minute and seals everything anew with it, batch by batch. Several
//! servers on one PostgreSQL each have a key file of their own: they are stopped, given the new file, and started.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use youlin_crypto::KeyId;
use youlin_people::privacy::fields_by_key;

use super::{Outcome, open};
use crate::config::Raw;
use crate::house::sealed_tables;
use crate::{House, keys, out};

/// The keys that protected fields are sealed with
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  youlin keys status\n  youlin keys rotate\n  youlin keys retire 1"
)]
pub(crate) enum Keys {
    Status(Status),
    Rotate(Rotate),
    Retire(Retire),
}

/// How many fields each key seals now
#[derive(Debug, Args)]
pub(crate) struct Status {}

/// Add a new key and make it the active one; the server then seals everything anew
#[derive(Debug, Args)]
pub(crate) struct Rotate {}

/// Take a key out of the key file that seals nothing any longer
#[derive(Debug, Args)]
pub(crate) struct Retire {
    /// Its number
    #[arg(value_name = "KEY")]
    key: u16,
}

impl Keys {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let house = open(raw).await?;
        let outcome = match self {
            Self::Status(_) => status(&house).await,
            Self::Rotate(_) => rotate(&house).await,
            Self::Retire(command) => retire(&house, KeyId(command.key)).await,
        };
        house.close().await;
        outcome
    }
}

/// Fields sealed by each key of the file, and by keys that are not in it.
async fn counts(house: &House) -> Result<Vec<(Option<u16>, u64)>> {
    let ring = house.services.vault.keyring();
    let mut sums: Vec<(Option<u16>, u64)> = ring.ids().map(|(id, _)| (Some(id.0), 0)).collect();
    let tables = sealed_tables();
    for (_, keys) in fields_by_key(house.db.read(), &house.services.vault, &tables).await? {
        for (key, fields) in keys {
            match sums.iter_mut().find(|(known, _)| *known == key) {
                Some((_, sum)) => *sum += fields,
                None => sums.push((key, fields)),
            }
        }
    }
    Ok(sums)
}

async fn status(house: &House) -> Result<Outcome> {
    let ring = house.services.vault.keyring();
    if let Some(warning) = keys::open_to_others(&house.config.key_file()) {
        out::say(format!("WARNING: {warning}"));
    }
    let (mut left, mut strange) = (0, false);
    for (key, fields) in counts(house).await? {
        let line = match key {
            Some(key) if ring.active().0 == key => format!("key {key}: {fields} fields, active"),
            Some(key) if ring.check(KeyId(key)).is_some() => {
                left += fields;
                format!("key {key}: {fields} fields")
            }
            Some(key) => {
                strange = true;
                format!("key {key}: {fields} fields, NOT in the key file")
            }
            None => {
                strange = true;
                format!("no known envelope: {fields} fields")
            }
        };
        out::say(line);
    }
    if left > 0 {
        out::note("the server seals the rest anew with the active key; ask again later");
    }
    Ok(if strange {
        Outcome::Faults
    } else {
        Outcome::Good
    })
}

async fn rotate(house: &House) -> Result<Outcome> {
    let path = house.config.key_file();
    let mut ring = keys::read(&path, house.config.mode)?;
    let algorithm = ring
        .ids()
        .find(|(id, _)| *id == ring.active())
        .map(|(_, algorithm)| algorithm)
        .unwrap_or_default();
    let ctx = house.ctx("cli");
    let new = ring.rotate(algorithm, &|bytes| ctx.random(bytes))?;
    // First the file: a note about a key that is nowhere would keep the server from starting.
    keys::replace(&path, &ring)?;
    keys::note_sealing_keys(&ring, &house.db, &ctx).await?;
    out::say(format!("key {new} is in {} and active", path.display()));
    out::note(
        "keep a copy of the key file apart from the backups now; a running server finds the key within a minute and seals \
         everything anew (Administration → Keys of sealed fields, or `youlin keys status`). Old backups need the old key.",
    );
    Ok(Outcome::Good)
}

async fn retire(house: &House, key: KeyId) -> Result<Outcome> {
    let path = house.config.key_file();
    let mut ring = keys::read(&path, house.config.mode)?;
    ring.retire(key)?;
    let fields = counts(house)
        .await?
        .into_iter()
        .find(|(known, _)| *known == Some(key.0))
        .map_or(0, |(_, fields)| fields);
    if fields > 0 {
        bail!(
            "key {key} still seals {fields} fields: nobody could read them without it. `youlin keys status` says when none \
             is left."
        );
    }
    // First the note: a note about a key that is nowhere would keep the server from starting.
    keys::note_sealing_keys(&ring, &house.db, &house.ctx("cli")).await?;
    keys::replace(&path, &ring)?;
    out::say(format!("key {key} is out of {}", path.display()));
    out::note(
        "backups made before need it: keep their copy of the key file as long as you keep them.",
    );
    Ok(Outcome::Good)
}
