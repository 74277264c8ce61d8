//! What each step of a form does with a reply.

use crate::conversation::decide::{Decided, Said};
use crate::conversation::understand::{self, phone};
use crate::conversation::words::{is_sticker, option_number};
use crate::model::effect::WaitReason;
use crate::model::form::{Filling, FormStep};
use crate::model::lead::Standing;
use crate::model::{Conversation, Stage, Text};
use crate::rulebook::{FormField, Phrase};

use super::words::{self, Consent, Review, Steer};
use super::{MOST_TRIES, Session, is_word, prompt};
use crate::conversation::handoff;

impl<'t> Session<'t> {
    pub(super) fn take(self, said: Said<'_>) -> Decided {
        let tapped = said.option.filter(|_| !is_word(said));
        if let Some(copied) = self.copied(said) {
            return copied;
        }
        if let Some(rule) = tapped.and_then(|id| self.turn.situation.edition.find_tapped(id)) {
            return self.side_rule(rule, Vec::new()).unwrap_or_else(|| self.again(Text::default()));
        }
        if is_sticker(said.text) {
            return self.again(Text::default());
        }
        if self.turn.is_abuse(said.normalized) && !understand::looks_like_unit(said.text) {
            return self.beside(|turn| turn.on_abuse(Vec::new()));
        }
        match self.filling.step.clone() {
            FormStep::Consent => self.on_consent(said),
            FormStep::Asking(field) | FormStep::Correcting(field) => self.on_field(&field, said),
            FormStep::Reviewing => self.on_review(said),
            FormStep::Choosing => self.on_choosing(said),
        }
    }

    fn copied(&self, said: Said<'_>) -> Option<Decided> {
        self.turn.copy_wechat(said).map(|mut decided| {
            decided.conversation = self.conversation();
            decided
        })
    }

    fn on_consent(mut self, said: Said<'_>) -> Decided {
        match words::consent(said.normalized) {
            Some(Consent::Given) => return self.begin(),
            Some(Consent::Refused) => return self.refused(),
            None => {}
        }
        match words::steer(said.normalized) {
            Some(Steer::Cancel) => return self.refused(),
            Some(Steer::Human) => return self.to_human(),
            Some(Steer::Back | Steer::Skip | Steer::Continue | Steer::Restart) => {
                return self.again(Text::default());
            }
            None => {}
        }
        if let Some(side) = self.side(said) {
            return side;
        }
        self.filling.tries += 1;
        if self.filling.tries >= MOST_TRIES { self.refused() } else { self.again(Text::default()) }
    }

    /// From here on answers are kept.
    fn begin(mut self) -> Decided {
        self.filling.consented_at = Some(self.turn.situation.now);
        self.filling.tries = 0;
        self.advance();
        let mut text = self.prompt();
        text.push_line(self.how_to_steer());
        self.keep(text)
    }

    fn refused(self) -> Decided {
        let rulebook = &self.turn.situation.edition.rulebook;
        let own = self.form.words.refused.as_ref();
        let text = rulebook.form_words(own, Phrase::FormRefused, &[], &self.turn.moment());
        self.end(text)
    }

    fn on_field(self, id: &str, said: Said<'_>) -> Decided {
        let Some(field) = self.form.field(id) else { return self.next(Text::default()) };
        match words::steer(said.normalized) {
            Some(Steer::Back) => self.back(),
            Some(Steer::Skip) => self.skip(field),
            Some(Steer::Cancel) => self.cancelled(),
            Some(Steer::Human) => self.to_human(),
            Some(Steer::Continue) => self.continued(),
            Some(Steer::Restart) => self.restarted(),
            None if words::declines(said.normalized) => self.skip(field),
            None => self.answer(field, said),
        }
    }

    fn on_review(mut self, said: Said<'_>) -> Decided {
        match words::review(said.normalized) {
            Some(Review::Submit) => return self.submit(),
            Some(Review::Change) => return self.to(FormStep::Choosing),
            Some(Review::Cancel) => return self.cancelled(),
            None => {}
        }
        match words::steer(said.normalized) {
            Some(Steer::Back) => return self.back(),
            Some(Steer::Cancel) => return self.cancelled(),
            Some(Steer::Human) => return self.to_human(),
            Some(Steer::Restart) => return self.restarted(),
            Some(Steer::Skip | Steer::Continue) => return self.again(Text::default()),
            None => {}
        }
        if self.corrects(said) {
            return self.to(FormStep::Reviewing);
        }
        if let Some(field) = self.named_in(said).filter(|_| said.text.contains('改')) {
            return self.to(FormStep::Correcting(field.id.clone()));
        }
        if let Some(side) = self.side(said) {
            return side;
        }
        self.unclear()
    }

    fn on_choosing(mut self, said: Said<'_>) -> Decided {
        let numbered = option_number(said.normalized).and_then(|number| self.form.fields.get(number - 1));
        if let Some(field) =
            numbered.or_else(|| self.named_in(said).filter(|_| said.text.chars().count() <= 6))
        {
            return self.to(FormStep::Correcting(field.id.clone()));
        }
        match words::steer(said.normalized) {
            Some(Steer::Back | Steer::Skip | Steer::Continue) => return self.to(FormStep::Reviewing),
            Some(Steer::Cancel) => return self.cancelled(),
            Some(Steer::Human) => return self.to_human(),
            Some(Steer::Restart) => return self.restarted(),
            None => {}
        }
        if self.corrects(said) {
            return self.to(FormStep::Reviewing);
        }
        if let Some(side) = self.side(said) {
            return side;
        }
        self.unclear()
    }

