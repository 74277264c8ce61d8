//! An answer to one question of a form, and what else a message tells.

use crate::conversation::decide::{Decided, Said};
use crate::conversation::understand::{self, Facts, MOST_CHARACTERS, Reading, phone};
use crate::conversation::words::is_acknowledgement;
use crate::model::Text;
use crate::model::form::Answered;
use crate::model::lead::{AnswerKind, Standing};
use crate::rulebook::{FormField, Phrase};

use super::{MOST_TRIES, Session, prompt, words};

impl Session<'_> {
    pub(super) fn answer(self, field: &FormField, said: Said<'_>) -> Decided {
        if said.text.chars().count() > MOST_CHARACTERS {
            let hint = self.phrase(Phrase::FormTooLong);
            return self.not_understood(field, said, hint);
        }
        if is_exact(field.kind) { self.exact_answer(field, said) } else { self.free_answer(field, said) }
    }

    /// Headcounts, times and numbers: what is not one is something else.
    fn exact_answer(self, field: &FormField, said: Said<'_>) -> Decided {
        let reading = understand::read(field.kind, said.text, self.turn.today());
        if let Reading::Clear(value) = reading {
            if self.is_doubtful(field, &value) {
                let hint = self.phrase(Phrase::FormManyPeople);
                return self.not_understood(field, said, hint);
            }
            return self.accept(field, value);
        }
        if words::asks(said.text)
            && let Some(side) = self.side(said)
        {
            return side;
        }
        if let Some(several) = self.several(field, said) {
            return several;
        }
        match reading {
            Reading::Clear(value) | Reading::Partly(value) => self.accept(field, value),
            Reading::Unclear(why) => match self.side(said) {
                Some(side) => side,
                None => {
                    let hint = self.hint(field, why);
                    self.not_understood(field, said, hint)
                }
            },
        }
    }

    /// Units, names and topics: nearly anything is one, but for questions.
    fn free_answer(self, field: &FormField, said: Said<'_>) -> Decided {
        // 好的 and 同意 answer another question.
        if words::consent(said.normalized).is_some() || is_acknowledgement(said.normalized) {
            let hint = self.hint(field, None);
            return self.not_understood(field, said, hint);
        }
        let is_unit = field.kind == AnswerKind::Unit && understand::looks_like_unit(said.text);
        if !is_unit {
            if words::asks(said.text) {
                if let Some(side) = self.side(said) {
                    return side;
                }
                let hint = self.phrase(Phrase::FormCannotAnswer);
                return self.not_understood(field, said, hint);
            }
            if let Some(side) = self.side_for_sure(field, said) {
                return side;
            }
        }
        if let Some(several) = self.several(field, said) {
            return several;
        }
        if field.kind == AnswerKind::Unit && understand::names_a_person(said.text) {
            let hint = self.phrase(Phrase::FormNotUnit);
            return self.not_understood(field, said, hint);
        }
        match understand::read(field.kind, said.text, self.turn.today()) {
            Reading::Clear(value) | Reading::Partly(value) => self.accept(field, value),
            Reading::Unclear(why) => {
                let hint = self.hint(field, why);
                self.not_understood(field, said, hint)
            }
        }
    }

    /// Said again, it is meant.
    fn is_doubtful(&self, field: &FormField, value: &str) -> bool {
        field.kind == AnswerKind::People && self.filling.tries == 0 && understand::is_surprising(value)
    }

    fn accept(mut self, field: &FormField, value: String) -> Decided {
        self.note(field, value, Standing::Understood);
        self.next(Text::default())
    }

    /// 「某县税务局，50人左右，四月中旬去」. None: the message holds one thing only.
    fn several(&self, field: &FormField, said: Said<'_>) -> Option<Decided> {
        let facts = understand::facts(said.text, self.turn.today());
        let only_this = facts.rest.is_empty() && facts.known.iter().all(|fact| fact.kind == field.kind);
        if facts.known.is_empty() || only_this {
            return None;
        }
        let mut session = self.copy();
        let (noted, rest) = session.place(field, &facts);
        if noted.is_empty() {
            return None;
        }
        let answers_this =
            session.filling.answers.len() != self.filling.answers.len() && facts.of(field.kind).is_some();
        match (answers_this, field.kind, rest.is_empty()) {
            (true, ..) | (false, _, true) => {}
            // A sentence stays whole: cut apart, it says something else.
            (false, AnswerKind::Text | AnswerKind::Name, false) => session.answer_from(field, said.text),
            (false, AnswerKind::Unit | AnswerKind::People | AnswerKind::When | AnswerKind::Phone, false) => {
                session.answer_from(field, &rest.join("，"));
            }
        }
        let mut lead = session.phrase(Phrase::FormNoted);
        lead.push(&noted.join("、"));
        lead.push("。");
        Some(session.next(lead))
    }

    /// Each fact to a question that waits for one of its kind; what was noted,
    /// and what found no question.
    fn place(&mut self, asked: &FormField, facts: &Facts) -> (Vec<String>, Vec<String>) {
        let (mut noted, mut rest) = (Vec::new(), facts.rest.clone());
        for fact in &facts.known {
            let waiting = |field: &&FormField| {
                field.kind == fact.kind && (field.id == asked.id || self.filling.answer(&field.id).is_none())
            };
            match self.form.fields.iter().find(waiting) {
                Some(field) => {
                    self.note(field, fact.value.clone(), Standing::Understood);
                    let shown = self.filling.answer(&field.id).map_or_else(String::new, prompt::shown);
                    noted.push(format!("{} {shown}", field.label));
                }
                None => rest.push(fact.value.clone()),
            }
        }
        (noted, rest)
    }

    /// What the facts leave may be the answer to the question itself.
    fn answer_from(&mut self, field: &FormField, text: &str) {
        if let Reading::Clear(value) = understand::read(field.kind, text, self.turn.today()) {
            self.note(field, value, Standing::Understood);
        }
    }

    /// Said once with a hint; the second time it is kept as it was typed, and
    /// nobody is asked a third time.
    fn not_understood(mut self, field: &FormField, said: Said<'_>, hint: Text) -> Decided {
        self.filling.tries += 1;
        if self.filling.tries < MOST_TRIES {
            return self.again(hint);
        }
        let typed: String = understand::clean(said.text).chars().take(MOST_CHARACTERS).collect();
        let reachable = field.kind != AnswerKind::Phone || typed.chars().any(|c| c.is_ascii_digit());
        if field.required && (typed.is_empty() || !reachable) {
            return self.unreachable();
        }
        match typed.is_empty() {
            true => self.note(field, typed, Standing::Skipped),
            false => self.note(field, typed, Standing::Unchecked),
        }
        let lead = self.phrase(Phrase::FormUnchecked);
        self.next(lead)
    }

    fn hint(&self, field: &FormField, why: Option<String>) -> Text {
        if let Some(why) = why {
            return Text::plain(why);
        }
        let phrase = match field.kind {
            AnswerKind::People => Phrase::FormUnclearPeople,
            AnswerKind::When => Phrase::FormUnclearWhen,
            AnswerKind::Phone => Phrase::FormUnclearPhone,
            AnswerKind::Unit | AnswerKind::Name | AnswerKind::Text => Phrase::FormUnclearText,
        };
        let rulebook = &self.turn.situation.edition.rulebook;
        rulebook.form_words(field.hint.as_ref(), phrase, &[], &self.turn.moment())
    }

    pub(super) fn note(&mut self, field: &FormField, value: String, standing: Standing) {
        let kind = field.kind;
        // What is not kept as personal goes into alerts and lists.
        let value = if kind.is_personal() { value } else { phone::masked(&value) }.into_boxed_str();
        self.filling.note(Answered { field: field.id.clone(), kind, value, standing });
    }
}

/// Whether it can be told for certain that a text is no such answer.
fn is_exact(kind: AnswerKind) -> bool {
    match kind {
        AnswerKind::People | AnswerKind::When | AnswerKind::Phone => true,
        AnswerKind::Unit | AnswerKind::Name | AnswerKind::Text => false,
    }
}
