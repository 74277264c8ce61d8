//! 成员: who may enter, and as what. Joining is by a one-time link; whoever is
//! disabled is out at once; somebody always remains who can administer.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::confirm::Confirm;
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page, show_again};
use super::visit::{Sent, Visit};
use super::words::Words;
use super::{Console, when};
use crate::model::{Role, StaffId, StaffName};
use crate::store::{Changed, Invitation, OperationKind, Purpose, Staff, Standing, Ticket};

#[derive(Template)]
#[template(path = "console/pages/members.html")]
struct MembersPage {
    frame: Frame,
    members: Vec<Row>,
    invitations: Vec<Waiting>,
    /// Shown once, right after it was made.
    link: Option<String>,
    name: Field,
    role: Field,
    roles: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/pages/member.html")]
struct MemberPage {
    frame: Frame,
    member: Row,
    is_oneself: bool,
    role: Field,
    roles: Vec<Choice>,
    link: Option<String>,
    /// What ends when they are no administrator any more, in words.
    made: Option<String>,
}

struct Row {
    id: String,
    name: String,
    role: String,
    is_active: bool,
    has_second_factor: bool,
    made_at: String,
}

struct Waiting {
    hash: String,
    note: String,
    what: String,
    made_by: String,
    ends_at: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Inviting {
    name: String,
    role: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewRole {
    role: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Withdrawn {
    hash: String,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&MembersPage::of(&visit, None).await?)
}

/// The link is shown in the answer itself: it is kept nowhere.
pub(super) async fn invite(visit: Visit, Sent(sent): Sent<Inviting>) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let (name, role) = (StaffName::parse(&sent.name), Role::parse(&sent.role));
    let (Ok(name), Some(role)) = (&name, role) else {
        let mut page = MembersPage::of(&visit, None).await?;
        page.name = Field::of(sent.name.as_str());
        page.role = Field::of(sent.role.as_str());
        if name.is_err() {
            page.name = page.name.refused(t.say("members.name_refused"));
        }
        if role.is_none() {
            page.role = page.role.refused(t.say("members.role_refused"));
        }
        return show_again(&page);
    };
    let operation = visit.does(OperationKind::Invite, name.as_str()).after(role.title());
    let ticket = visit.console.store.invite(&Purpose::Join(role), &operation).await?;
    show_page(&MembersPage::of(&visit, Some(link(&visit, &ticket))).await?)
}

pub(super) async fn withdraw(visit: Visit, Sent(sent): Sent<Withdrawn>) -> Result<Response, PageError> {
    let invitations = visit.console.store.list_invitations(visit.now()).await?;
    let invitation = invitations.into_iter().find(|invitation| invitation.hash == sent.hash);
    if let Some(invitation) = invitation {
        let operation = visit.does(OperationKind::InvitationWithdrawn, &invitation.note);
        visit.console.store.withdraw_invitation(&invitation.hash, &operation).await?;
    }
    Ok(visit.done("/console/members", "members.withdrawn"))
}

pub(super) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    show_page(&MemberPage::of(&visit, &member, None).await?)
}

pub(super) async fn change_role(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<NewRole>,
) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    let role = Role::parse(&sent.role).ok_or(PageError::Unreadable)?;
    let operation = visit.does(OperationKind::RoleChanged, member.name.as_str());
    let operation = operation.before(member.role.title()).after(role.title());
    match visit.console.store.change_role(&member.id, role, &operation).await? {
        Changed::Done => Ok(visit.done("/console/members", "members.role_done")),
        Changed::LastAdmin => {
            let mut page = MemberPage::of(&visit, &member, None).await?;
            page.role = page.role.refused(visit.caller.t.say("members.last_admin"));
            show_again(&page)
        }
    }
}

pub(super) async fn ask_disable(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    let back = format!("/console/members/{}", member.id);
    let action = format!("{back}/disable");
    let confirm = |words| Confirm::about(&visit, words, member.name.as_str(), &action, &back);
    match made_by(&visit, &member).await? {
        None => show_page(&confirm("members.disable")),
        Some(made) => show_page(&confirm("members.disable_maker").filled("made", &made)),
    }
}

