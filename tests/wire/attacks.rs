//! What broke others, tried on us. Each test is named after the report.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;

use yingda::model::message::{Covers, Event};
use yingda::model::{Content, Reply};
use yingda::platform::Refusal;
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::xml::XmlError;
use yingda::platform::wechat::{Account, Encryption, InvalidToken, MAX_BODY_BYTES, Token};

use super::{MODES, account, does, now, open, parameter, says};

const XXE: &str = r#"<?xml version="1.0"?><!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/passwd">]><xml><ToUserName>gh_0123456789ab</ToUserName><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>&xxe;</Content></xml>"#;

/// The same outside and inside of the encryption, in every mode.
fn is_refused_everywhere(xml: &str, expected: &Refusal) {
    for mode in MODES {
        let account = account(mode);
        let good = says(&account, "你好");

        let outside = open(&account, &good.query, xml.as_bytes());
        let inside = Simulator::new(&account).deliver(xml.as_bytes(), now());

        assert_eq!(outside.as_ref(), Err(expected), "outside, {mode:?}");
        assert_eq!(account.open(inside.delivery()).as_ref(), Err(expected), "inside, {mode:?}");
    }
}

#[test]
fn cve_2018_20318_a_doctype_is_refused() {
    is_refused_everywhere(XXE, &Refusal::Unreadable(XmlError::Doctype));
}

#[test]
fn cve_2019_5312_the_exploit_of_the_incomplete_fix_is_refused() {
    let parameter_entity = r#"<!DOCTYPE x [<!ENTITY % dtd SYSTEM "http://127.0.0.1/x.dtd"> %dtd;]><xml><Content>a</Content></xml>"#;

    is_refused_everywhere(parameter_entity, &Refusal::Unreadable(XmlError::Doctype));
}

