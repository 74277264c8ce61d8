//! The first step: which account it is. Its token and key are drawn, or taken
//! over from WeChat's own settings.

use askama::Template;
use axum::response::Response;

use super::typed::{Fields, Typed, humans, modes};
use crate::accounts::Outcome;
use crate::console::failure::PageError;
use crate::console::form::Choice;
use crate::console::frame::{Frame, show as show_page, show_again};
use crate::console::visit::{Sent, Visit};
use crate::store::OperationKind;

/// Ids to begin with.
const USUAL_IDS: [&str; 4] = ["main", "second", "third", "fourth"];

#[derive(Template)]
#[template(path = "console/pages/account_new.html")]
struct NewPage {
    frame: Frame,
    fields: Fields,
    modes: Vec<Choice>,
    humans: Vec<Choice>,
}

pub(in crate::console) async fn ask(visit: Visit) -> Result<Response, PageError> {
    let taken = super::all(&visit).await?;
    let is_free = |id: &&str| !taken.iter().any(|known| known.id().as_str().eq_ignore_ascii_case(id));
    let id = USUAL_IDS.into_iter().find(is_free).unwrap_or_default();
    show_page(&NewPage::of(&visit, Typed::suggested(id).fields()))
}

pub(in crate::console) async fn make(visit: Visit, Sent(typed): Sent<Typed>) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let new = match typed.read(t) {
        Ok(new) => new,
        Err(fields) => return show_again(&NewPage::of(&visit, *fields)),
    };
    let address = format!("/console/accounts/{}", new.id);
    let operation = visit.does(OperationKind::AccountMade, &new.name).after(new.id.as_str());
    match visit.console.accounts.make(new, &operation).await? {
        Outcome::Done => Ok(visit.done(&address, "accounts.was_made")),
        Outcome::Taken | Outcome::Clash => {
            let mut fields = typed.fields();
            fields.id = fields.id.refused(t.say("accounts.id_taken"));
            show_again(&NewPage::of(&visit, fields))
        }
    }
}

impl NewPage {
    fn of(visit: &Visit, fields: Fields) -> Self {
        let t = visit.caller.t;
        Self { frame: visit.frame("accounts"), fields, modes: modes(t), humans: humans(t) }
    }
}
