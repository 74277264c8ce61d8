//! Every passive reply as WeChat must see it.

use yingda::model::message::Event;
use yingda::model::reply::Markup;
use yingda::model::{Card, Content, Limits, Reply, Span, Text};
use yingda::platform::wechat::simulator::{Simulator, UnreadableReply};
use yingda::platform::wechat::{Encryption, limits};

use super::{MODES, account, does, now, says};

/// What stands in the answer to a text, after the common elements.
fn written(reply: &Reply) -> String {
    written_for(&Content::text("你好"), reply)
}

fn written_for(content: &Content, reply: &Reply) -> String {
    let account = account(Encryption::Plain);
    let opened = account.open(does(&account, content).delivery()).expect("it is signed");
    let sealed = account.seal(reply, &opened, now());
    let body = String::from_utf8(sealed.body).expect("text");
    let head = "<xml><ToUserName><![CDATA[oAbCdEfGhIjKlMnOpQrStUvWxYz0]]></ToUserName>\
        <FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1760000000</CreateTime>";
    match body.strip_prefix(head) {
        Some(rest) => rest.to_owned(),
        None => body,
    }
}

fn owned(text: &str) -> String {
    text.to_owned()
}

fn card(number: usize) -> Card {
    Card {
        title: format!("课程{number}"),
        description: owned("三天"),
        picture: None,
        url: owned("https://e.com/?a=1&b=2"),
    }
}

#[test]
fn every_kind_of_reply_is_written() {
    assert_eq!(
        written(&Reply::text("第一行\n第二行")),
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[第一行\n第二行]]></Content></xml>"
    );
    assert_eq!(
        written(&Reply::Cards { cards: vec![card(1)] }),
        "<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount><Articles><item>\
         <Title><![CDATA[课程1]]></Title><Description><![CDATA[三天]]></Description><PicUrl><![CDATA[]]></PicUrl>\
         <Url><![CDATA[https://e.com/?a=1&b=2]]></Url></item></Articles></xml>"
    );
    assert_eq!(
        written(&Reply::Image { media_id: owned("m1") }),
        "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[m1]]></MediaId></Image></xml>"
    );
    assert_eq!(
        written(&Reply::Voice { media_id: owned("m2") }),
        "<MsgType><![CDATA[voice]]></MsgType><Voice><MediaId><![CDATA[m2]]></MediaId></Voice></xml>"
    );
    assert_eq!(
        written(&Reply::Video { media_id: owned("m3"), title: owned("标题"), description: String::new() }),
        "<MsgType><![CDATA[video]]></MsgType><Video><MediaId><![CDATA[m3]]></MediaId>\
         <Title><![CDATA[标题]]></Title></Video></xml>"
    );
    assert_eq!(
        written(&Reply::Music {
            title: owned("映山红"),
            description: String::new(),
            url: owned("http://e.com/1.mp3"),
            hq_url: String::new(),
            thumb_media_id: owned("t"),
        }),
        "<MsgType><![CDATA[music]]></MsgType><Music><Title><![CDATA[映山红]]></Title>\
         <MusicUrl><![CDATA[http://e.com/1.mp3]]></MusicUrl><ThumbMediaId><![CDATA[t]]></ThumbMediaId></Music></xml>"
    );
    assert_eq!(
        written(&Reply::Transfer { agent: None }),
        "<MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>"
    );
    assert_eq!(
        written(&Reply::Transfer { agent: Some(owned("a@wxid")) }),
        "<MsgType><![CDATA[transfer_customer_service]]></MsgType>\
         <TransInfo><KfAccount><![CDATA[a@wxid]]></KfAccount></TransInfo></xml>"
    );
}

#[test]
fn a_text_holds_links_and_options() {
    let text = Text {
        spans: vec![
            Span::Plain(owned("您是想问：\n1. ")),
            Span::Option { label: owned("食宿&费用"), id: owned("cost") },
            Span::Plain(owned("\n或")),
            Span::Link { label: owned("看介绍"), url: owned("https://e.com/?a=1&b=2") },
        ],
    };

    assert_eq!(
        written(&Reply::Text { text }),
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您是想问：\n1. <a href=\"weixin://bizmsgmenu?\
         msgmenucontent=食宿＆费用&msgmenuid=cost\">食宿&费用</a>\n或<a href=\"https://e.com/?a=1&b=2\">看介绍</a>]]>\
         </Content></xml>"
    );
}

