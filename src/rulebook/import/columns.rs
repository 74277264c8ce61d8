//! Which column of a table is which: guessed from its heading, changed by whoever
//! imports. Headings are what people call things; our own exports use the first.

use super::grid::Grid;

/// What a table is imported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Courses,
    Rules,
    Contacts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub key: &'static str,
    /// As an exported table heads it.
    pub title: &'static str,
    other_titles: &'static [&'static str],
    pub holds: Holds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Id,
    Text,
    Number,
    /// 「3-5天」: two numbers in one cell, for the columns of these keys.
    Range(&'static str, &'static str),
    Date,
    Address,
    Phone,
    /// `是`, or empty.
    Flag,
    /// Several, apart by `；` or line breaks.
    Several,
}

const fn column(
    key: &'static str,
    title: &'static str,
    holds: Holds,
    other_titles: &'static [&'static str],
) -> Column {
    Column { key, title, other_titles, holds }
}

pub const COURSES: &[Column] = &[
    // Not 序号: a row's number changes when rows are sorted.
    column("id", "编号", Holds::Id, &["课程编号", "代码"]),
    column("name", "课名", Holds::Text, &["课程", "课程名称", "课程名", "名称", "题目", "专题名称", "标题"]),
    column("theme", "专题", Holds::Text, &["主题", "类别", "分类", "类型", "模块", "板块"]),
    column("days", "天数", Holds::Range("days_min", "days_max"), &["时长", "培训天数", "学制", "天"]),
    column("days_min", "最少天数", Holds::Number, &["最短天数"]),
    column("days_max", "最多天数", Holds::Number, &["最长天数"]),
    column("people", "人数", Holds::Range("people_min", "people_max"), &["规模", "班额", "培训人数"]),
    column("people_min", "最少人数", Holds::Number, &["成班人数", "起订人数"]),
    column("people_max", "最多人数", Holds::Number, &["人数上限"]),
    column("audience", "适合谁", Holds::Text, &["对象", "培训对象", "适合对象", "适用对象", "学员"]),
    column("price_text", "费用", Holds::Text, &["价格", "收费", "费用说明", "报价"]),
    column("link", "网页", Holds::Address, &["链接", "网址", "地址", "详情"]),
    column("points", "要点", Holds::Text, &["内容", "简介", "课程内容", "亮点", "特色", "说明"]),
    column("cover", "图片", Holds::Address, &["封面", "配图"]),
    column("owner", "负责人", Holds::Text, &["负责", "负责部门", "核对人"]),
    column("valid_until", "有效期至", Holds::Date, &["有效期", "截止日期", "到期日", "失效日期"]),
];

pub const RULES: &[Column] = &[
    column("id", "编号", Holds::Id, &["规则编号"]),
    column("name", "名字", Holds::Text, &["规则名", "规则名称", "名称", "标题", "主题"]),
    column("contains", "含有", Holds::Several, &["关键词", "关键字", "触发词", "包含", "半匹配", "模糊匹配"]),
    column("equals", "完全等于", Holds::Several, &["全匹配", "精确匹配", "等于"]),
    column("starts", "开头是", Holds::Several, &["开头", "前缀"]),
    column("pattern", "正则", Holds::Several, &["正则表达式"]),
    column("exclude", "排除", Holds::Several, &["排除词", "不含"]),
    column("questions", "样例问题", Holds::Several, &["问题", "问法", "常见问题", "相似问法", "问"]),
    column("reply", "回复", Holds::Text, &["答案", "回答", "回复内容", "内容", "答", "正文"]),
];

pub const CONTACTS: &[Column] = &[
    column("name", "名字", Holds::Text, &["姓名", "联系人", "称呼", "名称", "老师"]),
    column("role", "职责", Holds::Text, &["职务", "岗位", "职位", "部门", "分工"]),
    column("phone", "电话", Holds::Phone, &["手机", "手机号", "联系电话", "电话号码", "座机", "联系方式"]),
    column("wechat", "微信号", Holds::Text, &["微信"]),
    column("hours", "接听时间", Holds::Text, &["工作时间", "在班时间", "值班时间"]),
    column("default", "默认", Holds::Flag, &["默认联系人", "首选"]),
    column("owner", "负责人", Holds::Text, &["负责", "负责部门", "核对人"]),
    column("valid_until", "有效期至", Holds::Date, &["有效期", "截止日期", "到期日", "失效日期"]),
];

impl Target {
    pub const ALL: [Self; 3] = [Self::Courses, Self::Rules, Self::Contacts];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Courses => "courses",
            Self::Rules => "rules",
            Self::Contacts => "contacts",
        }
    }

    /// What staff call such a table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Courses => "课程",
            Self::Rules => "规则",
            Self::Contacts => "联系人",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.as_str() == text)
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Courses => COURSES,
            Self::Rules => RULES,
            Self::Contacts => CONTACTS,
        }
    }

    pub fn column(self, key: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.key == key)
    }
}

