use aws_sdk_rds::types::{ClusterPendingModifiedValues, DbCluster as Description, PendingCloudwatchLogsExports};
use serde_json::json;

use super::*;

fn field(path: &str, before: Value, after: Value) -> FieldDiff {
    FieldDiff { path: path.to_owned(), before: Some(before), after: Some(after) }
}

#[test]
fn pending_changes_read_as_done() {
    let exports =
        PendingCloudwatchLogsExports::builder().log_types_to_enable("slowquery").log_types_to_disable("audit");
    let pending = ClusterPendingModifiedValues::builder()
        .engine_version("16.6")
        .backup_retention_period(7)
        .pending_cloudwatch_logs_exports(exports.build());
    let cluster = Description::builder()
        .engine("aurora-postgresql")
        .engine_version("16.4")
        .enabled_cloudwatch_logs_exports("audit")
        .enabled_cloudwatch_logs_exports("error")
        .pending_modified_values(pending.build())
        .build();
    let spec = read::found(&cluster, Tags::default()).spec;
    assert_eq!(spec.engine_version.as_deref(), Some("16.6"));
    assert_eq!(spec.backup_retention_period, 7);
    assert_eq!(serde_json::to_value(spec.enable_cloudwatch_logs_exports).unwrap(), json!(["error", "slowquery"]));
    assert_eq!(spec.storage_type, "aurora");
}

#[test]
fn fewer_days_of_backups_destroy_data_and_more_do_not() {
    let days = |before: i32, after: i32| [field("/BackupRetentionPeriod", json!(before), json!(after))];
    assert_eq!(DbCluster::disruption(&days(10, 1)), Disruption::DestroysData);
    assert_eq!(DbCluster::disruption(&days(1, 10)), Disruption::None);
}

#[test]
fn another_engine_is_refused() {
    let fields = [field("/Engine", json!("aurora-mysql"), json!("aurora-postgresql"))];
    assert!(
        DbCluster::refuses(&Value::Null, &Value::Null, &fields).unwrap().starts_with("RDS cannot change the engine")
    );
}

#[test]
fn another_name_of_the_first_database_is_refused_with_the_way_out() {
    let fields = [field("/DatabaseName", json!("app"), json!("other"))];
    let refused = DbCluster::refuses(&Value::Null, &Value::Null, &fields).unwrap();
    assert!(refused.contains("put the old name back") && refused.contains("declare another cluster"), "{refused}");
}

#[test]
fn a_secret_keeps_its_key() {
    let refused = |is_managed: bool| {
        let fields = [field("/MasterUserSecret/KmsKeyId", json!("arn:aws:kms:us-east-1:1:key/a"), json!("b"))];
        DbCluster::refuses(&json!({ "ManageMasterUserPassword": is_managed }), &Value::Null, &fields)
    };
    assert!(refused(true).unwrap().starts_with("RDS cannot change the key"));
    assert_eq!(refused(false), None, "a secret that is made with the change has any key");
}

#[test]
fn windows_that_overlap_with_what_aws_has_chosen_are_refused() {
    let with = |window: &str| {
        let mut spec = json!({ "Engine": "aurora-mysql", "PreferredBackupWindow": "05:30-06:30" });
        spec["PreferredMaintenanceWindow"] = json!(window);
        spec
    };
    let refused = |window: &str| {
        let mut desired = with(window);
        desired.as_object_mut().unwrap().remove("PreferredBackupWindow");
        let fields = [field("/PreferredMaintenanceWindow", json!("mon:01:00-mon:02:00"), json!(window))];
        DbCluster::refuses(&with("mon:01:00-mon:02:00"), &desired, &fields)
    };
    let why = refused("sun:06:00-sun:07:00").unwrap();
    assert!(why.contains("05:30-06:30") && why.ends_with("give both windows"), "{why}");
    assert_eq!(refused("sun:07:00-sun:08:00"), None);
}

#[test]
fn endpoints_that_others_add_are_theirs() {
    let cluster = Description::builder().engine("aurora-mysql").custom_endpoints("reports").build();
    let told: Vec<_> = read::found(&cluster, Tags::default()).unmodelled.into_iter().map(|one| one.path).collect();
    assert_eq!(told, ["/CustomEndpoints/reports"]);
    assert!(DbCluster::FACTS.additive.contains(&"/CustomEndpoints"));
}

