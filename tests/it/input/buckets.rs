//! `buckets` of the built-in templates: what a service gets of those that it names, and what a bucket that takes records is.

use provision::resource::Address;
use serde_json::{Value, json};

use crate::input::blueprint::{Project, text};

const ARN: &str = "⟦AWS::S3::Bucket/media.Arn⟧";

/// A project whose environment has these buckets, and one service that names these.
fn with(buckets: &str, named: &str) -> Project {
    let tenant = format!(
        "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    \
         cidr: 10.0.0.0/16\n    buckets: {buckets}\n    queues: {{ mails: {{}}, line: {{ fifo: true }} }}\n    services:\n      web: {{ image: shop:1, buckets: {named} }}\n"
    );
    Project::default().tenant("acme.yaml", &tenant)
}

fn spec(project: &Project, kind: &str, name: &str) -> Value {
    let loaded = project.load().map_err(|problems| text(&problems)).expect("it is sound");
    loaded.blueprints[0].resources[&Address::new(kind, name)].spec.as_ref().clone()
}

/// The statements of a task's role about its buckets, by their names.
fn statements(named: &str) -> Vec<(String, Value, Value)> {
    let role = spec(&with("{ media: {} }", named), "AWS::IAM::Role", "web-task");
    let policy = role["Policies"].as_array().unwrap().iter().find(|policy| policy["PolicyName"] == "buckets").unwrap();
    let all = policy["PolicyDocument"]["Statement"].as_array().unwrap().iter();
    all.map(|one| (one["Sid"].as_str().unwrap().to_owned(), one["Action"].clone(), one["Resource"].clone())).collect()
}

#[test]
fn a_service_gets_the_name_and_the_rights_of_the_buckets_that_it_names() {
    let list = json!(["s3:ListBucket", "s3:ListBucketMultipartUploads"]);
    let write = json!(["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"]);
    let objects = json!([format!("{ARN}/*")]);
    let both = statements("[media]");
    let names: Vec<_> = both.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["List", "Read", "Write", "Key"]);
    assert_eq!((&both[0].1, &both[0].2), (&list, &json!([ARN])));
    assert_eq!((&both[1].1, &both[1].2), (&json!("s3:GetObject"), &objects));
    assert_eq!((&both[2].1, &both[2].2), (&write, &objects));
    assert_eq!(both[3].1, json!(["kms:Decrypt", "kms:GenerateDataKey"]));
    assert_eq!(statements("[{ name: media, access: both }]"), both);
    let read: Vec<_> =
        statements("[{ name: media, access: read }]").into_iter().map(|(name, what, _)| (name, what)).collect();
    assert_eq!(read[1..], [("Read".to_owned(), json!("s3:GetObject")), ("Key".to_owned(), json!("kms:Decrypt"))]);
    let write: Vec<_> = statements("[{ name: media, access: write }]").into_iter().map(|(name, ..)| name).collect();
    assert_eq!(write, ["List", "Write", "Key"]);

    let task = spec(&with("{ media: {} }", "[media]"), "AWS::ECS::TaskDefinition", "web");
    let variables = &task["ContainerDefinitions"][0]["Environment"];
    let expected = json!([
        { "Name": "BUCKET_MEDIA_NAME", "Value": "⟦AWS::S3::Bucket/media.Id⟧" },
        { "Name": "BUCKET_MEDIA_REGION", "Value": "us-east-1" },
    ]);
    assert_eq!(*variables, expected);
}

#[test]
fn a_bucket_that_takes_records_is_encrypted_by_s3_itself_and_lets_nobody_else_write_them() {
    let project = with("{ media: { access_log: records }, records: {} }", "[]");
    let algorithm = |name: &str| {
        let bucket = spec(&project, "AWS::S3::Bucket", name);
        bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"].clone()
    };
    assert_eq!([algorithm("media"), algorithm("records")], ["aws:kms", "AES256"]);
    let records = spec(&project, "AWS::S3::Bucket", "records");
    let statements = records["Policy"]["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[1]["Principal"], json!({ "Service": "logging.s3.amazonaws.com" }));
    assert_eq!(statements[1]["Resource"], "⟦AWS::S3::Bucket/records.Arn⟧/media/*");
    assert_eq!(statements[1]["Condition"], json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } }));
    let media = spec(&project, "AWS::S3::Bucket", "media");
    assert_eq!(media["LoggingConfiguration"]["DestinationBucketName"], "⟦AWS::S3::Bucket/records.Id⟧");
    assert!(records.get("LoggingConfiguration").is_none());
}

