//! What a form says.

use axum::extract::Path;
use axum::response::Response;

use super::{ADDRESS, WORDS, file_of, text};
use crate::console::catalog::editing::{self, Typed};
use crate::console::catalog::entry::Line;
use crate::console::catalog::thing::Thing;
use crate::console::failure::PageError;
use crate::console::visit::{Sent, Visit, in_address};
use crate::rulebook::Files;
use crate::rulebook::edit::form;
use crate::rulebook::edit::{EditError, Values};

/// The words of a form.
struct Wording(String);

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
