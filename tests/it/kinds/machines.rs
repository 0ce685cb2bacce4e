//! Launch templates, Auto Scaling groups, instance profiles and capacity providers, on answers that a sandbox does not give.

use provision::resource::{AnyMade, Class, Name, Result, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, json_tags, kind_of, settled, tags, xml, xml_error, xml_tags};

const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
const PROFILE: &str = "AWS::IAM::InstanceProfile";
const PROVIDER: &str = "AWS::ECS::CapacityProvider";
const TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
const NAME: &str = "acme-production-main";
const ARN: &str =
    "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/acme-production-main";

/// The list of one group of ours, with more to say of it.
fn groups(more: &str) -> String {
    let tags = xml_tags("member", "Key", "Value");
    let group = format!(
        "<member><AutoScalingGroupName>{NAME}</AutoScalingGroupName><AutoScalingGroupARN>{ARN}</AutoScalingGroupARN>\
         <LaunchTemplate><LaunchTemplateId>lt-00000000000000001</LaunchTemplateId><Version>1</Version></LaunchTemplate>\
         <MinSize>0</MinSize><MaxSize>4</MaxSize><VPCZoneIdentifier>subnet-00000000000000001</VPCZoneIdentifier>\
         {more}<Tags>{tags}</Tags></member>"
    );
    xml("DescribeAutoScalingGroups", &format!("<AutoScalingGroups>{group}</AutoScalingGroups>"))
}

fn group_spec() -> Value {
    json!({
        "MinSize": 0, "MaxSize": 4, "VPCZoneIdentifier": ["subnet-00000000000000001"],
        "LaunchTemplate": { "LaunchTemplateId": "lt-00000000000000001", "Version": "1" },
    })
}

async fn create(aws: &Canned, kind: &str, spec: Value) -> Result<AnyMade> {
    let mentioned = ["lt-00000000000000001", "subnet-00000000000000001", ARN];
    let writer = aws.writer(kind, &[NAME], &mentioned).await;
    kind_of(kind).create(&writer, &Name::given(NAME), &settled(kind_of(kind), spec), &tags()).await
}

