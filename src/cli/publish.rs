//! `yingda publish`: a folder becomes the next version. Not here: the gate
//! (publishing).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::Config;
use crate::publishing::{between, load_files};
use crate::rulebook::Files;

use super::folder::read;
use super::gatehouse::{GateHouse, Words, read_mark, tell, write_mark};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
和控制台的「发布」是同一道门：检查、示例问题、对话测试都通过才发布；提醒会列在 yingda check 里。
文件夹是 yingda export 取出来的，就知道它从哪一版改起：别人在那以后发布过别的文件，会合在一起；
改了同一个文件就不发布，先取回线上的版本再改。别的文件夹，以它为准：线上多出的文件会删掉。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda publish [选项] [文件夹]", next_help_heading = "选项")]
pub struct Args {
    /// 规则文件夹。不写就用设置里的
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    words: Words,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    start_runtime()?.block_on(async {
        let house = GateHouse::open(&config).await?;
        let done = publish(args, &config, &house).await;
        house.store.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn publish(args: &Args, config: &Config, house: &GateHouse) -> anyhow::Result<()> {
    let folder = args.folder.as_deref().unwrap_or(&config.rulebook.folder);
    let disk = read(folder)?;
    let edits = between(&load_base(folder, config, house).await?, &disk);
    let (_, live) = house.live().await?;
    let published = house.publish(edits.clone(), &args.words).await?;
    if read_mark(folder).is_some() && load_files(&house.store, published.version.number).await? == disk {
        write_mark(folder, published.version.number)?;
    }
    tell(&published, &edits, &live, &mut anstream::stdout())?;
    Ok(())
}

/// What the folder was made from.
async fn load_base(folder: &Path, config: &Config, house: &GateHouse) -> anyhow::Result<Files> {
    let is_configured =
        std::fs::canonicalize(folder).ok() == std::fs::canonicalize(&config.rulebook.folder).ok();
    let known = match read_mark(folder) {
        Some(number) => house.store.find_version(number).await?.map(|version| version.number),
        None if is_configured && !house.store.is_shared() => house.store.find_folder_step().await?,
        None => None,
    };
    match known {
        Some(number) => Ok(load_files(&house.store, number).await?),
        None => Ok(house.live().await?.1),
    }
}
