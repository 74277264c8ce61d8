//! 我的账号: one's own password, second factor, sessions and preferences.

use askama::Template;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use serde::Deserialize;

use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::preferences::{Shortcuts, Theme};
use super::visit::{Sent, Visit, go};
use super::{cookie, password, when};
use crate::store::{Attempt, MostAttempts, OperationKind, Session};

/// Of one's own password, in a quarter of an hour; whoever else tries to log in
/// from here does not count.
const TRIES: MostAttempts = MostAttempts { by_name: 5, by_ip: i64::MAX, by_name_and_ip: 5 };

#[derive(Template)]
#[template(path = "console/pages/account.html")]
struct AccountPage {
    frame: Frame,
    has_second_factor: bool,
    current: Field,
    new: Field,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    hash: String,
    agent: String,
    ip: String,
    seen_at: String,
    is_this: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewPassword {
    current: String,
    new: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ending {
    hash: String,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&AccountPage::of(&visit).await?)
}

pub(super) async fn change_password(
    visit: Visit,
    Sent(sent): Sent<NewPassword>,
) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let mut page = AccountPage::of(&visit).await?;
    if let Some(refused) = refuse_stranger(&visit, &sent.current).await? {
        page.current = refused;
        return show_again(&page);
    }
    if let Err(weakness) = password::check(&sent.new, visit.staff.name.as_str()) {
        page.new = Field::default().refused(t.say(weakness.word()).with("least", password::MIN_CHARS));
        return show_again(&page);
    }
    let hash = visit.console.hasher.hash(&sent.new).await?;
    let operation = visit.does(OperationKind::PasswordChanged, visit.staff.name.as_str());
    store.change_password(&visit.staff.id, &hash, &visit.session.hash, &operation).await?;
    Ok(visit.done("/console/account", "account.password_done"))
}

/// Somebody may have found the browser open: what would lock its member out asks
/// for their password, as slowly as a login does. The field, when it is wrong.
pub(super) async fn refuse_stranger(visit: &Visit, password: &str) -> Result<Option<Field>, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let refuse = |word| Ok(Some(Field::default().refused(t.say(word))));
    let name = format!("own/{}", visit.staff.id);
    let tried = store.count_attempt((&name, &visit.caller.network), TRIES, visit.now()).await?;
    if tried == Attempt::TooMany {
        return refuse("account.too_many");
    }
    let credentials = store.find_credentials(&visit.staff.name).await?;
    let hash = credentials.and_then(|found| found.password);
    if !visit.console.hasher.verify(password, hash.as_deref()).await? {
        return refuse("account.current_wrong");
    }
    store.forget_attempts(&name).await?;
    Ok(None)
}

pub(super) async fn end_session(visit: Visit, Sent(sent): Sent<Ending>) -> Result<Response, PageError> {
    let operation = visit.does(OperationKind::SessionEnded, visit.staff.name.as_str());
    visit.console.store.end_session(&visit.staff.id, &sent.hash, &operation).await?;
    Ok(visit.done("/console/account", "account.session_ended"))
}

pub(super) async fn log_out(visit: Visit) -> Result<Response, PageError> {
    let operation = visit.does(OperationKind::LogOut, visit.staff.name.as_str());
    visit.console.store.end_session(&visit.staff.id, &visit.session.hash, &operation).await?;
    let mut response = go("/login");
    let forget = cookie::forget(cookie::SESSION, visit.caller.transport);
    response.headers_mut().append(SET_COOKIE, forget);
    Ok(response)
}

impl AccountPage {
    async fn of(visit: &Visit) -> Result<Self, PageError> {
        let sessions = visit.console.store.list_sessions(&visit.staff.id, visit.now()).await?;
        Ok(Self {
            frame: visit.frame("account"),
            has_second_factor: visit.staff.has_second_factor,
            current: Field::default(),
            new: Field::default(),
            sessions: sessions.into_iter().map(|session| SessionRow::of(session, visit)).collect(),
        })
    }
}

impl SessionRow {
    fn of(session: Session, visit: &Visit) -> Self {
        Self {
            is_this: session.hash == visit.session.hash,
            agent: browser(&session.agent),
            ip: session.ip,
            seen_at: when::minute(&visit.console, session.seen_at),
            hash: session.hash,
        }
    }
}

/// Enough to tell one's phone from one's computer.
fn browser(agent: &str) -> String {
    let first = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name)
    };
    let program = first(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("HuaweiBrowser", "华为浏览器"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}
