//! The staff's pages: server-rendered, phone first, working without
//! JavaScript, in Chinese and English. A page is one file here, its template in
//! `pages/`, its words in `words/zh` and `words/en`, and one line in `pages()`
//! below. Not here: what the public reads (site), SQL (store), the engine
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
mod preferences;
mod publish;
mod rehearse;
mod replay;
mod rules;
mod second_factor;
mod served;
mod setup;
mod sheet;
#[cfg(debug_assertions)]
mod style;
mod tab;
mod tokens;
mod upload;
mod visit;
mod when;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{any, get, post};
use tokio::sync::watch;

use crate::accounts::Accounts;
use crate::answer::Live;
use crate::conversation::Desk;
use crate::model::{Clock, Right, Roster};
use crate::publishing::{self, Status};
use crate::store::{Store, StoreError};

use catalog::{articles, contacts, courses, forms, settings, todo};

use page::{Page, here_only, open, page};
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
    accounts: Roster,
    served: Accounts,
    public_url: Option<Arc<str>>,
    mode: Mode,
    counted: data::Counted,
    grouped: misses::Kept,
    hasher: Hasher,
    shelves: rules::Shelves,
    figures: rules::FigureCache,
    /// Somebody has a password. It never becomes untrue again.
    is_set_up: AtomicBool,
}

/// The table of contents: every address, who may open it, and what answers.
fn pages() -> Vec<Page> {
    let mut pages = first_pages();
    pages.extend(pages_of_oneself());
    pages.extend(pages_of_rules());
    pages.extend(pages_about_people());
    pages.extend(pages_of_content());
    pages.extend(publishing_pages());
    #[cfg(debug_assertions)]
    pages.push(page("/console/style", Right::Enter, get(style::show)));
    pages
}

fn first_pages() -> Vec<Page> {
    vec![
        // For anyone
        here_only("/setup", get(setup::show).post(setup::take)),
        here_only("/try", get(rehearse::show_here).post(rehearse::say_here)),
        open("/join", get(join::show).post(join::take)),
        open("/login", get(login::show).post(login::take)),
        open("/preferences", post(preferences::set)),
        open("/console/assets/{name}", get(assets::serve)),
        // Work
        page("/console", Right::Enter, get(home::show)),
        page("/console/try", Right::Enter, get(rehearse::show).post(rehearse::say)),
        page("/console/more", Right::Enter, get(more::show)),
        page("/console/keys", Right::Enter, get(keys::show)),
        // Administration
        page("/console/accounts", Right::Administer, get(connect::list)),
        page("/console/accounts/new", Right::Administer, get(connect::ask).post(connect::make)),
        page("/console/accounts/{id}", Right::Administer, get(connect::show)),
        page("/console/accounts/{id}/news", Right::Administer, get(connect::news)),
        page("/console/accounts/{id}/edit", Right::Administer, get(connect::edit).post(connect::save)),
        page(
            "/console/accounts/{id}/secrets",
            Right::Administer,
            get(connect::ask_renew).post(connect::renew),
        ),
        page(
            "/console/accounts/{id}/remove",
            Right::Administer,
            get(connect::ask_remove).post(connect::remove),
        ),
        page("/console/members", Right::Administer, get(members::show).post(members::invite)),
        page("/console/members/{id}", Right::Administer, get(members::one).post(members::change_role)),
        page(
            "/console/members/{id}/disable",
            Right::Administer,
            get(members::ask_disable).post(members::disable),
        ),
        page("/console/members/{id}/enable", Right::Administer, post(members::enable)),
        page("/console/members/{id}/reset", Right::Administer, post(members::make_reset_link)),
        page("/console/members/invitations/withdraw", Right::Administer, post(members::withdraw)),
        page("/console/log", Right::Administer, get(log::show)),
        page("/console/log/export", Right::Administer, get(log::export)),
        page("/console/tokens", Right::Administer, get(tokens::show).post(tokens::make)),
        page("/console/tokens/{id}/revoke", Right::Administer, get(tokens::ask_revoke).post(tokens::revoke)),
    ]
}

