//! Any bytes where a ciphertext should be, and any bytes inside of one.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use yingda::platform::wechat::EncodingAesKey;

static KEY: LazyLock<EncodingAesKey> =
    LazyLock::new(|| EncodingAesKey::parse(&"A".repeat(43)).expect("43 letters"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = KEY.decrypt(text, "wx1234567890abcdef");
    }
    let sealed = KEY.encrypt(bytes, "wx1234567890abcdef", [7; 16]);
    assert_eq!(KEY.decrypt(&sealed, "wx1234567890abcdef").as_deref(), Ok(bytes));
    assert!(KEY.decrypt(&sealed, "wxother").is_err());
});
