//! `yingda restore`: a backup becomes the store again, or is only looked at.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::app::{locate_store, make_sealer};
use crate::config::{self, Disk, EncryptionKey};
use crate::model::Clock;
use crate::store::{Existing, KeyFit, Manifest, NEWEST_STEP, Progress, Restored, check_backup, restore};

use super::backup::{kind, show_tables};
use super::journal;
use super::progress::{Bar, grouped};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
恢复到设置里 [store] url 指的数据库，SQLite 和 PostgreSQL 都行，与备份取自哪一种无关。
先核对备份，再动数据库；服务要先停下。密钥不在备份里，要用备份时的那一把。
规则文件夹不在备份里：启动时以文件夹为准。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda restore [选项] <文件>", next_help_heading = "选项")]
pub struct Args {
    /// yingda backup 写出的文件
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    /// 数据库里已有数据也恢复；原来的放到一边，不删除
    #[arg(long)]
    force: bool,
    /// 只核对备份，什么也不改
    #[arg(long, conflicts_with = "force")]
    check: bool,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let runtime = start_runtime()?;
    let mut out = io::stdout().lock();
    if args.check {
        let manifest = runtime.block_on(check_backup(&args.file))?;
        writeln_good(&args.file, &manifest, &mut out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (config, _) = settings.load()?;
    let existing = if args.force { Existing::PutAside } else { Existing::Refuse };
    let (bar, location) = (Bar::new(), locate_store(&config.store.url));
    let mut tell = |progress: Progress<'_>| bar.show(progress);
    let work = restore(&args.file, &location, existing, Clock::System.now(), &mut tell);
    // What was answered belongs to the store that is put aside; where that can no
    // longer take it, it comes into the restored one at the next start.
    if args.force
        && let Err(failure) = runtime.block_on(Box::pin(journal::settle(&config.store)))
    {
        writeln!(
            io::stderr(),
            "本地日志里的消息没能先存进原来的数据库（{failure}）；下次启动时会补存进恢复后的数据库。"
        )?;
    }
    let restored = runtime.block_on(Box::pin(work));
    bar.clear();
    show(&config.store, &restored?, &mut out)?;
    Ok(ExitCode::SUCCESS)
}

fn writeln_good(file: &Path, manifest: &Manifest, out: &mut impl io::Write) -> io::Result<()> {
    let taken = manifest.taken_at.strftime("%Y-%m-%d %H:%M UTC");
    writeln!(out, "备份 {} 是好的：{taken} 由 yingda {} 写出，", file.display(), manifest.program)?;
    writeln!(out, "结构第 {} 步，共 {} 行：", manifest.step, grouped(manifest.rows()))?;
    show_tables(&manifest.tables, out)
}

fn show(store: &config::Store, restored: &Restored, out: &mut impl io::Write) -> io::Result<()> {
    let manifest = &restored.manifest;
    let taken = manifest.taken_at.strftime("%Y-%m-%d %H:%M UTC");
    writeln!(
        out,
        "恢复好了：{} 现在是 {taken} 的样子，共 {} 行：",
        kind(&store.url),
        grouped(manifest.rows())
    )?;
    show_tables(&manifest.tables, out)?;
    if let Some(aside) = &restored.put_aside {
        writeln!(out, "\n原来的数据库放在 {aside}。确认不再需要时，请自己删掉。")?;
    }
    if manifest.step < NEWEST_STEP {
        writeln!(out, "\n结构是第 {} 步，启动服务时会升到第 {NEWEST_STEP} 步。", manifest.step)?;
    }
    writeln!(out, "\n{}", about_the_key(store, restored))
}

fn about_the_key(store: &config::Store, restored: &Restored) -> String {
    let place = match &store.encryption_key {
        EncryptionKey::Beside(path) => path.display().to_string(),
        EncryptionKey::Given(_) => "[store] encryption_key".to_owned(),
    };
    // A key that is missing is told the same way as one that was never made.
    let Some(key) = store.find_key(&Disk).ok().flatten() else {
        return format!("还缺密钥：请把备份时的密钥放到 {place}，再启动服务。");
    };
    match restored.try_key(&make_sealer(store, &key)) {
        KeyFit::Fits => format!("密钥 {place} 能解开备份里加密的内容。"),
        KeyFit::NothingSealed => format!("备份里没有加密的内容，用现在的密钥 {place} 就行。"),
        KeyFit::Differs => format!(
            "密钥 {place} 解不开备份里加密的内容：请换成备份时的那一把，再启动服务；\
             两把都要用，就把旧的写进 [store] previous_encryption_key。"
        ),
    }
}
