//! A transcript as written (`tests/*.chat`) becomes steps. Every line that is
//! not understood is a problem with its remedy. Not here: playing it (`play`).

use std::time::Duration;

use jiff::civil::DateTime;

use crate::model::message::Event;
use crate::model::{AccountId, Alerts, Attendant, Content, Human};
use crate::rulebook::{Hours, Problem};

#[derive(Clone, Debug)]
pub struct Step {
    /// 1-based.
    pub line: usize,
    pub action: Action,
}

#[derive(Clone, Debug)]
pub enum Action {
    /// `用户: …`, `用户[图片]`, `@关注`, `@扫码 …`, `@菜单 …`
    Sends(Content),
    /// `应答: …`
    Expects(Vec<Expectation>),
    /// `@时间 2026-03-07 20:00`
    At(DateTime),
    /// `@快进 30分钟`, `@等待 30分钟`
    Waits(Duration),
    /// `@上班 08:30-12:00 14:00-17:30`, from Monday to Friday.
    Keeps(Box<Hours>),
    /// `@人工 yingda`: the account's setting.
    HandsOver(Human),
    /// `@通知 有`: whether alerts reach staff.
    Alerts(Alerts),
    /// `@接手 顾问甲`
    Taken(Attendant),
    /// `@顾问说`: whoever has the conversation answered.
    StaffSpeak,
    /// `@交还`
    HandedBack,
    /// `@账号 main`
    Account(AccountId),
    /// `@换新用户`
    StartsOver,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// `规则=price`
    Rule(String),
    /// `结果=fallback`
    Outcome(String),
    /// `选项=price,transport`: all of these are offered.
    Offers(Vec<String>),
    /// `含"顾问"`
    Contains(String),
    /// `不含"元"`
    Lacks(String),
    /// `是"jgspxpy"`: the whole reply.
    Is(String),
    /// `有线索`: a form was handed in.
    Lead,
    /// `无线索`
    NoLead,
    /// `线索含"约50人"`: one of its answers.
    LeadHolds(String),
    /// `有等待`: the customer joined those who wait for a person.
    Waits,
    /// `无等待`
    DoesNotWait,
    /// `结束等待`
    StopsWaiting,
    /// `转客服`: WeChat's own agents are to take over.
    Transfers,
}

const COMMANDS: &str = "@时间、@快进、@账号、@关注、@扫码、@菜单、@换新用户、@上班、@人工、@通知、@接手、@顾问说、@交还、@客服接入、@客服结束";
const EXPECTATIONS: &str = "规则=、结果=、选项=、含\"…\"、不含\"…\"、是\"…\"、有线索、无线索、线索含\"…\"、有等待、无等待、结束等待、转客服";
const OUTCOMES: [&str; 6] = ["answer", "choices", "form", "human", "fallback", "silence"];

/// The steps that could be read, and a problem for each line that could not.
pub fn parse(file: &str, text: &str) -> (Vec<Step>, Vec<Problem>) {
    let mut steps = Vec::new();
    let mut problems = Vec::new();
    for (line, written) in (1..).zip(text.lines()) {
        let written = written.trim().trim_start_matches('\u{feff}');
        if written.is_empty() || written.starts_with(['#', '＃']) {
            continue;
        }
        match parse_line(written) {
            Ok(action) => steps.push(Step { line, action }),
            Err((cause, remedy)) => {
                let problem = Problem::error("transcript", cause).remedy(remedy);
                problems.push(problem.in_file(file).at_line(line));
            }
        }
    }
    (steps, problems)
}

/// What is wrong, and what to do about it.
type Misread = (String, String);

fn misread(cause: impl Into<String>, remedy: impl Into<String>) -> Misread {
    (cause.into(), remedy.into())
}

fn parse_line(line: &str) -> Result<Action, Misread> {
    if let Some(command) = line.strip_prefix(['@', '＠']) {
        return parse_command(command);
    }
    if let Some(said) = after_speaker(line, "用户") {
        return Ok(Action::Sends(Content::text(said)));
    }
    if let Some(media) = line.strip_prefix("用户") {
        return parse_media(media.trim());
    }
    if let Some(expected) = after_speaker(line, "应答") {
        return parse_expectations(expected).map(Action::Expects);
    }
    Err(misread(format!("看不懂「{line}」。"), format!("每行以「用户:」「应答:」「#」或 {COMMANDS} 开头。")))
}

