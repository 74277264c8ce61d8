//! Messages through two editions: which replies would change, and what one rule
//! has to do with it. Pure. Not here: finding the messages (store).

use std::sync::Arc;

use jiff::Timestamp;

use crate::answer::{Asked, Edition, Verdict};
use crate::model::{AccountId, Human, Outcome, Reply, RuleId, ServedAccount};
use crate::rehearsal::{Decided, Rehearsal, rule_of};
use crate::store::Wording;

/// To whom it is said, and when: the same for both editions.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Each wording is said to its own.
    pub accounts: Arc<Vec<ServedAccount>>,
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
    pub account: AccountId,
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

/// What a changed reply is to the rule that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nobody answered before.
    Gained,
    /// Another rule answered before.
    Taken,
    /// It answered before, and does no longer.
    Lost,
    /// It answers now as before, with another reply.
    Reworded,
    /// It answers neither before nor after: asking back, mostly.
    Elsewhere,
}

impl Replay {
    /// Messages whose reply would change.
    pub fn messages(&self) -> i64 {
        self.changed.iter().map(|one| one.times).sum()
    }
}

impl ChangedReply {
    pub fn effect_of(&self, rule: &RuleId) -> Effect {
        let is_it = |answered: &Answered| answered.rule_id.as_ref() == Some(rule);
        match (is_it(&self.before), is_it(&self.after)) {
            (true, true) => Effect::Reworded,
            (true, false) => Effect::Lost,
            (false, true) if self.before.rule_id.is_none() => Effect::Gained,
            (false, true) => Effect::Taken,
            (false, false) => Effect::Elsewhere,
        }
    }
}

/// Each wording as the first message of a new customer.
pub fn replay(wordings: &[Wording], before: &Edition, after: &Edition, setting: &Setting) -> Replay {
    let mut replay = Replay::default();
    for wording in wordings {
        replay.asked += wording.times;
        let (old, new) = (ask(before, wording, setting), ask(after, wording, setting));
        if old != new {
            let Wording { account, text, times } = wording.clone();
            replay.changed.push(ChangedReply { account, text, times, before: old, after: new });
        }
    }
    replay.changed.sort_by_key(|one| std::cmp::Reverse(one.times));
    replay
}

fn ask(edition: &Edition, wording: &Wording, setting: &Setting) -> Answered {
    let mut rehearsal = Rehearsal::new(edition, wording.account.clone(), setting.now);
    rehearsal.public_url = setting.public_url.as_deref();
    rehearsal.human = setting.human(&wording.account);
    let Decided { outcome, reply, .. } = rehearsal.says(&wording.text);
    let rule_id = rule_behind(&outcome, edition, wording, setting.now);
    let rule = rule_id.as_ref().and_then(|id| edition.rulebook.rule(id)).map(|rule| rule.name.to_string());
    Answered { reply, rule, rule_id }
}

/// A form does not name the rule that led to it.
fn rule_behind(outcome: &Outcome, edition: &Edition, wording: &Wording, now: Timestamp) -> Option<RuleId> {
    let named = rule_of(outcome);
    match outcome {
        Outcome::Form(_) => {
            let today = edition.rulebook.settings.hours.today(now);
            let asked = Asked { account: &wording.account, today };
            match edition.matcher.answer(&wording.text, &asked).verdict {
                Verdict::Rule(index) => edition.rule_at(index).map(|rule| rule.id.clone()),
                Verdict::Choices(_) | Verdict::None => named,
            }
        }
        Outcome::Answer(_)
        | Outcome::Choices(_)
        | Outcome::Human(_)
        | Outcome::Fallback
        | Outcome::Silence => named,
    }
}

