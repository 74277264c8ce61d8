//! API 令牌: what scripts log in with. A good page to copy: a list, a form with
//! its errors, a result shown once, a dangerous action with its confirmation.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::confirm::Confirm;
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page, show_again};
use super::visit::{Sent, Visit};
use super::when;
use crate::model::Role;
use crate::store::{ApiToken, OperationKind};

const MAX_NAME_CHARS: usize = 60;

#[derive(Template)]
#[template(path = "console/pages/tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<Row>,
    /// Shown once, right after it was made.
    token: Option<String>,
    name: Field,
    role: Field,
    roles: Vec<Choice>,
}

struct Row {
    id: String,
    name: String,
    role: String,
    made_by: String,
    made_at: String,
    used_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Making {
    name: String,
    role: String,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&TokensPage::of(&visit, None).await?)
}

/// The token is shown in the answer itself: it is kept nowhere.
pub(super) async fn make(visit: Visit, Sent(sent): Sent<Making>) -> Result<Response, PageError> {
    let name = sent.name.trim();
    let role = Role::parse(&sent.role).ok_or(PageError::Unreadable)?;
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        let mut page = TokensPage::of(&visit, None).await?;
        page.name = Field::of(name).refused(visit.caller.t.say("tokens.name_refused"));
        page.role = Field::of(sent.role.as_str());
        return show_again(&page);
    }
    let operation = visit.does(OperationKind::TokenMade, name).after(role.title());
    let ticket = visit.console.store.make_token(role, &operation).await?;
    show_page(&TokensPage::of(&visit, Some(format!("{}{}", ApiToken::PREFIX, ticket.as_str()))).await?)
}

pub(super) async fn ask_revoke(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let token = find(&visit, &id).await?;
    let action = format!("/console/tokens/{}/revoke", token.id);
    show_page(&Confirm::about(&visit, "tokens.revoke", &token.name, &action, "/console/tokens"))
}

pub(super) async fn revoke(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let token = find(&visit, &id).await?;
    let operation = visit.does(OperationKind::TokenRevoked, &token.name).before(token.role.title());
    visit.console.store.revoke_token(&token.id, &operation).await?;
    Ok(visit.done("/console/tokens", "tokens.revoked"))
}

async fn find(visit: &Visit, id: &str) -> Result<ApiToken, PageError> {
    let tokens = visit.console.store.list_tokens().await?;
    tokens.into_iter().find(|token| token.id == id).ok_or(PageError::Missing)
}

impl TokensPage {
    async fn of(visit: &Visit, token: Option<String>) -> Result<Self, PageError> {
        let tokens = visit.console.store.list_tokens().await?;
        let t = visit.caller.t;
        let choice = |role: Role| Choice::new(role.as_str(), t.say(&format!("role.{}", role.as_str())));
        Ok(Self {
            frame: visit.frame("tokens"),
            tokens: tokens.into_iter().map(|token| Row::of(token, visit)).collect(),
            token,
            name: Field::default(),
            role: Field::of(Role::Viewer.as_str()),
            roles: Role::ALL.into_iter().map(choice).collect(),
        })
    }
}

impl Row {
    fn of(token: ApiToken, visit: &Visit) -> Self {
        let minute = |at| when::minute(&visit.console, at);
        Self {
            role: visit.caller.t.say(&format!("role.{}", token.role.as_str())).to_string(),
            made_at: minute(token.made_at),
            used_at: token.used_at.map(minute),
            id: token.id,
            name: token.name,
            made_by: token.made_by,
        }
    }
}
