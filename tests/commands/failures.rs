//! What goes wrong ends in one readable text and an exit code: 1 when the work
//! cannot be done, 2 when the command line or the settings are wrong.

use std::net::TcpListener;

use sqlx::Connection as _;

use super::Workplace;

#[test]
fn what_is_typed_wrongly_is_told_in_chinese() {
    let workplace = Workplace::with_rules();
    let cases: &[(&[&str], &str)] = &[
        (&["serv"], "没有“serv”这个命令。可用的是 serve"),
        (&["ask", "--jsn", "你好"], "没有“--jsn”这个选项。可用的是 --json"),
        (&["ask", "--stdin", "你好"], "不能一起用"),
        (&["check", "--config"], "--config"),
        (&["completions"], "还缺少"),
        (&["completions", "tcsh"], "tcsh"),
    ];
    for (arguments, told) in cases {
        let error = workplace.run(arguments).fails_with(2);

        assert!(error.contains(told), "{arguments:?}: {error}");
        assert!(error.contains("--help"), "{arguments:?}: {error}");
    }
}

#[test]
fn settings_that_are_wrong_are_told_with_their_place() {
    let workplace = Workplace::with_rules();
    workplace.write(
        "yingda.toml",
        "[server]\nlisten = \"127.0.0.1:8080\"\nlisen = 1\n[[account]]\nid = \"main\"\ntoken = { env = \"NO_SUCH_TOKEN\" }\n",
    );

    let error = workplace.run(&["serve"]).fails_with(2);

    for part in ["yingda.toml:3:", "lisen", "listen", "NO_SUCH_TOKEN"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let missing = workplace.run(&["serve", "--config", "nowhere.toml"]).fails_with(2);
    assert!(missing.contains("nowhere.toml 没有这个设置文件"), "{missing}");
}

#[test]
fn a_busy_port_is_told() {
    let workplace = Workplace::with_rules();
    let _busy = TcpListener::bind(("127.0.0.1", workplace.port)).expect("the port is free");

    let ended = workplace.run(&["serve"]);

    assert!(ended.err.contains("已被别的程序占用") && !ended.out.contains("已启动"), "{ended:?}");
    assert!(ended.err.contains("[server] listen"), "{ended:?}");
    assert_eq!(ended.code, Some(1), "{ended:?}");
}

#[test]
fn a_busy_port_for_metrics_is_told_before_anything_works() {
    let mut workplace = Workplace::with_rules();
    let busy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = busy.local_addr().expect("bound").to_string();
    workplace.variables.push(("YINGDA__METRICS__LISTEN", address.clone()));

    let error = workplace.run(&["serve"]).fails_with(1);

    assert!(error.contains(&address) && error.contains("[metrics] listen"), "{error}");
    assert!(!workplace.path("data/yingda.db-wal").exists(), "the store was closed");
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let workplace = Workplace::with_rules();
    // A file in its place stops even root.
    workplace.write("data", "not a folder");
    let error = workplace.run(&["serve"]).fails_with(1);
    assert!(error.contains("写不了演示用的设置"), "{error}");

    let elsewhere = Workplace::with_rules();
    elsewhere.run(&["init"]).succeeds();
    elsewhere.write("data", "not a folder");
    let error = elsewhere.run(&["serve"]).fails_with(1);
    assert!(error.contains("data"), "{error}");
    let error = elsewhere.run(&["init", "--config", "data/yingda.toml"]).fails_with(1);
    assert!(error.contains("写不了 data/yingda.toml"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_told() {
    let workplace = Workplace::with_rules();
    drop(workplace.serve());
    let url = format!("sqlite:{}", workplace.path("data/yingda.db").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.expect("connects");
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  VALUES (999, 'future', TRUE, 'x', 0)";
    sqlx::query(future).execute(&mut database).await.expect("insertable");
    database.close().await.expect("closes");

    let report = workplace.run(&["doctor"]);

    let commands: &[&[&str]] = &[
        &["serve"],
        &["backup", "a.backup"],
        &["migrate"],
        &["migrate", "--to", "postgres://postgres@127.0.0.1/postgres"],
    ];
    for command in commands {
        let error = workplace.run(command).fails_with(1);
        assert!(error.contains("更新版本") && error.contains("请升级 yingda"), "{command:?}: {error}");
    }
    assert!(!workplace.path("a.backup").exists() && !workplace.path("a.backup.partial").exists());
    assert_eq!(report.code, Some(1), "{report:?}");
    assert!(report.out.contains("✗ 数据库由更新版本的 yingda 建立"), "{report:?}");
}

#[test]
fn a_lost_key_is_told() {
    let workplace = Workplace::with_rules();
    drop(workplace.serve());
    std::fs::remove_file(workplace.path("data/key")).expect("the key is there");

    let error = workplace.run(&["serve"]).fails_with(1);

    assert!(error.contains("没有它的密钥文件"), "{error}");
}

#[test]
fn a_rulebook_that_cannot_start_is_told() {
    let workplace = Workplace::bare();
    let none = workplace.run(&["ask", "你好"]).fails_with(1);
    assert!(none.contains("没有规则文件夹 responses"), "{none}");

    workplace.write("responses/rules/a.md", "+++\nid = \"a\"\n+++\n好。\n");
    let broken = workplace.run(&["serve"]).fails_with(1);
    assert!(broken.contains("yingda check") && broken.contains("rules/a.md"), "{broken}");
    assert!(workplace.run(&["ask", "你好"]).code == Some(1));
    let file = workplace.run(&["check", "responses/rules/a.md"]).fails_with(1);
    assert!(file.contains("不是文件夹"), "{file}");
    let questions = workplace.run(&["test", "--labelled", "no.tsv"]).fails_with(1);
    assert!(questions.contains("no.tsv"), "{questions}");
}

#[test]
fn a_message_that_is_missing_is_asked_for() {
    let workplace = Workplace::with_rules();

    let error = workplace.run(&["ask"]).fails_with(1);

    assert!(error.contains("要问什么"), "{error}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let workplace = Workplace::with_rules();
    let mut process = workplace.command(&["check", "--json"]).spawn().expect("the binary starts");

    drop(process.stdout.take());

    assert_eq!(process.wait().expect("it ends").code(), Some(0));
}
