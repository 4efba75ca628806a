//! Events of transactions that overlap, on a real database.

use reqwest::Method;
use serde_json::json;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::server::{Place, Server};

impl Place {
    /// A transaction beside the server has numbered its event and is not committed yet; then `meanwhile` happens, and then
    /// it is.
    async fn while_an_event_is_not_committed(&self, meanwhile: impl Future<Output = ()>) {
        let number = "UPDATE event_head SET seq = seq + 1";
        let event = "INSERT INTO events (seq, at, actor, action, subject, detail) SELECT seq, 1, 'cli', 'entity.viewed', 'x', '{}' FROM event_head";
        match self.database_url() {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                let mut tx = connection.begin().await.unwrap();
                sqlx::query(number).execute(&mut *tx).await.unwrap();
                sqlx::query(event).execute(&mut *tx).await.unwrap();
                meanwhile.await;
                tx.commit().await.unwrap();
            }
            None => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path().join("data/passgate.db"));
                let mut connection = options.connect().await.unwrap();
                let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
                sqlx::query(number).execute(&mut *tx).await.unwrap();
                sqlx::query(event).execute(&mut *tx).await.unwrap();
                meanwhile.await;
                tx.commit().await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_event_never_becomes_visible_before_one_with_a_lower_number() {
    let place = Place::new().await;
    let (server, follower) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    assert_eq!(follower.whoami(&token).await.status, 200);
    let before = place.number("SELECT MAX(seq) FROM events").await;
    let disable = server.admin(Method::PATCH, "/entities/northwind", Some(json!({"status": "disabled"})));
    tokio::pin!(disable);
    place
        .while_an_event_is_not_committed(async {
            let early = tokio::time::timeout(std::time::Duration::from_millis(500), &mut disable).await;
            assert!(early.is_err(), "its event overtook one with a lower number");
            follower.app.follow_events().await.unwrap();
            assert_eq!(follower.app.follower.seq(), before);
        })
        .await;
    assert_eq!(disable.await.status, 200);
    follower.app.follow_events().await.unwrap();
    assert_eq!(follower.app.follower.seq(), before + 2);
    assert_eq!(follower.whoami(&token).await.status, 401);
}