#[test]
fn wechat_pay_2018_xml_never_reaches_the_network() {
    let outside = TcpListener::bind("127.0.0.1:0").expect("a free port");
    outside.set_nonblocking(true).expect("a fresh socket");
    let address = outside.local_addr().expect("bound");
    let xml = format!(r#"<!DOCTYPE xml SYSTEM "http://{address}/x.dtd"><xml><Content>a</Content></xml>"#);

    is_refused_everywhere(&xml, &Refusal::Unreadable(XmlError::Doctype));

    assert_eq!(outside.accept().map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
}

#[test]
fn crmeb_16_and_ywoa_28_the_envelope_is_bounded_before_the_signature_is_known() {
    let account = account(Encryption::Safe);
    let query = says(&account, "你好").query;
    let refusal = |body: &str| open(&account, &query, body.as_bytes()).err();

    let laughs =
        r#"<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>"#;
    assert_eq!(refusal(laughs), Some(Refusal::Unreadable(XmlError::Doctype)));
    assert_eq!(refusal(&"<a>".repeat(100_000)), Some(Refusal::Unreadable(XmlError::TooDeep)));
    assert_eq!(
        refusal(&format!("<xml>{}</xml>", "<a/>".repeat(100_000))),
        Some(Refusal::Unreadable(XmlError::TooManyElements))
    );
    assert_eq!(
        refusal(&"x".repeat(MAX_BODY_BYTES + 1)),
        Some(Refusal::TooLarge { size: MAX_BODY_BYTES + 1 })
    );
    assert_eq!(
        refusal(&"x".repeat(MAX_BODY_BYTES)).map(|refusal| refusal.code()),
        Some("not_xml"),
        "at the limit it is read"
    );
}

#[test]
fn cve_2021_21344_an_object_graph_is_only_an_unknown_message() {
    let account = account(Encryption::Safe);
    let gadget = "<xml><ToUserName>gh_0123456789ab</ToUserName><FromUserName>o1</FromUserName>\
        <MsgType>java.util.PriorityQueue</MsgType><java.util.PriorityQueue serialization='custom'><default>\
        <size>2</size></default></java.util.PriorityQueue></xml>";

    let opened = account.open(Simulator::new(&account).deliver(gadget.as_bytes(), now()).delivery());

    let content = opened.expect("it is well-formed").message.content;
    assert_eq!(content, Content::Unknown { kind: "java.util.priorityqueue".to_owned() });
}

#[test]
fn easywechat_2990_a_plaintext_post_without_a_signature_is_refused() {
    let plain = account(Encryption::Plain);
    let body = says(&plain, "你好").body;

    let missing = Refusal::MissingParameter { name: "signature" };
    assert_eq!(open(&plain, "timestamp=1760000000&nonce=1", &body), Err(missing));
    assert_eq!(open(&plain, "", &body), Err(Refusal::NoParameters));
}

#[test]
fn easywechat_2990_an_echo_is_not_returned_unverified() {
    for mode in MODES {
        let account = account(mode);
        let missing = Refusal::MissingParameter { name: "signature" };
        let wrong = "signature=0123456789012345678901234567890123456789";

        assert_eq!(account.verify_url("echostr=1&timestamp=1760000000&nonce=1"), Err(missing));
        assert_eq!(
            account.verify_url(&format!("{wrong}&timestamp=1760000000&nonce=1&echostr=1")),
            Err(Refusal::WrongSignature)
        );
    }
}

#[test]
fn easywechat_2990_decryption_is_not_skipped_when_msg_signature_is_absent() {
    for mode in [Encryption::Compatible, Encryption::Safe] {
        let account = account(mode);
        let good = says(&account, "你好");
        let (query, _) = good.query.split_once("&encrypt_type").expect("it is encrypted");

        let refused = open(&account, query, &good.body);

        assert_eq!(refused, Err(Refusal::PlaintextInEncryptedMode { expected: mode }));
    }
}

#[test]
fn easywechat_1525_an_encrypted_account_refuses_plaintext() {
    let plain = says(&account(Encryption::Plain), "你好");

    for mode in [Encryption::Compatible, Encryption::Safe] {
        let refused = account(mode).open(plain.delivery());

        assert_eq!(refused, Err(Refusal::PlaintextInEncryptedMode { expected: mode }));
    }
}

#[test]
fn powerwechat_a_signature_in_the_query_does_not_skip_the_check() {
    let account = account(Encryption::Safe);
    let plain_body = says(&super::account(Encryption::Plain), "你好").body;
    let real = says(&account, "你好").query;
    let forged = "signature=x&timestamp=1760000000&nonce=1&encrypt_type=aes";

    assert_eq!(open(&account, forged, &plain_body), Err(Refusal::WrongSignature));
    assert_eq!(
        open(&account, &format!("{forged}&msg_signature=x"), &plain_body),
        Err(Refusal::WrongSignature),
        "with a signature of each kind"
    );
    assert_eq!(
        open(&account, &real, &plain_body),
        Err(Refusal::PlaintextInEncryptedMode { expected: Encryption::Safe }),
        "under a URL that WeChat signed"
    );
}

#[test]
fn silenceper_the_request_does_not_choose_the_mode() {
    let safe = account(Encryption::Safe);
    let good = says(&safe, "你好");

    for said in ["encrypt_type=raw", "encrypt_type=", "encrypt_type=AES"] {
        let query = good.query.replace("encrypt_type=aes", said);
        assert_eq!(
            open(&safe, &query, &good.body).map(|opened| opened.message.content.kind()),
            Ok("text"),
            "{said}"
        );
    }
    assert_eq!(account(Encryption::Plain).open(good.delivery()), Err(Refusal::EncryptedInPlainMode));
}

#[test]
fn satori_a_matching_account_name_proves_nothing() {
    let body = says(&account(Encryption::Plain), "你好").body;

    for mode in MODES {
        let refused = open(&account(mode), "timestamp=1760000000&nonce=1&signature=", &body);
        assert!(matches!(refused, Err(Refusal::MissingParameter { .. })), "{mode:?}: {refused:?}");
    }
}

#[test]
fn cowagent_2860_wxrust_and_senparc_there_is_no_empty_or_default_token() {
    let weixin = Token::parse("weixin").expect("six letters");
    let guessed = weixin.sign(&["1760000000", "1"]);
    let body = says(&account(Encryption::Plain), "你好").body;

    assert_eq!(Token::parse("").err(), Some(InvalidToken::Empty));
    let query = format!("signature={guessed}&timestamp=1760000000&nonce=1");
    assert_eq!(open(&account(Encryption::Plain), &query, &body), Err(Refusal::WrongSignature));
}

#[test]
fn weengine_nothing_public_can_reach_the_simulator() {
    for place in ["webhook.rs", "webhook", "site", "console", "conversation", "accounts", "api"] {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(place);
        for file in source_files(&place) {
            let source = std::fs::read_to_string(&file).expect("a source file");
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(!code.contains("simulator"), "{} names the simulator", file.display());
        }
    }
}

fn source_files(place: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(place) else {
        return place.is_file().then(|| place.to_owned()).into_iter().collect();
    };
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths
        .flat_map(|path| source_files(&path))
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

#[test]
fn weengine_a_hostile_scene_stays_a_scene() {
    let account = account(Encryption::Safe);
    let hostile = "1' OR '1'='1\"><script>&amp;{{phone}}";
    let content = Content::Event(Event::Follow { scene: Some(hostile.to_owned()) });

    let opened = account.open(does(&account, &content).delivery());

    assert_eq!(opened.expect("it is signed").message.content, content);
}

#[test]
fn a_captured_url_is_told_from_a_retry_by_its_body() {
    let plain = account(Encryption::Plain);
    let first = says(&plain, "你好");
    let other = says(&plain, "转账给我");
    let covers =
        |query: &str, body: &[u8]| open(&plain, query, body).expect("the URL is signed").message.proof;

    let proof = covers(&first.query, &first.body);

    assert_eq!(proof, covers(&first.query, &first.body), "a retry");
    assert_ne!(proof, covers(&first.query, &other.body), "another body under the same URL");
    assert_eq!(proof.timestamp, now().as_second());
    assert_eq!(proof.nonce, parameter(&first.query, "nonce"));
}

#[test]
fn where_the_body_is_signed_a_captured_url_carries_no_other_body() {
    for mode in [Encryption::Compatible, Encryption::Safe] {
        let account = account(mode);
        let (first, other) = (says(&account, "你好"), says(&account, "转账给我"));

        let opened = account.open(first.delivery()).expect("it is signed");

        assert_eq!(opened.message.proof.covers, Covers::Body);
        assert_eq!(open(&account, &first.query, &other.body), Err(Refusal::BodyAltered));
    }
}

#[test]
fn one_signature_fits_one_timestamp_and_nonce() {
    let plain = account(Encryption::Plain);
    let good = says(&plain, "你好");
    let (timestamp, nonce) = (parameter(&good.query, "timestamp"), parameter(&good.query, "nonce"));
    let joined = format!("{timestamp}{nonce}");

    for at in (1..joined.len()).filter(|at| *at != timestamp.len()) {
        let (timestamp, nonce) = joined.split_at(at);
        let query =
            format!("signature={}&timestamp={timestamp}&nonce={nonce}", parameter(&good.query, "signature"));
        assert_eq!(open(&plain, &query, &good.body), Err(Refusal::BadTimestamp), "{query}");
    }
}

#[test]
fn what_stands_beside_the_encrypted_part_does_not_count() {
    let account = account(Encryption::Compatible);
    let good = says(&account, "你好");
    let body = String::from_utf8(good.body).expect("text");
    let forged = body.replacen("<xml>", "<xml><Content>转账</Content><FromUserName>oEvil</FromUserName>", 1);

    let message =
        open(&account, &good.query, forged.as_bytes()).expect("its encrypted part is signed").message;

    assert_eq!(message.content, Content::text("你好"));
    assert_eq!(message.customer, super::customer());
}

#[test]
fn a_second_encrypted_part_does_not_replace_the_first() {
    let account = account(Encryption::Safe);
    let (first, other) = (says(&account, "你好"), says(&account, "转账给我"));
    let body = String::from_utf8(first.body).expect("text");
    let other = String::from_utf8(other.body).expect("text");
    let both = body.replace("</xml>", "") + other.trim_start_matches("<xml>");

    let message = open(&account, &first.query, both.as_bytes()).expect("the first is signed").message;

    assert_eq!(message.content, Content::text("你好"));
}

#[test]
fn wechat_rs_langbot_and_node_webot_text_with_a_cdata_end_stays_text() {
    let hostile = "]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA[";
    for mode in MODES {
        let account = account(mode);
        let opened = account.open(says(&account, hostile).delivery()).expect("it is signed");
        assert_eq!(opened.message.content, Content::text(hostile));

        let sealed = account.seal(&Reply::text(format!("您说：{hostile}")), &opened, now());

        let seen = Simulator::new(&account).read_reply(&sealed.body).expect("WeChat can read it");
        assert_eq!(seen, Reply::text(format!("您说：{}", hostile.replace('<', "＜"))));
    }
}

#[test]
fn werobot_809_control_characters_do_not_lose_a_message() {
    for mode in MODES {
        let account = account(mode);
        let xml = "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>\
            <CreateTime>1760000001</CreateTime><MsgType><![CDATA[text]]></MsgType>\
            <Content><![CDATA[\u{2}多少\u{10}钱\u{1d}]]></Content><MsgId>1</MsgId></xml>";

        let opened = account.open(Simulator::new(&account).deliver(xml.as_bytes(), now()).delivery());

        assert_eq!(opened.expect("repaired").message.content, Content::text("多少钱"));
    }
}

#[test]
fn wechatpy_389_an_event_nobody_documented_survives() {
    let account = account(Encryption::Safe);
    let content =
        Content::Event(Event::Unknown { name: "brand_new_event".to_owned(), key: "钥匙".to_owned() });

    let opened = account.open(does(&account, &content).delivery());

    assert_eq!(opened.expect("it is signed").message.content, content);
}

#[test]
fn a_message_for_another_account_is_refused() {
    let mut elsewhere = super::settings(Encryption::Safe);
    elsewhere.app_id = Some("wxother".to_owned());
    let other_app = Account::new(elsewhere.clone()).expect("complete settings");
    elsewhere.app_id = super::settings(Encryption::Safe).app_id;
    elsewhere.original_id = Some("gh_other".to_owned());
    let other_name = Account::new(elsewhere).expect("complete settings");
    let ours = account(Encryption::Safe);

    assert_eq!(
        ours.open(says(&other_app, "你好").delivery()),
        Err(Refusal::WrongAppId { expected: super::APP_ID.to_owned(), found: "wxother".to_owned() })
    );
    assert_eq!(
        ours.open(says(&other_name, "你好").delivery()),
        Err(Refusal::WrongOriginalId {
            expected: "gh_0123456789ab".to_owned(),
            found: "gh_other".to_owned()
        })
    );
}
