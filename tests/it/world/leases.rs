//! A fake lease store: objects with versions, written under conditions.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use provision::apply::LeaseStore;
use provision::resource::Result;
use tokio::time::Instant;

use super::client::Client;
use super::cloud::FakeCloud;

/// The objects, and who took which lease when.
#[derive(Debug, Default)]
pub struct Leases {
    objects: BTreeMap<String, (Vec<u8>, usize)>,
    pub takes: Vec<(Instant, String)>,
    versions: usize,
}

/// The store, as one process reaches it.
pub struct FakeLeases {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
}

impl Leases {
    fn write(&mut self, key: &str, body: &[u8], expected: Option<&str>) -> Option<String> {
        let there = self.objects.get(key).map(|(_, version)| version.to_string());
        if there.as_deref() != expected {
            return None;
        }
        let holder = |body: &[u8]| {
            let json: serde_json::Value = serde_json::from_slice(body).expect("leases are JSON");
            json["run"].as_str().unwrap_or_default().to_owned()
        };
        let before = self.objects.get(key).map(|(body, _)| holder(body)).unwrap_or_default();
        let now = holder(body);
        if !now.is_empty() && now != before {
            self.takes.push((Instant::now(), now));
        }
        self.versions += 1;
        self.objects.insert(key.to_owned(), (body.to_vec(), self.versions));
        Some(self.versions.to_string())
    }
}

impl LeaseStore for FakeLeases {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>> {
        Box::pin(self.cloud.read(&self.client, "s3", "GetObject", move |world| {
            let there = world.leases.objects.get(key);
            Ok(there.map(|(body, version)| (body.clone(), version.to_string())))
        }))
    }

    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(
            self.cloud.read(&self.client, "s3", "PutObject", move |world| Ok(world.leases.write(key, &body, None))),
        )
    }

    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(
            self.cloud
                .read(&self.client, "s3", "PutObject", move |world| Ok(world.leases.write(key, &body, Some(version)))),
        )
    }
}
