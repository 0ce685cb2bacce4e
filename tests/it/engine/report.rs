//! Plans, events and summaries made by hand, and what people and programs get to see of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anstream::adapter::strip_str;
use proptest::prelude::*;
use provision::apply::{Event, Outcome, RunSummary};
use provision::blueprint::Origin;
use provision::inventory::{Orphan, Unmanaged};
use provision::plan::{
    Action, Allowance, Allowed, Cause, Change, Field, Guarding, Guards, Ignored, Mode, Plan, StackPlan, Step, StepId,
    Verb, Waiting, guard,
};
use provision::problem::{Problem, Source, Span};
use provision::report::{
    self, MARKDOWN_LIMIT, TextOptions, estimate, list_delta, plan_html, plan_json, plan_markdown, plan_text,
    saved_plan, show, stale,
};
use provision::resource::{Address, Class, Command, Disruption, Failure, Stack, StackId, Tags, spell};
use serde_json::{Value, json};

fn stack() -> Stack {
    Stack {
        id: StackId::new("acme", "production"),
        project: "provision".into(),
        account: "123456789012".into(),
        region: "us-east-1".into(),
        template: "modyo".into(),
        tags: Tags::default(),
        read_role: None,
        write_role: None,
        external_id: None,
        protected: true,
    }
}

fn plan_of(changes: Vec<Change>) -> Plan {
    let stack = StackPlan { changes, unchanged: 71, ..StackPlan::empty(stack()) };
    let mut plan = Plan { stacks: vec![stack], ..Plan::default() };
    guard(&mut plan, &Guarding::default());
    plan
}

