//! A TCP proxy between Passgate and PostgreSQL that can cut, swallow and slow down what goes through it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// What becomes of connections and of what they carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    Open,
    /// Connections are closed, and nobody listens, as where the server has been stopped.
    Refuse,
    /// Connections are closed, and so is every new one.
    Cut,
    /// Nothing goes through, and nobody is told.
    Swallow,
    /// Each piece takes so much longer.
    Slow(Duration),
}

pub struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    opened: Arc<AtomicU64>,
}

impl Proxy {
    /// In front of the PostgreSQL that listens on this socket.
    pub async fn start(socket: PathBuf) -> Self {
        let mut listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, mut ways) = watch::channel(Way::Open);
        let opened = Arc::new(AtomicU64::new(0));
        let counted = opened.clone();
        tokio::spawn(async move {
            let mut others = ways.clone();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        counted.fetch_add(1, Ordering::Relaxed);
                        tokio::spawn(carry(accepted.unwrap().0, socket.clone(), ways.clone()));
                    }
                    is_told = until(&mut others, |way| way == Way::Refuse) => {
                        drop(listener);
                        if !is_told || !until(&mut ways, |way| way != Way::Refuse).await {
                            return;
                        }
                        listener = TcpListener::bind(address).await.unwrap();
                    }
                }
            }
        });
        Self { address, way, opened }
    }

    pub fn url(&self) -> String {
        format!("postgres://passgate@{}/postgres?sslmode=disable", self.address)
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// How many connections have been opened so far, whatever became of them.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }
}

async fn carry(client: TcpStream, socket: PathBuf, mut ways: watch::Receiver<Way>) {
    if *ways.borrow_and_update() == Way::Cut {
        return;
    }
    let _ = client.set_nodelay(true);
    let Some(server) = connect(&socket, &mut ways).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump(from_client, to_server, ways.clone()) => {}
        () = pump(from_server, to_client, ways.clone()) => {}
        _ = until(&mut ways, |way| matches!(way, Way::Cut | Way::Refuse)) => {}
    }
}

/// Waits for a way; says whether it can still come.
async fn until(ways: &mut watch::Receiver<Way>, is_it: impl Fn(Way) -> bool) -> bool {
    ways.wait_for(|way| is_it(*way)).await.is_ok()
}

/// While everything is swallowed, not even the greeting comes.
async fn connect(socket: &Path, ways: &mut watch::Receiver<Way>) -> Option<UnixStream> {
    until(ways, |way| way != Way::Swallow).await.then_some(())?;
    UnixStream::connect(socket).await.ok()
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut ways: watch::Receiver<Way>) {
    let mut piece = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if !until(&mut ways, |way| way != Way::Swallow).await {
            return;
        }
        let way = *ways.borrow();
        if let Way::Slow(time) = way {
            sleep(time).await;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
