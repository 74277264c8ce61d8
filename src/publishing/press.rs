//! Keeps this process in step: takes the newest version of the store live,
//! writes it into the folder, and takes what was edited in the folder through
//! the gate's checks. Says how things stand. Not here: publishing from the
//! console or a command (gate).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::answer::{Edition, Live};
use crate::model::Clock;
use crate::rehearsal;
use crate::rulebook::{Files, Problem, ReadError};
use crate::store::{Added, Credit, NewVersion, Store, StoreError, VersionSource};
use crate::telemetry::RulebookMetrics;

use super::edits::{Collision, Edits, between, merge};
use super::examine::Examination;
use super::fingerprint::Fingerprint;
use super::folder::{self, Written};
use super::gate::{Gate, Ground, changes, load_files, load_newest};

/// A change is seen after one look and trusted after a second that finds it
/// unchanged, so a file is not read while it is being written.
const LOOK_EVERY: Duration = Duration::from_millis(120);
/// Of these looks, each second one asks the store for a newer version.
const LOOKS_PER_QUESTION: u32 = 2;
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

#[derive(Debug)]
pub struct Press {
    folder: PathBuf,
    /// The store alone says what is live: several processes share it, each
    /// with a folder of its own.
    is_shared: bool,
    gate: Gate,
    metrics: RulebookMetrics,
    live: Live,
    status: watch::Sender<Arc<Status>>,
    newest: Newest,
    /// Of the folder, when it was taken in.
    taken: Option<Fingerprint>,
    /// It was said that the folder cannot be written.
    is_unwritable_told: bool,
}

/// The newest version, as this process knows it.
#[derive(Clone, Debug)]
struct Newest {
    number: i64,
    files: Files,
    /// Of the rulebook that answers, while it is this one.
    good: Arc<Status>,
}

impl Press {
    /// With the newest version live, and what was edited in the folder while
    /// nobody looked.
    pub async fn open(
        folder: &Path,
        ground: Ground,
        store: Store,
        clock: Clock,
        metrics: RulebookMetrics,
    ) -> Result<Self, PressError> {
        let is_shared = store.is_shared();
        let gate = Gate::new(ground, store, clock);
        let (edition, newest) = match gate.store().is_reached() {
            true => first_edition(folder, &gate, is_shared).await?,
            false => edition_of_folder(folder, &gate).await?,
        };
        let status = watch::Sender::new(Arc::clone(&newest.good));
        let mut press = Self {
            folder: folder.to_owned(),
            is_shared,
            gate,
            metrics,
            live: edition.into_live(),
            status,
            newest,
            taken: None,
            is_unwritable_told: false,
        };
        press.count();
        if !press.is_shared {
            let look = Fingerprint::of(&press.folder);
            press.taken = press.take_in_folder().await.then_some(look);
        }
        Ok(press)
    }

    pub fn live(&self) -> Live {
        Arc::clone(&self.live)
    }

    pub fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Follows the store and the folder until it is dropped.
    pub async fn follow(mut self) {
        self.gate.is_live(self.newest.number);
        let mut last_look = self.taken;
        for turn in 0_u32.. {
            let gate = self.gate.clone();
            let is_called = tokio::select! {
                () = sleep(LOOK_EVERY) => false,
                () = gate.knocked() => true,
            };
            if is_called || turn % LOOKS_PER_QUESTION == 0 {
                self.catch_up().await;
            }
            if !self.is_shared {
                last_look = self.follow_folder(last_look).await;
            }
        }
    }

    async fn follow_folder(&mut self, last_look: Option<Fingerprint>) -> Option<Fingerprint> {
        let folder = self.folder.clone();
        let look = tokio::task::spawn_blocking(move || Fingerprint::of(&folder)).await.ok();
        if look == last_look && look != self.taken && self.take_in_folder().await {
            self.taken = look;
        }
        look
    }

    /// Takes what is newer in the store live, as `follow` does by itself. A store
    /// that does not answer is told about elsewhere; it is asked again.
    pub async fn catch_up(&mut self) {
        let Ok(number) = self.gate.store().newest_version_number().await else { return };
        let Some(number) = number else {
            if self.newest.number == 0 && !self.status.borrow().stale {
                self.publish_first().await;
            }
            return;
        };
        if number <= self.newest.number {
            return;
        }
        if let Err(failure) = self.take_live(number).await {
            warn!(%failure, version = number, "A new version could not be loaded; trying again");
            return;
        }
        self.gate.is_live(number);
        if !self.is_shared {
            self.take_in_folder().await;
        }
    }

