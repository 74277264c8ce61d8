//! One account: what to copy into WeChat's own settings, whether WeChat came
//! through since, and what stands in the way.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::checks::{self, Check};
use super::standing::{Refused, Stage, Standing};
use super::{Known, find};
use crate::console::failure::PageError;
use crate::console::frame::{Frame, show as show_page};
use crate::console::visit::Visit;
use crate::console::when;
use crate::console::words::Sentence;
use crate::platform::Channel;
use crate::store::{Heard, StoredAccount};

#[derive(Template)]
#[template(path = "console/pages/account_one.html")]
struct OnePage {
    frame: Frame,
    id: String,
    name: String,
    is_ours: bool,
    origin: Sentence<'static>,
    to_copy: ToCopy,
    facts: Vec<(Sentence<'static>, String)>,
    news: News,
    checks: Vec<Check>,
}

/// The part that asks for itself again while it waits.
#[derive(Template)]
#[template(path = "console/pages/account_news.html")]
struct NewsPage {
    frame: Frame,
    id: String,
    news: News,
}

struct News {
    stage: Stage,
    said: Sentence<'static>,
    is_waiting: bool,
    checked_at: Option<String>,
    heard: Option<Sentence<'static>>,
    refused: Vec<Refused>,
}

/// What WeChat's own form asks for.
struct ToCopy {
    url: String,
    /// Nobody outside can reach it.
    is_local: bool,
    mode: Option<Sentence<'static>>,
    secrets: Secrets,
}

enum Secrets {
    /// Until WeChat has verified them.
    Shown { token: String, aes_key: String },
    /// WeChat has them; here they are not shown again.
    Verified,
    /// They stand in a file, or cannot be read.
    NotHere,
}

pub(in crate::console) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let known = find(&visit, &id).await?;
    let standing = Standing::of(&known, &visit).await?;
    show_page(&OnePage {
        frame: visit.frame("accounts"),
        id: known.id().to_string(),
        name: known.name().to_owned(),
        is_ours: known.stored().is_some(),
        origin: visit.caller.t.say(known.origin()).owned(),
        to_copy: ToCopy::of(&known, &standing, &visit),
        facts: facts(&known, &visit),
        checks: checks::of(&known, &standing, &visit),
        news: News::of(&standing, &visit),
    })
}

/// For the script of the page above.
pub(in crate::console) async fn news(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let known = find(&visit, &id).await?;
    let standing = Standing::of(&known, &visit).await?;
    let news = News::of(&standing, &visit);
    show_page(&NewsPage { frame: visit.frame("accounts"), id: known.id().to_string(), news })
}

impl ToCopy {
    fn of(known: &Known, standing: &Standing, visit: &Visit) -> Self {
        let public = visit.console.public_url.as_deref();
        let base = public.unwrap_or(&visit.caller.origin);
        let mode = known.with_channel(visit, |channel| match channel {
            Ok(Channel::Wechat(account)) => Some(account.encryption()),
            Err(_) => None,
        });
        let t = visit.caller.t;
        Self {
            url: format!("{base}/hook/{}", known.id()),
            is_local: public.is_none(),
            mode: mode.map(|mode| t.say(&format!("accounts.mode.{}", mode.as_str())).owned()),
            secrets: Secrets::of(known.stored(), standing),
        }
    }
}

impl Secrets {
    fn of(stored: Option<&StoredAccount>, standing: &Standing) -> Self {
        let Some(secrets) = stored.and_then(|account| account.secrets.as_ref()) else { return Self::NotHere };
        if standing.checked_at.is_some() || standing.heard.is_some() {
            return Self::Verified;
        }
        Self::Shown {
            token: secrets.current.token.expose_secret().to_owned(),
            aes_key: secrets.current.aes_key.expose_secret().to_owned(),
        }
    }
}

impl News {
    fn of(standing: &Standing, visit: &Visit) -> Self {
        let second = |at| when::second(&visit.console, at);
        let t = visit.caller.t;
        let heard = |heard: Heard| {
            let said = match heard.took {
                Some(took) => t.say("accounts.heard_in").with("took", milliseconds(took)),
                None => t.say("accounts.heard"),
            };
            said.with("at", second(heard.at)).owned()
        };
        Self {
            stage: standing.stage,
            said: t.say(standing.stage.word()).owned(),
            is_waiting: standing.is_waiting(),
            checked_at: standing.checked_at.map(second),
            heard: standing.heard.map(heard),
            refused: standing.refused(visit),
        }
    }
}

fn milliseconds(took: std::time::Duration) -> String {
    match took.as_millis() {
        0 => "< 1".to_owned(),
        ms => ms.to_string(),
    }
}

fn facts(known: &Known, visit: &Visit) -> Vec<(Sentence<'static>, String)> {
    let t = visit.caller.t;
    let (app_id, original_id) = known.with_channel(visit, |channel| match channel {
        Ok(Channel::Wechat(account)) => {
            (account.app_id().map(str::to_owned), account.original_id().map(str::to_owned))
        }
        Err(_) => (None, None),
    });
    let human = match known {
        Known::Configured(account) => account.served.human,
        Known::Made(account) | Known::Shadowed(account) => account.human,
    };
    let human = t.say(&format!("accounts.human_is.{}", human.as_str())).to_string();
    let minute = |at| when::minute(&visit.console, at);
    let stored = known.stored();
    let made = stored.map(|account| format!("{} · {}", account.made_by, minute(account.made_at)));
    let previous = stored.and_then(StoredAccount::previous_until).filter(|until| *until > visit.now());
    let all = [
        ("accounts.id", Some(known.id().to_string())),
        ("accounts.app_id", app_id),
        ("accounts.original_id", original_id),
        ("accounts.human", Some(human)),
        ("accounts.previous_until", previous.map(minute)),
        ("accounts.made_by", made),
    ];
    all.into_iter().filter_map(|(key, value)| Some((t.say(key).owned(), value?))).collect()
}
