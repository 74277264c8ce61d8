//! backup, restore, migrate, on stores that a service really wrote.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use yingda::store::Location;

use super::Workplace;
use crate::support::databases::{drop_database, fresh_postgres};

/// A service that answered two customers, one of whom left a number, and was
/// stopped by pulling the plug.
fn used() -> Workplace {
    let workplace = Workplace::with_rules();
    let serving = workplace.serve();
    workplace.run(&["send", "--as", "one", "我的电话13812345678"]).succeeds();
    workplace.run(&["send", "--as", "two", "价格"]).succeeds();
    drop(serving);
    workplace
}

async fn sqlite(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.expect("it opens")
}

async fn count(path: &Path) -> i64 {
    let mut database = sqlite(path).await;
    let (rows,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM message").fetch_one(&mut database).await.expect("countable");
    database.close().await.expect("closes");
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_service_brings_everything_back() {
    let workplace = Workplace::with_rules();
    let serving = workplace.serve();
    workplace.run(&["send", "--as", "one", "我的电话13812345678"]).succeeds();
    workplace.run(&["send", "--as", "two", "价格"]).succeeds();

    let told = workplace.run(&["backup", "a.backup"]).succeeds();
    workplace.run(&["send", "--as", "three", "价格"]).succeeds();
    let checked = workplace.run(&["restore", "--check", "a.backup"]).succeeds();
    drop(serving);
    let restored = workplace.run(&["restore", "--force", "a.backup"]).succeeds();

    assert!(
        told.contains("message 2 行") && told.contains("密钥不在备份里") && told.contains("data/key"),
        "{told}"
    );
    assert!(checked.contains("是好的") && checked.contains("message 2 行"), "{checked}");
    assert!(restored.contains("message 2 行") && restored.contains("能解开"), "{restored}");
    assert_eq!(count(&workplace.path("data/yingda.db")).await, 2);
    let aside = restored.split("放在 ").nth(1).and_then(|rest| rest.split('。').next()).expect("it is named");
    assert_eq!(count(&workplace.path(aside)).await, 3, "what was there is kept");
    let _serving = workplace.serve();
    assert!(workplace.run(&["send", "价格"]).succeeds().contains("费用请问顾问。"));
}

#[cfg(unix)]
#[test]
fn whichever_command_comes_first_the_data_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let taken = used();
    taken.run(&["backup", "a.backup"]).succeeds();
    let commands: [&[&str]; 2] = [&["publish"], &["restore", "a.backup"]];
    for command in commands {
        let fresh = Workplace::with_rules();
        fresh.run(&["init", "--account", "main"]).succeeds();
        std::fs::copy(taken.path("a.backup"), fresh.path("a.backup")).expect("copied");

        fresh.run(command).succeeds();

        let mode = std::fs::metadata(fresh.path("data")).expect("it was made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{command:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_backup_is_private_holds_no_key_and_is_never_written_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let workplace = used();

    workplace.run(&["backup", "a.backup"]).succeeds();

    let meta = std::fs::metadata(workplace.path("a.backup")).expect("it is there");
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(workplace.path("a.backup")).expect("readable");
    let key = std::fs::read_to_string(workplace.path("data/key")).expect("readable");
    for secret in [key.trim(), "13812345678"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    let again = workplace.run(&["backup", "a.backup"]).fails_with(1);
    assert!(again.contains("已经有了"), "{again}");
    assert_eq!(bytes, std::fs::read(workplace.path("a.backup")).expect("still there"));
    let nowhere = workplace.run(&["backup", "nowhere/a.backup"]).fails_with(1);
    assert!(nowhere.contains("nowhere/a.backup.partial") && nowhere.contains("请检查"), "{nowhere}");
}

#[test]
fn a_store_that_is_in_use_or_holds_data_is_not_replaced() {
    let workplace = used();
    workplace.run(&["backup", "a.backup"]).succeeds();
    let serving = workplace.serve();

    let in_use = workplace.run(&["restore", "--force", "a.backup"]).fails_with(1);
    let moved = workplace.run(&["migrate", "--to", "postgres://postgres@127.0.0.1/none"]).fails_with(1);
    drop(serving);
    let full = workplace.run(&["restore", "a.backup"]).fails_with(1);

    assert!(in_use.contains("正被运行着的 yingda 使用") && in_use.contains("停下服务"), "{in_use}");
    assert!(moved.contains("正被运行着的 yingda 使用"), "{moved}");
    assert!(full.contains("已经有数据") && full.contains("--force"), "{full}");
    let _serving = workplace.serve();
    workplace.run(&["send", "价格"]).succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_whole_is_refused_and_nothing_changes() {
    let workplace = used();
    workplace.run(&["backup", "good.backup"]).succeeds();
    let good = std::fs::read(workplace.path("good.backup")).expect("readable");
    workplace.write("letter.backup", &"这不是备份，是一封信。".repeat(400));
    std::fs::write(workplace.path("cut.backup"), &good[..good.len() / 2]).expect("writable");
    std::fs::copy(workplace.path("data/yingda.db"), workplace.path("plain.backup")).expect("copied");
    let edits = [
        ("missing.backup", "DELETE FROM message WHERE id = (SELECT MIN(id) FROM message)"),
        ("edited.backup", "UPDATE message SET reply = '{}' WHERE id = (SELECT MIN(id) FROM message)"),
        ("table.backup", "DROP TABLE refusal"),
        (
            "newer.backup",
            "UPDATE backup_manifest SET manifest = REPLACE(manifest, '\"step\":', '\"step\":99')",
        ),
    ];
    for (name, sql) in edits {
        std::fs::write(workplace.path(name), &good).expect("writable");
        let mut database = sqlite(&workplace.path(name)).await;
        sqlx::query(AssertSqlSafe(sql)).execute(&mut database).await.expect("editable");
        database.close().await.expect("closes");
    }
    let cases = [
        ("none.backup", "没有 none.backup 这个文件"),
        ("letter.backup", "不是 yingda backup 写出的备份"),
        ("plain.backup", "不是 yingda backup 写出的备份"),
        ("cut.backup", "是残缺的：文件不完整，读不出来。没有恢复任何东西"),
        ("missing.backup", "表 message 应有 2 行，只有 1 行"),
        ("edited.backup", "表 message 的内容被改动过"),
        ("table.backup", "张表"),
        ("newer.backup", "请升级 yingda"),
    ];
    for (name, told) in cases {
        for command in [["restore", "--force", name], ["restore", "--check", name]] {
            let error = workplace.run(&command).fails_with(1);
            assert!(error.contains(told), "{command:?}: {error}");
        }
        assert_eq!(count(&workplace.path("data/yingda.db")).await, 2, "{name}");
        assert!(!workplace.path("data/yingda.db.restoring").exists(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_starts_a_new_machine_once_the_key_is_there() {
    let workplace = used();
    workplace.run(&["backup", "a.backup"]).succeeds();
    let elsewhere = Workplace::with_rules();
    elsewhere.run(&["init"]).succeeds();
    std::fs::copy(workplace.path("a.backup"), elsewhere.path("a.backup")).expect("copied");

    let restored = elsewhere.run(&["restore", "a.backup"]).succeeds();
    assert!(restored.contains("还缺密钥") && restored.contains("data/key"), "{restored}");
    elsewhere.write("data/key", &"0".repeat(64));
    let wrong = elsewhere.run(&["restore", "--force", "a.backup"]).succeeds();
    assert!(wrong.contains("解不开"), "{wrong}");
    std::fs::copy(workplace.path("data/key"), elsewhere.path("data/key")).expect("copied");
    let right = elsewhere.run(&["restore", "--force", "a.backup"]).succeeds();
    assert!(right.contains("能解开"), "{right}");
    assert_eq!(count(&elsewhere.path("data/yingda.db")).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_to_postgres_and_back() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { panic!("{location:?}") };
    let mut workplace = used();

    let moved = workplace.run(&["migrate", "--to", url]).succeeds();
    let again = workplace.run(&["migrate", "--to", url]).fails_with(1);
    assert!(moved.contains("message 2 行") && moved.contains("同一把密钥"), "{moved}");
    assert!(again.contains("已经有数据"), "{again}");

    let key = std::fs::read_to_string(workplace.path("data/key")).expect("readable");
    workplace.variables.push(("YINGDA__STORE__URL", url.clone()));
    workplace.variables.push(("YINGDA__STORE__ENCRYPTION_KEY", key.trim().to_owned()));
    let serving = workplace.serve();
    assert!(workplace.run(&["send", "--as", "three", "价格"]).succeeds().contains("费用请问顾问。"));
    let told = workplace.run(&["backup", "a.backup"]).succeeds();
    assert!(told.contains("取自 PostgreSQL") && told.contains("message 3 行"), "{told}");
    let in_use = workplace.run(&["restore", "--force", "a.backup"]).fails_with(1);
    assert!(in_use.contains("正被运行着的 yingda 使用"), "{in_use}");
    drop(serving);
    let full = workplace.run(&["restore", "a.backup"]).fails_with(1);
    assert!(full.contains("已经有数据"), "{full}");
    let restored = workplace.run(&["restore", "--force", "a.backup"]).succeeds();
    assert!(restored.contains("message 3 行") && restored.contains("yingda_before_"), "{restored}");
    assert!(restored.contains("能解开"), "{restored}");
    assert_eq!(schemas_put_aside(url).await, 1);

    workplace.variables.clear();
    let back = workplace.run(&["restore", "--force", "a.backup"]).succeeds();
    assert!(back.contains("SQLite") && back.contains("能解开"), "{back}");
    assert_eq!(count(&workplace.path("data/yingda.db")).await, 3);
    drop_database(&location).await;
}

async fn schemas_put_aside(url: &str) -> i64 {
    let mut database = PgConnection::connect(url).await.expect("it answers");
    let sql = "SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'yingda_before_%'";
    let (schemas,): (i64,) = sqlx::query_as(sql).fetch_one(&mut database).await.expect("countable");
    schemas
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_program_are_never_touched() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { panic!("{location:?}") };
    let mut database = PgConnection::connect(url).await.expect("it answers");
    sqlx::query("CREATE TABLE message (theirs TEXT)").execute(&mut database).await.expect("creatable");
    let workplace = used();

    let error = workplace.run(&["migrate", "--to", url]).fails_with(1);

    assert!(error.contains("别的程序的表"), "{error}");
    sqlx::query("SELECT theirs FROM message").execute(&mut database).await.expect("still there");
    drop_database(&location).await;
}

#[test]
fn what_migrate_is_told_wrongly_is_explained() {
    let workplace = used();
    let cases = [
        ("sqlite:other.db", "要写 PostgreSQL 的网址"),
        ("mysql://x/y", "--to 的网址不对"),
        ("postgres://nobody@127.0.0.1:1/none", "连不上 PostgreSQL"),
    ];
    for (to, told) in cases {
        let error = workplace.run(&["migrate", "--to", to]).fails_with(1);
        assert!(error.contains(told), "{to}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_an_old_schema_and_leaves_it_migrate_brings_it_forward() {
    let workplace = Workplace::with_rules();
    workplace.run(&["init"]).succeeds();
    let none = workplace.run(&["backup", "a.backup"]).fails_with(1);
    assert!(none.contains("还没有数据库"), "{none}");
    let made = workplace.run(&["migrate"]).succeeds();
    assert!(made.contains("第 1 步 messages"), "{made}");
    let again = workplace.run(&["migrate"]).succeeds();
    assert!(again.contains("不用升级"), "{again}");

    let mut database = sqlite(&workplace.path("data/yingda.db")).await;
    let newest = undo_the_newest_step(&mut database).await;
    database.close().await.expect("closes");
    let before = std::fs::read(workplace.path("data/yingda.db")).expect("readable");
    let report = workplace.run(&["doctor"]);

    assert!(report.out.contains("的结构是第") && report.out.contains("yingda migrate"), "{report:?}");
    assert_eq!(before, std::fs::read(workplace.path("data/yingda.db")).expect("readable"), "it only looks");
    let files: Vec<_> = std::fs::read_dir(workplace.path("data")).expect("listable").flatten().collect();
    assert_eq!(files.len(), 2, "no new file: {files:?}");
    let forward = workplace.run(&["migrate"]).succeeds();
    assert!(forward.contains(&newest), "{forward}");
}

#[test]
fn a_database_that_is_deleted_under_a_running_service_is_told_loudly() {
    use std::io::{BufRead as _, BufReader};
    let workplace = Workplace::with_rules();
    let mut serving = workplace.serve();

    std::fs::remove_file(workplace.path("data/yingda.db")).expect("it is there");

    let report = workplace.run(&["doctor"]);
    assert_eq!(report.code, Some(1), "{report:?}");
    assert!(report.out.contains("✗ 服务正在写的数据库文件不见了"), "{report:?}");
    let log = BufReader::new(serving.process.stderr.take().expect("a pipe"));
    let told = log.lines().map_while(Result::ok).find(|line| line.contains("The store's file is gone"));
    assert!(told.is_some_and(|line| line.contains("ERROR")), "the log says it");
}

/// Takes back what the newest step of the schema made; how `migrate` names it.
async fn undo_the_newest_step(database: &mut SqliteConnection) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let steps = std::fs::read_dir(folder).expect("listable").flatten().map(|entry| entry.path());
    let newest = steps.max().expect("there are steps");
    let text = std::fs::read_to_string(&newest).expect("readable");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut undo = vec!["PRAGMA foreign_keys = OFF".to_owned()];
    for made in words.windows(6).rev() {
        match made {
            ["CREATE", "TABLE", table, ..] => undo.push(format!("DROP TABLE {table}")),
            ["CREATE", "INDEX", index, "ON", ..] => undo.push(format!("DROP INDEX {index}")),
            ["ALTER", "TABLE", table, "ADD", "COLUMN", column] => {
                undo.push(format!("ALTER TABLE {table} DROP COLUMN {column}"));
            }
            _ => {}
        }
    }
    let name = newest.file_stem().and_then(|name| name.to_str()).expect("a name");
    let (number, name) = name.split_once('_').expect("0001_name");
    let number: i64 = number.parse().expect("a number");
    undo.push(format!("DELETE FROM _sqlx_migrations WHERE version = {number}"));
    for sql in undo {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *database).await.expect("editable");
    }
    format!("第 {number} 步 {name}")
}
