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

    for command in ["serve", "ask", "check", "test", "send", "doctor", "init", "staff", "completions"] {
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
