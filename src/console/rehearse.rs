//! 试聊: a conversation with the engine that answers customers, nobody
//! listening, and why it answers so. `/console/try` for staff; `/try` for a
//! newcomer's first minute, in the demonstration and on this machine alone.
//!
//! The conversation lives in the page, sealed (`script`); `input` is what can
//! be done, `bubble` what is seen, `why` the explanation, `chat_file` what is
//! saved. Not here: the engine (rehearsal).

mod bubble;
mod chat_file;
mod input;
mod script;
mod why;

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::door::Caller;
use super::failure::PageError;
use super::form::Choice;
use super::frame::{Frame, show as show_page};
use super::visit::{Sent, Visit};
use super::words::{Sentence, Words};
use super::{Console, Mode};
use crate::answer::Edition;
use crate::model::Content;
use crate::rehearsal::Rehearsal;

pub(super) use bubble::{Bubble, Part};
use input::{Act, Input};
use script::{Line, Script};
pub(super) use why::Why as Explained;
use why::Why;
pub(super) use why::{Told, told};

#[derive(Template)]
#[template(path = "console/pages/try.html")]
struct TryPage {
    frame: Frame,
    /// Where the form is sent.
    action: &'static str,
    bubbles: Vec<Bubble>,
    why: Option<Why>,
    state: String,
    accounts: Vec<Choice>,
    account: String,
    /// The rehearsal's own time, for its field and in words.
    time: String,
    clock: String,
    scene: String,
    /// What is to be said, already in its field.
    text: String,
    chat_file: Option<String>,
    examples: Vec<Sentence<'static>>,
    problem: Option<Sentence<'static>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// What is to be said first.
    text: String,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let stage = Stage { console: &visit.console, t: visit.caller.t };
    let page = stage.page(visit.frame("try"), "/console/try", &stage.new_script(), None);
    show_page(&TryPage { text: asked.text, ..page })
}

pub(super) async fn say(visit: Visit, Sent(input): Sent<Input>) -> Result<Response, PageError> {
    let stage = Stage { console: &visit.console, t: visit.caller.t };
    show_page(&stage.play(visit.frame("try"), "/console/try", &input))
}

pub(super) async fn show_here(
    State(console): State<Arc<Console>>,
    caller: Caller,
) -> Result<Response, PageError> {
    let stage = Stage::in_demonstration(&console, &caller)?;
    show_page(&stage.page(Frame::of_caller(&caller, "try"), "/try", &stage.new_script(), None))
}

pub(super) async fn say_here(
    State(console): State<Arc<Console>>,
    caller: Caller,
    Sent(input): Sent<Input>,
) -> Result<Response, PageError> {
    let stage = Stage::in_demonstration(&console, &caller)?;
    show_page(&stage.play(Frame::of_caller(&caller, "try"), "/try", &input))
}

struct Stage<'a> {
    console: &'a Console,
    t: &'static Words,
}

impl<'a> Stage<'a> {
    fn in_demonstration(console: &'a Console, caller: &Caller) -> Result<Self, PageError> {
        match console.mode {
            Mode::Demonstration => Ok(Self { console, t: caller.t }),
            Mode::Service => Err(PageError::Missing),
        }
    }

    fn new_script(&self) -> Script {
        Script::new(self.console.roster.ids().into_iter().next())
    }

    /// A page that was left open over a change of key starts anew.
    fn play(&self, frame: Frame, action: &'static str, input: &Input) -> TryPage {
        let opened = Script::open(&self.console.store, input.state.as_deref().unwrap_or_default());
        let was_lost = opened.is_none() && input.state.is_some();
        let mut script = opened.unwrap_or_else(|| self.new_script());
        let played = input.act(&script).map(|act| self.act(&mut script, act, input));
        let problem = match &played {
            Err(word) => Some(*word),
            Ok(_) if was_lost => Some("try.state_lost"),
            Ok(_) => None,
        };
        let mut page = self.page(frame, action, &script, played.ok().flatten().as_ref());
        page.problem = problem.map(|word| self.t.say(word).owned());
        page.scene.clone_from(&input.scene);
        page
    }

