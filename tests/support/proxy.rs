//! A wire to PostgreSQL that can be cut or clogged, as a network or a server
//! that is stopped and started would.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Open,
    /// Every connection is cut, new ones too.
    Cut,
    /// Nothing gets through and nobody is told.
    Clogged,
    /// Everything gets through, each piece `SLOW` later.
    Slow,
}

const SLOW: Duration = Duration::from_millis(2);

/// The same database, reached over a wire that can be cut.
pub async fn through_a_proxy(url: &str) -> (Proxy, String) {
    let (before, name) = url.rsplit_once('/').expect("a URL with a database name");
    let (user, server) = before.rsplit_once('@').expect("a URL with a user");
    let proxy = Proxy::to(server).await;
    let through = format!("{user}@127.0.0.1:{}/{name}", proxy.port);
    (proxy, through)
}

pub struct Proxy {
    pub port: u16,
    wire: watch::Sender<Wire>,
}

impl Proxy {
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let wire = watch::Sender::new(Wire::Open);
        tokio::spawn(accept(listener, Arc::from(server), wire.subscribe()));
        Self { port, wire }
    }

    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn accept(listener: TcpListener, server: Arc<str>, wire: watch::Receiver<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, wire) = (Arc::clone(&server), wire.clone());
        tokio::spawn(async move {
            if *wire.borrow() == Wire::Cut {
                return;
            }
            let Ok(server) = TcpStream::connect(&*server).await else { return };
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            tokio::select! {
                () = forward(from_client, to_server, wire.clone()) => {}
                () = forward(from_server, to_client, wire.clone()) => {}
                () = until_cut(wire) => {}
            }
        });
    }
}

async fn forward(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        if wire.wait_for(|wire| *wire != Wire::Clogged).await.is_err() {
            return;
        }
        if *wire.borrow() == Wire::Slow {
            tokio::time::sleep(SLOW).await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

async fn until_cut(mut wire: watch::Receiver<Wire>) {
    if wire.wait_for(|wire| *wire == Wire::Cut).await.is_err() {
        tokio::time::sleep(Duration::MAX).await;
    }
}
