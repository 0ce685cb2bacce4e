//! Domains of OpenSearch Service, and the policies by which they write logs: what comes first, what is waited for, and what is sent.

use provision::aws::Writer;
use provision::resource::{Class, Live, Name, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{
    Answer, changes, json_tags, kind_of, settled, tags, tags_of, writer_scope, xml, xml_error,
};

const KIND: &str = "AWS::OpenSearchService::Domain";
const POLICY: &str = "AWS::Logs::ResourcePolicy";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:es:us-east-1:123456789012:domain/acme-production-main";
const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:acme-production-main";
const BUSY: &str = "A change/update is in progress. Please wait for it to complete before requesting another change.";
const WEAK: &str = "The Resource Access Policy specified for the CloudWatch Logs log group a does not grant sufficient permissions for \
                    Amazon OpenSearch Service to create a log stream.";

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str, message: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": message }).to_string())
}

fn one(more: &Value) -> Value {
    let mut one = json!({
        "DomainId": "1/a", "DomainName": NAME, "ARN": ARN, "Created": true, "Processing": false, "EngineVersion": "OpenSearch_2.17",
        "Endpoint": "a.us-east-1.es.amazonaws.com", "ClusterConfig": { "InstanceType": "r7g.large.search", "InstanceCount": 1 },
    });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "DomainStatus": one })
}

fn busy_one() -> Answer {
    says("DescribeDomain", &one(&json!({ "Processing": true })))
}

async fn live(more: &Value) -> Live {
    let answers = [
        says("ListDomainNames", &json!({ "DomainNames": [{ "DomainName": NAME }] })),
        says("ListTags", &json!({ "TagList": json_tags("Key", "Value") })),
        says("DescribeDomain", &one(more)),
    ];
    Canned::by_operation(&answers).live(kind_of(KIND)).await
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.session(&[]).await.writer(writer_scope(kind, &[NAME, ARN], &["subnet-00000001", "sg-00000001", GROUP]))
}