    fn act(&self, script: &mut Script, act: Act, input: &Input) -> Option<Played> {
        let edition = self.console.live.load_full();
        match act {
            Act::Send { content, line } => {
                script.push(*line);
                return Some(self.send(script, *content, &edition));
            }
            Act::Wait(time) => script.wait(time),
            Act::MoveTo(local) => {
                let at = edition.rulebook.settings.hours.instant(local);
                script.move_to(at, self.console.clock.now(), local);
            }
            Act::StartOver => script.start_over(),
            Act::Clear => *script = Script::new(Some(script.account.clone())),
            Act::Save => script.is_saved = true,
            Act::Nothing => {}
        }
        if let Some(account) = &input.account {
            script.change_account(account, &self.console.roster.now());
        }
        None
    }

    fn send(&self, script: &mut Script, content: Content, edition: &Arc<Edition>) -> Played {
        let served = self.console.roster.find(&script.account);
        let now = script.now(self.console.clock.now());
        let mut rehearsal = Rehearsal::new(edition, script.account.clone(), now)
            .picking_up(script.conversation.clone(), script.spoken);
        rehearsal.public_url = self.console.public_url.as_deref();
        if let Some(served) = served {
            rehearsal.human = served.human;
        }
        let started = Instant::now();
        let misses_before = script.conversation.misses.in_a_row;
        let decided = rehearsal.sends(content);
        let took = started.elapsed();
        (script.conversation, script.spoken) = rehearsal.left_at();
        script.push(Line::answer(&decided, edition));
        Played { edition: Arc::clone(edition), decided, took, misses_before }
    }

    fn page(&self, frame: Frame, action: &'static str, script: &Script, played: Option<&Played>) -> TryPage {
        let hours = &self.console.live.load().rulebook.settings.hours;
        let local = hours.local(script.now(self.console.clock.now()));
        let accounts = self.console.roster.now();
        TryPage {
            frame,
            action,
            bubbles: Bubble::all(script, self.t),
            why: played.map(|played| Why::of(played, self.t)),
            accounts: accounts
                .iter()
                .map(|account| Choice::new(account.id.as_str(), &account.name))
                .collect(),
            account: script.account.to_string(),
            time: local.strftime("%Y-%m-%dT%H:%M").to_string(),
            clock: local.strftime("%-m月%-d日 %H:%M").to_string(),
            scene: String::new(),
            text: String::new(),
            chat_file: script.is_saved.then(|| chat_file::write(script, self.t)),
            examples: self.examples(script),
            problem: None,
            state: script.seal(&self.console.store),
        }
    }

    /// What a newcomer may tap first.
    fn examples(&self, script: &Script) -> Vec<Sentence<'static>> {
        if !script.lines.is_empty() {
            return Vec::new();
        }
        ["try.example_1", "try.example_2", "try.example_3"].map(|key| self.t.say(key).owned()).into()
    }
}

/// One message and what was decided about it.
pub(super) struct Played {
    edition: Arc<Edition>,
    decided: crate::rehearsal::Decided,
    took: std::time::Duration,
    misses_before: u8,
}

/// What a message alone would be answered, and why.
pub(super) fn explain(console: &Console, edition: &Arc<Edition>, text: &str, t: &'static Words) -> Explained {
    let stage = Stage { console, t };
    Why::of(&stage.send(&mut stage.new_script(), Content::text(text), edition), t)
}

/// A short conversation, for the page of components.
#[cfg(debug_assertions)]
pub(super) fn sample(t: &'static Words) -> Vec<Bubble> {
    use crate::model::{Reply, Span, Text};
    let option = |label: &str, id: &str| Span::Option { label: label.to_owned(), id: id.to_owned() };
    let spans = vec![
        Span::Plain("您是想问：\n1 ".to_owned()),
        option("费用预算", "1"),
        Span::Plain("\n2 ".to_owned()),
        option("票据报销", "2"),
    ];
    vec![
        Bubble::Customer { text: "报销".to_owned() },
        Bubble::answer(&Reply::Text { text: Text { spans } }, None, t),
        Bubble::Aside { text: t.say("try.started_over").owned() },
    ]
}
