//! Words that steer a form, in their usual variants. Pure.

use crate::conversation::words::option_number;
use crate::text::Normalized;

/// What a customer wants of the form instead of answering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    Back,
    Skip,
    Cancel,
    Human,
    Continue,
    Restart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Given,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Submit,
    Change,
    Cancel,
}

const BACK: &[&str] = &[
    "上一步",
    "上一个",
    "上一项",
    "上一题",
    "上步",
    "上一",
    "返回",
    "返回上一步",
    "回上一步",
    "退回",
    "退回上一步",
    "后退",
    "回退",
    "往回",
    "上一个问题",
];
const SKIP: &[&str] = &[
    "跳过",
    "跳过这步",
    "跳过这个",
    "跳过这一步",
    "下一步",
    "下一个",
    "下一项",
    "下一题",
    "略过",
    "先跳过",
    "不填",
    "这个不填",
    "这项不填",
    "先不填",
    "不想填",
    "不方便填",
    "不留",
    "不想留",
    "不方便",
    "不方便留",
    "保密",
    "不想说",
    "不告诉",
    "不提供",
    "空着",
    "先空着",
    "pass",
    "skip",
    "过",
];
const CANCEL: &[&str] = &[
    "取消",
    "取消填写",
    "不填了",
    "我不填了",
    "不想填了",
    "退出",
    "算了",
    "不用了",
    "不弄了",
    "不办了",
    "结束",
    "停止",
    "放弃",
    "不咨询了",
    "取消咨询",
    "取消报名",
    "不报了",
    "不报名了",
    "先不填了",
    "不要了",
    "不搞了",
];
const HUMAN: &[&str] = &[
    "人工",
    "转人工",
    "人工客服",
    "人工服务",
    "客服",
    "转客服",
    "找客服",
    "真人",
    "找真人",
    "顾问",
    "找顾问",
    "转顾问",
    "找人工",
    "要人工",
    "我要人工",
    "找个人",
    "叫个人来",
    "联系人工",
    "接人工",
];
const CONTINUE: &[&str] = &["继续", "继续填", "接着填", "接着来", "继续吧", "好继续", "继续填写"];
const RESTART: &[&str] = &["重填", "重新填", "重新填写", "重来", "从头来", "从头填", "重新开始", "全部重填"];

const AGREE: &[&str] = &[
    "同意",
    "我同意",
    "同意的",
    "同意了",
    "好",
    "好的",
    "好吧",
    "可以",
    "可以的",
    "行",
    "行的",
    "没问题",
    "是",
    "是的",
    "愿意",
    "ok",
    "okay",
    "yes",
    "同意回1",
];
const REFUSE: &[&str] = &[
    "不同意",
    "我不同意",
    "不",
    "不行",
    "不要",
    "不可以",
    "不愿意",
    "不想",
    "拒绝",
    "不了",
    "no",
    "不好",
    "不用",
];
const SUBMIT: &[&str] = &[
    "提交",
    "确认",
    "确认提交",
    "确定",
    "对",
    "对的",
    "没错",
    "没问题",
    "正确",
    "是",
    "是的",
    "好",
    "好的",
    "可以",
    "行",
    "ok",
    "无误",
    "核对无误",
    "提交吧",
    "就这样",
    "就这样吧",
];
const CHANGE: &[&str] = &[
    "修改",
    "改",
    "改一下",
    "更改",
    "要改",
    "我要改",
    "我要修改",
    "修改一下",
    "不对",
    "有误",
    "写错了",
    "填错了",
    "错了",
    "有错",
];

pub fn steer(text: &Normalized) -> Option<Steer> {
    let find = |text: &str| ALL.iter().find(|(_, words)| words.contains(&text)).map(|(steer, _)| *steer);
    // 不填了 is no 不填, so the whole counts first.
    find(text.as_str()).or_else(|| find(text.as_str().trim_end_matches(['吧', '了', '呀', '啊'])))
}

