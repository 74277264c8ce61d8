//! A form as written, from forms/*.toml. Nothing here is known to be right;
//! `check` makes a `Form` of it.

use super::fields::{Fields, Written};
use super::keys;
use super::problem::Problem;
use super::source::Span;

#[derive(Clone, Debug)]
pub struct FormEntry {
    /// Position among the sources that are being checked.
    pub source: usize,
    pub span: Span,
    pub name: Option<Written>,
    pub consent: Option<Written>,
    pub refused: Option<Written>,
    pub done: Option<Written>,
    pub updated: Option<Written>,
    pub fields: Vec<FieldEntry>,
}

#[derive(Clone, Debug)]
pub struct FieldEntry {
    pub span: Span,
    pub id: Option<Written>,
    pub label: Option<Written>,
    pub ask: Option<Written>,
    pub example: Option<Written>,
    pub hint: Option<Written>,
    pub kind: Option<Written>,
    pub required: bool,
    /// And where it is written.
    pub personal: Option<(bool, Span)>,
}

impl FormEntry {
    pub fn read(source: usize, mut fields: Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let steps = fields.tables("field", keys::FORM_FIELD, problems);
        let entry = Self {
            source,
            span: fields.span(),
            name: fields.text("name", problems),
            consent: fields.text("consent", problems),
            refused: fields.text("refused", problems),
            done: fields.text("done", problems),
            updated: fields.text("updated", problems),
            fields: steps.into_iter().map(|step| FieldEntry::read(step, problems)).collect(),
        };
        fields.finish(problems);
        entry
    }
}

impl FieldEntry {
    fn read(mut fields: Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let personal_at = fields.span_of("personal");
        let entry = Self {
            span: fields.span(),
            id: fields.required_text("id", problems),
            label: fields.required_text("label", problems),
            ask: fields.required_text("ask", problems),
            example: fields.text("example", problems),
            hint: fields.text("hint", problems),
            kind: fields.text("kind", problems),
            required: fields.bool("required", problems).unwrap_or_default(),
            personal: fields.bool("personal", problems).map(|personal| (personal, personal_at)),
        };
        fields.finish(problems);
        entry
    }
}
