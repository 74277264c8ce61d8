//! Forms as written become forms as meant.

use rustc_hash::FxHashSet;

use super::super::ask::{FieldEntry, FormEntry};
use super::super::fields::{Written, closest};
use super::super::form::{Form, FormField, FormWords, MOST_FIELDS};
use super::super::keys;
use super::super::passage::{Compiler, Spot};
use super::super::problem::Problem;
use super::super::reply::Passage;
use super::super::source::Source;
use crate::model::FormId;
use crate::model::lead::AnswerKind;

/// None when there is no usable name or nothing to ask, which was told.
pub fn form(
    entry: &FormEntry,
    source: &Source<'_>,
    compiler: &mut Compiler<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Form> {
    let id = read_id(source, problems);
    let fields = fields(entry, source, compiler, problems);
    report_unreachable(entry, &fields, source, problems);
    report_short_consent(entry, source, problems);
    let mut words = |written: &Option<Written>, own: &'static [&'static str]| {
        let written = written.as_ref()?;
        compiler.extra_names = own;
        let passage = compiler.passage(&written.text, Spot { source, span: written.span }, problems);
        compiler.extra_names = &[];
        Some(passage)
    };
    let words = FormWords {
        consent: words(&entry.consent, &["keeper", "purpose", "months"]),
        refused: words(&entry.refused, &[]),
        done: words(&entry.done, &["number"]),
        updated: words(&entry.updated, &["number"]),
    };
    let id = id?;
    let name = entry.name.as_ref().map_or_else(|| id.as_str().into(), |name| name.text.trim().into());
    (!fields.is_empty()).then(|| Form { id, name, words, fields, place: source.place(entry.span) })
}

/// The name of the file.
fn read_id(source: &Source<'_>, problems: &mut Vec<Problem>) -> Option<FormId> {
    let id = FormId::parse(source.stem());
    if id.is_err() {
        let problem = Problem::error("bad-id", format!("文件名「{}」不能做表单的编号。", source.stem()))
            .remedy("文件名请用字母、数字、汉字、- _ . ，例如 forms/enquiry.toml。");
        problems.push(source.whole_file(problem));
    }
    id.ok()
}

fn fields(
    entry: &FormEntry,
    source: &Source<'_>,
    compiler: &mut Compiler<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<FormField> {
    if entry.fields.is_empty() {
        let problem = Problem::error("no-field", "这张表单没有要问的。").remedy(
            "请加一节：\n[[field]]\nid = \"phone\"\nlabel = \"电话\"\nask = \"您的电话？\"\nkind = \"phone\"",
        );
        problems.push(source.whole_file(problem));
    }
    if let Some(extra) = entry.fields.get(MOST_FIELDS) {
        let problem = Problem::error(
            "too-many-fields",
            format!("问了 {} 步，最多 {MOST_FIELDS} 步。", entry.fields.len()),
        )
        .remedy("请删掉或合并几步：问得越少，填完的人越多。");
        problems.push(source.locate(problem, extra.span));
    }
    let (mut ids, mut labels) = (FxHashSet::default(), FxHashSet::default());
    let mut fields = Vec::with_capacity(entry.fields.len());
    for written in &entry.fields {
        let Some(field) = field(written, source, compiler, problems) else { continue };
        report_twice(&mut ids, written.id.as_ref(), "编号", source, problems);
        report_twice(&mut labels, written.label.as_ref(), "名字", source, problems);
        fields.push(field);
    }
    fields
}

fn field(
    written: &FieldEntry,
    source: &Source<'_>,
    compiler: &mut Compiler<'_>,
    problems: &mut Vec<Problem>,
) -> Option<FormField> {
    let kind = kind(written, source, problems);
    let mut passage = |written: &Written| -> Passage {
        compiler.passage(&written.text, Spot { source, span: written.span }, problems)
    };
    let ask = written.ask.as_ref().map(&mut passage);
    let hint = written.hint.as_ref().map(&mut passage);
    let example = written.example.as_ref().map(|example| example.text.trim()).filter(|text| !text.is_empty());
    Some(FormField {
        id: written.id.as_ref()?.text.trim().into(),
        label: written.label.as_ref()?.text.trim().into(),
        ask: ask?,
        example: example.map(Box::from),
        hint,
        kind,
        required: written.required,
    })
}

fn kind(written: &FieldEntry, source: &Source<'_>, problems: &mut Vec<Problem>) -> AnswerKind {
    let name = written.kind.as_ref().map_or("text", |kind| kind.text.trim());
    let known = keys::FORM_KINDS.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| *kind);
    let Some(kind) = known else {
        problems.extend(written.kind.as_ref().map(|kind| source.locate(unknown_kind(&kind.text), kind.span)));
        return AnswerKind::Text;
    };
    match (kind, written.personal) {
        (AnswerKind::Text, Some((true, _))) => AnswerKind::Name,
        (AnswerKind::Text, Some((false, _)) | None) => AnswerKind::Text,
        (kind, None) => kind,
        (kind, Some((personal, at))) => {
            if personal != kind.is_personal() {
                problems.push(source.locate(wrong_personal(name, kind), at));
            }
            kind
        }
    }
}

