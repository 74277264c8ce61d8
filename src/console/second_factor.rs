//! The second factor: six digits from a phone, or one of ten recovery codes.
//! Turning it on shows a QR code; nothing is kept until the first code fits.
//! Whoever changes it says their password too.

use askama::Template;
use axum::response::Response;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use rand::RngExt as _;
use serde::Deserialize;
use totp_rs::{Builder, Secret, Totp};

use super::Console;
use super::account::refuse_stranger;
use super::door::Caller;
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::visit::{Sent, Visit};
use crate::store::{Actor, Credentials, OperationKind};

/// As an app shows it above the digits.
const ISSUER: &str = "应答 yingda";
const RECOVERY_CODES: usize = 10;
/// Without 0, O, 1, I and L, which are hard to tell apart on paper.
const RECOVERY_LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const SEALED_FOR: &str = "account/second-factor";

/// What was typed: digits of a phone, or letters of a recovery code.
pub(super) struct Code(String);

#[derive(Debug, Deserialize)]
pub(super) struct TurnOn {
    /// Sealed: the secret that the page showed.
    secret: String,
    code: String,
    #[serde(default)]
    current: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TurnOff {
    #[serde(default)]
    current: String,
}

#[derive(Template)]
#[template(path = "console/pages/codes.html")]
struct CodesPage {
    frame: Frame,
    qr: String,
    secret: String,
    sealed: String,
    code: Field,
    current: Field,
}

#[derive(Template)]
#[template(path = "console/pages/codes_off.html")]
struct CodesOffPage {
    frame: Frame,
    current: Field,
}

#[derive(Template)]
#[template(path = "console/pages/codes_on.html")]
struct CodesOnPage {
    frame: Frame,
    recovery_codes: Vec<String>,
}

impl Code {
    pub(super) fn read(raw: &str) -> Self {
        let code = raw.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
        Self(code.collect())
    }

    /// Whether it lets this member in. It counts once.
    pub(super) async fn counts(
        &self,
        console: &Console,
        credentials: &Credentials,
        caller: &Caller,
    ) -> Result<bool, PageError> {
        let staff = &credentials.staff;
        let Some(secret) = &credentials.totp else { return Ok(false) };
        let step = totp(secret, staff.name.as_str()).and_then(|totp| self.step(&totp, console));
        if let Some(step) = step {
            return Ok(console.store.spend_step(&staff.id, step).await?);
        }
        if !console.store.spend_recovery_code(&staff.id, &self.0).await? {
            return Ok(false);
        }
        let actor =
            Actor { staff: Some(staff.id.clone()), name: staff.name.to_string(), ip: caller.ip.clone() };
        let operation = actor.does(OperationKind::RecoveryCodeUsed, staff.name.as_str(), console.clock.now());
        console.store.note_operation(&operation).await?;
        Ok(true)
    }

    /// The time step whose digits these are: now, or one before or after.
    fn step(&self, totp: &Totp, console: &Console) -> Option<i64> {
        let seconds = u64::try_from(console.clock.now().as_second()).ok()?;
        totp.check(&self.0, seconds).and_then(|step| i64::try_from(step).ok())
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    show_page(&CodesPage::of(&visit, &Secret::generate().to_base32())?)
}

pub(super) async fn turn_on(visit: Visit, Sent(sent): Sent<TurnOn>) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let purpose = format!("{SEALED_FOR}/{}", visit.staff.id);
    let secret = store.unseal_for(&purpose, &sent.secret).ok_or(PageError::Unreadable)?;
    let totp = totp(&secret, visit.staff.name.as_str()).ok_or(PageError::Unreadable)?;
    if let Some(refused) = refuse_stranger(&visit, &sent.current).await? {
        let mut page = CodesPage::of(&visit, &secret)?;
        (page.current, page.code) = (refused, Field::of(sent.code));
        return show_again(&page);
    }
    let Some(step) = Code::read(&sent.code).step(&totp, &visit.console) else {
        let mut page = CodesPage::of(&visit, &secret)?;
        page.code = Field::of(sent.code).refused(visit.caller.t.say("codes.does_not_fit"));
        return show_again(&page);
    };
    let recovery_codes: Vec<String> = (0..RECOVERY_CODES).map(|_| draw_recovery_code()).collect();
    let operation = visit.does(OperationKind::SecondFactorOn, visit.staff.name.as_str());
    store.turn_second_factor_on(&visit.staff.id, &secret, &recovery_codes, &operation).await?;
    store.spend_step(&visit.staff.id, step).await?;
    let recovery_codes = recovery_codes.iter().map(|code| in_groups(code)).collect();
    show_page(&CodesOnPage { frame: visit.frame(""), recovery_codes })
}

pub(super) async fn ask_off(visit: Visit) -> Result<Response, PageError> {
    show_page(&CodesOffPage { frame: visit.frame(""), current: Field::default() })
}

pub(super) async fn turn_off(visit: Visit, Sent(sent): Sent<TurnOff>) -> Result<Response, PageError> {
    if let Some(current) = refuse_stranger(&visit, &sent.current).await? {
        return show_again(&CodesOffPage { frame: visit.frame(""), current });
    }
    let operation = visit.does(OperationKind::SecondFactorOff, visit.staff.name.as_str());
    visit.console.store.turn_second_factor_off(&visit.staff.id, &operation).await?;
    Ok(visit.done("/console/account", "codes.off_done"))
}

impl CodesPage {
    fn of(visit: &Visit, secret: &str) -> Result<Self, PageError> {
        let broken = || PageError::Broken("the secret of a second factor".into());
        let totp = totp(secret, visit.staff.name.as_str()).ok_or_else(broken)?;
        let address = totp.to_url().map_err(|_| broken())?;
        let purpose = format!("{SEALED_FOR}/{}", visit.staff.id);
        Ok(Self {
            frame: visit.frame(""),
            qr: draw_qr(&address).ok_or_else(broken)?,
            secret: in_groups(secret),
            sealed: visit.console.store.seal_for(&purpose, secret),
            code: Field::default(),
            current: Field::default(),
        })
    }
}

fn totp(secret: &str, name: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).with_account_name(name).with_issuer(Some(ISSUER)).build().ok()
}

/// Our own drawing, black on white in both colour schemes: cameras need it.
fn draw_qr(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&code))
}

fn draw_recovery_code() -> String {
    let mut random = rand::rng();
    let letter = || RECOVERY_LETTERS.get(random.random_range(0..RECOVERY_LETTERS.len())).copied();
    std::iter::from_fn(letter).take(10).map(char::from).collect()
}

/// Easier to copy by eye.
fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
