//! Published examples of WeChat's signatures and encryption, by Tencent and by
//! the test suites of other SDKs. `fixtures/crypto-vectors.json` names each
//! source.

use serde::Deserialize;
use yingda::model::AccountId;
use yingda::platform::KeyUsed;
use yingda::platform::wechat::{Account, Encryption, Settings};

use super::{aes_key, open, token};

const VECTORS: &str = include_str!("../fixtures/crypto-vectors.json");

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Vector {
    Signature3 {
        name: String,
        token: String,
        timestamp: String,
        nonce: String,
        signature: String,
        echostr: Option<String>,
    },
    Decrypt(Encrypted),
    EncryptFixedRandom(Encrypted),
    VerifyUrl(Encrypted),
}

#[derive(Deserialize)]
struct Encrypted {
    name: String,
    token: String,
    encoding_aes_key: String,
    timestamp: Option<String>,
    nonce: Option<String>,
    encrypt: String,
    msg_signature: Option<String>,
    random16: String,
    plaintext: String,
    receive_id: String,
}

impl Encrypted {
    fn account(&self) -> Account {
        Account::new(Settings {
            id: AccountId::parse("main").expect("a plain id"),
            original_id: None,
            app_id: Some(self.receive_id.clone()),
            token: token(&self.token),
            aes_key: Some(aes_key(&self.encoding_aes_key)),
            previous_aes_key: None,
            encryption: Encryption::Safe,
        })
        .expect("complete settings")
    }

    fn query(&self) -> String {
        let part = |part: &Option<String>| part.clone().expect("an inbound vector is signed");
        let (timestamp, nonce) = (part(&self.timestamp), part(&self.nonce));
        let signature = part(&self.msg_signature);
        format!("timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&msg_signature={signature}")
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str::<File>(VECTORS).expect("the fixture is valid").vectors
}

/// Every vector that carries a ciphertext.
fn encrypted() -> Vec<Encrypted> {
    let carries = |vector| match vector {
        Vector::Decrypt(inside) | Vector::EncryptFixedRandom(inside) | Vector::VerifyUrl(inside) => {
            Some(inside)
        }
        Vector::Signature3 { .. } => None,
    };
    vectors().into_iter().filter_map(carries).collect()
}

#[test]
fn there_are_fourteen_vectors() {
    assert_eq!(vectors().len(), 14);
}

#[test]
fn every_url_signature_is_reproduced() {
    for vector in vectors() {
        let Vector::Signature3 { name, token: raw, timestamp, nonce, signature, echostr } = vector else {
            continue;
        };
        assert_eq!(token(&raw).sign(&[&timestamp, &nonce]), signature, "{name}");

        let Some(echo) = echostr else { continue };
        let mut account = super::settings(Encryption::Safe);
        account.token = token(&raw);
        let account = Account::new(account).expect("complete settings");
        let query = format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={echo}");
        assert_eq!(super::echo_of(&account, &query), Ok(echo), "{name}");
    }
}

#[test]
fn every_body_signature_is_reproduced() {
    for vector in encrypted() {
        let (Some(timestamp), Some(nonce)) = (&vector.timestamp, &vector.nonce) else { continue };
        let signature = token(&vector.token).sign(&[timestamp, nonce, &vector.encrypt]);
        assert_eq!(Some(signature), vector.msg_signature, "{}", vector.name);
    }
}

#[test]
fn every_ciphertext_is_read() {
    for vector in encrypted() {
        let message = aes_key(&vector.encoding_aes_key).decrypt(&vector.encrypt, &vector.receive_id);
        assert_eq!(message.as_deref(), Ok(vector.plaintext.as_bytes()), "{}", vector.name);
    }
}

#[test]
fn every_ciphertext_is_written_byte_for_byte() {
    for vector in encrypted() {
        let random = vector.random16.as_bytes().try_into().expect("16 bytes");
        let key = aes_key(&vector.encoding_aes_key);
        let ciphertext = key.encrypt(vector.plaintext.as_bytes(), &vector.receive_id, random);
        assert_eq!(ciphertext, vector.encrypt, "{}", vector.name);
    }
}

#[test]
fn every_encrypted_echo_is_answered() {
    for vector in vectors() {
        let Vector::VerifyUrl(vector) = vector else { continue };
        let echo = vector.encrypt.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let query = format!("{}&echostr={echo}", vector.query());
        let echo = super::echo_of(&vector.account(), &query);
        assert_eq!(echo.as_ref(), Ok(&vector.plaintext), "{}", vector.name);
    }
}

#[test]
fn every_xml_message_is_opened_through_the_front_door() {
    for vector in vectors() {
        let Vector::Decrypt(vector) = vector else { continue };
        if !vector.plaintext.starts_with("<xml>") {
            continue; // Tencent's own example carries JSON, which official accounts do not use.
        }
        let body = format!("<xml><Encrypt><![CDATA[{}]]></Encrypt></xml>", vector.encrypt);

        let opened = open(&vector.account(), &vector.query(), body.as_bytes()).expect(&vector.name);

        assert_eq!(opened.key, KeyUsed::Current, "{}", vector.name);
        assert_eq!(opened.message.content.kind(), "text", "{}", vector.name);
    }
}
