//! Who may enter, on every database: what happens at once happens once, and
//! every change stands in the log with it.

use jiff::Timestamp;
use yingda::model::{Role, StaffId, StaffName};
use yingda::store::{
    Actor, Attempt, Changed, LogFilter, MostAttempts, NewStaff, OperationKind, Purpose, Staff, Standing,
    Store,
};

use crate::support::databases::fresh_stores;

fn now() -> Timestamp {
    "2026-11-23T10:00:00+08:00".parse().expect("a time")
}

fn actor() -> Actor {
    Actor { staff: None, name: "命令行".to_owned(), ip: String::new() }
}

fn newcomer(name: &str, role: Role) -> NewStaff {
    let name = StaffName::parse(name).expect("a name");
    NewStaff { id: StaffId::fresh(), name, role, password: "$argon2id$…".to_owned() }
}

/// By a link, as everybody comes in.
async fn join(store: &Store, name: &str, role: Role) -> Result<StaffId, yingda::store::StoreError> {
    let operation = actor().does(OperationKind::Invite, name, now());
    let ticket = store.invite(&Purpose::Join(role), &operation).await?;
    let invitation = store.find_invitation(&ticket, now()).await?.expect("just made");
    let member = newcomer(name, role);
    let operation = actor().does(OperationKind::Join, name, now());
    assert!(store.join(&invitation, &member, &operation).await?, "the link works");
    Ok(member.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_take_a_link_at_once_one_gets_in() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let operation = actor().does(OperationKind::Invite, "甲", now());
        let ticket = store.invite(&Purpose::Join(Role::Viewer), &operation).await.expect("a link");
        let invitation = store.find_invitation(&ticket, now()).await.expect("readable").expect("there");

        let mut takers = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (store, invitation) = (store.clone(), invitation.clone());
            takers.spawn(async move {
                let operation = actor().does(OperationKind::Join, "甲", now());
                store.join(&invitation, &newcomer(&format!("甲{number}"), Role::Viewer), &operation).await
            });
        }
        let taken = takers.join_all().await;

        let won = taken.iter().filter(|taken| matches!(taken, Ok(true))).count();
        assert_eq!(won, 1, "{}: {taken:?}", fresh.name());
        assert_eq!(store.list_staff().await.expect("readable").len(), 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_once_however_it_is_written() {
    for fresh in fresh_stores().await {
        join(&fresh.store, "Wang", Role::Editor).await.expect("joined");

        let again = join(&fresh.store, "wANG", Role::Editor).await;

        assert!(again.is_err(), "{}", fresh.name());
        let joined = LogFilter { kind: "join".into(), ..LogFilter::default() };
        let logged = fresh.store.count_operations(&joined).await.expect("readable");
        assert_eq!(logged, 1, "{}: what failed is not logged as done", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_one() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let first = join(store, "甲", Role::Admin).await.expect("joined");
        let demote = actor().does(OperationKind::RoleChanged, "甲", now());
        let disable = actor().does(OperationKind::Disabled, "甲", now());

        assert_eq!(
            store.change_role(&first, Role::Viewer, &demote).await.expect("asked"),
            Changed::LastAdmin
        );
        assert_eq!(store.disable_staff(&first, &disable).await.expect("asked"), Changed::LastAdmin);
        let second = join(store, "乙", Role::Admin).await.expect("joined");
        assert_eq!(store.disable_staff(&first, &disable).await.expect("asked"), Changed::Done);
        assert_eq!(
            store.change_role(&second, Role::Editor, &demote).await.expect("asked"),
            Changed::LastAdmin
        );

        let first = store.find_staff(&first).await.expect("readable").expect("there");
        assert_eq!(first.standing, Standing::Disabled, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factors_secret_is_sealed_and_no_code_counts_twice() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let id = join(store, "甲", Role::Admin).await.expect("joined");
        let operation = actor().does(OperationKind::SecondFactorOn, "甲", now());
        let codes = ["AAAAABBBBB".to_owned(), "CCCCCDDDDD".to_owned()];

        store.turn_second_factor_on(&id, "SECRET", &codes, &operation).await.expect("on");

        let name = StaffName::parse("甲").expect("a name");
        let found = store.find_credentials(&name).await.expect("readable").expect("there");
        assert_eq!(found.totp.as_deref(), Some("SECRET"), "{}", fresh.name());
        assert!(store.spend_step(&id, 100).await.expect("asked"));
        for used in [99, 100] {
            assert!(!store.spend_step(&id, used).await.expect("asked"), "{used}");
        }
        assert!(store.spend_recovery_code(&id, "AAAAABBBBB").await.expect("asked"));
        assert!(!store.spend_recovery_code(&id, "AAAAABBBBB").await.expect("asked"));
        assert!(!store.spend_recovery_code(&id, "nonsense").await.expect("asked"));
        fresh.discard().await;
    }
}

async fn administrators(store: &Store) -> Vec<StaffId> {
    let staff = store.list_staff().await.expect("readable").into_iter();
    let can = |member: &Staff| member.role == Role::Admin && member.standing == Standing::Active;
    staff.filter(can).map(|member| member.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_administrators_who_disable_each_other_at_once_one_remains() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        for round in 0..10 {
            for who in 0..4 {
                join(store, &format!("{round}-{who}"), Role::Admin).await.expect("joined");
            }
            let admins = administrators(store).await;

            let mut deeds = tokio::task::JoinSet::new();
            for (number, id) in admins.into_iter().enumerate() {
                let store = store.clone();
                deeds.spawn(async move {
                    let operation = actor().does(OperationKind::Disabled, "同事", now());
                    match number % 2 {
                        0 => store.disable_staff(&id, &operation).await,
                        _ => store.change_role(&id, Role::Viewer, &operation).await,
                    }
                });
            }
            for done in deeds.join_all().await {
                done.expect("no deed stands in another's way");
            }

            assert_eq!(administrators(store).await.len(), 1, "{}", fresh.name());
        }
        fresh.discard().await;
    }
}

const MOST: MostAttempts = MostAttempts { by_name: 4, by_ip: 3, by_name_and_ip: 2 };

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_counted_by_name_and_by_address() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let attempt = async |name, ip| store.count_attempt((name, ip), MOST, now()).await.expect("counted");

        for (name, ip, expected) in [
            ("甲", "1.1.1.1", Attempt::Counted),
            ("甲", "1.1.1.1", Attempt::Counted),
            ("甲", "1.1.1.1", Attempt::TooMany),
            ("乙", "1.1.1.1", Attempt::Counted),
            ("丙", "1.1.1.1", Attempt::TooMany),
            ("甲", "2.2.2.2", Attempt::Counted),
            ("甲", "3.3.3.3", Attempt::Counted),
            ("甲", "4.4.4.4", Attempt::TooMany),
        ] {
            assert_eq!(attempt(name, ip).await, expected, "{}: {name} {ip}", fresh.name());
        }
        store.forget_attempts("甲").await.expect("forgotten");
        assert_eq!(attempt("甲", "1.1.1.1").await, Attempt::Counted);
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_try_leaves_nothing_behind() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let other_places = ["2.2.2.2", "3.3.3.3"];

        for _ in 0..50 {
            store.count_attempt(("甲", "1.1.1.1"), MOST, now()).await.expect("counted");
        }

        for ip in other_places {
            let attempt = store.count_attempt(("甲", ip), MOST, now()).await.expect("counted");
            assert_eq!(attempt, Attempt::Counted, "{}: only two counted for the name", fresh.name());
        }
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_tries_at_once_no_more_are_let_through() {
    for fresh in fresh_stores().await {
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let store = fresh.store.clone();
            tries.spawn(async move { store.count_attempt(("甲", "1.1.1.1"), MOST, now()).await });
        }

        let tried = tries.join_all().await;

        let counted = tried.iter().filter(|tried| matches!(tried, Ok(Attempt::Counted))).count();
        assert!(counted <= 2, "{}: {tried:?}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_nobodys() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let operation = actor().does(OperationKind::TokenMade, "每周导出", now());
        let ticket = store.make_token(Role::Viewer, &operation).await.expect("made");
        let token = store.find_token(&ticket, now()).await.expect("readable").expect("it works");
        assert_eq!(
            store.list_tokens().await.expect("readable").first().and_then(|token| token.used_at),
            Some(now())
        );

        let revoked = actor().does(OperationKind::TokenRevoked, "每周导出", now());
        store.revoke_token(&token.id, &revoked).await.expect("revoked");

        assert!(store.find_token(&ticket, now()).await.expect("readable").is_none(), "{}", fresh.name());
        assert!(store.list_tokens().await.expect("readable").is_empty(), "{}", fresh.name());
        fresh.discard().await;
    }
}
