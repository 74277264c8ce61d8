//! `yingda migrate`: brings the schema forward, or copies a SQLite store into
//! PostgreSQL.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use secrecy::SecretString;

use crate::app::locate_store;
use crate::config::{Disk, EncryptionKey, Store, StoreUrl};
use crate::model::Clock;
use crate::store::{Location, NEWEST_STEP, Progress, Tally, bring_forward, move_to_postgres};

use super::backup::{kind, show_tables};
use super::journal;
use super::progress::{Bar, grouped};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
不带 --to：把数据库结构升到本程序的版本，只升不降；yingda serve 启动时也会这样做。
带 --to：把 [store] url 指的 SQLite 整个抄进一个空的 PostgreSQL 数据库，逐表核对。
服务要先停下；SQLite 的文件原样留着。网址里有密码，可以写在环境变量 YINGDA_MIGRATE_TO 里。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda migrate [选项]", next_help_heading = "选项")]
pub struct Args {
    /// 搬到这个 PostgreSQL：postgres://用户:密码@主机/库名
    #[arg(long, value_name = "网址", env = "YINGDA_MIGRATE_TO", hide_env = true)]
    to: Option<String>,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    match &args.to {
        None => forward(&config.store)?,
        Some(url) => copy(&config.store, url)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn forward(store: &Store) -> anyhow::Result<()> {
    // A database without its key would be refused at the next start.
    store.load_or_create_key(&Disk)?;
    let taken = start_runtime()?.block_on(bring_forward(&locate_store(&store.url)))?;
    let mut out = io::stdout().lock();
    show_steps(&store.url, &taken, &mut out)?;
    Ok(())
}

fn show_steps(url: &StoreUrl, taken: &[(i64, &str)], out: &mut impl io::Write) -> io::Result<()> {
    if taken.is_empty() {
        return writeln!(out, "数据库（{}）的结构已经是最新的第 {NEWEST_STEP} 步，不用升级。", kind(url));
    }
    writeln!(out, "数据库（{}）的结构升到了第 {NEWEST_STEP} 步：", kind(url))?;
    for (number, name) in taken {
        writeln!(out, "  第 {number} 步 {name}")?;
    }
    Ok(())
}

fn copy(store: &Store, to: &str) -> anyhow::Result<()> {
    let StoreUrl::Sqlite { path } = &store.url else {
        bail!(
            "[store] url 已经是 PostgreSQL，只能从 SQLite 搬过去。要换一个库，请用 yingda backup 和 yingda restore。"
        );
    };
    let target = match StoreUrl::parse(&SecretString::from(to)) {
        Ok(url @ StoreUrl::Postgres { .. }) => locate_store(&url),
        Ok(StoreUrl::Sqlite { .. }) => bail!("--to 要写 PostgreSQL 的网址：postgres://用户:密码@主机/库名。"),
        Err(should) => bail!("--to 的网址不对：{should}。"),
    };
    let Location::Postgres { url } = target else { bail!("--to 要写 PostgreSQL 的网址。") };
    let bar = Bar::new();
    let mut tell = |progress: Progress<'_>| bar.show(progress);
    let work = move_to_postgres(path, &url, Clock::System.now(), &mut tell);
    let runtime = start_runtime()?;
    runtime.block_on(Box::pin(journal::settle(store)))?;
    let copied = runtime.block_on(Box::pin(work));
    bar.clear();
    show_copied(store, path, &copied?, &mut io::stdout().lock())?;
    Ok(())
}

fn show_copied(store: &Store, path: &Path, tables: &[Tally], out: &mut impl io::Write) -> io::Result<()> {
    let rows = grouped(tables.iter().map(|table| table.rows).sum());
    writeln!(out, "抄好了：{} 张表，共 {rows} 行，两边逐表核对一致。", tables.len())?;
    show_tables(tables, out)?;
    writeln!(out, "\n接下来：")?;
    writeln!(out, "  · 把设置里的 [store] url 改成这个 PostgreSQL 的网址")?;
    match &store.encryption_key {
        EncryptionKey::Beside(key) => writeln!(
            out,
            "  · 用同一把密钥：[store] encryption_key = {{ file = \"{}\" }}，几个进程都一样；换一把就读不出加密的号码",
            key.display()
        )?,
        EncryptionKey::Given(_) => {
            writeln!(out, "  · [store] encryption_key 不要动：换一把就读不出加密的号码")?;
        }
    }
    writeln!(out, "  · 运行 yingda doctor，再启动服务")?;
    writeln!(out, "  · {} 原样留着；确认一切正常以后，请自己收好或删掉", path.display())
}
