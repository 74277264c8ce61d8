//! 更多: everything there is, for a phone, whose bar has room for four.

use askama::Template;
use axum::response::Response;

use super::failure::PageError;
use super::frame::{Frame, show as show_page};
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/pages/more.html")]
struct MorePage {
    frame: Frame,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&MorePage { frame: visit.frame("more") })
}
