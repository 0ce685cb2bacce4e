/// Names a template file and takes its text in.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../templates/", $path)))),*]
    };
}

/// The templates that the program brings along: path below `templates/`, and text. A project's file of the same path wins.
pub const FILES: &[(&str, &str)] = files![
    "minimal.yaml",
    "modyo.yaml",
    "parts/base.yaml",
    "parts/buckets.yaml",
    "parts/caches.yaml",
    "parts/capacity.yaml",
    "parts/cdn.yaml",
    "parts/cluster.yaml",
    "parts/databases.yaml",
    "parts/dns.yaml",
    "parts/edge.yaml",
    "parts/edge_internal.yaml",
    "parts/endpoints.yaml",
    "parts/flow-logs.yaml",
    "parts/network.yaml",
    "parts/parameters.yaml",
    "parts/proxies.yaml",
    "parts/queues.yaml",
    "parts/repositories.yaml",
    "parts/schedules.yaml",
    "parts/secrets.yaml",
    "parts/services.yaml",
    "parts/services/access.yaml",
    "parts/services/capacity.yaml",
    "parts/services/connect.yaml",
    "parts/services/container.yaml",
    "parts/services/deploys.yaml",
    "parts/services/exec.yaml",
    "parts/services/messages.yaml",
    "parts/services/network.yaml",
    "parts/services/process.yaml",
    "parts/services/routes.yaml",
    "parts/services/routing.yaml",
    "parts/services/scaling.yaml",
    "parts/services/sidecars.yaml",
    "parts/services/spot.yaml",
    "parts/topics.yaml",
    "parts/waf.yaml",
    "parts/websites.yaml",
];