#[tokio::test(start_paused = true)]
async fn a_group_waits_for_the_profile_that_was_made_moments_ago() {
    let text = "You must use a valid fully-formed launch template. Invalid IAM Instance Profile ARN";
    let (fresh, made, shown) = (xml_error("ValidationError", text), xml("CreateAutoScalingGroup", ""), groups(""));
    let aws = Canned::by_operation(&[
        ("CreateAutoScalingGroup", 400, &fresh),
        ("CreateAutoScalingGroup", 400, &fresh),
        ("CreateAutoScalingGroup", 200, &made),
        ("DescribeAutoScalingGroups", 200, &shown),
    ]);
    let made = create(&aws, GROUP, group_spec()).await.expect("it is made in the end");
    assert_eq!(made.id, NAME);
    assert_eq!(aws.asked_of("CreateAutoScalingGroup").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_group_of_the_name_that_is_somebody_elses_is_left_alone() {
    let (taken, made) = (xml_error("AlreadyExists", "by this name already exists"), groups(""));
    let theirs = made.replace(">main<", ">other<");
    for (shown, is_ours) in [(&made, true), (&theirs, false)] {
        let aws =
            Canned::by_operation(&[("CreateAutoScalingGroup", 400, &taken), ("DescribeAutoScalingGroups", 200, shown)]);
        let answer = create(&aws, GROUP, group_spec()).await;
        assert_eq!(answer.is_ok(), is_ours);
        assert!(is_ours || answer.is_err_and(|failure| failure.is(Class::AlreadyExists)));
    }
}

/// Scaling has made it three, and the template says one at creation.
#[tokio::test(start_paused = true)]
async fn the_number_of_instances_is_never_sent_again() {
    let (shown, done) = (groups("<DesiredCapacity>3</DesiredCapacity>"), xml("UpdateAutoScalingGroup", ""));
    let aws =
        Canned::by_operation(&[("DescribeAutoScalingGroups", 200, &shown), ("UpdateAutoScalingGroup", 200, &done)]);
    let kind = kind_of(GROUP);
    let live = aws.live(kind).await;
    let mut spec = group_spec();
    spec["MaxSize"] = json!(6);
    spec["DesiredCapacity"] = json!(1);
    let writer = aws.writer(GROUP, &[NAME], &[]).await;
    kind.update(&writer, &live, &settled(kind, spec), &changes(&["/MaxSize"])).await.unwrap();
    let asked = aws.asked_of("UpdateAutoScalingGroup").remove(0);
    assert!(asked.contains("MaxSize=6") && !asked.contains("DesiredCapacity"), "{asked}");
}

/// Protected instances, and those that wait for a hook, hold up a deletion that is not forced.
#[tokio::test(start_paused = true)]
async fn a_group_goes_with_its_instances_whatever_protects_them() {
    let instance = "<Instances><member><InstanceId>i-1</InstanceId><AvailabilityZone>us-east-1a</AvailabilityZone>\
                    <LifecycleState>InService</LifecycleState><ProtectedFromScaleIn>true</ProtectedFromScaleIn>\
                    </member></Instances>";
    let shown = groups(instance);
    let busy = xml_error("ScalingActivityInProgress", "activities are in progress");
    let done = xml("DeleteAutoScalingGroup", "");
    let aws = Canned::by_operation(&[
        ("DescribeAutoScalingGroups", 200, &shown),
        ("DeleteAutoScalingGroup", 400, &busy),
        ("DeleteAutoScalingGroup", 200, &done),
    ]);
    let live = aws.live(kind_of(GROUP)).await;
    let writer = aws.writer(GROUP, &[NAME], &[]).await;
    assert!(matches!(kind_of(GROUP).delete(&writer, &live).await, Ok(Turn::Done(_))));
    assert!(aws.asked_of("DeleteAutoScalingGroup").iter().all(|asked| asked.contains("ForceDelete=true")));
    let gone = groups("<Status>Delete in progress</Status>");
    let aws = Canned::by_operation(&[("DescribeAutoScalingGroups", 200, &gone)]);
    let live = aws.live(kind_of(GROUP)).await;
    let writer = aws.writer(GROUP, &[NAME], &[]).await;
    assert!(matches!(kind_of(GROUP).delete(&writer, &live).await, Ok(Turn::Done(_))));
    assert!(aws.asked_of("DeleteAutoScalingGroup").is_empty(), "it goes already");
}

fn templates(default: u8, latest: u8) -> String {
    let tags = xml_tags("item", "key", "value");
    format!(
        "<DescribeLaunchTemplatesResponse><launchTemplates><item><launchTemplateId>lt-00000000000000001</launchTemplateId>\
         <launchTemplateName>{NAME}</launchTemplateName><defaultVersionNumber>{default}</defaultVersionNumber>\
         <latestVersionNumber>{latest}</latestVersionNumber><tagSet>{tags}</tagSet></item></launchTemplates>\
         </DescribeLaunchTemplatesResponse>"
    )
}

fn version(data: &str) -> String {
    format!(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>\
         <launchTemplateId>lt-00000000000000001</launchTemplateId><versionNumber>2</versionNumber>\
         <launchTemplateData>{data}</launchTemplateData></item></launchTemplateVersionSet>\
         </DescribeLaunchTemplateVersionsResponse>"
    )
}

/// The update that somebody's version makes necessary, or a run that died before it set the default.
#[tokio::test(start_paused = true)]
async fn a_new_version_says_all_and_is_the_default_from_then_on() {
    let kind = kind_of(TEMPLATE);
    let (shown, data) = (templates(1, 2), version("<imageId>ami-1</imageId><instanceType>t3.micro</instanceType>"));
    let made = "<CreateLaunchTemplateVersionResponse><launchTemplateVersion><versionNumber>3</versionNumber>\
                </launchTemplateVersion></CreateLaunchTemplateVersionResponse>";
    for (path, version) in [("/LaunchTemplateData/InstanceType", "3"), ("/DefaultVersionNumber", "2")] {
        let aws = Canned::by_operation(&[
            ("DescribeLaunchTemplates", 200, shown.as_str()),
            ("DescribeLaunchTemplateVersions", 200, data.as_str()),
            ("CreateLaunchTemplateVersion", 200, made),
            ("ModifyLaunchTemplate", 200, "<ModifyLaunchTemplateResponse/>"),
        ]);
        let live = aws.live(kind).await;
        assert_eq!(live.unmodelled[0].path, "/DefaultVersionNumber");
        let writer = aws.writer(TEMPLATE, &["lt-00000000000000001"], &[]).await;
        let spec = json!({ "LaunchTemplateData": { "ImageId": "ami-1", "InstanceType": "t3.small" } });
        let Turn::Done(made) = kind.update(&writer, &live, &settled(kind, spec), &changes(&[path])).await.unwrap()
        else {
            panic!("it takes one turn");
        };
        assert_eq!(made.outputs["LatestVersionNumber"], version);
        let asked = aws.asked_of("ModifyLaunchTemplate").remove(0);
        assert!(asked.contains(&format!("SetDefaultVersion={version}")), "{asked}");
        assert_eq!(aws.asked_of("CreateLaunchTemplateVersion").len(), usize::from(version == "3"));
    }
}

fn provider(status: &Value) -> String {
    let mut one = json!({
        "name": NAME, "status": "ACTIVE", "capacityProviderArn": format!("arn:aws:ecs:us-east-1:123456789012:capacity-provider/{NAME}"),
        "autoScalingGroupProvider": { "autoScalingGroupArn": ARN }, "tags": json_tags("key", "value"),
    });
    one.as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
    json!({ "capacityProviders": [{ "name": "FARGATE", "status": "ACTIVE" }, one] }).to_string()
}

/// The last tasks still stop; and what ECS shows of one that is gone is no provider.
#[tokio::test(start_paused = true)]
async fn a_provider_in_use_is_deleted_in_a_later_turn_and_not_twice() {
    let kind = kind_of(PROVIDER);
    let (there, busy) = (provider(&json!({})), json!({ "__type": "ResourceInUseException", "message": "in use" }));
    let busy = busy.to_string();
    let mut answers = vec![("DescribeCapacityProviders", 200, there.as_str())];
    answers.extend([("DeleteCapacityProvider", 400, busy.as_str()); 100]);
    let aws = Canned::by_operation(&answers);
    let live = aws.live(kind).await;
    let writer = aws.writer(PROVIDER, &[NAME], &[]).await;
    assert!(matches!(kind.delete(&writer, &live).await, Ok(Turn::Busy(_))));
    let gone = [json!({ "status": "INACTIVE" }), json!({ "updateStatus": "DELETE_COMPLETE" })];
    for status in gone {
        let shown = provider(&status);
        let aws = Canned::by_operation(&[("DescribeCapacityProviders", 200, &shown)]);
        assert!(aws.list(kind).await.found.is_empty(), "{status}");
    }
    let failed = provider(&json!({ "updateStatus": "DELETE_FAILED", "updateStatusReason": "it is in use" }));
    let aws = Canned::by_operation(&[("DescribeCapacityProviders", 200, &failed)]);
    assert_eq!(aws.live(kind).await.unmodelled[0].text, "its deletion failed: it is in use");
}

fn profiles(roles: &str) -> String {
    format!("<InstanceProfiles><member>{}</member></InstanceProfiles><IsTruncated>false</IsTruncated>", profile(roles))
}

fn profile(roles: &str) -> String {
    format!(
        "<InstanceProfileName>{NAME}</InstanceProfileName><Path>/</Path><InstanceProfileId>A</InstanceProfileId>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate><Roles>{roles}</Roles>\
         <Arn>arn:aws:iam::123456789012:instance-profile/{NAME}</Arn>"
    )
}

fn role(name: &str) -> String {
    format!(
        "<member><Path>/</Path><RoleName>{name}</RoleName><RoleId>R</RoleId><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <Arn>arn:aws:iam::123456789012:role/{name}</Arn></member>"
    )
}

/// IAM takes one role: the old one leaves before the new one comes, and a role that is gone has left.
#[tokio::test(start_paused = true)]
async fn another_role_takes_the_place_of_the_first() {
    let kind = kind_of(PROFILE);
    let (all, tagged) = (profiles(&role("old")), format!("<Tags>{}</Tags>", xml_tags("member", "Key", "Value")));
    let all = xml("ListInstanceProfiles", &all);
    let tagged = xml("ListInstanceProfileTags", &format!("{tagged}<IsTruncated>false</IsTruncated>"));
    let (gone, fresh) = (xml_error("NoSuchEntity", "no role"), xml_error("NoSuchEntity", "the role is not there yet"));
    let done = xml("AddRoleToInstanceProfile", "");
    let aws = Canned::by_operation(&[
        ("ListInstanceProfiles", 200, &all),
        ("ListInstanceProfileTags", 200, &tagged),
        ("RemoveRoleFromInstanceProfile", 404, &gone),
        ("AddRoleToInstanceProfile", 404, &fresh),
        ("AddRoleToInstanceProfile", 200, &done),
    ]);
    let live = aws.live(kind).await;
    assert_eq!(live.spec["Roles"], json!(["old"]));
    let writer = aws.writer(PROFILE, &[NAME], &["new"]).await;
    kind.update(&writer, &live, &settled(kind, json!({ "Roles": ["new"] })), &changes(&["/Roles"])).await.unwrap();
    let changed: Vec<_> = aws.operations().into_iter().filter(|name| name.ends_with("Profile")).collect();
    assert_eq!(changed, ["RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile", "AddRoleToInstanceProfile"]);
}
