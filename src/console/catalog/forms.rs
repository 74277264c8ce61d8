//! 表单: what is asked in the chat, step by step, in which words.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::confirm::Confirm;
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::visit::{Sent, Visit, in_address};
use super::super::words::Sentence;
use super::editing::{self, Typed};
use super::entry::{Kind, Line, line};
use super::shelf::Shelf;
use super::thing::Thing;
use crate::model::Right;
use crate::publishing::{Draft, WriteError};
use crate::rulebook::edit::form::{self, Move};
use crate::rulebook::edit::{EditError, Values};
use crate::rulebook::form::MOST_FIELDS;
use crate::rulebook::uses::{Fact, User};
use crate::rulebook::{Files, Problem};

const ADDRESS: &str = "/console/forms";
const FOLDER: &str = "forms/";

const WORDS: &[Line] = &[
    line("name", "forms.name", Kind::Text),
    line("consent", "forms.consent", Kind::Long(4)),
    line("refused", "forms.refused", Kind::Long(2)),
    line("done", "forms.said_done", Kind::Long(2)),
    line("updated", "forms.updated", Kind::Long(2)),
];

const KINDS: &[(&str, &str)] = &[
    ("", "forms.kind_text"),
    ("unit", "forms.kind_unit"),
    ("people", "forms.kind_people"),
    ("when", "forms.kind_when"),
    ("phone", "forms.kind_phone"),
    ("name", "forms.kind_name"),
];

const STEP: &[Line] = &[
    line("label", "forms.label", Kind::Text).required(),
    line("ask", "forms.ask", Kind::Long(2)).required(),
    line("example", "forms.example", Kind::Text),
    line("kind", "forms.kind", Kind::Choice(KINDS)),
    line("required", "forms.required", Kind::YesNo),
    line("hint", "forms.hint", Kind::Long(2)),
    line("personal", "forms.personal", Kind::YesNo),
];

#[derive(Template)]
#[template(path = "console/pages/forms.html")]
struct FormsPage {
    frame: Frame,
    forms: Vec<Listed>,
}

struct Listed {
    id: String,
    name: String,
    steps: Vec<String>,
    uses: Vec<User>,
    is_by_hand: bool,
}

#[derive(Template)]
#[template(path = "console/pages/form.html")]
struct FormPage {
    frame: Frame,
    id: String,
    name: String,
    words: Vec<(Sentence<'static>, String)>,
    steps: Vec<Step>,
    uses: Vec<User>,
    problems: Vec<Problem>,
    may_edit: bool,
    has_room: bool,
}

struct Step {
    id: String,
    label: String,
    ask: String,
    kind: Sentence<'static>,
    is_required: bool,
    can_go_up: bool,
    can_go_down: bool,
}

/// The words of a form.
struct Wording(String);

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

pub(in crate::console) async fn show(visit: Visit) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(&visit).await?;
    let files = shelf.files.iter().filter_map(|(path, bytes)| Some((form_id(path)?, bytes)));
    let forms = files.map(|(id, bytes)| {
        let read = form::read(bytes);
        let written = read.as_ref().ok();
        let name = written.map(|form| text(&form.words, "name")).filter(|name| !name.is_empty());
        let labels = written.map(|form| form.steps.iter().map(|step| text(step, "label")).collect());
        Listed {
            name: name.unwrap_or_else(|| id.to_owned()),
            steps: labels.unwrap_or_default(),
            uses: shelf.uses.of(&Fact::Form(id.to_owned())).to_vec(),
            is_by_hand: read.is_err(),
            id: id.to_owned(),
        }
    });
    let forms = forms.collect();
    show_page(&FormsPage { frame: visit.frame("forms"), forms })
}

pub(in crate::console) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(&visit).await?;
    let file = file_of(&id);
    let bytes = shelf.files.get(&file).ok_or(PageError::Missing)?;
    let written = form::read(bytes).unwrap_or_default();
    let (t, last) = (visit.caller.t, written.steps.len().saturating_sub(1));
    let step = |(position, step): (usize, &Values)| {
        let kind = text(step, "kind");
        let kinds = KINDS.iter().find(|(known, _)| *known == kind || (kind == "text" && known.is_empty()));
        Step {
            id: text(step, "id"),
            label: text(step, "label"),
            ask: text(step, "ask"),
            kind: t.say(kinds.map_or("forms.kind_text", |(_, word)| word)),
            is_required: !text(step, "required").is_empty(),
            can_go_up: position > 0,
            can_go_down: position < last,
        }
    };
    let name = text(&written.words, "name");
    show_page(&FormPage {
        frame: visit.frame("forms"),
        name: if name.is_empty() { id.clone() } else { name },
        words: WORDS.iter().skip(1).map(|line| (t.say(line.label), text(&written.words, line.key))).collect(),
        steps: written.steps.iter().enumerate().map(step).collect(),
        uses: shelf.uses.of(&Fact::Form(id.clone())).to_vec(),
        problems: shelf.problems_of(&file),
        may_edit: visit.staff.role.may(Right::Edit),
        has_room: written.steps.len() < MOST_FIELDS,
        id,
    })
}

pub(in crate::console) async fn wording(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    editing::show(&visit, &Wording(id)).await
}

pub(in crate::console) async fn change_wording(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &Wording(id), sent).await
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

impl Thing for Wording {
    fn lines(&self) -> Vec<Line> {
        WORDS.to_vec()
    }

    fn file(&self, _files: &Files) -> String {
        file_of(&self.0)
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        form::read(files.get(&file_of(&self.0)).ok_or(EditError::Gone)?).map(|form| Some(form.words))
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        form::put_words(files.get(&file_of(&self.0)).ok_or(EditError::Gone)?, values)
    }

    fn address(&self, _values: &Values) -> String {
        format!("{ADDRESS}/{}/words", in_address(&self.0))
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("forms", ADDRESS)
    }

    fn list(&self) -> String {
        format!("{ADDRESS}/{}", in_address(&self.0))
    }

    fn title(&self, values: &Values) -> String {
        text(values, "name")
    }

    fn lead(&self) -> Option<&'static str> {
        Some("forms.words_lead")
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

fn file_of(id: &str) -> String {
    format!("{FOLDER}{id}.toml")
}

fn form_id(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

fn text(values: &Values, key: &str) -> String {
    values.get(key).cloned().unwrap_or_default()
}
