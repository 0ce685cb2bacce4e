//! Alarms of CloudWatch over canned answers: what the sandbox does not say.

use provision::resource::{Class, Name, StackId, Tags};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{difference, kind_of, settled, tags, tags_of};

const KIND: &str = "AWS::CloudWatch::Alarm";
const NAME: &str = "acme-production-main";

fn spec() -> Value {
    json!({ "MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "Statistic": "Average", "Period": 60,
        "EvaluationPeriods": 5, "Threshold": 90, "ComparisonOperator": "GreaterThanThreshold" })
}

fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}")
}

/// Alarms as CloudWatch tells them.
fn told(names: &[&str]) -> String {
    let alarm = |name: &&str| json!({ "AlarmName": name, "AlarmArn": arn(name), "EvaluationPeriods": 5 });
    json!({ "MetricAlarms": names.iter().map(alarm).collect::<Vec<_>>() }).to_string()
}

fn tag_list(tags: &Tags) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "Tags": tags }).to_string()
}

/// What the tag index says of alarms, all of them ours.
fn index(names: &[&str]) -> String {
    let tags: Vec<_> = tags().iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let one = |name: &&str| json!({ "ResourceARN": arn(name), "Tags": tags });
    json!({ "ResourceTagMappingList": names.iter().map(one).collect::<Vec<_>>() }).to_string()
}

#[tokio::test(start_paused = true)]
async fn an_alarm_of_somebody_elses_is_not_overwritten() {
    for theirs in [tags_of("other"), Tags::default()] {
        let (there, theirs) = (told(&[NAME]), tag_list(&theirs));
        let aws = Canned::by_operation(&[("DescribeAlarms", 200, &there), ("ListTagsForResource", 200, &theirs)]);
        let writer = aws.writer(KIND, &[NAME], &[]).await;
        let kind = kind_of(KIND);
        let refused = kind.create(&writer, &Name::given(NAME), &settled(kind, spec()), &tags()).await.unwrap_err();
        assert!(refused.is(Class::AlreadyExists), "{refused}");
        assert_eq!(aws.operations(), ["DescribeAlarms", "ListTagsForResource"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_call_for_one_alarm_is_waited_for() {
    let busy =
        json!({ "__type": "ValidationError", "message": "A separate request to update this alarm is in progress" });
    let aws = Canned::by_operation(&[("PutMetricAlarm", 400, busy.to_string()), ("PutMetricAlarm", 200, "{}".into())]);
    let writer = aws.writer(KIND, &[NAME], &[]).await;
    let kind = kind_of(KIND);
    let made = kind.create(&writer, &Name::given(NAME), &settled(kind, spec()), &tags()).await.unwrap();
    assert_eq!(made.outputs["Arn"], arn(NAME));
    assert_eq!(aws.asked_of("PutMetricAlarm").len(), 2);
}

/// In CloudWatch's protocol the length of a text is a byte before it: of 37 letters it is a percent sign.
#[tokio::test(start_paused = true)]
async fn an_alarm_whose_name_has_any_length_can_be_deleted() {
    for length in 24..=64 {
        let name = format!("{:x<length$}", "acme-production-");
        let aws = Canned::by_operation(&[
            ("DescribeAlarms", 200, told(&[&name])),
            ("ListTagsForResource", 200, tag_list(&tags())),
            ("DeleteAlarms", 200, "{}".into()),
        ]);
        let (kind, live) = (kind_of(KIND), aws.live(kind_of(KIND)).await);
        let deleted = kind.delete(&aws.writer(KIND, &[&name], &[]).await, &live).await;
        deleted.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(aws.asked_of("DeleteAlarms").len(), 1);
    }
}

/// Alarms are many: one call reads them.
#[tokio::test]
async fn a_stacks_alarms_are_read_in_one_call() {
    let names = ["acme-production-cpu", "acme-production-errors", "acme-production-slow"];
    let aws = Canned::by_operation(&[("DescribeAlarms", 200, told(&names)), ("GetResources", 200, index(&names))]);
    let found = aws.list_quiet(kind_of(KIND)).await.found;
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].tags, tags());
    assert_eq!(aws.asked_of("DescribeAlarms").len(), 1);
    assert!(aws.asked_of("DescribeAlarms")[0].contains("acme-production-"), "by the beginning of their names");
    assert!(aws.asked_of("ListTagsForResource").is_empty());
}

/// The tag index lags behind: a run believes its own service alone, and so does a look at a stack that was changed lately.
#[tokio::test]
async fn whose_an_alarm_is_cloudwatch_says() {
    let aws = Canned::by_operation(&[
        ("DescribeAlarms", 200, told(&[NAME])),
        ("GetResources", 200, index(&[NAME])),
        ("ListTagsForResource", 200, tag_list(&tags_of("other"))),
    ]);
    let found = aws.list(kind_of(KIND)).await.found;
    assert_eq!(found[0].tags, tags_of("other"));
}

/// A name from elsewhere, by the tag index alone.
#[tokio::test]
async fn an_alarm_of_another_name_is_asked_for_by_it() {
    let aws = Canned::by_operation(&[
        ("DescribeAlarms", 200, told(&[])),
        ("GetResources", 200, index(&["disk-full"])),
        ("DescribeAlarms", 200, told(&["disk-full"])),
    ]);
    let found = aws.list_quiet(kind_of(KIND)).await.found;
    assert_eq!(found[0].id, "disk-full");
    let asked = aws.asked_of("DescribeAlarms");
    assert!(asked[1].contains("AlarmNames") && asked[1].contains("disk-full"), "{asked:?}");
}

#[tokio::test]
async fn of_many_stacks_all_alarms_are_read_together() {
    let aws = Canned::by_operation(&[("DescribeAlarms", 200, told(&[]))]);
    let stacks = (0..30).map(|number| StackId::new(format!("tenant{number}"), "production")).collect();
    let scope = provision::resource::Scope { stacks, ..scope() };
    let kind = kind_of(KIND);
    let session = aws.session(kind.facts().permissions.read).await;
    kind.list(&session.reader(), &scope).await.unwrap();
    let asked = aws.asked_of("DescribeAlarms");
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].contains("AlarmNamePrefix"), "{asked:?}");
}