fn after_speaker<'a>(line: &'a str, speaker: &str) -> Option<&'a str> {
    line.strip_prefix(speaker)?.trim_start().strip_prefix([':', '：']).map(str::trim)
}

fn parse_media(media: &str) -> Result<Action, Misread> {
    let kind = media.trim_matches(['[', ']', '【', '】']);
    let media_id = || "transcript".to_owned();
    let content = match kind {
        "图片" => Content::Image { picture_url: String::new(), media_id: media_id() },
        "语音" => Content::Voice { media_id: media_id(), format: "amr".to_owned() },
        "视频" => Content::Video { media_id: media_id(), thumb_media_id: media_id() },
        "位置" => Content::Location { latitude: 0.0, longitude: 0.0, label: String::new() },
        "链接" => Content::Link { title: String::new(), description: String::new(), url: String::new() },
        "文件" => Content::File { title: String::new() },
        "表情" => Content::text("/::)"),
        _ => {
            let remedy =
                "写成 用户[图片]，可用：图片、语音、视频、位置、链接、文件、表情；说话写成 用户: 内容。";
            return Err(misread(format!("看不懂「用户{media}」。"), remedy));
        }
    };
    Ok(Action::Sends(content))
}

fn parse_command(command: &str) -> Result<Action, Misread> {
    let (name, value) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let value = value.trim();
    let given = |content| if value.is_empty() { None } else { Some(content) };
    match name {
        "关注" => Ok(Action::Sends(Content::Event(Event::Follow { scene: given(value.to_owned()) }))),
        "扫码" => Ok(Action::Sends(Content::Event(Event::Scan { scene: value.to_owned() }))),
        "菜单" => Ok(Action::Sends(Content::Event(Event::Click { key: value.to_owned() }))),
        "换新用户" => Ok(Action::StartsOver),
        "账号" => AccountId::parse(value)
            .map(Action::Account)
            .map_err(|error| misread(format!("账号「{value}」不对：{error}。"), "写成 @账号 main。")),
        "时间" => parse_time(value)
            .map(Action::At)
            .ok_or_else(|| misread(format!("看不懂时间「{value}」。"), "写成 @时间 2026-03-07 20:00。")),
        "上班" => Hours::on_weekdays(value).map(|hours| Action::Keeps(Box::new(hours))).ok_or_else(|| {
            misread(format!("看不懂时间「{value}」。"), "写成 @上班 08:30-12:00 14:00-17:30。")
        }),
        "人工" => parse_human(value).map(Action::HandsOver).ok_or_else(|| {
            misread(
                format!("没有「{value}」这种设置。"),
                "写成 @人工 contacts、@人工 wechat 或 @人工 yingda。",
            )
        }),
        "通知" => match value {
            "有" => Ok(Action::Alerts(Alerts::Reach)),
            "无" => Ok(Action::Alerts(Alerts::None)),
            _ => Err(misread(format!("看不懂「{value}」。"), "写成 @通知 有 或 @通知 无。")),
        },
        "接手" => Ok(Action::Taken(Attendant::Staff(value.into()))),
        "顾问说" => Ok(Action::StaffSpeak),
        "交还" => Ok(Action::HandedBack),
        "客服接入" => {
            Ok(Action::Sends(Content::Event(Event::AgentSessionOpened { agent: value.to_owned() })))
        }
        "客服结束" => {
            Ok(Action::Sends(Content::Event(Event::AgentSessionClosed { agent: value.to_owned() })))
        }
        "快进" | "等待" => parse_duration(value).map(Action::Waits).ok_or_else(|| {
            misread(format!("看不懂时长「{value}」。"), "写成 @快进 30分钟、@快进 2小时 或 @快进 7天。")
        }),
        _ => Err(misread(format!("没有「@{name}」这个写法。"), format!("可用：{COMMANDS}。"))),
    }
}

