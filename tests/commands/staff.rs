//! `yingda staff`, on the store of a service that may be running.

use super::Workplace;

fn workplace() -> Workplace {
    let workplace = Workplace::with_rules();
    let _ = workplace.serve();
    workplace
}

#[test]
fn a_link_for_a_colleague_is_printed_and_logged() {
    let workplace = workplace();

    let empty = workplace.run(&["staff", "list"]).succeeds();
    let added = workplace.run(&["staff", "add", "王老师", "--role", "管理员"]).succeeds();

    assert!(empty.contains("还没有成员"), "{empty}");
    let link = format!("http://127.0.0.1:{}/join?key=", workplace.port);
    assert!(added.contains(&link) && added.contains("三天内有效"), "{added}");
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let workplace = workplace();

    let nobody = workplace.run(&["staff", "reset-password", "没有这人"]).fails_with(1);
    let no_role = workplace.run(&["staff", "add", "王老师", "--role", "皇帝"]).fails_with(1);
    workplace.run(&["staff", "add", "小李", "--role", "接待"]).succeeds();
    let invited = workplace.run(&["staff", "role", "小李", "编辑"]).fails_with(1);
    let no_such_role = workplace.run(&["staff", "role", "小李", "foo"]).fails_with(1);
    assert!(invited.contains("「小李」还没有加入"), "{invited}");
    assert!(no_such_role.contains("管理员、编辑、接待、只读"), "{no_such_role}");
    let no_name = workplace.run(&["staff", "add", "<b>"]).fails_with(1);

    assert!(nobody.contains("没有叫「没有这人」的成员") && nobody.contains("staff list"), "{nobody}");
    assert!(no_role.contains("管理员、编辑、接待、只读"), "{no_role}");
    assert!(no_name.contains("请写 1 到 30 个字"), "{no_name}");
}
