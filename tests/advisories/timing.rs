//! What time tells: whether a client id is known, at the door that does not say so, and how much of a secret is right.
//!
//! Requests of two kinds go out in pairs, in an order that a generator chooses, over one connection. If both kinds take
//! the same time, either is the slower one of a pair as often as the other, whatever else the machine does: the number of
//! pairs in which the first kind is slower is binomial with 1/2 (the sign test). A difference counts if that number is five
//! standard deviations off, which chance does once in two million, and the median difference of the pairs is one that matters.
//! One such finding is only a suspicion: a test fails when the whole experiment, made three times, finds it each time. That the
//! instrument sees what it is made for is tried on a difference that is put in.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use passgate::domain::id::ClientId;
use passgate::http::oauth::client_auth::ALIKE;

use crate::now;
use crate::server::Server;

/// Least median difference of known and unknown ids that matters, in nanoseconds. What is done after the common wait may
/// differ by less: a refusal of a known client is remembered for its entity.
const LEAST_OF_IDS: i64 = 100_000;
/// The same of secrets, whose way is one.
const LEAST_OF_SECRETS: i64 = 10_000;
/// Standard deviations.
const FAR: f64 = 5.0;

/// One kind of request, and how long its caller waits before it is sent, within what is measured: for a difference put in.
struct Kind {
    requests: Vec<String>,
    status: u16,
    delay: Duration,
}

impl Kind {
    fn new(requests: Vec<String>, status: u16) -> Self {
        Self { requests, status, delay: Duration::ZERO }
    }
}

/// What one experiment found.
#[derive(Debug)]
struct Found {
    /// Standard deviations by which the first kind is the slower one too often.
    deviation: f64,
    /// Median of the differences of the pairs, in nanoseconds.
    median: i64,
    /// The shortest time of each kind.
    shortest: [Duration; 2],
}

impl Found {
    fn is_difference(&self, least: i64) -> bool {
        self.deviation.abs() > FAR && self.median.abs() > least
    }
}

/// Where and how it is measured.
struct Instrument {
    address: SocketAddr,
    /// Sent after every hundredth pair, unmeasured: a success, for which the throttle forgives.
    between: String,
    /// Least median difference that matters, in nanoseconds.
    least: i64,
}

struct Connection(TcpStream);

impl Connection {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(stream)
    }

    /// How long the answer took; it must have this status.
    fn time(&mut self, request: &str, status: u16, delay: Duration) -> Duration {
        let begun = now();
        while begun.elapsed() < delay {
            std::hint::spin_loop();
        }
        self.0.write_all(request.as_bytes()).unwrap();
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        let length = loop {
            let read = self.0.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "the server closed the connection");
            answer.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
                if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                    break begun.elapsed();
                }
            }
        };
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
        length
    }
}

impl Instrument {
    /// Measures so many pairs.
    fn experiment(&self, kinds: [&Kind; 2], pairs: usize) -> Found {
        let mut connection = Connection::new(self.address);
        let (mut slower, mut differences, mut shortest) = (0_i32, Vec::new(), [Duration::MAX; 2]);
        let mut order = 0x2545_F491_4F6C_DD1D_u64;
        for pair in 0..pairs {
            if pair % 100 == 0 {
                connection.time(&self.between, 200, Duration::ZERO);
            }
            order ^= order << 13;
            order ^= order >> 7;
            order ^= order << 17;
            let mut times = [Duration::ZERO; 2];
            for at in if order & 1 == 0 { [0, 1] } else { [1, 0] } {
                let kind = kinds[at];
                let request = &kind.requests[pair % kind.requests.len()];
                times[at] = connection.time(request, kind.status, kind.delay);
                shortest[at] = shortest[at].min(times[at]);
            }
            let nanoseconds = |time: Duration| i64::try_from(time.as_nanos()).unwrap();
            let difference = nanoseconds(times[0]) - nanoseconds(times[1]);
            slower += i32::from(difference > 0) - i32::from(difference < 0);
            differences.push(difference);
        }
        differences.sort_unstable();
        let deviation = f64::from(slower) / f64::from(u32::try_from(pairs).unwrap()).sqrt();
        Found { deviation, median: differences[pairs / 2], shortest }
    }

    /// What each of three experiments finds, up to the first that finds no difference.
    fn findings(&self, kinds: [&Kind; 2], pairs: usize) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        while all.len() < 3 && all.last().is_none_or(|found| found.is_difference(self.least)) {
            all.push(self.experiment(kinds, pairs));
        }
        all
    }

    /// Finds no difference, and sees one that is put in; on a busy machine not at once.
    fn assert_alike(&self, kinds: [&Kind; 2], pairs: usize, put_in: Duration) -> Vec<Found> {
        let late = Kind { delay: put_in, ..Kind::new(kinds[0].requests.clone(), kinds[0].status) };
        let sees = |found: &Found| found.is_difference(self.least);
        let seen = (0..8).any(|_| sees(&self.experiment([kinds[0], &late], pairs / 2)));
        assert!(seen, "the instrument does not see a difference of {put_in:?}");
        let all = self.findings(kinds, pairs);
        assert!(all.last().is_some_and(|found| !sees(found)), "time tells them apart: {all:?}");
        all
    }
}

fn post(path: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{more}Content-Length: {length}\r\n\r\n{body}"
    )
}

fn basic(client_id: &str, secret: &str) -> String {
    let authorization = format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{client_id}:{secret}")));
    post("/oauth/token", &authorization, "grant_type=client_credentials")
}

#[tokio::test(flavor = "multi_thread")]
async fn time_does_not_tell_whether_a_client_id_is_known() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let customer = server.customer().await;
    let wrong = customer.secret.replace(&customer.secret[20..24], "AAAA");
    let right = basic(&customer.client_id, &customer.secret);
    let known = Kind::new(vec![basic(&customer.client_id, &wrong)], 401);
    let nobody = |n: u16| ClientId::from_random([n.to_be_bytes(), [7; 2]].concat().repeat(4).try_into().unwrap());
    let unknown = Kind::new((0..200).map(|n| basic(nobody(n).as_str(), &wrong)).collect(), 401);
    let instrument = Instrument { address: server.address, between: right, least: LEAST_OF_IDS };
    let measured = tokio::task::spawn_blocking(move || instrument.assert_alike([&known, &unknown], 200, ALIKE / 2));
    let found = measured.await.unwrap();
    // Whichever way a refusal took, it did not leave before the others.
    assert!(found.iter().flat_map(|found| found.shortest).all(|shortest| shortest >= ALIKE), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_does_not_tell_how_much_of_a_secret_is_right() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let customer = server.customer().await;
    let ask = |secret: &str| {
        post("/api/v1/access-token", "", &format!("client_id={}&client_secret={secret}", customer.client_id))
    };
    let swapped = |secret: &str, at: usize| {
        let mut bytes = secret.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        String::from_utf8(bytes).unwrap()
    };
    let nearly = Kind::new((40..customer.secret.len()).map(|at| ask(&swapped(&customer.secret, at))).collect(), 401);
    // Of the same form, and as wrong in the checksum at its end.
    let other = server.customer_named("other").await.secret;
    let hardly = Kind::new((40..other.len()).map(|at| ask(&swapped(&other, at))).collect(), 401);
    let instrument = Instrument { address: server.address, between: ask(&customer.secret), least: LEAST_OF_SECRETS };
    let measured = tokio::task::spawn_blocking(move || {
        instrument.assert_alike([&nearly, &hardly], 3000, Duration::from_micros(500));
    });
    measured.await.unwrap();
}
