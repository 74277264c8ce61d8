//! `yingda send`: plays WeChat towards a running yingda, and shows the customer's
//! side. Not here: signing and encrypting (platform).

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, bail};
use reqwest::Url;
use serde::Deserialize;

use crate::app::open_channels;
use crate::config::Config;
use crate::model::{Clock, Content, CustomerId, Event, Reply};
use crate::platform::Channel;
use crate::platform::wechat::simulator::Simulator;

use super::bubble;
use super::made::{cannot_see, find_made};
use super::settings::{Settings, start_runtime};
use super::visit::{NoVisit, Visit, Visitor, WECHAT_PATIENCE, local_url};

const NOTES: &str = "\
例子：
  yingda send 一个人多少钱
  yingda send --event subscribe               新关注
  yingda send --event click 菜单键            点了菜单
  yingda send --as 另一位客户 我想报名        换一位客户

要用和服务同一份设置（令牌和密钥在里面）。这样的客户记作测试，不进统计和未命中。
同一位客户接着发，就是同一场对话：先发「你好」，再发「1」，就是选第 1 项。";

/// Whose messages they are when nobody is named: the same every time, so that
/// a conversation can go on.
const USUAL_CUSTOMER: &str = "yingda-send";

/// Refusals are written down once a second.
const REFUSAL_IS_KNOWN_AFTER: Duration = Duration::from_millis(1_300);

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda send [选项] [消息]", next_help_heading = "选项")]
pub struct Args {
    /// 客户发的话；和 --event 一起用时，是菜单键或二维码的场景值
    #[arg(value_name = "消息", help_heading = "参数")]
    text: Vec<String>,
    /// 服务的网址。不写就是本机设置里的监听地址
    #[arg(long, value_name = "网址")]
    url: Option<String>,
    /// 账号的 ID，设置里的或控制台里建的。不写就是设置里的第一个
    #[arg(long, value_name = "账号")]
    account: Option<String>,
    /// 以哪位客户的身份（OpenID）。不写就总是同一位
    #[arg(long = "as", value_name = "客户", default_value = USUAL_CUSTOMER, hide_default_value = true)]
    customer: String,
    /// 发一个事件：subscribe 关注，unsubscribe 取消关注，scan 扫码，click 点菜单，view 打开菜单的网页，或微信的其他事件名
    #[arg(long, value_name = "事件")]
    event: Option<String>,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (config, _) = settings.load()?;
    let content = args.content()?;
    let customer = CustomerId::parse(&args.customer).map_err(|_| {
        anyhow!("--as 后面的“{}”不能作客户的身份：不能空着，不能有空格，最多 128 个字符。", args.customer)
    })?;
    start_runtime()?.block_on(async {
        let channel = find_channel(&config, args.account.as_deref()).await?;
        let address = hook(&args.base(&config), &channel)?;
        let call = Call { channel: &channel, address, visitor: Visitor::new()? };
        call.send(&content, &customer).await
    })
}

impl Args {
    fn base(&self, config: &Config) -> String {
        self.url.clone().unwrap_or_else(|| local_url(config.server.listen))
    }

    fn content(&self) -> anyhow::Result<Content> {
        let text = self.text.join(" ");
        let Some(name) = &self.event else {
            if self.text.is_empty() {
                bail!("要发什么？例如 yingda send 一个人多少钱，或 yingda send --event subscribe。");
            }
            return Ok(Content::text(&text));
        };
        Ok(Content::Event(event(name, text)))
    }
}

fn event(name: &str, key: String) -> Event {
    match name.to_ascii_lowercase().as_str() {
        "subscribe" => Event::Follow { scene: Some(key).filter(|scene| !scene.is_empty()) },
        "unsubscribe" => Event::Unfollow,
        "scan" => Event::Scan { scene: key },
        "click" => Event::Click { key },
        "view" => Event::View { url: key },
        other => Event::Unknown { name: other.to_owned(), key },
    }
}

/// One of the settings, else one made in the console.
async fn find_channel(config: &Config, wanted: Option<&str>) -> anyhow::Result<Channel> {
    let is_wanted = |channel: &Channel| wanted.is_none_or(|wanted| channel.account().as_str() == wanted);
    let mut channels = open_channels(config)?;
    if let Some(place) = channels.iter().position(is_wanted) {
        return Ok(channels.swap_remove(place));
    }
    let (made, unseen) = match find_made(config).await {
        Ok(made) => (made, String::new()),
        Err(reason) => (Vec::new(), cannot_see(&reason)),
    };
    let mut broken = String::new();
    for made in made {
        match made {
            Ok(channel) if is_wanted(&channel) => return Ok(channel),
            Ok(channel) => channels.push(channel),
            Err(reason) => broken.push_str(&reason.to_string()),
        }
    }
    let known: Vec<&str> = channels.iter().map(|channel| channel.account().as_str()).collect();
    Err(match wanted {
        Some(wanted) if known.is_empty() => anyhow!("没有账号“{wanted}”，也没有别的账号。{unseen}{broken}"),
        Some(wanted) => anyhow!("没有账号“{wanted}”，有的是：{}。{unseen}{broken}", known.join("、")),
        None => anyhow!(
            "还没有账号。请加一节 [[account]]，运行 yingda init，或在控制台“接入”页建一个。{unseen}{broken}"
        ),
    })
}

/// A whole hook address is taken as it is.
pub fn hook(base: &str, channel: &Channel) -> anyhow::Result<Url> {
    let whole = match base.contains("/hook/") {
        true => base.to_owned(),
        false => format!("{}/hook/{}", base.trim_end_matches('/'), channel.account()),
    };
    let url = Url::parse(&whole).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| anyhow!("“{base}”不是网址。应像 http://127.0.0.1:8080 或 https://wx.example.org。"))
}