const ALL: &[(Steer, &[&str])] = &[
    (Steer::Back, BACK),
    (Steer::Skip, SKIP),
    (Steer::Cancel, CANCEL),
    (Steer::Human, HUMAN),
    (Steer::Continue, CONTINUE),
    (Steer::Restart, RESTART),
];

/// Only what says yes: 嗯 and 知道了 do not.
pub fn consent(text: &Normalized) -> Option<Consent> {
    match option_number(text) {
        Some(1) => return Some(Consent::Given),
        Some(2) => return Some(Consent::Refused),
        Some(_) | None => {}
    }
    let text = text.as_str();
    if REFUSE.contains(&text) || text.starts_with("不同意") {
        return Some(Consent::Refused);
    }
    (AGREE.contains(&text) || text.starts_with("同意")).then_some(Consent::Given)
}

pub fn review(text: &Normalized) -> Option<Review> {
    match option_number(text) {
        Some(1) => return Some(Review::Submit),
        Some(2) => return Some(Review::Change),
        Some(3) => return Some(Review::Cancel),
        Some(_) | None => {}
    }
    let text = text.as_str();
    if SUBMIT.contains(&text) || asks_to_submit(text) {
        return Some(Review::Submit);
    }
    CHANGE.contains(&text).then_some(Review::Change)
}

/// 可以提交了吗, 帮我提交一下
fn asks_to_submit(text: &str) -> bool {
    const LONGEST: usize = 10;
    text.contains("提交")
        && text.chars().count() <= LONGEST
        && !text.contains(['不', '别', '没', '怎', '改', '谁', '哪', '后'])
}

/// Somebody who does not want to say it: 我不想留电话.
pub fn declines(text: &Normalized) -> bool {
    const LONGEST: usize = 12;
    let text = text.as_str();
    let says = ["不想留", "不方便留", "不留电话", "不想说", "不方便说", "不想给", "不方便给"];
    text.chars().count() <= LONGEST && says.iter().any(|word| text.contains(word))
}

/// Whether it reads like a question.
pub fn asks(raw: &str) -> bool {
    const SIGNS: &[&str] = &[
        "?",
        "？",
        "吗",
        "怎么",
        "怎样",
        "咋",
        "多少",
        "什么",
        "啥",
        "哪",
        "几点",
        "几天",
        "几个人",
        "多久",
        "多远",
        "多大",
        "能不能",
        "可不可以",
        "可以不",
        "有没有",
        "是不是",
        "要不要",
        "如何",
        "为什么",
        "为何",
        "谁",
        "请问",
        "想问",
        "呢",
    ];
    let trimmed = raw.trim();
    SIGNS.iter().any(|sign| trimmed.contains(sign)) && !trimmed.ends_with("没定呢")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steering_words_are_known_in_their_variants() {
        let cases = [
            ("上一步", Some(Steer::Back)),
            ("返回", Some(Steer::Back)),
            ("跳过吧", Some(Steer::Skip)),
            ("下一步", Some(Steer::Skip)),
            ("不填", Some(Steer::Skip)),
            ("不填了", Some(Steer::Cancel)),
            ("取消！", Some(Steer::Cancel)),
            ("算了", Some(Steer::Cancel)),
            ("转人工", Some(Steer::Human)),
            ("继续", Some(Steer::Continue)),
            ("重填", Some(Steer::Restart)),
            ("人工智能学院", None),
            ("某县税务局", None),
        ];
        for (text, expected) in cases {
            assert_eq!(steer(&Normalized::new(text)), expected, "{text}");
        }
    }

    #[test]
    fn consent_is_only_what_says_so() {
        for (text, expected) in [
            ("1", Some(Consent::Given)),
            ("同意", Some(Consent::Given)),
            ("好的", Some(Consent::Given)),
            ("2", Some(Consent::Refused)),
            ("不同意", Some(Consent::Refused)),
            ("不同意，太麻烦", Some(Consent::Refused)),
            ("嗯", None),
            ("知道了", None),
            ("某县税务局", None),
        ] {
            assert_eq!(consent(&Normalized::new(text)), expected, "{text}");
        }
    }
}
