//! The words of a form: its questions, its review, what can be tapped.

use crate::conversation::understand::phone;
use crate::model::Text;
use crate::model::form::{Answered, FormStep};
use crate::model::lead::{AnswerKind, Standing};
use crate::rulebook::{FormField, Phrase};

use super::Session;

/// Without an answer.
const LEFT_OUT: &str = "未填";

/// 「同意回 1，不同意回 2（可直接打电话）。」
pub fn consent() -> Text {
    let mut text = Text::default();
    text.push_word("同意");
    text.push("回 1，");
    text.push_word("不同意");
    text.push("回 2（可直接打电话）。");
    text
}

/// 「1 提交  2 修改  3 取消」
pub fn choices(words: &[&str]) -> Text {
    let mut text = Text::default();
    for (number, word) in (1..).zip(words) {
        text.push(&format!("{}{number} ", if number == 1 { "" } else { "  " }));
        text.push_word(word);
    }
    text
}

impl Session<'_> {
    /// What the step asks for, in full.
    pub(super) fn prompt(&self) -> Text {
        match &self.filling.step {
            FormStep::Consent => consent(),
            FormStep::Asking(id) | FormStep::Correcting(id) => {
                self.form.field(id).map_or_else(Text::default, |field| self.question(field))
            }
            FormStep::Reviewing => self.review(),
            FormStep::Choosing => self.which(),
        }
    }

    /// The same after something else was said: 「我们接着填：(2/5) 大概多少人？」
    pub(super) fn reminder(&self) -> Text {
        let mut text = match &self.filling.step {
            FormStep::Asking(_) | FormStep::Correcting(_) => self.phrase(Phrase::FormResume),
            FormStep::Consent | FormStep::Reviewing | FormStep::Choosing => return self.short_prompt(),
        };
        text.spans.extend(self.short_prompt().spans);
        text
    }

    fn short_prompt(&self) -> Text {
        match &self.filling.step {
            FormStep::Consent => consent(),
            FormStep::Asking(id) | FormStep::Correcting(id) => {
                self.form.field(id).map_or_else(Text::default, |field| self.numbered(field))
            }
            FormStep::Reviewing => choices(&["提交", "修改", "取消"]),
            FormStep::Choosing => self.which(),
        }
    }

    fn question(&self, field: &FormField) -> Text {
        let mut text = self.numbered(field);
        if let Some(example) = &field.example {
            text.push(&format!("例：{example}"));
        }
        let known = self.filling.answer(&field.id).filter(|answered| !answered.value.is_empty());
        if let Some(known) = known {
            text.push(&format!("（现在是 {}）", shown(known)));
        }
        text
    }

    /// 「(2/5) 大概多少人？」
    fn numbered(&self, field: &FormField) -> Text {
        let number = self.form.position(&field.id).map_or(1, |position| position + 1);
        let mut text = Text::plain(format!("({number}/{}) ", self.form.fields.len()));
        let question = self.turn.situation.edition.rulebook.question(field, &self.turn.moment());
        text.spans.extend(question.spans);
        text
    }

    /// Said once, after the first question.
    pub(super) fn how_to_steer(&self) -> Text {
        let mut text = self.phrase(Phrase::FormHow);
        for (position, word) in ["上一步", "跳过", "取消", "人工"].iter().enumerate() {
            if position > 0 {
                text.push(" / ");
            }
            text.push_word(word);
        }
        text
    }

    /// 「请核对：某县税务局 / 约50人 / 4月中旬 / 待定 / 138****0000」
    pub(super) fn review(&self) -> Text {
        let mut text = self.phrase(Phrase::FormReview);
        let values: Vec<String> = self.form.fields.iter().map(|field| self.value_of(field)).collect();
        text.push(&values.join(" / "));
        text.push_line(choices(&["提交", "修改", "取消"]));
        text
    }

    /// 「改哪一项？」, a line each.
    fn which(&self) -> Text {
        let mut text = self.phrase(Phrase::FormChoose);
        for (number, field) in (1..).zip(&self.form.fields) {
            text.push(&format!("\n{number} "));
            text.push_word(&field.label);
            text.push(&format!("：{}", self.value_of(field)));
        }
        text
    }

    fn value_of(&self, field: &FormField) -> String {
        self.filling.answer(&field.id).map_or_else(|| LEFT_OUT.to_owned(), shown)
    }

    /// Which step it is, for people.
    pub(super) fn step_number(&self) -> usize {
        match &self.filling.step {
            FormStep::Consent => 1,
            FormStep::Asking(id) | FormStep::Correcting(id) => {
                self.form.position(id).map_or(1, |position| position + 1)
            }
            FormStep::Reviewing | FormStep::Choosing => self.form.fields.len(),
        }
    }
}

/// As the customer sees it again: numbers without their middle.
pub fn shown(answered: &Answered) -> String {
    let value = match answered.kind {
        AnswerKind::Phone => phone::masked(&answered.value),
        AnswerKind::Unit | AnswerKind::People | AnswerKind::When | AnswerKind::Name | AnswerKind::Text => {
            answered.value.to_string()
        }
    };
    match answered.standing {
        Standing::Understood => value,
        Standing::Unchecked => format!("{value}（待核实）"),
        Standing::Skipped => LEFT_OUT.to_owned(),
    }
}
