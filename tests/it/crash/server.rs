//! Servers of the local AWS that share a past: a fork for each case, and the faults of that case.

use serde_json::{Value, json};

use crate::sandbox::control;

/// One server; forks of it go their own way.
#[derive(Clone)]
pub struct Server {
    pub url: String,
}

impl Server {
    pub async fn fork(&self) -> Self {
        let fork = self.ask("POST", "fork", &Value::Null).await;
        Self { url: format!("http://127.0.0.1:{}", fork["port"]) }
    }

    /// Replaces the account's fault schedule.
    pub async fn faults(&self, account: &str, faults: &Value) {
        self.ask("POST", &format!("faults/{account}"), faults).await;
    }

    /// How many seconds creations and deletions take.
    pub async fn slow(&self, seconds: f64) {
        self.ask("POST", "slow", &json!({ "seconds": seconds })).await;
    }

    /// Returns once a deadly fault has struck the account.
    pub async fn death(&self, account: &str) {
        while self.ask("GET", &format!("deaths/{account}"), &Value::Null).await.is_null() {}
    }

    /// The calls of an account so far.
    pub async fn calls(&self, account: &str) -> Vec<Call> {
        let all = self.ask("GET", "calls", &Value::Null).await;
        let mine = all["calls"].as_array().expect("a list").iter().filter(|call| call["account"] == account);
        mine.map(Call::of).collect()
    }

    /// Ends it. A fork also ends with this process.
    pub async fn stop(&self) {
        let token = self.ask("GET", "health", &Value::Null).await["token"].clone();
        self.ask("POST", "stop", &json!({ "token": token })).await;
    }

    pub async fn ask(&self, method: &str, what: &str, body: &Value) -> Value {
        let (status, said) = control(&self.url, method, what, body).await;
        assert_eq!(status, 200, "{method} {what}: {said}");
        serde_json::from_str(&said).expect("JSON")
    }
}

pub struct Call {
    /// `ec2:CreateVpc`.
    pub operation: String,
}

impl Call {
    fn of(told: &Value) -> Self {
        let text = |key: &str| told[key].as_str().unwrap_or_default();
        Self { operation: format!("{}:{}", text("service"), text("operation")) }
    }

    /// As the fault schedule counts with `*changing*`.
    pub fn changes(&self) -> bool {
        let (_, operation) = self.operation.split_once(':').expect("made with one");
        let reads = ["Describe", "List", "Get", "Head", "BatchGet", "AssumeRole"];
        !reads.iter().any(|verb| operation.starts_with(verb))
    }
}
