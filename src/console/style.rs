//! Every component with sample data, for who writes a page. In debug builds
//! alone; the browser tests look at it too.

use askama::Template;
use axum::response::Response;

use super::diff;
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::pager::Pager;
use super::rehearse::{self, Bubble, Part};
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/pages/style.html")]
struct StylePage {
    frame: Frame,
    plain: Field,
    refused: Field,
    chosen: Field,
    chips: Field,
    choices: Vec<Choice>,
    bubbles: Vec<Bubble>,
    diff: Vec<diff::Line>,
    pager: Pager,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    let t = visit.caller.t;
    show_page(&StylePage {
        frame: visit.frame("style"),
        plain: Field::of("多少钱"),
        refused: Field::of("王 五").refused(t.say("members.name_refused")),
        chosen: Field::of("editor"),
        chips: Field::of("费用\n多少钱\n预算"),
        choices: vec![Choice::new("admin", t.say("role.admin")), Choice::new("editor", t.say("role.editor"))],
        bubbles: rehearse::sample(t),
        diff: diff::lines("费用要看人数。\n请问顾问。", "费用要看人数和天数。\n请问顾问。\n也可留下需求。"),
        pager: Pager::new(Some(2), 130, "/console/style", &[]),
    })
}