#[test]
fn what_is_compared_is_what_cloudwatch_means() {
    let with = |changes: Value| {
        let mut spec = spec();
        for (name, value) in changes.as_object().unwrap() {
            spec[name] = value.clone();
        }
        spec
    };
    let paths = |live: &Value, written: &Value| {
        difference(KIND, live, written).fields.into_iter().map(|field| field.path).collect::<Vec<_>>()
    };
    let (one, two) = (json!({ "Name": "A", "Value": "1" }), json!({ "Name": "B", "Value": "2" }));
    let same = [
        (json!({ "Dimensions": [one, two] }), json!({ "Dimensions": [two, one] })),
        (json!({ "AlarmActions": ["arn:b", "arn:a"] }), json!({ "AlarmActions": ["arn:a", "arn:b"] })),
        (json!({ "TreatMissingData": "missing", "ActionsEnabled": true }), json!({})),
    ];
    for (live, written) in same {
        assert_eq!(paths(&with(live), &with(written)), [""; 0]);
    }
    let by_hand = [
        (json!({ "DatapointsToAlarm": 1 }), "/DatapointsToAlarm"),
        (json!({ "Unit": "Percent" }), "/Unit"),
        (json!({ "ActionsEnabled": false }), "/ActionsEnabled"),
        (json!({ "OKActions": ["arn:a"] }), "/OKActions"),
    ];
    for (live, path) in by_hand {
        assert!(paths(&with(live.clone()), &spec()).iter().all(|found| found.starts_with(path)), "{live}");
        assert!(!paths(&with(live.clone()), &spec()).is_empty(), "{live}");
    }
}

const COMPOSITE: &str = "AWS::CloudWatch::CompositeAlarm";

fn rule(text: &str) -> Value {
    json!({ "AlarmRule": text })
}

#[tokio::test(start_paused = true)]
async fn a_composite_alarm_of_somebody_elses_is_not_overwritten() {
    let there = json!({ "CompositeAlarms": [{ "AlarmName": NAME, "AlarmArn": arn(NAME) }] }).to_string();
    let theirs = tag_list(&tags_of("other"));
    let aws = Canned::by_operation(&[("DescribeAlarms", 200, &there), ("ListTagsForResource", 200, &theirs)]);
    let writer = aws.writer(COMPOSITE, &[NAME], &[]).await;
    let kind = kind_of(COMPOSITE);
    let spec = settled(kind, rule("ALARM(cpu)"));
    let refused = kind.create(&writer, &Name::given(NAME), &spec, &tags()).await.unwrap_err();
    assert!(refused.is(Class::AlreadyExists), "{refused}");
    assert!(aws.asked_of("DescribeAlarms")[0].contains("CompositeAlarm"), "AWS tells alarms of metrics unasked");
}

/// CloudWatch may not know yet what was made just now.
#[tokio::test(start_paused = true)]
async fn an_alarm_that_is_new_may_stand_in_a_rule() {
    let unknown = json!({ "__type": "ValidationError",
        "message": "Could not save the composite alarm as alarms [cpu] in the alarm rule do not exist" });
    let aws = Canned::by_operation(&[
        ("PutCompositeAlarm", 400, unknown.to_string()),
        ("PutCompositeAlarm", 200, "{}".into()),
    ]);
    let writer = aws.writer(COMPOSITE, &[NAME], &[]).await;
    let kind = kind_of(COMPOSITE);
    let made = kind.create(&writer, &Name::given(NAME), &settled(kind, rule("ALARM(cpu)")), &tags()).await.unwrap();
    assert_eq!(made.outputs["Arn"], arn(NAME));
    assert_eq!(aws.asked_of("PutCompositeAlarm").len(), 2);
}

#[test]
fn a_rule_is_compared_by_what_it_says() {
    let paths = |live: &str, written: &str| {
        difference(COMPOSITE, &rule(live), &rule(written))
            .fields
            .into_iter()
            .map(|field| field.path)
            .collect::<Vec<_>>()
    };
    assert_eq!(paths("ALARM(\"a\") OR ALARM(\"b\")", "ALARM(a)\n  OR ALARM( b )\n"), [""; 0]);
    assert_eq!(paths("ALARM(\"a\") OR ALARM(\"b\")", "ALARM(a) AND ALARM(b)"), ["/AlarmRule"]);
}