/// The statement of a policy that has a name.
fn statement(policy: &Value, name: &str) -> Option<Value> {
    policy["Statement"].as_array().unwrap().iter().find(|one| one["Sid"] == name).cloned()
}

#[test]
fn a_website_is_read_by_its_own_distribution_alone() {
    let project = with("{ media: { website: cdn }, reports: {} }", "[]");
    let bucket = spec(&project, "AWS::S3::Bucket", "media");
    let asks = json!({ "StringEquals": {
        "aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/⟦AWS::CloudFront::Distribution/site-media.Id⟧"
    } });
    for (name, action, resource) in
        [("Website", "s3:GetObject", format!("{ARN}/*")), ("WebsiteMissing", "s3:ListBucket", ARN.to_owned())]
    {
        let one = statement(&bucket["Policy"], name).expect(name);
        assert_eq!(one["Principal"], json!({ "Service": "cloudfront.amazonaws.com" }));
        assert_eq!((&one["Action"], &one["Resource"], &one["Condition"]), (&json!(action), &json!(resource), &asks));
    }
    let closed = &bucket["PublicAccessBlockConfiguration"];
    assert!(closed.as_object().unwrap().values().all(|value| value == true), "{closed}");
    let other = spec(&project, "AWS::S3::Bucket", "reports");
    assert_eq!(statement(&other["Policy"], "Website"), None);

    let key = spec(&project, "AWS::KMS::Key", "main");
    let decrypts = statement(&key["KeyPolicy"], "Websites").expect("CloudFront decrypts");
    assert_eq!(decrypts["Action"], "kms:Decrypt");
    let any = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*" } });
    assert_eq!(decrypts["Condition"], any);
    let without = spec(&with("{ reports: {} }", "[]"), "AWS::KMS::Key", "main");
    assert_eq!(statement(&without["KeyPolicy"], "Websites"), None);

    let site = &spec(&project, "AWS::CloudFront::Distribution", "site-media")["DistributionConfig"];
    assert_eq!(site["Origins"][0]["DomainName"], "⟦AWS::S3::Bucket/media.RegionalDomainName⟧");
    assert_eq!(site["Origins"][0]["OriginAccessControlId"], "⟦AWS::CloudFront::OriginAccessControl/buckets.Id⟧");
    assert_eq!(site["WebACLId"], "⟦AWS::WAFv2::WebACL/cdn.Arn⟧");
}

/// The web ACL answers 403: whom it refuses must not see the website.
#[test]
fn what_is_not_there_has_a_page_and_what_is_refused_has_none() {
    let pages = |site: &str| {
        let project = with(&format!("{{ media: {{ website: cdn, site: {site} }} }}"), "[]");
        spec(&project, "AWS::CloudFront::Distribution", "site-media")["DistributionConfig"]["CustomErrorResponses"]
            .clone()
    };
    let page = |code: i64, path: &str| json!([{ "ErrorCode": 404, "ErrorCachingMinTTL": 10, "ResponseCode": code, "ResponsePagePath": path }]);
    assert_eq!(pages("{ single_page: true, index: app.html }"), page(200, "/app.html"));
    assert_eq!(pages("{ not_found: errors/404.html }"), page(404, "/errors/404.html"));
    assert_eq!(pages("{}"), json!([]));
}

