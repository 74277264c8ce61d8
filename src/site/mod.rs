//! What anyone may open: the centre's page article pages, the privacy page. Server-rendered; each page works without JavaScript and loads
//! nothing from elsewhere. Not here: what staff see (console), the webhook.

mod article;
mod assets;
mod contact;
mod dates;
mod frame;
mod headers;
mod home;
mod markdown;
mod missing;
mod placeholder;
mod privacy;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;

use crate::answer::{Edition, Live};
use crate::model::Clock;

/// All that the public pages are made from.
#[derive(Clone, Debug)]
pub struct Site {
    pub live: Live,
    pub clock: Clock,
    /// How long the text of messages is kept, for the privacy page.
    pub keep_messages_days: NonZeroU32,
    /// Where the public reaches us, without a slash at its end.
    pub public_url: Option<Arc<str>>,
}

/// Every public page, and the page for what does not exist.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/a/{id}", get(article::show))
        .route("/privacy", get(privacy::show))
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
}
