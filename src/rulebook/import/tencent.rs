//! The keyword replies that were set up in 公众平台, as its API tells them
//! (get_current_autoreply_info). They stop working once a server answers, so they
//! come first. What has no place in a rulebook is listed, word for word.

use serde::Deserialize;

use super::super::edit::Values;
use super::super::{Files, roster};
use super::{ImportError, Imported, MAX_BYTES, rules};

const FILE: &str = "rules/wechat.csv";
const WELCOME: &str = "rules/events/wechat-welcome.md";

#[derive(Debug, Deserialize)]
struct AutoReply {
    add_friend_autoreply_info: Option<Reply>,
    message_default_autoreply_info: Option<Reply>,
    keyword_autoreply_info: Option<Keywords>,
}

#[derive(Debug, Default, Deserialize)]
struct Keywords {
    #[serde(default)]
    list: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    #[serde(default)]
    rule_name: String,
    #[serde(default)]
    reply_mode: String,
    #[serde(default)]
    keyword_list_info: Vec<Keyword>,
    #[serde(default)]
    reply_list_info: Vec<Reply>,
}

#[derive(Debug, Deserialize)]
struct Keyword {
    #[serde(default)]
    match_mode: String,
    #[serde(default)]
    content: String,
}

#[derive(Debug, Deserialize)]
struct Reply {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    content: String,
    news_info: Option<News>,
}

#[derive(Debug, Deserialize)]
struct News {
    #[serde(default)]
    list: Vec<Article>,
}

#[derive(Debug, Deserialize)]
struct Article {
    #[serde(default)]
    title: String,
    #[serde(default)]
    content_url: String,
}

/// Told by its first bytes, so that nobody has to say what a file is.
pub fn is_tencent(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    text.starts_with(b"{")
}

pub fn import(bytes: &[u8], into: &Files) -> Result<Imported, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let told: AutoReply = serde_json::from_slice(bytes).map_err(|_| ImportError::NotAutoReply)?;
    let is_empty = told.add_friend_autoreply_info.is_none()
        && told.message_default_autoreply_info.is_none()
        && told.keyword_autoreply_info.is_none();
    if is_empty {
        return Err(ImportError::NotAutoReply);
    }
    let mut imported = Imported::default();
    let keywords = told.keyword_autoreply_info.unwrap_or_default().list;
    let rows = keywords.iter().filter_map(|rule| row(rule, &mut imported)).collect();
    rules::put(rows, FILE, into, &mut imported)?;
    if let Some(reply) = told.add_friend_autoreply_info {
        welcome(&reply, into, &mut imported);
    }
    if let Some(reply) = told.message_default_autoreply_info {
        imported.left_out.push(format!(
            "收到消息时的自动回复没有导入：没听懂时说什么写在设置里。原文：{}",
            described(&reply)
        ));
    }
    Ok(imported)
}

fn row(rule: &Rule, imported: &mut Imported) -> Option<(String, Values)> {
    let words = |mode: &str| {
        let of_mode = rule.keyword_list_info.iter().filter(|keyword| keyword.match_mode == mode);
        of_mode.map(|keyword| keyword.content.replace(['；', ';', '\n'], " ")).collect::<Vec<_>>().join("；")
    };
    let called = format!("规则「{}」", rule.rule_name);
    let mut texts = Vec::new();
    for reply in &rule.reply_list_info {
        match as_text(reply) {
            Some(text) => texts.push(text),
            None => imported.left_out.push(format!("{called}的一条回复没有导入：{}", described(reply))),
        }
    }
    let (contains, equals) = (words("contain"), words("equal"));
    if contains.is_empty() && equals.is_empty() || texts.is_empty() {
        imported.left_out.push(format!("{called}没有导入：没有能用的关键词或文字回复。"));
        return None;
    }
    // One of several at random is what a line of dashes means in a reply.
    let between = if rule.reply_mode == "random_one" { "\n---\n" } else { "\n" };
    let values = Values::from([
        ("name", rule.rule_name.trim().to_owned()),
        ("contains", contains),
        ("equals", equals),
        ("reply", texts.join(between)),
    ]);
    Some((called, values))
}

fn welcome(reply: &Reply, into: &Files, imported: &mut Imported) {
    let left_out = |why: &str| format!("被关注时的回复没有导入：{why}原文：{}", described(reply));
    let rivals = roster::rules_on(into, "subscribe", |path| path != WELCOME);
    match (as_text(reply), rivals.first()) {
        (None, _) => imported.left_out.push(left_out("只能导入文字。")),
        (Some(_), Some(rival)) => {
            imported.left_out.push(left_out(&format!("规则「{rival}」已经管这件事，请在那里改。")));
        }
        (Some(text), None) => {
            let header = "+++\nid = \"wechat-welcome\"\nname = \"关注欢迎语\"\ngroup = \"事件\"\non = [\"subscribe\"]\n+++\n";
            imported.files.push((WELCOME.to_owned(), format!("{header}{text}\n").into_bytes().into()));
        }
    }
}

/// A text as the rulebook writes it; a 图文 becomes a link to each article.
fn as_text(reply: &Reply) -> Option<String> {
    match reply.kind.as_str() {
        "text" if !reply.content.trim().is_empty() => Some(links(reply.content.trim())),
        "news" => {
            let articles = reply.news_info.as_ref()?.list.iter();
            let links: Vec<String> = articles
                .filter(|article| article.content_url.starts_with("http"))
                .map(|article| format!("[{}]({})", label(&article.title), article.content_url))
                .collect();
            (!links.is_empty()).then(|| links.join("\n"))
        }
        _ => None,
    }
}

fn described(reply: &Reply) -> String {
    match reply.kind.as_str() {
        "text" => reply.content.clone(),
        "img" => "图片（临时素材，3 天后失效，请存下来重新上传）".to_owned(),
        "voice" => "语音（临时素材，3 天后失效，请存下来重新上传）".to_owned(),
        "video" => "视频（临时素材，3 天后失效，请存下来重新上传）".to_owned(),
        "news" => "图文，没有可用的网址".to_owned(),
        other => format!("不认识的类型「{other}」"),
    }
}

/// `<a href="https://…">名字</a>` becomes `[名字](https://…)`; other markup stays
/// as it is, WeChat shows it as text.
fn links(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("<a ") {
        let parts = link.split_once('>').and_then(|(tag, inner)| Some((tag, inner.split_once("</a>")?)));
        let Some((tag, (name, after))) = parts else { break };
        written.push_str(before);
        match address(tag) {
            Some(url) => written.push_str(&format!("[{}]({url})", label(name))),
            None => written.push_str(name),
        }
        rest = after;
    }
    written.push_str(rest);
    written
}

fn address(tag: &str) -> Option<&str> {
    let (_, value) = tag.split_once("href=")?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let url = value.get(1..)?.split(quote).next()?;
    (url.starts_with("http") && !url.contains([' ', '(', ')'])).then_some(url)
}

fn label(name: &str) -> String {
    name.replace(['[', ']', '\n'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_as_the_rulebook_writes_them() {
        let cases = [
            ("看<a href=\"https://a.cn/b?c=d\">这里</a>。", "看[这里](https://a.cn/b?c=d)。"),
            ("<a href='https://a.cn'>一</a><a href='weixin://x'>二</a>", "[一](https://a.cn)二"),
            ("没有链接 <b>", "没有链接 <b>"),
            ("<a href=\"https://a.cn\">没有结束", "<a href=\"https://a.cn\">没有结束"),
        ];
        for (written, expected) in cases {
            assert_eq!(links(written), expected);
        }
    }
}
