//! `/join?key=…`: a one-time link becomes a member, or a new password. The
//! first set-up (`setup`) is the same page at another door.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::door::Caller;
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::visit::Sent;
use super::words::{Sentence, Words};
use super::{Console, login, password};
use crate::model::{Role, StaffId, StaffName};
use crate::store::{Actor, Invitation, NewStaff, OperationKind, Purpose, Ticket};

/// Which address the link was opened at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    SetUp,
    Join,
}

#[derive(Debug, Deserialize)]
pub(super) struct Key {
    key: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Joining {
    key: String,
    #[serde(default)]
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "console/pages/join.html")]
struct JoinPage {
    frame: Frame,
    /// `set_up`, `join` or `reset`: part of the words' keys.
    kind: &'static str,
    key: String,
    role: Option<String>,
    /// Whose new password it is.
    member: Option<String>,
    name: Field,
    password: Field,
}

#[derive(Template)]
#[template(path = "console/pages/join_over.html")]
struct OverPage {
    frame: Frame,
    /// A key of words.
    why: &'static str,
}

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    caller: Caller,
    Query(key): Query<Key>,
) -> Result<Response, PageError> {
    show_at(Door::Join, &console, &caller, &key).await
}

pub(super) async fn take(
    State(console): State<Arc<Console>>,
    caller: Caller,
    headers: HeaderMap,
    Sent(joining): Sent<Joining>,
) -> Result<Response, PageError> {
    take_at(Door::Join, &console, &caller, &headers, joining).await
}

pub(super) async fn show_at(
    door: Door,
    console: &Console,
    caller: &Caller,
    Key { key }: &Key,
) -> Result<Response, PageError> {
    let key = key.as_deref().unwrap_or_default();
    match find(door, console, key).await? {
        Some(invitation) => show_page(&JoinPage::of(&invitation, key, console, caller).await?),
        None => show_over(door, caller),
    }
}

pub(super) async fn take_at(
    door: Door,
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    joining: Joining,
) -> Result<Response, PageError> {
    let Some(invitation) = find(door, console, &joining.key).await? else { return show_over(door, caller) };
    let mut page = JoinPage::of(&invitation, &joining.key, console, caller).await?;
    page.name = Field::of(joining.name.as_str());
    let name = page.check(&joining, caller.t);
    let Some(name) = name else { return show_again(&page) };
    let hash = console.hasher.hash(&joining.password).await?;
    let staff = match &invitation.purpose {
        Purpose::SetUp => become_member(console, caller, &invitation, (name, Role::Admin, hash)).await?,
        Purpose::Join(role) => become_member(console, caller, &invitation, (name, *role, hash)).await?,
        Purpose::Reset(staff) => set_password(console, caller, &invitation, staff, (&name, &hash)).await?,
    };
    match staff {
        Taken::By(staff) => login::let_in(console, caller, headers, &staff, "join.done").await,
        Taken::NameInUse => {
            page.name = page.name.refused(caller.t.say("join.name_in_use"));
            show_again(&page)
        }
        Taken::TooLate => show_over(door, caller),
    }
}

enum Taken {
    By(StaffId),
    NameInUse,
    /// Somebody else took the link meanwhile.
    TooLate,
}

async fn find(door: Door, console: &Console, key: &str) -> Result<Option<Invitation>, PageError> {
    let Some(ticket) = Ticket::read(key) else { return Ok(None) };
    let invitation = console.store.find_invitation(&ticket, console.clock.now()).await?;
    let fits = |invitation: &Invitation| match (&invitation.purpose, door) {
        (Purpose::SetUp, Door::SetUp) | (Purpose::Join(_) | Purpose::Reset(_), Door::Join) => true,
        (Purpose::SetUp, Door::Join) | (Purpose::Join(_) | Purpose::Reset(_), Door::SetUp) => false,
    };
    Ok(invitation.filter(fits))
}

async fn become_member(
    console: &Console,
    caller: &Caller,
    invitation: &Invitation,
    (name, role, password): (StaffName, Role, String),
) -> Result<Taken, PageError> {
    let newcomer = NewStaff { id: StaffId::fresh(), name, role, password };
    let kind = match invitation.purpose {
        Purpose::SetUp => OperationKind::SetUp,
        Purpose::Join(_) | Purpose::Reset(_) => OperationKind::Join,
    };
    let actor = Actor { staff: None, name: newcomer.name.to_string(), ip: caller.ip.clone() };
    let operation =
        actor.does(kind, newcomer.name.as_str(), console.clock.now()).after(newcomer.role.title());
    match console.store.join(invitation, &newcomer, &operation).await {
        Ok(true) => Ok(Taken::By(newcomer.id)),
        Ok(false) => Ok(Taken::TooLate),
        Err(failure) if failure.is_duplicate() => Ok(Taken::NameInUse),
        Err(failure) => Err(failure.into()),
    }
}

async fn set_password(
    console: &Console,
    caller: &Caller,
    invitation: &Invitation,
    staff: &StaffId,
    (name, hash): (&StaffName, &str),
) -> Result<Taken, PageError> {
    let actor = Actor { staff: Some(staff.clone()), name: name.to_string(), ip: caller.ip.clone() };
    let operation = actor.does(OperationKind::PasswordReset, name.as_str(), console.clock.now());
    let taken = console.store.reset_password(invitation, staff, hash, &operation).await?;
    console.store.forget_attempts(&name.key()).await?;
    Ok(if taken { Taken::By(staff.clone()) } else { Taken::TooLate })
}

fn show_over(door: Door, caller: &Caller) -> Result<Response, PageError> {
    let why = match door {
        Door::SetUp => "join.over_set_up",
        Door::Join => "join.over_join",
    };
    show_again(&OverPage { frame: Frame::of_caller(caller, ""), why })
}

impl JoinPage {
    async fn of(
        invitation: &Invitation,
        key: &str,
        console: &Console,
        caller: &Caller,
    ) -> Result<Self, PageError> {
        let role = |role: Role| Some(caller.t.say(&format!("role.{}", role.as_str())).to_string());
        let (kind, role, staff) = match &invitation.purpose {
            Purpose::SetUp => ("set_up", None, None),
            Purpose::Join(invited_as) => ("join", role(*invited_as), None),
            Purpose::Reset(staff) => ("reset", None, console.store.find_staff(staff).await?),
        };
        Ok(Self {
            frame: Frame::of_caller(caller, ""),
            kind,
            key: key.to_owned(),
            role,
            member: staff.map(|staff| staff.name.to_string()),
            name: Field::of(invitation.note.as_str()),
            password: Field::default(),
        })
    }

    /// `title`, `lead` or `button` of this kind of link.
    fn words(&self, part: &str) -> Sentence<'_> {
        self.frame.t.say(&format!("join.{}_{part}", self.kind)).owned()
    }

    /// The name, when nothing is wrong; else both fields say what is.
    fn check(&mut self, joining: &Joining, t: &Words) -> Option<StaffName> {
        let written = self.member.as_deref().unwrap_or(&joining.name);
        let name = StaffName::parse(written);
        if name.is_err() {
            self.name = Field::of(written).refused(t.say("join.name_refused"));
        }
        if let Err(weakness) = password::check(&joining.password, written) {
            let sentence = t.say(weakness.word()).with("least", password::MIN_CHARS);
            self.password = Field::default().refused(sentence);
            return None;
        }
        name.ok()
    }
}
