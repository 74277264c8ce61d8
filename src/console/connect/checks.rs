//! The self-checks of an account, as `yingda doctor` makes them from outside.

use jiff::SignedDuration;

use super::Known;
use super::standing::Standing;
use super::typed::{aes_key_word, token_word};
use crate::accounts::CannotServe;
use crate::console::visit::Visit;
use crate::console::words::Sentence;
use crate::model::Encryption;
use crate::platform::Channel;
use crate::platform::wechat::InvalidAccount;

/// WeChat calls no other. Source: 接入概述.
const WECHAT_SCHEMES: [(&str, &str); 2] = [("https://", "443"), ("http://", "80")];
/// A day without a message is unusual for an account that is asked things.
const QUIET: SignedDuration = SignedDuration::from_hours(24);
const CLOCK_SKEW: &str = "clock_skew";

pub(super) struct Check {
    /// success, warning, error or plain.
    pub tone: &'static str,
    /// The same in a word: colour is not enough.
    pub mark: Sentence<'static>,
    pub what: Sentence<'static>,
    pub remedy: Option<Sentence<'static>>,
}

pub(super) fn of(known: &Known, standing: &Standing, visit: &Visit) -> Vec<Check> {
    let found = [
        secrets(known, visit),
        mode(known, visit),
        address(visit),
        clock(standing, visit),
        quiet(standing, visit),
    ];
    found.into_iter().flatten().collect()
}

fn secrets(known: &Known, visit: &Visit) -> Option<Check> {
    Some(known.with_channel(visit, |channel| match channel {
        Ok(Channel::Wechat(account)) if account.survives_a_round_trip() => {
            good(visit, "accounts.check_secrets")
        }
        Ok(Channel::Wechat(_)) => bad(visit, "accounts.check_round_trip"),
        Err(failure) => {
            let check = bad(visit, "accounts.check_not_served");
            let cause = visit.caller.t.say(cause_word(&failure));
            Check { what: check.what.with("cause", cause), ..check }
        }
    }))
}

fn cause_word(failure: &CannotServe) -> &'static str {
    match failure {
        CannotServe::Sealed => "accounts.cause_sealed",
        CannotServe::Token(problem) => token_word(problem),
        CannotServe::AesKey(problem) => aes_key_word(problem),
        CannotServe::Account(InvalidAccount::NoAesKey { .. }) => "accounts.cause_no_aes_key",
        CannotServe::Account(InvalidAccount::NoAppId { .. }) => "accounts.cause_no_app_id",
    }
}

fn mode(known: &Known, visit: &Visit) -> Option<Check> {
    let is_plain = known.with_channel(visit, |channel| {
        matches!(channel, Ok(Channel::Wechat(account)) if account.encryption() == Encryption::Plain)
    });
    is_plain.then(|| warning(visit, "accounts.check_plain"))
}

fn address(visit: &Visit) -> Option<Check> {
    let Some(url) = visit.console.public_url.as_deref() else {
        return Some(bad(visit, "accounts.check_no_address"));
    };
    let check = match port_of(url) {
        Some((port, usual)) if port != usual => {
            let check = bad(visit, "accounts.check_port");
            Check { what: check.what.with("port", port), ..check }
        }
        Some(_) => good(visit, "accounts.check_address"),
        None => bad(visit, "accounts.check_no_address"),
    };
    Some(Check { what: check.what.with("url", url), ..check })
}

/// The port in an address, and the one WeChat asks at.
fn port_of(url: &str) -> Option<(&str, &'static str)> {
    let (scheme, usual) = WECHAT_SCHEMES.into_iter().find(|(scheme, _)| url.starts_with(scheme))?;
    let host = url.strip_prefix(scheme)?.split('/').next()?;
    // The colons of an address in brackets are no port.
    let after = host.rsplit(']').next()?;
    Some((after.rsplit_once(':').map_or(usual, |(_, port)| port), usual))
}

/// WeChat's clock is seen in what it signs.
fn clock(standing: &Standing, visit: &Visit) -> Option<Check> {
    let skewed = standing.refusals.iter().find(|refusal| refusal.code == CLOCK_SKEW);
    let heard = standing.heard.map(|heard| heard.at);
    match (skewed, heard) {
        (Some(refusal), heard) if heard.is_none_or(|heard| heard < refusal.last_at) => {
            Some(bad(visit, "accounts.check_clock_off"))
        }
        (_, Some(_)) => Some(good(visit, "accounts.check_clock")),
        (_, None) => Some(unknown(visit, "accounts.check_clock_unknown")),
    }
}

fn quiet(standing: &Standing, visit: &Visit) -> Option<Check> {
    let silent = visit.now().duration_since(standing.heard?.at);
    (silent >= QUIET).then(|| {
        let check = warning(visit, "accounts.check_quiet");
        Check { what: check.what.with("hours", silent.as_hours()), ..check }
    })
}

fn good(visit: &Visit, word: &str) -> Check {
    check(visit, "success", "accounts.mark_good", word)
}

fn warning(visit: &Visit, word: &str) -> Check {
    check(visit, "warning", "accounts.mark_warning", word)
}

fn bad(visit: &Visit, word: &str) -> Check {
    check(visit, "error", "accounts.mark_bad", word)
}

fn unknown(visit: &Visit, word: &str) -> Check {
    check(visit, "plain", "accounts.mark_unknown", word)
}

fn check(visit: &Visit, tone: &'static str, mark: &str, word: &str) -> Check {
    let t = visit.caller.t;
    let remedy = t.find(&format!("{word}_remedy")).map(Sentence::owned);
    Check { tone, mark: t.say(mark).owned(), what: t.say(word).owned(), remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_an_address_is_the_one_wechat_will_ask_at() {
        for (url, expected) in [
            ("https://wx.example.org", Some(("443", "443"))),
            ("https://wx.example.org:8443/base", Some(("8443", "443"))),
            ("http://wx.example.org:80", Some(("80", "80"))),
            ("http://[::1]", Some(("80", "80"))),
            ("http://[::1]:8080", Some(("8080", "80"))),
            ("wx.example.org", None),
        ] {
            assert_eq!(port_of(url), expected, "{url}");
        }
    }
}
