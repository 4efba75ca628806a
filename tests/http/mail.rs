//! A mail server that takes everything and keeps it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// The mails that came, in their order.
pub struct Mail(Mutex<UnboundedReceiver<String>>);

impl Mail {
    pub async fn next(&self) -> String {
        let mut mails = self.0.lock().await;
        let next = tokio::time::timeout(Duration::from_secs(20), mails.recv()).await;
        next.expect("a mail comes").expect("the sink goes on")
    }
}

pub async fn sink() -> (Mail, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (send, receive) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, send.clone()));
        }
    });
    (Mail(Mutex::new(receive)), address)
}

/// As much of SMTP (RFC 5321) as a client needs to hand over a mail.
async fn take(stream: TcpStream, send: UnboundedSender<String>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.split_whitespace().next().unwrap_or_default() {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                let _ = send.send(text.replace("=\n", "").replace("=3D", "="));
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
