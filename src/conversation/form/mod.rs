//! A form, asked one question at a time. `Session` is one form in progress in
//! one turn: `steps` says what each step does with a reply, `field` understands
//! an answer, `side` answers questions in between, `pause` leaves it lying and
//! takes it up again, `submit` hands it in, `prompt` words it. Pure. Not here:
//! what the answers mean (understand), keeping the result (store).

mod field;
mod pause;
mod prompt;
mod side;
mod steps;
mod submit;
mod words;

use std::time::Duration;

use crate::model::form::{Filling, FormStep, HandedIn};
use crate::model::reply::WORD_OPTION;
use crate::model::{Conversation, FormId, Outcome, Source, Stage, Text};
use crate::rulebook::reply::Body;
use crate::rulebook::{Form, Phrase, Rule};

use super::decide::{Decided, Said, Turn};
use super::{handoff, understand};

pub(super) use words::asks;

/// A form left lying for this long is paused.
const PAUSED_AFTER: Duration = Duration::from_secs(30 * 60);
/// A second enquiry within this time corrects the first.
const UPDATES_WITHIN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Replies in a row that do not fit a step: after these it is not asked again.
const MOST_TRIES: u8 = 2;

/// Whether the next message may hand a form in, and so needs a number for it.
pub fn needs_number(conversation: &Conversation) -> bool {
    match &conversation.stage {
        Stage::Filling(filling) => match filling.step {
            FormStep::Reviewing => !is_update(conversation.handed_in.as_ref(), filling),
            FormStep::Consent | FormStep::Asking(_) | FormStep::Choosing | FormStep::Correcting(_) => false,
        },
        Stage::Idle | Stage::Paused(_) | Stage::WithStaff(_) | Stage::HandedBack(_) => false,
    }
}

/// Whether it corrects the one that was handed in last.
fn is_update(handed_in: Option<&HandedIn>, filling: &Filling) -> bool {
    handed_in.is_some_and(|last| {
        last.form == filling.form
            && filling.touched_at.duration_since(last.at).unsigned_abs() <= UPDATES_WITHIN
    })
}

/// One form in progress.
struct Session<'t> {
    turn: &'t Turn<'t>,
    form: &'t Form,
    filling: Filling,
}

