//! The editor as a page: fields, choices, what others do to the same rule, and
//! the preview beside it.

use std::collections::BTreeMap;

use askama::Template;

use super::super::failure::PageError;
use super::super::form::{Choice, Field};
use super::super::frame::Frame;
use super::super::places;
use super::super::rehearse::{Bubble, Part};
use super::super::visit::Visit;
use super::super::when;
use super::super::words::{Sentence, Words};
use super::address_of;
use super::editor::Desk;
use super::effect::Trial;
use super::entered::Entered;
use super::preview::Preview;
use super::sayings::Sayings;
use super::shelf::{Kept, is_table};
use crate::model::Right;
use crate::publishing::HowEdited;
use crate::rulebook::kinds_of_reply;
use crate::rulebook::unfinished::is_unfinished;

#[derive(Template)]
#[template(path = "console/pages/rule.html")]
pub(super) struct EditorPage {
    frame: Frame,
    /// None: a new one.
    address: Option<String>,
    id: String,
    name: String,
    place: Option<String>,
    /// Its file as text.
    as_text: Option<String>,
    fields: BTreeMap<&'static str, Field>,
    /// What it answers, for the line that stands for it while it is folded.
    sayings: Sayings,
    are_sayings_open: bool,
    nothing: Field,
    is_waiting: bool,
    is_enabled: bool,
    is_drafted: bool,
    /// Its reply still holds 〔待填写〕.
    is_unfinished: bool,
    may_edit: bool,
    seen: String,
    /// It was looked at or refused, and is nowhere but on this page.
    is_unsaved: bool,
    others: Vec<Sentence<'static>>,
    kinds: Vec<Choice>,
    has_kind_settings: bool,
    has_media: bool,
    articles: Vec<Choice>,
    contacts: Vec<Choice>,
    forms: Vec<Choice>,
    groups: Vec<String>,
    preview: Preview,
    spoken: Sentence<'static>,
    /// On real messages, once it was asked for.
    trial: Option<Trial>,
}

const RARE_KINDS: [&str; 4] = ["image", "voice", "video", "music"];

/// What differs between showing, previewing and refusing.
#[derive(Default)]
pub(super) struct Parts {
    pub entered: Entered,
    pub kept: Option<Kept>,
    /// A field, and the key of what is wrong with it.
    pub refused: Option<(&'static str, &'static str)>,
    /// None: what the draft holds now.
    pub seen: Option<String>,
    pub trial: Option<Trial>,
}

impl EditorPage {
    pub(super) async fn of(visit: &Visit, desk: &Desk, parts: Parts) -> Result<Self, PageError> {
        let t = visit.caller.t;
        let Parts { entered, kept, refused, seen, trial } = parts;
        let mut fields = entered.fields();
        if let Some((name, key)) = refused
            && let Some(field) = fields.get_mut(name)
        {
            *field = std::mem::take(field).refused(t.say(key));
        }
        let path = kept.as_ref().map(|kept| kept.path.to_string()).unwrap_or_default();
        let preview = preview(visit, desk, &entered, kept.as_ref()).await;
        Ok(Self {
            frame: visit.frame("rules"),
            address: kept.as_ref().map(|kept| address_of(kept.rule.text("id"))),
            id: kept.as_ref().map_or_else(String::new, |kept| kept.rule.text("id").to_owned()),
            name: kept.as_ref().map_or_else(String::new, |kept| kept.rule.text("name").to_owned()),
            place: kept.as_ref().map(|kept| format!("{}:{}", kept.path, kept.line)),
            as_text: kept.as_ref().and_then(|kept| places::text_of(&kept.path)),
            is_waiting: !entered.get("waiting").is_empty(),
            is_enabled: kept.as_ref().is_none_or(|kept| kept.rule.is_enabled()),
            is_drafted: kept.as_ref().is_some_and(|kept| is_drafted(desk, kept)),
            is_unfinished: kept.as_ref().is_some_and(|kept| kept.rule.reply.texts().any(is_unfinished)),
            may_edit: visit.staff.role.may(Right::Edit),
            is_unsaved: seen.is_some(),
            seen: seen.unwrap_or_else(|| desk.draft.hash_of(&path).unwrap_or_default()),
            others: others(visit, desk, &path).await?,
            kinds: kinds(t, entered.get("kind")),
            has_kind_settings: !matches!(entered.get("kind"), "" | "text" | "human" | "silence" | "not-ours"),
            has_media: RARE_KINDS.contains(&entered.get("kind")),
            articles: catalog(desk, t, |book| {
                ids(book.catalog.articles.iter().map(|one| (one.id.to_string(), one.title.to_string())))
            }),
            contacts: catalog(desk, t, |book| {
                ids(book.catalog.contacts.iter().map(|one| (one.name.to_string(), one.name.to_string())))
            }),
            forms: catalog(desk, t, |book| {
                ids(book.forms.iter().map(|one| (one.id.to_string(), one.name.to_string())))
            }),
            groups: groups(desk),
            sayings: Sayings::of(&entered),
            are_sayings_open: Sayings::of(&entered).count == 0 || trial.is_some(),
            spoken: preview.spoken(t),
            nothing: Field::default(),
            fields,
            preview,
            trial,
        })
    }

