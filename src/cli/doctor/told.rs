//! Whether staff hear of what happens, and whether scheduled work is done.

use jiff::{SignedDuration, Timestamp};

use crate::config::Config;
use crate::store::{Look, StoreError};

use super::finding::Finding;

const NOTICES: &str = "notices";
const JOBS: &str = "jobs";

/// Every job is due at least once an hour.
const OVERDUE: SignedDuration = SignedDuration::from_hours(3);

pub async fn check(
    store: &Look,
    config: &Config,
    now: Timestamp,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    if config.notify.wecom_robot.is_some() {
        findings.push(check_notices(store, now).await?);
    }
    for job in store.list_jobs().await? {
        let overdue = now.duration_since(job.due_at) > OVERDUE;
        if let Some(failure) = job.failure {
            let what = format!("定时任务 {} 上次没有做成：{failure}", job.name);
            findings.push(Finding::warning(JOBS, what, "会自动再试；一直这样请看服务的日志"));
        } else if overdue {
            let what = format!("定时任务 {} 从 {} 起没有再做", job.name, job.started_at);
            findings.push(Finding::warning(JOBS, what, "服务停了一段时间就会这样；启动后会补做"));
        }
    }
    Ok(())
}

async fn check_notices(store: &Look, now: Timestamp) -> Result<Finding, StoreError> {
    let health = store.notice_health(now).await?;
    Ok(match health.failure {
        Some(failure) => {
            let what = format!(
                "群机器人的提醒没有发出去：{failure}（待发 {} 条，一天内放弃 {} 条）",
                health.unsent, health.given_up
            );
            Finding::bad(NOTICES, what, "请检查 [notify] wecom_robot 和本机能否访问 qyapi.weixin.qq.com")
        }
        None if health.given_up > 0 => {
            let what = format!("一天内有 {} 条提醒没有来得及发", health.given_up);
            Finding::warning(NOTICES, what, "服务停过就会这样；内容在控制台里都有")
        }
        None => Finding::good(NOTICES, format!("群机器人的提醒正常，待发 {} 条", health.unsent)),
    })
}
