//! 联系人: whom replies name, and their numbers.

use axum::extract::{Path, Query};
use axum::response::Response;

use super::super::failure::PageError;
use super::super::visit::{Sent, Visit, in_address};
use super::editing::{self, Typed};
use super::entry::{Kind, Line, line};
use super::list::{self, Asked};
use super::thing::{Preview, Thing};
use crate::publishing::Draft;
use crate::rulebook::edit::{EditError, Values, contacts};
use crate::rulebook::uses::Fact;
use crate::rulebook::{Files, Moment, Rulebook};

const FILE: &str = "contacts.toml";
const ADDRESS: &str = "/console/contacts";

const LINES: &[Line] = &[
    line("name", "contact.name", Kind::Text).required(),
    line("role", "contact.role", Kind::Text),
    line("phone", "contact.phone", Kind::Phone),
    line("wechat", "contact.wechat", Kind::Text),
    line("default", "contact.default", Kind::YesNo),
    line("hours", "contact.hours", Kind::Text),
    line("owner", "catalog.owner", Kind::Text),
    line("valid_until", "contact.valid_until", Kind::Date),
    line("open_mon_fri", "contact.open_mon_fri", Kind::Chips).folded(),
    line("open_sat_sun", "contact.open_sat_sun", Kind::Chips).folded(),
    line("open_closed", "contact.open_closed", Kind::Chips).folded(),
    line("open_extra", "contact.open_extra", Kind::Chips).folded(),
];

const LIST: list::Kind = list::Kind {
    here: "contacts",
    address: ADDRESS,
    lead: "contact.lead",
    nothing: "contact.nothing",
    file: FILE,
    sheet: Some("contacts"),
    columns: &[
        ("contact.role", &["role"]),
        ("contact.phone", &["phone"]),
        ("contact.wechat", &["wechat"]),
        ("contact.hours", &["hours", "open_mon_fri"]),
    ],
    name: "name",
    id: "name",
    fact: Fact::Contact,
};

/// By its name; None: still to be made.
struct Contact(Option<String>);

pub(in crate::console) async fn show(
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let items = |shelf: &super::Shelf| {
        shelf.files.get(FILE).map_or(Some(Vec::new()), |bytes| contacts::list(bytes).ok())
    };
    list::show(&visit, &LIST, items, &asked).await
}

pub(in crate::console) async fn new(visit: Visit) -> Result<Response, PageError> {
    editing::show(&visit, &Contact(None)).await
}

pub(in crate::console) async fn add(visit: Visit, Sent(sent): Sent<Typed>) -> Result<Response, PageError> {
    editing::take(&visit, &Contact(None), sent).await
}

pub(in crate::console) async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, PageError> {
    editing::show(&visit, &Contact(Some(name))).await
}

pub(in crate::console) async fn change(
    visit: Visit,
    Path(name): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &Contact(Some(name)), sent).await
}

pub(in crate::console) async fn ask_removal(
    visit: Visit,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    editing::ask_removal(&visit, &Contact(Some(name))).await
}

pub(in crate::console) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let without = {
        let name = name.clone();
        move |draft: &Draft| contacts::remove(draft.bytes(FILE).ok_or(EditError::Gone)?, &name).map(Some)
    };
    editing::remove(&visit, &Contact(Some(name)), without).await
}

impl Thing for Contact {
    fn lines(&self) -> Vec<Line> {
        LINES.to_vec()
    }

    fn file(&self, _files: &Files) -> String {
        FILE.to_owned()
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        let Some(name) = &self.0 else { return Ok(None) };
        let known = contacts::list(files.get(FILE).ok_or(EditError::Gone)?)?;
        known.into_iter().find(|contact| contact.get("name") == Some(name)).map(Some).ok_or(EditError::Gone)
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        contacts::put(files.get(FILE).unwrap_or_default(), self.0.as_deref(), values)
    }

    fn address(&self, values: &Values) -> String {
        format!("{ADDRESS}/{}", in_address(values.get("name").map(|name| name.trim()).unwrap_or_default()))
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("contacts", ADDRESS)
    }

    fn title(&self, values: &Values) -> String {
        values.get("name").cloned().unwrap_or_default()
    }

    fn title_of_new(&self) -> &'static str {
        "catalog.new_contact"
    }

    fn fact(&self) -> Option<Fact> {
        self.0.clone().map(Fact::Contact)
    }

    fn show(&self, rulebook: &Rulebook, values: &Values, moment: &Moment<'_>) -> Preview {
        values.get("name").and_then(|name| rulebook.show_contact(name.trim(), moment)).into()
    }

    fn mistakes(&self, files: &Files, values: &Values) -> Vec<(&'static str, &'static str)> {
        let name = values.get("name").map(|name| name.trim()).unwrap_or_default();
        let known = files.get(FILE).and_then(|bytes| contacts::list(bytes).ok()).unwrap_or_default();
        let is_known = known.iter().any(|contact| contact.get("name").map(String::as_str) == Some(name));
        let mut mistakes = Vec::new();
        if is_known && self.0.as_deref() != Some(name) {
            mistakes.push(("name", "contact.name_taken"));
        }
        let is_empty = |key: &str| values.get(key).is_none_or(|value| value.trim().is_empty());
        if is_empty("phone") && is_empty("wechat") {
            mistakes.push(("phone", "contact.unreachable"));
        }
        mistakes
    }

    fn removal(&self) -> Option<String> {
        self.0.as_ref().map(|name| format!("{ADDRESS}/{}/remove", in_address(name)))
    }
}
