//! The JSON API under `/api/v1`, for scripts: what the console shows, with a
//! bearer token that has a role. An operation is one function with its own
//! description; `document` collects them and a test holds both against each
//! other. Not here: what a token is (store), pages (console).

#![expect(unused_qualifications, reason = "utoipa writes them around the parameters of an operation")]

mod accounts;
mod client;
mod customers;
mod document;
mod leads;
mod limits;
mod messages;
mod page;
mod problem;
mod rules;
mod sent;
mod statistics;
mod versions;
mod words;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, patch, post};

use crate::answer::Live;
use crate::model::{AccountId, Clock, Right, Roster, ServedAccount};
use crate::store::Store;

use limits::Limits;
use problem::ApiError;

pub use document::document;

/// What the API is made from.
#[derive(Clone, Debug)]
pub struct Wiring {
    pub store: Store,
    pub live: Live,
    pub clock: Clock,
    pub accounts: Roster,
    /// Of one token.
    pub requests_per_minute: NonZeroU32,
}

#[derive(Debug)]
struct Api {
    store: Store,
    live: Live,
    clock: Clock,
    accounts: Roster,
    limits: Limits,
}

/// A line of the table of contents: a method, an address, who may use it.
struct Operation {
    method: &'static str,
    path: &'static str,
    right: Right,
    answer: MethodRouter<Arc<Api>>,
}

const DOCUMENT: &str = "/api/v1/openapi.json";

fn operations() -> Vec<Operation> {
    let reads = |path, answer| Operation { method: "get", path, right: Right::Enter, answer };
    vec![
        reads("/api/v1/accounts", get(accounts::list)),
        reads("/api/v1/rules", get(rules::list)),
        reads("/api/v1/rules/{id}", get(rules::show)),
        reads("/api/v1/versions", get(versions::list)),
        reads("/api/v1/versions/{number}", get(versions::show)),
        reads("/api/v1/leads", get(leads::list)),
        reads("/api/v1/leads/{number}", get(leads::show)),
        Operation {
            method: "patch",
            path: "/api/v1/leads/{number}",
            right: Right::Serve,
            answer: patch(leads::change),
        },
        Operation {
            method: "post",
            path: "/api/v1/leads/{number}/reveal",
            right: Right::Serve,
            answer: post(leads::reveal),
        },
        reads("/api/v1/messages", get(messages::list)),
        Operation {
            method: "get",
            path: "/api/v1/customers/{customer}/timeline",
            right: Right::Serve,
            answer: get(customers::timeline),
        },
        reads("/api/v1/statistics", get(statistics::show)),
    ]
}

/// Every operation with the right it asks for, for tests that try each of them.
pub fn rights() -> Vec<(&'static str, &'static str, Right)> {
    let right = |operation: Operation| (operation.method, operation.path, operation.right);
    operations().into_iter().map(right).collect()
}

pub fn routes(wiring: Wiring) -> Router {
    let Wiring { store, live, clock, accounts, requests_per_minute } = wiring;
    let limits = Limits::new(requests_per_minute);
    let api = Arc::new(Api { store, live, clock, accounts, limits });
    let mut router = Router::new().route(DOCUMENT, get(document::serve));
    for operation in operations() {
        let admission = from_fn_with_state((Arc::clone(&api), operation.right), client::admit);
        router = router.route(operation.path, operation.answer.route_layer(admission));
    }
    router
        .route("/api/{*rest}", any(async || ApiError::NoSuchOperation))
        .method_not_allowed_fallback(async || ApiError::NoSuchMethod)
        .layer(map_response(keep_nothing))
        .with_state(api)
}

async fn keep_nothing(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Api {
    /// The account that was named, else the first.
    fn account(&self, named: Option<&str>) -> Result<AccountId, ApiError> {
        let served = self.accounts.now();
        let found: Option<&ServedAccount> = match named {
            Some(named) => served.iter().find(|account| account.id.as_str() == named),
            None => served.first(),
        };
        found.map(|account| account.id.clone()).ok_or(ApiError::NoSuchAccount)
    }
}
