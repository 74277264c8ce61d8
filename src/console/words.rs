//! What the console says, in two languages: `words/zh` and `words/en`, a file
//! per page with the same keys. `login.title` is `title` in `login.toml`.
//! Texts come in at `{name}`. Tests hold both languages and every use against
//! each other (tests/console/words.rs).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use tracing::error;

#[derive(RustEmbed)]
#[folder = "src/console/words"]
struct Files;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

#[derive(Debug)]
pub struct Words {
    lang: Lang,
    sentences: HashMap<String, String>,
}

/// A sentence, with whatever was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence<'a>(Cow<'a, str>);

static ZH: LazyLock<Words> = LazyLock::new(|| Words::load(Lang::Zh));
static EN: LazyLock<Words> = LazyLock::new(|| Words::load(Lang::En));

pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

impl Lang {
    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Zh, Self::En].into_iter().find(|lang| lang.as_str() == raw)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// For `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

impl Words {
    pub fn load(lang: Lang) -> Self {
        let folder = format!("{}/", lang.as_str());
        let mut sentences = HashMap::new();
        for path in Files::iter() {
            let Some(name) = path.strip_prefix(&folder).and_then(|name| name.strip_suffix(".toml")) else {
                continue;
            };
            let bytes = Files::get(&path).map(|file| file.data.into_owned()).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            match text.parse::<toml::Table>() {
                Ok(table) => flatten(name, table, &mut sentences),
                Err(cause) => error!(file = %path, %cause, "A file of words cannot be read"),
            }
        }
        Self { lang, sentences }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sentences.iter().map(|(key, sentence)| (key.as_str(), sentence.as_str()))
    }

    pub fn knows(&self, key: &str) -> bool {
        self.sentences.contains_key(key)
    }

    /// A key that does not exist shows itself; a test finds it first.
    pub fn say(&self, key: &str) -> Sentence<'_> {
        match self.sentences.get(key) {
            Some(sentence) => Sentence(Cow::Borrowed(sentence)),
            None => Sentence(Cow::Owned(key.to_owned())),
        }
    }

    /// What stands below the field of this key, if anything does.
    pub fn hint(&self, key: &str) -> Option<Sentence<'_>> {
        self.find(&format!("{key}_hint"))
    }

    /// For what not everything has.
    pub fn find(&self, key: &str) -> Option<Sentence<'_>> {
        self.sentences.get(key).map(|sentence| Sentence(Cow::Borrowed(sentence)))
    }
}

fn flatten(prefix: &str, table: toml::Table, sentences: &mut HashMap<String, String>) {
    for (key, value) in table {
        let key = format!("{prefix}.{key}");
        match value {
            toml::Value::String(sentence) => {
                sentences.insert(key, sentence);
            }
            toml::Value::Table(inner) => flatten(&key, inner, sentences),
            _ => error!(key, "Words are texts"),
        }
    }
}

impl Sentence<'_> {
    /// Fills `{name}`.
    #[must_use]
    pub fn with(self, name: &str, value: impl fmt::Display) -> Self {
        Self(Cow::Owned(self.0.replace(&format!("{{{name}}}"), &value.to_string())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn owned(self) -> Sentence<'static> {
        Sentence(Cow::Owned(self.0.into_owned()))
    }
}

impl From<Sentence<'_>> for String {
    fn from(sentence: Sentence<'_>) -> Self {
        sentence.0.into_owned()
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
