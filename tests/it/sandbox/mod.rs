//! The local AWS itself, and how tests talk to it.

mod aws_behaviour;
mod injected_faults;
pub mod local_aws;
mod server;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The first id of this name in an answer.
pub fn id(answer: &str, name: &str) -> String {
    let (_, rest) = answer.split_once(&format!("<{name}>")).expect("the answer names it");
    rest.split('<').next().expect("split gives one").to_owned()
}

/// Sends one EC2 request as `account`; status and body, or (0, "") if the connection was closed without an answer.
pub async fn ec2(url: &str, account: &str, form: &str) -> (u16, String) {
    query(url, account, "ec2", &format!("{form}&Version=2016-11-15")).await
}

/// Sends one request of a query protocol; the form names the version too.
pub async fn query(url: &str, account: &str, service: &str, form: &str) -> (u16, String) {
    let scope = format!("{account}/20260101/us-east-1/{service}/aws4_request");
    let credential = format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=x");
    let head = format!("Authorization: {credential}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    exchange(url, "POST /", &head, form).await
}

/// Sends one request of a JSON protocol.
pub async fn json_call(url: &str, account: &str, service: &str, target: &str, body: &Value) -> (u16, Value) {
    let scope = format!("{account}/20260101/us-east-1/{service}/aws4_request");
    let credential = format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=x");
    let head = format!(
        "Authorization: {credential}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n"
    );
    let (status, answer) = exchange(url, "POST /", &head, &body.to_string()).await;
    (status, serde_json::from_str(&answer).expect("JSON"))
}

pub async fn control(url: &str, method: &str, what: &str, body: &Value) -> (u16, String) {
    exchange(url, &format!("{method} /_provision/{what}"), "", &body.to_string()).await
}

async fn exchange(url: &str, request: &str, head: &str, body: &str) -> (u16, String) {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.expect("it listens");
    let length = body.len();
    let request = format!(
        "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{head}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    // A reset is a lost answer too.
    let _ = stream.read_to_string(&mut answer).await;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return (0, String::new()) };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status line"), body.to_owned())
}