pub(super) async fn disable(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    let operation = visit.does(OperationKind::Disabled, member.name.as_str());
    match visit.console.store.disable_staff(&member.id, &operation).await? {
        Changed::Done => Ok(visit.done("/console/members", "members.disabled_done")),
        Changed::LastAdmin => {
            let mut page = MemberPage::of(&visit, &member, None).await?;
            page.role = page.role.refused(visit.caller.t.say("members.last_admin"));
            show_again(&page)
        }
    }
}

pub(super) async fn enable(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    let operation = visit.does(OperationKind::Enabled, member.name.as_str());
    visit.console.store.enable_staff(&member.id, &operation).await?;
    Ok(visit.done("/console/members", "members.enabled_done"))
}

pub(super) async fn make_reset_link(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let member = find(&visit.console, &id).await?;
    let operation = visit.does(OperationKind::ResetLinkMade, member.name.as_str());
    let ticket = visit.console.store.invite(&Purpose::Reset(member.id.clone()), &operation).await?;
    show_page(&MemberPage::of(&visit, &member, Some(link(&visit, &ticket))).await?)
}

/// Links and tokens that end with this member's right to make them, in words.
async fn made_by(visit: &Visit, member: &Staff) -> Result<Option<String>, PageError> {
    let t = visit.caller.t;
    let made = visit.console.store.find_made_access(&member.id, visit.now()).await?;
    let links = made.links.iter().map(|name| t.say("members.made_link").with("name", name).to_string());
    let tokens = made.tokens.iter().map(|name| t.say("members.made_token").with("name", name).to_string());
    let all: Vec<String> = links.chain(tokens).collect();
    Ok((!all.is_empty()).then(|| all.join(&t.say("members.made_between").to_string())))
}

async fn find(console: &Arc<Console>, id: &str) -> Result<Staff, PageError> {
    let id = StaffId::parse(id).map_err(|_| PageError::Missing)?;
    console.store.find_staff(&id).await?.ok_or(PageError::Missing)
}

fn link(visit: &Visit, ticket: &Ticket) -> String {
    let base = visit.console.public_url.as_deref().unwrap_or(&visit.caller.origin);
    format!("{base}/join?key={}", ticket.as_str())
}

fn roles(t: &Words) -> Vec<Choice> {
    let choice = |role: Role| {
        let word = role.as_str();
        let label = t.say("members.role_may").with("role", t.say(&format!("role.{word}")));
        let label = label.with("may", t.say(&format!("role.{word}_may")));
        Choice::new(word, label)
    };
    Role::ALL.into_iter().map(choice).collect()
}

impl MembersPage {
    async fn of(visit: &Visit, link: Option<String>) -> Result<Self, PageError> {
        let store = &visit.console.store;
        let members = store.list_staff().await?;
        let invitations = store.list_invitations(visit.now()).await?;
        Ok(Self {
            frame: visit.frame("members"),
            members: members.iter().map(|member| Row::of(member, visit)).collect(),
            invitations: invitations.into_iter().map(|waiting| Waiting::of(waiting, visit)).collect(),
            link,
            name: Field::default(),
            role: Field::of(Role::Editor.as_str()),
            roles: roles(visit.caller.t),
        })
    }
}

impl MemberPage {
    async fn of(visit: &Visit, member: &Staff, link: Option<String>) -> Result<Self, PageError> {
        Ok(Self {
            frame: visit.frame("members"),
            member: Row::of(member, visit),
            is_oneself: member.id == visit.staff.id,
            role: Field::of(member.role.as_str()),
            roles: roles(visit.caller.t),
            link,
            made: made_by(visit, member).await?,
        })
    }
}

impl Row {
    fn of(member: &Staff, visit: &Visit) -> Self {
        Self {
            id: member.id.to_string(),
            name: member.name.to_string(),
            role: visit.caller.t.say(&format!("role.{}", member.role.as_str())).to_string(),
            is_active: member.standing == Standing::Active,
            has_second_factor: member.has_second_factor,
            made_at: when::minute(&visit.console, member.made_at),
        }
    }
}

impl Waiting {
    fn of(invitation: Invitation, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let what = match &invitation.purpose {
            Purpose::SetUp => String::new(),
            Purpose::Join(role) => t.say(&format!("role.{}", role.as_str())).to_string(),
            Purpose::Reset(_) => t.say("members.new_password").to_string(),
        };
        Self {
            what,
            ends_at: when::minute(&visit.console, invitation.ends_at),
            hash: invitation.hash,
            note: invitation.note,
            made_by: invitation.made_by,
        }
    }
}
