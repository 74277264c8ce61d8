//! Every key and column that staff can write, with its meaning and default: the
//! one place they are listed. The reader refuses all others, problems quote the
//! examples, and the reference page is made from these tables.

use super::phrases::Phrase;
use crate::model::lead::AnswerKind;

#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    /// What to write after the `=`, or into the cell.
    pub example: &'static str,
    /// Empty: there is none.
    pub default: &'static str,
    pub meaning: &'static str,
    pub english: &'static str,
}

const fn key(
    name: &'static str,
    example: &'static str,
    default: &'static str,
    meaning: &'static str,
    english: &'static str,
) -> Key {
    Key { name, example, default, meaning, english }
}

/// The header of `rules/*.md`.
pub const RULE: &[Key] = &[
    key("id", "\"price\"", "必填", "规则的编号，定了就不要改；字母、数字、汉字、- _ .", "fixed id"),
    key("name", "\"费用预算\"", "必填", "规则的名字，给人看", "name"),
    key("label", "\"费用\"", "同 name", "反问「您是想问」时显示的短名", "label when offered"),
    key("group", "\"食宿\"", "", "分组，只为好找", "group"),
    key(
        "enabled",
        "false",
        "true",
        "写 false 就停用：不再命中，别的规则里的链接也点不开它",
        "false turns it off",
    ),
    key(
        "triggers",
        "[\"费用\", \"=价格\", \"^报名\", \"车费+报销\", \"/第[一二]批/\"]",
        "",
        "触发词：直接写是含有，= 完全等于，^ 开头是，a+b 都要有，/…/ 正则",
        "triggers",
    ),
    key("exclude", "[\"免费\"]", "", "来信里有其中一个，就不归这条规则", "never for these"),
    key(
        "questions",
        "[\"一个人大概多少钱\"]",
        "",
        "样例问题：意思相近的也会答，发布时检查它们仍归这条",
        "sample questions",
    ),
    key(
        "on",
        "[\"subscribe\", \"scan:展会01\"]",
        "",
        "文字以外的来信：见下面「on 可以写的」",
        "events and media",
    ),
    key("accounts", "[\"main\"]", "所有账号", "只用于这些账号", "only for these accounts"),
    key("from", "2026-03-01", "", "从这天起有效", "first day"),
    key("until", "2026-10-31", "", "到这天为止（含当天）", "last day"),
    key("owner", "\"财务\"", "", "谁负责核对", "owner"),
    key("note", "\"不写数字\"", "", "给同事看的备注", "note"),
    key(
        "waiting",
        "true",
        "false",
        "命中以后，客户进入等人工的名单；例如投诉",
        "puts the customer on the list of those who wait for a person",
    ),
    key("kind", "\"text\"", "text", "回复的种类：见下面「kind 可以写的」", "kind of reply"),
    key(
        "fallback",
        "\"请以顾问答复为准。\"",
        "settings.toml 的 honest",
        "正文还有〔待填写〕、或用到的资料过期时，改发这一段",
        "sent instead while unfinished",
    ),
    key(
        "card",
        "{ title = \"…\", url = \"https://…\" }",
        "",
        "kind = \"card\"：卡片的内容，也可写成 [card] 小节",
        "card",
    ),
    key("article", "\"ztjy\"", "", "kind = \"article\" 或 \"card\"：哪篇文章", "article id"),
    key("contact", "\"培训顾问\"", "默认联系人", "kind = \"contact\"：哪位联系人", "contact name"),
    key("form", "\"enquiry\"", "", "kind = \"form\"：打开哪个表单", "form id"),
    key("courses", "[\"c01\", \"c02\"]", "全部", "kind = \"courses\"：列出哪些课程", "course ids"),
    key("theme", "\"党性教育\"", "全部", "kind = \"courses\"：只列这个专题的", "course theme"),
    key("media_id", "\"…\"", "", "kind = \"image\"、\"voice\"、\"video\"：微信素材的 media_id", "media id"),
    key("title", "\"…\"", "", "kind = \"video\"、\"music\"：标题", "title"),
    key("description", "\"…\"", "", "kind = \"video\"、\"music\"：说明", "description"),
    key("url", "\"https://…\"", "", "kind = \"music\"：音乐地址", "music address"),
    key("hq_url", "\"https://…\"", "同 url", "kind = \"music\"：WiFi 下用的高清地址", "better quality"),
    key("thumb_media_id", "\"…\"", "", "kind = \"music\"：封面的 media_id", "cover's media id"),
];