    /// We started without the store, and now there is no version in it: what
    /// answers becomes the first.
    async fn publish_first(&mut self) {
        let files = self.newest.files.clone();
        let Ok(examination) = self.gate.examine(files.clone()).await else { return };
        if !examination.may_go_live() {
            return self.refuse(examination.problems, examination.transcripts);
        }
        self.newest.files = Files::default();
        if let Err(failure) = self.keep(files.clone(), examination).await {
            warn!(%failure, "The first version could not be stored; trying again");
        }
        if self.newest.number == 0 {
            self.newest.files = files;
        }
    }

    async fn take_live(&mut self, number: i64) -> Result<(), StoreError> {
        let files = load_files(self.gate.store(), number).await?;
        let examination = match self.gate.take_passed(number) {
            Some(examination) => examination,
            None => self.gate.examine(files.clone()).await?,
        };
        self.go_live(number, files, examination);
        Ok(())
    }

    /// A version passed the gate when it was published: what has expired since,
    /// or was accepted then, is no reason to refuse it.
    fn go_live(&mut self, number: i64, files: Files, examination: Examination) {
        let Examination { edition, problems, transcripts } = examination;
        let version = edition.as_ref().map_or(self.newest.good.version, |_| number);
        let status = Arc::new(Status { version, stale: edition.is_none(), problems, transcripts });
        self.newest = Newest { number, files, good: Arc::clone(&status) };
        match edition {
            Some(mut edition) => {
                edition.version = number;
                info!(version = number, rules = edition.rulebook.rules.len(), "Published the rulebook");
                self.live.store(Arc::new(edition));
                self.metrics.reloads.inc();
            }
            None => log_refusal(version, &status.problems),
        }
        self.status.send_replace(status);
        self.count();
    }

    /// What was edited in the folder goes through the gate's checks; what was
    /// not is brought in step. False when it is worth trying again although
    /// nothing changed.
    async fn take_in_folder(&mut self) -> bool {
        match self.try_to_take_in_folder().await {
            Ok(is_done) => is_done,
            Err(PressError::Store(failure)) => {
                error!(%failure, "A new version could not be stored; the version before stays live");
                false
            }
            Err(failure) => {
                self.refuse(vec![Problem::error("folder", failure.to_string())], rehearsal::Score::default());
                true
            }
        }
    }

    async fn try_to_take_in_folder(&mut self) -> Result<bool, PressError> {
        let disk = read_folder(&self.folder).await?;
        let before = self.load_step().await?;
        let edits = between(&before, &disk);
        let merged = match merge(&self.newest.files, &edits) {
            Ok(merged) => merged.with_unreadable_of(&disk),
            Err(collisions) => {
                self.refuse(collisions.iter().map(explain_collision).collect(), rehearsal::Score::default());
                return Ok(true);
            }
        };
        if merged != self.newest.files {
            let examination = self.gate.examine(merged.clone()).await?;
            if !examination.may_go_live() {
                self.refuse(examination.problems, examination.transcripts);
                return Ok(true);
            }
            if !self.keep(merged, examination).await? {
                return Ok(false);
            }
        } else if self.status.borrow().stale {
            self.status.send_replace(Arc::clone(&self.newest.good));
            self.count();
        }
        self.write_folder(disk, before).await?;
        Ok(true)
    }

    /// False when somebody else published at the same moment.
    async fn keep(&mut self, merged: Files, examination: Examination) -> Result<bool, StoreError> {
        let edits: Edits = between(&self.newest.files, &merged);
        let version = NewVersion {
            base: self.newest.number,
            changes: changes(&edits),
            source: VersionSource::Folder,
            credit: Credit::default(),
            at: self.gate.clock().now(),
            proposal: None,
        };
        match self.gate.store().add_version(&version, None).await? {
            Added::Version(version) => {
                self.go_live(version.number, merged, examination);
                self.gate.is_live(version.number);
                Ok(true)
            }
            Added::Overtaken | Added::Settled => Ok(false),
        }
    }

    /// The files that the folder held when it was in step last: what differs
    /// from them was edited there.
    async fn load_step(&self) -> Result<Files, StoreError> {
        match self.gate.store().find_folder_step().await? {
            Some(step) if step != self.newest.number => load_files(self.gate.store(), step).await,
            Some(_) | None => Ok(self.newest.files.clone()),
        }
    }

