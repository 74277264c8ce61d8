//! The operator reads one sentence and knows what to do.

use yingda::model::Reply;
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::{Account, Encryption};
use yingda::platform::{KeyUsed, Refusal, TokenUsed};

use super::{AES_KEY, MODES, OTHER_AES_KEY, account, aes_key, echo_of, now, open, says, settings, token};

/// What we refuse when our account is as in `ours` and WeChat's as in `theirs`.
fn refusal(ours: &Account, theirs: &Account) -> String {
    ours.open(says(theirs, "你好").delivery()).expect_err("they differ").reason()
}

#[test]
fn a_wrong_token_is_named_in_every_mode() {
    for mode in MODES {
        let mut theirs = settings(mode);
        theirs.token = token("another");
        let theirs = Account::new(theirs).expect("complete settings");

        assert_eq!(
            refusal(&account(mode), &theirs),
            "签名不对：发送方用的 token 与本机配置的不同。请把微信后台“消息推送”里的 Token 原样填到配置的 token，\
             注意首尾空格；只偶尔出现则是有人在试探"
        );
    }
}

#[test]
fn a_mode_that_differs_is_named() {
    let plain = account(Encryption::Plain);
    let safe = account(Encryption::Safe);

    assert!(refusal(&safe, &plain).starts_with("本机配置为安全模式，微信发来的却是明文。"));
    assert!(refusal(&plain, &safe).starts_with("本机配置为明文模式，微信发来的却是密文。"));
}

#[test]
fn compatible_and_safe_accounts_understand_each_other() {
    let (compatible, safe) = (account(Encryption::Compatible), account(Encryption::Safe));

    assert!(compatible.open(says(&safe, "你好").delivery()).is_ok());
    assert!(safe.open(says(&compatible, "你好").delivery()).is_ok());
    assert!(account(Encryption::Plain).open(says(&compatible, "你好").delivery()).is_ok());
}

#[test]
fn a_wrong_key_is_named() {
    let mut theirs = settings(Encryption::Safe);
    theirs.aes_key = Some(aes_key(OTHER_AES_KEY));
    let theirs = Account::new(theirs).expect("complete settings");

    let reason = refusal(&account(Encryption::Safe), &theirs);

    assert!(reason.starts_with("消息解不开：EncodingAESKey 与微信后台的不同。"), "{reason}");
}

#[test]
fn after_a_change_of_key_the_previous_one_still_opens_and_answers() {
    let theirs = account(Encryption::Safe);
    let mut ours = settings(Encryption::Safe);
    ours.aes_key = Some(aes_key(OTHER_AES_KEY));
    ours.previous_aes_key = Some(aes_key(AES_KEY));
    let ours = Account::new(ours).expect("complete settings");

    let opened = ours.open(says(&theirs, "你好").delivery()).expect("the previous key fits");
    let sealed = ours.seal(&Reply::text("您好"), &opened, now());

    assert_eq!(opened.key, KeyUsed::Previous);
    assert_eq!(Simulator::new(&theirs).read_reply(&sealed.body), Ok(Reply::text("您好")));
}

#[test]
fn with_two_keys_the_reason_is_that_of_the_right_one() {
    let mut theirs = settings(Encryption::Safe);
    theirs.app_id = Some("wxother".to_owned());
    let theirs = Account::new(theirs).expect("complete settings");
    let mut ours = settings(Encryption::Safe);
    ours.aes_key = Some(aes_key(OTHER_AES_KEY));
    ours.previous_aes_key = Some(aes_key(AES_KEY));
    let ours = Account::new(ours).expect("complete settings");

    let reason = refusal(&ours, &theirs);

    assert!(reason.starts_with("消息是发给 AppID wxother 的"), "{reason}");
}

#[test]
fn a_redirect_is_suspected_when_every_parameter_is_lost() {
    let account = account(Encryption::Safe);

    let refused = open(&account, "", &says(&account, "你好").body).expect_err("nothing is signed");

    assert!(refused.reason().contains("301/302"), "{}", refused.reason());
}

