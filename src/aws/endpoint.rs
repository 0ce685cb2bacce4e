use std::net::IpAddr;

/// Returns whether a URL leads to this machine: an emulator, which gets made-up credentials rather than real ones.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|v6| v6.split(']').next()).or_else(|| host.split(':').next());
    let host = host.unwrap_or_default();
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in ["http://127.0.0.1:5000", "http://localhost:4566/", "http://[::1]:5000", "https://127.1.2.3"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://ec2.us-east-1.amazonaws.com", "http://10.0.0.1:5000", "http://localhost.example:1", ""] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