impl Turn<'_> {
    /// Asks for consent first: until then nothing is kept. Without a form, or
    /// without words for the consent, contacts are all that can be given.
    pub(super) fn open_form(&self, rule: &Rule, id: &FormId, words: &Body) -> Decided {
        let rulebook = &self.situation.edition.rulebook;
        let form = rulebook.form(id);
        let consent = form.and_then(|form| rulebook.consent(form, &self.moment()));
        let (Some(form), Some(consent)) = (form, consent) else {
            let rendered = rulebook.render(rule, &self.moment());
            return self.send(rendered, Outcome::Form(id.clone()), self.understood(), Vec::new());
        };
        if let Stage::Paused(paused) = &self.situation.conversation.stage
            && paused.filling.form == *id
            && !self.is_forgotten(paused)
        {
            return self.remind(paused);
        }
        let mut text = match words.is_empty() {
            true => Text::default(),
            false => rulebook.render(rule, &self.moment()).reply.into_text().unwrap_or_default(),
        };
        text.push_line(consent);
        self.ask_for_consent(form, rule, text)
    }

    /// `lead` says what is kept, by whom and for how long.
    fn ask_for_consent(&self, form: &Form, rule: &Rule, mut lead: Text) -> Decided {
        lead.push_line(prompt::consent());
        let mut conversation = self.understood();
        conversation.offered = None;
        conversation.stage = Stage::Filling(Box::new(Filling {
            form: form.id.clone(),
            opened_by: rule.id.clone(),
            step: FormStep::Consent,
            consented_at: None,
            answers: Vec::new(),
            tries: 0,
            touched_at: self.situation.now,
        }));
        match conversation.source {
            None | Some(Source::Rule(_)) => conversation.source = Some(Source::Rule(rule.id.to_string())),
            Some(Source::Scan(_) | Source::Menu(_)) => {}
        }
        self.speak(lead.without_numbers(), Outcome::Form(form.id.clone()), conversation)
    }

    /// A number sent outside of any form: nobody calls it before consent.
    pub(super) fn invite_caller(&self, said: Said<'_>) -> Option<Decided> {
        if !understand::phone::may_hold_number(said.text) {
            return None;
        }
        let found = understand::phone::find(said.text);
        let rulebook = &self.situation.edition.rulebook;
        let is_ours = |number: &String| {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let ours = rulebook.catalog.contacts.iter().filter_map(|contact| contact.phone.as_deref());
            ours.map(digits).any(|ours| ours == digits(number))
        };
        if found.numbers.is_empty() || found.numbers.iter().any(is_ours) || asks(said.text) {
            return None;
        }
        let (form, rule) = rulebook.form_for_callers()?;
        let rule = rulebook.rule(rule)?;
        let consent = rulebook.consent(form, &self.moment())?;
        let mut text = self.sentence(Phrase::PhoneOutside);
        text.push_line(consent);
        Some(self.ask_for_consent(form, rule, text))
    }

    /// A text while a form is open.
    pub(super) fn fill(&self, filling: &Filling, said: Said<'_>) -> Decided {
        let idle = self.situation.now.duration_since(filling.touched_at).unsigned_abs();
        let form = self.situation.edition.rulebook.form(&filling.form);
        match form {
            Some(form) if idle < PAUSED_AFTER => {
                Session { turn: self, form, filling: filling.clone() }.take(said)
            }
            Some(_) => self.with_stage(handoff::pause(filling).map_or(Stage::Idle, Stage::Paused), said),
            // Staff took the form away.
            None => self.with_stage(Stage::Idle, said),
        }
    }

    /// The same text where the customer stands elsewhere.
    fn with_stage(&self, stage: Stage, said: Said<'_>) -> Decided {
        let conversation = Conversation { stage, ..self.situation.conversation.clone() };
        let situation = super::decide::Situation { conversation: &conversation, ..self.situation.clone() };
        let turn = Turn { message: self.message, situation: &situation };
        match &conversation.stage {
            Stage::Paused(paused) => turn.while_paused(paused, said),
            Stage::Idle | Stage::Filling(_) | Stage::WithStaff(_) | Stage::HandedBack(_) => {
                turn.on_free_text(said)
            }
        }
    }

    /// Something else is answered while a form is open: the question follows.
    pub(super) fn beside_form(&self, answer: impl Fn(&Turn<'_>) -> Decided) -> Decided {
        let Stage::Filling(filling) = &self.situation.conversation.stage else { return answer(self) };
        let idle = self.situation.now.duration_since(filling.touched_at).unsigned_abs();
        match self.situation.edition.rulebook.form(&filling.form) {
            Some(form) if idle < PAUSED_AFTER => {
                Session { turn: self, form, filling: (**filling).clone() }.beside(answer)
            }
            Some(_) | None => answer(self),
        }
    }
}

impl Session<'_> {
    /// The form stays open, at the step the filling says.
    fn keep(self, text: Text) -> Decided {
        let conversation = self.conversation();
        self.turn.speak(text, Outcome::Form(self.form.id.clone()), conversation)
    }

    /// The form is over, and nothing of it is kept.
    fn end(self, text: Text) -> Decided {
        let conversation = Conversation { stage: Stage::Idle, ..self.conversation() };
        self.turn.speak(text, Outcome::Form(self.form.id.clone()), conversation)
    }

    fn conversation(&self) -> Conversation {
        let filling = Filling { touched_at: self.turn.situation.now, ..self.filling.clone() };
        Conversation { stage: Stage::Filling(Box::new(filling)), offered: None, ..self.turn.understood() }
    }

    fn phrase(&self, phrase: Phrase) -> Text {
        self.turn.sentence(phrase)
    }
}

/// Whether a word was tapped in a dialogue, not typed.
fn is_word(said: Said<'_>) -> bool {
    said.option == Some(WORD_OPTION)
}
