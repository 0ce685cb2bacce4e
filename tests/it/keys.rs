//! Keys: an update does what the plan says, and no more.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::{Aws, WriterScope};
use provision::kinds::KINDS;
use provision::resource::{Address, AnyKind, Changes, Failure, FieldDiff, Live, Settled, StackId, key};
use serde_json::{Value, json};

use crate::canned::{Canned, scope};
use crate::listener::Held;

const KIND: &str = "AWS::KMS::Key";
const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const NAME: &str = "acme-production-main";

fn kind() -> &'static dyn AnyKind<Aws> {
    *KINDS.iter().find(|kind| kind.facts().kind == KIND).unwrap()
}

/// A key of ours that has lost its alias, with a policy that names a role alone.
fn kms() -> Canned {
    let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{ID}");
    let tags = [
        (key::PROJECT, "p"),
        (key::TENANT, "acme"),
        (key::ENVIRONMENT, "production"),
        (key::NAME, "main"),
        (key::ID, NAME),
    ];
    let tags = tags.map(|(key, value)| json!({ "TagKey": key, "TagValue": value }));
    let policy = json!({ "Statement": [{
        "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": { "AWS": "arn:aws:iam::123456789012:role/admin" },
    }] });
    let answers = [
        ("ListKeys", json!({ "Keys": [{ "KeyId": ID }] })),
        ("ListResourceTags", json!({ "Tags": tags })),
        (
            "DescribeKey",
            json!({ "KeyMetadata": { "KeyId": ID, "Arn": arn, "Enabled": true, "AWSAccountId": "123456789012" } }),
        ),
        ("GetKeyPolicy", json!({ "Policy": policy.to_string() })),
        ("GetKeyRotationStatus", json!({ "KeyRotationEnabled": false })),
    ];
    let answers = answers.map(|(operation, answer): (_, Value)| (operation, answer.to_string()));
    Canned::by_operation(&answers.each_ref().map(|(operation, answer)| (*operation, 200, answer.as_str())))
}

/// Gives the key another value of a property, none for what is no property of its spec; returns what was called.
async fn change(property: &str, to: Value) -> (Result<(), Failure>, Vec<String>) {
    let aws = kms();
    let session = aws.session(kind().permissions().read).await;
    let live: Live = kind().list(&session.reader(), &scope()).await.unwrap().found.remove(0);
    assert_eq!(live.unmodelled[0].path, "/Alias");
    let mut spec = live.spec.clone();
    if !to.is_null() {
        spec[property] = to;
    }
    let spec = Settled::new(kind().normalise(spec).unwrap()).unwrap();
    let writer = session.writer(WriterScope {
        address: Address::new(KIND, "main"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from([ID.to_owned(), NAME.to_owned()]),
        mentioned: BTreeSet::from(["arn:aws:iam::123456789012:role/admin".to_owned()]),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    });
    let before = aws.asked().len();
    let changes = Changes::new(vec![FieldDiff { path: format!("/{property}"), before: None, after: None }]);
    let made = kind().update(&writer, &live, &spec, &changes).await;
    let asked = aws.asked().split_off(before);
    (made.map(drop), asked.iter().map(|one| one.split(' ').nth(2).unwrap_or_default().to_owned()).collect())
}

#[tokio::test]
async fn a_key_that_gives_up_its_policy_gets_the_one_that_aws_gives() {
    assert_eq!(change("KeyPolicy", json!({})).await, (Ok(()), vec!["PutKeyPolicy".to_owned()]));
}

#[tokio::test]
async fn an_alias_that_is_left_alone_is_not_made_again() {
    let (made, calls) = change("Description", json!("words")).await;
    assert_eq!((made, calls), (Ok(()), vec!["UpdateKeyDescription".to_owned()]));
    assert_eq!(change("Alias", json!(null)).await.1, ["CreateAlias"]);
}
