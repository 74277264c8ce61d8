//! Why the gate does not let something go live. Not here: how it is worded in
//! the console (console::refused).

use super::edits::Collision;
use super::findings::{Findings, count_failed_tests, warning_key};
use super::request::{Accepted, Request};
use crate::rulebook::Problem;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("没有要发布的改动：内容和线上一样。")]
    Nothing,
    #[error("线上已有更新的版本，改了同一个文件：{}。请看差异，选用哪一份，再发布。", paths(.0))]
    Collides(Vec<Collision>),
    #[error("有 {} 处错误，不能发布。请先改正。", .0.errors.len())]
    Errors(Findings),
    #[error("有 {} 个测试没有通过，不能发布。请改规则或测试；管理员可以写明理由后发布。", count_failed_tests(&.0.failures))]
    TestsFail(Findings),
    #[error("有 {} 处提醒还没有看过。请确认后再发布。", .0.warnings.len())]
    Unseen(Findings),
    #[error("设置里要求第二个人同意。请在控制台「发布」里送给同事看。")]
    NeedsApproval,
    #[error("这份待发布的改动已经处理过了。")]
    Settled,
    #[error("同时有太多人在发布。请再试一次。")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn paths(collisions: &[Collision]) -> String {
    collisions.iter().map(|one| one.path.as_str()).collect::<Vec<_>>().join("、")
}

impl Refused {
    /// A stable word for it, and what fills its sentence.
    pub fn code(&self) -> (&'static str, String) {
        match self {
            Self::Nothing => ("nothing", String::new()),
            Self::Collides(collisions) => ("collides", paths(collisions)),
            Self::Errors(findings) => ("errors", findings.errors.len().to_string()),
            Self::TestsFail(findings) => ("tests", count_failed_tests(&findings.failures).to_string()),
            Self::Unseen(findings) => ("unseen", findings.warnings.len().to_string()),
            Self::NeedsApproval => ("second", String::new()),
            Self::Settled => ("settled", String::new()),
            Self::Busy => ("busy", String::new()),
            Self::Store(failure) => ("store", failure.to_string()),
        }
    }

    /// For whoever reads it later, in a language of their own.
    pub(super) fn to_kept(&self) -> String {
        let (code, detail) = self.code();
        format!("{code}\t{detail}")
    }

    pub fn findings(&self) -> Option<&Findings> {
        match self {
            Self::Errors(findings) | Self::TestsFail(findings) | Self::Unseen(findings) => Some(findings),
            Self::Nothing
            | Self::Collides(_)
            | Self::NeedsApproval
            | Self::Settled
            | Self::Busy
            | Self::Store(_) => None,
        }
    }

    /// What it is refused for.
    pub fn found(&self) -> Option<&[Problem]> {
        match self {
            Self::Errors(findings) => Some(&findings.errors),
            Self::TestsFail(findings) => Some(&findings.failures),
            Self::Unseen(findings) => Some(&findings.warnings),
            Self::Nothing
            | Self::Collides(_)
            | Self::NeedsApproval
            | Self::Settled
            | Self::Busy
            | Self::Store(_) => None,
        }
    }
}

/// Whether what was found keeps it from going live.
pub(super) fn judge(findings: &Findings, request: &Request) -> Result<(), Refused> {
    let is_unseen = |problem: &Problem| match &request.accepted {
        Accepted::All => false,
        Accepted::These(keys) => !keys.contains(&warning_key(problem)),
        Accepted::Told(causes) => !causes.contains(&problem.cause),
    };
    let has_reason = request.despite.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    if !findings.errors.is_empty() {
        return Err(Refused::Errors(findings.clone()));
    }
    if !findings.failures.is_empty() && !has_reason {
        return Err(Refused::TestsFail(findings.clone()));
    }
    if findings.warnings.iter().any(is_unseen) {
        return Err(Refused::Unseen(findings.clone()));
    }
    Ok(())
}
