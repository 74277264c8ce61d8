//! The keys that work everywhere, for who presses `?` or looks for them.

use askama::Template;
use axum::response::Response;

use super::failure::PageError;
use super::frame::{Frame, show as show_page};
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/pages/keys.html")]
struct KeysPage {
    frame: Frame,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&KeysPage { frame: visit.frame("keys") })
}
