//! The server's control, over the smallest HTTP client that will do: one request a connection, JSON both ways.

use std::io;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::folder::Folder;
use super::{Endpoint, SandboxError};

/// A reset builds IAM's thousand managed policies anew, 2 s here; on a busy machine several times that.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a server that was told to stop may take.
const ENDING: Duration = Duration::from_secs(10);

/// What the server wrote when it began to listen.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ServerState {
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) token: String,
    pub(super) version: String,
}

impl ServerState {
    pub(super) fn endpoint(&self, folder: &Folder) -> Endpoint {
        Endpoint { url: format!("http://127.0.0.1:{}", self.port), pid: self.pid, log: folder.log() }
    }
}

/// What the server says now; the token tells whether it is the one that wrote the state.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Health {
    pub(super) token: String,
    pub(super) seconds_slow: f64,
    pub(super) calls: u64,
}

/// Asks for the server's health; none if nobody listens, or somebody else does.
pub(super) async fn health(state: &ServerState) -> Result<Option<Health>, SandboxError> {
    match timeout(PATIENCE, exchange(state.port, "GET", "health", "")).await {
        Err(_) => Err(SandboxError::Hung { pid: state.pid, port: state.port }),
        // Refused: it ended, and left its state behind. Any other failure: another program has the port by now.
        Ok(Err(_)) => Ok(None),
        Ok(Ok(answer)) => Ok(serde_json::from_str(&answer.body).ok()),
    }
}

/// Sends a command to the server.
pub(super) async fn post(state: &ServerState, what: &str, body: &str) -> Result<(), SandboxError> {
    let hung = || SandboxError::Hung { pid: state.pid, port: state.port };
    let answer = timeout(PATIENCE, exchange(state.port, "POST", what, body)).await.map_err(|_| hung())?;
    let answer = answer.map_err(|_| hung())?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(SandboxError::Refused { what: what.to_owned(), said: answer.body })
}

/// Tells the server to end, and returns once nobody listens on its port.
pub(super) async fn stop(state: &ServerState) -> Result<(), SandboxError> {
    post(state, "stop", &serde_json::json!({ "token": state.token }).to_string()).await?;
    let gone = async {
        while TcpStream::connect(("127.0.0.1", state.port)).await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(ENDING, gone).await.map_err(|_| SandboxError::Hung { pid: state.pid, port: state.port })
}

struct Answer {
    status: u16,
    body: String,
}

async fn exchange(port: u16, method: &str, what: &str, body: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "{method} /_provision/{what} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer"))
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_status_and_a_body() {
        let answer = parse("HTTP/1.1 403 Sandbox\r\nContent-Length: 2\r\n\r\n{}").expect("it is one");
        assert_eq!((answer.status, answer.body.as_str()), (403, "{}"));
    }

    #[test]
    fn what_another_program_says_is_no_answer() {
        assert!(parse("SSH-2.0-OpenSSH_9.6\r\n").is_none());
        assert!(parse("HTTP/1.1\r\n\r\n").is_none());
    }
}
