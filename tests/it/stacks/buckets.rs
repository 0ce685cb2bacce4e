//! `buckets` of a tenant, on the local AWS.

use provision::plan::Allowance;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

/// A worker that uses one bucket, whose requests are recorded in another.
const TENANT: &str = "
tenant: acme
template: minimal
account: \"300000000873\"
environments:
  certification:
    region: us-east-1
    protected: false
    cidr: 10.20.0.0/20
    buckets:
      media:
        access_log: records
        cold: 30
        cors: [{ origins: [\"https://www.acme.example\"], methods: [GET, PUT], headers: [\"*\"], exposes: [ETag] }]
      records: { versions: false, expires: 365 }
    services:
      worker: { image: \"shop:1\", buckets: [media, { name: records, access: read }] }
";

#[test]
fn buckets_are_made_changed_and_taken_away() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000873").await;
        let of =
            |tenant: &str| blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        let stack = of(TENANT);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        let changed = of(&TENANT.replace("access_log: records\n        cold: 30", "old_versions: 90"));
        let plan = local.plan(&changed).await;
        let fields: Vec<_> =
            plan.changes.iter().flat_map(|change| &change.fields).map(|field| field.path.as_str()).collect();
        let expected = [
            "/LifecycleConfiguration/Rules/cold",
            "/LifecycleConfiguration/Rules/old-versions/NoncurrentVersionExpiration/NoncurrentDays",
            "/LoggingConfiguration",
            // What takes no records is encrypted by the environment's key, and lets S3 write none.
            "/BucketEncryption/ServerSideEncryptionConfiguration",
            "/Policy/Statement",
        ];
        let is_told = |path: &&str| fields.contains(path);
        assert!(expected.iter().all(is_told), "{}", words(&plan));
        local.apply(&changed).await.unwrap_or_else(|why| panic!("{why}"));

        let allowed = Allowance { stack: changed.stack.id.clone(), resource: "AWS::S3::Bucket/*".to_owned() };
        let made = local.plan_to_destroy(&changed, &[allowed]).await;
        local.carry_out_plan(&made).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
