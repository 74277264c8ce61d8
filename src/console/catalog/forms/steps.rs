//! What a form asks: one step on a page, and the order of all.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::{ADDRESS, KINDS, file_of, text};
use crate::console::catalog::editing::{self, Typed};
use crate::console::catalog::entry::{Kind, Line, line};
use crate::console::catalog::thing::Thing;
use crate::console::confirm::Confirm;
use crate::console::failure::PageError;
use crate::console::frame::show as show_page;
use crate::console::visit::{Sent, Visit, in_address};
use crate::publishing::{Draft, WriteError};
use crate::rulebook::Files;
use crate::rulebook::edit::form::{self, Move};
use crate::rulebook::edit::{EditError, Values};

const STEP: &[Line] = &[
    line("label", "forms.label", Kind::Text).required(),
    line("ask", "forms.ask", Kind::Long(2)).required(),
    line("example", "forms.example", Kind::Text),
    line("kind", "forms.kind", Kind::Choice(KINDS)),
    line("required", "forms.required", Kind::YesNo),
    line("hint", "forms.hint", Kind::Long(2)),
    line("personal", "forms.personal", Kind::YesNo),
];

/// A step of a form; None: still to be made.
struct OneStep {
    form: String,
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Moving {
    #[serde(rename = "do")]
    to: String,
}

pub(in crate::console) async fn new_step(
    visit: Visit,
    Path(form): Path<String>,
) -> Result<Response, PageError> {
    editing::show(&visit, &OneStep { form, id: None }).await
}

pub(in crate::console) async fn add_step(
    visit: Visit,
    Path(form): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &OneStep { form, id: None }, sent).await
}

pub(in crate::console) async fn step(
    visit: Visit,
    Path((form, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    editing::show(&visit, &OneStep { form, id: Some(id) }).await
}

pub(in crate::console) async fn change_step(
    visit: Visit,
    Path((form, id)): Path<(String, String)>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &OneStep { form, id: Some(id) }, sent).await
}

pub(in crate::console) async fn ask_step_removal(
    visit: Visit,
    Path((form, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let step = OneStep { form, id: Some(id) };
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let values = step.read(draft.files()).ok().flatten().ok_or(PageError::Missing)?;
    let (action, back) = (format!("{}/remove", step.address(&values)), step.address(&values));
    show_page(&Confirm::about(&visit, "forms.remove", &step.title(&values), &action, &back))
}

pub(in crate::console) async fn remove_step(
    visit: Visit,
    Path((form, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    edit(&visit, &form, |bytes| form::remove_step(bytes, &id), "catalog.removed").await
}

pub(in crate::console) async fn move_step(
    visit: Visit,
    Path((form, id)): Path<(String, String)>,
    Sent(moving): Sent<Moving>,
) -> Result<Response, PageError> {
    let to = match moving.to.as_str() {
        "up" => Move::Up,
        "down" => Move::Down,
        _ => return Err(PageError::Unreadable),
    };
    edit(&visit, &form, |bytes| form::move_step(bytes, &id, to), "forms.moved").await
}

async fn edit(
    visit: &Visit,
    form: &str,
    change: impl FnOnce(&[u8]) -> Result<Vec<u8>, EditError>,
    done: &'static str,
) -> Result<Response, PageError> {
    let mut draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let file = file_of(form);
    let bytes = change(draft.bytes(&file).ok_or(PageError::Missing)?).map_err(|_| PageError::Missing)?;
    let seen = draft.hash_of(&file);
    let back = format!("{ADDRESS}/{}", in_address(form));
    match draft.write(&visit.console.store, &file, bytes, seen.as_deref(), visit.now()).await {
        Ok(()) => Ok(visit.done(&back, done)),
        Err(WriteError::Store(error)) => Err(error.into()),
        Err(WriteError::Clash { .. } | WriteError::Path(_)) => Ok(visit.done(&back, "catalog.not_removed")),
    }
}

impl Thing for OneStep {
    fn lines(&self) -> Vec<Line> {
        STEP.to_vec()
    }

    fn file(&self, _files: &Files) -> String {
        file_of(&self.form)
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        let written = form::read(files.get(&file_of(&self.form)).ok_or(EditError::Gone)?)?;
        let Some(id) = &self.id else { return Ok(None) };
        let mut steps = written.steps.into_iter().filter(|step| step.get("id") == Some(id));
        let mut step = steps.next().ok_or(EditError::Gone)?;
        step.remove("id");
        if step.get("kind").is_some_and(|kind| kind == "text") {
            step.insert("kind", String::new());
        }
        Ok(Some(step))
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        let bytes = files.get(&file_of(&self.form)).ok_or(EditError::Gone)?;
        let mut values = values.clone();
        if self.id.is_none() {
            values.insert("id", new_id(bytes)?);
        }
        form::put_step(bytes, self.id.as_deref(), &values)
    }

    fn address(&self, _values: &Values) -> String {
        let form = in_address(&self.form);
        let step = self.id.as_ref().map(|id| format!("/steps/{}", in_address(id)));
        format!("{ADDRESS}/{form}{}", step.unwrap_or_default())
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("forms", ADDRESS)
    }

    fn list(&self) -> String {
        format!("{ADDRESS}/{}", in_address(&self.form))
    }

    fn making(&self) -> String {
        format!("{ADDRESS}/{}/steps", in_address(&self.form))
    }

    fn title(&self, values: &Values) -> String {
        text(values, "label")
    }

    fn title_of_new(&self) -> &'static str {
        "forms.add_step"
    }

    fn removal(&self) -> Option<String> {
        self.id.as_ref().map(|_| format!("{}/remove", self.address(&Values::new())))
    }
}

/// `step6`, where it is free.
fn new_id(bytes: &[u8]) -> Result<String, EditError> {
    let steps = form::read(bytes)?.steps;
    let is_free = |id: &String| steps.iter().all(|step| step.get("id") != Some(id));
    let ids = (steps.len() + 1..).map(|number| format!("step{number}"));
    Ok(ids.into_iter().find(is_free).unwrap_or_default())
}
