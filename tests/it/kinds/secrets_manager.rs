//! Secrets: what a create meets under its name, values that are made once, and whom one waits for.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::ReplicaRegionType;
use provision::aws::Writer;
use provision::blueprint::Blueprint;
use provision::plan::{Action, Mode};
use provision::resource::{AnyMade, Class, Name, Result, Settled, State, Tags, key};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, tags};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const KIND: &str = "AWS::SecretsManager::Secret";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:acme-production-main-AbCdEf";
/// What AWS says of a name without a secret.
const NOTHING: (&str, u16, &str) = ("DescribeSecret", 404, r#"{ "__type": "ResourceNotFoundException" }"#);

/// What DescribeSecret answers of a secret with a value and these tags, and more.
fn described(tags: &Tags, more: Value) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let mut all = json!({ "ARN": ARN, "Name": NAME, "Tags": tags, "VersionIdsToStages": { "1": ["AWSCURRENT"] } });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all.to_string()
}

fn refused(code: &str, message: &str) -> String {
    json!({ "__type": code, "message": message }).to_string()
}

async fn writer(aws: &Canned, mentioned: &[&str]) -> Writer {
    aws.writer(KIND, &[NAME], mentioned).await
}

async fn create(aws: &Canned, properties: Value) -> Result<AnyMade> {
    let mut mentioned = Vec::new();
    let spec = kind_of(KIND).normalise(properties).unwrap();
    provision::resource::pointer::walk(&spec, &mut |_, leaf| mentioned.extend(leaf.as_str().map(str::to_owned)));
    let mentioned: Vec<_> = mentioned.iter().map(String::as_str).collect();
    let writer = writer(aws, &mentioned).await;
    kind_of(KIND).create(&writer, &Name::given(NAME), &Settled::new(spec).unwrap(), &tags()).await
}

fn stack(account: &str, properties: &str) -> Blueprint {
    let secret = format!("resources:\n  - type: {KIND}\n    name: main\n    properties: {properties}\n");
    stack_of("vault", account, &secret)
}

async fn hand(local: &LocalAccount) -> Client {
    Client::new(&local.by_hand().await)
}

/// The stack's only secret, as a list reads it.
async fn arn_of(local: &LocalAccount, stack: &Blueprint) -> String {
    let inventory = local.inventory(stack).await;
    inventory.all().find(|(at, _)| at.kind == KIND).expect("a secret").1.id.clone()
}

async fn value_of(client: &Client, arn: &str) -> String {
    client.get_secret_value().secret_id(arn).send().await.expect("it has one").secret_string.expect("a text")
}

#[test]
fn one_in_its_window_is_not_there_and_is_restored_with_what_the_template_says_now() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000221").await;
        let first = stack(&local.account, "{ Description: old, GenerateSecretString: {} }");
        local.apply(&first).await.unwrap_or_else(|why| panic!("{why}"));
        let (client, arn) = (hand(&local).await, arn_of(&local, &first).await);
        let value = value_of(&client, &arn).await;
        let run_summary = local.destroy(&first).await.unwrap_or_else(|why| panic!("{why}"));
        let [kept] = &run_summary.kept[..] else { panic!("{:?}", run_summary.kept) };
        assert!(kept.why.contains("restore-secret") && kept.id == arn, "{kept:?}");

        let statement = "{ Effect: Deny, Principal: \"*\", Action: \"secretsmanager:*\", Resource: \"*\", \
                         Condition: { Bool: { \"aws:SecureTransport\": \"false\" } } }";
        let policy = format!("{{ Version: \"2012-10-17\", Statement: [{statement}] }}");
        let second = stack(&local.account, &format!("{{ GenerateSecretString: {{}}, Policy: {policy} }}"));
        let plan = local.plan(&second).await;
        assert_eq!(plan.changes.iter().map(|change| change.action).collect::<Vec<_>>(), [Action::Create]);
        local.apply(&second).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!((arn_of(&local, &second).await, value_of(&client, &arn).await), (arn.clone(), value));
        assert_eq!(client.describe_secret().secret_id(&arn).send().await.unwrap().description(), None);
        let asked = local.calls().await;
        assert!(!asked.contains(&"secretsmanager:PutSecretValue".to_owned()), "{asked:?}");
    });
}

