//! 表单: what is asked in the chat, step by step, in which words. Here the list
//! of them and one of them; `new` makes one, `words` is what it says, `steps`
//! what it asks.

mod new;
mod steps;
mod words;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::visit::Visit;
use super::super::words::Sentence;
use super::entry::{Kind, Line, line};
use super::shelf::{ByHand, Shelf};
use crate::model::Right;
use crate::rulebook::Problem;
use crate::rulebook::edit::Values;
use crate::rulebook::edit::form;
use crate::rulebook::form::MOST_FIELDS;
use crate::rulebook::uses::{Fact, User};

pub(in crate::console) use self::new::{ask as new, make};
pub(in crate::console) use self::steps::{
    add_step, ask_step_removal, change_step, move_step, new_step, remove_step, step,
};
pub(in crate::console) use self::words::{change_wording, wording};

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

#[derive(Template)]
#[template(path = "console/pages/forms.html")]
struct FormsPage {
    frame: Frame,
    forms: Vec<Listed>,
    may_edit: bool,
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
    /// Its file cannot be read: it is put right as text.
    is_by_hand: Option<ByHand>,
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
    let may_edit = visit.staff.role.may(Right::Edit);
    show_page(&FormsPage { frame: visit.frame("forms"), forms, may_edit })
}

pub(in crate::console) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(&visit).await?;
    let file = file_of(&id);
    let bytes = shelf.files.get(&file).ok_or(PageError::Missing)?;
    let read = form::read(bytes);
    let is_by_hand = read.is_err().then(|| ByHand::of(&visit, &file));
    let written = read.unwrap_or_default();
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
        may_edit: visit.staff.role.may(Right::Edit) && is_by_hand.is_none(),
        is_by_hand,
        has_room: written.steps.len() < MOST_FIELDS,
        id,
    })
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
