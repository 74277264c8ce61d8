//! The store, and what it remembers: the version that is live, how long ago a
//! message came, and why requests were turned away.

use jiff::{Timestamp, ToSpan as _};

use crate::app::locate_store;
use crate::config::{Config, Disk, StoreUrl};
use crate::model::Clock;
use crate::store::{Look, NEWEST_STEP, RecentRefusal, Standing, StoreError};

use super::super::backup::kind;
use super::finding::{Finding, Mark};

const STORE: &str = "store";
const MESSAGES: &str = "messages";
const REFUSALS: &str = "refusals";

/// Older refusals say nothing about how things are now.
const LOOKED_BACK_HOURS: i64 = 24;
/// A database that was written this much later than now has a clock problem.
const TOLERATED_SECONDS: i64 = 60;

pub async fn check(config: &Config, findings: &mut Vec<Finding>) {
    if let StoreUrl::Sqlite { path } = &config.store.url
        && !path.exists()
    {
        let what = format!("数据库 {} 还没有", path.display());
        findings.push(Finding::warning(STORE, what, "第一次启动时会自己建好；以前有过，就从备份恢复"));
        return;
    }
    if let Err(error) = config.store.find_key(&Disk) {
        findings.push(Finding::told(STORE, Mark::Bad, &error.to_string()));
        return;
    }
    let store = match Look::open(&locate_store(&config.store.url)).await {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::told(STORE, Mark::Bad, &error.to_string()));
            return;
        }
    };
    let looked = look(&store, config, findings).await;
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

async fn look(store: &Look, config: &Config, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let kind = kind(&config.store.url);
    match store.find_standing().await? {
        Standing::Current => {}
        Standing::Empty => {
            let what = format!("数据库（{kind}）是空的");
            findings.push(Finding::warning(STORE, what, "启动服务（yingda serve）时会自己建好"));
            return Ok(());
        }
        Standing::Behind { step } => {
            let what = format!("数据库（{kind}）的结构是第 {step} 步，本程序要第 {NEWEST_STEP} 步");
            let remedy = "先备份（yingda backup），再运行 yingda migrate，或启动服务，它会自己升级";
            findings.push(Finding::warning(STORE, what, remedy));
            return Ok(());
        }
    }
    let version = match store.find_newest_version().await? {
        Some(version) => format!("，规则发布到第 {} 版", version.number),
        None => "，还没有发布过规则".to_owned(),
    };
    findings.push(Finding::good(STORE, format!("数据库（{kind}）能读，结构是最新的{version}")));
    let now = Clock::System.now();
    for account in &config.accounts {
        let latest = store.find_latest_message(&account.id).await?;
        findings.extend(latest.map(|latest| tell_latest(account.id.as_str(), latest, now)));
    }
    let since = now.checked_sub(LOOKED_BACK_HOURS.hours()).unwrap_or(Timestamp::MIN);
    let refusals = store.recent_refusals(since).await?;
    if refusals.is_empty() {
        findings.push(Finding::good(REFUSALS, "24 小时内没有拒绝过请求"));
    }
    findings.extend(refusals.iter().map(tell_refusal));
    Ok(())
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
