//! Users of caches: ElastiCache says of one that changes that it is not there, and what logs in is told to nobody.

use provision::resource::{AnyBearer, Changes, FieldDiff, Tags};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, kind_of, settled, xml, xml_error, xml_tags};

const KIND: &str = "AWS::ElastiCache::User";
const NAME: &str = "acme-production-main";
const USERS: &str = "DescribeUsers";
const TAGS: &str = "ListTagsForResource";
const ADD_TAGS: &str = "AddTagsToResource";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:cart-AbCdEf";

/// The user as ElastiCache tells it, who logs in with IAM.
fn user() -> Answer {
    let one = format!(
        "<UserId>{NAME}</UserId><UserName>{NAME}</UserName><Status>active</Status><Engine>redis</Engine>\
         <AccessString>on ~* resetchannels -@all +@read</AccessString><Authentication><Type>iam</Type></Authentication>\
         <ARN>arn:aws:elasticache:us-east-1:123456789012:user:{NAME}</ARN>"
    );
    (USERS, 200, xml(USERS, &format!("<Users><member>{one}</member></Users>")))
}

fn tag_list() -> Answer {
    (TAGS, 200, xml(TAGS, &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"))))
}

fn changing(operation: &'static str) -> Answer {
    (operation, 404, xml_error("UserNotFound", &format!("{NAME} is not available for tagging")))
}

#[tokio::test(start_paused = true)]
async fn a_user_that_changes_is_waited_for_and_not_taken_for_gone() {
    let listing = Canned::by_operation(&[user(), changing(TAGS), changing(TAGS), tag_list()]).list(kind_of(KIND)).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (1, 0));
    assert_eq!(listing.found[0].spec["AccessString"], "on ~* -@all +@read");
    let never: Vec<_> = [user()].into_iter().chain((0..99).map(|_| changing(TAGS))).collect();
    let listing = Canned::by_operation(&never).list(kind_of(KIND)).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (0, 1), "what can't be read is not absent");
}

#[tokio::test(start_paused = true)]
async fn tags_that_a_changing_user_refuses_are_written_again() {
    let bearer = AnyBearer::Listed(Canned::by_operation(&[user(), tag_list()]).live(kind_of(KIND)).await.into());
    let aws = Canned::by_operation(&[changing(ADD_TAGS), (ADD_TAGS, 200, xml(ADD_TAGS, ""))]);
    let writer = aws.writer(KIND, &[NAME], &[]).await;
    kind_of(KIND).retag(&writer, &bearer, &Tags::from_iter([("new", "1")]), &[]).await.unwrap();
    assert_eq!(aws.asked_of(ADD_TAGS).len(), 2);
}

/// Changes the user to this way of logging in; what is sent for it.
async fn log_in_by(mode: Value) -> String {
    let live = Canned::by_operation(&[user(), tag_list()]).live(kind_of(KIND)).await;
    let secret = json!({ "SecretString": r#"{ "password": "hunter22hunter22" }"# }).to_string();
    let modify = ("ModifyUser", 200, xml("ModifyUser", ""));
    let aws = Canned::by_operation(&[("GetSecretValue", 200, secret), modify]);
    let mut spec = live.spec.clone();
    spec["AuthenticationMode"] = mode;
    let changed = FieldDiff { path: "/AuthenticationMode".into(), before: None, after: None };
    let writer = aws.writer(KIND, &[NAME], &[SECRET]).await;
    let spec = settled(kind_of(KIND), spec);
    assert!(!spec.value().to_string().contains("hunter22"), "a spec names the secret alone");
    kind_of(KIND).update(&writer, &live, &spec, &Changes::new(vec![changed])).await.unwrap();
    aws.asked_of("ModifyUser").remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_password_goes_from_its_secret_into_the_call_and_nowhere_else() {
    let password = format!("{{{{resolve:secretsmanager:{SECRET}:SecretString:password}}}}");
    let sent = log_in_by(json!({ "Type": "password", "Passwords": [password] })).await;
    assert!(sent.contains("AuthenticationMode.Type=password"), "{sent}");
    assert!(sent.contains("AuthenticationMode.Passwords.member.1=hunter22hunter22"), "{sent}");
    assert!(!sent.contains("AccessString"), "only what changes is sent: {sent}");
    let sent = log_in_by(json!({ "Type": "iam" })).await;
    assert!(!sent.contains("Passwords"), "ElastiCache refuses an empty list: {sent}");
}
