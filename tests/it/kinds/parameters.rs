//! Parameters of Systems Manager: whose one is, whose values are read, and what passes while one is written.

use provision::aws::Writer;
use provision::resource::{AnyMade, Class, Name, Result, Tags};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, tags, tags_of};

const KIND: &str = "AWS::SSM::Parameter";
const NAME: &str = "acme-production-main";

fn text(value: &Value) -> String {
    value.to_string()
}

fn refused(code: &str) -> String {
    text(&json!({ "__type": code, "message": "no" }))
}

fn bearing(tags: &Tags) -> String {
    let all: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    text(&json!({ "TagList": all }))
}

fn version(number: u32) -> String {
    text(&json!({ "Version": number, "Tier": "Standard" }))
}

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &[NAME], &[]).await
}

async fn create(aws: &Canned, spec: Value) -> Result<AnyMade> {
    kind_of(KIND).create(&writer(aws).await, &Name::given(NAME), &settled(kind_of(KIND), spec), &tags()).await
}

fn plain() -> Value {
    json!({ "Type": "String", "Value": "20" })
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_is_never_overwritten_and_what_an_earlier_try_made_is() {
    let (taken, done) = (refused("ParameterAlreadyExists"), version(2));
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let theirs = bearing(&theirs);
        let aws = Canned::by_operation(&[
            ("PutParameter", 400, taken.as_str()),
            ("ListTagsForResource", 200, theirs.as_str()),
            ("PutParameter", 200, done.as_str()),
        ]);
        let made = create(&aws, plain()).await;
        let puts = aws.asked_of("PutParameter");
        assert!(puts[0].contains(r#""Overwrite":false"#) && puts[0].contains("provision:name"), "{}", puts[0]);
        assert_eq!((made.is_ok(), puts.len()), (is_ours, 1 + usize::from(is_ours)));
        match made {
            Ok(_) => assert!(puts[1].contains(r#""Overwrite":true"#) && !puts[1].contains("Tags"), "{}", puts[1]),
            Err(failure) => assert!(failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_given_up_moments_ago_is_tried_again() {
    let (stale, done) = (refused("TooManyUpdates"), version(1));
    let aws = Canned::by_operation(&[("PutParameter", 400, stale.as_str()), ("PutParameter", 200, done.as_str())]);
    create(&aws, plain()).await.unwrap();
    assert_eq!(aws.operations(), ["PutParameter", "PutParameter"]);
}

#[tokio::test(start_paused = true)]
async fn an_image_is_made_once_systems_manager_has_looked_at_it_and_one_that_it_does_not_take_is_told() {
    let spec = || json!({ "Type": "String", "DataType": "aws:ec2:image", "Value": "ami-0123456789abcdef0" });
    let (done, nothing) = (version(1), text(&json!({ "Parameters": [], "InvalidParameters": [NAME] })));
    let there = text(&json!({ "Parameters": [{ "Name": NAME, "Version": 1 }] }));
    let aws = Canned::by_operation(&[
        ("PutParameter", 200, done.as_str()),
        ("GetParameters", 200, nothing.as_str()),
        ("GetParameters", 200, there.as_str()),
    ]);
    create(&aws, spec()).await.unwrap();
    assert_eq!(aws.operations(), ["PutParameter", "GetParameters", "GetParameters"]);
    let looks = std::iter::repeat_n(("GetParameters", 200, nothing.as_str()), 500);
    let answers: Vec<_> = [("PutParameter", 200, done.as_str())].into_iter().chain(looks).collect();
    let failure = create(&Canned::by_operation(&answers), spec()).await.unwrap_err();
    assert!(format!("{failure:?}").contains("ec2:DescribeImages"), "{failure:?}");
}

fn shown(name: &str, kind: &str) -> Value {
    json!({ "Name": name, "Type": kind, "Tier": "Standard", "DataType": "text", "Description": "old" })
}

/// DescribeParameters answers with empty pages; who may see names may not see values.
#[tokio::test(start_paused = true)]
async fn only_of_ours_the_values_are_read_and_never_an_encrypted_one() {
    let empty = text(&json!({ "Parameters": [], "NextToken": "more" }));
    let all = [
        shown("/p/acme/production/a", "String"),
        shown("/p/acme/production/theirs", "String"),
        shown("/p/acme/production/secret", "SecureString"),
    ];
    let (page, values) = (
        text(&json!({ "Parameters": all })),
        text(&json!({ "Parameters": [{ "Name": "/p/acme/production/a", "Value": "1" }] })),
    );
    let (ours, theirs) = (bearing(&tags()), bearing(&Tags::default()));
    let nothing = text(&json!({ "ResourceTagMappingList": [] }));
    let aws = Canned::matching(&[
        (r#""NextToken":"more""#, 200, page.as_str()),
        ("DescribeParameters", 200, empty.as_str()),
        ("GetResources", 200, nothing.as_str()),
        ("production/theirs\"", 200, theirs.as_str()),
        ("ListTagsForResource", 200, ours.as_str()),
        ("ListTagsForResource", 200, ours.as_str()),
        ("GetParameters", 200, values.as_str()),
    ]);
    let listing = aws.list(kind_of(KIND)).await;
    let mut found: Vec<_> = listing.found.iter().map(|live| live.id.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["/p/acme/production/a", "/p/acme/production/secret"]);
    assert_eq!(listing.name_conflicts[0].id, "/p/acme/production/theirs");
    let [asked] = &aws.asked_of("GetParameters")[..] else { panic!("{:?}", aws.operations()) };
    assert!(
        !asked.contains("theirs") && !asked.contains("secret") && !asked.contains("WithDecryption\":true"),
        "{asked}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_all_and_takes_away_what_is_empty_and_says_what_a_label_holds() {
    let (page, ours) = (text(&json!({ "Parameters": [shown(NAME, "String")] })), bearing(&tags()));
    let values = text(&json!({ "Parameters": [{ "Name": NAME, "Value": "1" }] }));
    let list = Canned::by_operation(&[
        ("DescribeParameters", 200, page.as_str()),
        ("ListTagsForResource", 200, ours.as_str()),
        ("GetParameters", 200, values.as_str()),
    ]);
    let live = list.live(kind_of(KIND)).await;
    let spec = settled(kind_of(KIND), plain());
    let done = version(2);
    let aws = Canned::by_operation(&[("PutParameter", 200, done.as_str())]);
    kind_of(KIND).update(&writer(&aws).await, &live, &spec, &changes(&["/Description"])).await.unwrap();
    let [put] = &aws.asked_of("PutParameter")[..] else { panic!("{:?}", aws.operations()) };
    let sent = [r#""Description":"""#, r#""AllowedPattern":"""#, r#""Value":"20""#, r#""Tier":"Standard""#];
    assert!(sent.iter().all(|part| put.contains(part)), "{put}");
    let full = refused("ParameterMaxVersionLimitExceeded");
    let aws = Canned::by_operation(&[("PutParameter", 400, full.as_str())]);
    let sent = kind_of(KIND).update(&writer(&aws).await, &live, &spec, &changes(&["/Value"])).await;
    let Err(failure) = sent else { panic!("it is sent") };
    assert!(format!("{failure:?}").contains("label-parameter-version"), "{failure:?}");
}