/// The list goes on showing one for five minutes.
#[tokio::test]
async fn one_that_waits_to_be_deleted_is_not_asked_for_its_policy() {
    let gone = described(&tags(), json!({ "DeletedDate": 1.0 }));
    let listed = json!({ "SecretList": [serde_json::from_str::<Value>(&described(&tags(), json!({}))).unwrap()] });
    let aws = Canned::by_operation(&[("ListSecrets", 200, &listed.to_string()), ("DescribeSecret", 200, &gone)]);
    let listing = aws.list(kind_of(KIND)).await;
    assert_eq!((listing.found.len(), listing.unseen.len(), listing.name_conflicts.len()), (0, 0, 0));
    assert!(!aws.operations().contains(&"GetResourcePolicy".to_owned()));
}

#[tokio::test]
async fn a_window_of_somebody_elses_is_told_with_both_ways_out() {
    let theirs =
        Tags::from_iter([(key::PROJECT, "p"), (key::TENANT, "other"), (key::ENVIRONMENT, "test"), (key::NAME, "a")]);
    let aws = Canned::by_operation(&[("DescribeSecret", 200, &described(&theirs, json!({ "DeletedDate": 1.0 })))]);
    let failure = create(&aws, json!({})).await.map(drop).unwrap_err();
    assert!(failure.is(Class::AlreadyExists), "{failure}");
    let owner = "belongs to a of other/test in project p, and waits to be deleted";
    assert!(failure.message.ends_with(owner), "{failure}");
    let hint = failure.hint.unwrap();
    assert!(hint.contains("restore-secret") && hint.contains("--force-delete-without-recovery"), "{hint}");
    assert_eq!(aws.operations(), ["DescribeSecret"]);
}

/// What passes by itself while a secret is made, and how often it was sent.
#[tokio::test(start_paused = true)]
async fn what_aws_has_not_spread_yet_is_waited_for() {
    let forced = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    let rotation = json!({ "RotationLambdaARN": "f", "RotationRules": { "AutomaticallyAfterDays": 1 } });
    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": "r" }, "Action": "*", "Resource": "*" });
    let spec = json!({ "GenerateSecretString": {}, "Policy": { "Statement": [statement] }, "Rotation": rotation });
    for (operation, code, message) in [
        ("CreateSecret", "InvalidRequestException", forced),
        ("CreateSecret", "AccessDeniedException", "Access to KMS is not allowed"),
        (
            "PutResourcePolicy",
            "MalformedPolicyDocumentException",
            "This resource policy contains an unsupported principal",
        ),
        ("RotateSecret", "AccessDeniedException", "Secrets Manager cannot invoke the specified Lambda function."),
        ("RotateSecret", "InvalidRequestException", "A previous rotation isn't complete."),
    ] {
        let (made, refused) = (json!({ "ARN": ARN }).to_string(), refused(code, message));
        let password = r#"{ "RandomPassword": "canary" }"#;
        let aws = Canned::by_operation(&[
            NOTHING,
            ("GetRandomPassword", 200, password),
            (operation, 400, &refused),
            ("CreateSecret", 200, &made),
        ]);
        let made = create(&aws, spec.clone()).await.unwrap_or_else(|failure| panic!("{operation}: {failure}"));
        assert_eq!(made.state, State::Ready);
        assert_eq!(aws.operations().iter().filter(|asked| *asked == operation).count(), 2, "{operation}: {message}");
    }
}

#[tokio::test]
async fn no_failure_has_the_value_in_it() {
    let password = r#"{ "RandomPassword": "canary" }"#;
    let refused = refused("EncryptionFailure", "The key is disabled.");
    let aws = Canned::by_operation(&[NOTHING, ("GetRandomPassword", 200, password), ("CreateSecret", 400, &refused)]);
    let failure = create(&aws, json!({ "GenerateSecretString": {} })).await.map(drop).unwrap_err();
    assert!(aws.asked().iter().any(|asked| asked.contains("canary")), "it is sent");
    assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure:?}");
}

