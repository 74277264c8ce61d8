//! Keeps what is live in step with the folder: looks for changes, examines
//! them, publishes the next version, and says how things stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::answer::{Edition, Live};
use crate::model::{Clock, Roster};
use crate::rehearsal;
use crate::rulebook::{Files, Problem, ReadError, Surroundings};
use crate::store::{Store, StoreError, VersionSource};
use crate::telemetry::RulebookMetrics;

use super::examine::{Examination, examine};
use super::fingerprint::Fingerprint;

/// A change is seen after one look and trusted after a second that finds it
/// unchanged, so a file is not read while it is being written.
const LOOK_EVERY: Duration = Duration::from_millis(120);
/// Problems that are logged one by one; the rest is counted.
const MAX_LOGGED_PROBLEMS: usize = 20;

/// How the live rulebook stands to what staff wrote.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Of the rulebook that answers.
    pub version: i64,
    /// The folder holds something newer that is not live, because of `problems`.
    pub stale: bool,
    pub problems: Vec<Problem>,
    /// Of what the folder holds.
    pub transcripts: rehearsal::Score,
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
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a rulebook is checked against, but for the day.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub accounts: Roster,
    pub public_url: Option<String>,
}

#[derive(Debug)]
pub struct Press {
    folder: PathBuf,
    ground: Ground,
    store: Store,
    clock: Clock,
    metrics: RulebookMetrics,
    live: Live,
    status: watch::Sender<Arc<Status>>,
    published: Fingerprint,
}

impl Press {
    /// Publishes the folder as it is, or falls back to the last version that
    /// was live.
    pub async fn open(
        folder: &Path,
        ground: Ground,
        store: Store,
        clock: Clock,
        metrics: RulebookMetrics,
    ) -> Result<Self, PressError> {
        let published = Fingerprint::of(folder);
        let (edition, status) = first_edition(folder, &ground, &store, &clock).await?;
        count(&metrics, &edition, &status);
        let status = watch::Sender::new(Arc::new(status));
        let live = edition.into_live();
        Ok(Self { folder: folder.to_owned(), ground, store, clock, metrics, live, status, published })
    }

    pub fn live(&self) -> Live {
        Arc::clone(&self.live)
    }

    pub fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    /// Follows the folder until it is dropped.
    pub async fn follow(mut self) {
        let mut last_look = self.published;
        loop {
            sleep(LOOK_EVERY).await;
            let folder = self.folder.clone();
            let Ok(look) = tokio::task::spawn_blocking(move || Fingerprint::of(&folder)).await else {
                return;
            };
            let settled = look == last_look;
            last_look = look;
            if settled && look != self.published && self.publish_folder().await {
                self.published = look;
            }
        }
    }

    /// False when it is worth trying again although nothing changed.
    async fn publish_folder(&self) -> bool {
        match read_and_examine(&self.folder, &self.ground, &self.clock).await {
            Ok((files, examination)) if examination.may_go_live() => self.publish(&files, examination).await,
            Ok((_, examination)) => {
                self.refuse(examination);
                true
            }
            Err(failure) => {
                let problem = Problem::error("folder", failure.to_string());
                let transcripts = rehearsal::Score::default();
                self.refuse(Examination { edition: None, problems: vec![problem], transcripts });
                true
            }
        }
    }

    async fn publish(&self, files: &Files, examination: Examination) -> bool {
        match publish(files, examination, &self.store, &self.clock).await {
            Ok((edition, status)) => {
                info!(
                    version = edition.version,
                    rules = edition.rulebook.rules.len(),
                    "Published the rulebook"
                );
                count(&self.metrics, &edition, &status);
                self.metrics.reloads.inc();
                self.live.store(Arc::new(edition));
                self.status.send_replace(Arc::new(status));
                true
            }
            Err(failure) => {
                error!(%failure, "A new version could not be stored; the version before stays live");
                false
            }
        }
    }

    fn refuse(&self, examination: Examination) {
        let Examination { problems, transcripts, .. } = examination;
        let version = self.live.load().version;
        log_refusal(version, &problems);
        self.metrics.stale.set(1);
        self.status.send_replace(Arc::new(Status { version, stale: true, problems, transcripts }));
    }
}

async fn first_edition(
    folder: &Path,
    ground: &Ground,
    store: &Store,
    clock: &Clock,
) -> Result<(Edition, Status), PressError> {
    let (files, examination) = read_and_examine(folder, ground, clock).await?;
    if examination.may_go_live() {
        return publish(&files, examination, store, clock).await.map_err(PressError::Store);
    }
    let Examination { problems, transcripts, .. } = examination;
    match load_newest(ground, store, clock).await? {
        Some(edition) => {
            log_refusal(edition.version, &problems);
            let status = Status { version: edition.version, stale: true, problems, transcripts };
            Ok((edition, status))
        }
        None => {
            let errors = problems.iter().filter(|problem| problem.is_error()).count();
            Err(PressError::NothingToPublish { folder: folder.to_owned(), errors, problems })
        }
    }
}

async fn read_and_examine(
    folder: &Path,
    ground: &Ground,
    clock: &Clock,
) -> Result<(Files, Examination), PressError> {
    let surroundings = ground.on(clock);
    let folder = folder.to_owned();
    let work = move || {
        let files = Files::read(&folder).map_err(|source| PressError::Folder { source })?;
        let examination = examine(&files, &surroundings);
        Ok((files, examination))
    };
    // Compiling many rules takes a while and must not hold up answers.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(PressError::Store(StoreError::Closed)))
}

async fn publish(
    files: &Files,
    examination: Examination,
    store: &Store,
    clock: &Clock,
) -> Result<(Edition, Status), StoreError> {
    let bytes: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, bytes)| (path.to_string(), bytes.to_vec())).collect();
    let version = store.publish_version(&bytes, VersionSource::Folder, clock.now()).await?;
    let Some(mut edition) = examination.edition else { return Err(StoreError::Closed) };
    edition.version = version.number;
    let Examination { problems, transcripts, .. } = examination;
    let status = Status { version: version.number, stale: false, problems, transcripts };
    Ok((edition, status))
}

/// The version that was live last. It passed the gate when it was published,
/// so what has expired since is no reason to refuse it.
async fn load_newest(ground: &Ground, store: &Store, clock: &Clock) -> Result<Option<Edition>, PressError> {
    let Some(version) = store.find_newest_version().await? else { return Ok(None) };
    let mut files = Files::default();
    for (path, bytes) in store.load_version_files(version.number).await? {
        files.insert(&path, bytes);
    }
    let mut edition = examine(&files, &ground.on(clock)).edition;
    if let Some(edition) = &mut edition {
        edition.version = version.number;
    }
    Ok(edition)
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

fn count(metrics: &RulebookMetrics, edition: &Edition, status: &Status) {
    metrics.version.set(edition.version);
    metrics.rules.set(i64::try_from(edition.rulebook.rules.len()).unwrap_or(i64::MAX));
    metrics.stale.set(i64::from(status.stale));
}

fn log_refusal(version: i64, problems: &[Problem]) {
    let errors = problems.iter().filter(|problem| problem.is_error());
    warn!(version, errors = errors.clone().count(), "The rulebook has errors; this version stays live");
    for problem in errors.take(MAX_LOGGED_PROBLEMS) {
        warn!("{}:{}: {} {}", problem.file, problem.line, problem.cause, problem.remedy);
    }
}
