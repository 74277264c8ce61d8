//! Reads the catalog's files: courses.csv, contacts.toml, articles/*.md.

use super::catalog::{Article, Contact, Course, Range};
use super::fields::{Fields, Written};
use super::hours::Hours;
use super::keys;
use super::problem::Problem;
use super::source::Source;
use super::table::{Record, for_each_record};
use super::variables::describe;
use crate::model::ArticleId;

pub fn read_courses(source: &Source<'_>, problems: &mut Vec<Problem>) -> Vec<Course> {
    let mut courses: Vec<Course> = Vec::new();
    for_each_record(source, keys::COURSE_COLUMNS, problems, |record, problems| {
        let course = read_course(source, record, problems);
        if !course.id.is_empty() && courses.iter().any(|known| known.id == course.id) {
            let problem = Problem::error("duplicate-id", format!("课程编号 {} 用了两次。", course.id))
                .remedy("请给其中一门换个编号。");
            problems.push(source.locate(problem, record.span()));
        }
        courses.push(course);
    });
    courses
}

fn read_course(source: &Source<'_>, record: &Record<'_>, problems: &mut Vec<Problem>) -> Course {
    let text = |column| record.text(column).map(|written| written.text);
    Course {
        id: record.required_text("id", problems).unwrap_or_default().text,
        name: record.required_text("name", problems).unwrap_or_default().text,
        theme: text("theme"),
        days: read_range(source, record, ["days_min", "days_max"], problems),
        people: read_range(source, record, ["people_min", "people_max"], problems),
        audience: text("audience"),
        price_text: text("price_text"),
        link: record.text("link").and_then(|written| web_address(source, &written, problems)),
        points: text("points"),
        cover: record.text("cover").and_then(|written| web_address(source, &written, problems)),
        owner: text("owner"),
        valid_until: record.date("valid_until", problems),
        place: source.place(record.span()),
    }
}

fn read_range(
    source: &Source<'_>,
    record: &Record<'_>,
    [min, max]: [&str; 2],
    problems: &mut Vec<Problem>,
) -> Range {
    let range = Range { min: record.number(min, problems), max: record.number(max, problems) };
    if let (Some(least), Some(most)) = (range.min, range.max)
        && least > most
    {
        let problem = Problem::error("bad-range", format!("{min} 是 {least}，比 {max} 的 {most} 还大。"))
            .remedy("请对调，或改正。");
        problems.push(source.locate(problem, record.span()));
    }
    range
}

pub fn read_contacts(
    source: &Source<'_>,
    mut fields: Fields<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Contact> {
    let mut contacts: Vec<Contact> = Vec::new();
    for mut entry in fields.tables("contact", keys::CONTACT, problems) {
        let place = source.place(entry.span());
        let span = entry.span();
        let opening = entry.is_table("hours").then(|| read_opening(&mut entry, problems)).flatten();
        let mut text = |key| entry.text(key, problems).map(|written| written.text);
        let [role, phone, wechat, hours, owner] = ["role", "phone", "wechat", "hours", "owner"]
            .map(|key| text(key).filter(|text| !text.trim().is_empty()));
        let hours = opening.as_ref().and_then(describe).map(Box::from).or(hours);
        let contact = Contact {
            name: entry.required_text("name", problems).unwrap_or_default().text,
            role,
            phone,
            wechat,
            hours,
            opening: opening.filter(|hours| !hours.is_unset()).map(Box::new),
            owner,
            is_default: entry.bool("default", problems).unwrap_or_default(),
            valid_until: entry.date("valid_until", problems),
            place,
        };
        entry.finish(problems);
        if contact.is_default && contacts.iter().any(|known| known.is_default) {
            let problem = Problem::error("two-defaults", format!("「{}」是第二位默认联系人。", contact.name))
                .remedy("只能有一位写 default = true，请删掉其中一处。");
            problems.push(source.locate(problem, span));
        }
        if contact.phone.is_none() && contact.wechat.is_none() {
            let problem =
                Problem::warning("empty-contact", format!("「{}」既没有电话也没有微信号。", contact.name))
                    .remedy("请写上 phone 或 wechat。");
            problems.push(source.locate(problem, span));
        }
        contacts.push(contact);
    }
    fields.finish(problems);
    contacts
}

/// `hours` of one contact as a section, written as `[hours]` of settings.toml.
fn read_opening(entry: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Option<Hours> {
    let mut section = entry.table("hours", keys::HOURS, problems)?;
    let hours = Hours::read(&mut section, problems);
    section.finish(problems);
    Some(hours)
}

pub fn read_article(
    source: &Source<'_>,
    mut fields: Fields<'_>,
    body: &str,
    problems: &mut Vec<Problem>,
) -> Option<Article> {
    let written = fields.text("id", problems);
    let id = written.as_ref().map_or_else(|| source.stem(), |written| &written.text);
    let id = ArticleId::parse(id).map_err(|error| {
        let problem = Problem::error("bad-id", format!("文章编号「{id}」不能用：{error}。"))
            .remedy("请在开头写一行 id，用字母、数字、汉字、- _ . 。");
        let at = written.as_ref().map_or_else(|| fields.span(), |written| written.span);
        source.locate(problem, at)
    });
    let title = fields.required_text("title", problems).unwrap_or_default().text;
    let link = fields.text("link", problems).and_then(|written| web_address(source, &written, problems));
    let cover = fields.text("cover", problems).and_then(|written| web_address(source, &written, problems));
    let mut text = |key| fields.text(key, problems).map(|written| written.text);
    let [source_name, summary, stale_note, owner] =
        ["source", "summary", "stale_note", "owner"].map(&mut text);
    let date = fields.date("date", problems);
    let stale_after = fields.date("stale_after", problems);
    if stale_after.is_none() {
        let problem = Problem::note("no-stale-date", "没有写 stale_after，过时以后不会提醒读者。")
            .remedy("请写上内容到哪天为止有效，例如：stale_after = 2024-01-31");
        problems.push(source.locate(problem, fields.span()));
    }
    let valid_until = fields.date("valid_until", problems);
    let place = source.place(fields.span());
    fields.finish(problems);
    let id = id.map_err(|problem| problems.push(problem)).ok()?;
    Some(Article {
        id,
        title,
        source: source_name,
        date,
        link,
        cover,
        summary,
        stale_after,
        stale_note,
        owner,
        valid_until,
        body: body.trim().into(),
        place,
    })
}

/// An address that WeChat opens; anything else is told and left out.
pub fn web_address(source: &Source<'_>, written: &Written, problems: &mut Vec<Problem>) -> Option<Box<str>> {
    let text = written.text.trim();
    if text.is_empty() {
        return None;
    }
    let whole =
        ["https://", "http://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    if whole && !text.contains(char::is_whitespace) {
        return Some(text.into());
    }
    let problem = Problem::error("bad-address", format!("「{text}」不是网址。"))
        .remedy("网址要写全，以 https:// 开头。");
    problems.push(source.locate(problem, written.span));
    None
}
