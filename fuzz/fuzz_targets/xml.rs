//! Any text as the inside of a signed message: read, answered, read back.

#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use yingda::model::{AccountId, Content, Reply};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::xml::{Document, decode};
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, MAX_TEXT_BYTES, Settings, Token};

static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    Account::new(Settings {
        id: AccountId::parse("main").expect("a plain id"),
        original_id: None,
        app_id: Some("wx1234567890abcdef".to_owned()),
        token: Token::parse("fuzztoken").expect("a valid token"),
        aes_key: EncodingAesKey::parse(&"A".repeat(43)).ok(),
        previous_aes_key: None,
        encryption: Encryption::Safe,
    })
    .expect("complete settings")
});

fuzz_target!(|xml: &[u8]| {
    let _ = Document::read(&decode(xml));
    let now = Timestamp::from_second(1_760_000_000).expect("a time in 2025");
    let wechat = Simulator::new(&ACCOUNT);
    let Ok(opened) = ACCOUNT.open(wechat.deliver(xml, now).delivery()) else { return };
    if let Content::Text { text, .. } = &opened.message.content {
        assert!(text.len() <= MAX_TEXT_BYTES);
        let sealed = ACCOUNT.seal(&Reply::text(text.clone()), &opened, now);
        assert!(wechat.read_reply(&sealed.body).is_ok(), "WeChat could not read our answer");
    }
});
