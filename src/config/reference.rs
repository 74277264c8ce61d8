//! The reference page, made from `default.toml`: a comment explains the key
//! below it, and `#key = value` is a key without a default.

use std::fmt::Write as _;

use super::DEFAULTS;

/// `docs/configuration.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "<!-- 由 src/config/default.toml 生成，不要手改；重新生成：UPDATE_REFERENCE=1 cargo test reference -->\n\
         # 设置（yingda.toml）\n\nEvery key of `yingda.toml`: meaning, unit and default.\n",
    );
    for block in blocks() {
        match block.item {
            Item::Preface => {
                let _ = write!(page, "\n{}\n", block.explanation.join("\n"));
            }
            Item::Section(name) => {
                let explanation = block.explanation.join("");
                let _ = write!(page, "\n## {name}\n\n{explanation}\n\n| 设置 | 默认 | 说明 |\n|--|--|--|\n");
            }
            Item::Key { name, default } => {
                let explanation = block.explanation.join("").replace('|', "\\|");
                let _ = writeln!(page, "| `{name}` | {} | {explanation} |", describe(&default));
            }
        }
    }
    page
}

/// The value that default.toml shows for a key, to put into a remedy.
pub fn example(section: &str, key: &str) -> Option<&'static str> {
    let mut current = "";
    for line in DEFAULTS.lines() {
        if let Some(name) = section_name(line) {
            current = name.trim_matches(['[', ']']);
        } else if let Some((name, value)) = key_of(line)
            && current == section
            && name == key
        {
            return Some(value);
        }
    }
    None
}

struct Block {
    explanation: Vec<&'static str>,
    item: Item,
}

enum Item {
    Preface,
    Section(&'static str),
    Key { name: &'static str, default: Default },
}

enum Default {
    Value(&'static str),
    Example(&'static str),
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut explanation = Vec::new();
    for line in DEFAULTS.lines() {
        if let Some(item) = item_of(line) {
            blocks.push(Block { explanation: std::mem::take(&mut explanation), item });
        } else if let Some(comment) = line.strip_prefix('#') {
            explanation.push(comment.trim());
        } else if blocks.is_empty() {
            blocks.push(Block { explanation: std::mem::take(&mut explanation), item: Item::Preface });
        }
    }
    blocks
}

fn item_of(line: &'static str) -> Option<Item> {
    if let Some(name) = section_name(line) {
        return Some(Item::Section(name));
    }
    let (name, value) = key_of(line)?;
    let default = if line.starts_with('#') { Default::Example(value) } else { Default::Value(value) };
    Some(Item::Key { name, default })
}

fn section_name(line: &'static str) -> Option<&'static str> {
    (line.starts_with('[') && line.ends_with(']')).then_some(line)
}

/// `key = value` or `#key = value`; `# words` is a comment.
fn key_of(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (name, value) = line.strip_prefix('#').unwrap_or(line).split_once(" = ")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some((name, value))
}

fn describe(default: &Default) -> String {
    match default {
        Default::Value(value) => format!("`{value}`"),
        Default::Example(value) => format!("不设，例如 `{value}`"),
    }
}
