//! A service's rulebook with its folder, its store and its gate, as far as
//! publishing goes.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use yingda::answer::Live;
use yingda::model::{AccountId, Clock, StaffId};
use yingda::publishing::{Draft, Gate, Ground, Press, Published, Refused, Request, Status};
use yingda::rehearsal::{Rehearsal, text_of};
use yingda::store::{Actor, Location, Store, VersionSource};
use yingda::telemetry::Metrics;

use crate::support::databases::sealer;

/// What staff are promised.
pub const PROMISED: Duration = Duration::from_secs(1);
pub const PRICE: &str = "rules/price.md";
pub const STAY: &str = "rules/stay.md";

pub struct Office {
    pub folder: tempfile::TempDir,
    pub live: Live,
    pub status: watch::Receiver<Arc<Status>>,
    pub store: Store,
    pub gate: Gate,
    pub press: JoinHandle<()>,
}

pub fn rule(id: &str, trigger: &str, reply: &str) -> String {
    format!("+++\nid = \"{id}\"\nname = \"{id}\"\ntriggers = [\"{trigger}\"]\n+++\n{reply}\n")
}

/// A folder with two rules.
pub fn fresh_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let responses = folder.path().join("responses");
    fs::create_dir_all(responses.join("rules")).expect("creatable");
    fs::write(responses.join("settings.toml"), "[centre]\nname = \"中心\"\n").expect("writable");
    fs::write(
        responses.join("contacts.toml"),
        "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    )
    .expect("writable");
    fs::write(responses.join(PRICE), rule("price", "多少钱", "旧的回答。")).expect("writable");
    fs::write(responses.join(STAY), rule("stay", "住哪里", "住处的回答。")).expect("writable");
    folder
}

impl Office {
    /// Followed as the service does.
    pub async fn open() -> Self {
        Self::open_in(fresh_folder()).await
    }

    pub async fn open_in(folder: tempfile::TempDir) -> Self {
        let location = Location::Sqlite { path: folder.path().join("data/yingda.db") };
        Self::open_at(folder, &location).await
    }

    pub async fn open_at(folder: tempfile::TempDir, location: &Location) -> Self {
        let metrics = Metrics::default();
        let store = Store::open(location, sealer(), metrics.store.clone()).await.expect("a store");
        let responses = folder.path().join("responses");
        let press =
            Press::open(&responses, Ground::default(), store.clone(), Clock::System, metrics.rulebook)
                .await
                .unwrap_or_else(|error| panic!("{error}"));
        let (live, status, gate) = (press.live(), press.status(), press.gate());
        let press = tokio::spawn(press.follow());
        Self { folder, live, status, store, gate, press }
    }

    /// The process is gone, whatever it was doing; its folder and its store stay.
    pub async fn killed(self) -> tempfile::TempDir {
        self.press.abort();
        let _ = self.press.await;
        self.store.close().await;
        self.folder
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join("responses").join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// What a customer would be answered now.
    pub fn answers(&self, text: &str) -> String {
        let edition = self.live.load();
        let account = AccountId::parse("main").expect("a slug");
        let mut rehearsal = Rehearsal::new(&edition, account, Clock::System.now());
        text_of(&rehearsal.says(text).reply)
    }

    /// Waits for the next word from the press; how long it took.
    pub async fn next_status(&mut self) -> (Arc<Status>, Duration) {
        let since = Instant::now();
        let changed = timeout(5 * PROMISED, self.status.changed()).await;
        changed.expect("the press says something").expect("it is alive");
        (Arc::clone(&self.status.borrow_and_update()), since.elapsed())
    }

    pub async fn draft(&self, owner: &str) -> Draft {
        draft(&self.store, owner).await
    }

    pub async fn publish(&self, draft: &Draft) -> Result<Published, Refused> {
        self.gate.publish(request(draft)).await
    }
}

pub async fn draft(store: &Store, owner: &str) -> Draft {
    Draft::open(store, &StaffId::parse(owner).expect("a slug")).await.expect("it opens")
}

/// Somebody's draft with these files written.
pub async fn drafted(store: &Store, owner: &str, files: &[(&str, &str)]) -> Draft {
    let mut draft = draft(store, owner).await;
    for (path, text) in files {
        let seen = draft.hash_of(path);
        let now = Clock::System.now();
        draft.write(store, path, (*text).into(), seen.as_deref(), now).await.expect("written");
    }
    draft
}

pub fn actor() -> Actor {
    Actor { staff: None, name: "同事甲".to_owned(), ip: "127.0.0.1".to_owned() }
}

pub fn request(draft: &Draft) -> Request {
    Request {
        reason: "更新费用".to_owned(),
        ..Request::new(draft.edits(None), actor(), VersionSource::Console)
    }
}
