//! How things stand, for pages, health and the log; and why a service cannot start.

use std::path::PathBuf;

use tracing::warn;

use crate::rehearsal;
use crate::rulebook::{Files, Problem, ReadError};
use crate::store::StoreError;

/// Problems that are logged one by one; the rest is counted.
const MAX_LOGGED_PROBLEMS: usize = 20;

/// How the live rulebook stands to what staff wrote.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Of the rulebook that answers.
    pub version: i64,
    /// The folder, or the store, holds something newer that is not live,
    /// because of `problems`.
    pub stale: bool,
    pub problems: Vec<Problem>,
    /// Of what is live, or of what is not because of `problems`.
    pub transcripts: rehearsal::Score,
    /// What the folder holds while it is not live.
    pub folder: Option<Files>,
}

#[derive(Debug, thiserror::Error)]
pub enum PressError {
    #[error("规则{source}。请检查 [rulebook] folder 和文件夹权限。")]
    Folder { source: ReadError },
    #[error(
        "规则有 {errors} 处错误，又没有发布过的旧版本可用，无法开始回复。请运行 yingda check {} 查看并改正。",
        folder.display()
    )]
    NothingToPublish { folder: PathBuf, errors: usize, problems: Vec<Problem> },
    #[error(
        "数据库里的第 {number} 版规则，这个程序读不了（{errors} 处错误）。请升级 yingda，或用新的程序重新发布。"
    )]
    Unreadable { number: i64, errors: usize, problems: Vec<Problem> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) fn count_errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|problem| problem.is_error()).count()
}

pub(super) fn log_refusal(version: i64, problems: &[Problem]) {
    warn!(version, errors = count_errors(problems), "The rulebook has errors; this version stays live");
    for problem in problems.iter().filter(|problem| problem.is_error()).take(MAX_LOGGED_PROBLEMS) {
        warn!("{}", problem.to_line());
    }
}
