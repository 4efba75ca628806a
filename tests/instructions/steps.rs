//! The steps of a token request, taken again and again by the functions that the server calls: one thread, a clock that
//! stands. Says which steps it took, and how often, in their order.

use std::future::Future;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use passgate::app::App;
use passgate::app::clock::Clock;
use passgate::app::issue::{Issued, Proven, Purpose, Showing};
use passgate::config::{Config, Sources};
use passgate::domain::entity::{Change, Entity};
use passgate::domain::event::Actor;
use passgate::domain::rotation::Term;
use passgate::domain::time::Timestamp;
use passgate::domain::token::{self, Door};
use passgate::http::envelope::private_json;
use passgate::http::front::Front;
use passgate::http::integration::access_token::Answer;
use passgate::http::{parse, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Failure;

/// How often each step is taken before it is counted, and how often then.
const WARM: usize = 30;
const COUNTED: usize = 100;
/// How often opening the installation is tried once more.
const OPENED: usize = 10;
const NOW: i64 = 1_800_000_000_000;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Takes every step.
pub fn take() -> Result<(), Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(path())
}

/// Where the counter stops and begins anew. It does nothing, and must not be optimized away.
#[inline(never)]
fn mark(step: &str) {
    std::hint::black_box(step);
}

/// Takes one step again and again.
async fn step<T, F: Future<Output = Result<T, Failure>>>(
    name: &str,
    mut take: impl FnMut() -> F,
) -> Result<(), Failure> {
    for _ in 0..WARM {
        std::hint::black_box(take().await?);
    }
    mark(name);
    for _ in 0..COUNTED {
        std::hint::black_box(take().await?);
    }
    mark(name);
    Ok(writeln!(std::io::stdout(), "{name} {COUNTED}")?)
}

/// The installation. Callgrind takes some fifty times as long as the processor alone: on a busy machine, that is longer than
/// is waited for a database.
async fn opened(config: &Config, address: SocketAddr) -> Result<Arc<App>, Failure> {
    let open = || App::open(config.clone(), Clock::set(Timestamp::from_millis(NOW)), address);
    for _ in 0..OPENED {
        if let Ok(app) = open().await {
            return Ok(app);
        }
    }
    Ok(open().await?)
}

async fn path() -> Result<(), Failure> {
    // Lines are logged as the server logs them by default: what it costs to log nothing counts, too.
    tracing_subscriber::fmt().with_env_filter("info").with_writer(std::io::stderr).init();
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("empty.toml");
    std::fs::write(&file, "")?;
    let flags = vec![("data_dir", directory.path().join("data").display().to_string())];
    let config = Config::load(&Sources { file: Some(file), flags })?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = opened(&config, address).await?;
    let named = |text: &str| Some(text.to_owned());
    let change = Change { identifier: named("customer-00"), name: named("Customer 00"), ..Change::default() };
    let entity = app.create_entity(&Actor::Cli, change).await?;
    let made = app.generate_credential(&Actor::Cli, Some(&entity), "System 0", None, Term::default()).await?;
    let (client_id, secret) = (made.credential.client_id.as_str(), made.secret.expose());

    let form = format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}");
    let json = format!(r#"{{"grant_type":"client_credentials","client_id":"{client_id}","client_secret":"{secret}"}}"#);
    let by_form = Bytes::from(form.clone());
    let by_json = Bytes::from(json);
    let faulty = |_| Failure::from("the request is not taken");
    step("parse form", async || parse::form::fields(&by_form).map_err(faulty)).await?;
    step("parse JSON", async || parse::json::fields(&by_json).map_err(faulty)).await?;
    let prove = async || -> Result<Proven, Failure> {
        let proven = app.prove_client(client_id, Showing::Secret(secret), HERE, Purpose::Token).await;
        proven.map_err(|why| format!("not proven: {why:?}").into())
    };
    step("prove", &prove).await?;
    let (proven, fields) = (prove().await?, parse::form::fields(&by_form).map_err(faulty)?);
    let known: &Arc<Entity> = proven.entity.as_ref().ok_or("no entity")?;
    let decide = || token::grant(known, &fields, Door::Integration).map_err(|why| Failure::from(format!("{why:?}")));
    step("decide", async || decide()).await?;
    let grant = decide()?;
    let sign = async || -> Result<Issued, Failure> {
        Ok(app.issue(&proven, known, grant.clone(), app.audience.clone(), None, HERE).await?)
    };
    step("sign", &sign).await?;
    let issued = sign().await?;
    let answer = || private_json(StatusCode::OK, &Answer::of(&issued.access_token, issued.expires_in, &issued.scope));
    step("answer", async || Ok(answer())).await?;

    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(serve::serve(listener, Front::main(&app), None, stopped));
    for (name, path) in [("request", "/api/v1/access-token"), ("request, OAuth", "/oauth/token")] {
        let head = "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded";
        let request = format!("POST {path} HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n\r\n{form}", form.len());
        let stream = tokio::sync::Mutex::new((TcpStream::connect(address).await?, Vec::with_capacity(4096)));
        let ask = async || -> Result<(), Failure> {
            let (stream, answer) = &mut *stream.lock().await;
            stream.write_all(request.as_bytes()).await?;
            answer.clear();
            // The body is one object.
            while !answer.ends_with(b"\"}") {
                if stream.read_buf(answer).await? == 0 {
                    return Err("no answer".into());
                }
            }
            if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("no token".into()) }
        };
        step(name, &ask).await?;
    }
    Ok(())
}
