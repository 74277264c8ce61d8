//! A new form: its name and what it says. It begins with the step without which
//! nobody can be called back; the others are added on its page.

use axum::response::Response;

use super::{ADDRESS, WORDS, file_of, text};
use crate::console::catalog::editing::{self, Typed};
use crate::console::catalog::entry::{Kind, Line, line};
use crate::console::catalog::thing::Thing;
use crate::console::failure::PageError;
use crate::console::visit::{Sent, Visit, in_address};
use crate::model::FormId;
use crate::publishing::Draft;
use crate::rulebook::Files;
use crate::rulebook::edit::{EditError, Values, form, free_id};

/// The last part of an address that is no form's.
const RESERVED: &str = "new";
const ID: Line = line("id", "forms.id", Kind::Text);
const NAME: Line = line("name", "forms.name", Kind::Text).required();

/// By the id it will have; empty until it is sent.
struct NewForm(String);

pub(in crate::console) async fn ask(visit: Visit) -> Result<Response, PageError> {
    editing::show(&visit, &NewForm(String::new())).await
}

/// The file is called by the id; where none is typed it is made from the name.
pub(in crate::console) async fn make(
    visit: Visit,
    Sent(mut sent): Sent<Typed>,
) -> Result<Response, PageError> {
    let typed = |key: &str| {
        let field = sent.iter().find(|(name, _)| name == key);
        field.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let (mut id, name) = (typed(ID.key), typed(NAME.key));
    if id.is_empty() && !name.is_empty() {
        let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
        id = free_id(&name, |id| id == RESERVED || draft.bytes(&file_of(id)).is_some());
        sent.retain(|(name, _)| name != ID.key);
        sent.push((ID.key.to_owned(), id.clone()));
    }
    editing::take(&visit, &NewForm(id), sent).await
}

impl Thing for NewForm {
    fn lines(&self) -> Vec<Line> {
        [NAME, ID].into_iter().chain(WORDS.iter().skip(1).copied()).collect()
    }

    fn file(&self, _files: &Files) -> String {
        file_of(&self.0)
    }

    fn read(&self, _files: &Files) -> Result<Option<Values>, EditError> {
        Ok(None)
    }

    fn put(&self, _files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        form::make(values)
    }

    fn address(&self, _values: &Values) -> String {
        format!("{ADDRESS}/{}", in_address(&self.0))
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("forms", ADDRESS)
    }

    fn title(&self, values: &Values) -> String {
        text(values, NAME.key)
    }

    fn title_of_new(&self) -> &'static str {
        "forms.new"
    }

    fn lead(&self) -> Option<&'static str> {
        Some("forms.new_lead")
    }

    fn mistakes(&self, files: &Files, _values: &Values) -> Vec<(&'static str, &'static str)> {
        let id = self.0.as_str();
        let is_taken = id == RESERVED || files.get(&file_of(id)).is_some();
        let mistake = match FormId::parse(id) {
            // The name is missing too, which is told.
            Err(_) if id.is_empty() => None,
            Err(_) => Some("forms.id_refused"),
            Ok(_) if is_taken => Some("forms.id_taken"),
            Ok(_) => None,
        };
        mistake.map(|word| (ID.key, word)).into_iter().collect()
    }
}