impl Column {
    /// Two numbers in one cell, for two columns of the rulebook's table.
    pub fn is_range(&self) -> bool {
        matches!(self.holds, Holds::Range(..))
    }

    /// 0: not it; else the better the higher.
    fn likeness(&self, heading: &str) -> u8 {
        let heading = plain(heading);
        let titles = || std::iter::once(&self.title).chain(self.other_titles);
        if heading == self.key || heading == self.title {
            return 3;
        }
        if titles().any(|title| *title == heading) {
            return 2;
        }
        u8::from(heading.chars().count() > 1 && titles().any(|title| heading.contains(title)))
    }
}

/// Without what people put behind a heading: 「天数（天）」, 「课名*」.
fn plain(heading: &str) -> String {
    let heading = heading.split(['（', '(', '[', '【']).next().unwrap_or_default();
    heading.trim().trim_matches(['*', '：', ':', '＊']).trim().to_lowercase()
}

/// For each column of the table, the key it is imported as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(pub Vec<Option<&'static str>>);

impl Mapping {
    /// As somebody chose them; what is no key of ours is left out.
    pub fn chosen<'k>(target: Target, keys: impl Iterator<Item = &'k str>) -> Self {
        Self(keys.map(|key| target.column(key).map(|column| column.key)).collect())
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains(&Some(key))
    }

    /// Two columns that claim to be the same: the later ones, with their letters.
    pub fn doubles(&self) -> Vec<(String, &'static str)> {
        let keys = self.0.iter().enumerate().filter_map(|(index, key)| Some((index, (*key)?)));
        let is_double = |(index, key): &(usize, &'static str)| {
            self.0.iter().take(*index).any(|earlier| *earlier == Some(*key))
        };
        keys.filter(is_double).map(|(index, key)| (Grid::letter(index), key)).collect()
    }
}

/// By the headings. A key goes to the column that is most like it, once.
pub fn guess(target: Target, grid: &Grid) -> Mapping {
    let headings = grid.headings();
    let mut mapping = vec![None; headings.len()];
    let mut taken: Vec<&str> = Vec::new();
    for wanted in [3, 2, 1] {
        for (heading, mapped) in headings.iter().zip(&mut mapping).filter(|(_, mapped)| mapped.is_none()) {
            let fits = target
                .columns()
                .iter()
                .find(|column| column.likeness(heading) == wanted && !taken.contains(&column.key));
            if let Some(column) = fits {
                *mapped = Some(column.key);
                taken.push(column.key);
            }
        }
    }
    Mapping(mapping)
}

/// What a table is, by the headings that are known; None: no heading is.
pub fn guess_target(grid: &Grid) -> Option<Target> {
    let known = |target: Target| {
        let mapping = guess(target, grid);
        target.columns().iter().filter(|column| mapping.has(column.key)).count()
    };
    // Of those that know as many, the first: a table of rules has most of the headings that others have.
    let order = [Target::Rules, Target::Courses, Target::Contacts];
    let best = order.into_iter().rev().max_by_key(|target| known(*target))?;
    (known(best) > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_told_apart_as_people_write_them() {
        let guessed = |target, headings: &[&str]| {
            let rows = vec![headings.iter().map(|heading| (*heading).to_owned()).collect()];
            guess(target, &Grid { rows }).0
        };
        assert_eq!(
            guessed(Target::Courses, &["序号", "课程名称*", "天数（天）", "培训对象", "备注", "VALID_UNTIL"]),
            [None, Some("name"), Some("days"), Some("audience"), None, Some("valid_until")]
        );
        assert_eq!(
            guessed(Target::Rules, &["规则名称", "关键词", "问题", "回复内容"]),
            [Some("name"), Some("contains"), Some("questions"), Some("reply")]
        );
        assert_eq!(
            guessed(Target::Courses, &["名称", "课名"]),
            [None, Some("name")],
            "the better heading gets the key"
        );
    }

    #[test]
    fn a_table_is_known_by_its_headings() {
        let guessed = |headings: &[&str]| {
            let rows = vec![headings.iter().map(|heading| (*heading).to_owned()).collect()];
            guess_target(&Grid { rows })
        };
        assert_eq!(guessed(&["姓名", "职务", "手机"]), Some(Target::Contacts));
        assert_eq!(guessed(&["名字", "职责", "电话", "微信号", "负责人"]), Some(Target::Contacts));
        assert_eq!(guessed(&["课名", "天数", "负责人"]), Some(Target::Courses));
        assert_eq!(guessed(&["问题", "答案"]), Some(Target::Rules));
        assert_eq!(guessed(&["一", "二"]), None);
    }

    #[test]
    fn two_columns_that_claim_the_same_are_named() {
        let mapping = Mapping::chosen(Target::Courses, ["name", "", "name"].into_iter());

        assert_eq!(mapping.doubles(), [("C".to_owned(), "name")]);
    }
}
