//! Every message and event of the official account, as WeChat writes it.

use yingda::model::message::{AuthorizationChange, Event, NotificationChoice, PictureSource};
use yingda::model::{Content, Message};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::{Encryption, MAX_FIELD_BYTES, MAX_TEXT_BYTES};

use super::{MODES, account, customer, now, open};

fn read(fields: &str) -> Message {
    let account = account(Encryption::Safe);
    let xml = format!(
        "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>\n<FromUserName><![CDATA[oAbc1]]></FromUserName>\n\
         <CreateTime>1760000001</CreateTime>\n{fields}\n</xml>"
    );
    let signed = Simulator::new(&account).deliver(xml.as_bytes(), now());
    account.open(signed.delivery()).expect("it is signed").message
}

fn check(case: &str, fields: &str, expected: &Content) {
    assert_eq!(read(fields).content, *expected, "{case}");
}

fn event(case: &str, name: &str, fields: &str, expected: Event) {
    let fields = format!("<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{fields}");
    assert_eq!(expected.name(), name.to_ascii_lowercase(), "{case}");
    check(case, &fields, &Content::Event(expected));
}

fn owned(text: &str) -> String {
    text.to_owned()
}

#[test]
fn every_message_is_read() {
    check(
        "text",
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[营业时间]]></Content><MsgId>25020000000000001</MsgId>",
        &Content::text("营业时间"),
    );
    check(
        "text from an article page, with the element of Tencent's debug tool",
        "<URL>http://e.com</URL><MsgType>text</MsgType><Content>好</Content><MsgDataId>x</MsgDataId><Idx>1</Idx>",
        &Content::text("好"),
    );
    check(
        "a tapped option",
        "<MsgType>text</MsgType><Content>费用</Content><bizmsgmenuid>101</bizmsgmenuid>",
        &Content::Text { text: owned("费用"), option: Some(owned("101")) },
    );
    check(
        "an empty option",
        "<MsgType>text</MsgType><Content>费用</Content><bizmsgmenuid></bizmsgmenuid>",
        &Content::text("费用"),
    );
    check(
        "a sticker",
        "<MsgType>text</MsgType><Content>【收到不支持的消息类型，暂无法显示】</Content>",
        &Content::text("【收到不支持的消息类型，暂无法显示】"),
    );
    check(
        "image",
        "<MsgType>image</MsgType><PicUrl><![CDATA[http://p/1?a=1&b=2]]></PicUrl><MediaId>m1</MediaId>",
        &Content::Image { picture_url: owned("http://p/1?a=1&b=2"), media_id: owned("m1") },
    );
    check(
        "voice with an empty recognition",
        "<MsgType>voice</MsgType><MediaId>m2</MediaId><Format>amr</Format><MediaId16K>m3</MediaId16K><Recognition/>",
        &Content::Voice { media_id: owned("m2"), format: owned("amr") },
    );
    check(
        "video",
        "<MsgType>video</MsgType><MediaId>m4</MediaId><ThumbMediaId>t4</ThumbMediaId>",
        &Content::Video { media_id: owned("m4"), thumb_media_id: owned("t4") },
    );
    check(
        "shortvideo",
        "<MsgType>shortvideo</MsgType><MediaId>m5</MediaId><ThumbMediaId>t5</ThumbMediaId>",
        &Content::ShortVideo { media_id: owned("m5"), thumb_media_id: owned("t5") },
    );
    check(
        "link",
        "<MsgType>link</MsgType><Title>标题</Title><Description>说明</Description><Url>https://e.com</Url>",
        &Content::Link { title: owned("标题"), description: owned("说明"), url: owned("https://e.com") },
    );
    check(
        "file",
        "<MsgType>file</MsgType><Title>名单.xlsx</Title><FileKey>k</FileKey><FileTotalLen>9</FileTotalLen>",
        &Content::File { title: owned("名单.xlsx") },
    );
}

#[test]
fn a_location_and_its_event_are_told_apart() {
    check(
        "location",
        "<MsgType>location</MsgType><Location_X>26.57</Location_X><Location_Y>114.17</Location_Y><Scale>20</Scale>\
         <Label>茨坪镇</Label>",
        &Content::Location { latitude: 26.57, longitude: 114.17, label: owned("茨坪镇") },
    );
    event(
        "LOCATION",
        "LOCATION",
        "<Latitude>26.57</Latitude><Longitude>114.17</Longitude><Precision>119.3</Precision>",
        Event::LocationReported { latitude: 26.57, longitude: 114.17, precision: 119.3 },
    );
}

