//! 接入: the accounts that are served and how each stands to its platform.
//! Those of a file or the environment can be looked at; those made here can be
//! changed. Not here: serving them (accounts), judging what came (webhook).

mod change;
mod checks;
mod make;
mod one;
mod standing;
mod typed;

use askama::Template;
use axum::response::Response;

use super::failure::PageError;
use super::frame::{Frame, show as show_page};
use super::visit::Visit;
use super::when;
use super::words::Sentence;
use crate::accounts::{Account, CannotServe, open_stored};
use crate::model::AccountId;
use crate::platform::Channel;
use crate::store::StoredAccount;

use standing::{Stage, Standing};

pub(super) use change::{ask_remove, ask_renew, edit, remove, renew, save};
pub(super) use make::{ask, make};
pub(super) use one::{news, show};

#[derive(Template)]
#[template(path = "console/pages/accounts.html")]
struct AccountsPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    origin: Sentence<'static>,
    stage: Stage,
    said: Sentence<'static>,
    heard_at: Option<String>,
}

/// An account, wherever it comes from.
enum Known {
    Configured(std::sync::Arc<Account>),
    Made(Box<StoredAccount>),
    /// Made here, and a file has one with the same id.
    Shadowed(Box<StoredAccount>),
}

pub(super) async fn list(visit: Visit) -> Result<Response, PageError> {
    let mut rows = Vec::new();
    for known in all(&visit).await? {
        rows.push(Row::of(&known, &visit).await?);
    }
    show_page(&AccountsPage { frame: visit.frame("accounts"), rows })
}

async fn all(visit: &Visit) -> Result<Vec<Known>, PageError> {
    let accounts = &visit.console.accounts;
    let configured = accounts.configured().iter().cloned().map(Known::Configured);
    let stored = visit.console.store.load_accounts().await?;
    let made = stored.into_iter().map(|account| match accounts.is_configured(&account.id) {
        true => Known::Shadowed(Box::new(account)),
        false => Known::Made(Box::new(account)),
    });
    Ok(configured.chain(made).collect())
}

/// One of the configuration is found first.
async fn find(visit: &Visit, id: &str) -> Result<Known, PageError> {
    let id = AccountId::parse(id).map_err(|_| PageError::Missing)?;
    all(visit).await?.into_iter().find(|known| *known.id() == id).ok_or(PageError::Missing)
}

/// One that can be changed here.
async fn find_made(visit: &Visit, id: &str) -> Result<StoredAccount, PageError> {
    let stored = visit.console.store.load_accounts().await?;
    stored.into_iter().find(|account| account.id.as_str() == id).ok_or(PageError::Missing)
}

impl Known {
    fn id(&self) -> &AccountId {
        match self {
            Self::Configured(account) => &account.served.id,
            Self::Made(account) | Self::Shadowed(account) => &account.id,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Configured(account) => &account.served.name,
            Self::Made(account) | Self::Shadowed(account) => &account.name,
        }
    }

    fn origin(&self) -> &'static str {
        match self {
            Self::Configured(_) => "accounts.configured",
            Self::Made(_) => "accounts.made",
            Self::Shadowed(_) => "accounts.shadowed",
        }
    }

    fn stored(&self) -> Option<&StoredAccount> {
        match self {
            Self::Configured(_) => None,
            Self::Made(account) | Self::Shadowed(account) => Some(account),
        }
    }

    /// What opens and seals its messages, with what is wrong where nothing does.
    fn with_channel<T>(&self, visit: &Visit, look: impl FnOnce(Result<&Channel, CannotServe>) -> T) -> T {
        match self {
            Self::Configured(account) => look(Ok(&account.channel)),
            Self::Made(account) | Self::Shadowed(account) => match open_stored(account, visit.now()) {
                Ok(channel) => look(Ok(&channel)),
                Err(failure) => look(Err(failure)),
            },
        }
    }
}

impl Row {
    async fn of(known: &Known, visit: &Visit) -> Result<Self, PageError> {
        let standing = Standing::of(known, visit).await?;
        let t = visit.caller.t;
        Ok(Self {
            id: known.id().to_string(),
            name: known.name().to_owned(),
            origin: t.say(known.origin()).owned(),
            stage: standing.stage,
            said: t.say(standing.stage.word()).owned(),
            heard_at: standing.heard.map(|heard| when::minute(&visit.console, heard.at)),
        })
    }
}
