//! Accounts made in the console, as a command finds them: in the store, which
//! is looked into and not changed. Not here: those of the settings (config).

use std::path::PathBuf;

use anyhow::{anyhow, bail};

use crate::app::{locate_store, make_sealer, open_made};
use crate::config::{Config, Disk, StoreUrl};
use crate::model::{AccountId, Clock};
use crate::platform::Channel;
use crate::store::{Location, Look, SchemaStanding};

/// One that cannot be used stops no other, and is told.
pub type Made = Vec<anyhow::Result<Channel>>;

/// None where no store was made yet.
pub async fn find_made(config: &Config) -> anyhow::Result<Made> {
    if let StoreUrl::Sqlite { path } = &config.store.url
        && !path.exists()
    {
        return Ok(Vec::new());
    }
    let Some(key) = config.store.find_key(&Disk)? else { return Ok(Vec::new()) };
    let Some(look) = open(&locate_store(&config.store.url)).await? else { return Ok(Vec::new()) };
    let stored = look.load_accounts(&make_sealer(&config.store, &key)).await;
    look.close().await;
    let now = Clock::System.now();
    let is_configured = |id: &AccountId| {
        config.accounts.iter().any(|account| account.id.as_str().eq_ignore_ascii_case(id.as_str()))
    };
    let stored = stored?.into_iter().filter(|account| !is_configured(&account.id));
    Ok(stored.map(|account| open_made(&account, now).map_err(|error| anyhow!("{error}"))).collect())
}

/// For whoever misses one of them.
pub fn cannot_see(reason: &anyhow::Error) -> String {
    format!("控制台里建的账号读不到：{}。", reason.to_string().trim_end_matches('。'))
}

/// Their names alone, for which no key is needed.
pub async fn find_made_ids(database: Option<PathBuf>) -> anyhow::Result<Vec<AccountId>> {
    let Some(path) = database else { bail!("数据库要密码才能打开，检查规则时不去读它") };
    if !path.exists() {
        return Ok(Vec::new());
    }
    let Some(look) = open(&Location::Sqlite { path }).await? else { return Ok(Vec::new()) };
    let ids = look.account_ids().await;
    look.close().await;
    Ok(ids?)
}

/// None: there is nothing in it.
async fn open(location: &Location) -> anyhow::Result<Option<Look>> {
    let look = Look::open(location).await?;
    match look.find_standing().await {
        Ok(SchemaStanding::Current) => Ok(Some(look)),
        Ok(SchemaStanding::Empty) => {
            look.close().await;
            Ok(None)
        }
        Ok(SchemaStanding::Behind { .. }) => {
            look.close().await;
            bail!("数据库还是旧版本的结构，请先启动一次服务，或运行 yingda migrate")
        }
        Err(error) => {
            look.close().await;
            Err(error.into())
        }
    }
}
