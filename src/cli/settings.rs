//! What every command is told: `--config` and the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use tokio::runtime::Runtime;

use crate::config::{Config, ConfigError, Disk, Offline, Sources, Warning};

#[derive(Debug)]
pub struct Settings {
    chosen: Option<PathBuf>,
    environment: BTreeMap<String, String>,
}

impl Settings {
    /// A variable that is not Unicode cannot be one of ours.
    pub fn new(chosen: Option<PathBuf>) -> Self {
        let variables = std::env::vars_os();
        let environment = variables
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { chosen, environment }
    }

    pub fn load(&self) -> Result<(Config, Vec<Warning>), ConfigError> {
        Config::load(&self.sources())
    }

    /// For commands that only need the rulebook.
    pub fn load_offline(&self) -> Result<Offline, ConfigError> {
        Offline::load(&self.sources())
    }

    /// The file that somebody asked for by name.
    pub fn named_file(&self) -> Option<PathBuf> {
        self.sources().named_file()
    }

    fn sources(&self) -> Sources<'_> {
        Sources { chosen: self.chosen.as_deref(), environment: &self.environment, files: &Disk }
    }
}

pub fn start_runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("系统不给线程，无法启动。请检查这个用户的进程数上限（ulimit -u）。")
}
