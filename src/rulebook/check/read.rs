//! Files as written: each is decoded and read by its place in the folder. A
//! file that cannot be read adds its problems and takes nothing else with it.

use std::sync::Arc;

use super::super::ask::FormEntry;
use super::super::catalog::Catalog;
use super::super::decode::{DecodeError, decode};
use super::super::facts;
use super::super::fields::{self, Written, closest};
use super::super::file::RuleEntry;
use super::super::keys::{self, Key};
use super::super::phrases::Phrase;
use super::super::settings::{self, Settings};
use super::super::source::{Source, Span};
use super::super::{Files, Problem, header, syntax, table};
use crate::model::FormId;

/// Everything that was read, nothing of it judged.
pub struct Folder<'a> {
    pub sources: Vec<Source<'a>>,
    pub rules: Vec<RuleEntry>,
    pub catalog: Catalog,
    pub settings: Settings,
    pub phrases: Vec<(Phrase, Written)>,
    /// Position of settings.toml among the sources.
    pub settings_source: Option<usize>,
    pub contacts: Presence,
    /// Ids that files with errors probably hold: links to them are not broken.
    pub unread_ids: Vec<String>,
    pub forms: Vec<FormEntry>,
    /// Those that this program brings where the folder has none.
    pub shipped_forms: Vec<(Source<'static>, FormEntry)>,
    /// Of files that could not be read as forms: they exist all the same.
    unread_forms: Vec<String>,
}

/// A folder from before there were forms goes on working, and really asks.
const SHIPPED_FORMS: &[(&str, &str)] = &[("enquiry", include_str!("../../../responses/forms/enquiry.toml"))];

/// Of a file that others rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Missing,
    /// It is there, and what it holds is not known.
    Unreadable,
    Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    RuleText,
    RuleTable,
    Article,
    Courses,
    Contacts,
    Settings,
    Form,
    /// Read elsewhere, or for people only.
    NotOurs,
    Unknown,
}

impl<'a> Folder<'a> {
    pub fn read(files: &'a Files, problems: &mut Vec<Problem>) -> Self {
        let mut folder = Self {
            sources: Vec::new(),
            rules: Vec::new(),
            catalog: Catalog::default(),
            settings: Settings::unwritten(),
            phrases: Vec::new(),
            settings_source: None,
            contacts: Presence::Missing,
            unread_ids: Vec::new(),
            forms: Vec::new(),
            shipped_forms: Vec::new(),
            unread_forms: Vec::new(),
        };
        for (path, reason) in files.unreadable() {
            let problem = Problem::error("unreadable", format!("文件读不出来：{reason}。"))
                .remedy("请检查文件的权限，或删掉它。");
            problems.push(problem.in_file(path));
        }
        for (path, bytes) in files.iter() {
            folder.read_file(path, bytes, problems);
        }
        folder
    }

    /// Forms that rules may open and the folder does not have.
    pub fn add_shipped_forms(&mut self, wanted: &[FormId]) {
        for (id, text) in SHIPPED_FORMS {
            let is_wanted = wanted.iter().any(|form| form.as_str() == *id);
            if !is_wanted || self.form_ids().any(|form| form.as_str() == *id) {
                continue;
            }
            let source = Source::new(format!("forms/{id}.toml").into(), (*text).into());
            let whole = Span::new(0, source.text.len());
            let entry = fields::read(&source, whole, keys::FORM)
                .map(|fields| FormEntry::read(0, fields, &mut Vec::new()));
            self.shipped_forms.extend(entry.map(|entry| (source, entry)));
        }
    }

    /// The ids of all forms that the folder has, readable or not.
    pub fn form_ids(&self) -> impl Iterator<Item = FormId> {
        let read = self.forms.iter().filter_map(|form| self.sources.get(form.source)).map(Source::stem);
        let unread = self.unread_forms.iter().map(String::as_str);
        read.chain(unread).filter_map(|id| FormId::parse(id).ok())
    }

    fn read_file(&mut self, path: &Arc<str>, bytes: &'a [u8], problems: &mut Vec<Problem>) {
        let role = Role::of(path);
        match role {
            Role::NotOurs => return,
            Role::Unknown => return problems.push(unknown_file(path)),
            Role::RuleText
            | Role::RuleTable
            | Role::Article
            | Role::Courses
            | Role::Contacts
            | Role::Settings
            | Role::Form => {}
        }
        match decode(bytes) {
            Ok(text) => {
                let source = Source::new(path.clone(), text);
                let source = self.read_source(role, source, problems);
                self.sources.push(source);
            }
            Err(error) => {
                self.unread_ids.extend(stem(path));
                self.unread_forms.extend(stem(path).filter(|_| role == Role::Form));
                problems.push(undecodable(error).in_file(path));
            }
        }
    }

