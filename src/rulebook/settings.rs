//! `settings.toml` as meant: the centre, its hours, what the bot says by
//! itself, and the words to watch.

use jiff::civil::Date;

use super::fields::{Fields, Written};
use super::hours::Hours;
use super::keys;
use super::phrases::{Phrase, Phrases};
use super::problem::Problem;
use crate::text::Normalized;

#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub centre: Centre,
    pub hours: Hours,
    pub phrases: Phrases,
    pub words: Words,
    pub answers: Answers,
    pub privacy: Privacy,
    pub publishing: Publishing,
}

/// How changes go live.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publishing {
    /// Nobody publishes alone from the console.
    pub second_person: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Centre {
    pub name: Box<str>,
}

#[derive(Clone, Debug, Default)]
pub struct Words {
    /// 用语红线: whole phrases that no reply may hold.
    pub red_lines: Vec<Box<str>>,
    /// Insults, normalised: answered once, then met with silence.
    pub abuse: Vec<Normalized>,
}

#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Other places and institutions: a message about them is not about us.
    pub elsewhere: Vec<Box<str>>,
}

/// What the privacy page and a form's consent say; an empty field leaves its
/// sentence out.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// Who is responsible; without it the centre.
    pub keeper: Option<Box<str>>,
    /// Whom to ask; without it the default contact.
    pub contact: Option<Box<str>>,
    pub address: Option<Box<str>>,
    /// What the data is for.
    pub purpose: Option<Box<str>>,
    pub updated: Option<Date>,
    /// How long a lead is kept that somebody consented to.
    pub keep_leads_months: u32,
}

const KEEP_LEADS_MONTHS: u32 = 12;

impl Default for Privacy {
    fn default() -> Self {
        Self {
            keeper: None,
            contact: None,
            address: None,
            purpose: None,
            updated: None,
            keep_leads_months: KEEP_LEADS_MONTHS,
        }
    }
}

/// Where the settings do not list any: boasts, borrowed authority, promises.
const RED_LINES: &[&str] = &[
    "全网最低",
    "最低价",
    "最权威",
    "最专业",
    "第一品牌",
    "独家",
    "顶级",
    "国家级基地",
    "唯一指定",
    "官方指定",
    "官方授权",
    "政府指定",
    "中央认可",
    "权威认证",
    "保证通过",
    "保证满意",
    "百分之百",
    "包过",
    "随时发团",
    "承诺价格",
    "无条件退款",
    "什么票都能开",
    "公费旅游",
    "免费旅游",
];

/// Where the settings do not list any. Only what cannot be part of a question:
/// 「妈的」 alone would be found in 「我妈的电话」.
const ABUSE: &[&str] = &[
    "傻逼",
    "傻b",
    "煞笔",
    "他妈的",
    "你妈的",
    "去你妈",
    "操你",
    "草泥马",
    "王八蛋",
    "狗日的",
    "龟孙子",
    "脑残",
    "滚蛋",
    "去死吧",
];

/// The settings, and the phrases as staff worded them.
pub(super) fn read(
    mut fields: Fields<'_>,
    problems: &mut Vec<Problem>,
) -> (Settings, Vec<(Phrase, Written)>) {
    let mut settings = Settings::unwritten();
    if let Some(mut centre) = fields.table("centre", keys::CENTRE, problems) {
        settings.centre.name = centre.required_text("name", problems).unwrap_or_default().text;
        centre.finish(problems);
    }
    if let Some(mut hours) = fields.table("hours", keys::HOURS, problems) {
        settings.hours = Hours::read(&mut hours, problems);
        hours.finish(problems);
    }
    if let Some(mut words) = fields.table("words", keys::WORDS, problems) {
        settings.words = Words::read(&mut words, problems);
        words.finish(problems);
    }
    if let Some(mut answers) = fields.table("answers", keys::ANSWERS, problems) {
        settings.answers.elsewhere = read_list(&mut answers, "elsewhere", problems).unwrap_or_default();
        answers.finish(problems);
    }
    settings.privacy = Privacy::read(&mut fields, problems);
    if let Some(mut publishing) = fields.table("publishing", keys::PUBLISHING, problems) {
        settings.publishing.second_person = publishing.bool("second_person", problems).unwrap_or_default();
        publishing.finish(problems);
    }
    let phrases = read_phrases(&mut fields, problems);
    fields.finish(problems);
    (settings, phrases)
}

impl Settings {
    /// Those of a rulebook without settings.toml.
    pub(super) fn unwritten() -> Self {
        Self { words: Words::usual(), ..Self::default() }
    }
}

impl Words {
    fn usual() -> Self {
        Self {
            red_lines: RED_LINES.iter().map(|word| Box::from(*word)).collect(),
            abuse: ABUSE.iter().map(|word| Normalized::new(word)).collect(),
        }
    }

    fn read(section: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let usual = Self::usual();
        let abuse = read_list(section, "abuse", problems).map(|words| {
            words.iter().map(|word| Normalized::new(word)).filter(|word| !word.is_empty()).collect()
        });
        Self {
            red_lines: read_list(section, "red_lines", problems).unwrap_or(usual.red_lines),
            abuse: abuse.unwrap_or(usual.abuse),
        }
    }
}

/// None where it is not written: an empty list is meant to be empty.
fn read_list(section: &mut Fields<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Vec<Box<str>>> {
    section.has(key).then(|| {
        let written = section.texts(key, problems);
        written.into_iter().map(|written| written.text).filter(|text| !text.trim().is_empty()).collect()
    })
}

impl Privacy {
    fn read(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let Some(mut section) = fields.table("privacy", keys::PRIVACY, problems) else {
            return Self::default();
        };
        let mut text = |key| section.text(key, problems).map(|written| written.text);
        let [keeper, contact, address, purpose] = ["keeper", "contact", "address", "purpose"].map(&mut text);
        let updated = section.date("updated", problems);
        let keep_leads_months =
            section.number("keep_leads_months", 1..=120, problems).unwrap_or(KEEP_LEADS_MONTHS);
        section.finish(problems);
        Self { keeper, contact, address, purpose, updated, keep_leads_months }
    }
}

fn read_phrases(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Vec<(Phrase, Written)> {
    let Some(mut section) = fields.table("phrases", keys::PHRASES, problems) else { return Vec::new() };
    let written =
        Phrase::ALL.iter().filter_map(|phrase| Some((*phrase, section.text(phrase.key(), problems)?)));
    let written = written.filter(|(_, written)| !written.text.trim().is_empty()).collect();
    section.finish(problems);
    written
}