#[test]
fn json_is_told_from_broken_xml() {
    let account = account(Encryption::Plain);
    let query = says(&account, "你好").query;

    let refused = open(&account, &query, br#"{"ToUserName":"gh_1"}"#).expect_err("it is JSON");

    assert_eq!(refused.reason(), "内容是 JSON，不是 XML。请在微信后台把消息推送的数据格式改为 XML");
}

const NAMELESS: &[(&str, &str, Refusal)] = &[
    (
        "no sender",
        "<ToUserName>gh_0123456789ab</ToUserName>",
        Refusal::MissingElement { name: "FromUserName" },
    ),
    ("no recipient", "<FromUserName>o1</FromUserName>", Refusal::MissingElement { name: "ToUserName" }),
    (
        "an empty sender",
        "<ToUserName>gh_0123456789ab</ToUserName><FromUserName/>",
        Refusal::MissingElement { name: "FromUserName" },
    ),
    (
        "a sender of two words",
        "<ToUserName>gh_0123456789ab</ToUserName><FromUserName>o 1</FromUserName>",
        Refusal::BadElement { name: "FromUserName" },
    ),
];

#[test]
fn who_wrote_to_whom_must_be_there() {
    let account = account(Encryption::Safe);
    for (case, fields, expected) in NAMELESS {
        let xml = format!("<xml>{fields}<MsgType>text</MsgType></xml>");
        let signed = Simulator::new(&account).deliver(xml.as_bytes(), now());
        assert_eq!(account.open(signed.delivery()).as_ref(), Err(expected), "{case}");
    }
}

#[test]
fn an_echo_that_could_be_a_page_is_refused() {
    for mode in MODES {
        let account = account(mode);
        let check = Simulator::new(&account).url_check(now());
        assert_eq!(echo_of(&account, &check.query), Ok(check.echo.clone()));

        let page = check.query.replace(&check.echo, "%3Cscript%3E");
        let long = check.query.replace(&check.echo, &"1".repeat(600));

        assert_eq!(echo_of(&account, &page), Err(Refusal::BadEcho));
        assert_eq!(echo_of(&account, &long), Err(Refusal::BadEcho));
    }
}

#[test]
fn the_time_of_a_request_is_checked_by_others_but_must_be_one() {
    let account = account(Encryption::Plain);
    let good = says(&account, "你好");
    let query = good.query.replace("timestamp=1760000000", "timestamp=soon");

    assert_eq!(open(&account, &query, &good.body), Err(Refusal::BadTimestamp));
}

#[test]
fn during_a_change_of_token_both_are_understood_and_the_reply_is_signed_as_the_message_was() {
    for mode in MODES {
        let before = account(mode);
        let mut changed = settings(mode);
        changed.token = token("another");
        let after = Account::new(changed).expect("complete settings");
        let ours = after.clone().still_accepting(Some(token(super::TOKEN)));

        for (theirs, used) in [(&before, TokenUsed::Previous), (&after, TokenUsed::Current)] {
            let opened = ours.open(says(theirs, "你好").delivery()).expect("both are right");
            assert_eq!(opened.token, used, "{mode:?}");
            let sealed = ours.seal(&Reply::text("您好"), &opened, now());
            let read = Simulator::new(theirs).read_reply(&sealed.body);
            assert_eq!(read.ok(), Some(Reply::text("您好")), "{mode:?}");

            let check = Simulator::new(theirs).url_check(now());
            let checked = ours.verify_url(&check.query).expect("both are right");
            assert_eq!((checked.echo, checked.token), (check.echo, used), "{mode:?}");
        }
        let refused = after.open(says(&before, "你好").delivery());
        assert_eq!(refused, Err(Refusal::WrongSignature), "once its time is over, {mode:?}");
    }
}