    fn field(&self, name: &str) -> &Field {
        self.fields.get(name).unwrap_or(&self.nothing)
    }

    fn is_typed(&self, name: &str) -> bool {
        !self.field(name).value.is_empty()
    }

    fn heading(&self) -> String {
        if self.address.is_some() { self.name.clone() } else { self.frame.t.say("rules.make").to_string() }
    }
}

/// Of a table, the rows that changed and no others.
fn is_drafted(desk: &Desk, kept: &Kept) -> bool {
    let is_changed = desk.draft.changes().contains_key(&*kept.path);
    is_changed && (!is_table(&kept.path) || desk.shelf.is_new(kept, desk.draft.live().get(&kept.path)))
}

async fn preview(visit: &Visit, desk: &Desk, entered: &Entered, kept: Option<&Kept>) -> Preview {
    let id = match kept {
        Some(kept) => kept.rule.text("id").to_owned(),
        None => entered.get("preview_of").to_owned(),
    };
    let (visit, shelf, test) = (visit.clone(), desk.shelf.clone(), entered.get("test").to_owned());
    tokio::task::spawn_blocking(move || Preview::of(&visit, &shelf, &id, &test)).await.unwrap_or_default()
}

/// 「同事乙 2 分钟前改过这条」
async fn others(visit: &Visit, desk: &Desk, path: &str) -> Result<Vec<Sentence<'static>>, PageError> {
    let edits = desk.draft.others_at(&visit.console.store, path).await?;
    let t = visit.caller.t;
    let tell = |edit: crate::publishing::OtherEdit| {
        let who = edit.by.unwrap_or_else(|| t.say("rules.somebody").to_string());
        let key = match edit.how {
            HowEdited::Drafted => "rules.other_drafted",
            HowEdited::Published { .. } => "rules.other_published",
        };
        t.say(key).owned().with("who", who).with("at", when::minute(&visit.console, edit.at))
    };
    Ok(edits.into_iter().map(tell).collect())
}

/// Rare kinds are offered only where a rule has one.
fn kinds(t: &'static Words, chosen: &str) -> Vec<Choice> {
    let kinds = kinds_of_reply().filter(|kind| !RARE_KINDS.contains(kind) || *kind == chosen);
    kinds.map(|kind| Choice::new(kind, t.say(&format!("rules.kind_of.{kind}")))).collect()
}

fn catalog(
    desk: &Desk,
    t: &'static Words,
    list: impl Fn(&crate::rulebook::Rulebook) -> Vec<Choice>,
) -> Vec<Choice> {
    let nothing = Choice::new("", t.say("rules.nothing_chosen"));
    let known = desk.shelf.rulebook.as_ref().map(list).unwrap_or_default();
    std::iter::once(nothing).chain(known).collect()
}

fn ids(known: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    known.map(|(value, label)| Choice::new(value, label)).collect()
}

fn groups(desk: &Desk) -> Vec<String> {
    let mut groups: Vec<String> =
        desk.shelf.rules.iter().map(|kept| kept.rule.text("group").to_owned()).collect();
    groups.sort();
    groups.dedup();
    groups.retain(|group| !group.is_empty());
    groups
}
