//! `/`: who this is, how to reach them, and what there is to read. Nothing
//! about the program.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Site;
use super::article::{Entry, list};
use super::frame::{Frame, respond};

#[derive(Template)]
#[template(path = "site/pages/home.html")]
struct Home<'a> {
    frame: Frame<'a>,
    articles: Vec<Entry<'a>>,
}

pub(super) async fn show(State(site): State<Arc<Site>>) -> Response {
    let edition = site.edition();
    let rulebook = &edition.rulebook;
    let today = rulebook.settings.hours.today(site.clock.now());
    let articles = list(&rulebook.catalog, today).into_iter().map(Entry::of).collect();
    respond(StatusCode::OK, &Home { frame: Frame::of(rulebook, today), articles })
}
