//! The reference page of rule files, made from the tables the reader uses.

use std::fmt::Write as _;

use super::keys::{self, Key};

/// `docs/rule-files.md`.
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    let sections: &[(&str, &[Key])] = &[
        ("规则 `rules/*.md`：开头的设置 · header of a rule", keys::RULE),
        ("卡片 `[card]` · card", keys::CARD),
        ("规则表 `rules/*.csv`：列 · columns of a rule table", keys::RULE_COLUMNS),
        ("课程 `courses.csv`：列 · columns of the course table", keys::COURSE_COLUMNS),
        ("联系人 `contacts.toml`：`[[contact]]` · contacts", keys::CONTACT),
        ("表单 `forms/*.toml` · forms", keys::FORM),
        ("表单 `forms/*.toml`：每一步 `[[field]]` · steps of a form", keys::FORM_FIELD),
        ("文章 `articles/*.md`：开头的设置 · header of an article", keys::ARTICLE),
        ("设置 `settings.toml`：`[centre]` 单位 · the centre", keys::CENTRE),
        ("设置 `settings.toml`：`[hours]` 工作时间 · opening hours", keys::HOURS),
        ("设置 `settings.toml`：`[phrases]` 应答自己说的话 · its own sentences", keys::PHRASES),
        ("设置 `settings.toml`：`[words]` 用语 · words to watch", keys::WORDS),
        ("设置 `settings.toml`：`[answers]` 怎么选规则 · how rules are chosen", keys::ANSWERS),
        ("设置 `settings.toml`：`[privacy]` 隐私说明页 · the privacy page", keys::PRIVACY),
        ("设置 `settings.toml`：`[publishing]` 怎样发布 · how changes go live", keys::PUBLISHING),
    ];
    for (title, keys) in sections {
        write_keys(&mut page, title, keys);
    }
    write_pairs(
        &mut page,
        "kind 可以写的 · kinds of reply",
        keys::KINDS.iter().map(|(kind, _, meaning)| (*kind, *meaning)),
    );
    write_pairs(
        &mut page,
        "表单里 kind 可以写的 · how an answer is understood",
        keys::FORM_KINDS.iter().map(|(kind, _, meaning)| (*kind, *meaning)),
    );
    write_pairs(&mut page, "on 可以写的 · events and media", keys::OCCASIONS.iter().copied());
    write_pairs(&mut page, "变量 `{{…}}` · variables", keys::VARIABLES.iter().copied());
    page.push_str(REPLY);
    page
}

fn write_keys(page: &mut String, title: &str, keys: &[Key]) {
    let _ = writeln!(page, "\n## {title}\n\n| 名字 | 写法 | 默认 | 意思 |\n|--|--|--|--|");
    for key in keys {
        let english = if key.english.is_empty() { String::new() } else { format!(" · {}", key.english) };
        let [example, default, meaning] = [key.example, key.default, key.meaning].map(in_cell);
        let _ = writeln!(page, "| `{}` | `{example}` | {default} | {meaning}{english} |", key.name);
    }
}

fn write_pairs<'p>(page: &mut String, title: &str, pairs: impl Iterator<Item = (&'p str, &'p str)>) {
    let _ = writeln!(page, "\n## {title}\n\n| 写法 | 意思 |\n|--|--|");
    for (name, meaning) in pairs {
        let _ = writeln!(page, "| `{name}` | {} |", in_cell(meaning));
    }
}

/// A bar would end the cell.
fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const INTRODUCTION: &str = "\
# 规则文件里能写什么 · What rule files may hold

这一页由程序生成，和程序读的一致。`yingda check` 会指出每一处写错的地方和改法。
This page is generated from the tables the reader uses; `yingda check` tells every mistake with its remedy.

文字可以是 UTF-8 或 GBK（GB18030），换行随意。文件名以 `~$`、`.` 开头，或含「副本」的不读。
";

const REPLY: &str = "
## 正文怎么写 · The reply

- 正文是普通文字，照原样发出。
- 链接：`[留下需求](form:enquiry)`、`[联系顾问](rule:contact)`、`[标题](article:ztjy)`、`[网站](https://…)`、`[拨打](tel:0796-6559898)`。
- 单独一行的 `1. [联系顾问](rule:contact)` 是编号选项：点一下，或回数字 1，都行。
- `## 工作时间`、`## 休息时间` 之后的文字只在那个时间发；没写工作时间时，发它们之前的文字。
- 单独一行的 `---` 隔开几种说法，每次随机发一种。
- `〔待填写：…〕` 是还缺的内容。填好之前这一段不会发出，改发 `fallback`。
";