    fn read_source(&mut self, role: Role, source: Source<'a>, problems: &mut Vec<Problem>) -> Source<'a> {
        match role {
            Role::RuleText | Role::Article => self.read_headed(role, source, problems),
            Role::Contacts | Role::Settings | Role::Form => self.read_toml(role, source, problems),
            Role::RuleTable => {
                table::read_rules(&source, self.sources.len(), &mut self.rules, problems);
                source
            }
            Role::Courses => {
                self.catalog.courses = facts::read_courses(&source, problems);
                source
            }
            Role::NotOurs | Role::Unknown => source,
        }
    }

    /// A file with a header and a body.
    fn read_headed(&mut self, role: Role, source: Source<'a>, problems: &mut Vec<Problem>) -> Source<'a> {
        let Some(parts) = header::split(&source, problems) else {
            self.unread_ids.push(probable_id(&source));
            return source;
        };
        let (source, header, readable) = syntax::repair(source, parts.header, problems);
        if !readable {
            self.unread_ids.push(probable_id(&source));
            return source;
        }
        // The repaired header may be shorter; the body is the same length.
        let end = source.text.len();
        let body = Span::new(end - parts.body.range().len(), end);
        let text = source.text.get(body.range()).unwrap_or_default();
        if role == Role::Article {
            let fields = fields::read(&source, header, keys::ARTICLE);
            let article = fields.and_then(|fields| facts::read_article(&source, fields, text, problems));
            self.catalog.articles.extend(article);
        } else if let Some(fields) = fields::read(&source, header, keys::RULE) {
            let body = Written { text: text.into(), span: body };
            let entry = RuleEntry::from_header(fields, body, problems);
            self.rules.push(RuleEntry { source: self.sources.len(), ..entry });
        }
        source
    }

    fn read_toml(&mut self, role: Role, source: Source<'a>, problems: &mut Vec<Problem>) -> Source<'a> {
        let whole = Span::new(0, source.text.len());
        let (source, whole, readable) = syntax::repair(source, whole, problems);
        let keys: &'static [Key] = match role {
            Role::Contacts => keys::CONTACTS,
            Role::Form => keys::FORM,
            _ => keys::SETTINGS,
        };
        let fields = readable.then(|| fields::read(&source, whole, keys)).flatten();
        match (role, fields) {
            (Role::Form, Some(fields)) => {
                self.forms.push(FormEntry::read(self.sources.len(), fields, problems));
            }
            (Role::Form, None) => self.unread_forms.push(source.stem().to_owned()),
            (Role::Contacts, Some(fields)) => {
                let before = problems.len();
                self.catalog.contacts = facts::read_contacts(&source, fields, problems);
                let nothing_read = self.catalog.contacts.is_empty() && problems.len() > before;
                self.contacts = if nothing_read { Presence::Unreadable } else { Presence::Read };
            }
            (_, Some(fields)) => {
                (self.settings, self.phrases) = settings::read(fields, problems);
                self.settings_source = Some(self.sources.len());
            }
            (Role::Contacts, None) => self.contacts = Presence::Unreadable,
            (_, None) => {}
        }
        source
    }
}

impl Role {
    fn of(path: &str) -> Self {
        let (folder, name) = path.split_once('/').unwrap_or(("", path));
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let is_readme =
            name.rsplit('/').next().is_some_and(|name| name.to_ascii_lowercase().starts_with("readme"));
        match (folder, extension.as_deref()) {
            _ if is_readme => Self::NotOurs,
            ("", _) => Self::of_top(name),
            ("rules", Some("md")) => Self::RuleText,
            ("rules", Some("csv")) => Self::RuleTable,
            ("articles", Some("md")) => Self::Article,
            ("articles", Some("jpg" | "jpeg" | "png" | "gif" | "webp")) => Self::NotOurs,
            ("forms", Some("toml")) => Self::Form,
            ("tests", Some("chat")) => Self::NotOurs,
            _ => Self::Unknown,
        }
    }

    fn of_top(name: &str) -> Self {
        match name {
            "settings.toml" => Self::Settings,
            "contacts.toml" => Self::Contacts,
            "courses.csv" => Self::Courses,
            "LICENSE" | "CHANGELOG.md" => Self::NotOurs,
            _ => Self::Unknown,
        }
    }
}

fn unknown_file(path: &str) -> Problem {
    const TOP: &[&str] = &["settings.toml", "contacts.toml", "courses.csv"];
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let remedy = match extension.as_deref() {
        Some("xlsx" | "xls" | "et" | "ods") => "请在表格软件里另存为「CSV UTF-8」，放在 rules 文件夹里。".to_owned(),
        Some("txt") => format!("请把名字改成以 .md 结尾：{}", name.trim_end_matches(".txt").trim_end_matches(".md").to_owned() + ".md"),
        Some("docx" | "doc" | "wps") => "请把文字复制到 .md 文件里。".to_owned(),
        _ => match closest(name, TOP.iter().copied()).filter(|_| folder.is_empty()) {
            Some(known) => format!("是不是 {known} ？"),
            None => "规则放在 rules 里，以 .md 或 .csv 结尾；文章放在 articles 里，以 .md 结尾；表单放在 forms 里，以 .toml 结尾；测试放在 tests 里，以 .chat 结尾。".to_owned(),
        },
    };
    Problem::warning("unknown-file", "不认识这个文件，没有用到它。").remedy(remedy).in_file(path)
}

fn undecodable(error: DecodeError) -> Problem {
    match error {
        DecodeError::UnknownEncoding => Problem::error("bad-encoding", "文字的编码既不是 UTF-8 也不是 GBK。")
            .remedy("请用记事本打开，另存为，编码选 UTF-8。"),
        DecodeError::NotText => Problem::error("not-text", "这不是文本文件。")
            .remedy("Excel 请另存为「CSV UTF-8」，Word 请复制文字。"),
    }
}

fn stem(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned())
}

/// The id of a rule whose header cannot be read, as far as one can tell.
fn probable_id(source: &Source<'_>) -> String {
    let line = source.text.lines().take(20).find_map(|line| {
        let rest = line.trim_start().strip_prefix("id")?.trim_start();
        rest.strip_prefix(['=', '＝', ':', '：'])
    });
    let id: String = line
        .unwrap_or_default()
        .chars()
        .skip_while(|c| !c.is_alphanumeric())
        .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .collect();
    if id.is_empty() { source.stem().to_owned() } else { id }
}