fn parse_human(value: &str) -> Option<Human> {
    match value {
        "contacts" => Some(Human::Contacts),
        "wechat" => Some(Human::Wechat),
        "yingda" => Some(Human::Yingda),
        _ => None,
    }
}

fn parse_time(value: &str) -> Option<DateTime> {
    let value = value.replace('：', ":");
    DateTime::strptime("%Y-%m-%d %H:%M", value.trim()).ok()
}

fn parse_duration(value: &str) -> Option<Duration> {
    let digits = value.chars().take_while(char::is_ascii_digit).count();
    let number: u64 = value.get(..digits)?.parse().ok()?;
    let seconds = match value.get(digits..)?.trim() {
        "秒" => 1,
        "分钟" | "分" => 60,
        "小时" => 60 * 60,
        "天" => 24 * 60 * 60,
        _ => return None,
    };
    // A year is enough for any rehearsal.
    number.checked_mul(seconds).filter(|total| *total <= 366 * 24 * 60 * 60).map(Duration::from_secs)
}

fn parse_expectations(written: &str) -> Result<Vec<Expectation>, Misread> {
    let mut expectations = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() {
        let (expectation, after) = parse_expectation(rest)?;
        expectations.push(expectation);
        rest = after.trim_start_matches([' ', '\t', ',', '，', '、', '　']);
    }
    if expectations.is_empty() {
        let remedy = format!("写出对回复的要求，可用：{EXPECTATIONS}。");
        return Err(misread("「应答:」后面是空的。", remedy));
    }
    Ok(expectations)
}

fn parse_expectation(rest: &str) -> Result<(Expectation, &str), Misread> {
    if let Some(after) = strip_key(rest, "规则") {
        let (value, after) = take_word(after);
        return Ok((Expectation::Rule(value.to_owned()), after));
    }
    if let Some(after) = strip_key(rest, "结果") {
        let (value, after) = take_word(after);
        if !OUTCOMES.contains(&value) {
            let remedy = format!("结果是下面之一：{}。", OUTCOMES.join("、"));
            return Err(misread(format!("没有「{value}」这种结果。"), remedy));
        }
        return Ok((Expectation::Outcome(value.to_owned()), after));
    }
    if let Some(after) = strip_key(rest, "选项") {
        let (value, after) = take_word(after);
        let offered = value.split([',', '，']).map(str::to_owned).collect();
        return Ok((Expectation::Offers(offered), after));
    }
    for (word, make) in BARE {
        if let Some(after) = rest.strip_prefix(word)
            && after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ',' | '，' | '、'))
        {
            return Ok((make(), after));
        }
    }
    for (word, make) in QUOTED {
        if let Some(after) = rest.strip_prefix(word)
            && let Some((text, after)) = take_quoted(after)
        {
            return Ok((make(text.to_owned()), after));
        }
    }
    Err(misread(format!("看不懂「{rest}」。"), format!("可用：{EXPECTATIONS}。")))
}

type Make = fn(String) -> Expectation;
const QUOTED: [(&str, Make); 4] = [
    ("线索含", Expectation::LeadHolds),
    ("不含", Expectation::Lacks),
    ("含", Expectation::Contains),
    ("是", Expectation::Is),
];

type Bare = fn() -> Expectation;
const BARE: [(&str, Bare); 6] = [
    ("有线索", || Expectation::Lead),
    ("无线索", || Expectation::NoLead),
    ("有等待", || Expectation::Waits),
    ("无等待", || Expectation::DoesNotWait),
    ("结束等待", || Expectation::StopsWaiting),
    ("转客服", || Expectation::Transfers),
];

fn strip_key<'a>(rest: &'a str, key: &str) -> Option<&'a str> {
    rest.strip_prefix(key)?.trim_start().strip_prefix(['=', '＝']).map(str::trim_start)
}

fn take_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

/// Text in straight or Chinese quotation marks.
fn take_quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(['=', '＝', ' ']);
    let open = text.chars().next()?;
    let close = match open {
        '"' => '"',
        '“' => '”',
        '「' => '」',
        _ => return None,
    };
    text.strip_prefix(open)?.split_once(close)
}

#[cfg(test)]
mod tests;
