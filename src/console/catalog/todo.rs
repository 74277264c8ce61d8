//! 待补充: every 〔待填写〕 of the rulebook, and where it is filled in.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::places::Place;
use super::super::visit::Visit;
use super::shelf::Shelf;
use crate::rulebook::unfinished::{Missing, missing};

#[derive(Template)]
#[template(path = "console/pages/todo.html")]
struct TodoPage {
    frame: Frame,
    groups: Vec<Group>,
    total: usize,
}

/// What is missing in one place.
struct Group {
    name: String,
    owner: String,
    /// For who may open it.
    address: Option<String>,
    missing: Vec<Missing>,
}

pub(in crate::console) async fn show(visit: Visit) -> Result<Response, PageError> {
    let (shelf, live) = (Shelf::of_draft(&visit).await?, visit.console.live.load_full());
    let books: Vec<_> = shelf.checked.rulebook.iter().chain([&live.rulebook]).collect();
    let found = missing(&shelf.files);
    let total = found.len();
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for one in found {
        let place = Place::find(&books, &one.file, one.line);
        let key = (one.file.clone(), place.name.clone());
        let group = groups.entry(key).or_insert_with(|| Group::of(place, &visit));
        group.missing.push(one);
    }
    let groups = groups.into_values().collect();
    show_page(&TodoPage { frame: visit.frame("todo"), groups, total })
}

impl Group {
    fn of(place: Place, visit: &Visit) -> Self {
        let address = place.address_for(visit.staff.role);
        Self { name: place.name, owner: place.owner, address, missing: Vec::new() }
    }
}
