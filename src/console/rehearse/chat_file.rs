//! A rehearsal as a transcript (`tests/*.chat`) that expects what it showed.

use std::fmt::Write as _;

use super::super::words::Words;
use super::script::{Line, Script};

/// Writing to a string cannot fail.
pub(super) fn write(script: &Script, t: &'static Words) -> String {
    let mut out = format!("# {}\n", t.say("try.chat_title"));
    for line in &script.lines {
        let _ = match line {
            Line::Said { typed, .. } => writeln!(out, "用户: {}", one_line(typed)),
            Line::Did { act, value } => writeln!(out, "{}", happening(act, value)),
            Line::Answered { outcome, rule, offers, .. } => {
                writeln!(out, "应答: {}", expectation(outcome, rule.as_deref(), offers))
            }
            Line::Waited { minutes } => writeln!(out, "@快进 {minutes}分钟"),
            Line::MovedTo { at } => writeln!(out, "@时间 {}", at.strftime("%Y-%m-%d %H:%M")),
            Line::StartedOver => writeln!(out, "@换新用户"),
        };
    }
    out
}

fn happening(act: &str, value: &str) -> String {
    match act {
        "follow" => format!("@关注 {value}").trim_end().to_owned(),
        "scan" => format!("@扫码 {value}").trim_end().to_owned(),
        "click" => format!("@菜单 {value}").trim_end().to_owned(),
        "image" => "用户[图片]".to_owned(),
        "voice" => "用户[语音]".to_owned(),
        "video" => "用户[视频]".to_owned(),
        "location" => "用户[位置]".to_owned(),
        "file" => "用户[文件]".to_owned(),
        _ => "用户[表情]".to_owned(),
    }
}

fn expectation(outcome: &str, rule: Option<&str>, offers: &[String]) -> String {
    match (rule, offers) {
        (Some(rule), _) => format!("规则={rule}"),
        (None, []) => format!("结果={outcome}"),
        (None, offers) => format!("选项={}", offers.join(",")),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
