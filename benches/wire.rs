//! One text message in safe mode, from the bytes that come in to the bytes that
//! go out, without the answer: `cargo bench --bench wire`.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use yingda::model::{AccountId, Content, CustomerId, Reply};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::xml::{Document, decode};
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};

fn account(encryption: Encryption) -> Account {
    Account::new(Settings {
        id: AccountId::parse("main").expect("a plain id"),
        original_id: None,
        app_id: Some("wx1234567890abcdef".to_owned()),
        token: Token::parse("benchtoken").expect("a valid token"),
        aes_key: EncodingAesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").ok(),
        previous_aes_key: None,
        encryption,
    })
    .expect("complete settings")
}

fn wire(criterion: &mut Criterion) {
    let customer = CustomerId::parse("oAbCdEfGhIjKlMnOpQrStUvWxYz0").expect("a plain openid");
    let now = Timestamp::from_second(1_760_000_000).expect("a time in 2025");
    let content = Content::text("请问你们那里人均费用大概是多少，可以开发票吗");
    let reply = Reply::text("费用要看人数、天数和课程安排，请以顾问报价为准。".repeat(4));

    for (mode, encryption) in [("plain", Encryption::Plain), ("safe", Encryption::Safe)] {
        let account = account(encryption);
        let wechat = Simulator::new(&account);
        let signed = wechat.deliver(&wechat.compose(&content, &customer, now), now);
        let opened = account.open(signed.delivery()).expect("it is signed");
        criterion.bench_function(&format!("open/{mode}"), |bencher| {
            bencher.iter(|| account.open(signed.delivery()).expect("it is signed"));
        });
        criterion.bench_function(&format!("seal/{mode}"), |bencher| {
            bencher.iter(|| account.seal(&reply, &opened, now));
        });
    }

    let plain = account(Encryption::Plain);
    let xml = Simulator::new(&plain).compose(&content, &customer, now);
    criterion.bench_function("read xml", |bencher| {
        bencher.iter(|| Document::read(&decode(&xml)).map(|document| document.root().field("Content").len()));
    });
}

criterion_group!(benches, wire);
criterion_main!(benches);
