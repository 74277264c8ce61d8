//! 待补充: every 〔待填写〕 of the rulebook, and where it is filled in.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::places;
use super::super::visit::{Visit, in_address};
use super::shelf::Shelf;
use crate::rulebook::unfinished::{Missing, missing};
use crate::rulebook::{Rule, Rulebook};

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
    address: Option<String>,
    file: String,
    missing: Vec<Missing>,
}

pub(in crate::console) async fn show(visit: Visit) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(&visit).await?;
    let found = missing(&shelf.files);
    let total = found.len();
    let mut groups: BTreeMap<(String, Option<String>), Group> = BTreeMap::new();
    for one in found {
        let mut group = group_of(&one, shelf.checked.rulebook.as_ref());
        let place = (group.file.clone(), group.address.clone());
        match groups.get_mut(&place) {
            Some(known) => known.missing.push(one),
            None => {
                group.missing.push(one);
                groups.insert(place, group);
            }
        }
    }
    let groups = groups.into_values().collect();
    show_page(&TodoPage { frame: visit.frame("todo"), groups, total })
}

fn group_of(missing: &Missing, rulebook: Option<&Rulebook>) -> Group {
    let at = |name: &str, owner: Option<&str>, address: Option<String>| Group {
        name: name.to_owned(),
        owner: owner.unwrap_or_default().to_owned(),
        address,
        file: missing.file.clone(),
        missing: Vec::new(),
    };
    let last_before = |line: u32| usize::try_from(line).unwrap_or_default() <= missing.line;
    let (folder, name) = missing.file.split_once('/').unwrap_or(("", &missing.file));
    let id = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match (folder, rulebook) {
        ("rules", Some(rulebook)) => {
            let here = |rule: &&Rule| *rule.place.file == *missing.file && last_before(rule.place.line);
            let rule = rulebook.rules.iter().filter(here).max_by_key(|rule| rule.place.line);
            rule.map_or_else(
                || at(&missing.file, None, places::text_of(&missing.file)),
                |rule| {
                    at(
                        &rule.name,
                        rule.owner.as_deref(),
                        Some(format!("/console/rules/{}", in_address(rule.id.as_str()))),
                    )
                },
            )
        }
        ("articles", _) => at(id, None, Some(format!("/console/articles/{}", in_address(id)))),
        ("forms", _) => at(id, None, Some(format!("/console/forms/{}", in_address(id)))),
        ("", Some(rulebook)) if name == "courses.csv" => {
            let courses = rulebook.catalog.courses.iter().filter(|course| last_before(course.place.line));
            courses.max_by_key(|course| course.place.line).map_or_else(
                || at(&missing.file, None, Some("/console/courses".to_owned())),
                |course| {
                    let address = format!("/console/courses/{}", in_address(&course.id));
                    at(&course.name, course.owner.as_deref(), Some(address))
                },
            )
        }
        ("", _) if name == "contacts.toml" => at(&missing.file, None, Some("/console/contacts".to_owned())),
        ("", _) if name == "settings.toml" => at(&missing.file, None, Some("/console/settings".to_owned())),
        _ => at(&missing.file, None, places::text_of(&missing.file)),
    }
}
