//! Buckets: what S3's answers become, which calls are sent, and what becomes of buckets in an account.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use provision::aws::Writer;
use provision::plan::{Action, Allowance, refusals};
use provision::report::cloudformation_json;
use provision::resource::{AnyListing, AnyMade, Class, Kept, Live, Name, Result, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, kind_of, settled, tags, tags_of, writer_scope};
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, stack_of, words};

const KIND: &str = "AWS::S3::Bucket";
const NAME: &str = "acme-production-main-123456789012-us-east-1-an";

/// A refusal of S3.
pub fn error(code: &str, message: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>")
}

/// A list of one bucket.
pub fn listed(name: &str) -> Answer {
    let one = format!("<Bucket><Name>{name}</Name></Bucket>");
    ("ListBuckets", 200, format!("<ListAllMyBucketsResult><Buckets>{one}</Buckets></ListAllMyBucketsResult>"))
}

pub fn tagged(tags: &Tags) -> Answer {
    let one = |(key, value): (&str, &str)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    let all: String = tags.iter().map(one).collect();
    ("GetBucketTagging", 200, format!("<Tagging><TagSet>{all}</TagSet></Tagging>"))
}

/// What S3 answers of a bucket from before there was anything to say of one.
pub fn bare() -> Vec<Answer> {
    let none = |operation, code| (operation, 404, error(code, "there is none"));
    let some = |operation, body: &str| (operation, 200, body.to_owned());
    vec![
        none("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
        none("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        none("GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
        some("GetBucketVersioning", "<VersioningConfiguration/>"),
        none("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
        none("GetBucketPolicy", "NoSuchBucketPolicy"),
        none("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        none("GetBucketCors", "NoSuchCORSConfiguration"),
        some("GetBucketLogging", "<BucketLoggingStatus/>"),
        some("GetBucketNotificationConfiguration", "<NotificationConfiguration/>"),
        none("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        none("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
        some("GetBucketAccelerateConfiguration", "<AccelerateConfiguration/>"),
        some(
            "GetBucketRequestPayment",
            "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
        some("GetBucketAcl", "<AccessControlPolicy><Owner><ID>me</ID></Owner></AccessControlPolicy>"),
    ]
}

/// What a bucket of ours is read as of which S3 answers this.
async fn list(told: &[(&'static str, &str)]) -> AnyListing {
    let mut answers = vec![listed(NAME), tagged(&tags())];
    answers.extend(told.iter().map(|(operation, body)| (*operation, 200, (*body).to_owned())));
    answers.extend(bare());
    Canned::by_operation(&answers).list(kind_of(KIND)).await
}

async fn live(told: &[(&'static str, &str)]) -> Live {
    let mut listing = list(told).await;
    assert!(listing.unseen.is_empty(), "{:?}", listing.unseen);
    listing.found.remove(0)
}

/// A writer of a bucket that was named, or not.
async fn writer(aws: &Canned, named: bool) -> Writer {
    let scope = writer_scope(KIND, &[NAME, "acme-production-main"], &[]);
    aws.session(&[]).await.writer(provision::aws::WriterScope { named, ..scope })
}

async fn create(aws: &Canned, spec: Value) -> Result<AnyMade> {
    let name = Name::given("acme-production-main");
    kind_of(KIND).create(&writer(aws, false).await, &name, &settled(kind_of(KIND), spec), &tags()).await
}

async fn delete(aws: &Canned, named: bool) -> Result<Turn<Vec<Kept>>> {
    kind_of(KIND).delete(&writer(aws, named).await, &live(&[]).await).await
}

fn regional() -> Value {
    json!({ "BucketNamespace": "account-regional" })
}

const MISSING: (&str, u16, &str) = ("HeadBucket", 404, "");

#[tokio::test(start_paused = true)]
async fn a_bucket_that_says_nothing_is_open_and_a_template_that_says_nothing_closes_it() {
    let live = live(&[]).await;
    assert_eq!(live.name.as_deref(), Some("acme-production-main"), "the engine knows no ending");
    assert_eq!(live.spec["BucketNamespace"], "account-regional");
    let kind = kind_of(KIND);
    let wanted = kind.normalise(regional()).unwrap();
    let paths: Vec<_> = kind.compare(&live.spec, &wanted).fields.into_iter().map(|field| field.path).collect();
    assert_eq!(
        paths,
        [
            "/BucketEncryption/ServerSideEncryptionConfiguration",
            "/OwnershipControls/Rules",
            "/PublicAccessBlockConfiguration/BlockPublicAcls",
            "/PublicAccessBlockConfiguration/BlockPublicPolicy",
            "/PublicAccessBlockConfiguration/IgnorePublicAcls",
            "/PublicAccessBlockConfiguration/RestrictPublicBuckets",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_filter_of_a_lifecycle_rule_is_one_wherever_s3_tells_it() {
    let rule = |filter: &str| {
        format!(
            "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status>{filter}<Expiration><Days>5</Days></Expiration>\
             </Rule></LifecycleConfiguration>"
        )
    };
    let mut specs = Vec::new();
    for filter in [
        "<Prefix>a/</Prefix>",
        "<Filter><Prefix>a/</Prefix></Filter>",
        "<Filter><And><Prefix>a/</Prefix></And></Filter>",
    ] {
        let live = live(&[("GetBucketLifecycleConfiguration", &rule(filter))]).await;
        specs.push(live.spec["LifecycleConfiguration"].clone());
    }
    assert_eq!(specs[0]["Rules"][0]["Prefix"], "a/");
    assert!(specs.iter().all(|spec| *spec == specs[0]), "{specs:#?}");
    let whole = [rule("<Filter/>"), rule("<Filter><Prefix/></Filter>"), rule("<Prefix/>"), rule("")];
    for told in whole {
        let live = live(&[("GetBucketLifecycleConfiguration", &told)]).await;
        assert_eq!(live.spec["LifecycleConfiguration"]["Rules"][0]["Prefix"], "", "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_one_queue_are_told_one_by_one_and_without_the_names_that_s3_makes_up() {
    let told = "<NotificationConfiguration><QueueConfiguration><Id>made-up</Id><Queue>arn:aws:sqs:us-east-1:1:q</Queue>\
                <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event><Filter><S3Key><FilterRule><Name>Prefix</Name>\
                <Value>in/</Value></FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>";
    let live = live(&[("GetBucketNotificationConfiguration", told)]).await;
    let one = |event: &str| {
        json!({
            "Event": event, "Queue": "arn:aws:sqs:us-east-1:1:q",
            "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": "in/" }] } },
        })
    };
    let queues = &live.spec["NotificationConfiguration"]["QueueConfigurations"];
    assert_eq!(*queues, json!([one("s3:ObjectCreated:*"), one("s3:ObjectRemoved:*")]));
}

#[tokio::test(start_paused = true)]
async fn what_no_template_can_say_is_told() {
    let hold = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE\
                </Mode><Days>1</Days><DefaultEventHold><Days>3</Days></DefaultEventHold></DefaultRetention></Rule>\
                </ObjectLockConfiguration>";
    let copies = "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::there\
                  </Bucket></Destination></Rule></ReplicationConfiguration>";
    let everybody = "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList><Grant><Grantee \
                     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>http://acs.amazonaws.com/groups/\
                     global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    let logs = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix/><TargetGrants><Grant><Grantee \
                xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>them</ID></Grantee><Permission>READ\
                </Permission></Grant></TargetGrants></LoggingEnabled></BucketLoggingStatus>";
    let live = live(&[
        (
            "GetBucketVersioning",
            "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>",
        ),
        ("GetObjectLockConfiguration", hold),
        (
            "GetBucketWebsite",
            "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>",
        ),
        ("GetBucketReplication", copies),
        (
            "GetBucketAccelerateConfiguration",
            "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>",
        ),
        (
            "GetBucketRequestPayment",
            "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
        ),
        ("GetBucketAcl", everybody),
        ("GetBucketLogging", logs),
    ])
    .await;
    let told: BTreeMap<_, _> = live.unmodelled.iter().map(|one| (one.path.as_str(), one.text.as_str())).collect();
    assert_eq!(
        told,
        BTreeMap::from([
            ("/AccelerateConfiguration", "takes uploads over the edge of AWS's network (transfer acceleration)"),
            ("/LoggingConfiguration", "gives 1 others the records of requests"),
            ("/ObjectLockConfiguration", "holds every new version until an event"),
            (
                "/OwnershipControls",
                "its access control list gives READ to http://acs.amazonaws.com/groups/global/AllUsers"
            ),
            ("/ReplicationConfiguration", "is copied to arn:aws:s3:::there"),
            ("/RequestPayment", "the requester pays"),
            ("/VersioningConfiguration", "deleting a version takes a person's second factor"),
            ("/WebsiteConfiguration", "is a website of its own, over HTTP"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_part_that_may_not_be_read_leaves_the_bucket_unseen() {
    let mut answers = vec![listed(NAME), tagged(&tags()), ("GetBucketPolicy", 403, error("AccessDenied", "no"))];
    answers.extend(bare());
    let listing = Canned::by_operation(&answers).list(kind_of(KIND)).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (0, 1));
    assert!(listing.unseen[0].failure.is(Class::Denied) && listing.unseen[0].tags.is_some());
}

#[tokio::test(start_paused = true)]
async fn acceleration_is_not_asked_for_where_a_region_has_none() {
    let refused = ("GetBucketAccelerateConfiguration", 405, error("MethodNotAllowed", "not here"));
    let mut answers = vec![listed(NAME), tagged(&tags()), refused];
    answers.extend(bare());
    assert_eq!(Canned::by_operation(&answers).list(kind_of(KIND)).await.found.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_bucket_is_made_with_its_tags_and_sent_what_it_does_not_have_anyway() {
    let aws = Canned::by_operation(&[MISSING]);
    let made = create(
        &aws,
        json!({ "BucketNamespace": "account-regional", "VersioningConfiguration": { "Status": "Enabled" } }),
    );
    assert_eq!(made.await.unwrap().outputs["BucketName"], NAME);
    assert_eq!(aws.operations(), ["HeadBucket", "CreateBucket", "PutBucketVersioning"]);
    let asked = aws.asked_of("CreateBucket").remove(0);
    assert!(asked.contains("<Key>provision:tenant</Key>") && !asked.contains("LocationConstraint"), "{asked}");
    let owners = aws.owners();
    assert_eq!([owners[0].as_deref(), owners[2].as_deref()], [Some("123456789012"); 2], "nobody else's is written to");
}

/// In us-east-1 a create answers that all is well with a bucket that is there, whatever it is.
#[tokio::test(start_paused = true)]
async fn a_bucket_of_somebody_elses_is_not_taken() {
    for theirs in [tags_of("other"), Tags::default()] {
        let tagged = tagged(&theirs);
        let aws = Canned::by_operation(&[("HeadBucket", 200, ""), (tagged.0, 200, tagged.2.as_str())]);
        let refused = create(&aws, regional()).await.unwrap_err();
        assert!(refused.is(Class::AlreadyExists), "{refused}");
        assert_eq!(aws.operations(), ["HeadBucket", "GetBucketTagging"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_global_name_that_another_account_has_is_told_so() {
    let taken = error("BucketAlreadyExists", "The requested bucket name is not available.");
    let seen = Canned::by_operation(&[("HeadBucket", 403, "")]);
    let unseen = Canned::by_operation(&[MISSING, ("CreateBucket", 409, taken.as_str()), MISSING]);
    for aws in [seen, unseen] {
        let refused = create(&aws, json!({})).await.unwrap_err();
        assert!(refused.is(Class::AlreadyExists) && refused.message.contains("another account's"), "{refused}");
        assert!(refused.hint.unwrap().contains("account-regional"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_made_is_gone_on_with_and_brought_up_to_date() {
    let owned = error("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded");
    let mut answers: Vec<Answer> = vec![
        ("HeadBucket", 404, String::new()),
        ("CreateBucket", 409, owned),
        ("HeadBucket", 200, String::new()),
        tagged(&tags()),
        ("GetBucketCors", 200, "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>".to_owned()),
    ];
    answers.extend(bare());
    let aws = Canned::by_operation(&answers);
    create(&aws, regional()).await.unwrap();
    let sent: Vec<_> =
        aws.operations().into_iter().filter(|one| one.starts_with("Put") || one.starts_with("Delete")).collect();
    let expected = ["PutPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketEncryption", "DeleteBucketCors"];
    assert_eq!(sent, expected, "what an earlier try set and nobody wants any more goes as well");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_just_given_up_is_waited_for_a_few_minutes() {
    let busy = error(
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource.",
    );
    let answers = [MISSING].into_iter().chain([("CreateBucket", 409, busy.as_str()); 3]);
    let aws = Canned::by_operation(&answers.collect::<Vec<_>>());
    create(&aws, regional()).await.unwrap();
    assert_eq!(aws.asked_of("CreateBucket").len(), 4);
    let answers = [MISSING].into_iter().chain([("CreateBucket", 409, busy.as_str()); 400]);
    let refused = create(&Canned::by_operation(&answers.collect::<Vec<_>>()), regional()).await.unwrap_err();
    assert!(refused.hint.unwrap().contains("an hour"));
}

#[tokio::test(start_paused = true)]
async fn two_changes_at_once_and_a_bucket_that_is_not_shown_everywhere_are_tried_again() {
    let busy = error(
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource.",
    );
    let missing = error("NoSuchBucket", "The specified bucket does not exist");
    let unknown = error("MalformedPolicy", "Invalid principal in policy");
    let aws = Canned::by_operation(&[
        MISSING,
        ("PutBucketVersioning", 404, missing.as_str()),
        ("PutBucketVersioning", 409, busy.as_str()),
        ("PutBucketPolicy", 400, unknown.as_str()),
    ]);
    let policy = json!({ "Version": "2012-10-17", "Statement": [] });
    let spec = json!({
        "BucketNamespace": "account-regional", "Policy": policy, "VersioningConfiguration": { "Status": "Enabled" },
    });
    create(&aws, spec).await.unwrap();
    assert_eq!((aws.asked_of("PutBucketVersioning").len(), aws.asked_of("PutBucketPolicy").len()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn tags_of_aws_are_sent_again_with_ours() {
    let mut there = tags();
    there.set("aws:cloudformation:stack-name", "old");
    there.set("by-hand", "stays");
    there.set("goes", "away");
    let (_, _, body) = tagged(&there);
    let aws = Canned::by_operation(&[("GetBucketTagging", 200, body.as_str())]);
    let kind = kind_of(KIND);
    let bearer = provision::resource::AnyBearer::Listed(live(&[]).await.into());
    let set = Tags::from_iter([("new", "1")]);
    kind.retag(&writer(&aws, false).await, &bearer, &set, &["goes".to_owned()]).await.unwrap();
    let sent = aws.asked_of("PutBucketTagging").remove(0);
    for key in ["aws:cloudformation:stack-name", "by-hand", "new", "provision:tenant"] {
        assert!(sent.contains(&format!("<Key>{key}</Key>")), "{key}: {sent}");
    }
    assert!(!sent.contains("<Key>goes</Key>"), "{sent}");
}

fn page(versions: usize, markers: usize) -> String {
    let of = |element: &str, count: usize| {
        let one =
            |number| format!("<{element}><Key>{element}-{number}</Key><VersionId>v{number}</VersionId></{element}>");
        (0..count).map(one).collect::<String>()
    };
    format!("<ListVersionsResult>{}{}</ListVersionsResult>", of("Version", versions), of("DeleteMarker", markers))
}

const UPLOADS: &str =
    "<ListMultipartUploadsResult><Upload><Key>half</Key><UploadId>u</UploadId></Upload></ListMultipartUploadsResult>";

#[tokio::test(start_paused = true)]
async fn a_bucket_is_emptied_of_versions_markers_and_unfinished_uploads_only_if_it_was_named() {
    let full = error("BucketNotEmpty", "The bucket you tried to delete is not empty");
    let (first, second) = (page(3, 2), page(0, 0));
    let answers = [
        ("DeleteBucket", 409, full.as_str()),
        ("ListObjectVersions", 200, first.as_str()),
        ("DeleteObjects", 200, "<DeleteResult/>"),
        ("ListObjectVersions", 200, second.as_str()),
        ("ListMultipartUploads", 200, UPLOADS),
    ];
    let aws = Canned::by_operation(&answers);
    assert_eq!(delete(&aws, true).await, Ok(Turn::More("what is in it goes".to_owned())));
    let sent = aws.asked_of("DeleteObjects").remove(0);
    assert_eq!(sent.matches("<VersionId>").count(), 5, "{sent}");
    assert!(aws.asked().last().unwrap().contains("uploadId=u"), "{:?}", aws.asked());

    let aws = Canned::by_operation(&answers);
    let refused = delete(&aws, false).await.unwrap_err();
    assert!(refused.hint.unwrap().contains("--allow-destroy"));
    assert_eq!(aws.operations(), ["DeleteBucket"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_lock_keeps_is_told_by_its_name_and_not_tried_for_ever() {
    let full = error("BucketNotEmpty", "The bucket you tried to delete is not empty");
    let locked = "<DeleteResult><Error><Key>Version-0</Key><Code>AccessDenied</Code><Message>Access Denied because object \
                  protected by object lock.</Message></Error></DeleteResult>";
    let page = page(1, 0);
    let aws = Canned::by_operation(&[
        ("DeleteBucket", 409, full.as_str()),
        ("ListObjectVersions", 200, page.as_str()),
        ("DeleteObjects", 200, locked),
    ]);
    let refused = delete(&aws, true).await.unwrap_err();
    assert!(refused.message.contains("Version-0") && refused.message.contains("object lock"), "{refused}");
}

/// What a person has in hand.
async fn hand(local: &LocalAccount) -> Client {
    Client::from_conf(aws_sdk_s3::config::Builder::from(&local.by_hand().await).force_path_style(true).build())
}

/// A template with one bucket.
fn bucket(properties: &str) -> String {
    format!(
        "resources: [{{ type: {KIND}, name: main, properties: {{ BucketNamespace: account-regional, {properties} }} }}]"
    )
}

#[test]
fn what_is_no_longer_written_goes_back_to_what_a_new_bucket_has() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000871").await;
        local.kinds.retain(|kind| kind.facts().kind == KIND);
        let of = |properties: &str| stack_of("files", &local.account, &bucket(properties));
        let written = "VersioningConfiguration: { Status: Enabled }, PublicAccessBlockConfiguration: { BlockPublicAcls: true }, \
                       OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] }, \
                       CorsConfiguration: { CorsRules: [{ AllowedMethods: [GET], AllowedOrigins: ['*'] }] }, \
                       LifecycleConfiguration: { Rules: [{ Id: a, Status: Enabled, ExpirationInDays: 9, ObjectSizeGreaterThan: '10', \
                       TagFilters: [{ Key: k, Value: v }] }], TransitionDefaultMinimumObjectSize: varies_by_storage_class }, \
                       NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }";
        local.apply(&of(written)).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&of(written)).await.is_empty());
        local.apply(&of("")).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&of("")).await.is_empty());
        local.destroy(&of("")).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_bucket_that_is_not_empty_goes_only_when_it_is_named_also_where_nothing_is_protected() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000872").await;
        local.kinds.retain(|kind| kind.facts().kind == KIND);
        let tenant = format!(
            "tenant: files\ntemplate: own\naccount: \"{}\"\nenvironments: {{ production: {{ region: us-east-1, protected: false }} }}\n",
            local.account
        );
        let template = bucket("VersioningConfiguration: { Status: Enabled }");
        let stack = blueprints(&[("files.yaml", &tenant)], &[("own.yaml", &template)]).unwrap().remove(0);
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let hand = hand(&local).await;
        let name = "files-production-main-300000000872-us-east-1-an";
        for text in ["one", "two"] {
            hand.put_object()
                .bucket(name)
                .key("a")
                .body(ByteStream::from_static(text.as_bytes()))
                .send()
                .await
                .unwrap();
        }
        hand.delete_object().bucket(name).key("a").send().await.unwrap();

        let made = local.plan_to_destroy(&stack, &[]).await;
        let change = &made.plan.stacks[0].changes[0];
        assert_eq!(change.action, Action::Delete);
        assert_eq!(change.notes, ["is not empty: 2 object versions and 1 delete marker go with it"]);
        assert_eq!(refusals(&made.plan).len(), 1, "{}", words(&made.plan.stacks[0]));

        let allowance = Allowance { stack: stack.stack.id.clone(), resource: format!("{KIND}/main") };
        let made = local.plan_to_destroy(&stack, &[allowance]).await;
        assert_eq!(refusals(&made.plan).len(), 0, "it was named");
        local.carry_out_plan(&made).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(hand.head_bucket().bucket(name).send().await.is_err());
    });
}

#[test]
fn a_long_name_leaves_room_for_its_ending() {
    let template = bucket("").replace("name: main", "name: a-bucket-whose-name-is-rather-long");
    let stack = stack_of("files", "123456789012", &template);
    let text = cloudformation_json(&stack, &provision::kinds::shapes());
    let exported: Value = serde_json::from_str(&text).unwrap();
    let bucket = exported["Resources"].as_object().unwrap().values().find(|one| one["Type"] == KIND).unwrap();
    let name = bucket["Properties"]["BucketName"]["Fn::Sub"].as_str().unwrap();
    let stem = name.strip_suffix("-${AWS::AccountId}-${AWS::Region}-an").unwrap();
    assert!(stem.len() <= 32, "{name}");
    assert_eq!(bucket["DeletionPolicy"], "Retain");
}

#[test]
fn a_given_name_has_no_ending_of_its_own() {
    let given = bucket("").replace("name: main", "name: main, physical: media-123456789012-us-east-1-an");
    let problems = blueprints(
        &[(
            "files.yaml",
            "tenant: files\ntemplate: example\naccount: \"123456789012\"\nenvironments: { production: { region: us-east-1 } }\n",
        )],
        &[("example.yaml", &given)],
    );
    assert!(problems.unwrap_err().contains("ends in `-123456789012-us-east-1-an`"));
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_the_touched_parts_in_an_order_in_which_s3_takes_them() {
    let aws = Canned::empty();
    let spec = json!({
        "BucketNamespace": "account-regional", "VersioningConfiguration": { "Status": "Enabled" }, "ObjectLockEnabled": true,
        "Policy": { "Version": "2012-10-17", "Statement": [] },
    });
    let paths = [
        "/Policy/Statement",
        "/ObjectLockEnabled",
        "/VersioningConfiguration/Status",
        "/PublicAccessBlockConfiguration/BlockPublicAcls",
    ];
    let kind = kind_of(KIND);
    kind.update(&writer(&aws, false).await, &live(&[]).await, &settled(kind, spec), &changes(&paths)).await.unwrap();
    let expected = ["PutPublicAccessBlock", "PutBucketVersioning", "PutObjectLockConfiguration", "PutBucketPolicy"];
    assert_eq!(aws.operations(), expected);
}
