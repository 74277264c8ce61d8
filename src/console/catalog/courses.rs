//! 课程: the table that replies list courses from.

use axum::extract::{Path, Query};
use axum::response::Response;

use super::super::failure::PageError;
use super::super::visit::{Sent, Visit, in_address};
use super::editing::{self, Typed};
use super::entry::{Kind, Line, line};
use super::list::{self, Asked};
use super::thing::{Preview, Thing};
use crate::rulebook::edit::{EditError, Values, courses};
use crate::rulebook::uses::Fact;
use crate::rulebook::{Files, Moment, Rulebook};

const FILE: &str = "courses.csv";
const ADDRESS: &str = "/console/courses";

const LINES: &[Line] = &[
    line("name", "course.name", Kind::Text).required(),
    line("theme", "course.theme", Kind::Text),
    line("days_min", "course.days_min", Kind::Number),
    line("days_max", "course.days_max", Kind::Number),
    line("people_min", "course.people_min", Kind::Number),
    line("people_max", "course.people_max", Kind::Number),
    line("audience", "course.audience", Kind::Text),
    line("points", "course.points", Kind::Long(3)),
    line("price_text", "course.price_text", Kind::Text),
    line("link", "course.link", Kind::Address),
    line("cover", "course.cover", Kind::Address),
    line("owner", "catalog.owner", Kind::Text),
    line("valid_until", "course.valid_until", Kind::Date),
];

const LIST: list::Kind = list::Kind {
    here: "courses",
    address: ADDRESS,
    lead: "course.lead",
    nothing: "course.nothing",
    file: FILE,
    sheet: Some("courses"),
    columns: &[("course.theme", &["theme"]), ("course.days", &["days"]), ("course.people", &["people"])],
    name: "name",
    id: "id",
    fact: Fact::Course,
};

/// None: still to be made.
struct Course(Option<String>);

pub(in crate::console) async fn show(
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let items = |shelf: &super::Shelf| match shelf.files.get(FILE) {
        Some(bytes) => Some(courses::list(bytes).ok()?.into_iter().map(with_ranges).collect()),
        None => Some(Vec::new()),
    };
    list::show(&visit, &LIST, items, &asked).await
}

pub(in crate::console) async fn new(visit: Visit) -> Result<Response, PageError> {
    editing::show(&visit, &Course(None)).await
}

pub(in crate::console) async fn add(visit: Visit, Sent(sent): Sent<Typed>) -> Result<Response, PageError> {
    editing::take(&visit, &Course(None), sent).await
}

pub(in crate::console) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    editing::show(&visit, &Course(Some(id))).await
}

pub(in crate::console) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &Course(Some(id)), sent).await
}

pub(in crate::console) async fn ask_removal(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    editing::ask_removal(&visit, &Course(Some(id))).await
}

pub(in crate::console) async fn remove(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let without = {
        let id = id.clone();
        move |draft: &crate::publishing::Draft| {
            courses::remove(draft.bytes(FILE).ok_or(EditError::Gone)?, &id).map(Some)
        }
    };
    editing::remove(&visit, &Course(Some(id)), without).await
}

impl Thing for Course {
    fn lines(&self) -> Vec<Line> {
        LINES.to_vec()
    }

    fn file(&self, _files: &Files) -> String {
        FILE.to_owned()
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        let Some(id) = &self.0 else { return Ok(None) };
        let known = courses::list(files.get(FILE).ok_or(EditError::Gone)?)?;
        let found = known.into_iter().find(|course| course.get("id") == Some(id));
        found.map(|course| Some(on_page(&course))).ok_or(EditError::Gone)
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        let mut values = values.clone();
        if self.0.is_none() {
            values.insert("id", new_id(files)?);
        }
        courses::put(files.get(FILE), self.0.as_deref(), &values)
    }

    fn address(&self, _values: &Values) -> String {
        self.0.as_ref().map_or_else(|| ADDRESS.to_owned(), |id| format!("{ADDRESS}/{}", in_address(id)))
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("courses", ADDRESS)
    }

    fn title(&self, values: &Values) -> String {
        values.get("name").cloned().unwrap_or_default()
    }

    fn title_of_new(&self) -> &'static str {
        "catalog.new_course"
    }

    fn fact(&self) -> Option<Fact> {
        self.0.clone().map(Fact::Course)
    }

    fn show(&self, rulebook: &Rulebook, values: &Values, moment: &Moment<'_>) -> Preview {
        let id = self.0.as_deref().or_else(|| {
            // A new one stands at the end.
            let last = rulebook
                .catalog
                .courses
                .last()
                .filter(|last| Some(&*last.name) == values.get("name").map(|name| name.trim()));
            last.map(|last| &*last.id)
        });
        id.and_then(|id| rulebook.show_course(id, moment)).into()
    }

    fn mistakes(&self, _files: &Files, values: &Values) -> Vec<(&'static str, &'static str)> {
        let number = |key: &str| values.get(key).and_then(|value| value.trim().parse::<u32>().ok());
        let is_backwards = |(min, max): &(&str, &'static str)| {
            number(min).zip(number(max)).is_some_and(|(min, max)| min > max)
        };
        let ranges = [("days_min", "days_max"), ("people_min", "people_max")];
        ranges.into_iter().filter(is_backwards).map(|(_, max)| (max, "course.backwards")).collect()
    }

    fn removal(&self) -> Option<String> {
        self.0.as_ref().map(|id| format!("{ADDRESS}/{}/remove", in_address(id)))
    }
}

/// Only what the form shows: it writes nothing else.
fn on_page(course: &Values) -> Values {
    LINES.iter().map(|line| (line.key, course.get(line.key).cloned().unwrap_or_default())).collect()
}

/// `c01`, `c02`, …
fn new_id(files: &Files) -> Result<String, EditError> {
    let known = files.get(FILE).map_or(Ok(Vec::new()), courses::list)?;
    let is_free = |id: &String| known.iter().all(|course| course.get("id") != Some(id));
    Ok((1..).map(|number| format!("c{number:02}")).find(is_free).unwrap_or_default())
}

/// 「3-5」, for the list.
fn with_ranges(mut course: Values) -> Values {
    for (key, min, max) in [("days", "days_min", "days_max"), ("people", "people_min", "people_max")] {
        let value = |key: &str| course.get(key).cloned().unwrap_or_default();
        let (min, max) = (value(min), value(max));
        let range = match (min.is_empty(), max.is_empty()) {
            (true, true) => String::new(),
            (false, false) if min == max => min,
            (_, _) => format!("{min}-{max}"),
        };
        course.insert(key, range);
    }
    course
}