    /// 「人数改成60」, or a number that can only be the telephone's.
    fn corrects(&mut self, said: Said<'_>) -> bool {
        let today = self.turn.today();
        if let Some(field) = self.named_in(said) {
            let after = ["改成", "改为", "换成", "应该是", "改"]
                .iter()
                .find_map(|word| said.text.split_once(word).map(|(_, after)| after));
            let read = after.map(|after| understand::read(field.kind, after, today));
            if let Some(understand::Reading::Clear(value)) = read {
                self.note(field, value, Standing::Understood);
                return true;
            }
            return false;
        }
        let facts = understand::facts(said.text, today);
        let whole = facts.rest.is_empty() || phone::is_only_number(said.text);
        if facts.known.is_empty() || !whole || words::asks(said.text) {
            return false;
        }
        let placed: Vec<(&FormField, String)> = facts
            .known
            .into_iter()
            .filter_map(|fact| {
                Some((self.form.fields.iter().find(|field| field.kind == fact.kind)?, fact.value))
            })
            .collect();
        let any = !placed.is_empty();
        for (field, value) in placed {
            self.note(field, value, Standing::Understood);
        }
        any
    }

    fn named_in(&self, said: Said<'_>) -> Option<&'t FormField> {
        self.form.fields.iter().find(|field| said.text.contains(&*field.label))
    }

    /// Not asked for ever: after two tries it is left lying.
    fn unclear(mut self) -> Decided {
        self.filling.tries += 1;
        if self.filling.tries < MOST_TRIES {
            return self.again(Text::default());
        }
        self.filling.tries = 0;
        self.hold(self.phrase(Phrase::FormOnHold))
    }

    /// The same question once more, after `lead`.
    pub(super) fn again(&self, mut lead: Text) -> Decided {
        let prompt = if lead.is_empty() { self.reminder() } else { self.prompt() };
        lead.push_line(prompt);
        self.copy().keep(lead)
    }

    pub(super) fn to(mut self, step: FormStep) -> Decided {
        self.filling.step = step;
        self.filling.tries = 0;
        let text = self.prompt();
        self.keep(text)
    }

    /// The first question without an answer, else the review.
    pub(super) fn next(mut self, mut lead: Text) -> Decided {
        self.advance();
        lead.push_line(self.prompt());
        self.keep(lead)
    }

    fn advance(&mut self) {
        self.filling.tries = 0;
        let open = match self.filling.step {
            FormStep::Correcting(_) => None,
            FormStep::Consent | FormStep::Asking(_) | FormStep::Reviewing | FormStep::Choosing => {
                self.form.fields.iter().find(|field| self.filling.answer(&field.id).is_none())
            }
        };
        self.filling.step = match open {
            Some(field) => FormStep::Asking(field.id.clone()),
            None => FormStep::Reviewing,
        };
    }

    fn back(mut self) -> Decided {
        let before = match &self.filling.step {
            FormStep::Asking(id) => match self.form.position(id) {
                Some(position) => position.checked_sub(1),
                None => None,
            },
            FormStep::Correcting(_) | FormStep::Choosing => return self.to(FormStep::Reviewing),
            FormStep::Reviewing => self.form.fields.len().checked_sub(1),
            FormStep::Consent => None,
        };
        self.filling.tries = 0;
        match before.and_then(|position| self.form.fields.get(position)) {
            Some(field) => self.to(FormStep::Asking(field.id.clone())),
            None => self.again(self.phrase(Phrase::FormFirst)),
        }
    }

    fn skip(mut self, field: &FormField) -> Decided {
        let known = self.filling.answer(&field.id).is_some_and(|answered| !answered.value.is_empty());
        if known {
            return self.next(Text::default());
        }
        if !field.required {
            self.note(field, String::new(), Standing::Skipped);
            return self.next(Text::default());
        }
        self.filling.tries += 1;
        if self.filling.tries < MOST_TRIES {
            return self.again(self.phrase(Phrase::FormRequired));
        }
        self.unreachable()
    }

    /// What cannot be done without was refused twice.
    pub(super) fn unreachable(self) -> Decided {
        let text = self.phrase(Phrase::FormUnreachable);
        self.end(text)
    }

    fn cancelled(self) -> Decided {
        let text = self.phrase(Phrase::FormCancelled);
        self.end(text)
    }

    pub(super) fn restarted(mut self) -> Decided {
        self.filling.answers.clear();
        self.filling.step = FormStep::Consent;
        self.next(Text::default())
    }

    /// 继续: the rest of a long answer in between, if there is one.
    fn continued(self) -> Decided {
        match self.turn.continue_reply() {
            Some(rest) => self.followed(rest),
            None => self.again(Text::default()),
        }
    }

    /// 人工: what was filled in waits.
    pub(super) fn to_human(&self) -> Decided {
        let rules = &self.turn.situation.edition.rulebook.rules;
        let rule = rules.iter().find(|rule| rule.enabled && rule.hands_over());
        let mut decided = self.turn.hand_over(rule, WaitReason::Form);
        let paused = handoff::pause(&Filling { touched_at: self.turn.situation.now, ..self.filling.clone() });
        decided.conversation =
            Conversation { stage: paused.map_or(Stage::Idle, Stage::Paused), ..decided.conversation };
        decided
    }

    pub(super) fn copy(&self) -> Self {
        Session { turn: self.turn, form: self.form, filling: self.filling.clone() }
    }
}

/// Kept out of `Session`, so that both may be used in `prompt`.
pub(super) fn pause_choices() -> Text {
    prompt::choices(&["继续", "重填", "不填了"])
}
