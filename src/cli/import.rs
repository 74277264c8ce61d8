//! `yingda import`: a table, WeChat's own keyword replies, or a folder, put into
//! what is live: as the next version, or into somebody's draft. Not here: how a
//! table is read (`rulebook::import`).

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::model::{Clock, StaffName};
use crate::publishing::{Draft, Edits, between};
use crate::rulebook::Files;
use crate::rulebook::import::{
    ChangeKind, Grid, ImportError, Imported, Target, guess, guess_target, import, import_grid, is_tencent,
};

use super::folder::read;
use super::gatehouse::{GateHouse, Words, tell};
use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
文件可以是 .xlsx、.csv 表格（课程、规则或联系人，看第一行的列名认出来），
或公众平台接口 get_current_autoreply_info 返回的全文；文件夹里的规则文件照原样放进去，线上别的文件不动。
表格里有错的行不导入，逐格说明。默认直接发布；加 --draft 名字，放进这位同事的草稿，在控制台看过再发布。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda import [选项] <文件或文件夹>", next_help_heading = "选项")]
pub struct Args {
    /// 从哪里导入
    #[arg(value_name = "文件或文件夹", help_heading = "参数")]
    from: PathBuf,
    /// 表格里是什么：courses 课程，rules 规则，contacts 联系人。不写就看列名
    #[arg(
        long,
        value_name = "种类",
        value_parser = Target::ALL.map(Target::as_str),
        hide_possible_values = true
    )]
    table: Option<String>,
    /// 放进谁的草稿，不发布
    #[arg(long, value_name = "名字")]
    draft: Option<String>,
    #[command(flatten)]
    words: Words,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    start_runtime()?.block_on(async {
        let house = GateHouse::open(&config).await?;
        let done = take_in(args, &house).await;
        house.store.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn take_in(args: &Args, house: &GateHouse) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    match &args.draft {
        Some(name) => {
            let mut draft = open_draft(house, name).await?;
            let edits = between(draft.files(), &read_source(args, draft.files(), &mut out)?);
            for (path, edit) in &edits {
                let Some(bytes) = &edit.bytes else { continue };
                let seen = draft.hash_of(path);
                let now = Clock::System.now();
                draft.write(&house.store, path, bytes.to_vec(), seen.as_deref(), now).await?;
            }
            writeln!(
                out,
                "{} 个文件放进了「{name}」的草稿，还没有发布。请在控制台「发布」里看过再发布。",
                edits.len()
            )?;
        }
        None => {
            let (_, live) = house.live().await?;
            let edits: Edits = between(&live, &read_source(args, &live, &mut out)?);
            let published = house.publish(edits.clone(), &args.words).await?;
            tell(&published, &edits, &live, &mut out)?;
        }
    }
    Ok(())
}

async fn open_draft(house: &GateHouse, name: &str) -> anyhow::Result<Draft> {
    let parsed = StaffName::parse(name).ok();
    let found = match &parsed {
        Some(name) => house.store.find_credentials(name).await?,
        None => None,
    };
    let Some(found) = found else {
        bail!("没有叫「{name}」的成员。运行 yingda staff list 看有哪些。");
    };
    Ok(Draft::open(&house.store, &found.staff.id).await?)
}

/// What is there, with what comes in on top.
fn read_source(args: &Args, into: &Files, out: &mut impl io::Write) -> anyhow::Result<Files> {
    let mut merged = into.clone();
    if args.from.is_dir() {
        for (path, bytes) in read(&args.from)?.iter() {
            merged.insert(path, Arc::clone(bytes));
        }
        return Ok(merged);
    }
    let imported = read_file(&args.from, args.table.as_deref(), into)?;
    for (path, bytes) in &imported.files {
        merged.insert(path, Arc::clone(bytes));
    }
    report(&imported, out)?;
    Ok(merged)
}

fn read_file(file: &Path, table: Option<&str>, into: &Files) -> anyhow::Result<Imported> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("文件 {shown} 读不了。请检查路径和权限。"))?;
    // WeChat's replies say themselves what they are.
    if is_tencent(&bytes) {
        return Ok(import(&bytes, Target::Rules, None, into)?);
    }
    let grid = Grid::read_named(&shown.to_string(), &bytes)?;
    let told = table.and_then(Target::parse);
    let Some(target) = told.or_else(|| guess_target(&grid)) else {
        return Err(ImportError::UnknownHeadings { found: headings(&grid) }.into());
    };
    match import_grid(&grid, target, &guess(target, &grid), into) {
        Err(failure @ ImportError::NoColumn { .. }) if told.is_none() => {
            let others = Target::ALL.into_iter().filter(|other| *other != target);
            let others: Vec<String> =
                others.map(|other| format!("{}表加 --table {}", other.title(), other.as_str())).collect();
            bail!("{failure}如果它不是{}表：{}。", target.title(), others.join("，"))
        }
        done => Ok(done?),
    }
}

/// The first of them, to tell the table by.
fn headings(grid: &Grid) -> String {
    const SHOWN: usize = 40;
    let all = grid.headings().join("、");
    let shown: String = all.chars().take(SHOWN).collect();
    if shown.len() < all.len() { shown + "…" } else { shown }
}

fn report(imported: &Imported, out: &mut impl io::Write) -> io::Result<()> {
    for problem in &imported.problems {
        writeln!(out, "{problem}")?;
    }
    for sentence in &imported.left_out {
        writeln!(out, "{sentence}")?;
    }
    let added = imported.count(|kind| *kind == ChangeKind::Added);
    let changed = imported.count(|kind| matches!(kind, ChangeKind::Changed(_)));
    let same = imported.count(|kind| *kind == ChangeKind::Same);
    writeln!(out, "读到新的 {added} 条，有改动的 {changed} 条，一样的 {same} 条。")
}
