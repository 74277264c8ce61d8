//! The gate of the configured store, for the commands that publish. A running
//! service takes over within a second what they publish. Not here: the gate
//! itself (publishing).

use std::fs;
use std::io;
use std::path::Path;

use anyhow::bail;

use crate::app::open_store;
use crate::config::Config;
use crate::model::{Clock, Roster};
use crate::publishing::{Accepted, Edits, Gate, Ground, Published, Refused, Request, load_files};
use crate::rulebook::{Files, Problem};
use crate::store::{Actor, Store, VersionSource};
use crate::telemetry::Metrics;

use super::folder::show;

/// In a folder that was exported: which version it holds. Passed over when a
/// rulebook is read.
const MARK: &str = ".yingda-version";
/// What the log and the history say.
const WHO: &str = "命令行";

pub struct GateHouse {
    pub store: Store,
    pub gate: Gate,
}

impl GateHouse {
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let store = open_store(&config.store, &Metrics::default()).await?;
        let configured = config.accounts.iter().map(|account| account.id.clone());
        let kept = store.load_accounts().await?.into_iter().map(|account| account.id);
        let ground = Ground {
            accounts: Roster::of_ids(configured.chain(kept)),
            public_url: config.server.public_url.as_ref().map(|url| url.as_str().to_owned()),
        };
        let gate = Gate::new(ground, store.clone(), Clock::System);
        Ok(Self { store, gate })
    }

    /// Of the newest version; none where nothing was published yet.
    pub async fn live(&self) -> anyhow::Result<(i64, Files)> {
        let number = self.store.newest_version_number().await?.unwrap_or(0);
        Ok((number, load_files(&self.store, number).await?))
    }

    /// Warnings are shown and no obstacle: who types a command reads what it says.
    pub async fn publish(&self, edits: Edits, words: &Words) -> anyhow::Result<Published> {
        let by = Actor { staff: None, name: WHO.to_owned(), ip: String::new() };
        let request = Request {
            reason: words.reason.clone().unwrap_or_default(),
            accepted: Accepted::All,
            despite: words.despite.clone(),
            ..Request::new(edits, by, VersionSource::Command)
        };
        match self.gate.publish(request).await {
            Ok(published) => Ok(published),
            Err(Refused::Errors(findings)) => refuse(&findings.errors, &Refused::Errors(findings.clone())),
            Err(Refused::TestsFail(findings)) => {
                refuse(&findings.failures, &Refused::TestsFail(findings.clone()))
            }
            Err(refused) => bail!("{refused}"),
        }
    }
}

fn refuse(problems: &[Problem], refused: &Refused) -> anyhow::Result<Published> {
    show(problems.iter(), &mut anstream::stderr())?;
    bail!("{refused}")
}

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Words {
    /// 为什么改，写进历史
    #[arg(long, value_name = "说明")]
    reason: Option<String>,
    /// 有测试没通过也发布，写明理由
    #[arg(long, value_name = "理由")]
    despite: Option<String>,
}

/// What was done, in a line.
pub fn tell(published: &Published, edits: &Edits, live: &Files, out: &mut impl io::Write) -> io::Result<()> {
    let count = |is_wanted: &dyn Fn(bool, bool) -> bool| {
        let of = |path: &String, is_written| is_wanted(live.get(path).is_some(), is_written);
        edits.iter().filter(|(path, edit)| of(path, edit.bytes.is_some())).count()
    };
    let changed = count(&|was, is| was && is);
    let added = count(&|was, is| !was && is);
    let removed = count(&|_, is| !is);
    writeln!(
        out,
        "已发布第 {} 版：改 {changed} 个文件，增 {added} 个，删 {removed} 个。运行着的服务一秒内用上。",
        published.version.number
    )
}

/// The version that an exported folder came from.
pub fn read_mark(folder: &Path) -> Option<i64> {
    fs::read_to_string(folder.join(MARK)).ok()?.trim().parse().ok()
}

pub fn write_mark(folder: &Path, number: i64) -> io::Result<()> {
    fs::write(folder.join(MARK), format!("{number}\n"))
}