/// A policy is made for a set that somebody names, once, and else AWS's own is taken.
#[test]
fn a_website_gives_the_headers_that_it_names() {
    let tenant = |site: &str| {
        let text = format!(
            "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    \
             cidr: 10.0.0.0/16\n    response_headers: {{ strict: {{ frames: deny, content: \"default-src 'self'\" }}, other: {{}} }}\n    \
             buckets: {{ a: {{ website: cdn, site: {site} }}, b: {{ website: cdn, site: {site} }} }}\n"
        );
        Project::default().tenant("acme.yaml", &text)
    };
    let policy = |project: &Project, name: &str| {
        let behavior =
            &spec(project, "AWS::CloudFront::Distribution", name)["DistributionConfig"]["DefaultCacheBehavior"];
        behavior["ResponseHeadersPolicyId"].clone()
    };
    let own = tenant("{ headers: strict }");
    let made = own.load().map_err(|problems| text(&problems)).expect("it is sound").blueprints.remove(0);
    let policies = made.resources.keys().filter(|address| address.kind == "AWS::CloudFront::ResponseHeadersPolicy");
    assert_eq!(policies.map(|address| address.name.as_str()).collect::<Vec<_>>(), ["strict"]);
    for name in ["site-a", "site-b"] {
        assert_eq!(policy(&own, name), "⟦AWS::CloudFront::ResponseHeadersPolicy/strict.Id⟧");
    }
    let headers = &spec(&own, "AWS::CloudFront::ResponseHeadersPolicy", "strict")["ResponseHeadersPolicyConfig"];
    let safe = &headers["SecurityHeadersConfig"];
    assert_eq!(safe["FrameOptions"]["FrameOption"], "DENY");
    assert_eq!(safe["ContentSecurityPolicy"]["ContentSecurityPolicy"], "default-src 'self'");
    assert_eq!(safe["StrictTransportSecurity"]["AccessControlMaxAgeSec"], 31_536_000);
    assert_eq!(policy(&tenant("{}"), "site-a"), "67f7725c-6f97-4210-82d7-5512b31e9d03");
    assert!(tenant("{ headers: stict }").problems().contains("there are no response headers stict"));
}

#[test]
fn the_cdn_tells_keeps_and_redirects_as_it_is_told() {
    let tenant = |cdn: &str| {
        let text = format!(
            "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    \
             cidr: 10.0.0.0/16\n    domain: www.acme.example\n    alternative_names: [acme.example]\n    \
             cache_keys: {{ page: {{ queries: ['*'], headers: [Accept-Language], seconds: 60 }} }}\n    cdn: {{ enabled: true, {cdn} }}\n"
        );
        Project::default().tenant("acme.yaml", &text)
    };
    let project =
        tenant("tell: [CloudFront-Viewer-Country], redirect: true, cached: [/assets/*, { path: /api/*, by: page }]");
    let config = spec(&project, "AWS::CloudFront::Distribution", "main")["DistributionConfig"].clone();
    let behaviors = [&config["DefaultCacheBehavior"], &config["CacheBehaviors"][0], &config["CacheBehaviors"][1]];
    for behavior in behaviors {
        assert_eq!(behavior["OriginRequestPolicyId"], "⟦AWS::CloudFront::OriginRequestPolicy/main.Id⟧");
        let function = json!([{ "EventType": "viewer-request", "FunctionARN": "⟦AWS::CloudFront::Function/main.Id⟧" }]);
        assert_eq!(behavior["FunctionAssociations"], function);
    }
    let kept = behaviors.map(|behavior| behavior["CachePolicyId"].as_str().unwrap().to_owned());
    let by_page = "⟦AWS::CloudFront::CachePolicy/page.Id⟧";
    assert_eq!(kept, ["4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6", by_page]);
    let key = &spec(&project, "AWS::CloudFront::CachePolicy", "page")["CachePolicyConfig"];
    assert_eq!((&key["DefaultTTL"], &key["MaxTTL"]), (&json!(60), &json!(31_536_000)));
    let selected = &key["ParametersInCacheKeyAndForwardedToOrigin"];
    assert_eq!(selected["QueryStringsConfig"], json!({ "QueryStringBehavior": "all", "QueryStrings": [] }));
    let told = &spec(&project, "AWS::CloudFront::OriginRequestPolicy", "main")["OriginRequestPolicyConfig"];
    assert_eq!(told["HeadersConfig"]["HeaderBehavior"], "allViewerAndWhitelistCloudFront");
    let code = spec(&project, "AWS::CloudFront::Function", "main")["FunctionCode"].as_str().unwrap().to_owned();
    assert!(code.contains("var main = 'www.acme.example';"), "{code}");
    assert!(tenant("cached: [{ path: /api/*, by: pge }]").problems().contains("/api/* is kept by pge"));
}

