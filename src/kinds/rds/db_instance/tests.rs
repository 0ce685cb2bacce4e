use super::*;
use crate::resource::Until;
use aws_sdk_rds::types::{
    DatabaseInsightsMode, DbInstance as Description, DbParameterGroupStatus, PendingModifiedValues,
};

#[test]
fn a_class_that_waits_for_the_window_reads_as_done() {
    let pending = PendingModifiedValues::builder().db_instance_class("db.r6g.xlarge").build();
    let instance = Description::builder().db_instance_class("db.r6g.large").pending_modified_values(pending).build();
    assert_eq!(read::found(&instance, None, Tags::default()).spec.db_instance_class, "db.r6g.xlarge");
}

#[test]
fn another_class_comes_in_the_window_and_says_how_it_is_felt() {
    let field = |path: &str| FieldDiff { path: path.to_owned(), before: None, after: Some(json!("b")) };
    let class = field("/DBInstanceClass");
    let waits = |now: bool, field: &FieldDiff| {
        DbInstance::waits_for_window(&Value::Null, &json!({ "ApplyImmediately": now }), field)
    };
    assert!(waits(false, &class) && waits(false, &field("/CACertificateIdentifier")));
    assert!(!waits(true, &class) && !waits(false, &field("/PromotionTier")));
    let live = json!({ "PreferredMaintenanceWindow": "sun:05:00-sun:06:00" });
    let window = DbInstance::window(&live, "2026-11-23T00:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(window.to_string(), "Sun 2026-11-29 05:00 to 06:00 UTC");
    let advice = |now: bool| {
        let desired = json!({ "ApplyImmediately": now });
        DbInstance::advice(&Value::Null, &desired, std::slice::from_ref(&class)).join(" ")
    };
    assert!(advice(false).starts_with("it is down for five to ten minutes"), "{}", advice(false));
    assert!(advice(true).starts_with("at once, not in the window: it is down"), "{}", advice(true));
}

#[test]
fn what_waits_for_the_window_is_pending_until_it_is_done() {
    let pending = PendingModifiedValues::builder().db_instance_class("db.r6g.xlarge").build();
    let instance = Description::builder().db_instance_class("db.r6g.large");
    let of = |instance: Description| DbInstance::pending(&read::found(&instance, None, Tags::default()));
    let later = of(instance.clone().pending_modified_values(pending).build());
    let later: Vec<_> = later.iter().map(|one| (&*one.path, one.before.clone(), one.after.clone())).collect();
    let class = |size: &str| Some(json!(format!("db.r6g.{size}")));
    assert_eq!(later, [("/DBInstanceClass", class("large"), class("xlarge"))]);
    assert_eq!(of(instance.build()).len(), 0);
}

#[test]
fn a_group_whose_static_parameters_wait_for_a_reboot_is_told() {
    let with = |status: &str| {
        let group = DbParameterGroupStatus::builder().db_parameter_group_name("own").parameter_apply_status(status);
        let instance = Description::builder().db_parameter_groups(group.build()).build();
        DbInstance::pending(&read::found(&instance, None, Tags::default()))
    };
    let told = with("pending-reboot");
    assert_eq!(told.len(), 1);
    assert_eq!((&*told[0].path, &told[0].after), ("/DBParameterGroupName", &Some(json!("own"))));
    assert!(matches!(&told[0].until, Until::Event(what) if what.contains("reboot")), "{told:?}");
    assert_eq!(with("in-sync").len(), 0);
}

#[test]
fn insights_that_the_cluster_turns_on_are_no_difference_of_its_members() {
    let instance = Description::builder().performance_insights_enabled(true).build();
    let of = |mode: DatabaseInsightsMode| {
        let cluster = DbCluster::builder().database_insights_mode(mode).build();
        DbInstance::in_force(&read::found(&instance, Some(&cluster), Tags::default()))
    };
    let off = json!({ "EnablePerformanceInsights": false });
    assert_eq!(of(DatabaseInsightsMode::Advanced), Some(off));
    assert_eq!(of(DatabaseInsightsMode::Standard), None);
}

#[test]
fn insights_that_are_on_keep_their_key() {
    let field = |before| FieldDiff {
        path: "/PerformanceInsightsKMSKeyId".to_owned(),
        before,
        after: Some(json!("arn:aws:kms:us-east-1:1:key/b")),
    };
    assert!(DbInstance::replaces(&Value::Null, &Value::Null, &field(Some(json!("arn:aws:kms:us-east-1:1:key/a")))));
    assert!(!DbInstance::replaces(&Value::Null, &Value::Null, &field(None)));
}

#[test]
fn what_belongs_to_monitoring_and_insights_is_asked_for_and_not_without_them() {
    let wrong = |more: Value| -> Vec<String> {
        let mut spec =
            json!({ "DBClusterIdentifier": "a", "Engine": "aurora-mysql", "DBInstanceClass": "db.r7g.large" });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        DbInstance::check(&serde_json::from_value(spec).unwrap()).into_iter().map(|mistake| mistake.path).collect()
    };
    assert_eq!(wrong(json!({ "MonitoringInterval": 60 })), ["/MonitoringRoleArn"]);
    assert_eq!(wrong(json!({ "MonitoringRoleArn": "arn:aws:iam::1:role/a" })), ["/MonitoringRoleArn"]);
    assert_eq!(wrong(json!({ "MonitoringInterval": 60, "MonitoringRoleArn": "arn:aws:iam::1:role/a" })), [""; 0]);
    let days = json!({ "PerformanceInsightsRetentionPeriod": 31 });
    assert_eq!(wrong(days), ["/PerformanceInsightsRetentionPeriod"]);
}
