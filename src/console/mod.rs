//! The staff's pages: server-rendered, phone first, working without
//! JavaScript, in Chinese and English. A page is one file here, its template in
//! `pages/`, its words in `words/zh` and `words/en`, and one line in
//! `contents.rs`. Not here: what the public reads (site), SQL (store), the engine
//! (rehearsal).
//!
//! To add a page, copy `tokens.rs` with its template and words, and read
//! `visit.rs` and `pages/parts/`.

mod account;
mod again;
mod assets;
mod catalog;
mod chat;
mod chats;
mod confirm;
mod connect;
mod contents;
mod cookie;
mod data;
mod deadline;
mod device;
mod diff;
mod door;
mod exchange;
mod failure;
mod form;
mod frame;
mod headers;
mod home;
mod join;
mod kept;
mod keys;
mod lead;
mod leads;
mod log;
mod login;
mod members;
mod misses;
mod more;
mod names;
mod nav;
mod page;
mod pager;
mod password;
mod phrases;
mod places;
mod preferences;
mod problems;
mod publish;
mod refused;
mod rehearse;
mod replay;
mod rules;
mod second_factor;
mod served;
mod setup;
mod sheet;
mod spoken;
#[cfg(debug_assertions)]
mod style;
mod tab;
mod tokens;
mod told;
mod upload;
mod visit;
mod when;
mod words;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::any;
use tokio::sync::watch;

use crate::accounts::Accounts;
use crate::answer::Live;
use crate::conversation::Desk;
use crate::model::{Clock, Roster};
use crate::publishing::{self, Status};
use crate::store::{Store, StoreError};

use contents::pages;
use password::Hasher;

pub use page::Gate;
pub use words::{Lang, Words};

/// What the console is made from.
#[derive(Clone, Debug)]
pub struct Wiring {
    pub store: Store,
    pub live: Live,
    pub desk: Arc<Desk>,
    pub gate: publishing::Gate,
    pub clock: Clock,
    pub status: watch::Receiver<Arc<Status>>,
    pub accounts: Accounts,
    /// Where the public reaches us, without a slash at its end.
    pub public_url: Option<Arc<str>>,
    /// What was said longer ago is kept without who said it.
    pub keep_messages_days: NonZeroU32,
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing was configured: a newcomer on their own machine, who may try
    /// the bot without a login.
    Demonstration,
    Service,
}

#[derive(Debug)]
struct Console {
    store: Store,
    live: Live,
    desk: Arc<Desk>,
    gate: publishing::Gate,
    clock: Clock,
    status: watch::Receiver<Arc<Status>>,
    /// Who is served at present.
    roster: Roster,
    /// Where accounts are made and changed.
    accounts: Accounts,
    public_url: Option<Arc<str>>,
    keep_messages_days: NonZeroU32,
    mode: Mode,
    counted: data::Counted,
    grouped: misses::Kept,
    hasher: Hasher,
    shelves: rules::Shelves,
    figures: rules::FigureCache,
    /// Somebody has a password. It never becomes untrue again.
    is_set_up: AtomicBool,
}

/// Every address with its gate, for tests that try each of them.
pub fn addresses() -> Vec<(&'static str, Gate)> {
    pages().into_iter().map(|page| (page.path, page.gate)).collect()
}

/// To be served with `ConnectInfo<SocketAddr>`: without it nobody counts as
/// sitting at this machine.
pub fn routes(wiring: Wiring) -> Router {
    let console = Arc::new(Console::new(wiring));
    let mut router = Router::new();
    for page in pages() {
        router = router.route(page.path, page.guarded(&console));
    }
    router
        .route("/console/{*rest}", any(failure::missing))
        .layer(from_fn_with_state(Arc::clone(&console), door::receive))
        .layer(map_response(headers::protect))
        .with_state(console)
}

impl Console {
    fn new(wiring: Wiring) -> Self {
        let Wiring { store, live, desk, gate, clock, status, accounts, .. } = wiring;
        let (public_url, keep_messages_days, mode) =
            (wiring.public_url, wiring.keep_messages_days, wiring.mode);
        let (hasher, is_set_up) = (Hasher::default(), AtomicBool::new(false));
        let roster = accounts.roster();
        let (counted, grouped) = (data::Counted::default(), misses::Kept::default());
        let (shelves, figures) = (rules::Shelves::default(), rules::FigureCache::default());
        Self {
            store,
            live,
            desk,
            gate,
            clock,
            status,
            roster,
            accounts,
            public_url,
            keep_messages_days,
            mode,
            counted,
            grouped,
            hasher,
            shelves,
            figures,
            is_set_up,
        }
    }

    async fn is_set_up(&self) -> Result<bool, StoreError> {
        if self.is_set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let is_set_up = self.store.anyone_can_log_in().await?;
        self.is_set_up.fetch_or(is_set_up, Ordering::Relaxed);
        Ok(is_set_up)
    }

    /// What was true when the request came in.
    fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status.borrow())
    }
}
