//! The policies of a role, of which AWS allows only so many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::WriterScope;
use provision::kinds::KINDS;
use provision::resource::{Address, Changes, Class, Failure, FieldDiff, Settled, StackId};
use serde_json::{Value, json};

use crate::canned::{Canned, scope};
use crate::listener::Held;

const KIND: &str = "AWS::IAM::Role";
const NAME: &str = "acme-production-main";
const OLD: &str = "arn:aws:iam::aws:policy/Old";
const NEW: &str = "arn:aws:iam::aws:policy/New";
const FULL: &str = "<ErrorResponse><Error><Code>LimitExceeded</Code><Message>10</Message></Error></ErrorResponse>";

/// IAM with one role of ours, which has an attached policy and an inline one, and these answers.
fn iam(answers: &[(&str, u16, &str)]) -> Canned {
    let tags = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
    let tags = tags.map(|(key, value)| format!("<member><Key>provision:{key}</Key><Value>{value}</Value></member>"));
    let role = format!(
        "<RoleName>{NAME}</RoleName><Arn>arn:aws:iam::123456789012:role/{NAME}</Arn><Tags>{}</Tags>\
         <AttachedManagedPolicies><member><PolicyArn>{OLD}</PolicyArn></member></AttachedManagedPolicies>\
         <RolePolicyList><member><PolicyName>old</PolicyName><PolicyDocument>{{}}</PolicyDocument></member></RolePolicyList>",
        tags.concat()
    );
    let details = format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><RoleDetailList><member>{role}</member>\
         </RoleDetailList></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    );
    let listed = format!(
        "<ListRolesResponse><ListRolesResult><Roles><member><Path>/</Path><RoleName>{NAME}</RoleName><RoleId>AROA1</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/{NAME}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member></Roles>\
         </ListRolesResult></ListRolesResponse>"
    );
    let reads = [("GetAccountAuthorizationDetails", 200, details.as_str()), ("ListRoles", 200, listed.as_str())];
    Canned::by_operation(&[reads.as_slice(), answers].concat())
}

/// Gives the role other policies; returns what was done about them.
async fn change(
    property: &str,
    to: Value,
    paths: &[&str],
    answers: &[(&str, u16, &str)],
) -> (Result<(), Failure>, Vec<String>) {
    let aws = iam(answers);
    let kind = KINDS.iter().find(|kind| kind.facts().kind == KIND).unwrap();
    let session = aws.session(kind.permissions().read).await;
    let live = kind.list(&session.reader(), &scope()).await.unwrap().found.remove(0);
    let mut spec = live.spec.clone();
    spec[property] = to;
    let spec = Settled::new(kind.normalise(spec).unwrap()).unwrap();
    let writer = session.writer(WriterScope {
        address: Address::new(KIND, "main"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from([NAME.to_owned()]),
        mentioned: BTreeSet::from([OLD, NEW].map(str::to_owned)),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    });
    let before = aws.asked().len();
    let field = |path: &&str| FieldDiff { path: (*path).to_owned(), before: None, after: None };
    let changes = Changes::new(paths.iter().map(field).collect());
    let made = kind.update(&writer, &live, &spec, &changes).await;
    let said = |asked: &String| {
        let operation = asked.split(' ').nth(2).unwrap_or_default().replace("RolePolicy", "");
        format!("{operation} {}", if asked.to_lowercase().contains("old") { "old" } else { "new" })
    };
    (made.map(drop), aws.asked().split_off(before).iter().map(said).collect())
}

async fn attached(answers: &[(&str, u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    change("ManagedPolicyArns", json!([NEW]), &["/ManagedPolicyArns"], answers).await
}

async fn inline(answers: &[(&str, u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    let policy = json!({ "PolicyName": "new", "PolicyDocument": {} });
    change("Policies", json!([policy]), &["/Policies/new", "/Policies/old"], answers).await
}

#[tokio::test(start_paused = true)]
async fn new_policies_come_before_old_ones_go() {
    assert_eq!(attached(&[]).await, (Ok(()), vec!["Attach new".to_owned(), "Detach old".to_owned()]));
    assert_eq!(inline(&[]).await, (Ok(()), vec!["Put new".to_owned(), "Delete old".to_owned()]));
    let wrong = FULL.replace("LimitExceeded", "MalformedPolicyDocument");
    let (made, calls) = inline(&[("PutRolePolicy", 400, wrong.as_str())]).await;
    assert_eq!((made.unwrap_err().class, calls), (Class::Invalid, vec!["Put new".to_owned()]), "the old one stays");
}

#[tokio::test(start_paused = true)]
async fn old_policies_go_first_where_there_is_no_room_for_both() {
    let (made, calls) = attached(&[("AttachRolePolicy", 409, FULL)]).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(calls, ["Attach new", "Detach old", "Attach new"]);
    let (made, calls) = inline(&[("PutRolePolicy", 409, FULL)]).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(calls, ["Put new", "Delete old", "Put new"]);
}

#[tokio::test(start_paused = true)]
async fn old_policies_come_back_where_there_is_no_room_for_the_new_ones_alone() {
    let (made, calls) = attached(&[("AttachRolePolicy", 409, FULL), ("AttachRolePolicy", 409, FULL)]).await;
    assert_eq!(made.unwrap_err().class, Class::Quota);
    assert_eq!(calls, ["Attach new", "Detach old", "Attach new", "Attach old"]);
    let (made, calls) = inline(&[("PutRolePolicy", 409, FULL), ("PutRolePolicy", 409, FULL)]).await;
    assert_eq!(made.unwrap_err().class, Class::Quota);
    assert_eq!(calls, ["Put new", "Delete old", "Put new", "Put old"]);
}
