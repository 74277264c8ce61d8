//! The store, and what it remembers: the version that is live, how long ago a
//! message came, and why requests were turned away.

use std::path::Path;

use jiff::{Timestamp, ToSpan as _};

use crate::app::{locate_store, make_sealer};
use crate::config::{Config, Disk, StoreUrl};
use crate::model::Clock;
use crate::platform::Channel;
use crate::store::{
    Leftover, Look, NEWEST_STEP, RecentRefusal, SchemaStanding, Sealer, StoreError, find_journals,
    find_leftover,
};

use super::super::backup::kind;
use super::finding::{Finding, Mark};
use super::told;

const STORE: &str = "store";
const JOURNAL: &str = "journal";
const MESSAGES: &str = "messages";
const REFUSALS: &str = "refusals";

/// Older refusals say nothing about how things are now.
const LOOKED_BACK_HOURS: i64 = 24;
/// A database that was written this much later than now has a clock problem.
const TOLERATED_SECONDS: i64 = 60;

pub async fn check(config: &Config, channels: &[Channel], findings: &mut Vec<Finding>) {
    if let StoreUrl::Sqlite { path } = &config.store.url
        && !path.exists()
    {
        let what = format!("数据库 {} 还没有", path.display());
        findings.push(Finding::warning(STORE, what, "第一次启动时会自己建好；以前有过，就从备份恢复"));
        return;
    }
    let sealer = match config.store.find_key(&Disk) {
        Ok(key) => key.map(|key| make_sealer(&config.store, &key)),
        Err(error) => {
            findings.push(Finding::told(STORE, Mark::Bad, &error.to_string()));
            return;
        }
    };
    let store = match Look::open(&locate_store(&config.store.url)).await {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::told(STORE, Mark::Bad, &error.to_string()));
            return;
        }
    };
    let looked = match look(&store, config, channels, findings).await {
        // Where the schema is old, its tables cannot tell what the journal holds.
        Ok(SchemaStanding::Current) => match &sealer {
            Some(sealer) => look_at_journals(config, sealer, findings).await,
            None => Ok(()),
        },
        Ok(SchemaStanding::Empty | SchemaStanding::Behind { .. }) => Ok(()),
        Err(failure) => Err(failure),
    };
    store.close().await;
    match looked {
        Ok(()) => {}
        Err(StoreError::Sql(error)) => {
            findings.push(Finding::bad(
                STORE,
                format!("读不了数据库：{error}"),
                "请看服务的日志，必要时从备份恢复",
            ));
        }
        Err(error) => findings.push(Finding::told(STORE, Mark::Bad, &error.to_string())),
    }
}

/// A process that starts again replays its own; one that does not would leave
/// messages behind that were answered.
async fn look_at_journals(
    config: &Config,
    sealer: &Sealer,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let location = locate_store(&config.store.url);
    let mut folders = find_journals(&config.store.folder()).unwrap_or_default();
    if config.store.journal.exists() && !folders.contains(&config.store.journal) {
        folders.push(config.store.journal.clone());
    }
    for folder in folders {
        let left = find_leftover(&location, &folder, sealer).await?;
        findings.push(tell_leftover(&folder, left));
    }
    Ok(())
}

fn tell_leftover(folder: &Path, left: Leftover) -> Finding {
    let folder = folder.display();
    let Leftover { entries, damaged } = left;
    if damaged > 0 {
        let what = format!("本地日志 {folder} 有 {damaged} 处读不出来");
        return Finding::bad(JOURNAL, what, "请检查磁盘；启动时能读的会补存，损坏的文件会留着备查");
    }
    if entries > 0 {
        let what = format!("本地日志 {folder} 里有 {entries} 条记录还没存进数据库");
        let remedy = format!("服务在运行就会自己补存；不再启动的进程留下的，请运行 yingda journal {folder}");
        return Finding::warning(JOURNAL, what, remedy);
    }
    Finding::good(JOURNAL, format!("本地日志 {folder} 里没有没存进数据库的消息"))
}

async fn look(
    store: &Look,
    config: &Config,
    channels: &[Channel],
    findings: &mut Vec<Finding>,
) -> Result<SchemaStanding, StoreError> {
    let kind = kind(&config.store.url);
    let standing = store.find_standing().await?;
    match standing {
        SchemaStanding::Current => {}
        SchemaStanding::Empty => {
            let what = format!("数据库（{kind}）是空的");
            findings.push(Finding::warning(STORE, what, "启动服务（yingda serve）时会自己建好"));
            return Ok(standing);
        }
        SchemaStanding::Behind { step } => {
            let what = format!("数据库（{kind}）的结构是第 {step} 步，本程序要第 {NEWEST_STEP} 步");
            let remedy = "先备份（yingda backup），再运行 yingda migrate，或启动服务，它会自己升级";
            findings.push(Finding::warning(STORE, what, remedy));
            return Ok(standing);
        }
    }
    let version = match store.find_newest_version().await? {
        Some(version) => format!("，规则发布到第 {} 版", version.number),
        None => "，还没有发布过规则".to_owned(),
    };
    findings.push(Finding::good(STORE, format!("数据库（{kind}）能读，结构是最新的{version}")));
    let now = Clock::System.now();
    told::check(store, config, now, findings).await?;
    for account in channels.iter().map(Channel::account) {
        let latest = store.find_latest_message(account).await?;
        findings.extend(latest.map(|latest| tell_latest(account.as_str(), latest, now)));
    }
    let since = now.checked_sub(LOOKED_BACK_HOURS.hours()).unwrap_or(Timestamp::MIN);
    let refusals = store.recent_refusals(since).await?;
    if refusals.is_empty() {
        findings.push(Finding::good(REFUSALS, "24 小时内没有拒绝过请求"));
    }
    findings.extend(refusals.iter().map(tell_refusal));
    Ok(standing)
}

fn tell_latest(account: &str, latest: Timestamp, now: Timestamp) -> Finding {
    let seconds = now.as_second() - latest.as_second();
    if seconds < -TOLERATED_SECONDS {
        let what = format!("账号 {account} 最近的一条消息在 {} 秒以后：本机时钟走慢了或被改过", -seconds);
        return Finding::bad(MESSAGES, what, "启用 NTP 校时，例如 timedatectl set-ntp true");
    }
    Finding::good(MESSAGES, format!("账号 {account} 最近一条消息在 {}前", ago(seconds.max(0))))
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} 秒"),
        120..7_200 => format!("{} 分钟", seconds / 60),
        7_200..172_800 => format!("{} 小时", seconds / 3_600),
        _ => format!("{} 天", seconds / 86_400),
    }
}

/// Anybody may knock, so a refusal alone is no fault of ours.
fn tell_refusal(refusal: &RecentRefusal) -> Finding {
    let at = refusal.last_at.strftime("%m-%d %H:%M UTC");
    let RecentRefusal { account, times, reason, .. } = refusal;
    let told = format!("账号 {account}：拒绝了 {times} 次，最近在 {at}：{reason}");
    Finding::told(REFUSALS, Mark::Warning, &told)
}
