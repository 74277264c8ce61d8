//! Every sentence the bot says by itself, with a default, so that a rulebook
//! without a `[phrases]` section works. Staff reword them in settings.toml.

use super::keys::Key;
use super::passage::Part;
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
    Form, "form", "表单现在不能打开时",
        "请直接联系顾问：电话 {{phone}}，微信号 {{wechat}}。";
    /// Who keeps it, for what, how long, and how to have it deleted.
    FormConsent, "form_consent", "表单开头的说明，之后请对方同意；可用 {{keeper}}、{{purpose}}、{{months}}",
        "先说明：您填的内容由{{keeper}}保存，只用于{{purpose}}，最长保存{{months}}个月，到期删除。要查看、更正或提前删除，请拨 {{phone}}。";
    FormRefused, "form_refused", "不同意填表单时",
        "好的，不留任何信息。您可直接联系顾问：电话 {{phone}}，微信号 {{wechat}}。";
    FormCancelled, "form_cancelled", "取消填写时",
        "已取消，填的内容不会提交。需要时再回复「咨询」。";
    FormHow, "form_how", "表单第一个问题后面，再接可点的词",
        "随时可回：";
    FormResume, "form_resume", "填表单时问了别的，答完以后",
        "我们接着填：";
    FormNoted, "form_noted", "一句话里有几项都记下了时",
        "记下了：";
    FormFirst, "form_first", "在第一步要求上一步时",
        "已经是第一步了。";
    FormUnclearPeople, "form_unclear_people", "没看懂人数时",
        "没看懂人数。写个大概就行，没定就回「没定」。";
    FormUnclearWhen, "form_unclear_when", "没看懂时间时",
        "没看懂时间。写个大概就行，例如 4月中旬、下个月，没定就回「没定」。";
    FormUnclearPhone, "form_unclear_phone", "没看懂电话时",
        "没看到能打通的号码。手机或区号加座机都行。";
    FormNotUnit, "form_not_unit", "问单位，回的却是人名时，只问一次",
        "这里请写单位名称，没有单位请回「跳过」。";
    FormManyPeople, "form_many_people", "人数多得出奇（超过 1000）时，只问一次",
        "人数没写错吗？没错请再发一次。";
    FormUnclearText, "form_unclear_text", "其他回答没看懂时",
        "没看懂，请用一句短话再说一次。";
    FormCannotAnswer, "form_cannot_answer", "填表单时问的事答不上来时",
        "这个我答不了，顾问会回答您。";
    FormTooLong, "form_too_long", "一项写得太长时",
        "请用 200 字以内，长的内容可以在电话里和顾问说。";
    FormUnchecked, "form_unchecked", "两次没看懂，照原话记下时",
        "先照您写的记下，顾问会核实。";
    FormRequired, "form_required", "必填的一项想跳过时",
        "这一项不能跳过，没有它顾问联系不上您。不想留请回「取消」，也可直接拨 {{phone}}。";
    FormUnreachable, "form_unreachable", "必填的一项两次都不愿留时",
        "没有电话，顾问联系不上您，这份需求就不提交了。您可直接联系顾问：电话 {{phone}}，微信号 {{wechat}}。";
    FormReview, "form_review", "提交之前核对",
        "请核对：";
    FormChoose, "form_choose", "要修改时",
        "改哪一项？";
    FormDone, "form_done", "表单提交以后，可用 {{number}}",
        "已收到，编号 {{number}}。顾问会按您留的电话联系您。";
    FormUpdated, "form_updated", "30 天内再次提交、更新了上一份时，可用 {{number}}",
        "已更新，编号仍是 {{number}}。顾问会按您留的电话联系您。";
    FormPaused, "form_paused", "填了一半、隔了 30 分钟再来时，可用 {{step}}",
        "上次填到第{{step}}步。";
    FormOnHold, "form_on_hold", "核对时说了别的，先放一放时",
        "这份需求先放着，7 天内回复「继续」可接着填。";
    FormDropped, "form_dropped", "不想接着填时",
        "好的，不填了，填过的内容不会提交。";
    FormClosed, "form_closed", "表单已经结束，又点了它的词时",
        "这份需求已经结束。要重新填请回复「咨询」。";
    PhoneOutside, "phone_outside", "没在填表单，却发来自己的电话时，后面接表单开头的说明",
        "看到您留的电话了。要请顾问联系您，还差一步：看过下面的说明并同意后，请把电话再发一次。";
    Human, "human", "转人工的规则没有写正文时",
        "请联系顾问：电话 {{phone}}，微信号 {{wechat}}。也可回复「咨询」[留下需求](form:enquiry)。";
    HumanNotified, "human_notified", "要人工、而且配置了提醒时",
        "已通知顾问。";
    HumanSentence, "human_sentence", "要人工时，请对方说一句话",
        "请用一句话说说需求，顾问能看到。";
    HumanSoon, "human_soon", "要人工、工作时间内、由控制台接待时",
        "顾问接手之前，我继续回答您。";
    HumanClosed, "human_closed", "要人工、正在休息时",
        "现在休息，{{next_open}}恢复。";
    HumanSentenceNoted, "human_sentence_noted", "要人工以后说了需求，而没有规则回答时",
        "记下了，顾问能看到。";
    HumanLeft, "human_left", "回复「退出人工」时",
        "好的，由我继续回答您。需要顾问请再回复「人工」。";
    StaffWords, "staff_words", "顾问在控制台写下的话，随下一条回复带出时，前面的一句",
        "顾问回复您：";
    HumanReturned, "human_returned", "顾问交还，或 30 分钟没有说话之后，机器人接着回答的第一句前面",
        "顾问已离开对话，由我接着回答。需要顾问请再回复「人工」。";
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
        "您的消息和对话记录已经删除。如果提交过需求，要一并删除请拨 {{phone}}。";
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
    /// When it is said: some only make sense once somebody is known to rest.
    pub(super) fn part(self) -> Part {
        match self {
            Self::ClosedNow | Self::HumanClosed => Part::Closed,
            Self::OpenNow => Part::Open,
            _ => Part::Always,
        }
    }

    /// Variables that this one alone may use.
    pub(super) fn own_variables(self) -> &'static [&'static str] {
        match self {
            Self::Stale => &["stale_after"],
            Self::FormConsent => &["keeper", "purpose", "months"],
            Self::FormDone | Self::FormUpdated => &["number"],
            Self::FormPaused => &["step"],
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
