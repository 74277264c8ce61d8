//! What was written: the settings, the accounts in them, the rulebook.

use crate::app::open_channels;
use crate::config::{Account, Config, ConfigError, Encryption, NO_APP_ID, Source};
use crate::model::{Clock, Content, CustomerId, Reply};
use crate::platform::Channel;
use crate::platform::wechat::simulator::Simulator;
use crate::publishing::examine;
use crate::rulebook::report;

use super::super::folder::Folder;
use super::super::made::{Made, cannot_see};
use super::super::settings::Settings;
use super::finding::{Finding, Mark};

const ACCOUNT: &str = "account";

pub fn check(settings: &Settings) -> (Option<Config>, Vec<Finding>) {
    match settings.load() {
        Ok((config, warnings)) => {
            let mut findings = vec![Finding::good("settings", read_from(&config.source))];
            findings.extend(warnings.into_iter().map(|warning| {
                Finding::warning(
                    "settings",
                    format!("{}{}", warning.0.place, warning.0.what),
                    warning.0.remedy,
                )
            }));
            (Some(config), findings)
        }
        Err(ConfigError::Wrong { problems }) => {
            let bad = |problem: crate::config::Problem| {
                Finding::bad("settings", format!("{}{}", problem.place, problem.what), problem.remedy)
            };
            (None, problems.into_iter().map(bad).collect())
        }
        Err(error @ ConfigError::NothingConfigured) => {
            (None, vec![Finding::told("settings", Mark::Bad, &error.to_string())])
        }
    }
}

fn read_from(source: &Source) -> String {
    match source {
        Source::File(path) => format!("设置 {} 没有错", path.display()),
        Source::Environment => "设置全部来自环境变量，没有错".to_owned(),
        Source::Demonstration(path) => format!("这是演示，账号在 {}；只有本机能用", path.display()),
    }
}

pub async fn check_rulebook(settings: &Settings) -> Finding {
    const CHECK: &str = "rulebook";
    let folder = match Folder::load(settings, None, &Clock::System).await {
        Ok(folder) => folder,
        // Told already, as a finding about the settings.
        Err(error) if error.is::<ConfigError>() => {
            return Finding::warning(CHECK, "设置有错，规则还没有检查", "先改好设置，再运行一次");
        }
        Err(error) => return Finding::told(CHECK, Mark::Bad, &error.to_string()),
    };
    let path = folder.path.display();
    let examination = examine(&folder.files, &folder.surroundings);
    let found = report::summary(&examination.problems);
    if !examination.may_go_live() {
        let remedy = format!("运行 yingda check {path}，照着改；改好之前用的是上一个好的版本");
        return Finding::bad(CHECK, format!("规则 {path} 有错：{found}"), remedy);
    }
    let rules = examination.edition.map_or(0, |edition| edition.rulebook.rules.len());
    let found =
        if found.is_empty() { String::new() } else { format!("；{found}，用 yingda check 查看") };
    Finding::good(CHECK, format!("规则 {path}：{rules} 条，可以生效{found}"))
}

/// The channels of the accounts that are right.
pub fn check_accounts(
    config: &Config,
    made: anyhow::Result<Made>,
    findings: &mut Vec<Finding>,
) -> Vec<Channel> {
    let mut channels = match open_channels(config) {
        Ok(channels) => channels,
        Err(error) => {
            findings.push(Finding::told(ACCOUNT, Mark::Bad, &error.to_string()));
            Vec::new()
        }
    };
    for (account, channel) in config.accounts.iter().zip(&channels) {
        findings.push(check_account(account, channel, &config.source));
    }
    let made = made.unwrap_or_else(|reason| {
        findings.push(Finding::told(ACCOUNT, Mark::Warning, &cannot_see(&reason)));
        Vec::new()
    });
    if config.accounts.is_empty() && made.is_empty() {
        let remedy = "加一节 [[account]]，运行 yingda init，或在控制台“接入”页建一个";
        findings.push(Finding::bad(ACCOUNT, "还没有账号", remedy));
    }
    for made in made {
        match made {
            Ok(channel) => {
                findings.push(check_made(&channel));
                channels.push(channel);
            }
            Err(error) => findings.push(Finding::told(ACCOUNT, Mark::Bad, &error.to_string())),
        }
    }
    channels
}

fn check_made(channel: &Channel) -> Finding {
    let id = channel.account();
    if survives_a_round_trip(channel) {
        return Finding::good(
            ACCOUNT,
            format!("账号 {id}（控制台里建的）：令牌和密钥的格式对，加密往返成功"),
        );
    }
    let what = format!("账号 {id}（控制台里建的）：加密以后解不开");
    Finding::bad(ACCOUNT, what, "在控制台“接入”页给它换一套新的 Token 和密钥")
}

fn check_account(account: &Account, channel: &Channel, source: &Source) -> Finding {
    let id = &account.id;
    if !survives_a_round_trip(channel) {
        let remedy = "从微信后台重新复制 EncodingAESKey 和 AppID";
        return Finding::bad(ACCOUNT, format!("账号 {id}：加密以后解不开"), remedy);
    }
    let keys = match &account.encryption {
        Encryption::Plain => {
            let remedy = "在微信后台和 encryption 都改成安全模式（safe）";
            return Finding::warning(
                ACCOUNT,
                format!("账号 {id} 用明文模式：途中的人看得到，也改得了"),
                remedy,
            );
        }
        Encryption::Compatible(keys) | Encryption::Safe(keys) => keys,
    };
    if keys.app_id == NO_APP_ID && !matches!(source, Source::Demonstration(_)) {
        let remedy = "把 app_id 换成微信后台的开发者 ID（AppID），不然微信发来的一条也收不下";
        return Finding::bad(ACCOUNT, format!("账号 {id} 的 app_id 还是样例"), remedy);
    }
    Finding::good(ACCOUNT, format!("账号 {id}：令牌和密钥的格式对，加密往返成功"))
}

/// In as WeChat would send it, out as WeChat would read it.
fn survives_a_round_trip(channel: &Channel) -> bool {
    let Channel::Wechat(account) = channel;
    let (wechat, now) = (Simulator::new(account), Clock::System.now());
    let Ok(customer) = CustomerId::parse("yingda-doctor") else { return false };
    let signed = wechat.deliver(&wechat.compose(&Content::text("你好"), &customer, now), now);
    let Ok(opened) = channel.open(signed.delivery()) else { return false };
    let sealed = channel.seal(&Reply::text("您好"), &opened, now);
    wechat.read_reply(&sealed.body).is_ok_and(|reply| reply == Reply::text("您好"))
}
