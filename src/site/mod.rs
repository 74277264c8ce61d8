//! What anyone may open: the centre's page, article pages, the privacy page,
//! health. Server-rendered; each page works without JavaScript and loads
//! nothing from elsewhere. Not here: what staff see (console), the webhook.

mod article;
mod assets;
mod contact;
mod dates;
mod frame;
mod headers;
mod health;
mod home;
mod markdown;
mod missing;
mod placeholder;
mod privacy;
mod visitor;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;

use crate::answer::{Edition, Live};
use crate::model::{Clock, Limits};
use crate::rulebook::Moment;
use crate::store::Store;

pub use health::{AskRulebook, RulebookHealth, Standing};

/// All that the public pages are made from.
#[derive(Clone, Debug)]
pub struct Site {
    pub live: Live,
    pub store: Store,
    pub clock: Clock,
    pub ask_rulebook: AskRulebook,
    /// How long the text of messages is kept, for the privacy page.
    pub keep_messages_days: NonZeroU32,
    /// Where the public reaches us, without a slash at its end.
    pub public_url: Option<Arc<str>>,
}

/// Every public page, and the page for what does not exist. To be served with
/// `ConnectInfo<SocketAddr>`: without it every visitor counts as a stranger.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/a/{id}", get(article::show))
        .route("/privacy", get(privacy::show))
        .route("/healthz", get(health::process))
        .route("/readyz", get(health::ready))
        .route("/assets/{name}", get(assets::serve))
        .fallback(missing::show)
        .layer(map_response(headers::protect))
        .with_state(Arc::new(site))
}

impl Site {
    /// What one request sees from beginning to end.
    fn edition(&self) -> Arc<Edition> {
        self.live.load_full()
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            now: self.clock.now(),
            draw: 0,
            public_url: self.public_url.as_deref(),
            limits: Limits::STRICTEST,
        }
    }
}
