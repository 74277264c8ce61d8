//! How the service is reached: from this machine, and by the address that
//! WeChat is told.

use jiff::fmt::rfc2822;
use reqwest::Url;

use crate::config::{Config, Source};
use crate::model::Clock;
use crate::platform::Channel;
use crate::platform::wechat::simulator::Simulator;

use super::super::send::hook;
use super::super::visit::{Visit, Visitor, local_url};
use super::finding::Finding;

const RUNNING: &str = "running";
const ADDRESS: &str = "address";
const CLOCK: &str = "clock";

/// WeChat calls no other. Source: 接入概述.
const WECHAT_PORTS: [u16; 2] = [80, 443];
/// The header tells whole seconds, and the way takes time too.
const TOLERATED_SECONDS: i64 = 10;

pub async fn check(config: &Config, channels: &[Channel], findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let visitor = Visitor::new()?;
    let local = local_url(config.server.listen);
    let running = check_running(&visitor, &local).await;
    let runs = running.mark == super::Mark::Good;
    findings.push(running);
    if runs {
        findings.extend(check_its_store(&visitor, &local).await);
    }
    let Some(public) = &config.server.public_url else {
        findings.extend(no_public_url(&config.source));
        if runs {
            check_echoes(&visitor, &local, channels, findings).await?;
        }
        return Ok(());
    };
    findings.extend(check_port(public.as_str()));
    check_echoes(&visitor, public.as_str(), channels, findings).await
}

async fn check_running(visitor: &Visitor, local: &str) -> Finding {
    let Ok(url) = Url::parse(&format!("{local}/healthz")) else {
        return Finding::warning(RUNNING, "监听地址不能从本机访问", "请看 [server] listen");
    };
    match visitor.get(url).await {
        Ok(visit) if visit.status.is_success() => Finding::good(RUNNING, format!("服务在 {local} 运行")),
        Ok(visit) => {
            let what = format!("{local} 有程序在，但像是别的程序（HTTP {}）", visit.status.as_u16());
            Finding::bad(RUNNING, what, "停掉它，或在 [server] listen 里换一个端口")
        }
        Err(failure) => {
            Finding::warning(RUNNING, format!("服务没有运行：{failure}"), "运行 yingda serve，再查一次")
        }
    }
}

/// Whether the running service still has its store: its file may have been
/// deleted or replaced, which nobody else can see.
async fn check_its_store(visitor: &Visitor, local: &str) -> Option<Finding> {
    let visit = visitor.get(Url::parse(&format!("{local}/readyz")).ok()?).await.ok()?;
    let readiness: serde_json::Value = serde_json::from_slice(&visit.body).ok()?;
    match readiness.get("store").and_then(serde_json::Value::as_str) {
        Some("gone") => {
            let what = "服务正在写的数据库文件不见了，或被换成了别的文件：重启以后，这段时间的消息就没有了";
            let remedy = "不要重启：先把原来的文件放回去；放不回去就停下服务，用 yingda restore 从备份恢复";
            Some(Finding::bad(RUNNING, what, remedy))
        }
        Some("unreachable") => {
            Some(Finding::bad(RUNNING, "服务读不了它的数据库", "请看服务的日志：那里写着原因"))
        }
        Some(_) | None => None,
    }
}

fn no_public_url(source: &Source) -> Option<Finding> {
    match source {
        Source::Demonstration(_) => None,
        Source::File(_) | Source::Environment => {
            let what = "没有设 public_url：文章只能以文字回复，也没法检查微信能不能访问到";
            Some(Finding::warning(ADDRESS, what, "在 [server] public_url 写上公众访问的网址"))
        }
    }
}

fn check_port(public: &str) -> Option<Finding> {
    let port = Url::parse(public).ok()?.port_or_known_default()?;
    (!WECHAT_PORTS.contains(&port)).then(|| {
        let what = format!("public_url 的端口是 {port}，微信只访问 80 和 443");
        Finding::bad(ADDRESS, what, "用 nginx 等反向代理接 443 端口，转给本服务")
    })
}

/// As WeChat checks an address when it is submitted.
async fn check_echoes(
    visitor: &Visitor,
    base: &str,
    channels: &[Channel],
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    for channel in channels {
        let Channel::Wechat(account) = channel;
        let check = Simulator::new(account).marked_as_test().url_check(Clock::System.now());
        let address = hook(base, channel)?;
        let mut url = address.clone();
        url.set_query(Some(&check.query));
        match visitor.get(url).await {
            Ok(visit) => {
                findings.push(judge(&visit, &check.echo, &address));
                findings.extend(compare_clocks(&visit));
            }
            Err(failure) => {
                let remedy = "检查域名解析、防火墙、反向代理和证书；服务还没有启动时，这一项不通是对的";
                findings.push(Finding::bad(ADDRESS, failure.to_string(), remedy));
            }
        }
    }
    Ok(())
}

fn judge(visit: &Visit, echo: &str, address: &Url) -> Finding {
    let status = visit.status.as_u16();
    if let Some(target) = &visit.location {
        let remedy = "微信不跟随跳转：让反向代理对 /hook/ 不做跳转，或在微信后台填跳转后的地址";
        return Finding::bad(ADDRESS, format!("{address} 跳转到 {target}"), remedy);
    }
    if !visit.status.is_success() {
        let remedy = match status {
            403 => "令牌或时钟与服务的不同：确认服务用的是这一份设置，改过要重启；反向代理不要改写网址参数",
            404 => "反向代理没有把这个路径转给 yingda，或账号 ID 与服务的不同",
            500.. => "反向代理连不上 yingda，或服务出了错：请看两边的日志",
            _ => "请看服务和反向代理的日志",
        };
        return Finding::bad(ADDRESS, format!("{address} 回答 HTTP {status}"), remedy);
    }
    if visit.body != echo.as_bytes() {
        let remedy = "这个网址后面不是 yingda，或有程序改了内容：请检查反向代理";
        return Finding::bad(ADDRESS, format!("{address} 的回答不对，微信会说配置失败"), remedy);
    }
    Finding::good(ADDRESS, format!("{address} 像微信那样检查，通过（{} 毫秒）", visit.took.as_millis()))
}

/// A proxy in front has a clock of its own: worth a word, no more.
fn compare_clocks(visit: &Visit) -> Option<Finding> {
    let theirs = rfc2822::parse(visit.date.as_deref()?).ok()?.timestamp();
    let apart = (Clock::System.now().as_second() - theirs.as_second()).abs();
    (apart > TOLERATED_SECONDS).then(|| {
        let what = format!("本机时钟与这个网址的时钟相差 {apart} 秒");
        Finding::warning(CLOCK, what, "启用 NTP 校时，例如 timedatectl set-ntp true")
    })
}
