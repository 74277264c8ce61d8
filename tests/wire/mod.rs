//! The WeChat wire through `platform::wechat`: what comes in, what goes out,
//! and what must never get in.

mod attacks;
mod messages;
mod refusals;
mod replies;
mod round_trip;
mod vectors;

use jiff::Timestamp;
use yingda::model::{AccountId, Content, CustomerId};
use yingda::platform::wechat::simulator::{Signed, Simulator};
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};
use yingda::platform::{Delivery, Opened, Refusal};

/// Its last letter carries bits that a strict Base64 decoder refuses.
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const OTHER_AES_KEY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg";
const APP_ID: &str = "wx1234567890abcdef";
const TOKEN: &str = "wiretesttoken";

const MODES: [Encryption; 3] = [Encryption::Plain, Encryption::Compatible, Encryption::Safe];

fn settings(encryption: Encryption) -> Settings {
    Settings {
        id: AccountId::parse("main").expect("a plain id"),
        original_id: Some("gh_0123456789ab".to_owned()),
        app_id: Some(APP_ID.to_owned()),
        token: token(TOKEN),
        aes_key: Some(aes_key(AES_KEY)),
        previous_aes_key: None,
        encryption,
    }
}

fn account(encryption: Encryption) -> Account {
    Account::new(settings(encryption)).expect("complete settings")
}

fn token(raw: &str) -> Token {
    Token::parse(raw).expect("a valid token")
}

fn aes_key(raw: &str) -> EncodingAesKey {
    EncodingAesKey::parse(raw).expect("a valid key")
}

fn customer() -> CustomerId {
    CustomerId::parse("oAbCdEfGhIjKlMnOpQrStUvWxYz0").expect("a plain openid")
}

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).expect("a time in 2025")
}

/// A text as WeChat would deliver it to `account`.
fn says(account: &Account, text: &str) -> Signed {
    does(account, &Content::text(text))
}

fn does(account: &Account, content: &Content) -> Signed {
    let wechat = Simulator::new(account);
    wechat.deliver(&wechat.compose(content, &customer(), now()), now())
}

fn open(account: &Account, query: &str, body: &[u8]) -> Result<Opened, Refusal> {
    account.open(Delivery { query, body })
}

/// What we answer to a check of our address.
fn echo_of(account: &Account, query: &str) -> Result<String, Refusal> {
    account.verify_url(query).map(|checked| checked.echo)
}

/// The value of a parameter of `query`.
fn parameter<'q>(query: &'q str, name: &str) -> &'q str {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).expect("the parameter is there").1
}
