//! `yingda export`: what is live, or was, as a folder of files.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::publishing::{Written, load_files, write_folder};
use crate::rulebook::Files;

use super::gatehouse::{GateHouse, read_mark, write_mark};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
文件逐字节和发布时一样，注释和次序都在。再次取到同一个文件夹，只换掉没有改过的文件；
改过的留着不动并且列出来，加 --force 才覆盖。改好以后用 yingda publish 文件夹 发布。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda export [选项] <文件夹>", next_help_heading = "选项")]
pub struct Args {
    /// 写到哪个文件夹，没有就新建
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 取哪一版。不写就取线上的
    #[arg(long, value_name = "版本号")]
    version: Option<i64>,
    /// 连改过的、多出来的文件一起换成那一版的
    #[arg(long)]
    force: bool,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    start_runtime()?.block_on(async {
        let house = GateHouse::open(&config).await?;
        let done = export(args, &house).await;
        house.store.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn export(args: &Args, house: &GateHouse) -> anyhow::Result<()> {
    let number = match args.version {
        Some(number) => number,
        None => house.store.newest_version_number().await?.unwrap_or(0),
    };
    if house.store.find_version(number).await?.is_none() {
        match args.version {
            Some(number) => bail!("没有第 {number} 版。请在控制台「发布」的历史里看有哪些版本。"),
            None => bail!("还没有发布过规则，没有可取的。请先启动服务，或运行 yingda publish。"),
        }
    }
    let files = load_files(&house.store, number).await?;
    let folder = args.folder.display();
    std::fs::create_dir_all(&args.folder).with_context(|| format!("建不了文件夹 {folder}。请检查权限。"))?;
    let disk = super::folder::read(&args.folder)?;
    let before = match read_mark(&args.folder) {
        _ if args.force => disk.clone(),
        Some(mark) => load_files(&house.store, mark).await?,
        None => Files::default(),
    };
    if let Written::Unwritable(failure) = write_folder(&args.folder, &disk, &before, &files) {
        return Err(failure).with_context(|| format!("文件夹 {folder} 写不进去。请检查权限和磁盘空间。"));
    }
    let edited = differing(&super::folder::read(&args.folder)?, &files);
    if !edited.is_empty() {
        bail!("{folder} 里这些文件改过，没有动：{}。加 --force 会覆盖它们。", edited.join("、"));
    }
    write_mark(&args.folder, number)?;
    writeln!(anstream::stdout(), "第 {number} 版的 {} 个文件写到了 {folder}。", files.len())?;
    Ok(())
}

fn differing(disk: &Files, wanted: &Files) -> Vec<String> {
    let differs = |path: &&str| disk.get(path) != wanted.get(path);
    let mut paths: Vec<&str> =
        disk.iter().chain(wanted.iter()).map(|(path, _)| &**path).filter(differs).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(str::to_owned).collect()
}