fn change(address: &str, action: Action) -> Change {
    Change {
        address: address.parse().unwrap(),
        region: "us-east-1".into(),
        action,
        cause: Cause::Config,
        disruption: Disruption::None,
        id: (action != Action::Create).then(|| "id-1".into()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: Vec::new(),
        folds: false,
    }
}

fn field(path: &str, before: Value, after: Value, cause: Cause) -> Field {
    let some = |value: Value| Some(value).filter(|value| !value.is_null());
    Field {
        path: path.into(),
        before: some(before),
        after: some(after),
        cause,
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    }
}

/// A place in a tenant file of as many lines as needed.
fn origin(line: usize) -> Option<Origin> {
    let text = "x: 1\n".repeat(line);
    let start = 5 * (line - 1);
    let source = Arc::new(Source { path: "tenants/acme.yaml".into(), text });
    Some(Origin::new(Span { source, bytes: start..start + 4 }))
}

fn step(address: &str, verb: Verb, seconds: u32, after: &[&StepId]) -> (StepId, Step) {
    let id = StepId { address: address.parse().unwrap(), verb, id: String::new() };
    let step = Step {
        id: id.clone(),
        region: "us-east-1".into(),
        after: after.iter().map(|id| (*id).clone()).collect(),
        live: None,
        desired: None,
        set_tags: Tags::default(),
        unset_tags: Vec::new(),
        digest_inputs: None,
        preempts: false,
        transfers: Vec::new(),
        seconds,
    };
    (id, step)
}

/// The illustration in the contract of the command line.
pub fn illustration() -> Plan {
    let cache = Change {
        disruption: Disruption::DestroysData,
        protected: true,
        fields: vec![Field {
            replaces: true,
            origin: origin(41),
            ..field("/AtRestEncryptionEnabled", json!(false), json!(true), Cause::Config)
        }],
        ..change("AWS::ElastiCache::ReplicationGroup/sessions", Action::Replace)
    };
    let ssh = json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0" });
    let group = Change {
        cause: Cause::Drift,
        fields: vec![field("/SecurityGroupIngress", json!([ssh]), json!([]), Cause::Drift)],
        ..change("AWS::EC2::SecurityGroup/alb", Action::Update)
    };
    let image = Field { origin: origin(17), ..field("/Image", json!("shop:41"), json!("shop:42"), Cause::Config) };
    let task = Change { fields: vec![image], ..change("AWS::ECS::TaskDefinition/web", Action::Update) };
    let mut plan = plan_of(vec![change("AWS::EC2::EIP/nat-1", Action::Create), group, task, cache]);
    let stack = &mut plan.stacks[0];
    stack.waiting.push(Waiting {
        address: "AWS::CertificateManager::Certificate/www".parse().unwrap(),
        what: "CNAME _x.www.acme.example -> _y.acm-validations.aws".into(),
    });
    stack.steps.extend([step("AWS::ElastiCache::ReplicationGroup/sessions", Verb::Create, 540, &[])]);
    plan
}

#[test]
fn a_plan_reads_dangerous_first_and_ends_in_its_summary() {
    let text = strip_str(&plan_text(&illustration(), TextOptions::default())).to_string();
    let expected = "\
acme/production · 123456789012 · us-east-1 · modyo

 !  replace  AWS::ElastiCache::ReplicationGroup/sessions            outage, destroys data · protected
               /AtRestEncryptionEnabled  false → true  config, replaces  tenants/acme.yaml:41
 ~  update   AWS::EC2::SecurityGroup/alb
               /SecurityGroupIngress  - tcp 22 from 0.0.0.0/0  drift
 ~  update   AWS::ECS::TaskDefinition/web
               /Image  shop:41 → shop:42  config  tenants/acme.yaml:17
 +  create   AWS::EC2::EIP/nat-1
 …  waiting  AWS::CertificateManager::Certificate/www  for 1 DNS record (below)
               DNS records to create:
               _x.www.acme.example  CNAME  _y.acm-validations.aws
    71 unchanged

1 to replace, 2 to update, 1 to create, 1 waiting · about 9 min (ElastiCache) · 1 drifted field
what is created is named only: -v lists its properties
an apply refuses this as it is:
  sessions is protected: name it with --allow-destroy acme/production/AWS::ElastiCache::ReplicationGroup/sessions
";
    assert_eq!(text, expected);
}

/// So many new alarms, one of them in another region, and one that is changed.
fn many_alarms(number: usize) -> Plan {
    let alarm = |name: String| {
        let fields = vec![field("/Threshold", Value::Null, json!(90), Cause::New)];
        Change {
            folds: true,
            cause: Cause::New,
            fields,
            ..change(&format!("AWS::CloudWatch::Alarm/{name}"), Action::Create)
        }
    };
    let mut changes: Vec<_> = (0..number).map(|number| alarm(format!("cpu-{number}"))).collect();
    changes.push(Change { region: "eu-west-1".into(), ..alarm("far".into()) });
    let fields = vec![field("/Threshold", json!(90), json!(80), Cause::Config)];
    changes.push(Change { folds: true, fields, ..change("AWS::CloudWatch::Alarm/memory", Action::Update) });
    changes.push(change("AWS::EC2::EIP/nat-1", Action::Create));
    plan_of(changes)
}

#[test]
fn many_new_ones_of_a_kind_that_folds_are_one_line_unless_asked() {
    let plan = many_alarms(22);
    let text = strip_str(&plan_text(&plan, TextOptions::default())).to_string();
    let expected = " ~  update   AWS::CloudWatch::Alarm/memory
               /Threshold  90 → 80  config
 +  create   22 × AWS::CloudWatch::Alarm
               cpu-0, cpu-1, cpu-10 and 19 more (-v names all)
 +  create   AWS::CloudWatch::Alarm/far (eu-west-1)
 +  create   AWS::EC2::EIP/nat-1
";
    assert!(text.contains(expected), "{text}");
    let each = TextOptions { verbose: true, ..TextOptions::default() };
    let text = strip_str(&plan_text(&plan, each)).to_string();
    assert_eq!(text.matches("create   AWS::CloudWatch::Alarm/cpu-").count(), 22, "{text}");
    let page = plan_markdown(&plan, str::to_owned);
    assert!(page.contains("- **create** 22 × AWS::CloudWatch::Alarm\n") && page.contains("`cpu-21`"), "{page}");
    assert!(page.contains("`AWS::CloudWatch::Alarm/memory`"), "{page}");
    let page = plan_html(&plan);
    assert_eq!(page.matches("<td>&#x2f;Threshold</td>").count(), 24, "each has its fields: {page}");
    assert_eq!(plan_json(&plan).matches("AWS::CloudWatch::Alarm/cpu-").count(), 22);
}

#[test]
fn a_few_new_ones_are_shown_one_by_one() {
    let text = strip_str(&plan_text(&many_alarms(3), TextOptions::default())).to_string();
    assert_eq!(text.matches("create   AWS::CloudWatch::Alarm/cpu-").count(), 3, "{text}");
}

#[test]
fn a_plan_without_changes_says_that_there_is_nothing_to_do() {
    let text = strip_str(&plan_text(&plan_of(Vec::new()), TextOptions::default())).to_string();
    assert!(text.ends_with("\nnothing to do, 71 resources unchanged\n"), "{text}");
}

#[test]
fn sensitive_values_are_in_no_form_of_a_plan() {
    let secret =
        Field { sensitive: true, ..field("/Environment", json!("canary-1"), json!("canary-2"), Cause::Config) };
    let plan = plan_of(vec![Change { fields: vec![secret], ..change("AWS::ECS::TaskDefinition/web", Action::Update) }]);
    let options = TextOptions { verbose: true, ..TextOptions::default() };
    let saved = serde_json::to_string(&saved_plan(&plan)).unwrap();
    for text in
        [plan_text(&plan, options), plan_json(&plan), plan_markdown(&plan, str::to_owned), plan_html(&plan), saved]
    {
        assert!(!text.contains("canary"), "{text}");
    }
    assert!(plan_text(&plan, TextOptions { show_values: true, ..options }).contains("canary-1 → canary-2"));
}

#[test]
fn values_are_shown_without_what_says_nothing() {
    for (value, shown) in [
        (json!("plain"), "plain"),
        (json!("8080"), "\"8080\""),
        (json!(""), "\"\""),
        (json!("⟦AWS::EC2::VPC/main.VpcId⟧"), "AWS::EC2::VPC/main.VpcId"),
        (json!([1, "a"]), "[1, a]"),
        (json!({ "Key": "team", "Value": "web" }), "team=web"),
        (json!({ "IpProtocol": "-1", "CidrIp": "10.0.0.0/8" }), "all traffic from 10.0.0.0/8"),
    ] {
        assert_eq!(show(&value), shown);
    }
    let (before, after) = (json!(["a", "b", "b"]), json!(["b", "c"]));
    assert_eq!(list_delta(Some(&before), Some(&after)), Some(vec!["- a".into(), "- b".into(), "+ c".into()]));
}

#[test]
fn the_estimate_is_the_longest_path_and_names_its_slowest_service() {
    let (vpc, first) = step("AWS::EC2::VPC/main", Verb::Create, 10, &[]);
    let (cache, second) = step("AWS::ElastiCache::ReplicationGroup/main", Verb::Create, 500, &[&vpc]);
    let (role, third) = step("AWS::IAM::Role/main", Verb::Create, 505, &[]);
    let steps = BTreeMap::from([(vpc, first), (cache, second), (role, third)]);
    let estimate = estimate(&steps);
    assert_eq!((estimate.seconds, estimate.service.as_str()), (510, "ElastiCache"));
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../../docs/plan.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

fn assert_valid(text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<_> = schema().iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
}

#[test]
fn the_plan_as_json_is_as_its_schema_says() {
    let mut plan = illustration();
    let ignored = Ignored { owner: "soc@acme.example".into(), until: "2027-03-01".parse().ok() };
    let ignored = Field { ignored: Some(ignored), ..field("/A", json!(1), json!(2), Cause::Drift) };
    plan.stacks[0].ignored.push(("AWS::WAFv2::IPSet/blocked".parse().unwrap(), ignored));
    let foreign = Unmanaged { kind: "AWS::EC2::Instance".into(), id: "i-0abc".into(), place: "vpc-0abc".into() };
    plan.stacks[0].unmanaged.push(foreign);
    assert_valid(&plan_json(&plan));
    let at = |text: &str| text.parse().unwrap();
    let (made, expires) = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
    let saving = report::Saving { made, expires, mode: Mode::Apply, selectors: Vec::new(), endpoint: None };
    assert_valid(&report::saved_plan_text(&plan, saving, str::to_owned));
    assert_eq!(plan_json(&plan), plan_json(&plan.clone()));
    for text in [plan_text(&plan, TextOptions::default()), plan_markdown(&plan, str::to_owned), plan_html(&plan)] {
        assert!(text.contains("(soc@acme.example, until 2027-03-01)"), "{text}");
    }
}

#[test]
fn an_orphan_is_shown_everywhere_with_what_deletes_it() {
    let orphan = Orphan {
        stack: StackId::new("acme", "old"),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        role: Some("arn:aws:iam::123456789012:role/apply".into()),
        resources: 73,
        addresses: BTreeSet::new(),
    };
    let plan = Plan { orphans: vec![orphan], ..plan_of(Vec::new()) };
    assert_valid(&plan_json(&plan));
    let command = "⟪destroy --orphan acme/old --account 123456789012 --region eu-west-1 --role \
                   arn:aws:iam::123456789012:role/apply⟫";
    for text in [
        plan_text(&plan, TextOptions::default()),
        plan_json(&plan),
        plan_markdown(&plan, str::to_owned),
        plan_html(&plan),
    ] {
        assert!(text.replace("&#x2f;", "/").contains(command), "{text}");
    }
}

#[test]
fn events_as_json_are_as_their_schema_says() {
    let (step, _) = step("AWS::EC2::VPC/main", Verb::Create, 1, &[]);
    let stack = StackId::new("acme", "production");
    let mut failure = Failure::new(Class::Quota, "The maximum number of VPCs has been reached.");
    failure.code = "VpcLimitExceeded".into();
    let elapsed = Duration::from_millis(1500);
    let events = [
        Event::Started { stack: stack.clone(), step: step.clone() },
        Event::Finished { stack: stack.clone(), step: step.clone(), id: Some("vpc-1".into()), elapsed },
        Event::Failed { stack: stack.clone(), step: step.clone(), failure, elapsed },
        Event::Skipped { stack: stack.clone(), step: step.clone(), because: None },
        Event::Waiting { stack: stack.clone(), step: step.clone(), what: "a DNS record".into() },
        Event::Ready { stack: stack.clone(), addresses: [step.address.clone()].into(), steps: 3 },
    ];
    let held = stack.clone();
    let left_out = report::LeftOutStack { stack: &held, exit: 5, why: "held" };
    events.iter().for_each(|event| assert_valid(&report::event_json(event)));
    assert_valid(&report::summary_json(&[RunSummary::default()], &[], None));
    let unleased = RunSummary { unleased: Some("its time ran out".into()), ..RunSummary::default() };
    let summary = report::summary_json(&[RunSummary::default(), unleased], &[], None);
    assert_valid(&summary);
    assert!(summary.contains("\"lease_lost\":\"its time ran out\""), "{summary}");
    assert_valid(&report::summary_json(&[RunSummary::default()], &[left_out], Some("provision apply acme")));
    let progress = Event::Progress { stack, step, what: "creating".into(), elapsed };
    assert_valid(&report::event_json(&progress));
}

#[test]
fn a_saved_plan_holds_as_long_as_nothing_that_it_compares_changes() {
    let plan = illustration();
    let saved = saved_plan(&plan);
    assert_eq!(stale(&saved, &saved_plan(&plan)), Vec::<String>::new());

    let mut other = plan.clone();
    other.stacks[0].changes[1].fields[0].before = Some(json!([]));
    other.stacks[0].changes[2].id = Some("id-2".into());
    other.stacks[0].changes.remove(0);
    let reasons = stale(&saved, &saved_plan(&other));
    assert_eq!(
        reasons,
        [
            "acme/production AWS::EC2::EIP/nat-1: create is no longer needed",
            "acme/production AWS::EC2::SecurityGroup/alb/SecurityGroupIngress: AWS had [tcp 22 from 0.0.0.0/0], has []",
            "acme/production AWS::ECS::TaskDefinition/web: id was id-1, is id-2",
        ]
    );
}

#[test]
fn a_saved_plan_notices_a_changed_secret_without_holding_it() {
    let plan = |value: &str| {
        let secret = Field { sensitive: true, ..field("/Environment", json!("a"), json!(value), Cause::Config) };
        plan_of(vec![Change { fields: vec![secret], ..change("AWS::ECS::TaskDefinition/web", Action::Update) }])
    };
    let reasons = stale(&saved_plan(&plan("b")), &saved_plan(&plan("c")));
    assert_eq!(reasons, ["acme/production: a sensitive value, a tag or the order of steps changed"]);
}

#[test]
fn html_escapes_what_comes_from_outside() {
    let mut plan = illustration();
    plan.stacks[0].changes[0].notes.push("<script>alert(1)</script>".into());
    plan.stacks[0].warnings.push(Problem::warning(None, "no domain: <b>HTTP</b> only"));
    let page = plan_html(&plan);
    assert!(!page.contains("<script>") && !page.contains("<b>HTTP"), "{page}");
    assert!(page.contains("--allow-destroy acme&#x2f;production&#x2f;AWS::ElastiCache"));
}

#[test]
fn problems_show_the_line_and_the_hint() {
    let source = Arc::new(Source { path: "tenants/acme.yaml".into(), text: "tenant: acme\nregoin: x\n".into() });
    let span = Span { source, bytes: 13..19 };
    let problem = Problem::error(span, "unknown field `regoin`").hint("did you mean `region`?");
    let text = strip_str(&report::problems_text(std::slice::from_ref(&problem), None)).to_string();
    for part in ["error: unknown field `regoin`", "tenants/acme.yaml:2:1", "regoin: x", "did you mean", "1 error\n"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json: Value = serde_json::from_str(&report::problems_json(std::slice::from_ref(&problem))).unwrap();
    assert_eq!(json["problems"][0]["line"], 2);
    let sarif: Value = serde_json::from_str(&report::problems_sarif(&[problem])).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

/// A terminal would break words, and move the mark away from what it marks.
#[test]
fn problems_fit_the_terminal_and_the_mark_stays_under_its_value() {
    let line = "      orders: { engine: postgresql, version: \"16.11\", class: db.t4g.medium, readers: 0 }";
    let source = Arc::new(Source { path: "tenants/acme.yaml".into(), text: format!("{}{line}\n", "\n".repeat(22)) });
    let bytes = source.text.find("0 }").expect("it is there");
    let what = "orders is protected, but has no reader that could take over when its writer or its zone fails";
    let problem = Problem::error(Span { source, bytes: bytes..bytes + 1 }, what);
    let hint = "set `readers: 1` or more, or `deletion_protection: false`, or take the environment's protection off";
    let text = strip_str(&report::problems_text(&[problem.hint(hint)], Some(80))).to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let lines: Vec<_> = text.lines().collect();
    let value = lines.iter().position(|line| line.ends_with("readers: 0 }")).expect("the end of the line is shown");
    assert_eq!(lines[value + 1].find('^'), lines[value].find("0 }"), "{text}");
    let words = |text: &str| text.replace('\n', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&text).contains(what) && words(&text).contains("or take the environment's"), "{text}");
    assert!(text.contains("\n           the environment's"), "hints are aligned: {text}");
}

#[test]
fn a_ledger_tells_what_failed_why_and_what_next() {
    let (vpc, _) = step("AWS::EC2::VPC/main", Verb::Create, 1, &[]);
    let (subnet, _) = step("AWS::EC2::Subnet/a", Verb::Create, 1, &[&vpc]);
    let mut failure = Failure::new(Class::Quota, "The maximum number of VPCs has been reached.");
    failure.code = "VpcLimitExceeded".into();
    failure.operation = "ec2:CreateVpc".into();
    failure.request_id = Some("r-1".into());
    let second = Duration::from_secs(1);
    let run_summary = RunSummary {
        steps: BTreeMap::from([
            (vpc.clone(), (Outcome::Failed(failure), second)),
            (subnet, (Outcome::NotStarted(Some(vpc)), Duration::ZERO)),
        ]),
        unleased: Some("bob@laptop took it over (run 2)".into()),
        elapsed: second,
        ..RunSummary::default()
    };
    let onward =
        report::NextCommands { again: Command::new("apply").word("acme/production"), show: Command::new("show") };
    let text = report::run_summary_text(&StackId::new("acme", "production"), &run_summary, &onward, None);
    let expected = "\
acme/production: 0 done, 1 failed, 1 not started in 1 s

the lease was lost
  ! bob@laptop took it over (run 2); another run may have worked on the stack since (`⟪unlock acme/production⟫` shows who holds it now)

failed
  ✗ create AWS::EC2::VPC/main
      ec2:CreateVpc: VpcLimitExceeded: The maximum number of VPCs has been reached. (request id r-1)
      hint: raise the quota (in Service Quotas), then run the command again

not started
  create AWS::EC2::Subnet/a: creating AWS::EC2::VPC/main did not end well

next: ⟪apply acme/production⟫
";
    assert_eq!(strip_str(&text).to_string(), expected);

    // On a terminal of 80 columns nothing is longer, and nothing else is said.
    let text = report::run_summary_text(&StackId::new("acme", "production"), &run_summary, &onward, Some(80));
    let folded = strip_str(&text).to_string();
    let long: Vec<_> = folded.lines().filter(|line| line.replace(['⟪', '⟫'], "").chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:#?}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&folded), words(expected));
}

fn plain(plan: &Plan, width: Option<usize>) -> String {
    strip_str(&plan_text(plan, TextOptions { width, ..TextOptions::default() })).to_string()
}

#[test]
fn a_plan_that_an_apply_refuses_says_so_and_what_satisfies_it() {
    let mut plan = illustration();
    let guards = Guards { max_deletes: Some(0), protected: vec!["AWS::EC2::VPC".into()] };
    guard(&mut plan, &Guarding { guards: guards.clone(), allowed: Allowed::default() });
    let limit = "acme/production: 1 to delete or replace, and provision.yaml allows 0";
    let name = "--allow-destroy acme/production/AWS::ElastiCache::ReplicationGroup/sessions";
    for text in [
        plain(&plan, None),
        plan_json(&plan),
        plan_markdown(&plan, str::to_owned),
        plan_html(&plan).replace("&#x2f;", "/"),
    ] {
        let text = text.replace('\\', "");
        assert!(text.contains(limit) && text.contains(name), "{text}");
    }
    assert_valid(&plan_json(&plan));
    let json: Value = serde_json::from_str(&plan_json(&plan)).unwrap();
    let met: Vec<_> = json["stacks"][0]["guards"].as_array().unwrap().iter().map(|one| &one["satisfied"]).collect();
    assert_eq!(met, [&json!(false), &json!(false)]);
    // What was named is not asked for again.
    let destroy = vec![Allowance { stack: StackId::new("acme", "production"), resource: "sessions".into() }];
    let allowed = Allowed { destroy, ..Allowed::default() };
    guard(&mut plan, &Guarding { guards: Guards::default(), allowed });
    for text in [plain(&plan, None), plan_markdown(&plan, str::to_owned), plan_html(&plan)] {
        assert!(!text.contains("--allow-destroy") && text.contains("protected"), "{text}");
    }
    assert!(plan_json(&plan).contains("\"satisfied\": true"));
    let mut kept = plan_of(vec![change("AWS::EC2::VPC/main", Action::Delete)]);
    guard(&mut kept, &Guarding { guards: Guards { max_deletes: None, ..guards }, allowed: Allowed::default() });
    assert!(plain(&kept, None).contains(" !  delete   AWS::EC2::VPC/main"), "{}", plain(&kept, None));
}

#[test]
fn what_is_blocked_is_told_by_its_cause_first_and_once() {
    let blocked = |address: &str, why: &str| Change {
        notes: vec![why.to_owned()],
        cause: Cause::Dependency,
        ..change(address, Action::Blocked)
    };
    let mut changes = vec![change("AWS::EC2::EIP/nat-1", Action::Create)];
    changes.push(blocked("AWS::RDS::DBCluster/main", "its engine can't be changed"));
    changes.push(blocked("AWS::RDS::DBInstance/main-1", "needs AWS::RDS::DBCluster/main, which is blocked"));
    for n in 0..40 {
        let why = "needs AWS::RDS::DBInstance/main-1, which is blocked";
        changes.push(blocked(&format!("AWS::ECS::Service/worker-{n}"), why));
    }
    changes.push(Change {
        fields: vec![field("/DesiredCount", json!(1), json!(2), Cause::Config)],
        ..blocked("AWS::ECS::Service/web", "needs AWS::RDS::DBInstance/main-1, which is blocked")
    });
    let shared = "tenants/acme.yaml:3 also feeds AWS::RDS::DBCluster/main, which is blocked: both change together, or neither \
                  does";
    changes.push(Change {
        fields: vec![field("/GroupDescription", json!("a"), json!("b"), Cause::Config)],
        ..blocked("AWS::EC2::SecurityGroup/database-main", shared)
    });
    let plan = plan_of(changes);
    let expected = "\
 ✗  blocked  AWS::RDS::DBCluster/main
               its engine can't be changed
               blocked with it: 41 resources: AWS::ECS::Service/worker-0, AWS::ECS::Service/worker-1, AWS::ECS::Service/worker-10 and 38 more (-v names all)
 ✗  blocked  AWS::EC2::SecurityGroup/database-main
               tenants/acme.yaml:3 also feeds AWS::RDS::DBCluster/main, which is blocked: both change together, or neither does
               /GroupDescription  a → b  config
 ✗  blocked  AWS::ECS::Service/web
               needs AWS::RDS::DBInstance/main-1, which is blocked
               /DesiredCount  1 → 2  config
 +  create   AWS::EC2::EIP/nat-1
";
    let text = plain(&plan, None);
    assert!(text.contains(expected), "{text}");
    let all = strip_str(&plan_text(&plan, TextOptions { verbose: true, ..TextOptions::default() })).to_string();
    assert!((0..40).all(|n| all.contains(&format!("Service/worker-{n}"))), "{all}");
    for text in [plan_markdown(&plan, str::to_owned), plan_html(&plan)] {
        assert_eq!(text.matches("worker-7").count(), 1, "{text}");
        assert!(text.find("DBCluster") < text.find("worker-7"));
    }
    // One reason for all is one entry.
    let every: Vec<_> =
        (0..60).map(|n| blocked(&format!("AWS::EC2::Subnet/s-{n}"), "the stack lives elsewhere")).collect();
    let text = plain(&plan_of(every), None);
    assert_eq!(text.lines().count(), 8, "{text}");
    assert!(
        text.contains(" ✗  blocked  60 resources for one reason\n               the stack lives elsewhere\n"),
        "{text}"
    );
    // A circle of needs has no end, and is told all the same.
    let circle = ["a", "b"].map(|n| {
        blocked(
            &format!("X::Y::Z/{n}"),
            &format!("needs X::Y::Z/{}, which is blocked", if n == "a" { "b" } else { "a" }),
        )
    });
    let text = plain(&plan_of(circle.to_vec()), None);
    assert!(text.contains("X::Y::Z/a") && text.contains("X::Y::Z/b"), "{text}");
}

#[test]
fn what_is_ours_goes_by_its_address_wherever_its_id_stands() {
    let rule = |group: &str| json!({ "IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "DestinationSecurityGroupId": group });
    let unknown = |field: Field| Field { unknown: true, ..field };
    let subnet = |n: usize| format!("⟦AWS::EC2::Subnet/data-{n}.SubnetId⟧");
    let fields = vec![
        field("/SecurityGroupEgress", json!([rule("sg-1"), rule("sg-9")]), json!([]), Cause::Config),
        unknown(field(
            "/Subnets",
            json!(["subnet-1", "subnet-2"]),
            json!(["subnet-1", "subnet-2", subnet(3)]),
            Cause::Config,
        )),
        unknown(field("/Moved", json!(["subnet-1"]), json!([subnet(1)]), Cause::Dependency)),
        field("/Key", json!("k-1"), json!("k-2"), Cause::Config),
    ];
    let out = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0" });
    let open = field("/SecurityGroupEgress", json!([]), json!([out]), Cause::Config);
    let open = plan_of(vec![Change { fields: vec![open], ..change("AWS::EC2::SecurityGroup/web", Action::Update) }]);
    assert!(plain(&open, None).contains("+ tcp 443 to 0.0.0.0/0"), "{}", plain(&open, None));
    let mut plan = plan_of(vec![Change { fields, ..change("AWS::ECS::Service/web", Action::Update) }]);
    let ours = [
        ("sg-1", "AWS::EC2::SecurityGroup/cache"),
        ("subnet-1", "AWS::EC2::Subnet/data-1"),
        ("subnet-2", "AWS::EC2::Subnet/data-2"),
        // Two of one address, which has two claimants: only their ids tell them apart.
        ("k-1", "AWS::KMS::Key/data"),
        ("k-2", "AWS::KMS::Key/data"),
        ("vpc-1", "AWS::EC2::VPC/main"),
    ];
    plan.stacks[0].ours = ours.iter().map(|(id, address)| ((*id).to_owned(), address.parse().unwrap())).collect();
    plan.stacks[0].unmanaged.push(Unmanaged {
        kind: "AWS::EC2::Instance".into(),
        id: "i-1".into(),
        place: "vpc-1".into(),
    });
    let text = plain(&plan, None);
    for part in [
        "- tcp 6379 to AWS::EC2::SecurityGroup/cache  - tcp 6379 to sg-9",
        "/Subnets              + AWS::EC2::Subnet/data-3.SubnetId (known after apply)",
        "- subnet-1  + AWS::EC2::Subnet/data-1.SubnetId (known after apply)",
        "k-1 → k-2",
        "AWS::EC2::Instance i-1 in AWS::EC2::VPC/main",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn what_a_later_step_completes_is_announced_and_counted_once() {
    let mut plan = plan_of(vec![
        change("AWS::EC2::SecurityGroup/a", Action::Create),
        change("AWS::EC2::VPC/main", Action::Create),
    ]);
    let (create, first) = step("AWS::EC2::SecurityGroup/a", Verb::Create, 1, &[]);
    let (update, second) = step("AWS::EC2::SecurityGroup/a", Verb::Update, 1, &[&create]);
    plan.stacks[0].steps = BTreeMap::from([(create.clone(), first), (update.clone(), second)]);
    let text = plain(&plan, None);
    assert!(text.contains("2 to create (1 of them in two steps) · about 2 s"), "{text}");
    let done = |id: &StepId| (id.clone(), (Outcome::Done, Duration::from_secs(1)));
    let run_summary = RunSummary { steps: BTreeMap::from([done(&create), done(&update)]), ..RunSummary::default() };
    let onward = report::NextCommands { again: Command::new("apply"), show: Command::new("show") };
    let text = strip_str(&report::run_summary_text(&StackId::new("acme", "production"), &run_summary, &onward, None))
        .to_string();
    assert!(text.starts_with("acme/production: 1 done in") && !text.contains("updated"), "{text}");
}

/// Any value of a spec: text, lists, objects, documents in a text.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-c:/. ]{0,6}".prop_map(Value::from),
        "(arn:aws:iam::123456789012:role/(production|certification)/[a-c]{1,80})".prop_map(Value::from),
        (0..100_i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let map = proptest::collection::btree_map("[A-C]{1,2}", inner.clone(), 0..4);
        let object = map.prop_map(|map| Value::Object(map.into_iter().collect()));
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(|mut list| {
                list.sort_by_key(Value::to_string);
                Value::Array(list)
            }),
            object.clone(),
            object.prop_map(|value| Value::from(value.to_string())),
        ]
    })
}

/// Commands are as long as they are typed: an orphan's is one, and so is what a note says of adopting.
#[test]
fn a_comment_keeps_its_limit_with_the_commands_as_they_are_typed() {
    let mut plan = plan_of(
        (0..400)
            .map(|i| {
                let notes =
                    vec![format!("it may be vpc-{i}: `{}` takes it", Command::new("adopt").word(format!("acme/{i}")))];
                Change { notes, ..change(&format!("AWS::EC2::VPC/main-{i}"), Action::Blocked) }
            })
            .collect(),
    );
    plan.orphans = (0..400)
        .map(|i| Orphan {
            stack: StackId::new("gone", format!("e{i}")),
            account: "123456789012".into(),
            region: "us-east-1".into(),
            role: None,
            resources: 3,
            addresses: BTreeSet::new(),
        })
        .collect();
    let called = format!("provision -C {} --profile customer-of-ours", "/a/long/way/to/the/folder".repeat(4));
    let text = plan_markdown(&plan, |text| spell(text, |command| format!("{called} {command}")));
    assert!(text.len() <= MARKDOWN_LIMIT, "{} of {MARKDOWN_LIMIT}", text.len());
    assert!(text.contains(&format!("not shown: `{called} plan` prints all.")), "{}", &text[text.len() - 300..]);
    assert!(!text.contains('⟪'));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is left out: two changes of one value that differ never look the same, on no terminal.
    #[test]
    fn a_difference_is_never_cut_away(before in any_value(), one in any_value(), other in any_value(), width in 40_usize..200) {
        prop_assume!(one != other && before != one && before != other);
        let text = |after: &Value| {
            let fields = vec![field("/Value", before.clone(), after.clone(), Cause::Config)];
            plain(&plan_of(vec![Change { fields, ..change("X::Y::Z/a", Action::Update) }]), Some(width))
        };
        prop_assert_ne!(text(&one), text(&other));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn markdown_keeps_to_its_limit_and_never_loses_a_delete(
        deletes in 0usize..700,
        updates in 0usize..1500,
        length in 0usize..3000,
        value in "[`a-z<>|\\[\\]*é\n]{0,12}",
    ) {
        let address = |kind: &str, i: usize| Address::new(kind, format!("resource-{i}"));
        let long = value.repeat(length / value.len().max(1));
        let removed = (0..deletes).map(|i| Change {
            address: address("AWS::EC2::Subnet", i),
            notes: vec![long.clone()],
            ..change("AWS::EC2::Subnet/x", Action::Delete)
        });
        let updated = (0..updates).map(|i| Change {
            address: address("AWS::EC2::VPC", i),
            fields: vec![field("/A", json!(long), json!("b"), Cause::Drift)],
            ..change("AWS::EC2::VPC/x", Action::Update)
        });
        let text = plan_markdown(&plan_of(removed.chain(updated).collect()), str::to_owned);
        prop_assert!(text.len() <= MARKDOWN_LIMIT);
        for i in 0..deletes {
            let address = format!("AWS::EC2::Subnet/resource-{i}");
            let found = text.match_indices(&address).any(|(at, _)| {
                !text[at + address.len()..].starts_with(|c: char| c.is_ascii_digit())
            });
            prop_assert!(found, "{} is missing", address);
        }
    }
}