/// `[card]` in the header of a rule.
pub const CARD: &[Key] = &[
    key("title", "\"井冈山现场教学\"", "必填", "标题", "title"),
    key("description", "\"三天两晚\"", "", "说明", "description"),
    key("picture", "\"https://…/a.jpg\"", "", "图片地址，jpg 或 png", "picture"),
    key("url", "\"https://…\"", "必填", "点开的网页", "page"),
];

/// The columns of `rules/*.csv`.
pub const RULE_COLUMNS: &[Key] = &[
    key("id", "price", "必填", "规则的编号，定了就不要改", "fixed id"),
    key("name", "费用预算", "必填", "规则的名字", "name"),
    key("contains", "费用；多少钱", "", "含有，a+b 是都要有", "contains"),
    key("equals", "价格", "", "完全等于，不用写等号", "equals"),
    key("starts", "报名", "", "开头是，不用写 ^", "starts with"),
    key("pattern", "第[一二]批", "", "正则表达式，一行一个", "regular expression"),
    key("exclude", "免费", "", "有其中一个就不归这条", "never for these"),
    key("questions", "一个人大概多少钱", "", "样例问题", "sample questions"),
    key("reply", "费用要看人数。", "", "回复，写法同 .md 的正文", "reply"),
    key("group", "食宿", "", "分组，只为好找", "group"),
    key("enabled", "否", "是", "写「否」就停用", "no turns it off"),
];

/// The columns of `courses.csv`.
pub const COURSE_COLUMNS: &[Key] = &[
    key("id", "c01", "必填", "课程的编号，定了就不要改", "fixed id"),
    key("name", "重走红军路", "必填", "课名", "name"),
    key("theme", "党性教育", "", "专题", "theme"),
    key("days_min", "3", "", "最少几天", "fewest days"),
    key("days_max", "5", "", "最多几天", "most days"),
    key("people_min", "30", "", "最少几人", "smallest group"),
    key("people_max", "80", "", "最多几人", "largest group"),
    key("audience", "机关干部", "", "适合谁", "for whom"),
    key("price_text", "以报价单为准", "", "费用怎么说", "words about the price"),
    key("link", "https://…", "", "介绍的网页", "page"),
    key("points", "现场教学2次", "", "要点", "highlights"),
    key("cover", "https://…/a.jpg", "", "图片", "picture"),
    key("owner", "教务", "", "谁负责核对", "owner"),
    key("valid_until", "2026-12-31", "", "过了这天不再列出", "last day"),
];

/// `contacts.toml`.
pub const CONTACTS: &[Key] = &[key("contact", "…", "", "一位联系人，每位一节 [[contact]]", "a contact")];

pub const CONTACT: &[Key] = &[
    key("name", "\"培训顾问\"", "必填", "名字或称呼", "name"),
    key("role", "\"课程与报价\"", "", "职责，写了才显示", "role"),
    key("phone", "\"0796-6559898\"", "", "电话，变量 {{phone}}", "phone"),
    key("wechat", "\"jgspxpy\"", "", "微信号，变量 {{wechat}}", "WeChat id"),
    key(
        "hours",
        "\"工作日白天\"",
        "",
        "接听时间，写了才显示；写成小节 [contact.hours]（写法同 settings.toml 的 [hours]）时，这位的名片按它说在不在",
        "when to call",
    ),
    key("default", "true", "第一位", "回复里的 {{phone}} 和 {{wechat}} 取这一位", "the default one"),
    key("owner", "\"办公室\"", "", "谁负责核对", "owner"),
    key("valid_until", "2026-12-31", "", "过了这天，用到它的回复改发 fallback", "last day"),
];

/// The header of `articles/*.md`.
pub const ARTICLE: &[Key] = &[
    key("id", "\"ztjy\"", "文件名", "文章的编号，定了就不要改", "fixed id"),
    key("title", "\"…\"", "必填", "标题", "title"),
    key("source", "\"《党建研究》2023年第10期\"", "", "出处", "source"),
    key("date", "2023-10-01", "", "日期", "date"),
    key("link", "\"https://…\"", "", "原文地址", "original"),
    key("cover", "\"https://…/a.jpg\"", "", "图片", "picture"),
    key("summary", "\"…\"", "", "一句话说明", "summary"),
    key("stale_after", "2024-01-31", "", "过了这天，加一句「已过时」的说明", "stale after"),
    key("stale_note", "\"…\"", "settings.toml 的 stale", "那句说明", "what is then said"),
    key("owner", "\"教务\"", "", "谁负责核对", "owner"),
    key("valid_until", "2026-12-31", "", "过了这天不再发", "last day"),
];

