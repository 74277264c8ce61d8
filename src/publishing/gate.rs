//! The one gate: edits come onto the newest version, are examined as a whole,
//! and become the next version in the store. From there every process takes it
//! live, and the folder is written (press). Not here: who may (console).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::model::{Clock, Roster};
use crate::rulebook::{Files, Problem, Surroundings, check};
use crate::store::{
    Actor, Added, Credit, NewVersion, OperationKind, Store, StoreError, Version, VersionSource,
};

use super::agreement;
use super::edits::{Collision, Edits, between, merge};
use super::examine::{Examination, examine};
use super::findings::{Findings, warning_key};

/// Others publish at the same moment so often at most.
const TRIES: usize = 8;
/// A version is live well before this; whoever published waits to see it.
const UNTIL_LIVE: Duration = Duration::from_secs(3);

/// What a rulebook is checked against, but for the day.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub accounts: Roster,
    pub public_url: Option<String>,
}

/// Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ground: Ground,
    store: Store,
    clock: Clock,
    /// What passed here last, so that it need not be compiled again to go live.
    passed: Mutex<Option<(i64, Examination)>>,
    knock: Notify,
    /// The version that answers in this process; None while nobody takes any live.
    live: watch::Sender<Option<i64>>,
}

/// What is to be published, and on whose word.
#[derive(Clone, Debug)]
pub struct Request {
    pub edits: Edits,
    pub by: Actor,
    pub source: VersionSource,
    pub reason: String,
    pub accepted: Accepted,
    /// Why failing tests are no reason to wait. To be asked of administrators alone.
    pub despite: Option<String>,
    /// The version that is brought back.
    pub restores: Option<i64>,
    /// The proposal that becomes live with it, and who approved it.
    pub proposal: Option<String>,
    pub approver: Option<String>,
}

/// The warnings that somebody has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    All,
    /// By `warning_key`.
    These(BTreeSet<String>),
}

/// Found good, and not yet kept.
pub(super) struct Prepared {
    base: i64,
    edits: Edits,
    examination: Examination,
    pub findings: Findings,
    only_turns_off: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub version: Version,
    /// It answers in this process already.
    pub is_live: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("没有要发布的改动：内容和线上一样。")]
    Nothing,
    #[error("线上已有更新的版本，改了同一个文件：{}。请看差异，选用哪一份，再发布。", paths(.0))]
    Collides(Vec<Collision>),
    #[error("有 {} 处错误，不能发布。请先改正。", .0.errors.len())]
    Errors(Findings),
    #[error("有 {} 个测试没有通过，不能发布。请改规则或测试；管理员可以写明理由后发布。", .0.failures.len())]
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

impl Request {
    pub fn new(edits: Edits, by: Actor, source: VersionSource) -> Self {
        Self {
            edits,
            by,
            source,
            reason: String::new(),
            accepted: Accepted::These(BTreeSet::new()),
            despite: None,
            restores: None,
            proposal: None,
            approver: None,
        }
    }

    fn credit(&self, findings: &Findings) -> Credit {
        let kept = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Credit {
            who: Some(self.by.name.clone()),
            reason: kept(&self.reason),
            approver: self.approver.clone(),
            accepted: findings.warnings.iter().map(|problem| problem.cause.clone()).collect(),
            despite: self.despite.as_deref().and_then(kept).filter(|_| !findings.failures.is_empty()),
            restores: self.restores,
        }
    }
}

impl Gate {
    pub fn new(ground: Ground, store: Store, clock: Clock) -> Self {
        let (passed, knock, live) = (Mutex::default(), Notify::new(), watch::Sender::new(None));
        Self(Arc::new(Inner { ground, store, clock, passed, knock, live }))
    }

    pub fn surroundings(&self) -> Surroundings {
        self.0.ground.on(&self.0.clock)
    }

