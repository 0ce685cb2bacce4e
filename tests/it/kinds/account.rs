//! What an account has once, over canned answers: whose it is decides before anything is set, and what names nothing is let through
//! for its own step alone.

use provision::resource::{Class, Name, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, difference, json_tags, kind_of, settled, tags, tags_of};

const VOLUMES: &str = "AWS::EC2::EBSEncryptionByDefault";
const MARK: &str = "/provision.settings/ebs-encryption-by-default";
const DETECTOR: &str = "AWS::GuardDuty::Detector";
const ID: &str = "12abc34d567e8fa901bc2d34e56789f0";
const RULE: &str = "AWS::Events::Rule";

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str, message: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": message }).to_string())
}

fn shows(operation: &'static str, inner: &str) -> Answer {
    (operation, 200, format!("<{operation}Response>{inner}</{operation}Response>"))
}

fn marked(tags: &Value) -> Answer {
    says("ListTagsForResource", &json!({ "TagList": tags }))
}

fn is_on(text: &str) -> [Answer; 2] {
    [
        shows("GetEbsEncryptionByDefault", &format!("<ebsEncryptionByDefault>{text}</ebsEncryptionByDefault>")),
        shows("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/aws/ebs</kmsKeyId>"),
    ]
}

async fn create(aws: &Canned, kind: &str, spec: Value) -> provision::resource::Result<String> {
    let writer = aws.writer(kind, &["acme-production-main"], &["arn:aws:sns:us-east-1:123456789012:a"]).await;
    let spec = settled(kind_of(kind), spec);
    let made = kind_of(kind).create(&writer, &Name::given("acme-production-main"), &spec, &tags()).await;
    made.map(|made| made.id)
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_claimed_before_it_is_set_and_the_mark_is_never_written_over() {
    let aws = Canned::by_operation(&[
        says("PutParameter", &json!({ "Version": 1 })),
        shows("ResetEbsDefaultKmsKeyId", ""),
        shows("EnableEbsEncryptionByDefault", ""),
    ]);
    assert_eq!(create(&aws, VOLUMES, json!({})).await.unwrap(), MARK);
    assert_eq!(aws.operations(), ["PutParameter", "ResetEbsDefaultKmsKeyId", "EnableEbsEncryptionByDefault"]);
    let put = &aws.asked_of("PutParameter")[0];
    assert!(put.contains("\"Overwrite\":false") && put.contains("provision:tenant"), "{put}");
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_another_has_is_not_touched_and_one_that_an_earlier_try_claimed_is_set() {
    let there = || refuses("PutParameter", "ParameterAlreadyExists", "The parameter already exists.");
    let theirs: Value = tags_of("other").iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    for (tags, owner) in [(theirs, "belongs to other of acme/production"), (json!([]), "bears none of our tags")] {
        let aws = Canned::by_operation(&[there(), marked(&tags)]);
        let failure = create(&aws, VOLUMES, json!({})).await.unwrap_err();
        assert!(failure.is(Class::AlreadyExists) && failure.message.contains(owner), "{failure}");
        assert_eq!(aws.operations(), ["PutParameter", "ListTagsForResource"]);
    }
    let aws = Canned::by_operation(&[
        there(),
        marked(&json_tags("Key", "Value")),
        shows("ResetEbsDefaultKmsKeyId", ""),
        shows("EnableEbsEncryptionByDefault", ""),
    ]);
    assert_eq!(create(&aws, VOLUMES, json!({})).await.unwrap(), MARK);
}

#[tokio::test(start_paused = true)]
async fn a_setting_without_a_mark_is_nobodys_and_not_even_read() {
    let aws = Canned::by_operation(&[refuses("ListTagsForResource", "InvalidResourceId", "")]);
    let listing = aws.list(kind_of(VOLUMES)).await;
    assert!(listing.found.is_empty() && listing.name_conflicts.is_empty() && listing.unseen.is_empty());
    assert_eq!(aws.operations(), ["ListTagsForResource"]);
    let denied = Canned::by_operation(&[refuses("ListTagsForResource", "AccessDeniedException", "no")]);
    let session = denied.session(kind_of(VOLUMES).facts().permissions.read).await;
    let failure = kind_of(VOLUMES).list(&session.reader(), &crate::aws::canned::scope()).await.unwrap_err();
    assert!(failure.is(Class::Denied), "what could not be read is not absent: {failure}");
}

#[tokio::test(start_paused = true)]
async fn what_leaves_the_stack_stays_on_and_gives_up_the_key_that_may_go() {
    let [on, own] = is_on("true");
    let key = "arn:aws:kms:us-east-1:123456789012:key/0f5a";
    let own_key = shows("GetEbsDefaultKmsKeyId", &format!("<kmsKeyId>{key}</kmsKeyId>"));
    for (answer, is_reset) in [(own, false), (own_key, true)] {
        let read = Canned::by_operation(&[marked(&json_tags("Key", "Value")), on.clone(), answer]);
        let live = read.live(kind_of(VOLUMES)).await;
        let aws = Canned::by_operation(&[shows("ResetEbsDefaultKmsKeyId", ""), says("DeleteParameter", &json!({}))]);
        let writer = aws.writer(VOLUMES, &[MARK], &[key]).await;
        let Turn::Done(kept) = kind_of(VOLUMES).delete(&writer, &live).await.unwrap() else { panic!("it waits") };
        assert!(kept[0].why.contains("stays on"), "{kept:?}");
        assert_eq!(aws.operations().contains(&"ResetEbsDefaultKmsKeyId".to_owned()), is_reset);
        assert_eq!(aws.operations().last().map(String::as_str), Some("DeleteParameter"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_names_nothing_is_of_its_own_step_alone() {
    let [on, own] = is_on("false");
    let live = Canned::by_operation(&[marked(&json_tags("Key", "Value")), on, own]).live(kind_of(VOLUMES)).await;
    let spec = settled(kind_of(VOLUMES), json!({}));
    for (step, is_let) in [(VOLUMES, true), ("AWS::EC2::VPC", false)] {
        let aws = Canned::by_operation(&[shows("EnableEbsEncryptionByDefault", "")]);
        let writer = aws.writer(step, &[MARK], &[]).await;
        let sent = kind_of(VOLUMES).update(&writer, &live, &spec, &changes(&["/Enabled"])).await;
        assert_eq!(sent.is_ok(), is_let, "{step}");
        assert_eq!(aws.operations().len(), usize::from(is_let));
    }
}

#[tokio::test(start_paused = true)]
async fn an_organisation_that_forbids_a_setting_is_told_as_such() {
    let forbidden =
        "User is not authorized to perform: ssm:PutParameter with an explicit deny in a service control policy";
    let aws = Canned::by_operation(&[refuses("PutParameter", "AccessDeniedException", forbidden)]);
    let failure = create(&aws, VOLUMES, json!({})).await.unwrap_err();
    assert!(failure.is(Class::Denied) && failure.advice().contains("an organisation forbids it"), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn all_defaults_of_metadata_are_sent_in_one_call() {
    let kind = "AWS::EC2::InstanceMetadataDefaults";
    let aws = Canned::by_operation(&[
        says("PutParameter", &json!({ "Version": 1 })),
        shows("ModifyInstanceMetadataDefaults", "<return>true</return>"),
    ]);
    create(&aws, kind, json!({ "HttpTokens": "required", "InstanceMetadataTags": "enabled" })).await.unwrap();
    let asked = &aws.asked_of("ModifyInstanceMetadataDefaults")[0];
    for part in [
        "HttpTokens=required",
        "InstanceMetadataTags=enabled",
        "HttpEndpoint=no-preference",
        "HttpTokensEnforced=no-preference",
        "HttpPutResponseHopLimit=-1",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_settings_of_ecs_are_the_accounts_own_and_not_the_callers() {
    let kind = "AWS::ECS::AccountSettings";
    let all = json!({ "settings": [{ "name": "containerInsights", "value": "disabled" }, { "name": "guardDutyActivate", "value": "on" }] });
    let aws = Canned::by_operation(&[marked(&json_tags("Key", "Value")), says("ListAccountSettings", &all)]);
    let live = aws.live(kind_of(kind)).await;
    let asked = &aws.asked_of("ListAccountSettings")[0];
    assert!(
        asked.contains("arn:aws:iam::123456789012:root") && asked.contains("\"effectiveSettings\":true"),
        "{asked}"
    );
    assert_eq!(live.spec, json!({ "ContainerInsights": "disabled" }));
    let spec = settled(kind_of(kind), json!({ "ContainerInsights": "enhanced", "AwsvpcTrunking": "enabled" }));
    let aws = Canned::by_operation(&[says("PutAccountSettingDefault", &json!({}))]);
    let writer = aws.writer(kind, &["/provision.settings/ecs"], &[]).await;
    kind_of(kind).update(&writer, &live, &spec, &changes(&["/ContainerInsights"])).await.unwrap();
    assert_eq!(aws.operations(), ["PutAccountSettingDefault"]);
    assert!(aws.asked()[0].contains("enhanced"), "{:?}", aws.asked());
}

fn detector(tags: &Value) -> [Answer; 2] {
    let told =
        json!({ "status": "ENABLED", "serviceRole": "r", "findingPublishingFrequency": "SIX_HOURS", "tags": tags });
    [says("ListDetectors", &json!({ "detectorIds": [ID] })), says("GetDetector", &told)]
}

#[tokio::test(start_paused = true)]
async fn a_detector_that_is_there_is_gone_on_with_if_it_is_ours_and_else_told() {
    let ours: Value =
        tags().iter().map(|(key, value)| (key.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into();
    for (theirs, is_ours) in [(ours, true), (json!({}), false)] {
        let message = "The request is rejected because a detector already exists for the current account.";
        let [listed, told] = detector(&theirs);
        let aws = Canned::by_operation(&[
            refuses("CreateDetector", "BadRequestException", message),
            listed,
            told,
            says("UpdateDetector", &json!({})),
        ]);
        match create(&aws, DETECTOR, json!({ "Enable": true })).await {
            Ok(id) => assert!(is_ours && id == ID),
            Err(failure) => {
                assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}");
                assert!(!aws.operations().contains(&"UpdateDetector".to_owned()));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_protection_that_is_not_changed_is_not_sent() {
    let ours: Value =
        tags().iter().map(|(key, value)| (key.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into();
    let live = Canned::by_operation(&detector(&ours)).live(kind_of(DETECTOR)).await;
    let spec = settled(
        kind_of(DETECTOR),
        json!({ "Enable": true, "Features": [
            { "Name": "S3_DATA_EVENTS", "Status": "ENABLED" },
            { "Name": "RDS_LOGIN_EVENTS", "Status": "DISABLED" },
        ] }),
    );
    let aws = Canned::by_operation(&[says("UpdateDetector", &json!({}))]);
    let writer = aws.writer(DETECTOR, &[ID], &[]).await;
    kind_of(DETECTOR).update(&writer, &live, &spec, &changes(&["/Features/RDS_LOGIN_EVENTS/Status"])).await.unwrap();
    let asked = &aws.asked_of("UpdateDetector")[0];
    assert!(
        asked.contains("RDS_LOGIN_EVENTS") && !asked.contains("S3_DATA_EVENTS") && !asked.contains("enable"),
        "{asked}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_else_says_what_guardduty_looks_at_is_asked_before_anything_is_changed() {
    let kind = kind_of(DETECTOR);
    let reads = [kind.facts().permissions.read, kind.facts().preflight_reads].concat();
    let [listed, told] = detector(&json!({}));
    for (answer, is_told) in [
        (json!({ "administrator": { "accountId": "111122223333" } }), true),
        (json!({ "administrator": { "accountId": "123456789012" } }), false),
        (json!({}), false),
    ] {
        let aws = Canned::by_operation(&[listed.clone(), told.clone(), says("GetAdministratorAccount", &answer)]);
        let session = aws.session(&reads).await;
        let why = kind.answer(&session.reader(), &["administrator".to_owned()]).await.unwrap();
        assert_eq!(why.is_some_and(|why| why.contains("111122223333")), is_told, "{answer}");
    }
    let managed = json!({ "status": "ENABLED", "serviceRole": "r", "features": [
        { "name": "S3_DATA_EVENTS", "status": "ENABLED", "managedBy": "GUARDDUTY_POLICY" },
        { "name": "RDS_LOGIN_EVENTS", "status": "ENABLED" },
    ] });
    let aws = Canned::by_operation(&[listed, says("GetDetector", &managed)]);
    let session = aws.session(&reads).await;
    let why = kind.answer(&session.reader(), &["policy".to_owned()]).await.unwrap().expect("it is told");
    assert!(why.contains("sets S3_DATA_EVENTS:"), "{why}");
}

const ARN: &str = "arn:aws:events:us-east-1:123456789012:rule/acme-production-main";

fn rule() -> Value {
    json!({ "EventPattern": { "source": ["a"] }, "Targets": [{ "Id": "a", "Arn": "arn:aws:sns:us-east-1:123456789012:a" }] })
}

/// A field more, by whomever, narrows what is meant.
#[test]
fn a_pattern_that_somebody_has_narrowed_is_a_difference() {
    let of = |pattern: Value| json!({ "EventPattern": pattern });
    let wide = of(json!({ "source": ["a"], "detail": { "type": ["b"] } }));
    for narrow in [
        json!({ "source": ["a"], "detail": { "type": ["b"] }, "account": ["1"] }),
        json!({ "source": ["a"], "detail": { "type": ["b"], "severity": [9] } }),
    ] {
        let told = difference(RULE, &of(narrow), &wide).fields;
        assert_eq!(told.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["/EventPattern"]);
    }
    let same = of(json!("{ \"detail\": { \"type\": [\"b\"] }, \"source\": [\"a\"] }"));
    assert!(difference(RULE, &same, &wide).fields.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_somebody_else_is_not_overwritten() {
    let there = says("DescribeRule", &json!({ "Name": "acme-production-main", "Arn": ARN }));
    let aws = Canned::by_operation(&[there, says("ListTagsForResource", &json!({ "Tags": [] }))]);
    let failure = create(&aws, RULE, rule()).await.unwrap_err();
    assert!(failure.is(Class::AlreadyExists), "{failure}");
    assert_eq!(aws.operations(), ["DescribeRule", "ListTagsForResource"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_eventbridge_did_not_take_is_a_failure_although_it_says_yes() {
    let entry = json!({ "TargetId": "a", "ErrorCode": "ResourceNotFoundException", "ErrorMessage": "no such topic" });
    let aws = Canned::by_operation(&[
        refuses("DescribeRule", "ResourceNotFoundException", ""),
        says("PutRule", &json!({ "RuleArn": ARN })),
        says("PutTargets", &json!({ "FailedEntryCount": 1, "FailedEntries": [entry] })),
    ]);
    let failure = create(&aws, RULE, rule()).await.unwrap_err();
    assert!(failure.message.contains("the target a: no such topic"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn new_targets_come_before_old_ones_go_where_there_is_room_for_both() {
    let target = |id: &str| json!({ "Id": id, "Arn": format!("arn:aws:sns:us-east-1:123456789012:{id}") });
    let owned = says("ListTagsForResource", &json!({ "Tags": json_tags("Key", "Value") }));
    for (count, order) in [(1, ["PutTargets", "RemoveTargets"]), (5, ["RemoveTargets", "PutTargets"])] {
        let all: Vec<_> = (0..count).map(|at| target(&format!("old{at}"))).collect();
        let told = json!({ "Name": "acme-production-main", "Arn": ARN, "State": "ENABLED", "EventPattern": "{\"source\":[\"a\"]}" });
        let live = Canned::by_operation(&[
            says("ListRules", &json!({ "Rules": [told] })),
            owned.clone(),
            says("ListTargetsByRule", &json!({ "Targets": all })),
        ])
        .live(kind_of(RULE))
        .await;
        let spec = settled(kind_of(RULE), json!({ "EventPattern": { "source": ["a"] }, "Targets": [target("new")] }));
        let none = json!({ "FailedEntryCount": 0, "FailedEntries": [] });
        let aws = Canned::by_operation(&[says("PutTargets", &none), says("RemoveTargets", &none)]);
        let mentioned = ["arn:aws:sns:us-east-1:123456789012:new"];
        let writer = aws.writer(RULE, &["acme-production-main", ARN], &mentioned).await;
        kind_of(RULE).update(&writer, &live, &spec, &changes(&["/Targets"])).await.unwrap();
        assert_eq!(aws.operations(), order);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_goes_after_its_targets_and_waits_until_eventbridge_has_seen_that() {
    let told =
        json!({ "Name": "acme-production-main", "Arn": ARN, "State": "ENABLED", "ScheduleExpression": "rate(1 day)" });
    let live = Canned::by_operation(&[
        says("ListRules", &json!({ "Rules": [told] })),
        says("ListTagsForResource", &json!({ "Tags": json_tags("Key", "Value") })),
        says(
            "ListTargetsByRule",
            &json!({ "Targets": [{ "Id": "a", "Arn": "arn:aws:sns:us-east-1:123456789012:a" }] }),
        ),
    ])
    .live(kind_of(RULE))
    .await;
    let aws = Canned::by_operation(&[
        says("RemoveTargets", &json!({ "FailedEntryCount": 0, "FailedEntries": [] })),
        refuses("DeleteRule", "ValidationException", "Rule can't be deleted since it has targets."),
        says("DeleteRule", &json!({})),
    ]);
    let writer = aws.writer(RULE, &["acme-production-main", ARN], &[]).await;
    assert!(matches!(kind_of(RULE).delete(&writer, &live).await.unwrap(), Turn::Done(kept) if kept.is_empty()));
    assert_eq!(aws.operations(), ["RemoveTargets", "DeleteRule", "DeleteRule"]);
}