/// `settings.toml`.
pub const SETTINGS: &[Key] = &[
    key("centre", "…", "", "单位，写成 [centre]", "the centre"),
    key("hours", "…", "", "工作时间，写成 [hours]", "opening hours"),
    key("phrases", "…", "", "应答自己说的话，写成 [phrases]", "its own sentences"),
    key("words", "…", "", "用语红线，写成 [words]", "words to watch"),
    key("answers", "…", "", "怎么选规则，写成 [answers]", "how rules are chosen"),
    key("privacy", "…", "", "隐私说明页，写成 [privacy]", "the privacy page"),
    key("publishing", "…", "", "怎样发布，写成 [publishing]", "how changes go live"),
];

pub const CENTRE: &[Key] =
    &[key("name", "\"井冈山市青年骨干培训中心\"", "", "单位名称，变量 {{centre}}", "name")];

pub const HOURS: &[Key] = &[
    key("mon_fri", "[\"08:30-12:00\", \"14:00-17:30\"]", "", "周一到周五，可写几段", "Monday to Friday"),
    key("sat_sun", "[\"09:00-11:30\"]", "", "周六和周日", "weekend"),
    key("mon", "[\"08:30-12:00\"]", "同 mon_fri", "周一", "Monday"),
    key("tue", "[\"08:30-12:00\"]", "同 mon_fri", "周二", "Tuesday"),
    key("wed", "[\"08:30-12:00\"]", "同 mon_fri", "周三", "Wednesday"),
    key("thu", "[\"08:30-12:00\"]", "同 mon_fri", "周四", "Thursday"),
    key("fri", "[\"08:30-12:00\"]", "同 mon_fri", "周五", "Friday"),
    key("sat", "[\"08:30-12:00\"]", "同 sat_sun", "周六", "Saturday"),
    key("sun", "[\"08:30-12:00\"]", "同 sat_sun", "周日", "Sunday"),
    key("closed", "[\"2026-10-01..2026-10-07\"]", "", "放假，写某天或某天..某天", "days off"),
    key(
        "extra",
        "[\"2026-10-10\"]",
        "",
        "补班，按周一的时间；也可写明时间：\"2026-10-10 09:00-12:00\"",
        "workdays that make up for them",
    ),
    key("zone", "\"Asia/Shanghai\"", "北京时间", "时区", "time zone"),
];

pub const PHRASES: &[Key] = Phrase::KEYS;

pub const WORDS: &[Key] = &[
    key(
        "red_lines",
        "[\"全网最低\", \"官方指定\"]",
        "一份常用的",
        "用语红线，只查回复；[] 是不查",
        "words no reply may hold",
    ),
    key("abuse", "[\"王八蛋\"]", "一份常用的", "骂人的话：提醒一次，再骂就不回了；[] 是不管", "insults"),
];

pub const ANSWERS: &[Key] = &[key(
    "elsewhere",
    "[\"延安\", \"韶山\"]",
    "",
    "别处的名字：来信里有它们，多半问的不是我们",
    "names of other places",
)];

pub const PRIVACY: &[Key] = &[
    key("keeper", "\"…\"", "[centre] 的 name", "谁保存信息", "who keeps the data"),
    key("contact", "\"…\"", "默认联系人", "找谁查询或删除", "whom to ask"),
    key("address", "\"…\"", "", "地址", "address"),
    key("purpose", "\"…\"", "", "信息用来做什么", "purpose"),
    key("updated", "2026-03-01", "", "说明的日期", "date of the notice"),
    key("keep_leads_months", "12", "12", "同意提交的需求最长保存几个月，到期删除", "months a lead is kept"),
];

pub const PUBLISHING: &[Key] = &[key(
    "second_person",
    "true",
    "false",
    "控制台里的改动要另一位编辑同意才生效；停用规则不用等，改文件和命令行不受限",
    "a second person agrees",
)];

/// `forms/*.toml`. The name of the file is the form's id.
pub const FORM: &[Key] = &[
    key("name", "\"培训需求\"", "文件名", "表单的名字，给人看", "name"),
    key(
        "consent",
        "\"由{{keeper}}保存，只用于联系您，最长{{months}}个月。\"",
        "settings.toml 的 form_consent",
        "开头的说明：谁保存、做什么用、多久、怎么删；可用 {{keeper}} {{purpose}} {{months}}",
        "asked before anything is kept",
    ),
    key("refused", "\"…\"", "settings.toml 的 form_refused", "不同意时说的话", "said when refused"),
    key(
        "done",
        "\"已收到，编号 {{number}}。\"",
        "settings.toml 的 form_done",
        "提交以后说的话，可用 {{number}}",
        "said at the end",
    ),
    key(
        "updated",
        "\"已更新，编号仍是 {{number}}。\"",
        "settings.toml 的 form_updated",
        "30 天内再次提交、更新了上一份时说的话，可用 {{number}}",
        "said when an earlier one was updated",
    ),
    key("field", "…", "", "一步一节 [[field]]，按写的次序问，最多 9 步", "the steps, in order"),
];

