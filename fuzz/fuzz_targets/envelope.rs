//! Any request, as anybody may send it: the query up to the first line break,
//! then the body. Nothing unsigned may be opened.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use yingda::model::AccountId;
use yingda::platform::Delivery;
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};

static ACCOUNTS: LazyLock<Vec<Account>> = LazyLock::new(|| {
    [Encryption::Plain, Encryption::Compatible, Encryption::Safe].into_iter().map(account).collect()
});

fn account(encryption: Encryption) -> Account {
    Account::new(Settings {
        id: AccountId::parse("main").expect("a plain id"),
        original_id: None,
        app_id: Some("wx1234567890abcdef".to_owned()),
        token: Token::parse("fuzztokenthatnobodyguesses").expect("a valid token"),
        aes_key: EncodingAesKey::parse(&"A".repeat(43)).ok(),
        previous_aes_key: EncodingAesKey::parse(&"B".repeat(43)).ok(),
        encryption,
    })
    .expect("complete settings")
}

fuzz_target!(|request: &[u8]| {
    let end = request.iter().position(|byte| *byte == b'\n').unwrap_or(request.len());
    let (query, body) = request.split_at(end);
    let Ok(query) = str::from_utf8(query) else { return };
    for account in ACCOUNTS.iter() {
        let opened = account.open(Delivery { query, body });
        assert!(opened.is_err(), "opened without a signature");
        assert!(!opened.err().map(|refusal| refusal.reason()).unwrap_or_default().is_empty());
        assert!(account.verify_url(query).is_err(), "echoed without a signature");
    }
});