fn publishing_pages() -> Vec<Page> {
    vec![
        page("/console/publish", Right::Enter, get(publish::show)),
        page("/console/publish/now", Right::Edit, post(publish::publish)),
        page("/console/publish/undo", Right::Edit, post(publish::undo)),
        page("/console/publish/keep", Right::Edit, post(publish::keep)),
        page("/console/publish/discard", Right::Edit, get(publish::ask_discard).post(publish::discard)),
        page("/console/publish/versions/{id}", Right::Enter, get(publish::show_version)),
        page(
            "/console/publish/versions/{id}/restore",
            Right::Edit,
            get(publish::ask_restore).post(publish::restore),
        ),
        page("/console/publish/waiting/{id}", Right::Enter, get(publish::show_waiting)),
        page("/console/publish/waiting/{id}/approve", Right::Edit, post(publish::approve)),
        page("/console/publish/waiting/{id}/withdraw", Right::Edit, post(publish::withdraw)),
    ]
}

/// Whoever is logged in, and their own account.
fn pages_of_oneself() -> Vec<Page> {
    vec![
        page("/console/logout", Right::Enter, post(account::log_out)),
        page("/console/account", Right::Enter, get(account::show)),
        page("/console/account/password", Right::Enter, post(account::change_password)),
        page("/console/account/sessions/end", Right::Enter, post(account::end_session)),
        page("/console/account/codes", Right::Enter, get(second_factor::show).post(second_factor::turn_on)),
        page(
            "/console/account/codes/off",
            Right::Enter,
            get(second_factor::ask_off).post(second_factor::turn_off),
        ),
    ]
}

/// What is answered, rule by rule.
fn pages_of_rules() -> Vec<Page> {
    vec![
        page("/console/rules", Right::Enter, get(rules::show)),
        page("/console/rules/new", Right::Edit, get(rules::show_new).post(rules::make)),
        page("/console/rules/preview", Right::Edit, post(rules::preview)),
        page("/console/rules/{id}", Right::Enter, get(rules::show_one)),
        page("/console/rules/{id}/save", Right::Edit, post(rules::take)),
        page("/console/rules/{id}/publish", Right::Edit, post(rules::publish)),
        page("/console/rules/{id}/switch", Right::Edit, post(rules::switch)),
        page("/console/rules/{id}/undo", Right::Edit, post(rules::undo)),
        page("/console/rules/{id}/delete", Right::Edit, get(rules::ask_delete).post(rules::delete)),
    ]
}

/// What replies share, and how tables of it come in and go out.
fn pages_of_content() -> Vec<Page> {
    vec![
        page("/console/courses", Right::Enter, get(courses::show)),
        page("/console/courses/new", Right::Edit, get(courses::new).post(courses::add)),
        page("/console/courses/{id}", Right::Edit, get(courses::one).post(courses::change)),
        page("/console/courses/{id}/remove", Right::Edit, get(courses::ask_removal).post(courses::remove)),
        page("/console/contacts", Right::Enter, get(contacts::show)),
        page("/console/contacts/new", Right::Edit, get(contacts::new).post(contacts::add)),
        page("/console/contacts/{id}", Right::Edit, get(contacts::one).post(contacts::change)),
        page("/console/contacts/{id}/remove", Right::Edit, get(contacts::ask_removal).post(contacts::remove)),
        page("/console/articles", Right::Enter, get(articles::show)),
        page("/console/articles/new", Right::Edit, get(articles::new).post(articles::add)),
        page("/console/articles/{id}", Right::Edit, get(articles::one).post(articles::change)),
        page("/console/articles/{id}/remove", Right::Edit, get(articles::ask_removal).post(articles::remove)),
        page("/console/forms", Right::Enter, get(forms::show)),
        page("/console/forms/{id}", Right::Enter, get(forms::one)),
        page("/console/forms/{id}/words", Right::Edit, get(forms::wording).post(forms::change_wording)),
        page("/console/forms/{id}/steps", Right::Edit, get(forms::new_step).post(forms::add_step)),
        page("/console/forms/{id}/steps/{name}", Right::Edit, get(forms::step).post(forms::change_step)),
        page("/console/forms/{id}/steps/{name}/move", Right::Edit, post(forms::move_step)),
        page(
            "/console/forms/{id}/steps/{name}/remove",
            Right::Edit,
            get(forms::ask_step_removal).post(forms::remove_step),
        ),
        page("/console/settings", Right::Enter, get(settings::show)),
        page("/console/settings/{id}", Right::Edit, get(settings::one).post(settings::change)),
        page("/console/todo", Right::Enter, get(todo::show)),
        page("/console/import", Right::Enter, get(exchange::show)),
        page("/console/import/table", Right::Edit, post(exchange::take)),
        page("/console/import/{id}/export", Right::Enter, get(exchange::export_table)),
    ]
}

