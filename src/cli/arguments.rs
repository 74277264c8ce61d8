//! What can be typed. Help, completions and docs/commands.md are made from
//! this. Not here: what a command does.

use std::path::PathBuf;

use clap::{ArgAction, CommandFactory as _, Parser, Subcommand};

use super::{
    ask, backup, check, completions, doctor, export, import, init, journal, migrate, publish, restore, send,
    staff, test,
};

const EXAMPLES: &str = "\
先试试：
  yingda                      不用任何设置，在本机看演示
  yingda ask 一个人多少钱     看会怎样回答，为什么
  yingda check                改完规则，检查一遍

退出码：0 成功；1 没做成，或发现了问题；2 命令或设置写错了。";

const SERVE_NOTES: &str = "\
没有任何设置时启动演示：只在本机，账号和密钥随机生成，存在 data/demonstration.toml。
按 Ctrl-C 或发 SIGTERM 停止：先把已收到的消息答完。";

/// Names the order of a help page in Chinese; clap's own words are English.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// 应答：按规则回复公众号消息（answers messages to a WeChat account）
#[derive(Debug, Parser)]
#[command(name = "yingda", version, after_help = EXAMPLES, override_usage = "yingda [命令] [选项]")]
#[command(disable_help_flag = true, disable_version_flag = true, disable_help_subcommand = true)]
#[command(subcommand_help_heading = "命令", next_help_heading = "选项")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// 设置文件。不写就看环境变量 YINGDA_CONFIG，再看当前目录的 yingda.toml
    #[arg(long, global = true, value_name = "文件", display_order = 100)]
    pub config: Option<PathBuf>,
    /// 显示帮助
    #[arg(short, long, global = true, action = ArgAction::Help, display_order = 101)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version, display_order = 102)]
    version: Option<bool>,
}

#[derive(Clone, Debug, Subcommand)]
#[command(next_help_heading = "选项")]
pub enum Command {
    /// 启动服务：接收微信消息并回复（只写 yingda 也一样）
    #[command(after_help = SERVE_NOTES, override_usage = "yingda serve [选项]")]
    Serve,
    /// 问一句，看会怎样回答、为什么；不连微信，不影响客户
    Ask(ask::Args),
    /// 检查规则文件夹，列出全部问题和改法
    Check(check::Args),
    /// 跑一遍对话测试和示例问题
    Test(test::Args),
    /// 扮成微信，向运行着的服务发一条消息，看真正的回复
    Send(send::Args),
    /// 检查部署：设置、密钥、时钟、磁盘、数据库、规则、网址，并说怎么改
    Doctor(doctor::Args),
    /// 把不再启动的进程留在本地日志里的消息补存进数据库
    Journal(journal::Args),
    /// 写第一份设置 yingda.toml，密钥随机生成
    Init(init::Args),
    /// 把规则文件夹发布成新的一版；运行着的服务一秒内用上
    Publish(publish::Args),
    /// 把线上的规则，或以前的某一版，取到一个文件夹
    Export(export::Args),
    /// 导入表格、公众平台的自动回复，或规则文件
    Import(import::Args),
    /// 控制台的成员：列出、邀请、重设密码、停用、改角色
    Staff(staff::Args),
    /// 把数据库存成一个备份文件，服务照常运行
    Backup(backup::Args),
    /// 用备份文件恢复数据库；先停下服务
    Restore(restore::Args),
    /// 升级数据库结构，或把 SQLite 里的数据搬到 PostgreSQL
    Migrate(migrate::Args),
    /// 打印命令补全脚本，供 shell 使用
    Completions(completions::Args),
}

/// The whole command line, as clap knows it.
pub fn command_line() -> clap::Command {
    with_template(Arguments::command())
}

fn with_template(command: clap::Command) -> clap::Command {
    command.help_template(TEMPLATE).disable_help_subcommand(true).mut_subcommands(with_template)
}
