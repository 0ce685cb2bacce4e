use std::time::Duration;

use super::style::table;

/// What one action of one service cost in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTiming {
    /// `ec2:DescribeVpcs`.
    pub operation: String,
    /// Attempts, retries included.
    pub calls: u64,
    pub throttles: u64,
    /// Waited for AWS's answers, summed over calls in parallel.
    pub on_aws: Duration,
    /// Waited for our own rate limit.
    pub on_limit: Duration,
}

/// The table of `--timings`: the most expensive first, the sum, and our own time.
///
/// `wall` is the whole run's wall-clock time, `cpu` our own processor time where the system tells it.
pub fn timings_text(calls: &[CallTiming], wall: Duration, cpu: Option<Duration>) -> String {
    let mut calls = calls.to_vec();
    calls.sort_by(|a, b| b.on_aws.cmp(&a.on_aws).then_with(|| a.operation.cmp(&b.operation)));
    let sum = CallTiming {
        operation: "all".to_owned(),
        calls: calls.iter().map(|call| call.calls).sum(),
        throttles: calls.iter().map(|call| call.throttles).sum(),
        on_aws: calls.iter().map(|call| call.on_aws).sum(),
        on_limit: calls.iter().map(|call| call.on_limit).sum(),
    };
    let head = ["action", "calls", "throttled", "on AWS", "on our limit"].map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(head).chain(calls.iter().chain([&sum]).map(row)).collect();
    let own = cpu.map(|cpu| format!(", {} of our own CPU", seconds(cpu))).unwrap_or_default();
    format!("{}{} in all{own}\n", table(&rows, ""), seconds(wall))
}

fn row(call: &CallTiming) -> Vec<String> {
    vec![
        call.operation.clone(),
        call.calls.to_string(),
        call.throttles.to_string(),
        seconds(call.on_aws),
        seconds(call.on_limit),
    ]
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
