//! Who calls: a script with a token. `admit` stands before every operation: no
//! token, no answer; too many requests, no answer; not the right, no answer.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Api;
use super::problem::ApiError;
use crate::model::{Act, Actor, Right};
use crate::store::{ApiToken, Ticket};

#[derive(Clone, Debug)]
pub(super) struct Client {
    pub api: Arc<Api>,
    pub token: ApiToken,
}

pub(super) async fn admit(
    State((api, right)): State<(Arc<Api>, Right)>,
    mut request: Request,
    next: Next,
) -> Response {
    match enter(api, right, request.headers()).await {
        Ok(client) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    }
}

async fn enter(api: Arc<Api>, right: Right, headers: &HeaderMap) -> Result<Client, ApiError> {
    let ticket = read_ticket(headers)?;
    let now = api.clock.now();
    let token = api.store.find_token(&ticket, now).await?.ok_or(ApiError::BadToken)?;
    api.limits.count(&token.id, now)?;
    if !token.role.may(right) {
        return Err(ApiError::Forbidden { role: token.role });
    }
    Ok(Client { api, token })
}

fn read_ticket(headers: &HeaderMap) -> Result<Ticket, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::NoToken)?;
    let (scheme, token) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(ApiError::BadToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::NoToken);
    }
    token.trim().strip_prefix(ApiToken::PREFIX).and_then(Ticket::read).ok_or(ApiError::BadToken)
}

impl Client {
    pub(super) fn may(&self, right: Right) -> bool {
        self.token.role.may(right)
    }

    /// For what the store keeps beside a lead: this script, now.
    pub(super) fn act(&self) -> Act {
        Act { by: Actor::Script(self.token.name.clone()), at: self.api.clock.now() }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::NoToken)
    }
}
