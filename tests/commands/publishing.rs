//! `publish`, `export`, `import`, with and without a running service.

use std::fs;
use std::time::{Duration, Instant};

use super::{Serving, Workplace};

fn price(reply: &str) -> String {
    format!(
        "+++\n# 财务已核对\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\", \"=价格\"]\n+++\n{reply}请问顾问。\n"
    )
}

fn workplace() -> Workplace {
    let workplace = Workplace::with_rules();
    let _ = workplace.serve();
    workplace
}

#[test]
fn what_was_exported_is_changed_published_and_taken_over_by_a_running_service() {
    let workplace = workplace();
    let _serving = workplace.serve();

    let told = workplace.run(&["export", "out"]).succeeds();
    assert!(told.contains("第 1 版"), "{told}");
    workplace.write("out/rules/price.md", &price("新的回答。"));
    let told = workplace.run(&["publish", "out", "--reason", "更新费用"]).succeeds();
    assert!(told.contains("已发布第 2 版：改 1 个文件，增 0 个，删 0 个"), "{told}");

    // The service writes it into its own folder, byte for byte.
    let since = Instant::now();
    let live = workplace.path("responses/rules/price.md");
    while fs::read_to_string(&live).expect("readable") != price("新的回答。") {
        assert!(since.elapsed() < Duration::from_secs(5), "the service did not take it over");
        std::thread::sleep(Duration::from_millis(20));
    }
    let again = workplace.run(&["publish", "out"]).fails_with(1);
    assert!(again.contains("没有要发布的改动"), "{again}");
}

#[test]
fn a_folder_made_from_an_older_version_is_merged_or_refused() {
    let workplace = workplace();
    for folder in ["mine", "theirs"] {
        workplace.run(&["export", folder]).succeeds();
    }
    workplace.write("theirs/rules/price.md", &price("别人的回答。"));
    workplace.run(&["publish", "theirs"]).succeeds();

    workplace.write("mine/rules/human.md", "+++\nid = \"human\"\nname = \"人工\"\nkind = \"human\"\ntriggers = [\"=人工\"]\n+++\n请打 {{phone}}。\n");
    let merged = workplace.run(&["publish", "mine"]).succeeds();
    assert!(merged.contains("第 3 版"), "{merged}");
    workplace.write("mine/rules/price.md", &price("我的回答。"));
    let refused = workplace.run(&["publish", "mine"]).fails_with(1);
    assert!(refused.contains("rules/price.md") && refused.contains("请看差异"), "{refused}");

    let kept = workplace.run(&["export", "mine"]).fails_with(1);
    assert!(kept.contains("rules/price.md") && kept.contains("--force"), "{kept}");
    workplace.run(&["export", "mine", "--force"]).succeeds();
    let text = fs::read_to_string(workplace.path("mine/rules/price.md")).expect("readable");
    assert_eq!(text, price("别人的回答。"));
    workplace.run(&["export", "first", "--version", "1"]).succeeds();
    workplace.run(&["export", "first", "--version", "99"]).fails_with(1);
}

#[test]
fn what_is_wrong_is_not_published_and_said() {
    let workplace = workplace();
    workplace.run(&["export", "out"]).succeeds();
    workplace.write("out/rules/price.md", "+++\nid = \"price\"\n");

    let ended = workplace.run(&["publish", "out"]);

    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("rules/price.md") && ended.err.contains("不能发布"), "{ended:?}");
}

#[test]
fn a_table_and_a_folder_are_put_into_what_is_live() {
    let workplace = workplace();
    workplace.write("课程.csv", "课程名称,天数\n红色家书,2\n井冈山精神,3\n");
    workplace.write(
        "more/rules/route.md",
        "+++\nid = \"route\"\nname = \"交通\"\ntriggers = [\"怎么来\"]\n+++\n请问顾问。\n",
    );

    let table = workplace.run(&["import", "课程.csv", "--table", "courses"]).succeeds();
    assert!(table.contains("新的 2 条") && table.contains("已发布第 2 版"), "{table}");
    let folder = workplace.run(&["import", "more"]).succeeds();
    assert!(folder.contains("已发布第 3 版：改 0 个文件，增 1 个，删 0 个"), "{folder}");

    workplace.run(&["export", "out"]).succeeds();
    assert!(workplace.path("out/rules/price.md").exists(), "what was there stays");
    assert!(workplace.path("out/courses.csv").exists() && workplace.path("out/rules/route.md").exists());
    let nobody = workplace.run(&["import", "more", "--draft", "没有这人"]).fails_with(1);
    assert!(nobody.contains("没有叫「没有这人」的成员"), "{nobody}");
}