#[test]
fn no_update_makes_a_value_and_nobody_reads_one() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000222").await;
        let first = stack(&local.account, "{ GenerateSecretString: { PasswordLength: 20 } }");
        local.apply(&first).await.unwrap_or_else(|why| panic!("{why}"));
        let (client, arn) = (hand(&local).await, arn_of(&local, &first).await);
        let value = value_of(&client, &arn).await;
        assert_eq!(value.len(), 20);
        let reads = local.calls().await.iter().filter(|call| call.ends_with(":GetSecretValue")).count();
        let template = "{ GenerateStringKey: password, SecretStringTemplate: '{\"user\": \"u\"}' }";
        let second = stack(&local.account, &format!("{{ Description: other, GenerateSecretString: {template} }}"));
        let plan = local.plan(&second).await;
        let paths: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &*field.path).collect();
        assert_eq!(paths, ["/Description"], "{}", words(&plan));
        local.apply(&second).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await;
        let count = |operation: &str| calls.iter().filter(|call| call.ends_with(operation)).count();
        assert_eq!((count(":GetRandomPassword"), count(":PutSecretValue")), (1, 0));
        assert_eq!((reads, count(":GetSecretValue")), (1, 1), "but for the test's own");
        assert_eq!(value_of(&client, &arn).await, value);
    });
}

#[tokio::test]
async fn a_role_that_is_gone_from_a_policy_is_drift() {
    let policy = |principal: &str| {
        let statement = json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "*", "Resource": "*" });
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    };
    let there = described(&tags(), json!({}));
    let listed = format!("{{ \"SecretList\": [{there}] }}");
    let attached = json!({ "ResourcePolicy": policy("AROAEXAMPLE").to_string() }).to_string();
    let aws = Canned::by_operation(&[
        ("ListSecrets", 200, &listed),
        ("DescribeSecret", 200, &there),
        ("GetResourcePolicy", 200, &attached),
    ]);
    let live = aws.list(kind_of(KIND)).await.found.remove(0).spec;
    let wanted = |principal: &str| kind_of(KIND).normalise(json!({ "Policy": policy(principal) })).unwrap();
    assert_eq!(kind_of(KIND).compare(&live, &wanted("AROAEXAMPLE")).fields, []);
    assert_eq!(kind_of(KIND).compare(&live, &wanted("arn:aws:iam::123456789012:role/web")).fields.len(), 1);
}

const WHOLE: &str = "
resources:
  - type: AWS::KMS::Key
    name: main
    properties: { PendingWindowInDays: 7 }
  - type: AWS::SecretsManager::Secret
    name: main
    properties:
      Description: words
      GenerateSecretString: {}
      KmsKeyId: \"{{ ref('AWS::KMS::Key/main', 'Arn') }}\"
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { AWS: \"{{ account }}\" }, Action: \"secretsmanager:GetSecretValue\", Resource: \"*\" }
      Rotation:
        RotateImmediatelyOnUpdate: false
        RotationLambdaARN: \"arn:aws:lambda:us-east-1:{{ account }}:function:rotate\"
        RotationRules: { ScheduleExpression: rate(10 days) }
";

#[test]
fn what_is_taken_out_goes_and_the_old_key_goes_last() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000223").await;
        let whole = stack_of("vault", &local.account, WHOLE);
        local.apply(&whole).await.unwrap_or_else(|why| panic!("{why}"));
        let (client, arn) = (hand(&local).await, arn_of(&local, &whole).await);
        let there = client.describe_secret().secret_id(&arn).send().await.unwrap();
        assert!(there.kms_key_id().is_some() && there.rotation_enabled() == Some(true), "{there:?}");
        assert_eq!(there.version_ids_to_stages().map(|all| all.len()), Some(1), "nothing is rotated at once");

        let bare = stack(&local.account, "{ GenerateSecretString: {} }");
        local.apply(&bare).await.unwrap_or_else(|why| panic!("{why}"));
        let there = client.describe_secret().secret_id(&arn).send().await.unwrap();
        assert_eq!((there.description(), there.kms_key_id(), there.rotation_enabled()), (None, None, Some(false)));
        assert_eq!(client.get_resource_policy().secret_id(&arn).send().await.unwrap().resource_policy(), None);
        let calls = local.calls().await;
        let at = |operation: &str| calls.iter().position(|call| call.ends_with(operation)).expect(operation);
        assert!(at(":UpdateSecret") < at(":ScheduleKeyDeletion"), "{calls:?}");
    });
}

