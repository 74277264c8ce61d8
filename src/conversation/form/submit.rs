//! A form is handed in: a number for the customer, a lead for staff.

use crate::conversation::decide::Decided;
use crate::model::form::HandedIn;
use crate::model::lead::{LeadAnswer, Standing};
use crate::model::{Conversation, Effect, LeadForm, LeadNumber, Outcome, Source, Stage};
use crate::rulebook::Phrase;

use super::{Session, is_update};

impl Session<'_> {
    pub(super) fn submit(self) -> Decided {
        // Every way to the review leads past the consent.
        let Some(consented_at) = self.filling.consented_at else { return self.again(Default::default()) };
        let now = self.turn.situation.now;
        let before = self.turn.situation.conversation.handed_in.as_ref();
        let earlier = before.filter(|_| is_update(before, &self.filling)).map(|last| last.number.clone());
        let (own, phrase) = match earlier {
            Some(_) => (self.form.words.updated.as_ref(), Phrase::FormUpdated),
            None => (self.form.words.done.as_ref(), Phrase::FormDone),
        };
        let number = earlier.unwrap_or_else(|| self.new_number());
        let rulebook = &self.turn.situation.edition.rulebook;
        let text = rulebook.form_words(own, phrase, &[("number", number.as_str())], &self.turn.moment());
        let conversation = Conversation {
            stage: Stage::Idle,
            handed_in: Some(HandedIn { form: self.form.id.clone(), number: number.clone(), at: now }),
            offered: None,
            ..self.turn.understood()
        };
        let source = conversation.source.clone();
        let lead = LeadForm {
            number,
            form: self.form.id.clone(),
            answers: self.answers(),
            source: source.or_else(|| Some(Source::Rule(self.filling.opened_by.to_string()))),
            consented_at,
        };
        let mut decided = self.turn.speak(text, Outcome::Form(self.form.id.clone()), conversation);
        decided.effects.push(Effect::Lead(Box::new(lead)));
        decided
    }

    fn new_number(&self) -> LeadNumber {
        let situation = self.turn.situation;
        let drawn = || LeadNumber::drawn(self.turn.today(), situation.draw);
        situation.lead_number.clone().unwrap_or_else(drawn)
    }

    /// In the order of the form, as staff call them.
    fn answers(&self) -> Vec<LeadAnswer> {
        self.form
            .fields
            .iter()
            .map(|field| {
                let known = self.filling.answer(&field.id);
                LeadAnswer {
                    field: field.id.to_string(),
                    label: field.label.to_string(),
                    value: known.map_or_else(String::new, |answered| answered.value.to_string()),
                    kind: field.kind,
                    standing: known.map_or(Standing::Skipped, |answered| answered.standing),
                }
            })
            .collect()
    }
}
