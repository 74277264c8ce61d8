//! The editor's fields, and the rule they say. Triggers are apart by their
//! mode, one a line, so that nobody has to know the signs.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::super::form::Field;
use crate::rulebook::edit::{ReplyText, TriggerMode, WrittenRule, trigger_mode};

/// Fields that say what a key of the same name says.
const TEXTS: [&str; 19] = [
    "name",
    "label",
    "group",
    "kind",
    "from",
    "until",
    "owner",
    "note",
    "fallback",
    "article",
    "contact",
    "form",
    "theme",
    "media_id",
    "title",
    "description",
    "url",
    "hq_url",
    "thumb_media_id",
];
const LISTS: [&str; 5] = ["exclude", "questions", "on", "accounts", "courses"];
const CARD: [(&str, &str); 4] = [
    ("card_title", "card.title"),
    ("card_description", "card.description"),
    ("card_picture", "card.picture"),
    ("card_url", "card.url"),
];
const MODES: [&str; 4] = ["contains", "equals", "starts", "advanced"];
const REPLIES: [&str; 3] = ["reply", "reply_open", "reply_closed"];
/// Of the page, not of the rule.
const OWN: [&str; 2] = ["id", "test"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(in crate::console) struct Entered(HashMap<String, String>);

impl Entered {
    pub(super) fn of(rule: &WrittenRule) -> Self {
        let mut values = HashMap::new();
        let mut put = |field: &str, value: String| drop(values.insert(field.to_owned(), value));
        for key in TEXTS {
            put(key, rule.text(key).to_owned());
        }
        for key in LISTS {
            put(key, rule.list(key).join("\n"));
        }
        for (field, key) in CARD {
            put(field, rule.text(key).to_owned());
        }
        for mode in MODES {
            let own = rule.list("triggers").iter().filter(|written| place_of(written).0 == mode);
            put(mode, own.map(|written| place_of(written).1).collect::<Vec<_>>().join("\n"));
        }
        let reply = &rule.reply;
        for (field, variants) in REPLIES.into_iter().zip([&reply.always, &reply.open, &reply.closed]) {
            put(field, ReplyText::joined(variants));
        }
        put("kind", rule.kind().to_owned());
        put("waiting", rule.text("waiting").to_owned());
        put("id", rule.text("id").to_owned());
        Self(values)
    }

    pub(super) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, field: &str, value: impl Into<String>) {
        self.0.insert(field.to_owned(), value.into());
    }

    /// The rule with what was entered. Lists keep the order they have: fields
    /// say what is in them, not where.
    pub(super) fn onto(&self, old: &WrittenRule) -> WrittenRule {
        let mut rule = old.clone();
        for key in TEXTS {
            rule.set_text(key, self.get(key));
        }
        for key in LISTS {
            rule.set(key, in_order(old.list(key), lines(self.get(key)), str::to_owned));
        }
        for (field, key) in CARD {
            rule.set_text(key, self.get(field));
        }
        rule.set_text("waiting", if self.get("waiting").is_empty() { "" } else { "true" });
        let signs = [("contains", ""), ("equals", "="), ("starts", "^"), ("advanced", "")];
        let entered = signs.into_iter().flat_map(|(mode, sign)| {
            lines(self.get(mode)).into_iter().map(move |line| with_sign(sign, &line))
        });
        let key = |written: &str| {
            let (mode, text) = place_of(written);
            format!("{mode} {text}")
        };
        rule.set("triggers", in_order(old.list("triggers"), entered.collect(), key));
        let [always, open, closed] = REPLIES.map(|field| self.get(field));
        rule.reply = ReplyText::of_parts(always, open, closed);
        rule.tidied()
    }

    /// As the template draws them.
    pub(super) fn fields(&self) -> BTreeMap<&'static str, Field> {
        let names = TEXTS.into_iter().chain(LISTS).chain(MODES).chain(REPLIES).chain(OWN);
        let names = names.chain(CARD.map(|(field, _)| field));
        names.map(|name| (name, Field::of(self.get(name)))).collect()
    }

    /// Everything, to be sent again.
    pub(super) fn hidden(&self) -> Vec<(&str, &str)> {
        let mut hidden: Vec<(&str, &str)> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        hidden.retain(|(name, _)| !matches!(*name, "_token" | "seen" | "do"));
        hidden.sort_unstable();
        hidden
    }
}

/// The field a trigger belongs to, and what stands there.
fn place_of(written: &str) -> (&'static str, String) {
    let (mode, text) = trigger_mode(written);
    match mode {
        TriggerMode::Equals => ("equals", text),
        TriggerMode::Starts => ("starts", text),
        TriggerMode::Pattern => ("advanced", format!("/{text}/")),
        TriggerMode::Contains if text.contains(['+', '＋']) => ("advanced", text),
        TriggerMode::Contains => ("contains", text),
    }
}

/// Who types the sign although the field says it already means the same.
fn with_sign(sign: &str, line: &str) -> String {
    let (mode, _) = trigger_mode(line);
    if mode == TriggerMode::Contains { format!("{sign}{line}") } else { line.to_owned() }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What stays in its old order, then what is new.
fn in_order(old: &[String], wanted: Vec<String>, key: impl Fn(&str) -> String) -> Vec<String> {
    let mut wanted: Vec<(String, String)> = wanted.into_iter().map(|text| (key(&text), text)).collect();
    let mut ordered = Vec::with_capacity(wanted.len());
    for written in old {
        let own = key(written);
        let count = wanted.len();
        wanted.retain(|(other, _)| *other != own);
        if wanted.len() < count {
            ordered.push(written.clone());
        }
    }
    ordered.extend(wanted.into_iter().map(|(_, text)| text));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_says_the_same_rule() {
        let mut rule = WrittenRule::default();
        rule.set_text("id", "a");
        rule.set_text("name", "甲");
        rule.set("triggers", ["二", "＝一", "^三", "四+五", "/六[七八]/", "九"]);
        rule.set("questions", ["问二", "问一"]);
        rule.set_text("kind", "contact");
        rule.reply = ReplyText::of_parts("甲\n---\n乙", "丙", "丁");

        assert_eq!(Entered::of(&rule).onto(&rule), rule);
    }

    #[test]
    fn a_trigger_goes_where_its_field_says() {
        let cases: &[(&str, &str, &str)] = &[
            ("contains", "费用", "费用"),
            ("equals", "价格", "=价格"),
            ("equals", "=价格", "=价格"),
            ("starts", "报名", "^报名"),
            ("advanced", "车费+报销", "车费+报销"),
            ("advanced", "/第[一二]批/", "/第[一二]批/"),
        ];
        for (field, typed, expected) in cases {
            let mut entered = Entered::default();
            entered.set(field, *typed);
            assert_eq!(
                entered.onto(&WrittenRule::default()).list("triggers"),
                [*expected],
                "{field} {typed}"
            );
        }
    }

    #[test]
    fn new_lines_come_after_those_that_were_there() {
        let old = ["b", "a", "c"].map(str::to_owned);
        let wanted = ["a", "x", "b"].map(str::to_owned).to_vec();

        assert_eq!(in_order(&old, wanted, str::to_owned), ["b", "a", "x"]);
    }
}
