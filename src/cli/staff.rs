//! `yingda staff`: who may enter the console, for who is locked out of it and
//! for a machine without a browser. It writes the store that a running service
//! reads; a change counts at once. Not here: the console itself.

use std::io;
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use crate::app::open_store;
use crate::config::Config;
use crate::model::{Clock, Role, StaffName};
use crate::store::{Actor, Changed, OperationKind, Purpose, Staff, Standing, Store, Ticket};
use crate::telemetry::Metrics;

use super::settings::{Settings, start_runtime};

const NOTES: &str = "\
例子：
  yingda staff list
  yingda staff add 王老师 --role 编辑        打印一条加入链接，三天内有效，用一次
  yingda staff reset-password 王老师         忘了密码，或丢了手机：打印一条重设链接

角色：管理员 admin，编辑 editor，接待 reception，只读 viewer。
请在服务所在的机器上、用运行服务的那个用户来运行；每次改动都记在控制台的日志里。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda staff <做什么> [选项]", next_help_heading = "选项")]
#[command(subcommand_help_heading = "做什么")]
pub struct Args {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Clone, Debug, Subcommand)]
#[command(next_help_heading = "选项")]
enum Deed {
    /// 列出所有成员
    #[command(override_usage = "yingda staff list")]
    List,
    /// 打印一条加入链接，对方打开后自己设密码
    #[command(override_usage = "yingda staff add <名字> [--role 角色]")]
    Add {
        /// 给谁
        #[arg(value_name = "名字", help_heading = "参数")]
        name: String,
        /// 加入后的角色
        #[arg(long, value_name = "角色", default_value = "编辑", hide_default_value = true)]
        role: String,
    },
    /// 打印一条重设密码的链接；动态验证码也会关掉
    #[command(override_usage = "yingda staff reset-password <名字>")]
    ResetPassword {
        /// 谁的密码
        #[arg(value_name = "名字", help_heading = "参数")]
        name: String,
    },
    /// 停用：马上退出，不能再登录；发的链接、建的 API 令牌作废
    #[command(override_usage = "yingda staff disable <名字>")]
    Disable {
        /// 停用谁
        #[arg(value_name = "名字", help_heading = "参数")]
        name: String,
    },
    /// 恢复被停用的成员
    #[command(override_usage = "yingda staff enable <名字>")]
    Enable {
        /// 恢复谁
        #[arg(value_name = "名字", help_heading = "参数")]
        name: String,
    },
    /// 改角色
    #[command(override_usage = "yingda staff role <名字> <角色>")]
    Role {
        /// 谁的角色
        #[arg(value_name = "名字", help_heading = "参数")]
        name: String,
        /// 新角色
        #[arg(value_name = "角色", help_heading = "参数")]
        role: String,
    },
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    start_runtime()?.block_on(async {
        let store = open_store(&config.store, &Metrics::default()).await?;
        let office = Office { store: &store, config: &config, clock: Clock::System };
        let done = office.obey(&args.deed, &mut anstream::stdout()).await;
        store.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

struct Office<'a> {
    store: &'a Store,
    config: &'a Config,
    clock: Clock,
}

impl Office<'_> {
    async fn obey(&self, deed: &Deed, out: &mut impl io::Write) -> anyhow::Result<()> {
        match deed {
            Deed::List => self.list(out).await,
            Deed::Add { name, role } => self.add(name, role, out).await,
            Deed::ResetPassword { name } => self.reset_password(name, out).await,
            Deed::Disable { name } => self.disable(name, out).await,
            Deed::Enable { name } => self.enable(name, out).await,
            Deed::Role { name, role } => self.change_role(name, role, out).await,
        }
    }

    async fn list(&self, out: &mut impl io::Write) -> anyhow::Result<()> {
        let staff = self.store.list_staff().await?;
        if staff.is_empty() {
            writeln!(
                out,
                "还没有成员。打开启动时打印的 /setup 链接，或运行 yingda staff add 名字 --role 管理员。"
            )?;
        }
        for member in staff {
            let state = match member.standing {
                Standing::Active => "可登录",
                Standing::Disabled => "已停用",
            };
            let codes = if member.has_second_factor { "，有动态验证码" } else { "" };
            writeln!(out, "{}  {}  {state}{codes}", member.name, member.role.title())?;
        }
        Ok(())
    }

    async fn add(&self, name: &str, role: &str, out: &mut impl io::Write) -> anyhow::Result<()> {
        let Ok(name) = StaffName::parse(name) else {
            bail!("名字「{name}」不能用：请写 1 到 30 个字，不带冒号和尖括号。");
        };
        if self.store.find_credentials(&name).await?.is_some() {
            bail!("已经有成员叫「{name}」。要重设密码，运行 yingda staff reset-password {name}。");
        }
        let role = parse_role(role)?;
        let operation = self.here().does(OperationKind::Invite, name.as_str(), self.clock.now());
        let ticket = self.store.invite(&Purpose::Join(role), &operation.after(role.title())).await?;
        self.tell_link(out, "加入链接", &ticket)
    }

    async fn reset_password(&self, name: &str, out: &mut impl io::Write) -> anyhow::Result<()> {
        let member = self.find(name).await?;
        let operation =
            self.here().does(OperationKind::ResetLinkMade, member.name.as_str(), self.clock.now());
        let ticket = self.store.invite(&Purpose::Reset(member.id), &operation).await?;
        self.store.forget_attempts(&member.name.key()).await?;
        self.tell_link(out, "重设密码的链接", &ticket)
    }

    async fn disable(&self, name: &str, out: &mut impl io::Write) -> anyhow::Result<()> {
        let member = self.find(name).await?;
        let operation = self.here().does(OperationKind::Disabled, member.name.as_str(), self.clock.now());
        refuse_last_admin(self.store.disable_staff(&member.id, &operation).await?)?;
        Ok(writeln!(out, "「{}」已停用：已退出所有登录，发的链接、建的 API 令牌都已作废。", member.name)?)
    }

    async fn enable(&self, name: &str, out: &mut impl io::Write) -> anyhow::Result<()> {
        let member = self.find(name).await?;
        let operation = self.here().does(OperationKind::Enabled, member.name.as_str(), self.clock.now());
        self.store.enable_staff(&member.id, &operation).await?;
        Ok(writeln!(out, "「{}」已恢复，可以登录。", member.name)?)
    }

    async fn change_role(&self, name: &str, role: &str, out: &mut impl io::Write) -> anyhow::Result<()> {
        let (role, member) = (parse_role(role)?, self.find(name).await?);
        let operation = self.here().does(OperationKind::RoleChanged, member.name.as_str(), self.clock.now());
        let operation = operation.before(member.role.title()).after(role.title());
        refuse_last_admin(self.store.change_role(&member.id, role, &operation).await?)?;
        writeln!(out, "「{}」现在是{}。", member.name, role.title())?;
        if member.role == Role::Admin && role != Role::Admin {
            writeln!(out, "对方当管理员时发的链接、建的 API 令牌都已作废。")?;
        }
        Ok(())
    }

    async fn find(&self, name: &str) -> anyhow::Result<Staff> {
        let found = match StaffName::parse(name) {
            Ok(name) => self.store.find_credentials(&name).await?,
            Err(_) => None,
        };
        match found {
            Some(credentials) => Ok(credentials.staff),
            None if self.is_invited(name).await? => bail!(
                "「{name}」还没有加入：邀请的链接还没用过。等对方加入以后再改；角色给错了，就再运行一次 yingda staff add。"
            ),
            None => bail!("没有叫「{name}」的成员。运行 yingda staff list 看有谁。"),
        }
    }

    async fn is_invited(&self, name: &str) -> anyhow::Result<bool> {
        let invitations = self.store.list_invitations(self.clock.now()).await?;
        Ok(invitations.iter().any(|invitation| invitation.note == name))
    }

    fn tell_link(&self, out: &mut impl io::Write, what: &str, ticket: &Ticket) -> anyhow::Result<()> {
        let server = &self.config.server;
        let base = match &server.public_url {
            Some(url) => url.as_str().to_owned(),
            None => super::serve::here(server.listen),
        };
        Ok(writeln!(out, "{what}（三天内有效，用一次）：\n{base}/join?key={}", ticket.as_str())?)
    }

    /// As the log calls who works on the machine itself.
    fn here(&self) -> Actor {
        Actor { staff: None, name: "命令行".to_owned(), ip: String::new() }
    }
}

fn parse_role(raw: &str) -> anyhow::Result<Role> {
    match Role::parse(raw) {
        Some(role) => Ok(role),
        None => bail!("没有「{raw}」这个角色。可用：管理员、编辑、接待、只读。"),
    }
}

fn refuse_last_admin(changed: Changed) -> anyhow::Result<()> {
    match changed {
        Changed::Done => Ok(()),
        Changed::LastAdmin => bail!("至少要有一位能登录的管理员。请先让另一位当管理员。"),
    }
}
