//! `youlin user`: accounts from the console, above all the first administrator of a new installation.

use std::io::Read;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use youlin_kernel::{Ctx, Grant};
use youlin_people::{
    AccountView, CloseAccount, CreateAccount, PasswordHash, SetGrants, SetPassword, account_list,
    hash_password, one_time_password,
};
use youlin_web::EndSession;

use super::words::{explain, grant, grant_text, organisations};
use super::{Outcome, open};
use crate::config::Raw;
use crate::{House, out};

/// Accounts: add, grant, password, list, close
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    Add(Add),
    Grant(GrantArgs),
    Password(Password),
    List(List),
    Close(Close),
}

/// Make an account; prints a one-time password unless one is given on standard input
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin user add admin --name 系统管理员 --grant administrator@3206\n  \
                  youlin user add shi --name 施雨晴 --grant grid_worker@YL-YL-G1"
)]
pub(crate) struct Add {
    /// What the person types to sign in
    login: String,
    /// What colleagues see
    #[arg(long)]
    name: String,
    /// role@area-code, or partner@area-code#organisation; several are possible
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// Give an account further grants, or take some away
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  youlin user grant shi grid_worker@YL-YL-G2 --remove grid_worker@YL-YL-G1"
)]
pub(crate) struct GrantArgs {
    login: String,
    /// Grants to add
    #[arg(value_name = "GRANT")]
    add: Vec<String>,
    /// Grants to take away
    #[arg(long, value_name = "GRANT")]
    remove: Vec<String>,
}

/// Set a new password and end the account's sessions; prints a one-time password unless one is given
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  youlin user password shi")]
pub(crate) struct Password {
    login: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// List accounts with their grants
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  youlin user list")]
pub(crate) struct List {}

/// Close an account and end its sessions; what it did stays on record
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  youlin user close shi\n  youlin user close shi --reopen")]
pub(crate) struct Close {
    login: String,
    /// Open it again
    #[arg(long)]
    reopen: bool,
}

impl User {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let house = open(raw).await?;
        let ctx = house.ctx("cli");
        let done = match self {
            Self::Add(command) => command.run(&house, &ctx).await,
            Self::Grant(command) => command.run(&house, &ctx).await,
            Self::Password(command) => command.run(&house, &ctx).await,
            Self::List(_) => list(&house).await,
            Self::Close(command) => command.run(&house, &ctx).await,
        };
        house.close().await;
        done.map(|()| Outcome::Good)
    }
}

impl Add {
    async fn run(self, house: &House, ctx: &Ctx) -> Result<()> {
        let grants = read_grants(house, &self.grants).await?;
        let secret = Secret::take(ctx, self.password_stdin)?;
        let create = CreateAccount {
            password: secret.hash(house, ctx, &self.login).await?,
            login: self.login.clone(),
            display_name: self.name,
            person: None,
            grants,
            must_change: !secret.chosen,
        };
        execute(house, ctx, create).await?;
        out::say(format!("{} was made", self.login));
        secret.show();
        Ok(())
    }
}

impl GrantArgs {
    async fn run(self, house: &House, ctx: &Ctx) -> Result<()> {
        let account = find(house, &self.login).await?;
        let add = read_grants(house, &self.add).await?;
        let remove = read_grants(house, &self.remove).await?;
        if let Some(missing) = remove.iter().find(|grant| !account.grants.contains(grant)) {
            let known = organisations(house).await?;
            bail!(
                "{} does not hold {}",
                self.login,
                grant_text(missing, &house.app.areas(), &known)
            );
        }
        let mut grants = account.grants.clone();
        grants.retain(|grant| !remove.contains(grant));
        for grant in add {
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
        let set = SetGrants {
            account: account.id,
            version: Some(account.version),
            grants,
        };
        execute(house, ctx, set).await?;
        show(house, &find(house, &self.login).await?).await
    }
}

impl Password {
    async fn run(self, house: &House, ctx: &Ctx) -> Result<()> {
        let account = find(house, &self.login).await?;
        let secret = Secret::take(ctx, self.password_stdin)?;
        let set = SetPassword {
            account: account.id,
            password: secret.hash(house, ctx, &account.login).await?,
            must_change: !secret.chosen,
        };
        execute(house, ctx, set).await?;
        execute(house, ctx, EndSession::AllOf(account.id)).await?;
        out::say(format!(
            "{} has a new password, and its sessions have ended",
            account.login
        ));
        secret.show();
        Ok(())
    }
}

impl Close {
    async fn run(self, house: &House, ctx: &Ctx) -> Result<()> {
        let account = find(house, &self.login).await?;
        let close = CloseAccount {
            account: account.id,
            closed: !self.reopen,
        };
        execute(house, ctx, close).await?;
        if self.reopen {
            out::say(format!("{} is open again", account.login));
            return Ok(());
        }
        execute(house, ctx, EndSession::AllOf(account.id)).await?;
        out::say(format!(
            "{} is closed, and its sessions have ended",
            account.login
        ));
        Ok(())
    }
}

async fn list(house: &House) -> Result<()> {
    for account in account_list(house.db.read()).await? {
        show(house, &account).await?;
    }
    Ok(())
}

async fn show(house: &House, account: &AccountView) -> Result<()> {
    let (areas, known) = (house.app.areas(), organisations(house).await?);
    let grants: Vec<String> = account
        .grants
        .iter()
        .map(|grant| grant_text(grant, &areas, &known))
        .collect();
    let marks = [
        (account.second_factor, " [second factor]"),
        (account.must_change, " [must change password]"),
        (account.closed_at.is_some(), " [closed]"),
    ];
    let marks: String = marks
        .iter()
        .filter_map(|(there, mark)| there.then_some(*mark))
        .collect();
    out::say(format!(
        "{}\t{}\t{}{marks}",
        account.login,
        account.display_name,
        grants.join(" ")
    ));
    Ok(())
}

/// A password from standard input, or one made up to be read out once.
struct Secret {
    text: String,
    chosen: bool,
}

impl Secret {
    fn take(ctx: &Ctx, from_stdin: bool) -> Result<Self> {
        if !from_stdin {
            return Ok(Self {
                text: one_time_password(ctx),
                chosen: false,
            });
        }
        let mut text = String::new();
        std::io::stdin()
            .take(4_096)
            .read_to_string(&mut text)
            .context("the password cannot be read from standard input")?;
        Ok(Self {
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
            chosen: true,
        })
    }

    async fn hash(&self, house: &House, ctx: &Ctx, login: &str) -> Result<PasswordHash> {
        hash_password(ctx, login, &self.text)
            .await
            .map_err(|problem| explain(house.app.i18n(), &problem))
    }

    fn show(&self) {
        if !self.chosen {
            out::say(format!(
                "one-time password, to be changed at the first sign-in: {}",
                self.text
            ));
        }
    }
}

async fn read_grants(house: &House, texts: &[String]) -> Result<Vec<Grant>> {
    let (areas, known) = (house.app.areas(), organisations(house).await?);
    texts
        .iter()
        .map(|text| grant(text, &areas, &known))
        .collect()
}

async fn find(house: &House, login: &str) -> Result<AccountView> {
    account_list(house.db.read())
        .await?
        .into_iter()
        .find(|account| account.login == login.trim().to_lowercase())
        .ok_or_else(|| anyhow!("there is no account {login:?}"))
}

async fn execute<C: youlin_database::Command>(
    house: &House,
    ctx: &Ctx,
    command: C,
) -> Result<C::Output> {
    house
        .db
        .execute(ctx, command)
        .await
        .map_err(|problem| explain(house.app.i18n(), &problem))
}
