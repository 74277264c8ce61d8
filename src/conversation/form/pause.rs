//! A form left lying: the customer is reminded of it once, everything they say
//! is answered as ever, and for a week 继续 takes it up again.

use std::time::Duration;

use crate::conversation::decide::{Decided, Said, Turn};
use crate::conversation::understand::MOST_CHARACTERS;
use crate::conversation::words::option_number;
use crate::model::conversation::Misses;
use crate::model::form::{Filling, FormStep, KEPT_FOR, Paused};
use crate::model::{Conversation, Outcome, Stage, Text};
use crate::rulebook::Phrase;
use crate::text::Normalized;

use super::side::with_line;
use super::steps::pause_choices;
use super::words::{self, Steer};
use super::{Session, is_word};

/// How long a digit counts for 1 继续 2 重填 3 不填了.
const DIGITS_COUNT_FOR: Duration = Duration::from_secs(10 * 60);
/// Once a day is a reminder, more is a nuisance.
const REMINDED_AGAIN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Resume,
    Restart,
    Drop,
}

impl Turn<'_> {
    pub(super) fn is_forgotten(&self, paused: &Paused) -> bool {
        self.since(paused.filling.touched_at) > KEPT_FOR
    }

    /// A text while a form is left lying.
    pub(in crate::conversation) fn while_paused(&self, paused: &Paused, said: Said<'_>) -> Decided {
        let form = self.situation.edition.rulebook.form(&paused.filling.form);
        let Some(form) = form.filter(|_| !self.is_forgotten(paused)) else {
            let conversation = Conversation { stage: Stage::Idle, ..self.situation.conversation.clone() };
            let situation = crate::conversation::decide::Situation {
                conversation: &conversation,
                ..self.situation.clone()
            };
            return Turn { message: self.message, situation: &situation }.on_free_text(said);
        };
        let session = Session { turn: self, form, filling: paused.filling.clone() };
        match self.chosen(paused, said) {
            Some(Choice::Resume) => session.resumed(paused.held.as_deref()),
            Some(Choice::Restart) => session.restarted(),
            Some(Choice::Drop) => {
                let text = session.phrase(Phrase::FormDropped);
                session.end(text)
            }
            None if self.reminds(paused) => self.answer_and_remind(paused, &session, said),
            None => self.on_free_text(said),
        }
    }

    /// Words count for a week, digits while nothing else was offered since.
    fn chosen(&self, paused: &Paused, said: Said<'_>) -> Option<Choice> {
        if said.option.is_some() && !is_word(said) {
            return None;
        }
        let conversation = &self.situation.conversation;
        let digits_count = conversation.offered.is_none()
            && paused.told_at.is_some_and(|told| self.since(told) <= DIGITS_COUNT_FOR);
        match option_number(said.normalized).filter(|_| digits_count) {
            Some(1) => return Some(Choice::Resume),
            Some(2) => return Some(Choice::Restart),
            Some(3) => return Some(Choice::Drop),
            Some(_) | None => {}
        }
        match words::steer(said.normalized)? {
            Steer::Continue if conversation.more.is_some() => None,
            Steer::Continue => Some(Choice::Resume),
            Steer::Restart => Some(Choice::Restart),
            Steer::Cancel => Some(Choice::Drop),
            Steer::Back | Steer::Skip | Steer::Human => None,
        }
    }

    fn reminds(&self, paused: &Paused) -> bool {
        paused.told_at.is_none_or(|told| self.since(told) >= REMINDED_AGAIN_AFTER)
    }

    /// What was said is not lost: a question is answered; what answers to
    /// nothing may be the answer to the question that is open.
    fn answer_and_remind(&self, paused: &Paused, session: &Session<'_>, said: Said<'_>) -> Decided {
        let reminder = session.paused_notice();
        let situation = self.beside(&reminder);
        let mut decided = Turn { message: self.message, situation: &situation }.on_free_text(said);
        let Stage::Paused(_) = &decided.conversation.stage else { return decided };
        let told_at = Some(self.situation.now);
        if decided.outcome == Outcome::Fallback || decided.outcome == Outcome::Silence {
            let short = said.text.chars().count() <= MOST_CHARACTERS;
            let held = short.then(|| Box::from(said.text));
            decided.conversation.misses = Misses::clone(&self.situation.conversation.misses);
            decided.conversation.stage = Stage::Paused(Box::new(Paused { held, told_at, ..paused.clone() }));
            decided.reply = crate::model::Reply::Text { text: reminder };
            decided.outcome = Outcome::Form(paused.filling.form.clone());
        } else {
            decided.conversation.stage = Stage::Paused(Box::new(Paused { told_at, ..paused.clone() }));
            decided.reply = with_line(decided.reply, reminder);
        }
        decided.conversation.offered = None;
        decided.conversation.more = None;
        decided
    }

    /// 「上次填到第3步。1 继续  2 重填  3 不填了」, asked for by opening the form again.
    pub(super) fn remind(&self, paused: &Paused) -> Decided {
        let outcome = Outcome::Form(paused.filling.form.clone());
        let told = Paused { told_at: Some(self.situation.now), ..paused.clone() };
        let conversation =
            Conversation { stage: Stage::Paused(Box::new(told)), offered: None, ..self.understood() };
        let form = self.situation.edition.rulebook.form(&paused.filling.form);
        let notice = form.map_or_else(Text::default, |form| {
            Session { turn: self, form, filling: paused.filling.clone() }.paused_notice()
        });
        self.speak(notice, outcome, conversation)
    }

    fn since(&self, then: jiff::Timestamp) -> Duration {
        self.situation.now.duration_since(then).unsigned_abs()
    }
}

impl Session<'_> {
    fn paused_notice(&self) -> Text {
        let rulebook = &self.turn.situation.edition.rulebook;
        let step = self.step_number().to_string();
        let mut text = rulebook.form_words(None, Phrase::FormPaused, &[("step", &step)], &self.turn.moment());
        text.spans.extend(pause_choices().spans);
        text
    }

    /// Goes on where it was left, with what was typed in the meantime.
    fn resumed(mut self, held: Option<&str>) -> Decided {
        self.filling.tries = 0;
        match (&self.filling.step, held) {
            (FormStep::Asking(id) | FormStep::Correcting(id), Some(held)) => {
                let Some(field) = self.form.field(id) else { return self.next(Text::default()) };
                let normalized = Normalized::new(held);
                self.answer(field, Said { text: held, option: None, normalized: &normalized })
            }
            (FormStep::Asking(_) | FormStep::Correcting(_), None)
            | (FormStep::Consent | FormStep::Reviewing | FormStep::Choosing, _) => {
                let step = self.filling.step.clone();
                self.to(step)
            }
        }
    }

    /// Left lying from now on.
    pub(super) fn hold(&self, text: Text) -> Decided {
        let filling = Filling { touched_at: self.turn.situation.now, ..self.filling.clone() };
        let told_at = Some(self.turn.situation.now);
        let stage = Stage::Paused(Box::new(Paused { filling, held: None, told_at }));
        let conversation = Conversation { stage, offered: None, ..self.turn.understood() };
        self.turn.speak(text, Outcome::Form(self.form.id.clone()), conversation)
    }
}