struct Call<'a> {
    channel: &'a Channel,
    address: Url,
    visitor: Visitor,
}

impl Call<'_> {
    async fn send(&self, content: &Content, customer: &CustomerId) -> anyhow::Result<ExitCode> {
        let Channel::Wechat(account) = self.channel;
        let wechat = Simulator::new(account).marked_as_test();
        let now = Clock::System.now();
        let signed = wechat.deliver(&wechat.compose(content, customer, now), now);
        let mut url = self.address.clone();
        url.set_query(Some(&signed.query));
        let visit = self.visitor.post(url, signed.body).await.map_err(|failure| explain(&failure))?;
        if !visit.status.is_success() {
            return Err(self.refused(&visit).await);
        }
        let reply = wechat.read_reply(&visit.body).map_err(|error| {
            anyhow!(
                "{} 回了 200，但不是微信能读的回复：{error}。请看这个网址后面是不是 yingda。",
                self.address
            )
        })?;
        self.show(content, reply, visit.took, &mut anstream::stdout())?;
        Ok(ExitCode::SUCCESS)
    }

    fn show(
        &self,
        content: &Content,
        reply: Reply,
        took: Duration,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        bubble::write_customer(&said(content), out)?;
        bubble::write_reply(&readable(reply), out)?;
        writeln!(out, "\n用时 {} 毫秒，{}", took.as_millis(), self.address)?;
        if took > WECHAT_PATIENCE {
            writeln!(out, "! 微信只等 5 秒：这样慢，客户会看到故障提示。请看服务的日志。")?;
        }
        Ok(())
    }

    async fn refused(&self, visit: &Visit) -> anyhow::Error {
        let (address, status) = (&self.address, visit.status.as_u16());
        if let Some(target) = &visit.location {
            return anyhow!(
                "{address} 跳转到了 {target}（HTTP {status}）。微信不跟随跳转：请填跳转后的地址，或让反向代理不跳转。"
            );
        }
        let reason = match self.find_reason().await {
            Some(reason) => format!("服务说：{reason}"),
            None => "原因在服务的日志里（“Refused a request”那一行），也可以运行 yingda doctor".to_owned(),
        };
        anyhow!("{address} 没有收下这条消息（HTTP {status}）。{reason}")
    }

    /// A service on this machine tells its neighbours why.
    async fn find_reason(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Readiness {
            refusals: Vec<Refusal>,
        }
        #[derive(Deserialize)]
        struct Refusal {
            reason: String,
        }
        tokio::time::sleep(REFUSAL_IS_KNOWN_AFTER).await;
        let url = self.address.join("/readyz").ok()?;
        let visit = self.visitor.get(url).await.ok()?;
        let readiness: Readiness = serde_json::from_slice(&visit.body).ok()?;
        Some(readiness.refusals.into_iter().next()?.reason)
    }
}

fn explain(failure: &NoVisit) -> anyhow::Error {
    match failure {
        NoVisit::Unreachable(_) => {
            anyhow!("{failure}：yingda 没有在那里运行。请先运行 yingda，或用 --url 写明它的网址。")
        }
        NoVisit::Silent(_) => anyhow!("{failure}。微信只等 5 秒，客户会看到故障提示。请看服务的日志。"),
        NoVisit::Failed { .. } => anyhow!("{failure}。请检查网址和证书。"),
    }
}

fn said(content: &Content) -> String {
    match content {
        Content::Text { text, .. } => text.clone(),
        Content::Event(event) => format!("（事件 {}）", event.name()),
        Content::Image { .. }
        | Content::Voice { .. }
        | Content::Video { .. }
        | Content::ShortVideo { .. }
        | Content::Location { .. }
        | Content::Link { .. }
        | Content::File { .. }
        | Content::Unknown { .. } => format!("（{}）", content.kind()),
    }
}

/// A phone shows the label of a link; a terminal cannot open `weixin://`.
fn readable(reply: Reply) -> Reply {
    let Reply::Text { text } = reply else { return reply };
    let written = text.render(crate::model::reply::Markup::Plain);
    Reply::text(without_links(&written))
}

fn without_links(text: &str) -> String {
    let mut pieces = text.split("<a href=\"");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let Some((address, rest)) = piece.split_once("\">") else {
            out.push_str(piece);
            continue;
        };
        let (label, after) = rest.split_once("</a>").unwrap_or((rest, ""));
        out.push_str(label);
        if !address.starts_with("weixin://") {
            out.push_str(&format!("（{address}）"));
        }
        out.push_str(after);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_read_as_on_a_phone() {
        let cases = [
            ("没有链接", "没有链接"),
            ("1 <a href=\"weixin://bizmsgmenu?msgmenucontent=课程&msgmenuid=a\">课程</a>。", "1 课程。"),
            ("看<a href=\"https://a.cn/a/1\">文章</a>", "看文章（https://a.cn/a/1）"),
            ("断了<a href=\"https://a.cn", "断了https://a.cn"),
        ];
        for (wire, shown) in cases {
            assert_eq!(without_links(wire), shown, "{wire}");
        }
    }

    #[test]
    fn events_have_wechats_names() {
        assert_eq!(event("subscribe", String::new()), Event::Follow { scene: None });
        assert_eq!(event("SCAN", "展会".into()), Event::Scan { scene: "展会".into() });
        assert_eq!(event("click", "MENU".into()).name(), "click");
        assert_eq!(event("card_pass", String::new()).name(), "card_pass");
    }
}
