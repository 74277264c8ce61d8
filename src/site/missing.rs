//! The page for what does not exist, or no longer.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Site;
use super::frame::{Frame, respond};

#[derive(Template)]
#[template(path = "site/pages/missing.html")]
struct Missing<'a> {
    frame: Frame<'a>,
}

pub(super) async fn show(State(site): State<Arc<Site>>) -> Response {
    let edition = site.edition();
    let today = edition.rulebook.settings.hours.today(site.clock.now());
    respond(StatusCode::NOT_FOUND, &Missing { frame: Frame::of(&edition.rulebook, today) })
}