/// Whoever writes to us, and what they asked. Who does not work with customers
/// sees what is asked and what is wanted, and not by whom: as in the API.
fn pages_about_people() -> Vec<Page> {
    vec![
        page("/console/chats", Right::Serve, get(chats::show)),
        page("/console/chats/{id}", Right::Serve, get(chat::show)),
        page("/console/chats/{id}/why/{key}", Right::Serve, get(chat::explain)),
        page("/console/chats/{id}/reveal/{key}", Right::Serve, post(chat::reveal)),
        page("/console/chats/{id}/take", Right::Serve, post(chat::take)),
        page("/console/chats/{id}/release", Right::Serve, post(chat::release)),
        page("/console/chats/{id}/end", Right::Serve, post(chat::end)),
        page("/console/chats/{id}/hold", Right::Serve, post(chat::hold)),
        page("/console/chats/{id}/hand-back", Right::Serve, post(chat::hand_back)),
        page("/console/chats/{id}/draft", Right::Serve, post(chat::save_draft)),
        page("/console/chats/{id}/replying", Right::Serve, get(chat::replying)),
        page("/console/chats/{id}/words", Right::Serve, post(chat::leave_words)),
        page("/console/chats/{id}/words/back", Right::Serve, post(chat::take_back_words)),
        page("/console/chats/{id}/note", Right::Serve, post(chat::add_note)),
        page("/console/chats/{id}/export", Right::Administer, get(chat::export)),
        page("/console/chats/{id}/delete", Right::Administer, get(chat::ask_delete).post(chat::delete)),
        page("/console/phrases", Right::Serve, get(phrases::show)),
        page("/console/phrases/save", Right::Serve, post(phrases::save)),
        page("/console/phrases/{id}/delete", Right::Serve, get(phrases::ask_delete).post(phrases::delete)),
        page("/console/leads", Right::Enter, get(leads::show)),
        page("/console/leads/export", Right::Serve, get(leads::export)),
        page("/console/leads/{id}", Right::Enter, get(lead::show)),
        page("/console/leads/{id}/follow", Right::Serve, post(lead::follow)),
        page("/console/leads/{id}/reveal", Right::Serve, post(lead::reveal)),
        page("/console/leads/{id}/delete", Right::Administer, get(lead::ask_delete).post(lead::delete)),
        page("/console/misses", Right::Enter, get(misses::show)),
        page("/console/misses/add", Right::Edit, get(misses::add)),
        page("/console/misses/ignore", Right::Edit, post(misses::ignore)),
        page("/console/misses/reopen", Right::Edit, post(misses::reopen)),
        page("/console/data", Right::Enter, get(data::show)),
        page("/console/data/messages", Right::Enter, get(data::messages)),
        page("/console/data/export", Right::Enter, get(data::export)),
    ]
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
        let Wiring { store, live, desk, gate, clock, status, accounts, public_url, mode } = wiring;
        let (hasher, is_set_up) = (Hasher::default(), AtomicBool::new(false));
        let (served, accounts) = (accounts.clone(), accounts.roster());
        let (counted, grouped) = (data::Counted::default(), misses::Kept::default());
        let (shelves, figures) = (rules::Shelves::default(), rules::FigureCache::default());
        Self {
            store,
            live,
            desk,
            gate,
            clock,
            status,
            accounts,
            served,
            public_url,
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
