//! Messages through two editions: which replies would change. Pure. Not here:
//! finding the messages (store).

use std::sync::Arc;

use jiff::Timestamp;

use crate::answer::Edition;
use crate::model::{AccountId, Human, Reply, RuleId};
use crate::rehearsal::{Decided, Rehearsal, rule_of};
use crate::store::Wording;

/// To whom it is said, and when: the same for both editions.
#[derive(Clone, Debug)]
pub struct Setting {
    pub account: AccountId,
    pub human: Human,
    pub public_url: Option<Arc<str>>,
    pub now: Timestamp,
}

#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Messages, repeated ones counted each.
    pub asked: i64,
    /// The most frequent first.
    pub changed: Vec<ChangedReply>,
}

#[derive(Clone, Debug)]
pub struct ChangedReply {
    pub text: String,
    pub times: i64,
    pub before: Answered,
    pub after: Answered,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub reply: Reply,
    /// The name of the rule that answered.
    pub rule: Option<String>,
    pub rule_id: Option<RuleId>,
}

impl Replay {
    /// Messages whose reply would change.
    pub fn messages(&self) -> i64 {
        self.changed.iter().map(|one| one.times).sum()
    }
}

/// Each wording as the first message of a new customer.
pub fn replay(wordings: &[Wording], before: &Edition, after: &Edition, setting: &Setting) -> Replay {
    let mut replay = Replay::default();
    for Wording { text, times } in wordings {
        replay.asked += times;
        let (old, new) = (ask(before, text, setting), ask(after, text, setting));
        if old != new {
            replay.changed.push(ChangedReply { text: text.clone(), times: *times, before: old, after: new });
        }
    }
    replay.changed.sort_by_key(|one| std::cmp::Reverse(one.times));
    replay
}

fn ask(edition: &Edition, text: &str, setting: &Setting) -> Answered {
    let mut rehearsal = Rehearsal::new(edition, setting.account.clone(), setting.now);
    rehearsal.public_url = setting.public_url.as_deref();
    rehearsal.human = setting.human;
    let Decided { outcome, reply, .. } = rehearsal.says(text);
    let rule_id = rule_of(&outcome);
    let rule = rule_id.as_ref().and_then(|id| edition.rulebook.rule(id)).map(|rule| rule.name.to_string());
    Answered { reply, rule, rule_id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Files, Surroundings, check};

    fn edition(price: &str, stay: &str) -> Edition {
        let rule = |id: &str, trigger: &str, reply: &str| {
            format!("+++\nid = \"{id}\"\nname = \"{id}\"\ntriggers = [\"{trigger}\"]\n+++\n{reply}\n")
        };
        let mut files = Files::default();
        files.insert("rules/price.md", rule("price", "多少钱", price).as_bytes());
        files.insert("rules/stay.md", rule("stay", stay, "住处。").as_bytes());
        let checked = check(&files, &Surroundings::on(jiff::civil::date(2026, 3, 2)));
        Edition::new(1, checked.rulebook.unwrap_or_else(|| panic!("{:?}", checked.problems)))
    }

    #[test]
    fn what_would_be_answered_differently_is_shown_the_most_frequent_first() {
        let account = AccountId::parse("main").expect("a slug");
        let now = Timestamp::from_second(1_772_416_800).expect("a time");
        let setting = Setting { account, human: Human::Contacts, public_url: None, now };
        let heard = |text: &str, times| Wording { text: text.to_owned(), times };
        let heard = [heard("住哪里", 2), heard("多少钱", 5), heard("住处在哪", 3), heard("怎么走", 1)];
        let (before, after) = (edition("旧价。", "住哪里"), edition("新价。", "住处"));

        let replay = replay(&heard, &before, &after, &setting);

        let changed: Vec<_> = replay
            .changed
            .iter()
            .map(|one| (one.text.as_str(), one.before.rule.as_deref(), one.after.rule.as_deref()))
            .collect();
        let expected = [
            ("多少钱", Some("price"), Some("price")),
            ("住处在哪", None, Some("stay")),
            ("住哪里", Some("stay"), None),
        ];
        assert_eq!(changed, expected);
        assert_eq!((replay.asked, replay.messages()), (11, 10));
    }
}
