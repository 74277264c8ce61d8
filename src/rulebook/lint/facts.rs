//! Facts that are missing or past their day.

use super::super::catalog::holds;
use super::super::check::Presence;
use super::super::rule::Place;
use super::super::unfinished::is_unfinished;
use super::{Problem, Seen};

pub fn report(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    report_default_contact(seen, problems);
    report_expired(seen, problems);
    report_unfinished(seen, problems);
}

fn report_default_contact(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    if seen.contacts == Presence::Unreadable {
        return;
    }
    let contacts = &seen.catalog.contacts;
    let problem = match contacts.as_slice() {
        [] => Problem::warning("no-contact", "还没有联系人，答不上来时没有电话可给。")
            .remedy("请在 contacts.toml 里写：\n[[contact]]\nname = \"培训顾问\"\nphone = \"0796-6559898\"\ndefault = true"),
        many if many.iter().any(|contact| contact.is_default) => return,
        [only] => Problem::note("no-default", format!("没有写哪位是默认联系人，用了「{}」。", only.name))
            .remedy("请给这一位加上 default = true 。"),
        [first, ..] => Problem::warning("no-default", format!("没有写哪位是默认联系人，用了第一位「{}」。", first.name))
            .remedy("请给其中一位加上 default = true 。"),
    };
    problems.push(problem.in_file("contacts.toml"));
}

fn report_expired(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    let catalog = seen.catalog;
    let courses = catalog
        .courses
        .iter()
        .map(|course| ("课程", &course.name, course.valid_until, &course.owner, &course.place));
    let contacts = catalog
        .contacts
        .iter()
        .map(|contact| ("联系人", &contact.name, contact.valid_until, &contact.owner, &contact.place));
    let articles = catalog
        .articles
        .iter()
        .map(|article| ("文章", &article.title, article.valid_until, &article.owner, &article.place));
    for (what, name, valid_until, owner, place) in courses.chain(contacts).chain(articles) {
        let Some(last) = valid_until.filter(|_| !holds(valid_until, seen.today)) else { continue };
        let who = owner.as_ref().map_or_else(|| "负责的同事".to_owned(), |owner| format!("「{owner}」"));
        let problem = Problem::warning(
            "expired",
            format!("{what}「{name}」已在 {last} 到期，用到它的回复改发「没填完时改回」（fallback）。"),
        )
        .remedy(format!("请{who}核对后，改 valid_until。"));
        problems.push(at(place, problem));
    }
}

fn report_unfinished(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    for course in &seen.catalog.courses {
        let texts = [&course.theme, &course.audience, &course.price_text, &course.points];
        if is_unfinished(&course.name) || texts.into_iter().flatten().any(|text| is_unfinished(text)) {
            let problem = Problem::warning("unfinished", format!("课程「{}」还有〔待填写〕。", course.name))
                .remedy("填好之前不会列出；不知道的格子请空着。");
            problems.push(at(&course.place, problem));
        }
    }
}

fn at(place: &Place, problem: Problem) -> Problem {
    let line = usize::try_from(place.line).unwrap_or_default();
    problem.in_file(&place.file).at_line(line)
}