/// `[[field]]` of a form.
pub const FORM_FIELD: &[Key] = &[
    key("id", "\"people\"", "必填", "这一项的编号，定了就不要改", "fixed id"),
    key("label", "\"人数\"", "必填", "这一项的名字，核对和修改时用", "label"),
    key("ask", "\"大概多少人？\"", "必填", "怎么问", "the question"),
    key("example", "\"45、50左右、没定\"", "", "例子，跟在问题后面", "examples"),
    key("hint", "\"…\"", "按 kind 而定", "没看懂时说的话", "said when not understood"),
    key("kind", "\"people\"", "text", "怎么理解回答：见下面「表单里 kind 可以写的」", "how it is understood"),
    key("required", "true", "false", "必须答，不能跳过", "cannot be skipped"),
    key(
        "personal",
        "true",
        "false",
        "kind = \"text\" 的回答是不是个人信息；是就加密保存、不发提醒",
        "personal data",
    ),
];

/// How an answer is understood.
pub const FORM_KINDS: &[(&str, AnswerKind, &str)] = &[
    ("unit", AnswerKind::Unit, "单位名称，例如 我们是某县税务局的"),
    ("people", AnswerKind::People, "人数，例如 五十来人、50-60、没定"),
    ("when", AnswerKind::When, "时间，例如 3月中旬、下个月、国庆后、没定"),
    ("phone", AnswerKind::Phone, "电话：手机或区号加座机；个人信息"),
    ("name", AnswerKind::Name, "姓名；个人信息"),
    ("text", AnswerKind::Text, "一句话"),
];

/// What `kind` may be, the keys that belong to it alone, and what it does.
pub const KINDS: &[(&str, &[&str], &str)] = &[
    ("text", &[], "文字，就是正文"),
    ("card", &["card", "article"], "图文卡片"),
    ("article", &["article"], "文章卡片，带出处和日期；没有公网地址时是文字"),
    ("contact", &["contact"], "联系人名片，后面接正文"),
    ("courses", &["courses", "theme"], "课程列表，最多 6 门，前面是正文"),
    ("form", &["form"], "打开表单"),
    ("human", &[], "转人工"),
    ("silence", &[], "不回复"),
    ("not-ours", &[], "不归我们答：questions 是这类问题的样例，命中就当没听懂"),
    ("image", &["media_id"], "图片"),
    ("voice", &["media_id"], "语音"),
    ("video", &["media_id", "title", "description"], "视频"),
    ("music", &["title", "description", "url", "hq_url", "thumb_media_id"], "音乐"),
];

/// The words of `KINDS`, for who offers them.
pub fn kinds_of_reply() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, ..)| *kind)
}

/// What `on` may hold.
pub const OCCASIONS: &[(&str, &str)] = &[
    ("subscribe", "关注"),
    ("scan", "扫任何带参数的二维码"),
    ("scan:展会01", "扫参数是「展会01」的二维码，关注时扫的也算"),
    ("click", "点任何菜单"),
    ("click:KEY", "点 key 是 KEY 的菜单"),
    ("image", "图片"),
    ("voice", "语音"),
    ("video", "视频"),
    ("location", "位置"),
    ("link", "链接"),
    ("file", "文件"),
    ("sticker", "表情"),
    ("event:NAME", "其他事件，NAME 是微信里的事件名"),
];

/// `{{…}}` in replies and phrases.
pub const VARIABLES: &[(&str, &str)] = &[
    ("centre", "单位名称"),
    ("phone", "默认联系人的电话"),
    ("wechat", "默认联系人的微信号"),
    ("contact", "默认联系人的名字"),
    ("hours", "工作时间，例如：周一至周五 08:30-12:00、14:00-17:30"),
    ("next_open", "下次上班的时间，例如：明天08:30；只在休息时间有"),
    ("open", "现在是不是工作时间；没写工作时间时没有"),
    ("today", "今天，例如：3月7日"),
    ("weekday", "星期几，例如：周六"),
    ("time", "现在几点，例如：20:00"),
];