impl Setting {
    fn human(&self, account: &AccountId) -> Human {
        self.accounts
            .iter()
            .find(|served| served.id == *account)
            .map_or(Human::Contacts, |served| served.human)
    }
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
        checked(&files)
    }

    /// The rule about the price alone, for one account.
    fn edition_for(account: &str, price: &str) -> Edition {
        let mut files = Files::default();
        let head = format!("id = \"price\"\nname = \"price\"\naccounts = [\"{account}\"]\n");
        let text = format!("+++\n{head}triggers = [\"多少钱\"]\n+++\n{price}\n");
        files.insert("rules/price.md", text.as_bytes());
        checked(&files)
    }

    fn checked(files: &Files) -> Edition {
        let checked = check(files, &Surroundings::on(jiff::civil::date(2026, 3, 2)));
        Edition::new(1, checked.rulebook.unwrap_or_else(|| panic!("{:?}", checked.problems)))
    }

    fn heard(account: &str, text: &str, times: i64) -> Wording {
        Wording { account: AccountId::parse(account).expect("a slug"), text: text.to_owned(), times }
    }

    fn setting() -> Setting {
        let now = Timestamp::from_second(1_772_416_800).expect("a time");
        Setting { accounts: Arc::default(), public_url: None, now }
    }

    #[test]
    fn what_would_be_answered_differently_is_shown_the_most_frequent_first() {
        let heard = [
            heard("main", "住哪里", 2),
            heard("main", "多少钱", 5),
            heard("main", "住处在哪", 3),
            heard("main", "怎么走", 1),
        ];
        let (before, after) = (edition("旧价。", "住哪里"), edition("新价。", "住处"));

        let replay = replay(&heard, &before, &after, &setting());

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

    #[test]
    fn a_wording_is_said_to_the_account_that_heard_it() {
        let (before, after) = (edition("旧价。", "住哪里"), edition_for("other", "新价。"));
        let heard = [heard("main", "多少钱", 5), heard("other", "多少钱", 2)];

        let replay = replay(&heard, &before, &after, &setting());

        let changed: Vec<_> = replay
            .changed
            .iter()
            .map(|one| (one.account.as_str(), one.before.rule.as_deref(), one.after.rule.as_deref()))
            .collect();
        assert_eq!(changed, [("main", Some("price"), None), ("other", Some("price"), Some("price"))]);
    }

    #[test]
    fn a_change_is_told_by_what_it_is_to_the_rule() {
        const CASES: &[(&str, Option<&str>, Option<&str>, Effect)] = &[
            ("nobody before", None, Some("stay"), Effect::Gained),
            ("another before", Some("price"), Some("stay"), Effect::Taken),
            ("nobody after", Some("stay"), None, Effect::Lost),
            ("another after", Some("stay"), Some("price"), Effect::Lost),
            ("with other words", Some("stay"), Some("stay"), Effect::Reworded),
            ("asked back", Some("price"), None, Effect::Elsewhere),
        ];
        let stay = RuleId::parse("stay").expect("an id");
        let answered = |rule: &Option<&str>, words: &str| Answered {
            reply: Reply::text(words),
            rule: None,
            rule_id: rule.and_then(|id| RuleId::parse(id).ok()),
        };
        for (case, before, after, expected) in CASES {
            let Wording { account, text, times } = heard("main", "住哪里", 1);
            let (before, after) = (answered(before, "旧"), answered(after, "新"));
            let changed = ChangedReply { account, text, times, before, after };
            assert_eq!(changed.effect_of(&stay), *expected, "{case}");
        }
    }

    #[test]
    fn a_form_and_a_hand_over_belong_to_the_rule_that_led_there() {
        let rule = |id: &str, kind: &str, trigger: &str| {
            let kind = format!("id = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\n");
            format!("+++\n{kind}triggers = [\"{trigger}\"]\n+++\n好。\n")
        };
        let with = |files: &[(&str, String)]| {
            let mut all = Files::default();
            files.iter().for_each(|(path, text)| all.insert(path, text.as_bytes()));
            checked(&all)
        };
        let signup =
            rule("signup", "form", "报名").replace("kind = \"form\"", "kind = \"form\"\nform = \"enquiry\"");
        let after = with(&[("rules/signup.md", signup), ("rules/desk.md", rule("desk", "human", "找人"))]);
        let before = with(&[("rules/other.md", rule("other", "text", "别的"))]);

        let heard = [heard("main", "报名", 2), heard("main", "找人", 1)];
        let replay = replay(&heard, &before, &after, &setting());

        let behind: Vec<_> =
            replay.changed.iter().map(|one| one.after.rule_id.as_ref().map(RuleId::as_str)).collect();
        assert_eq!(behind, [Some("signup"), Some("desk")]);
    }
}