#[test]
fn what_is_no_table_is_said_plainly_with_a_remedy_that_a_terminal_offers() {
    let workplace = workplace();
    fs::write(workplace.path("表.xlsx"), b"\xb0\xa1\x02\x03\xc4\xe3junk").expect("writable");
    fs::write(workplace.path("表.csv"), b"\xb0\xa1\x02\x03\xc4\xe3junk").expect("writable");
    workplace.write("错.csv", "一,二\n停车,有停车场\n");
    workplace.write("半.csv", "问题,二\n停车,有停车场\n");
    workplace.write("人.csv", "姓名,手机\n王老师,0796-6559898\n");

    for file in ["表.xlsx", "表.csv"] {
        let refused = workplace.run(&["import", file]).fails_with(1);
        assert!(refused.contains("这个文件不是表格，或者坏了"), "{refused}");
        assert!(!refused.contains("回复"), "{refused}");
    }
    let refused = workplace.run(&["import", "错.csv"]).fails_with(1);
    assert!(refused.contains("没有认得的列名，现在是「一、二」"), "{refused}");
    let refused = workplace.run(&["import", "半.csv"]).fails_with(1);
    assert!(refused.contains("请在第一行把那一列的列名写成「回复」再试"), "{refused}");
    assert!(refused.contains("联系人表加 --table contacts"), "{refused}");
    assert!(!refused.contains("请在列名下面选"), "{refused}");
    let read = workplace.run(&["import", "人.csv"]).succeeds();
    assert!(read.contains("新的 1 条"), "{read}");
}

/// A user who may read the folder and not write it; who runs the tests may well
/// be root, whom nothing stops.
#[cfg(unix)]
fn give_to_a_plain_user(workplace: &Workplace) {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    fs::create_dir(workplace.path("data")).expect("creatable");
    let _ = chown(workplace.path("data"), Some(PLAIN_USER), Some(PLAIN_USER));
    let open = |path: &str, mode| {
        fs::set_permissions(workplace.path(path), fs::Permissions::from_mode(mode)).expect("settable");
    };
    open("", 0o755);
    for folder in ["responses/rules", "responses/tests", "responses"] {
        open(folder, 0o555);
    }
}

#[cfg(unix)]
const PLAIN_USER: u32 = 65_534;

#[cfg(unix)]
#[test]
fn with_a_folder_that_cannot_be_written_the_store_is_what_is_live_also_after_a_restart() {
    let workplace = Workplace::with_rules().run_by(PLAIN_USER);
    workplace.write(
        "more/rules/route.md",
        "+++\nid = \"route\"\nname = \"交通\"\ntriggers = [\"怎么来\"]\n+++\n请坐车来。\n",
    );
    give_to_a_plain_user(&workplace);
    let answers = |_: &Serving| {
        let since = Instant::now();
        loop {
            let said = workplace.run(&["send", "怎么来"]).out;
            if said.contains("请坐车来") || since.elapsed() > Duration::from_secs(5) {
                return said;
            }
        }
    };
    let serving = workplace.serve();

    workplace.run(&["import", "more"]).succeeds();

    assert!(answers(&serving).contains("请坐车来"));
    assert!(!workplace.path("responses/rules/route.md").exists());
    drop(serving);
    let serving = workplace.serve();
    assert!(answers(&serving).contains("请坐车来"), "the old folder did not come back");
    let exported = workplace.run(&["export", "data/out"]).succeeds();
    assert!(exported.contains("第 2 版"), "{exported}");
}
