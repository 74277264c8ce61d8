//! The one gate: edits come onto the newest version, are examined as a whole,
//! and become the next version in the store. From there every process takes it
//! live, and the folder is written (press). Not here: what is asked of it
//! (request), why it refuses (refused), who may (console).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::model::Clock;
use crate::rulebook::{Files, Surroundings, check};
use crate::store::{Added, NewVersion, OperationKind, Store, StoreError, Version};

use super::agreement;
use super::edits::{Edits, between, merge};
use super::examine::{Examination, examine};
use super::findings::Findings;
use super::ground::Ground;
use super::refused::{Refused, judge};
use super::request::Request;

/// Others publish at the same moment so often at most.
const TRIES: usize = 8;
/// A version is live well before this; whoever published waits to see it.
const UNTIL_LIVE: Duration = Duration::from_secs(3);

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
    /// The folder's files that are put right in the console. A process that ends
    /// forgets them; then the folder's text counts as an edit again, which is
    /// told and overwrites nothing.
    taken_over: Mutex<BTreeMap<String, TakenOver>>,
}

/// A file of the folder, put right in the console: the hashes of both texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    pub seen: String,
    pub mended: String,
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

impl Gate {
    pub fn new(ground: Ground, store: Store, clock: Clock) -> Self {
        let (passed, knock, live) = (Mutex::default(), Notify::new(), watch::Sender::new(None));
        let taken_over = Mutex::default();
        Self(Arc::new(Inner { ground, store, clock, passed, knock, live, taken_over }))
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

    /// Somebody puts right in the console what the folder holds under this path:
    /// once it is published, what was seen is no edit of its own.
    pub fn take_over(&self, path: &str, taken: TakenOver) {
        let mut taken_over = self.0.taken_over.lock().unwrap_or_else(PoisonError::into_inner);
        taken_over.insert(path.to_owned(), taken);
        self.0.knock.notify_one();
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
    pub(super) fn taken_over(&self) -> BTreeMap<String, TakenOver> {
        self.0.taken_over.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

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