fn spec(more: &Value) -> Value {
    let mut all =
        json!({ "EngineVersion": "OpenSearch_2.17", "ClusterConfig": { "InstanceType": "r7g.large.search" } });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn inside() -> Value {
    spec(&json!({ "VPCOptions": { "SubnetIds": ["subnet-00000001"], "SecurityGroupIds": ["sg-00000001"] } }))
}

async fn create(aws: &Canned, spec: Value) -> provision::resource::Result<String> {
    let kind = kind_of(KIND);
    let made = kind.create(&writer(aws, KIND).await, &Name::given(NAME), &settled(kind, spec), &tags()).await;
    made.map(|made| made.id)
}

async fn update(aws: &Canned, live: &Live, spec: Value, paths: &[&str]) -> provision::resource::Result<Turn<()>> {
    let spec = settled(kind_of(KIND), spec);
    let turn = kind_of(KIND).update(&writer(aws, KIND).await, live, &spec, &changes(paths)).await?;
    Ok(match turn {
        Turn::Done(_) => Turn::Done(()),
        Turn::More(what) => Turn::More(what),
        Turn::Busy(failure) => Turn::Busy(failure),
    })
}

#[tokio::test(start_paused = true)]
async fn the_role_is_made_first_and_one_that_is_there_will_do() {
    let taken = "Service role name AWSServiceRoleForAmazonOpenSearchService has been taken in this account, please try a different suffix.";
    let roles = [
        ("CreateServiceLinkedRole", 200, xml("CreateServiceLinkedRole", "<Role/>")),
        ("CreateServiceLinkedRole", 400, xml_error("InvalidInput", taken)),
        ("CreateServiceLinkedRole", 403, xml_error("AccessDenied", "no")),
    ];
    for role in roles {
        let aws = Canned::by_operation(&[role, says("CreateDomain", &one(&json!({})))]);
        assert_eq!(create(&aws, inside()).await.unwrap(), NAME);
        assert_eq!(aws.operations(), ["CreateServiceLinkedRole", "CreateDomain"]);
    }
    let aws = Canned::by_operation(&[says("CreateDomain", &one(&json!({})))]);
    create(&aws, spec(&json!({}))).await.unwrap();
    assert_eq!(aws.operations(), ["CreateDomain"], "outside a VPC there is no interface to make");
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_its_logs_may_be_seconds_old() {
    let aws = Canned::by_operation(&[
        refuses("CreateDomain", "ValidationException", WEAK),
        refuses("CreateDomain", "ValidationException", WEAK),
        says("CreateDomain", &one(&json!({}))),
    ]);
    create(&aws, spec(&json!({}))).await.unwrap();
    assert_eq!(aws.operations(), ["CreateDomain"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_domain_of_this_name_is_gone_on_with_if_it_is_ours() {
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let theirs: Value = theirs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let aws = Canned::by_operation(&[
            refuses("CreateDomain", "ResourceAlreadyExistsException", "no"),
            says("DescribeDomain", &one(&json!({}))),
            says("DescribeDomain", &one(&json!({}))),
            says("ListTags", &json!({ "TagList": theirs })),
        ]);
        match create(&aws, spec(&json!({}))).await {
            Ok(id) => assert!(is_ours && id == NAME),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_under_way_is_waited_for() {
    let live = live(&json!({})).await;
    let aws = Canned::by_operation(&[refuses("UpdateDomainConfig", "ValidationException", BUSY)]);
    let turn = update(&aws, &live, spec(&json!({})), &["/ClusterConfig/InstanceCount"]).await.unwrap();
    assert!(matches!(turn, Turn::Busy(_)));
}

#[tokio::test(start_paused = true)]
async fn what_changes_is_sent_section_by_section_and_the_version_last() {
    let live = live(&json!({})).await;
    let wanted = || {
        spec(
            &json!({ "EngineVersion": "OpenSearch_2.19", "SoftwareUpdateOptions": { "AutoSoftwareUpdateEnabled": true } }),
        )
    };
    let aws = Canned::by_operation(&[says("UpdateDomainConfig", &json!({})), busy_one()]);
    let paths = ["/EngineVersion", "/SoftwareUpdateOptions/AutoSoftwareUpdateEnabled"];
    assert!(matches!(update(&aws, &live, wanted(), &paths).await.unwrap(), Turn::More(_)));
    assert_eq!(aws.operations(), ["UpdateDomainConfig", "DescribeDomain"]);
    let sent = &aws.asked_of("UpdateDomainConfig")[0];
    assert!(sent.contains("AutoSoftwareUpdateEnabled") && !sent.contains("ClusterConfig"), "{sent}");

    let ways = |to: &str| {
        says(
            "GetCompatibleVersions",
            &json!({ "CompatibleVersions": [{ "SourceVersion": "OpenSearch_2.17", "TargetVersions": [to] }] }),
        )
    };
    let aws = Canned::by_operation(&[ways("OpenSearch_2.19"), says("UpgradeDomain", &json!({})), busy_one()]);
    assert!(matches!(update(&aws, &live, wanted(), &["/EngineVersion"]).await.unwrap(), Turn::Done(())));
    assert_eq!(aws.operations(), ["GetCompatibleVersions", "UpgradeDomain", "DescribeDomain"]);

    // Who may do everything can't be read, so that it never leaves what is to be changed: the upgrade does not wait for it.
    let master = "/AdvancedSecurityOptions/MasterUserOptions/MasterUserARN";
    let aws = Canned::by_operation(&[ways("OpenSearch_2.19"), says("UpgradeDomain", &json!({})), busy_one()]);
    assert!(matches!(update(&aws, &live, wanted(), &["/EngineVersion", master]).await.unwrap(), Turn::More(_)));
    assert_eq!(aws.operations(), ["GetCompatibleVersions", "UpgradeDomain", "DescribeDomain"]);

    let aws = Canned::by_operation(&[ways("OpenSearch_2.18")]);
    let failure = update(&aws, &live, wanted(), &["/EngineVersion"]).await.expect_err("there is no way");
    assert!(failure.message.contains("OpenSearch_2.18") && failure.is(Class::Invalid), "{failure}");
    assert_eq!(aws.operations(), ["GetCompatibleVersions"], "nothing is begun");
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_leaves_to_aws_stays_as_it_is() {
    let volume = json!({ "EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 50, "Iops": 3000, "Throughput": 250 });
    let live = live(&json!({ "EBSOptions": volume })).await;
    let aws = Canned::by_operation(&[says("UpdateDomainConfig", &json!({})), busy_one()]);
    let wanted = spec(&json!({ "EBSOptions": { "EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 80 } }));
    update(&aws, &live, wanted, &["/EBSOptions/VolumeSize"]).await.unwrap();
    let sent = &aws.asked_of("UpdateDomainConfig")[0];
    assert!(sent.contains("\"Throughput\":250") && sent.contains("\"VolumeSize\":80"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_leaves_the_yaml_is_turned_off() {
    let logs = json!({ "AUDIT_LOGS": { "CloudWatchLogsLogGroupArn": GROUP, "Enabled": true } });
    let live = live(&json!({ "LogPublishingOptions": logs })).await;
    let aws = Canned::by_operation(&[says("UpdateDomainConfig", &json!({})), busy_one()]);
    update(&aws, &live, spec(&json!({})), &["/LogPublishingOptions/AUDIT_LOGS"]).await.unwrap();
    let sent = &aws.asked_of("UpdateDomainConfig")[0];
    assert!(sent.contains("AUDIT_LOGS") && sent.contains("\"Enabled\":false"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_deleted_and_what_is_at_work_is_waited_for() {
    let live = live(&json!({})).await;
    let delete = async |answer: Answer| {
        let aws = Canned::by_operation(&[answer]);
        kind_of(KIND).delete(&writer(&aws, KIND).await, &live).await.unwrap()
    };
    assert!(matches!(delete(refuses("DeleteDomain", "ResourceNotFoundException", "no")).await, Turn::Done(_)));
    assert!(matches!(delete(refuses("DeleteDomain", "ValidationException", BUSY)).await, Turn::Busy(_)));
    let session = Canned::empty().session(&[]).await;
    let told = kind_of(KIND).contents(&session.reader(), NAME).await.unwrap();
    assert!(told.is_some_and(|told| told.contains("snapshot")));
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_logs_is_known_by_its_name_alone() {
    let policy =
        |name: &str| json!({ "policyName": name, "policyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[]}" });
    let all = json!({ "resourcePolicies": [policy("p--acme--production--main"), policy("acme-production-main"), policy("ESLogPolicy")] });
    let aws = Canned::by_operation(&[says("DescribeResourcePolicies", &all)]);
    let listing = aws.list(kind_of(POLICY)).await;
    assert_eq!(listing.found.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(), ["p--acme--production--main"]);
    assert!(listing.name_conflicts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_eleventh_policy_of_logs_is_told_with_what_to_do() {
    // The SDK takes it for a throttle, and asks again.
    let refused = refuses("PutResourcePolicy", "LimitExceededException", "Resource limit exceeded.");
    let aws = Canned::by_operation(&std::iter::repeat_n(refused, 20).collect::<Vec<_>>());
    let kind = kind_of(POLICY);
    let document = json!({ "PolicyDocument": { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Resource": GROUP }] } });
    let (writer, name, spec) =
        (writer(&aws, POLICY).await, Name::given("p--acme--production--main"), settled(kind, document));
    let failure = kind.create(&writer, &name, &spec, &tags()).await.expect_err("there are ten");
    assert!(failure.is(Class::Quota) && failure.hint.is_some_and(|hint| hint.contains("ten of these")));
}