fn unknown_kind(written: &str) -> Problem {
    let known = || keys::FORM_KINDS.iter().map(|(kind, ..)| *kind);
    let remedy = match closest(written, known()) {
        Some(kind) => format!("是不是 \"{kind}\" ？"),
        None => format!("可以写的有：{}。", known().collect::<Vec<_>>().join("、")),
    };
    Problem::error("unknown-kind", format!("没有「{written}」这种回答。")).remedy(remedy)
}

fn wrong_personal(name: &str, kind: AnswerKind) -> Problem {
    let cause = if kind.is_personal() {
        format!("kind = \"{name}\" 总是个人信息，不能写 personal = false。")
    } else {
        format!("kind = \"{name}\" 不是个人信息。")
    };
    Problem::error("wrong-personal", cause)
        .remedy("请删掉 personal；要记个人信息，用 phone、name，或 text 加 personal = true。")
}

fn report_twice<'e>(
    seen: &mut FxHashSet<&'e str>,
    written: Option<&'e Written>,
    what: &str,
    source: &Source<'_>,
    problems: &mut Vec<Problem>,
) {
    let Some(written) = written else { return };
    if !seen.insert(written.text.trim()) {
        let problem = Problem::error("duplicate-id", format!("{what}「{}」用了两次。", written.text.trim()))
            .remedy(format!("请给其中一步换个{what}。"));
        problems.push(source.locate(problem, written.span));
    }
}

/// A form that leaves no way to call back.
fn report_unreachable(
    entry: &FormEntry,
    fields: &[FormField],
    source: &Source<'_>,
    problems: &mut Vec<Problem>,
) {
    let asks_to_call = fields.iter().any(|field| field.kind == AnswerKind::Phone && field.required);
    if !asks_to_call && !fields.is_empty() {
        let problem = Problem::warning("no-phone", "没有必填的电话，收到的需求可能联系不上人。")
            .remedy("请加一步 kind = \"phone\"、required = true 。");
        problems.push(source.locate(problem, entry.span));
    }
}

/// Who is asked for consent must be told who keeps it and for how long.
fn report_short_consent(entry: &FormEntry, source: &Source<'_>, problems: &mut Vec<Problem>) {
    let Some(consent) = &entry.consent else { return };
    let says = |names: &[&str]| names.iter().any(|name| consent.text.contains(name));
    let missing = if !says(&["keeper", "centre"]) {
        "谁保存（{{keeper}}）"
    } else if !says(&["months"]) {
        "保存多久（{{months}} 个月）"
    } else if !says(&["删"]) {
        "怎样删除"
    } else {
        return;
    };
    let problem = Problem::warning("short-consent", format!("consent 没有说明{missing}。"))
        .remedy("收集个人信息之前要说清谁保存、做什么用、多久、怎样删除。");
    problems.push(source.locate(problem, consent.span));
}
