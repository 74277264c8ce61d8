//! A form as meant: what is asked, in which order, in which words. Not here:
//! asking it (conversation::form), what was answered (model::form).

use super::Rulebook;
use super::phrases::Phrase;
use super::render::Moment;
use super::reply::Passage;
use super::rule::Place;
use crate::model::lead::AnswerKind;
use crate::model::{FormId, RuleId, Text};

/// A digit names each of them.
pub const MOST_FIELDS: usize = 9;

#[derive(Clone, Debug)]
pub struct Form {
    pub id: FormId,
    pub name: Box<str>,
    pub words: FormWords,
    /// One at least.
    pub fields: Vec<FormField>,
    pub place: Place,
}

/// None: the settings' phrase.
#[derive(Clone, Debug, Default)]
pub struct FormWords {
    pub consent: Option<Passage>,
    pub refused: Option<Passage>,
    pub done: Option<Passage>,
    pub updated: Option<Passage>,
}

#[derive(Clone, Debug)]
pub struct FormField {
    pub id: Box<str>,
    pub label: Box<str>,
    pub ask: Passage,
    pub example: Option<Box<str>>,
    /// Said when an answer was not understood.
    pub hint: Option<Passage>,
    pub kind: AnswerKind,
    pub required: bool,
}

impl Form {
    pub fn field(&self, id: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| &*field.id == id)
    }

    /// Where a field stands, from 0.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|field| &*field.id == id)
    }
}

impl Rulebook {
    pub fn form(&self, id: &FormId) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == *id)
    }

    /// The form for who wants to be called, and the rule that opens it.
    pub fn form_for_callers(&self) -> Option<(&Form, &RuleId)> {
        self.forms.iter().find_map(|form| {
            let asks_for_phone = form.fields.iter().any(|field| field.kind == AnswerKind::Phone);
            let rule = self.targets.forms.get(&form.id).filter(|rule| self.rule(rule).is_some())?;
            asks_for_phone.then_some((form, rule))
        })
    }

    /// Who keeps the answers, for what, how long. None while that is not known:
    /// then nothing may be asked.
    pub fn consent(&self, form: &Form, moment: &Moment<'_>) -> Option<Text> {
        let privacy = &self.settings.privacy;
        let keeper = privacy.keeper.as_deref().unwrap_or(&self.settings.centre.name);
        let months = privacy.keep_leads_months.to_string();
        let purpose = privacy.purpose.as_deref().unwrap_or("联系您、安排培训");
        let mut own = vec![("months", months.as_str()), ("purpose", purpose)];
        if !keeper.trim().is_empty() {
            own.push(("keeper", keeper));
        }
        let passage = form.words.consent.as_ref().or(self.settings.phrases.get(Phrase::FormConsent))?;
        self.passage(passage, &own, moment).map(|filled| filled.text)
    }

    /// A form's own words, else the settings', with values of their own.
    pub fn form_words(
        &self,
        own_words: Option<&Passage>,
        phrase: Phrase,
        values: &[(&'static str, &str)],
        moment: &Moment<'_>,
    ) -> Text {
        own_words
            .and_then(|passage| self.passage(passage, values, moment))
            .or_else(|| self.phrase_with(phrase, values, moment))
            .map_or_else(Text::default, |filled| filled.text)
    }

    pub fn question(&self, field: &FormField, moment: &Moment<'_>) -> Text {
        self.passage(&field.ask, &[], moment)
            .map_or_else(|| Text::plain(format!("{}？", field.label)), |filled| filled.text)
    }
}