#[test]
fn what_a_customer_does_is_read() {
    let key = || owned("k");
    event("follow", "subscribe", "", Event::Follow { scene: None });
    event("follow, empty key", "subscribe", "<EventKey></EventKey>", Event::Follow { scene: None });
    event(
        "follow by a scan",
        "subscribe",
        "<EventKey>qrscene_shop7</EventKey><Ticket>T</Ticket>",
        Event::Follow { scene: Some(owned("shop7")) },
    );
    event(
        "follow after a payment",
        "subscribe",
        "<EventKey>last_trade_no_4</EventKey>",
        Event::Follow { scene: None },
    );
    event("unfollow", "unsubscribe", "", Event::Unfollow);
    event("scan", "SCAN", "<EventKey>shop7</EventKey>", Event::Scan { scene: owned("shop7") });
    event("click", "CLICK", "<EventKey>k</EventKey>", Event::Click { key: key() });
    event(
        "view",
        "VIEW",
        "<EventKey>https://e.com</EventKey><MenuId>1</MenuId>",
        Event::View { url: owned("https://e.com") },
    );
    event(
        "mini program",
        "view_miniprogram",
        "<EventKey>pages/a</EventKey>",
        Event::ViewMiniProgram { page: owned("pages/a") },
    );
    let info = "<EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>";
    let scan = |waits_for_reply| Event::ScanCode {
        key: key(),
        waits_for_reply,
        kind: owned("qrcode"),
        result: owned("1"),
    };
    event("scan code", "scancode_push", info, scan(false));
    event("scan code that waits", "scancode_waitmsg", info, scan(true));
    let info = "<EventKey>k</EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item>\
                <item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>";
    let pictures = |source| Event::Pictures { source, key: key(), count: 2 };
    event("camera", "pic_sysphoto", info, pictures(PictureSource::Camera));
    event("camera or album", "pic_photo_or_album", info, pictures(PictureSource::CameraOrAlbum));
    event("album", "pic_weixin", info, pictures(PictureSource::Album));
    event(
        "a chosen place",
        "location_select",
        "<EventKey>k</EventKey><SendLocationInfo><Location_X>26.5</Location_X><Location_Y>114.1</Location_Y>\
         <Scale>16</Scale><Label>茨坪</Label><Poiname></Poiname></SendLocationInfo>",
        Event::LocationChosen { key: key(), latitude: 26.5, longitude: 114.1, label: owned("茨坪") },
    );
}

#[test]
fn what_became_of_our_own_messages_is_read() {
    event(
        "template",
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status>failed:user block</Status>",
        Event::TemplateSent { message_id: owned("200163836"), status: owned("failed:user block") },
    );
    event(
        "mass message",
        "MASSSENDJOBFINISH",
        "<MsgID>1</MsgID><Status>send success</Status><TotalCount>100</TotalCount><FilterCount>80</FilterCount>\
         <SentCount>75</SentCount><ErrorCount>5</ErrorCount>",
        Event::MassSent { message_id: owned("1"), status: owned("send success"), sent: 75, failed: 5 },
    );
    event(
        "article",
        "PUBLISHJOBFINISH",
        "<PublishEventInfo><publish_id>p</publish_id><publish_status>0</publish_status><article_id>a</article_id>\
         <article_detail><count>1</count><item><idx>1</idx></item></article_detail></PublishEventInfo>",
        Event::Published { publish_id: owned("p"), status: owned("0"), article_id: owned("a") },
    );
    event(
        "notification",
        "subscribe_msg_sent_event",
        "<SubscribeMsgSentEvent><List><TemplateId>t</TemplateId><MsgID>1</MsgID><ErrorCode>0</ErrorCode>\
         <ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>",
        Event::NotificationSent { template_id: owned("t"), error_code: owned("0") },
    );
}

#[test]
fn answers_about_notifications_are_read() {
    let choice = |id: &str, accepted| NotificationChoice { template_id: owned(id), accepted };
    event(
        "answered",
        "subscribe_msg_popup_event",
        "<SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>\
         <PopupScene>2</PopupScene></List><List><TemplateId>b</TemplateId>\
         <SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
        Event::NotificationsAnswered { choices: vec![choice("a", true), choice("b", false)] },
    );
    event(
        "changed",
        "subscribe_msg_change_event",
        "<SubscribeMsgChangeEvent><List><TemplateId>a</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>\
         </List></SubscribeMsgChangeEvent>",
        Event::NotificationsChanged { choices: vec![choice("a", false)] },
    );
}