    async fn write_folder(&mut self, disk: Files, before: Files) -> Result<(), StoreError> {
        let (folder, after) = (self.folder.clone(), self.newest.files.clone());
        let work = move || folder::write(&folder, &disk, &before, &after);
        match tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)? {
            Written::InStep if self.gate.store().find_folder_step().await? != Some(self.newest.number) => {
                self.gate.store().set_folder_step(self.newest.number).await?;
            }
            // What was edited meanwhile is seen at the next look.
            Written::InStep | Written::Edited => {}
            Written::Unwritable(failure) if !self.is_unwritable_told => {
                self.is_unwritable_told = true;
                warn!(%failure, folder = %self.folder.display(),
                    "The folder cannot be written; what is live is in the store alone (yingda export)");
            }
            Written::Unwritable(_) => {}
        }
        Ok(())
    }

    fn refuse(&self, problems: Vec<Problem>, transcripts: rehearsal::Score) {
        let version = self.live.load().version;
        log_refusal(version, &problems);
        self.status.send_replace(Arc::new(Status { version, stale: true, problems, transcripts }));
        self.count();
    }

    fn count(&self) {
        let edition = self.live.load();
        self.metrics.version.set(edition.version);
        self.metrics.rules.set(i64::try_from(edition.rulebook.rules.len()).unwrap_or(i64::MAX));
        self.metrics.stale.set(i64::from(self.status.borrow().stale));
    }
}

/// The folder's, while the store cannot be asked.
async fn edition_of_folder(folder: &Path, gate: &Gate) -> Result<(Edition, Newest), PressError> {
    let disk = read_folder(folder).await?;
    let Examination { edition, problems, transcripts } = gate.examine(disk.clone()).await?;
    let Some(edition) = edition else { return Err(nothing_to_publish(folder, problems)) };
    info!(
        rules = edition.rulebook.rules.len(),
        "Answering from the rules folder until the store can be asked"
    );
    Ok(opened(0, disk, edition, (problems, transcripts)))
}

/// The newest version; the folder's where there is none yet, or where the
/// newest cannot be read and the folder is all that speaks.
async fn first_edition(folder: &Path, gate: &Gate, is_shared: bool) -> Result<(Edition, Newest), PressError> {
    let (number, files) = load_newest(gate.store()).await?;
    if number > 0 {
        let examination = gate.examine(files.clone()).await?;
        match (examination.edition, is_shared) {
            (Some(edition), _) => {
                let Examination { problems, transcripts, .. } = Examination { edition: None, ..examination };
                return Ok(opened(number, files, edition, (problems, transcripts)));
            }
            (None, true) => {
                let problems = examination.problems;
                return Err(PressError::Unreadable { number, errors: count_errors(&problems), problems });
            }
            (None, false) => {}
        }
    }
    let disk = read_folder(folder).await?;
    let examination = gate.examine(disk.clone()).await?;
    let may_go_live = examination.may_go_live();
    let Examination { edition: Some(edition), problems, transcripts } = examination else {
        return Err(nothing_to_publish(folder, examination.problems));
    };
    if !may_go_live {
        return Err(nothing_to_publish(folder, problems));
    }
    let edits = between(&files, &disk);
    let version = NewVersion {
        base: number,
        changes: changes(&edits),
        source: VersionSource::Folder,
        credit: Credit::default(),
        at: gate.clock().now(),
        proposal: None,
    };
    match gate.store().add_version(&version, None).await? {
        Added::Version(version) => Ok(opened(version.number, disk, edition, (problems, transcripts))),
        // Another process was quicker: its version is the newest.
        Added::Overtaken | Added::Settled => Box::pin(first_edition(folder, gate, is_shared)).await,
    }
}

fn opened(
    number: i64,
    files: Files,
    mut edition: Edition,
    (problems, transcripts): (Vec<Problem>, rehearsal::Score),
) -> (Edition, Newest) {
    edition.version = number;
    let good = Arc::new(Status { version: number, stale: false, problems, transcripts });
    (edition, Newest { number, files, good })
}

fn nothing_to_publish(folder: &Path, problems: Vec<Problem>) -> PressError {
    PressError::NothingToPublish { folder: folder.to_owned(), errors: count_errors(&problems), problems }
}

fn count_errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|problem| problem.is_error()).count()
}

async fn read_folder(folder: &Path) -> Result<Files, PressError> {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || Files::read(&folder)).await;
    read.map_err(|_| StoreError::Closed)?.map_err(|source| PressError::Folder { source })
}

fn explain_collision(collision: &Collision) -> Problem {
    Problem::error("folder_collision", "文件夹里改了这个文件，线上也改了它：两份不一样，还没有取用文件夹里的。")
        .remedy("请对照控制台「发布」里的线上版本改好它；以文件夹为准就运行 yingda publish，以线上为准就运行 yingda export --force。")
        .in_file(&collision.path)
}

fn log_refusal(version: i64, problems: &[Problem]) {
    warn!(version, errors = count_errors(problems), "The rulebook has errors; this version stays live");
    for problem in problems.iter().filter(|problem| problem.is_error()).take(MAX_LOGGED_PROBLEMS) {
        warn!("{}:{}: {} {}", problem.file, problem.line, problem.cause, problem.remedy);
    }
}