#[test]
fn how_a_change_is_felt_is_told_by_what_it_is() {
    let advice = |field: FieldDiff, now: bool| {
        DbCluster::advice(&Value::Null, &json!({ "ApplyImmediately": now }), &[field]).join(" ")
    };
    let version = |have: &str, want: &str| field("/EngineVersion", json!(have), json!(want));
    let minor = advice(version("16.4", "16.6"), false);
    assert!(minor.starts_with("the instances restart, and connections are dropped"), "{minor}");
    assert!(advice(version("16.4", "16.6"), true).starts_with("at once, not in the window: the instances restart"));
    assert!(advice(version("16.4", "17.2"), false).starts_with("all instances are down together"));
    let port = advice(field("/Port", json!(5432), json!(5433)), false);
    assert!(port.starts_with("the instances restart at once, whatever the window"), "{port}");
    assert_eq!(advice(field("/CopyTagsToSnapshot", json!(false), json!(true)), true), "");
}

#[test]
fn an_upgrade_takes_as_long_as_is_said_of_it() {
    let version = |have: &str, want: &str| field("/EngineVersion", json!(have), json!(want));
    assert_eq!(DbCluster::update_seconds(&Value::Null, &[version("16.4", "17.2")]), 600);
    let said = DbCluster::advice(&Value::Null, &json!({}), &[version("16.4", "17.2")]).join(" ");
    assert!(said.contains("about 10 minutes"), "{said}");
    assert_eq!(DbCluster::update_seconds(&Value::Null, &[version("16.4", "16.6")]), DbCluster::FACTS.seconds);
}

#[test]
fn another_password_is_an_outage_for_those_who_hold_the_old_one() {
    let managed = |before: bool| field("/ManageMasterUserPassword", json!(before), json!(!before));
    let own = FieldDiff { path: "/MasterUserPassword".to_owned(), before: None, after: Some(json!("reference")) };
    let advice = |fields: &[FieldDiff]| DbCluster::advice(&Value::Null, &json!({}), fields);
    for fields in [vec![managed(true), own.clone()], vec![managed(false)], vec![own]] {
        assert_eq!(DbCluster::disruption(&fields), Disruption::Outage);
        let told = advice(&fields);
        assert!(told.len() == 1 && told[0].contains("refused new connections"), "{told:?}");
        let is_given_up = fields[0].before == Some(json!(true));
        assert_eq!(told[0].contains("RDS deletes its secret"), is_given_up);
    }
    assert_eq!(advice(&[field("/CopyTagsToSnapshot", json!(false), json!(true))]), [""; 0]);
}

#[test]
fn the_storage_goes_back_to_the_standard_when_the_yaml_drops_the_other() {
    use crate::resource::Shape as _;
    let normal = |storage: Value| {
        let mut spec = json!({ "Engine": "aurora-mysql" });
        spec.as_object_mut().unwrap().extend(storage.as_object().unwrap().clone());
        DbCluster.normalise(spec).unwrap()
    };
    let left = |live: Value, wanted: Value| DbCluster.compare(&normal(live), &normal(wanted)).fields;
    let fast = || json!({ "StorageType": "aurora-iopt1" });
    assert_eq!(left(fast(), json!({})).into_iter().map(|field| field.path).collect::<Vec<_>>(), ["/StorageType"]);
    assert_eq!(left(json!({}), json!({ "StorageType": "aurora" })).len(), 0);
    assert_eq!(left(fast(), fast()).len(), 0);
}

#[test]
fn a_newer_minor_version_is_no_difference() {
    use crate::resource::Shape as _;
    let normal = |version: &str| {
        DbCluster.normalise(json!({ "Engine": "aurora-postgresql", "EngineVersion": version })).unwrap()
    };
    let differs = |live: &str, wanted: &str| !DbCluster.compare(&normal(live), &normal(wanted)).fields.is_empty();
    assert!(!differs("16.6", "16.4") && !differs("16.6", "16"), "AWS has raised it");
    assert!(differs("16.4", "16.6") && differs("16.6", "17.2") && differs("17.2", "16.6"));
}

#[test]
fn names_that_an_engine_keeps_are_no_master_users() {
    let is_taken = |engine: &str, user: &str| {
        let spec = json!({ "Engine": engine, "MasterUsername": user, "VpcSecurityGroupIds": ["sg-1"] });
        let mistakes = DbCluster::check(&serde_json::from_value(spec).unwrap());
        !mistakes.iter().any(|one| one.path == "/MasterUsername" && one.text.contains("reserves"))
    };
    for (engine, user, expected) in [
        ("aurora-postgresql", "admin", false),
        ("aurora-postgresql", "pg_app", false),
        ("aurora-postgresql", "postgres", true),
        ("aurora-mysql", "admin", true),
        ("aurora-mysql", "rdsadmin", false),
    ] {
        assert_eq!(is_taken(engine, user), expected, "{engine} {user}");
    }
}
