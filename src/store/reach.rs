//! A PostgreSQL that could not be reached when we started. It is looked for until
//! it answers; the first connection brings its schema forward, and until then
//! nothing is read from it or written to it: it may be an older one, or a newer
//! one that is not ours to touch. Not here: what is answered meanwhile
//! (committer::behind).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};
use tracing::{error, info};

use super::StoreError;
use super::committer::Behind;
use super::schema::{self, Dialect};

const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Reach(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_ready: AtomicBool,
    /// Why what answers cannot be used.
    refusal: Mutex<Option<StoreError>>,
}

impl Reach {
    /// Every connection is held back until the schema is ours.
    pub fn watch_over(&self, options: PgPoolOptions) -> PgPoolOptions {
        let reach = self.clone();
        options.after_connect(move |connection, _| {
            let reach = reach.clone();
            Box::pin(async move { reach.prepare(connection).await })
        })
    }

    async fn prepare(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.0.is_ready.load(Ordering::Acquire) {
            return Ok(());
        }
        let migrated = schema::migrator(Dialect::Postgres).run_direct(None, connection, false).await;
        match migrated.map_err(schema::explain) {
            Ok(()) => {
                self.0.is_ready.store(true, Ordering::Release);
                Ok(())
            }
            Err(refusal) => {
                let told = refusal.to_string();
                *self.0.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                Err(sqlx::Error::Configuration(told.into()))
            }
        }
    }

    /// Until it answers and is ours, or the store is closed.
    pub async fn look_for(self, pool: PgPool, behind: Arc<Behind>) {
        let mut told = String::new();
        while let Err(failure) = pool.acquire().await {
            if matches!(failure, sqlx::Error::PoolClosed) {
                return;
            }
            let refusal = self.0.refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(refusal) = refusal {
                if told != refusal.to_string() {
                    told = refusal.to_string();
                    error!(%refusal, "PostgreSQL answers and cannot be used; messages wait in the journal");
                }
                behind.note_trouble(Arc::new(refusal));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        info!(waiting = behind.waiting.len(), "PostgreSQL answers; what waited is stored now");
        behind.open();
    }
}