#[test]
fn what_cannot_be_said_is_silence_and_never_encrypted() {
    let nothing = [Reply::Silence, Reply::text(""), Reply::text(" \n"), Reply::Cards { cards: Vec::new() }];
    for mode in MODES {
        let account = account(mode);
        let opened = account.open(says(&account, "你好").delivery()).expect("it is signed");
        for reply in &nothing {
            let sealed = account.seal(reply, &opened, now());
            assert_eq!(sealed.body, b"success", "{mode:?} {reply:?}");
            assert_eq!(sealed.content_type, "text/plain; charset=utf-8");
        }
    }
}

#[test]
fn a_typed_question_gets_one_card_and_a_follow_up_to_eight() {
    let ten = Reply::Cards { cards: (1..=10).map(card).collect() };
    let count = |content: &Content| written_for(content, &ten).matches("<item>").count();

    assert_eq!(count(&Content::text("课程")), 1);
    assert_eq!(count(&Content::Event(Event::Follow { scene: None })), 8);
    assert_eq!(count(&Content::Event(Event::Scan { scene: owned("1") })), 8);
    assert_eq!(count(&Content::Event(Event::Click { key: owned("k") })), 8);
    assert_eq!(count(&Content::Event(Event::View { url: owned("u") })), 1);
}

#[test]
fn a_reply_at_the_limit_is_whole_and_above_it_is_cut() {
    let content = |bytes: usize| {
        let reply = Reply::text("甲".repeat(bytes / 3) + "a".repeat(bytes % 3).as_str());
        let written = written(&reply);
        let start = written.find("<Content><![CDATA[").expect("a text") + "<Content><![CDATA[".len();
        written.find("]]></Content>").expect("a text") - start
    };

    assert_eq!(limits(&Content::text("")), Limits { text_bytes: 2047, cards: 1, markup: Markup::Wechat });
    assert_eq!(content(2046), 2046);
    assert_eq!(content(2047), 2047);
    assert_eq!(content(2048), 2047);
    assert_eq!(content(2049), 2046, "never inside a character");
}

#[test]
fn an_encrypted_reply_is_signed_over_its_own_time_and_the_nonce_that_came() {
    for mode in [Encryption::Compatible, Encryption::Safe] {
        let account = account(mode);
        let opened = account.open(says(&account, "你好").delivery()).expect("it is signed");

        let sealed = account.seal(&Reply::text("您好"), &opened, now());

        let body = String::from_utf8(sealed.body.clone()).expect("text");
        assert_eq!(sealed.content_type, "text/xml; charset=utf-8");
        assert!(body.contains("<TimeStamp>1760000000</TimeStamp>"), "{body}");
        assert!(
            body.contains(&format!("<Nonce><![CDATA[{}]]></Nonce>", opened.message.proof.nonce)),
            "{body}"
        );
        assert!(!body.contains("您好"));
        let wechat = Simulator::new(&account);
        assert_eq!(wechat.read_reply(&sealed.body), Ok(Reply::text("您好")));
        let forged = body.replace("1760000000", "1760000001");
        assert_eq!(wechat.read_reply(forged.as_bytes()), Err(UnreadableReply::WrongSignature));
    }
}

#[test]
fn two_encryptions_of_the_same_reply_differ() {
    let account = account(Encryption::Safe);
    let opened = account.open(says(&account, "你好").delivery()).expect("it is signed");
    let sealed = || account.seal(&Reply::text("您好"), &opened, now()).body;

    assert_ne!(sealed(), sealed());
}

#[test]
fn a_plain_reply_to_an_encrypted_account_is_noticed() {
    let plain = account(Encryption::Plain);
    let opened = plain.open(says(&plain, "你好").delivery()).expect("it is signed");
    let sealed = plain.seal(&Reply::text("您好"), &opened, now());

    let safe = account(Encryption::Safe);

    assert_eq!(Simulator::new(&safe).read_reply(&sealed.body), Err(UnreadableReply::NotEncrypted));
}