#[test]
fn the_queues_of_a_buckets_events_and_the_key_let_s3_in() {
    let buckets = "{ media: { events: [{ queue: mails, prefix: uploads/, types: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] }] } }";
    let project = with(buckets, "[]");
    let told = &spec(&project, "AWS::S3::Bucket", "media")["NotificationConfiguration"]["QueueConfigurations"];
    let filter = json!({ "S3Key": { "Rules": [{ "Name": "prefix", "Value": "uploads/" }] } });
    let one = |event: &str| json!({ "Event": event, "Queue": "⟦AWS::SQS::Queue/mails.Arn⟧", "Filter": filter });
    assert_eq!(*told, json!([one("s3:ObjectCreated:*"), one("s3:ObjectRemoved:*")]));
    let lets_in =
        |project: &Project, queue: &str| statement(&spec(project, "AWS::SQS::Queue", queue)["Policy"], "Buckets");
    let own_account = json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } });
    assert_eq!(lets_in(&project, "mails").expect("S3 sends to it")["Condition"], own_account);
    assert_eq!(lets_in(&project, "line"), None);
    let key = |project: &Project| statement(&spec(project, "AWS::KMS::Key", "main")["KeyPolicy"], "Messages");
    assert_eq!(key(&project).expect("S3 encrypts")["Principal"], json!({ "Service": ["s3.amazonaws.com"] }));
    assert_eq!(key(&with("{ media: {} }", "[]")), None);
}

#[test]
fn what_cannot_be_of_buckets_is_told() {
    let problems = |buckets: &str, named: &str| with(buckets, named).problems();
    for (buckets, named, expected) in [
        ("{ media: {} }", "[medai]", "web uses the bucket medai, which is not in `buckets`"),
        ("{ media: {} }", "[media, { name: media, access: read }]", "web names the bucket media twice"),
        ("{ media: { access_log: logs } }", "[]", "there is no bucket logs for the records of media"),
        ("{ media: { access_log: media } }", "[]", "each record would make another"),
        ("{ media: { cold: 30, expires: 30 } }", "[]", "before they would move"),
        ("{ a: {}, media: { was: a } }", "[]", "media can't have been a, which is still there"),
        ("{ media: { site: { single_page: true } } }", "[]", "media is no website, so this means nothing"),
        ("{ a: { website: cdn }, media: { access_log: a } }", "[]", "a has the records of other buckets in it"),
        (
            "{ media: { website: cdn, site: { names: [a.example], single_page: true, not_found: 404.html } } }",
            "[]",
            "visitors of media see the index already",
        ),
        ("{ media: { website: cdn, site: { certificate: CERTIFICATE } } }", "[]", "has a certificate, and no names"),
        (
            "{ a: { website: cdn, site: { names: [a.example] } }, media: { website: cdn, site: { names: [a.example] } } }",
            "[]",
            "a.example is a name of the website a as well",
        ),
        ("{ media: { events: [{ queue: jobs }] } }", "[]", "there is no queue jobs to hear of what happens in media"),
        ("{ media: { events: [{ queue: line }] } }", "[]", "line is a FIFO queue, to which S3 does not send"),
        (
            "{ media: { events: [{ queue: mails, prefix: a }, { queue: mails, prefix: ab, suffix: .jpg }] } }",
            "[]",
            "two entries of media tell of s3:ObjectCreated:* of the same objects",
        ),
    ] {
        let buckets = buckets.replace("CERTIFICATE", "arn:aws:acm:us-east-1:123456789012:certificate/a");
        let told = problems(&buckets, named);
        assert!(told.contains(expected), "{buckets} {named}: {told}");
    }
    assert_eq!(problems("{ media: { access_log: logs }, logs: { versions: false } }", "[media]"), "");
    let apart = "{ media: { events: [{ queue: mails, prefix: a }, { queue: mails, prefix: b }, { queue: mails, types: ['s3:ObjectRemoved:*'] }] } }";
    assert_eq!(problems(apart, "[media]"), "");
}