#[test]
fn a_key_stays_for_the_secret_that_can_be_had_back() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000227").await;
        let whole = stack_of("vault", &local.account, WHOLE);
        local.apply(&whole).await.unwrap_or_else(|why| panic!("{why}"));
        let run_summary = local.destroy(&whole).await.unwrap_or_else(|why| panic!("{why}"));
        let stays: Vec<_> = run_summary.kept.iter().filter(|kept| kept.stays).map(|kept| kept.why.as_str()).collect();
        assert!(matches!(stays[..], [why] if why.contains("vault-production-main")), "{:?}", run_summary.kept);
        local.apply(&whole).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn copies_elsewhere_are_told_and_nothing_is_deleted_while_there_are_some() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000224").await;
        let own = stack(&local.account, "{ GenerateSecretString: {} }");
        local.apply(&own).await.unwrap_or_else(|why| panic!("{why}"));
        let (client, arn) = (hand(&local).await, arn_of(&local, &own).await);
        let there = ReplicaRegionType::builder().region("us-west-2").build();
        let copied = client.replicate_secret_to_regions().secret_id(&arn).add_replica_regions(there);
        copied.send().await.expect("allowed");
        let plan = local.plan(&own).await;
        assert!(words(&plan).contains("/ReplicaRegions/us-west-2"), "{}", words(&plan));
        let failed = local.run(&own, Mode::Destroy).await.map(drop).unwrap_err();
        assert!(failed.contains("it is copied to us-west-2"), "{failed}");
        assert!(!local.calls().await.contains(&"secretsmanager:DeleteSecret".to_owned()));
    });
}

/// Copies and what services keep bear any tags.
#[tokio::test]
async fn what_others_keep_is_not_ours_whatever_tags_it_bears() {
    for (member, said) in
        [("PrimaryRegion", "copy of the one in eu-west-1"), ("OwningService", "service eu-west-1 keeps it")]
    {
        let there = described(&tags(), json!({ member: "eu-west-1" }));
        let listed = format!("{{ \"SecretList\": [{there}] }}");
        let aws = Canned::by_operation(&[("ListSecrets", 200, &listed), ("DescribeSecret", 200, &there)]);
        let listing = aws.list(kind_of(KIND)).await;
        assert_eq!((listing.found.len(), listing.unseen.len(), listing.name_conflicts.len()), (0, 0, 0), "{member}");
        let aws = Canned::by_operation(&[("DescribeSecret", 200, &there)]);
        let failure = create(&aws, json!({})).await.map(drop).unwrap_err();
        assert!(failure.is(Class::AlreadyExists) && failure.message.contains(said), "{failure}");
        assert_eq!(aws.operations(), ["DescribeSecret"]);
    }
}

/// The list may be five minutes old.
#[tokio::test]
async fn a_list_that_lags_hides_nothing_that_the_index_knows_and_makes_nothing_twice() {
    let there = described(&tags(), json!({}));
    let tags = serde_json::from_str::<Value>(&there).unwrap()["Tags"].clone();
    let index = json!({ "ResourceTagMappingList": [{ "ResourceARN": ARN, "Tags": tags }] }).to_string();
    let aws = Canned::by_operation(&[("GetResources", 200, &index), ("DescribeSecret", 200, &there)]);
    assert_eq!(aws.list(kind_of(KIND)).await.found.len(), 1);
    let gone = Canned::by_operation(&[("GetResources", 200, index.as_str()), NOTHING]);
    let listing = gone.list(kind_of(KIND)).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (0, 0), "the index lags, too");

    let aws = Canned::by_operation(&[("DescribeSecret", 200, &there)]);
    let made = create(&aws, json!({ "GenerateSecretString": {} })).await.unwrap();
    assert_eq!((made.id.as_str(), made.outputs["Id"].as_str()), (ARN, Some(ARN)));
    assert_eq!(aws.operations(), ["DescribeSecret", "TagResource", "GetResourcePolicy"]);
}

