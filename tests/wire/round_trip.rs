//! Properties that hold for any input. PROPTEST_CASES makes a longer run.

use proptest::prelude::*;
use yingda::model::message::{AuthorizationChange, Event, NotificationChoice, PictureSource};
use yingda::model::{Card, Content, Reply};
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::{Signed, Simulator};
use yingda::platform::wechat::xml::{Document, decode};

use super::{AES_KEY, APP_ID, MODES, account, aes_key, customer, does, now, open, says};

/// Text as people write it, and as attackers do; no character XML cannot hold.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z甲乙丙。，🙂\u{301} \n]{0,40}",
        1 => "(\\]\\]>|<!\\[CDATA\\[|</Content>|&amp;|&#2;|<!DOCTYPE x>|[a-z]){0,8}",
        1 => "[\u{20}-\u{d7ff}\u{e000}-\u{fffd}]{0,20}",
    ]
}

fn degrees() -> impl Strategy<Value = f64> {
    -180.0..180.0_f64
}

fn message() -> impl Strategy<Value = Content> {
    prop_oneof![
        (text(), prop::option::of("[a-z0-9]{1,8}")).prop_map(|(text, option)| Content::Text { text, option }),
        (text(), text()).prop_map(|(picture_url, media_id)| Content::Image { picture_url, media_id }),
        (text(), text()).prop_map(|(media_id, format)| Content::Voice { media_id, format }),
        (text(), text()).prop_map(|(media_id, thumb_media_id)| Content::Video { media_id, thumb_media_id }),
        (text(), text())
            .prop_map(|(media_id, thumb_media_id)| Content::ShortVideo { media_id, thumb_media_id }),
        (degrees(), degrees(), text()).prop_map(|(latitude, longitude, label)| Content::Location {
            latitude,
            longitude,
            label
        }),
        (text(), text(), text()).prop_map(|(title, description, url)| Content::Link {
            title,
            description,
            url
        }),
        text().prop_map(|title| Content::File { title }),
        "new_[a-z]{1,9}".prop_map(|kind| Content::Unknown { kind }),
    ]
}

fn customer_event() -> impl Strategy<Value = Event> {
    let source =
        prop::sample::select(vec![PictureSource::Camera, PictureSource::CameraOrAlbum, PictureSource::Album]);
    prop_oneof![
        prop::option::of(text()).prop_map(|scene| Event::Follow { scene }),
        Just(Event::Unfollow),
        text().prop_map(|scene| Event::Scan { scene }),
        text().prop_map(|key| Event::Click { key }),
        text().prop_map(|url| Event::View { url }),
        text().prop_map(|page| Event::ViewMiniProgram { page }),
        (text(), any::<bool>(), text(), text()).prop_map(|(key, waits_for_reply, kind, result)| {
            Event::ScanCode { key, waits_for_reply, kind, result }
        }),
        (source, text(), any::<u32>()).prop_map(|(source, key, count)| Event::Pictures {
            source,
            key,
            count
        }),
        (text(), degrees(), degrees(), text()).prop_map(|(key, latitude, longitude, label)| {
            Event::LocationChosen { key, latitude, longitude, label }
        }),
        (degrees(), degrees(), degrees()).prop_map(|(latitude, longitude, precision)| {
            Event::LocationReported { latitude, longitude, precision }
        }),
        ("new_[a-z]{1,9}", text()).prop_map(|(name, key)| Event::Unknown { name, key }),
    ]
}

