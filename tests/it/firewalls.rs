//! WAF takes a change for the content that it was meant for; what our own first attempt has written is no other's.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::WriterScope;
use provision::kinds::KINDS;
use provision::resource::{Address, Changes, Failure, FieldDiff, Scope, Settled, StackId};
use serde_json::{Value, json};

use crate::canned::Canned;
use crate::listener::Held;

const NAME: &str = "acme-production-main";
const MOVED: &str = r#"{ "__type": "WAFOptimisticLockException", "Message": "moved" }"#;

/// One kind, and how WAF calls it.
struct Case {
    kind: &'static str,
    /// As in `ListIPSets`, and its one and many.
    name: &'static str,
    one: &'static str,
    many: &'static str,
}

const CASES: &[Case] = &[
    Case { kind: "AWS::WAFv2::IPSet", name: "IPSet", one: "IPSet", many: "IPSets" },
    Case { kind: "AWS::WAFv2::WebACL", name: "WebACL", one: "WebACL", many: "WebACLs" },
];

/// The content of both, with this description.
fn content(description: &str) -> Value {
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    json!({
        "Name": NAME, "Id": "1", "ARN": arn(), "Description": description,
        "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"],
        "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility,
    })
}

fn arn() -> String {
    format!("arn:aws:wafv2:us-east-1:123456789012:regional/any/{NAME}/1")
}

/// Changes a description from `old` to `new`; the first attempt finds that the lock token has moved, and then this content.
async fn change(case: &Case, there: &str) -> (Result<(), Failure>, usize) {
    let Case { kind, name, one, many } = case;
    let tags = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
    let tags = tags.map(|(key, value)| json!({ "Key": format!("provision:{key}"), "Value": value }));
    let answers = [
        (format!("List{name}s"), 200, json!({ *many: [{ "Name": NAME, "Id": "1", "ARN": arn() }] }).to_string()),
        ("ListTagsForResource".into(), 200, json!({ "TagInfoForResource": { "TagList": tags } }).to_string()),
        (format!("Get{name}"), 200, json!({ *one: content("old"), "LockToken": "a" }).to_string()),
        (format!("Update{name}"), 400, MOVED.to_owned()),
        (format!("Get{name}"), 200, json!({ *one: content(there), "LockToken": "b" }).to_string()),
        (format!("Get{name}"), 200, json!({ *one: content("new"), "LockToken": "c" }).to_string()),
    ];
    let answers: Vec<_> = answers.iter().map(|(name, status, body)| (name.as_str(), *status, body.as_str())).collect();
    let aws = Canned::by_operation(&answers);
    let kind = KINDS.iter().find(|known| known.facts().kind == *kind).unwrap();
    let scope = Scope { project: "p".into(), stacks: vec![StackId::new("acme", "production")], ..Scope::default() };
    let session = aws.session(kind.permissions().read).await;
    let live = kind.list(&session.reader(), &scope).await.unwrap().found.remove(0);
    let mut spec = live.spec.clone();
    spec["Description"] = "new".into();
    let spec = Settled::new(kind.normalise(spec).unwrap()).unwrap();
    let writer = session.writer(WriterScope {
        address: Address::new(kind.facts().kind, "main"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from([NAME.to_owned()]),
        mentioned: BTreeSet::new(),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    });
    let changes = Changes::new(vec![FieldDiff { path: "/Description".into(), before: None, after: None }]);
    let made = kind.update(&writer, &live, &spec, &changes).await;
    (made.map(drop), aws.asked().iter().filter(|asked| asked.contains(&format!(" Update{name} "))).count())
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_and_that_was_sent_again_is_done() {
    for case in CASES {
        assert_eq!(change(case, "new").await, (Ok(()), 1), "{}", case.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_moved_without_a_change_is_read_again_and_a_foreign_change_is_told() {
    for case in CASES {
        assert_eq!(change(case, "old").await, (Ok(()), 2), "{}", case.kind);
        let (made, sent) = change(case, "by hand").await;
        assert_eq!(
            (made.unwrap_err().message.contains("was changed by somebody else"), sent),
            (true, 1),
            "{}",
            case.kind
        );
    }
}
