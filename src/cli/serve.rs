//! `yingda serve`: the service, until a signal ends it. With no configuration
//! at all it prepares a demonstration first. Not here: the wiring (app).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use tokio::signal;

use crate::app::App;
use crate::config::{Config, ConfigError, Source, Warning, prepare_demonstration};
use crate::model::Clock;
use crate::publishing::{Status, write_shipped_rulebook};
use crate::rehearsal::Score;
use crate::store::Ticket;
use crate::telemetry::log;

use super::settings::{Settings, start_runtime};

pub fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, warnings) = load_or_demonstrate(settings)?;
    log::start(&config.logging.level, config.logging.format)?;
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    start_runtime()?.block_on(serve(&config))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    let app = App::build(config, Clock::System).await?;
    let setup_key = make_setup_key(&app).await.unwrap_or_else(|failure| {
        // It can be made later; answers cannot wait.
        tracing::warn!(%failure, "The link to set up the console could not be stored; start again for it");
        None
    });
    let welcome = Welcome::of(config, &app, setup_key);
    let stop = async {
        // Asked for only once the port is ours.
        tell_the_service_manager();
        welcome.show();
        signals.wait().await;
    };
    Ok(app.serve(config, stop).await?)
}

fn load_or_demonstrate(settings: &Settings) -> anyhow::Result<(Config, Vec<Warning>)> {
    let loaded = match settings.load() {
        Err(ConfigError::NothingConfigured) => {
            prepare_demonstration(Path::new("."))?;
            settings.load()
        }
        loaded => loaded,
    }?;
    if let Source::Demonstration(_) = loaded.0.source {
        let folder = &loaded.0.rulebook.folder;
        write_shipped_rulebook(folder).map_err(|error| {
            anyhow!("写不了规则文件夹 {}（{error}）。请换一个有写权限的目录启动。", folder.display())
        })?;
    }
    Ok(loaded)
}

/// While nobody has a password; each start makes a new one.
async fn make_setup_key(app: &App) -> anyhow::Result<Option<Ticket>> {
    if !app.store.is_reached() || app.store.anyone_can_log_in().await? {
        return Ok(None);
    }
    Ok(Some(app.store.make_setup_key(app.clock.now()).await?))
}

/// `Type=notify` in deploy/yingda.service. Nobody listens when it was not
/// systemd that started us.
fn tell_the_service_manager() {
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        tracing::debug!(%error, "No service manager was told");
    }
}

/// What can be tried next.
struct Welcome {
    demonstration: bool,
    address: String,
    folder: String,
    account: String,
    article: Option<String>,
    rules: usize,
    transcripts: Score,
    /// The folder has errors; this version answers instead.
    stale: Option<i64>,
    unfinished: usize,
    setup_key: Option<Ticket>,
}

impl Welcome {
    fn of(config: &Config, app: &App, setup_key: Option<Ticket>) -> Self {
        let live = app.press.live();
        let edition = live.load();
        let status = app.press.status();
        let status: &Status = &status.borrow();
        let article = edition.rulebook.catalog.articles.first().map(|article| article.id.to_string());
        Self {
            demonstration: matches!(config.source, Source::Demonstration(_)),
            address: here(config.server.listen),
            setup_key,
            folder: config.rulebook.folder.display().to_string(),
            account: config.accounts.first().map(|account| account.id.to_string()).unwrap_or_default(),
            article,
            rules: edition.rulebook.rules.len(),
            transcripts: status.transcripts,
            stale: status.stale.then_some(status.version),
            unfinished: status.problems.iter().filter(|problem| problem.code == "unfinished").count(),
        }
    }

    /// A service's log needs none of it, but for the way in.
    fn show(&self) {
        let out = &mut io::stdout().lock();
        let written = if self.demonstration { self.write(out) } else { self.write_setup_link(out) };
        if let Err(error) = written {
            tracing::debug!(%error, "Nobody reads standard output");
        }
    }

    /// Works on this machine alone: from elsewhere, through a tunnel
    /// (`ssh -L`), or with a link of `yingda staff add`.
    fn write_setup_link(&self, out: &mut impl io::Write) -> io::Result<()> {
        let Some(key) = &self.setup_key else { return Ok(()) };
        writeln!(out, "控制台  {}/setup?key={}  （一次性，只能在本机打开）", self.address, key.as_str())?;
        out.flush()
    }

    fn say_transcripts(&self) -> String {
        match self.transcripts {
            Score { passed, failed: 0 } => format!("对话测试 {passed} 个全部通过"),
            Score { passed, failed } => format!("对话测试 {passed} 个通过、{failed} 个没通过"),
        }
    }

    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let Self { address, folder, account, .. } = self;
        writeln!(
            out,
            "应答已启动（演示，只有本机能访问）。规则 {} 条，{}，待补充 {} 处。",
            self.rules,
            self.say_transcripts(),
            self.unfinished
        )?;
        if let Some(version) = self.stale {
            writeln!(out, "注意：规则有错，现在用的是第 {version} 版。运行 yingda check 看错在哪里。")?;
        }
        writeln!(out, "\n试聊    {address}/try")?;
        match &self.setup_key {
            Some(_) => self.write_setup_link(out)?,
            None => writeln!(out, "控制台  {address}/console")?,
        }
        writeln!(out, "\n在终端里试（另开一个，在同一个目录）：")?;
        writeln!(out, "  yingda ask 一个人多少钱      看会怎样回答，为什么")?;
        writeln!(out, "  yingda send 一个人多少钱     像微信那样加密发来一条，看真正的回复")?;
        writeln!(
            out,
            "  改 {folder}/rules/ 里的任何文件并保存，一秒内生效；改错了旧的继续用，yingda check 说错在哪里"
        )?;
        writeln!(out, "\n网页：")?;
        if let Some(article) = &self.article {
            writeln!(out, "  文章      {address}/a/{article}")?;
        }
        writeln!(out, "  隐私说明  {address}/privacy")?;
        writeln!(out, "  运行状况  {address}/readyz")?;
        writeln!(out, "  微信回调  {address}/hook/{account}")?;
        writeln!(out, "\n接上真正的公众号：yingda init 写一份设置。按 Ctrl-C 停止。")?;
        out.flush()
    }
}

/// How this machine reaches us: `0.0.0.0` is no address to open.
pub(super) fn here(listen: SocketAddr) -> String {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}", SocketAddr::new(ip, listen.port()))
}

/// What asks us to stop: Ctrl-C, and the signal of a service manager.
struct Signals {
    #[cfg(unix)]
    terminate: signal::unix::Signal,
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From here on a signal no longer kills.
    fn listen() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        let _ = signal::ctrl_c().await;
    }
}
