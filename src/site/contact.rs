//! How to reach the centre, as every page shows it: the default contact, while
//! what is known of it still holds.

use jiff::civil::Date;

use super::placeholder::filled;
use crate::rulebook::catalog::holds;
use crate::rulebook::{Catalog, Contact};

#[derive(Debug)]
pub(super) struct ContactCard<'a> {
    pub name: Option<&'a str>,
    pub role: Option<&'a str>,
    pub phone: Option<Phone<'a>>,
    pub wechat: Option<&'a str>,
    pub hours: Option<&'a str>,
}

#[derive(Debug)]
pub(super) struct Phone<'a> {
    pub shown: &'a str,
    /// What a tap dials; none when the text is more than one number.
    pub dialled: Option<String>,
}

impl<'a> ContactCard<'a> {
    pub(super) fn find(catalog: &'a Catalog, today: Date) -> Option<Self> {
        let contact = catalog.default_contact().filter(|contact| holds(contact.valid_until, today))?;
        let card = Self::of(contact);
        (card.phone.is_some() || card.wechat.is_some()).then_some(card)
    }

    fn of(contact: &'a Contact) -> Self {
        Self {
            name: filled(Some(&contact.name)),
            role: filled(contact.role.as_deref()),
            phone: filled(contact.phone.as_deref()).map(Phone::of),
            wechat: filled(contact.wechat.as_deref()),
            hours: filled(contact.hours.as_deref()),
        }
    }
}

impl<'a> Phone<'a> {
    fn of(shown: &'a str) -> Self {
        Self { shown, dialled: dialled(shown) }
    }
}

/// 「0796-6559898」, 「+86 (796) 655 9898」; not 「655 转 3」, not 「… / …」.
fn dialled(shown: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')');
    let number: String = shown.chars().filter(|c| !matches!(c, ' ' | '(' | ')')).collect();
    (shown.chars().all(is_part) && number.chars().any(|c| c.is_ascii_digit())).then_some(number)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const NUMBERS: &[(&str, Option<&str>)] = &[
        ("0796-6559898", Some("0796-6559898")),
        ("+86 (796) 655 9898", Some("+867966559898")),
        ("6559898 转 3", None),
        ("6559898 / 6559899", None),
        ("-", None),
    ];

    #[test]
    fn a_number_is_dialled_only_when_it_is_one_number() {
        for (shown, expected) in NUMBERS {
            assert_eq!(dialled(shown).as_deref(), *expected, "{shown}");
        }
    }

    #[test]
    fn a_contact_is_shown_until_its_last_day() {
        let contact = Contact {
            wechat: Some("jgspxpy".into()),
            valid_until: Some(date(2027, 12, 31)),
            ..Contact::default()
        };
        let catalog = Catalog { contacts: vec![contact], ..Catalog::default() };

        assert!(ContactCard::find(&catalog, date(2027, 12, 31)).is_some());
        assert!(ContactCard::find(&catalog, date(2028, 1, 1)).is_none());
    }
}
