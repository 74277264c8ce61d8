//! The only wiring: settings become a running service, and a signal ends it
//! cleanly.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::JoinSet;
use tracing::{error, info};

use crate::accounts::{Accounts, CannotServe, open_stored};
use crate::api;
use crate::config::{self, Config, DataKey, KeyError, StoreUrl};
use crate::console;
use crate::conversation::{Desk, DeskSettings};
use crate::jobs::{self, JobSettings, Schedule};
use crate::model::{self, Clock, Roster, ServedAccount};
use crate::outbound::Alerts;
use crate::platform::wechat::{EncodingAesKey, Token};
use crate::platform::wecom_robot::{InvalidRobot, Robot};
use crate::platform::{Channel, wechat};
use crate::publishing::{Ground, Press, PressError};
use crate::site::{self, AskRulebook, RulebookHealth, Site, Standing};
use crate::store::{JournalPlace, Location, Opening, Sealer, SealingKey, Store, StoreError, StoredAccount};
use crate::telemetry::Metrics;
use crate::webhook::{Refusals, Webhook};

/// A request's headers must be there in this time, and a new connection must
/// send its first request: without it a few thousand idle sockets shut everybody out.
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const FIRST_REQUEST_DEADLINE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Rulebook(#[from] PressError),
    #[error("{0}")]
    Key(#[from] KeyError),
    #[error("{0}。它写在 [notify] wecom_robot。")]
    Robot(#[from] InvalidRobot),
    #[error("账号「{account}」的设置不对：{cause}。")]
    Account { account: String, cause: String },
    #[error("端口 {address} 已被别的程序占用。请停掉它，或在 {key} 里换一个端口。")]
    Busy { address: SocketAddr, key: &'static str },
    #[error("不能监听 {address}（{key}）：{source}。1024 以下的端口要有权限；地址须是本机的。")]
    CannotListen { address: SocketAddr, key: &'static str, source: io::Error },
}

/// A service that is ready to be served.
#[derive(Debug)]
pub struct App {
    pub routes: Router,
    pub store: Store,
    pub accounts: Accounts,
    pub desk: Arc<Desk>,
    pub press: Press,
    pub metrics: Metrics,
    pub refusals: Arc<Refusals>,
    pub clock: Clock,
    /// None where nobody is to be told.
    pub alerts: Option<Alerts>,
    pub schedule: Schedule,
}

impl App {
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let metrics = Metrics::default();
        let opening = opening(&config.store, &metrics)?.to_serve(config.desk.answer_budget / 2);
        let store = Store::open_as(opening).await?;
        let public_url = config.server.public_url.as_ref().map(|url| url.as_str().to_owned());
        let accounts = open_accounts(config, &store, &clock, &metrics).await?;
        let roster = accounts.roster();
        let ground = Ground { accounts: roster.clone(), public_url: public_url.clone() };
        let press = Press::open(
            &config.rulebook.folder,
            ground,
            store.clone(),
            clock.clone(),
            metrics.rulebook.clone(),
        )
        .await?;
        let settings = desk_settings(config, public_url.clone(), &roster, &metrics);
        let desk = Arc::new(Desk::new(store.clone(), press.live(), clock.clone(), settings));
        let refusals = Arc::new(Refusals::default());
        let webhook = Webhook::new(accounts.clone(), Arc::clone(&desk), Arc::clone(&refusals), clock.clone());
        let keep_messages_days = config.desk.keep_messages_days;
        let site = Site {
            live: press.live(),
            store: store.clone(),
            clock: clock.clone(),
            ask_rulebook: ask(&press),
            keep_messages_days,
            public_url: public_url.as_deref().map(Arc::from),
        };
        let console = console::routes(wire_console(config, &store, &press, &desk, &accounts));
        let api = api::routes(api::Wiring {
            store: store.clone(),
            live: press.live(),
            clock: clock.clone(),
            accounts: roster.clone(),
            requests_per_minute: config.server.api_requests_per_minute,
        });
        let routes = webhook.routes().merge(site::routes(site)).merge(console).merge(api);
        let alerts = alerts(config, &store, &clock, &roster, &metrics)?;
        let work =
            JobSettings { keep_messages_days, accepted_age: config.desk.accepted_age, accounts: roster };
        let schedule =
            jobs::schedule(&store, &press.live(), &clock, work).with(jobs::publish_due(press.gate()));
        Ok(Self { routes, store, accounts, desk, press, metrics, refusals, clock, alerts, schedule })
    }

    /// Serves until `stop` resolves, then finishes what was accepted.
    pub async fn serve(self, config: &Config, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let listeners = match Listeners::open(config) {
            Ok(listeners) => listeners,
            Err(busy) => {
                self.store.close().await;
                return Err(busy);
            }
        };
        let handle = Handle::new();
        let mut workers = JoinSet::new();
        workers.spawn(self.press.follow());
        let (refusals, store) = (Arc::clone(&self.refusals), self.store.clone());
        workers.spawn(async move { refusals.keep_writing(store).await });
        workers.spawn(self.accounts.follow());
        workers.spawn(self.schedule.follow());
        if let Some(alerts) = self.alerts {
            workers.spawn(alerts.follow());
        }
        workers.spawn(jobs::watch_store(self.store.clone()));
        if let Some(listener) = listeners.metrics {
            workers.spawn(serve_metrics(listener, self.metrics.clone()));
        }
        let server = tokio::spawn(serve_http(listeners.front, self.routes, handle.clone()));
        info!(address = %config.server.listen, "Listening");
        stop.await;
        info!("Stopping: finishing what was accepted");
        handle.graceful_shutdown(Some(config.server.shutdown_grace));
        if let Ok(Err(failure)) = server.await {
            error!(%failure, "The server ended with an error");
        }
        self.desk.finish().await;
        workers.shutdown().await;
        self.refusals.write_down(&self.store).await;
        self.store.close().await;
        info!("Stopped");
        Ok(())
    }
}

/// Opens the store for a command, its key included.
pub async fn open_store(config: &config::Store, metrics: &Metrics) -> Result<Store, StartError> {
    Ok(Store::open_as(opening(config, metrics)?).await?)
}

fn opening(config: &config::Store, metrics: &Metrics) -> Result<Opening, StartError> {
    let journal = JournalPlace { folder: config.journal.clone(), bytes: config.journal_bytes };
    let opening = Opening::new(&locate_store(&config.url), open_sealer(config)?, metrics.store.clone());
    Ok(opening.with_journal(journal))
}

pub fn locate_store(url: &StoreUrl) -> Location {
    match url {
        StoreUrl::Sqlite { path } => Location::Sqlite { path: path.clone() },
        StoreUrl::Postgres { url } => Location::Postgres { url: url.expose_secret().to_owned() },
    }
}

/// What opens and seals personal fields and the journal.
pub fn open_sealer(config: &config::Store) -> Result<Sealer, StartError> {
    Ok(make_sealer(config, &config.load_or_create_key(&config::Disk)?))
}

pub fn make_sealer(config: &config::Store, key: &DataKey) -> Sealer {
    let previous = config.previous_encryption_key.as_ref().map(|key| SealingKey::new(*key.bytes()));
    Sealer::new(&SealingKey::new(*key.bytes()), previous.as_ref())
}

async fn open_accounts(
    config: &Config,
    store: &Store,
    clock: &Clock,
    metrics: &Metrics,
) -> Result<Accounts, StartError> {
    let served = config.accounts.iter().map(|account| ServedAccount {
        id: account.id.clone(),
        name: account.name.clone(),
        human: account.human,
    });
    let configured = served.zip(open_channels(config)?).collect();
    Ok(Accounts::open(configured, store.clone(), clock.clone(), metrics.clone()).await?)
}

/// The channel of an account that was made in the console.
pub fn open_made(account: &StoredAccount, now: Timestamp) -> Result<Channel, StartError> {
    let explain = |cause: CannotServe| StartError::Account {
        account: account.id.to_string(),
        cause: cause.to_string(),
    };
    open_stored(account, now).map_err(explain)
}

/// The channels of the configured accounts.
pub fn open_channels(config: &Config) -> Result<Vec<Channel>, StartError> {
    config.accounts.iter().map(open_channel).collect()
}

fn open_channel(account: &config::Account) -> Result<Channel, StartError> {
    let explain = |cause: &dyn std::fmt::Display| StartError::Account {
        account: account.id.to_string(),
        cause: cause.to_string(),
    };
    let (encryption, keys) = match &account.encryption {
        config::Encryption::Plain => (wechat::Encryption::Plain, None),
        config::Encryption::Compatible(keys) => (wechat::Encryption::Compatible, Some(keys)),
        config::Encryption::Safe(keys) => (wechat::Encryption::Safe, Some(keys)),
    };
    let parse_key = |key: &SecretString| EncodingAesKey::parse(key.expose_secret());
    let current = keys.map(|keys| parse_key(&keys.current)).transpose();
    let previous = keys.and_then(|keys| keys.previous.as_ref()).map(parse_key).transpose();
    let settings = wechat::Settings {
        id: account.id.clone(),
        original_id: account.original_id.clone(),
        app_id: keys.map(|keys| keys.app_id.clone()).or_else(|| account.app_id.clone()),
        token: Token::parse(account.token.expose_secret()).map_err(|error| explain(&error))?,
        aes_key: current.map_err(|error| explain(&error))?,
        previous_aes_key: previous.map_err(|error| explain(&error))?,
        encryption,
    };
    wechat::Account::new(settings).map(Channel::Wechat).map_err(|error| explain(&error))
}

fn desk_settings(
    config: &Config,
    public_url: Option<String>,
    roster: &Roster,
    metrics: &Metrics,
) -> DeskSettings {
    DeskSettings {
        max_delivery_age: config.desk.accepted_age,
        store_budget: config.desk.answer_budget,
        flood_limit: config.desk.flood_limit.map(NonZeroU32::get),
        public_url,
        accounts: roster.clone(),
        metrics: metrics.clone(),
        alerts: if config.notify.wecom_robot.is_some() { model::Alerts::Reach } else { model::Alerts::None },
    }
}

/// What tells staff, where a robot is configured.
fn alerts(
    config: &Config,
    store: &Store,
    clock: &Clock,
    roster: &Roster,
    metrics: &Metrics,
) -> Result<Option<Alerts>, InvalidRobot> {
    let Some(address) = &config.notify.wecom_robot else { return Ok(None) };
    let robot = Robot::new(address.expose_secret())?;
    let (store, clock, roster) = (store.clone(), clock.clone(), roster.clone());
    Ok(Some(Alerts::new(store, clock, robot, roster, metrics.notices.clone())))
}

fn wire_console(
    config: &Config,
    store: &Store,
    press: &Press,
    desk: &Arc<Desk>,
    accounts: &Accounts,
) -> console::Wiring {
    console::Wiring {
        store: store.clone(),
        live: press.live(),
        gate: press.gate(),
        clock: desk.clock().clone(),
        desk: Arc::clone(desk),
        status: press.status(),
        accounts: accounts.clone(),
        public_url: config.server.public_url.as_ref().map(|url| Arc::from(url.as_str())),
        keep_messages_days: config.desk.keep_messages_days,
        mode: match config.source {
            config::Source::Demonstration(_) => console::Mode::Demonstration,
            config::Source::File(_) | config::Source::Environment => console::Mode::Service,
        },
    }
}

/// How `site` learns what `publishing` knows.
fn ask(press: &Press) -> AskRulebook {
    let status = press.status();
    AskRulebook::new(move || {
        let status = status.borrow();
        let standing = if status.stale { Standing::Stale } else { Standing::InStep };
        RulebookHealth::new(standing, &status.problems)
    })
}

/// Opened before anything works: a port that is taken stops the start, not
/// what has begun.
struct Listeners {
    front: TcpListener,
    metrics: Option<TcpListener>,
}

impl Listeners {
    fn open(config: &Config) -> Result<Self, StartError> {
        let front = listen(config.server.listen, "[server] listen")?;
        let metrics = config.metrics.listen.map(|address| listen(address, "[metrics] listen")).transpose()?;
        Ok(Self { front, metrics })
    }
}

fn listen(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    let explain = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::Busy { address, key },
        _ => StartError::CannotListen { address, key, source },
    };
    let listener = TcpListener::bind(address).map_err(explain)?;
    listener.set_nonblocking(true).map_err(explain)?;
    Ok(listener)
}

async fn serve_http(listener: TcpListener, routes: Router, handle: Handle<SocketAddr>) -> io::Result<()> {
    // A connection of HTTP/2 knows no deadline for the next request's headers,
    // and nobody who speaks it stands before us: browsers do so through a proxy.
    let server = axum_server::from_tcp(listener)?.http1_only();
    let mut server = server.handle(handle).first_request_timeout(FIRST_REQUEST_DEADLINE);
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADER_DEADLINE);
    // Health says more to a neighbour than to a stranger, so it must see who asks.
    server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn serve_metrics(listener: TcpListener, metrics: Metrics) {
    if let Err(failure) = serve_http(listener, metrics.router(), Handle::new()).await {
        error!(%failure, "The metrics listener ended with an error");
    }
}