fn notice() -> impl Strategy<Value = Event> {
    let choice = || {
        (text(), any::<bool>())
            .prop_map(|(template_id, accepted)| NotificationChoice { template_id, accepted })
    };
    let choices = move || prop::collection::vec(choice(), 0..4);
    let change = prop::sample::select(vec![
        AuthorizationChange::Modified,
        AuthorizationChange::Revoked,
        AuthorizationChange::Cancelled,
    ]);
    let verification = prop::sample::select(vec!["annual_renew", "naming_verify_fail"]);
    prop_oneof![
        (text(), text()).prop_map(|(message_id, status)| Event::TemplateSent { message_id, status }),
        (text(), text(), any::<u32>(), any::<u32>()).prop_map(|(message_id, status, sent, failed)| {
            Event::MassSent { message_id, status, sent, failed }
        }),
        (text(), text(), text()).prop_map(|(publish_id, status, article_id)| Event::Published {
            publish_id,
            status,
            article_id
        }),
        choices().prop_map(|choices| Event::NotificationsAnswered { choices }),
        choices().prop_map(|choices| Event::NotificationsChanged { choices }),
        (text(), text())
            .prop_map(|(template_id, error_code)| Event::NotificationSent { template_id, error_code }),
        text().prop_map(|agent| Event::AgentSessionOpened { agent }),
        text().prop_map(|agent| Event::AgentSessionClosed { agent }),
        (text(), text()).prop_map(|(from, to)| Event::AgentSessionPassed { from, to }),
        (change, prop::option::of("o[a-z]{1,8}"), text())
            .prop_map(|(change, subject, revoked)| Event::AuthorizationChanged { change, subject, revoked }),
        (verification, text())
            .prop_map(|(name, reason)| Event::AccountVerification { name: name.to_owned(), reason }),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![message(), customer_event().prop_map(Content::Event), notice().prop_map(Content::Event)]
}

fn reply() -> impl Strategy<Value = Reply> {
    let card = ("x[a-z甲]{0,9}", text(), prop::option::of("https://[a-z]{1,9}"), text())
        .prop_map(|(title, description, picture, url)| Card { title, description, picture, url });
    prop_oneof![
        Just(Reply::Silence),
        "x[a-z甲乙]{0,99}(\\]\\]>)?".prop_map(Reply::text),
        card.prop_map(|card| Reply::Cards { cards: vec![card] }),
        text().prop_map(|media_id| Reply::Image { media_id }),
        text().prop_map(|media_id| Reply::Voice { media_id }),
        (text(), text(), text()).prop_map(|(media_id, title, description)| Reply::Video {
            media_id,
            title,
            description
        }),
        (text(), text(), text(), text(), text()).prop_map(
            |(title, description, url, hq_url, thumb_media_id)| {
                Reply::Music { title, description, url, hq_url, thumb_media_id }
            }
        ),
        prop::option::of("[a-z]{1,9}@[a-z]{1,9}").prop_map(|agent| Reply::Transfer { agent }),
    ]
}

fn mode() -> impl Strategy<Value = Encryption> {
    prop::sample::select(MODES.to_vec())
}

/// A good request with some of its bytes exchanged; the query stays ASCII.
fn damaged(good: &Signed, damage: &[(usize, u8)]) -> Signed {
    let (mut query, mut body) = (good.query.clone().into_bytes(), good.body.clone());
    let length = query.len() + body.len();
    for (at, byte) in damage {
        let at = at % length;
        if let Some(old) = query.get_mut(at) {
            *old = byte % 128;
        } else if let Some(old) = body.get_mut(at - query.len()) {
            *old = *byte;
        }
    }
    Signed { query: String::from_utf8(query).expect("ASCII"), body }
}

proptest! {
    #[test]
    fn whatever_a_customer_does_arrives_as_it_was_in_every_mode(content in content(), mode in mode()) {
        let account = account(mode);

        let opened = account.open(does(&account, &content).delivery()).expect("it is signed");

        let concerned = match &content {
            Content::Event(Event::AuthorizationChanged { subject: Some(subject), .. }) => subject.clone(),
            _ => customer().to_string(),
        };
        prop_assert_eq!(opened.message.content, content);
        prop_assert_eq!(opened.message.customer.as_str(), concerned);
    }

    #[test]
    fn whatever_we_answer_is_seen_as_it_was_in_every_mode(reply in reply(), mode in mode()) {
        let account = account(mode);
        let opened = account.open(says(&account, "你好").delivery()).expect("it is signed");

        let sealed = account.seal(&reply, &opened, now());

        prop_assert_eq!(Simulator::new(&account).read_reply(&sealed.body), Ok(reply));
    }

    #[test]
    fn a_retry_has_the_same_key_and_another_message_another(content in content(), mode in mode()) {
        let account = account(mode);
        let wechat = Simulator::new(&account);
        let key = |xml: &[u8]| account.open(wechat.deliver(xml, now()).delivery()).expect("it is signed").message.key;
        let xml = wechat.compose(&content, &customer(), now());
        let later = wechat.compose(&content, &customer(), now() + std::time::Duration::from_secs(1));

        prop_assert_eq!(key(&xml), key(&xml));
        prop_assert_ne!(key(&xml), key(&later));
    }

    #[test]
    fn a_damaged_request_is_refused_or_still_says_the_same(
        mode in prop::sample::select(vec![Encryption::Compatible, Encryption::Safe]),
        damage in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let account = account(mode);
        let good = says(&account, "人均多少钱");
        let damaged = damaged(&good, &damage);

        if let Ok(opened) = account.open(damaged.delivery()) {
            prop_assert_eq!(opened.message.content, Content::text("人均多少钱"));
            prop_assert_eq!(opened.message.customer, customer());
        }
    }

    #[test]
    fn no_request_stops_us(query in "[ -~]{0,200}", body in prop::collection::vec(any::<u8>(), 0..400), mode in mode()) {
        let account = account(mode);
        let _ = open(&account, &query, &body);
        let _ = account.verify_url(&query);
        let _ = Simulator::new(&account).read_reply(&body);
    }

    #[test]
    fn no_body_under_a_good_signature_stops_us(
        body in "(</?xml>|</?Encrypt>|</?MsgType>|<!\\[CDATA\\[|\\]\\]>|&#?x?[0-9a-z]{0,4};?|<!--|<[!?]|[ -~]){0,60}",
        mode in mode(),
    ) {
        let account = account(mode);
        let _ = open(&account, &says(&account, "你好").query, body.as_bytes());
        let _ = account.open(Simulator::new(&account).deliver(body.as_bytes(), now()).delivery());
        let _ = Document::read(&decode(body.as_bytes()));
    }

    #[test]
    fn no_ciphertext_stops_us(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[A-Za-z0-9+/=]{0,200}") {
        let key = aes_key(AES_KEY);
        let _ = key.decrypt(&text, APP_ID);
        let _ = key.decrypt(&String::from_utf8_lossy(&bytes), APP_ID);
        let sealed = key.encrypt(&bytes, APP_ID, [0; 16]);
        prop_assert_eq!(key.decrypt(&sealed, APP_ID), Ok(bytes));
    }
}
