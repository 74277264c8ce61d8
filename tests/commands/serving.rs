//! serve, send, doctor, against a service that really runs.

use super::Workplace;

#[test]
fn the_first_start_needs_nothing_and_says_what_to_try() {
    let workplace = Workplace::bare();

    let serving = workplace.serve();

    assert!(workplace.path("responses/rules/price.md").exists(), "the shipped rulebook is written");
    let address = format!("http://127.0.0.1:{}", workplace.port);
    for part in [
        "规则 ",
        "全部通过",
        "待补充",
        "yingda ask",
        "yingda send",
        "/try",
        "/setup?key=",
        "/privacy",
        "/readyz",
        "/a/",
        &address,
    ] {
        assert!(serving.welcome.contains(part), "{part}: {}", serving.welcome);
    }
    let out = workplace.run(&["send", "你好"]).succeeds();
    assert!(out.contains("应答 │") && out.contains("用时"), "{out}");
    #[cfg(unix)]
    assert_eq!(serving.stops_on("-INT"), Some(0));
}

#[cfg(unix)]
#[test]
fn the_demonstrations_secrets_are_private_and_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let workplace = Workplace::with_rules();
    let secrets = workplace.path("data/demonstration.toml");

    assert_eq!(workplace.serve().stops_on("-TERM"), Some(0));
    let before = std::fs::read_to_string(&secrets).expect("the demonstration's account");
    assert_eq!(workplace.serve().stops_on("-TERM"), Some(0));

    assert_eq!(before, std::fs::read_to_string(&secrets).expect("still there"));
    let mode = std::fs::metadata(&secrets).expect("still there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_conversation_can_be_played() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();

    let welcome = workplace.run(&["send", "--event", "subscribe", "--as", "somebody"]).succeeds();
    let chosen = workplace.run(&["send", "1", "--as", "somebody"]).succeeds();
    let again = workplace.run(&["send", "价格", "--as", "somebody"]).succeeds();

    assert!(welcome.contains("1 费用") && !welcome.contains("weixin://"), "{welcome}");
    assert!(chosen.contains("费用请问顾问。"), "{chosen}");
    assert!(again.contains("费用请问顾问。"), "{again}");
}

#[test]
fn a_refused_message_comes_with_the_services_reason() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();
    let elsewhere = format!("http://127.0.0.1:{}/hook/nobody", workplace.port);

    let unknown = workplace.run(&["send", "--url", &elsewhere, "你好"]).fails_with(1);
    let mut other_token =
        std::fs::read_to_string(workplace.path("data/demonstration.toml")).expect("settings");
    let start = other_token.find("\ntoken = \"").expect("a token") + "\ntoken = \"".len();
    other_token.replace_range(start..=start, if other_token[start..].starts_with('a') { "b" } else { "a" });
    workplace.write("other.toml", &other_token);
    let forged = workplace.run(&["send", "--config", "other.toml", "你好"]).fails_with(1);

    assert!(unknown.contains("没有名为「nobody」的账号"), "{unknown}");
    assert!(forged.contains("签名不对"), "{forged}");
    let report = workplace.run(&["doctor"]);
    assert!(report.out.contains("签名不对"), "{report:?}");
}

#[test]
fn a_service_that_is_not_there_is_said_in_one_sentence() {
    let workplace = Workplace::with_rules();
    let _ = workplace.serve();

    let error = workplace.run(&["send", "你好"]).fails_with(1);

    assert!(error.contains("没有在那里运行"), "{error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
}

#[test]
fn a_healthy_deployment_passes_the_doctor() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();

    let report = workplace.run(&["doctor"]).succeeds();
    let listed = workplace.run(&["doctor", "--json"]).succeeds();

    for part in ["加密往返成功", "可以读写", "发布到第 1 版", "没有拒绝过请求", "像微信那样检查，通过"]
    {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(!report.contains('✗'), "{report}");
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["ok"], true, "{listed}");
}

#[test]
fn the_doctor_changes_nothing_and_says_what_is_missing() {
    let workplace = Workplace::bare();
    workplace.run(&["init"]).succeeds();

    let report = workplace.run(&["doctor"]);

    assert_eq!(report.code, Some(1), "{report:?}");
    for part in
        ["✗ 没有规则文件夹", "✗ 账号 main 的 app_id 还是样例", "! 服务没有运行", "! 没有设 public_url"]
    {
        assert!(report.out.contains(part), "{part}: {}", report.out);
    }
    assert!(!workplace.path("data").exists(), "no database is made");
}
