use super::*;

/// Shown, because hours cannot be compared.
fn shown(line: &str) -> String {
    format!("{:?}", only_action(line))
}

fn only_action(line: &str) -> Action {
    let (steps, problems) = parse("t.chat", line);
    assert!(problems.is_empty(), "{line}: {problems:?}");
    steps.into_iter().next().expect("one step").action
}

#[test]
fn a_transcript_is_read_line_by_line() {
    let (steps, problems) = parse(
        "price.chat",
        "\u{feff}# 问费用不报数字\n@时间 2026-03-07 20:00\n\n用户: 一个人多少钱\n应答: 规则=price 含\"顾问\" 不含\"元\"\n",
    );

    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(steps.iter().map(|step| step.line).collect::<Vec<_>>(), [2, 4, 5]);
    let expected = Action::Expects(vec![
        Expectation::Rule("price".into()),
        Expectation::Contains("顾问".into()),
        Expectation::Lacks("元".into()),
    ]);
    assert_eq!(steps.last().map(|step| format!("{:?}", step.action)), Some(format!("{expected:?}")));
}

#[test]
fn full_width_marks_mean_the_same() {
    assert_eq!(shown("用户：你好"), shown("用户: 你好"));
    assert_eq!(shown("应答：规则＝price 含“顾问”"), shown("应答: 规则=price 含\"顾问\""));
    assert!(matches!(only_action("＠换新用户"), Action::StartsOver));
}

#[test]
fn every_command_is_read() {
    let same = |line: &str, action: Action| assert_eq!(shown(line), format!("{action:?}"), "{line}");
    same("@快进 30分钟", Action::Waits(Duration::from_secs(1_800)));
    same("@等待 7天", Action::Waits(Duration::from_secs(7 * 86_400)));
    same("@关注", Action::Sends(Content::Event(Event::Follow { scene: None })));
    same("@扫码 展会01", Action::Sends(Content::Event(Event::Scan { scene: "展会01".into() })));
    same("@人工 yingda", Action::HandsOver(Human::Yingda));
    same("@通知 有", Action::Alerts(Alerts::Reach));
    same("@接手 顾问甲", Action::Taken(Attendant::Staff("顾问甲".into())));
    same("@顾问说", Action::StaffSpeak);
    same("@交还", Action::HandedBack);
    same("@客服接入 kf1", Action::Sends(Content::Event(Event::AgentSessionOpened { agent: "kf1".into() })));
    assert!(matches!(only_action("@上班 08:30-12:00 14:00-17:30"), Action::Keeps(_)));
    assert!(matches!(only_action("用户[图片]"), Action::Sends(Content::Image { .. })));
    same(
        "应答: 选项=price,transport 结果=choices",
        Action::Expects(vec![
            Expectation::Offers(vec!["price".into(), "transport".into()]),
            Expectation::Outcome("choices".into()),
        ]),
    );
    same(
        "应答: 有线索 线索含\"约50人\" 无等待，结束等待 转客服",
        Action::Expects(vec![
            Expectation::Lead,
            Expectation::LeadHolds("约50人".into()),
            Expectation::DoesNotWait,
            Expectation::StopsWaiting,
            Expectation::Transfers,
        ]),
    );
}

#[test]
fn a_line_that_is_not_understood_is_a_problem_with_a_remedy() {
    for line in [
        "客户: 你好",
        "@时间 昨天",
        "@快进 一会儿",
        "@快进 99999999999999999999天",
        "@快进 400天",
        "@重启",
        "@上班 半天",
        "@人工 电话",
        "@通知",
        "应答: 有线索吗",
        "用户[舞蹈]",
        "应答:",
        "应答: 规则",
        "应答: 含顾问",
        "应答: 结果=好",
        "@账号 a/b",
        "应答: 含\"没关上",
    ] {
        let (steps, problems) = parse("t.chat", line);

        assert!(steps.is_empty(), "{line}");
        let problem = problems.first().expect("one problem");
        assert!(problem.line == 1 && !problem.cause.is_empty() && !problem.remedy.is_empty(), "{line}");
    }
}
