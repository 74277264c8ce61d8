//! yingda.toml and the environment become checked settings: one file per
//! section, every default and its meaning in `default.toml`. Each value is
//! parsed here, once, and every mistake is reported at once with its place and
//! its remedy. Not here: anything that staff edit (rulebook), ciphers (platform,
//! store).
//!
//! `Config::load` is pure: files and the environment come in as [`Sources`].

mod account;
mod demonstration;
mod desk;
mod first;
mod key;
mod layers;
mod logging;
mod metrics;
mod notify;
mod private_file;
mod problem;
mod reference;
mod rulebook;
mod secret;
mod section;
mod server;
mod setting;
mod sources;
mod store;
mod syntax;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use account::{Account, ChannelKind, Encryption, Keys};
pub use demonstration::{DemonstrationError, prepare_demonstration};
pub use desk::Desk;
pub use first::{First, NO_APP_ID, write_first};
pub use key::{DataKey, KeyError};
pub use logging::Logging;
pub use metrics::Metrics;
pub use notify::Notify;
pub use private_file::write_private;
pub use problem::{ConfigError, Place, Problem, Warning};
pub use reference::reference;
pub use rulebook::Rulebook;
pub use server::{PublicUrl, Server};
pub use sources::{Disk, FileContent, ReadFiles, Sources, USUAL_FILE};
pub use store::{EncryptionKey, Store, StoreUrl};

use crate::model::AccountId;
use layers::Layers;
use section::Reader;

/// The commented defaults: what is true when nothing is configured, and the
/// text from which the reference page and a first configuration are made.
const DEFAULTS: &str = include_str!("default.toml");

#[derive(Debug)]
pub struct Config {
    pub source: Source,
    pub server: Server,
    pub store: Store,
    pub rulebook: Rulebook,
    pub accounts: Vec<Account>,
    pub desk: Desk,
    pub notify: Notify,
    pub logging: Logging,
    pub metrics: Metrics,
}

/// Where the settings come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    /// Accounts are given by the environment alone.
    Environment,
    /// Nothing was configured: the random account kept in this file.
    Demonstration(PathBuf),
}

impl Config {
    /// Reads what is configured, or the demonstration when nothing is.
    pub fn load(sources: &Sources) -> Result<(Self, Vec<Warning>), ConfigError> {
        let (source, layers) = Layers::read(sources)?;
        let mut reader = Reader::new(layers, sources);
        let config = Self::read(source, &mut reader);
        reader.finish(config)
    }

    fn read(source: Source, reader: &mut Reader) -> Option<Self> {
        let server = reader.section("server", |section| Server::read(section, &source));
        let store = reader.section("store", Store::read);
        let rulebook = reader.section("rulebook", Rulebook::read);
        let accounts = account::read_all(reader);
        let desk = reader.section("desk", Desk::read);
        let notify = reader.section("notify", Notify::read);
        let logging = reader.section("logging", Logging::read);
        let metrics = reader.section("metrics", Metrics::read);
        Some(Self {
            source,
            server: server?,
            store: store?,
            rulebook: rulebook?,
            accounts: accounts?,
            desk: desk?,
            notify: notify?,
            logging: logging?,
            metrics: metrics?,
        })
    }
}

/// What commands need that only work on the rulebook. Accounts and secrets are
/// not looked at: those who edit rules need not know them.
#[derive(Debug)]
pub struct Offline {
    pub server: Server,
    pub rulebook: Rulebook,
    pub accounts: Vec<AccountId>,
    /// Where accounts of the console are kept, if nothing secret is needed to
    /// get there.
    pub database: Option<PathBuf>,
}

impl Offline {
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let (source, layers) = match Layers::read(sources) {
            Err(ConfigError::NothingConfigured) => (Source::Environment, Layers::without_file(sources)?),
            read => read?,
        };
        let mut reader = Reader::new(layers, sources);
        let server = reader.section("server", |section| Server::read(section, &source));
        let rulebook = reader.section("rulebook", Rulebook::read);
        let (accounts, database) = (reader.account_ids(), reader.sqlite_path());
        let read = server.zip(rulebook);
        let read = read.map(|(server, rulebook)| Self { server, rulebook, accounts, database });
        reader.finish_early(read).map(|(offline, _)| offline)
    }
}
