//! Every sentence the bot says by itself, with a default, so that a rulebook
//! without a `[phrases]` section works. Staff reword them in settings.toml.

use super::keys::Key;
use super::reply::Passage;

macro_rules! phrases {
    ($($(#[$doc:meta])* $variant:ident, $key:literal, $meaning:literal, $default:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Phrase { $($(#[$doc])* $variant,)* }

        impl Phrase {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its key in `[phrases]`.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// When it is said, for the reference page.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// For the reader of settings.toml.
            pub(super) const KEYS: &[Key] = &[$(Key {
                name: $key,
                example: "\"…\"",
                default: $default,
                meaning: $meaning,
                english: "",
            },)*];

            pub fn default_text(self) -> &'static str {
                match self { $(Self::$variant => $default,)* }
            }
        }
    };
}

phrases! {
    /// The honest answer (D7).
    Honest, "honest", "回复里还有〔待填写〕、或用到的资料已过期时",
        "这项要请顾问答复。电话 {{phone}}，微信号 {{wechat}}。也可回复「咨询」留下需求。";
    /// When even the honest answer lacks its facts.
    NoFacts, "no_facts", "连联系方式也没有时，不能用变量",
        "这项我暂时没有资料，请稍后再问。";
    NotUnderstoodFirst, "not_understood_first", "第一次没听懂，后面接可点的选项（如果有）",
        "我没听懂。请换个说法，例如：有哪些课程、怎么报名。";
    NotUnderstoodSecond, "not_understood_second", "接连第二次没听懂",
        "还是没听懂。请用一句短话说您想问的事，例如：培训几天、住在哪里。";
    NotUnderstoodThird, "not_understood_third", "接连第三次没听懂，之后每 10 分钟说一次",
        "这个我答不了，请直接问顾问：电话 {{phone}}，微信号 {{wechat}}。也可回复「人工」。";
    Choose, "choose", "几条规则都像时，选项之前",
        "您是想问：";
    ChooseEnd, "choose_end", "选项之后",
        "都不是请换个说法。";
    More, "more", "回复太长分开发时，前一段的末尾",
        "（未完，回复「继续」看下一段）";
    Form, "form", "打开表单的规则没有写正文时",
        "请直接联系顾问：电话 {{phone}}，微信号 {{wechat}}。";
    Human, "human", "转人工的规则没有写正文时",
        "请联系顾问：电话 {{phone}}，微信号 {{wechat}}。也可回复「咨询」留下需求。";
    CannotSee, "cannot_see", "收到图片、视频、文件，而没有规则回复时",
        "我看不了图片和文件，请用一句话说明，或回复「人工」。";
    CannotHear, "cannot_hear", "收到语音，而没有规则回复时",
        "我听不了语音，请打字，或拨打 {{phone}}。";
    Location, "location", "收到位置，而没有规则回复时",
        "收到您的位置。怎么过来请问顾问：电话 {{phone}}，微信号 {{wechat}}。";
    SmallTalk, "small_talk", "收到嗯、好的或一个表情时，只说一次",
        "好的，有问题随时说。";
    Abuse, "abuse", "收到辱骂时，只说一次",
        "我只回答培训问题，需要人工请回复「人工」。";
    Erased, "erased", "按用户要求删除了信息时",
        "您的消息和对话记录已经删除。";
    OpenNow, "open_now", "联系人名片，工作时间内",
        "现在可以拨打。";
    ClosedNow, "closed_now", "联系人名片，休息时间",
        "现在休息，{{next_open}}恢复。可先回复「咨询」留下需求。";
    MoreCourses, "more_courses", "课程多于一次能列出的数目时",
        "更多课程请问顾问。";
    /// `{{stale_after}}` is the article's.
    Stale, "stale", "文章过了 stale_after 之后，可用 {{stale_after}}",
        "文中所述时间截至{{stale_after}}，已经过去，请以最新要求为准。";
}

impl Phrase {
    /// Variables that this one alone may use.
    pub(super) fn own_variables(self) -> &'static [&'static str] {
        match self {
            Self::Stale => &["stale_after"],
            _ => &[],
        }
    }
}

/// The phrases as this rulebook words them, by position in `Phrase::ALL`.
#[derive(Clone, Debug, Default)]
pub struct Phrases(pub(super) Box<[Passage]>);

impl Phrases {
    pub(super) fn get(&self, phrase: Phrase) -> Option<&Passage> {
        self.0.get(phrase as usize)
    }
}
