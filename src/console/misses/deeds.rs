//! What staff do about a group at once: ignore it, and take that back.

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::served::Served;
use super::super::visit::{Sent, Visit, address};
use super::groups::load;
use super::{Asked, PATH};
use crate::model::DeliveryKey;
use crate::store::Closing;

/// A cluster is named by one of its messages: what has come since is not meant.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Chosen {
    message: String,
    until: i64,
}

pub(in crate::console) async fn ignore(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, PageError> {
    let messages = find(&visit, &served, &asked, &chosen).await?;
    visit.console.store.close_misses(served.id(), &messages, &Closing::Ignored, &visit.act()).await?;
    visit.console.grouped.forget();
    Ok(visit.done(&address(PATH, &asked.pairs(&served)), "misses.ignored_done"))
}

pub(in crate::console) async fn reopen(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, PageError> {
    let messages = find(&visit, &served, &asked, &chosen).await?;
    visit.console.store.reopen_misses(served.id(), &messages).await?;
    visit.console.grouped.forget();
    Ok(visit.done(&address(PATH, &asked.pairs(&served)), "misses.reopened_done"))
}

async fn find(
    visit: &Visit,
    served: &Served,
    asked: &Asked,
    chosen: &Chosen,
) -> Result<Vec<DeliveryKey>, PageError> {
    let until = Timestamp::from_millisecond(chosen.until).map_err(|_| PageError::Unreadable)?;
    let grouped = load(visit, served, asked).await?;
    let found = grouped.group_with(&chosen.message);
    Ok(found.into_iter().filter(|miss| miss.at <= until).map(|miss| miss.message.clone()).collect())
}