/// The answer to the create was lost, and AWS made another password since.
#[tokio::test]
async fn a_create_whose_answer_was_lost_is_gone_on_with() {
    let there = described(&tags(), json!({}));
    let token =
        refused("ResourceExistsException", "You can't use ClientRequestToken 0 because that value is already in use");
    let password = r#"{ "RandomPassword": "canary" }"#;
    let aws = Canned::by_operation(&[
        NOTHING,
        ("GetRandomPassword", 200, password),
        ("CreateSecret", 400, &token),
        ("DescribeSecret", 200, &there),
    ]);
    let made = create(&aws, json!({ "GenerateSecretString": {} })).await.unwrap();
    assert_eq!((made.id.as_str(), made.state), (ARN, State::Ready));
    assert!(!aws.operations().contains(&"PutSecretValue".to_owned()), "{:?}", aws.operations());
}

fn with_task(properties: &str) -> String {
    format!(
        "resources:\n  - type: {KIND}\n    name: main\n    properties: {properties}\n{}",
        "  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      ExecutionRoleArn: \"arn:aws:iam::{{ account }}:role/start\"
      ContainerDefinitions:
        - Name: web
          Image: public.ecr.aws/nginx/nginx:1.29
          Memory: 128
          Secrets: [{ Name: KEY, ValueFrom: \"{{ ref('AWS::SecretsManager::Secret/main') }}\" }]
"
    )
}

#[test]
fn one_without_a_value_waits_for_a_person_and_so_does_what_uses_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000225").await;
        let is_made = async || local.calls().await.contains(&"ecs:RegisterTaskDefinition".to_owned());
        let own = stack_of("vault", &local.account, &with_task("{}"));
        local.run(&own, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
        let (client, arn) = (hand(&local).await, arn_of(&local, &own).await);
        let other = stack_of("vault", &local.account, &with_task("{ Description: words }"));
        for stack in [&own, &other] {
            let run_summary = local.run(stack, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
            let waits: Vec<_> = run_summary.waiting.iter().map(|waiting| waiting.what.as_str()).collect();
            assert!(
                waits.iter().any(|what| what.contains(&format!("put-secret-value --secret-id {arn}"))),
                "{waits:?}"
            );
            assert!(!is_made().await, "it has no value");
        }
        client.put_secret_value().secret_id(&arn).secret_string("words").send().await.expect("allowed");
        local.apply(&other).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(is_made().await);
    });
}

#[test]
fn one_whose_value_aws_makes_is_used_in_the_same_run() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000226").await;
        let own = stack_of("vault", &local.account, &with_task("{ GenerateSecretString: {} }"));
        local.apply(&own).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.calls().await.contains(&"ecs:RegisterTaskDefinition".to_owned()));
    });
}

/// How a rotation is begun is no part of it.
#[test]
fn whether_a_change_rotates_at_once_is_no_difference_alone() {
    let spec = |at_once: bool| {
        let rules = json!({ "AutomaticallyAfterDays": 1 });
        let rotation =
            json!({ "RotationLambdaARN": "f", "RotationRules": rules, "RotateImmediatelyOnUpdate": at_once });
        kind_of(KIND).normalise(json!({ "Rotation": rotation })).unwrap()
    };
    let differs = kind_of(KIND).compare(&spec(true), &spec(false)).fields;
    let covers = |path: &str| kind_of(KIND).facts().call_parameters.contains(&path);
    assert!(differs.iter().all(|field| covers(&field.path)), "{differs:?}");
}
