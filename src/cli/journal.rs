//! `yingda journal`: stores what a process accepted that never came back.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::app::{locate_store, open_sealer};
use crate::config::{self, StoreUrl};
use crate::store::{replay_leftover, wait_for_journal};

use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
服务启动时会自己补存它的本地日志，平时用不到这个命令。
一台机器不再启动时，把它的日志文件夹拷过来，用这个命令补存；同一条消息不会存两次。
加密密钥要和写日志时的一样。";

/// A running service stores what waits within a second or two.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda journal [选项] [文件夹]", next_help_heading = "选项")]
pub struct Args {
    /// 本地日志的文件夹。不写就用设置里的
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: Option<PathBuf>,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    let folder = args.folder.as_ref().unwrap_or(&config.store.journal);
    let sealer = open_sealer(&config.store)?;
    let location = locate_store(&config.store.url);
    if !folder.exists() {
        anyhow::bail!("没有文件夹 {}。请核对路径，或用 yingda doctor 看日志在哪里。", folder.display());
    }
    let replayed = start_runtime()?.block_on(replay_leftover(&location, folder, &sealer))?;
    let mut out = io::stdout().lock();
    match replayed {
        Some(0) => writeln!(out, "{}：没有要补存的消息。", folder.display())?,
        Some(count) => writeln!(out, "{}：补存了 {count} 条记录，日志已清空。", folder.display())?,
        None => {
            anyhow::bail!("{} 正由另一个 yingda 使用，它会自己补存。", folder.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Sees to it that the database holds what was answered, before it is copied or
/// put aside: by itself, or by waiting for the service that has the journal.
pub(super) async fn settle(store: &config::Store) -> anyhow::Result<()> {
    let is_there = match &store.url {
        StoreUrl::Sqlite { path } => path.exists(),
        StoreUrl::Postgres { .. } => true,
    };
    if !is_there || !store.journal.exists() {
        return Ok(());
    }
    let (location, sealer) = (locate_store(&store.url), open_sealer(store)?);
    if replay_leftover(&location, &store.journal, &sealer).await?.is_some() {
        return Ok(());
    }
    let missing = wait_for_journal(&location, &store.journal, &sealer, PATIENCE).await?;
    if missing.entries > 0 {
        anyhow::bail!(
            "服务收下的 {} 条记录还没有存进数据库，现在抄就不完整。请看服务的日志，等它补存了再试。",
            missing.entries
        );
    }
    Ok(())
}
