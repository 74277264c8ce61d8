//! Who calls: a script with a token. `admit` stands before every operation: no
//! token, no answer; too many requests, no answer; not the right, no answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Api;
use super::problem::ApiError;
use crate::model::{Act, Actor, CallerIp, Right};
use crate::store::{self, ApiToken, Operation, OperationKind, Ticket};

#[derive(Clone, Debug)]
pub(super) struct Client {
    pub api: Arc<Api>,
    pub token: ApiToken,
    /// From where, for the log.
    ip: String,
}

pub(super) async fn admit(
    State((api, right)): State<(Arc<Api>, Right)>,
    mut request: Request,
    next: Next,
) -> Response {
    let ip = ip_of(&request);
    match enter(api, right, request.headers(), ip).await {
        Ok(client) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    }
}

async fn enter(
    api: Arc<Api>,
    right: Right,
    headers: &HeaderMap,
    ip: Option<CallerIp>,
) -> Result<Client, ApiError> {
    let ticket = read_ticket(headers)?;
    let (hash, now) = (ticket.hash(), api.clock.now());
    let place = ip.map_or_else(String::new, CallerIp::network);
    api.limits.check_place(&place, &hash, now)?;
    let Some(token) = api.store.find_token(&ticket, now).await? else {
        api.limits.count_unknown(&place, &hash, now);
        return Err(ApiError::BadToken);
    };
    api.limits.count(&token.id, &hash, now)?;
    if !token.role.may(right) {
        return Err(ApiError::Forbidden { role: token.role });
    }
    let ip = ip.map_or_else(String::new, |ip| ip.to_string());
    Ok(Client { api, token, ip })
}

fn ip_of(request: &Request) -> Option<CallerIp> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let last =
        |name| request.headers().get_all(name).iter().next_back().and_then(|value| value.to_str().ok());
    Some(CallerIp::believe(peer.ip(), last("x-forwarded-for"), last("x-real-ip")))
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

    /// For the log: this script, now. Nobody takes it for a member, whatever the
    /// token is called.
    pub(super) fn does(&self, kind: OperationKind, subject: &str) -> Operation {
        let name = format!("API 令牌「{}」", self.token.name);
        let actor = store::Actor { staff: None, name, ip: self.ip.clone() };
        actor.does(kind, subject, self.api.clock.now())
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::NoToken)
    }
}
