//! `yingda backup`: the whole store in one file, while the service runs.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::app::locate_store;
use crate::config::{EncryptionKey, Store, StoreUrl};
use crate::model::Clock;
use crate::store::{Backup, Tally, back_up};

use super::journal;
use super::progress::{Bar, grouped};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
写好以后会重新打开，逐行核对，对不上就不算数。已有的文件不会被覆盖。
加密个人信息的密钥不在备份里：请另外存一份，不要和备份放在一起。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda backup [选项] <文件>", next_help_heading = "选项")]
pub struct Args {
    /// 写到哪个文件，例如 yingda-2026-01-31.backup
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    let bar = Bar::new();
    let location = locate_store(&config.store.url);
    let mut tell = |progress: crate::store::Progress<'_>| bar.show(progress);
    let work = back_up(&location, &args.file, Clock::System.now(), &mut tell);
    let runtime = start_runtime()?;
    runtime.block_on(Box::pin(journal::settle(&config.store)))?;
    let written = runtime.block_on(Box::pin(work));
    bar.clear();
    show(args, &config.store, &written?, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

fn show(args: &Args, store: &Store, backup: &Backup, out: &mut impl io::Write) -> io::Result<()> {
    let Backup { manifest, bytes } = backup;
    let size = grouped(bytes.div_ceil(1024));
    writeln!(out, "备份写好了：{}（{size} KB，只有本用户可读），重新打开核对过。", args.file.display())?;
    writeln!(
        out,
        "取自 {}，结构第 {} 步，共 {} 行：",
        kind(&store.url),
        manifest.step,
        grouped(manifest.rows())
    )?;
    show_tables(&manifest.tables, out)?;
    writeln!(out, "\n密钥不在备份里。{}", where_the_key_is(&store.encryption_key))
}

pub fn kind(url: &StoreUrl) -> &'static str {
    match url {
        StoreUrl::Sqlite { .. } => "SQLite",
        StoreUrl::Postgres { .. } => "PostgreSQL",
    }
}

pub fn show_tables(tables: &[Tally], out: &mut impl io::Write) -> io::Result<()> {
    for table in tables.iter().filter(|table| table.rows > 0) {
        writeln!(out, "  {} {} 行", table.table, grouped(table.rows))?;
    }
    Ok(())
}

fn where_the_key_is(key: &EncryptionKey) -> String {
    match key {
        EncryptionKey::Beside(path) => format!(
            "它在 {}：请另外存一份，不要和备份放在一起；没有它，备份里加密的号码读不出来。",
            path.display()
        ),
        EncryptionKey::Given(_) => {
            "它在设置的 [store] encryption_key：请另外存一份，不要和备份放在一起；没有它，备份里加密的号码读不出来。"
                .to_owned()
        }
    }
}