#[test]
fn events_about_people_and_the_account_are_read() {
    let agent = || owned("a@wxid");
    event(
        "opened",
        "kf_create_session",
        "<KfAccount>a@wxid</KfAccount>",
        Event::AgentSessionOpened { agent: agent() },
    );
    event(
        "closed",
        "kf_close_session",
        "<KfAccount>a@wxid</KfAccount>",
        Event::AgentSessionClosed { agent: agent() },
    );
    event(
        "passed on",
        "kf_switch_session",
        "<FromKfAccount>a@wxid</FromKfAccount><ToKfAccount>b@wxid</ToKfAccount>",
        Event::AgentSessionPassed { from: agent(), to: owned("b@wxid") },
    );
    let authorization = |change, subject: Option<&str>, revoked: &str| Event::AuthorizationChanged {
        change,
        subject: subject.map(owned),
        revoked: owned(revoked),
    };
    event(
        "modified, subject missing",
        "user_info_modified",
        "<AppID>wx</AppID>",
        authorization(AuthorizationChange::Modified, None, ""),
    );
    event(
        "revoked",
        "user_authorization_revoke",
        "<OpenID>o2</OpenID><AppID>wx</AppID><RevokeInfo>205</RevokeInfo>",
        authorization(AuthorizationChange::Revoked, Some("o2"), "205"),
    );
    event(
        "cancelled",
        "user_authorization_cancellation",
        "<OpenID>o2</OpenID>",
        authorization(AuthorizationChange::Cancelled, Some("o2"), ""),
    );
    for name in ["qualification_verify_success", "naming_verify_success", "annual_renew", "verify_expired"] {
        let expected = Event::AccountVerification { name: owned(name), reason: owned("1442401156") };
        event(name, name, "<ExpiredTime>1442401156</ExpiredTime>", expected);
    }
    for name in ["qualification_verify_fail", "naming_verify_fail"] {
        let expected = Event::AccountVerification { name: owned(name), reason: owned("by time") };
        event(name, name, "<FailTime>1442401122</FailTime><FailReason>by time</FailReason>", expected);
    }
}

#[test]
fn what_is_new_survives() {
    for name in ["card_pass_check", "poi_check_notify", "merchant_order", "WifiConnected", "debug_demo"] {
        let expected = Event::Unknown { name: name.to_ascii_lowercase(), key: owned("k") };
        event(name, name, "<EventKey>k</EventKey><debug_str>x</debug_str>", expected);
    }
    check("a new type", "<MsgType>hologram</MsgType>", &Content::Unknown { kind: owned("hologram") });
    check("no type", "", &Content::Unknown { kind: String::new() });
}

#[test]
fn broken_numbers_become_zero() {
    check(
        "location",
        "<MsgType>location</MsgType><Location_X>NaN</Location_X><Location_Y>east</Location_Y>",
        &Content::Location { latitude: 0.0, longitude: 0.0, label: String::new() },
    );
    event(
        "mass message",
        "MASSSENDJOBFINISH",
        "<SentCount>-1</SentCount><ErrorCount>99999999999</ErrorCount>",
        Event::MassSent { message_id: String::new(), status: String::new(), sent: 0, failed: 0 },
    );
}

#[test]
fn a_message_without_details_is_still_a_message() {
    event(
        "scan code",
        "scancode_push",
        "",
        Event::ScanCode {
            key: String::new(),
            waits_for_reply: false,
            kind: String::new(),
            result: String::new(),
        },
    );
    event("popup", "subscribe_msg_popup_event", "", Event::NotificationsAnswered { choices: Vec::new() });
    event(
        "article",
        "PUBLISHJOBFINISH",
        "",
        Event::Published { publish_id: String::new(), status: String::new(), article_id: String::new() },
    );
}

#[test]
fn a_text_beyond_the_limit_is_cut_between_two_characters() {
    let text = |bytes: usize| {
        let content = "甲".repeat(bytes / 3) + "a".repeat(bytes % 3).as_str();
        match read(&format!("<MsgType>text</MsgType><Content>{content}</Content>")).content {
            Content::Text { text, .. } => text.len(),
            other => panic!("not a text: {other:?}"),
        }
    };

    assert_eq!(text(MAX_TEXT_BYTES - 1), MAX_TEXT_BYTES - 1);
    assert_eq!(text(MAX_TEXT_BYTES), MAX_TEXT_BYTES);
    assert_eq!(text(MAX_TEXT_BYTES + 1), MAX_TEXT_BYTES - MAX_TEXT_BYTES % 3);
}

#[test]
fn a_field_beyond_the_limit_is_cut() {
    let key = "k".repeat(MAX_FIELD_BYTES + 1);

    let message = read(&format!("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{key}</EventKey>"));

    assert_eq!(message.content, Content::Event(Event::Click { key: "k".repeat(MAX_FIELD_BYTES) }));
}

#[test]
fn everything_around_the_content_is_read() {
    let message = read("<MsgType>text</MsgType><Content>好</Content><MsgId>1</MsgId>");

    assert_eq!(message.account.as_str(), "main");
    assert_eq!(message.customer.as_str(), "oAbc1");
    assert_eq!(message.addressed_to, "gh_0123456789ab");
    assert_eq!(message.sent_at, 1_760_000_001);
    assert!(message.key.as_str().starts_with("68e77801"));
}

#[test]
fn what_is_marked_as_a_test_is_known_as_one_in_every_mode() {
    for mode in MODES {
        let account = account(mode);
        let wechat = Simulator::new(&account);
        let xml = wechat.compose(&Content::text("你好"), &customer(), now());

        let real = wechat.deliver(&xml, now());
        let test = wechat.marked_as_test().deliver(&xml, now());

        let is_test = |signed: &super::Signed| {
            open(&account, &signed.query, &signed.body).map(|opened| opened.message.is_test())
        };
        assert_eq!((is_test(&real), is_test(&test)), (Ok(false), Ok(true)), "{mode:?}");
    }
}
