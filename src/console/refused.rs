//! Why the gate refused, in the language of whoever reads it.

use super::words::{Sentence, Words};
use crate::publishing::Refused;

/// The cause, and what to do.
pub(super) fn explain(refused: &Refused, t: &Words) -> Sentence<'static> {
    let (code, detail) = refused.code();
    say(code, &detail, t).unwrap_or_else(|| t.say("failure.store.cause").owned())
}

/// A refusal that was kept, as it was told then where it is of an older kind.
pub(super) fn explain_kept(kept: &str, t: &Words) -> String {
    let (code, detail) = kept.split_once('\t').unwrap_or((kept, ""));
    say(code, detail, t).map_or_else(|| kept.to_owned(), String::from)
}

fn say(code: &str, detail: &str, t: &Words) -> Option<Sentence<'static>> {
    let word = match code {
        "nothing" => "publish.refused_nothing",
        "collides" => "publish.refused_collides",
        "errors" => "publish.refused_errors",
        "tests" => "publish.refused_tests",
        "unseen" => "publish.refused_unseen",
        "second" => "publish.refused_second",
        "settled" => "publish.refused_settled",
        "busy" => "publish.refused_busy",
        _ => return None,
    };
    Some(t.say(word).owned().with("paths", detail).with("n", detail))
}
