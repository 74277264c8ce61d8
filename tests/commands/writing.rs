//! init, completions, help.

use super::Workplace;

#[test]
fn a_first_configuration_is_private_complete_and_never_written_over() {
    let workplace = Workplace::bare();

    let out = workplace.run(&["init", "--account", "shop", "--rules"]).succeeds();
    let first = std::fs::read_to_string(workplace.path("yingda.toml")).expect("it was written");
    let again = workplace.run(&["init"]).fails_with(1);

    assert!(out.contains("/hook/shop") && out.contains("doctor"), "{out}");
    assert!(workplace.path("responses/rules").exists());
    assert!(again.contains("已经有了"), "{again}");
    assert_eq!(first, std::fs::read_to_string(workplace.path("yingda.toml")).expect("still there"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let meta = std::fs::metadata(workplace.path("yingda.toml")).expect("still there");
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn init_writes_what_is_missing_and_says_what_it_kept() {
    let workplace = Workplace::bare();
    workplace.run(&["init"]).succeeds();
    let settings = std::fs::read_to_string(workplace.path("yingda.toml")).expect("it was written");

    let rules = workplace.run(&["init", "--rules"]).succeeds();
    workplace.write("responses/settings.toml", "# 改过\n");
    let nothing = workplace.run(&["init", "--rules"]).succeeds();
    std::fs::remove_file(workplace.path("yingda.toml")).expect("it is there");
    let first = workplace.run(&["init", "--rules"]).succeeds();

    assert!(rules.contains("写好了规则文件夹") && rules.contains("yingda.toml 已经有了"), "{rules}");
    assert!(nothing.contains("都已经有了"), "{nothing}");
    assert!(first.contains("responses 已经有了") && first.contains("写好了 yingda.toml"), "{first}");
    assert_ne!(settings, std::fs::read_to_string(workplace.path("yingda.toml")).expect("it was written"));
    let kept = std::fs::read_to_string(workplace.path("responses/settings.toml")).expect("still there");
    assert_eq!(kept, "# 改过\n");
}

#[test]
fn a_shell_can_complete_every_command() {
    let workplace = Workplace::bare();

    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = workplace.run(&["completions", shell]).succeeds();

        assert!(out.contains("doctor") && out.contains("rulebook"), "{shell}");
    }
}

#[test]
fn help_is_in_chinese_for_every_command() {
    let workplace = Workplace::bare();
    let overview = workplace.run(&["--help"]).succeeds();

    for command in [
        "serve",
        "ask",
        "check",
        "test",
        "send",
        "doctor",
        "journal",
        "init",
        "backup",
        "restore",
        "migrate",
        "staff",
        "completions",
    ] {
        let help = workplace.run(&[command, "--help"]).succeeds();

        assert!(overview.contains(command), "{command} is not in the overview");
        for english in
            ["Usage", "Options", "Commands", "Arguments", "Print help", "default:", "possible values"]
        {
            assert!(!help.contains(english) && !overview.contains(english), "{command}: {english}");
        }
    }
    assert!(workplace.run(&["--version"]).succeeds().starts_with("yingda "));
}
