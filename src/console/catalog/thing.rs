//! What a form edits: where it stands in the rulebook, its fields, how it looks
//! to a customer.

use jiff::civil::Date;

use super::entry::Line;
use crate::rulebook::edit::{EditError, Values};
use crate::rulebook::uses::Fact;
use crate::rulebook::{Files, Moment, Rendered, Rulebook};

/// A course, a contact, an article, a step of a form, a part of the settings.
pub(super) trait Thing: Sync {
    fn lines(&self) -> Vec<Line>;

    /// The file it is in, or will be.
    fn file(&self, files: &Files) -> String;

    /// As it stands; None: it is still to be made.
    fn read(&self, files: &Files) -> Result<Option<Values>, EditError>;

    /// The bytes of the file with `values` in it.
    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError>;

    /// Where its form is, once it has these values.
    fn address(&self, values: &Values) -> String;

    /// Its page in the menu: key and address.
    fn place(&self) -> (&'static str, &'static str);

    /// Where one comes from, and goes when it is deleted.
    fn list(&self) -> String {
        self.place().1.to_owned()
    }

    /// Where the form of a new one is sent.
    fn making(&self) -> String {
        format!("{}/new", self.place().1)
    }

    fn title(&self, values: &Values) -> String;

    /// The word for its title, where it has none of its own.
    fn name(&self) -> Option<&'static str> {
        None
    }

    /// The word for the title of a new one.
    fn title_of_new(&self) -> &'static str {
        "catalog.new"
    }

    /// What rules may use.
    fn fact(&self) -> Option<Fact> {
        None
    }

    /// What a customer would be sent.
    fn show(&self, _rulebook: &Rulebook, _values: &Values, _moment: &Moment<'_>) -> Preview {
        Preview::None
    }

    /// What was typed, as the file keeps it.
    fn meant(&self, values: Values, _today: Date) -> Values {
        values
    }

    /// More that is wrong with what was typed: a field, and the word for it.
    fn mistakes(&self, _files: &Files, _values: &Values) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// The page that asks before it is deleted.
    fn removal(&self) -> Option<String> {
        None
    }

    /// Said above the form.
    fn lead(&self) -> Option<&'static str> {
        None
    }
}

pub(super) enum Preview {
    /// Nothing of it is ever shown alone.
    None,
    Bubble(Box<Rendered>),
    /// It would not be sent now: past its day, or 〔待填写〕.
    Withheld,
    Hours,
}

impl From<Option<Rendered>> for Preview {
    fn from(rendered: Option<Rendered>) -> Self {
        rendered.map_or(Self::Withheld, |rendered| Self::Bubble(Box::new(rendered)))
    }
}