    /// Compiling many rules takes a while: it is done off the threads that answer.
    pub async fn examine(&self, files: Files) -> Result<Examination, StoreError> {
        let surroundings = self.surroundings();
        let work = move || examine(&files, &surroundings);
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)
    }

    /// What an examination means for publishing upon these live files.
    pub async fn weigh(&self, examination: &Examination, live: Files) -> Result<Findings, StoreError> {
        let surroundings = self.surroundings();
        let checked = tokio::task::spawn_blocking(move || check(&live, &surroundings));
        let before = checked.await.map_err(|_| StoreError::Closed)?;
        let findings = Findings::new(&examination.problems, &before.problems);
        let second_person = before.rulebook.is_some_and(|live| live.settings.publishing.second_person);
        Ok(Findings { second_person, ..findings })
    }

    /// Publishes, or says why not; then nothing has changed. Returns once it
    /// answers here, where this process serves.
    pub async fn publish(&self, request: Request) -> Result<Published, Refused> {
        for _ in 0..TRIES {
            let prepared = self.prepare(&request).await?;
            if prepared.needs_second_person(&request) {
                return Err(Refused::NeedsApproval);
            }
            match self.add(&request, &prepared).await? {
                Added::Version(version) => return Ok(self.take_live(version, prepared.examination).await),
                Added::Settled => return Err(Refused::Settled),
                Added::Overtaken => {}
            }
        }
        Err(Refused::Busy)
    }

    /// Everything but the deed.
    pub(super) async fn prepare(&self, request: &Request) -> Result<Prepared, Refused> {
        let (base, newest) = load_newest(&self.0.store).await?;
        let merged = merge(&newest, &request.edits).map_err(Refused::Collides)?;
        if merged == newest {
            return Err(Refused::Nothing);
        }
        let edits = between(&newest, &merged);
        let only_turns_off = agreement::only_turns_off(&newest, &edits);
        let examination = self.examine(merged).await?;
        let findings = self.weigh(&examination, newest).await?;
        judge(&findings, request)?;
        Ok(Prepared { base, edits, examination, findings, only_turns_off })
    }

    async fn add(&self, request: &Request, prepared: &Prepared) -> Result<Added, StoreError> {
        let kind = match request.restores {
            Some(_) => OperationKind::VersionRestored,
            None => OperationKind::Published,
        };
        let (base, now) = (prepared.base, self.0.clock.now());
        let touched: Vec<&str> = prepared.edits.keys().map(String::as_str).collect();
        let operation = request
            .by
            .does(kind, &format!("v{}", base + 1), now)
            .before(format!("v{base}"))
            .after(format!("{}\n{}", request.reason.trim(), touched.join("\n")).trim());
        let version = NewVersion {
            base,
            changes: changes(&prepared.edits),
            source: request.source,
            credit: request.credit(&prepared.findings),
            at: now,
            proposal: request.proposal.as_deref(),
        };
        self.0.store.add_version(&version, Some(&operation)).await
    }

    async fn take_live(&self, version: Version, examination: Examination) -> Published {
        let number = version.number;
        *self.0.passed.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, examination));
        self.0.knock.notify_one();
        let mut live = self.0.live.subscribe();
        let is_there = |live: &Option<i64>| live.is_none_or(|live| live >= number);
        let waited = timeout(UNTIL_LIVE, live.wait_for(is_there)).await;
        let is_live = matches!(waited, Ok(Ok(live)) if live.is_some());
        Published { version, is_live }
    }
}

/// For the press, which takes versions live.
impl Gate {
    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) async fn knocked(&self) {
        self.0.knock.notified().await;
    }

    pub(super) fn take_passed(&self, number: i64) -> Option<Examination> {
        let mut passed = self.0.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.take_if(|(version, _)| *version == number).map(|(_, examination)| examination)
    }

    pub(super) fn is_live(&self, number: i64) {
        self.0.live.send_replace(Some(number));
    }
}

impl Prepared {
    fn needs_second_person(&self, request: &Request) -> bool {
        let is_enough =
            self.only_turns_off || agreement::is_enough(request, self.examination.edition.as_ref());
        self.findings.second_person && !is_enough
    }
}

fn judge(findings: &Findings, request: &Request) -> Result<(), Refused> {
    let is_unseen = |problem: &Problem| match &request.accepted {
        Accepted::All => false,
        Accepted::These(keys) => !keys.contains(&warning_key(problem)),
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

pub(super) fn changes(edits: &Edits) -> Vec<(&str, Option<&[u8]>)> {
    edits.iter().map(|(path, edit)| (path.as_str(), edit.bytes.as_deref())).collect()
}

/// Its number, 0 where there is none, and its files.
pub(super) async fn load_newest(store: &Store) -> Result<(i64, Files), StoreError> {
    let number = store.newest_version_number().await?.unwrap_or(0);
    Ok((number, load_files(store, number).await?))
}

pub async fn load_files(store: &Store, number: i64) -> Result<Files, StoreError> {
    let mut files = Files::default();
    for (path, bytes) in store.load_version_files(number).await? {
        files.insert(&path, bytes);
    }
    Ok(files)
}

impl Ground {
    pub fn on(&self, clock: &Clock) -> Surroundings {
        let today = crate::rulebook::Hours::default().today(clock.now());
        let accounts = self.accounts.ids();
        Surroundings {
            accounts: (!accounts.is_empty()).then_some(accounts),
            public_url: self.public_url.clone(),
            ..Surroundings::on(today)
        }
    }
}
