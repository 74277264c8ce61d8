//! Organisations: 某县税务局, also given as 我们是某县税务局的.

const LEADS: &[&str] = &[
    "我们单位的名称是",
    "我们单位名称是",
    "我们单位是",
    "我们单位叫",
    "单位名称是",
    "单位名称",
    "单位全称",
    "我单位是",
    "单位是",
    "单位叫",
    "单位",
    "我们是来自",
    "我们是",
    "我们来自",
    "我们这边是",
    "我这边是",
    "这边是",
    "这里是",
    "我是来自",
    "我是",
    "我来自",
    "我在",
    "来自",
    "名称是",
    "名称",
    "您好",
    "你好",
    "我们",
    "叫做",
    "叫",
    "是",
];
const ENDINGS: &[&str] = &[
    "局",
    "委",
    "委员会",
    "学院",
    "医院",
    "法院",
    "检察院",
    "研究院",
    "公司",
    "集团",
    "学校",
    "大学",
    "中学",
    "小学",
    "党校",
    "银行",
    "支行",
    "分行",
    "信用社",
    "农商行",
    "部",
    "办",
    "办公室",
    "处",
    "科",
    "厅",
    "所",
    "中心",
    "站",
    "社",
    "协会",
    "学会",
    "总会",
    "工会",
    "妇联",
    "商会",
    "联社",
    "大队",
    "支队",
    "总队",
    "中队",
    "部队",
    "镇",
    "乡",
    "村",
    "街道",
    "社区",
    "政府",
    "支部",
    "党委",
    "党组",
    "总支",
    "党支部",
    "机关",
    "厂",
    "园区",
    "管委会",
    "居委会",
    "村委会",
    "事务所",
    "酒店",
    "电视台",
    "报社",
    "供电所",
    "派出所",
    "税务局",
];

/// Certainly an organisation: it ends as they do.
pub fn looks_like_unit(text: &str) -> bool {
    const SHORTEST: usize = 3;
    const LONGEST: usize = 40;
    let name = clean(text);
    let length = name.chars().count();
    // 「有几个学院」 and 「去哪个部」 ask or tell something else.
    let tells_more =
        name.contains(['？', '?', '哪', '几', '吗', '怎', '找', '问', '请', '帮', '要', '想', '没', '不']);
    (SHORTEST..=LONGEST).contains(&length)
        && !tells_more
        && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// 我叫周明 answers another question.
pub fn names_a_person(text: &str) -> bool {
    const LEADS: &[&str] = &["我叫", "我姓", "我名叫", "本人叫", "本人姓", "我的名字", "名字叫", "姓名"];
    let said = super::clean(text);
    LEADS.iter().any(|lead| said.starts_with(lead)) && !looks_like_unit(&said)
}

/// The name alone.
pub fn clean(text: &str) -> String {
    let mut name = super::clean(text);
    loop {
        let shorter = LEADS.iter().find_map(|lead| name.strip_prefix(lead)).map(super::clean);
        match shorter {
            Some(shorter) if shorter.chars().count() >= 2 => name = shorter,
            Some(_) | None => break,
        }
    }
    match name.strip_suffix('的') {
        Some(shorter) if shorter.chars().count() >= 2 => shorter.to_owned(),
        Some(_) | None => name,
    }
}
