//! Every sample stack and every kind's example as CloudFormation: before CloudFormation's own linter, and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, ListOutcome, StackListing};
use provision::kinds::KINDS;
use provision::plan::{Mode, Verb};
use provision::report::cloudformation_json;
use provision::resource::cloudformation::TagForm;
use provision::resource::{Address, Identity, NameRule, Reference, Tags, key};
use serde_json::{Map, Value, json};

use crate::commands::exported::{Made, facts, shape, shapes, take_tags};
use crate::kinds::life::{changed_stack, example_stack};
use crate::sandbox::local_aws;
use crate::stacks::local_account::{blueprints, plan_with};

/// Groups that let nothing out, or only to each other; logs that are kept for ever.
const CLOSED: &str = r#"
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: mute
    properties: { VpcId: "{{ ref('AWS::EC2::VPC/main') }}", GroupDescription: says nothing, SecurityGroupEgress: [] }
  - type: AWS::EC2::SecurityGroup
    name: ping
    properties:
      VpcId: "{{ ref('AWS::EC2::VPC/main') }}"
      GroupDescription: speaks to pong
      SecurityGroupEgress:
        - { IpProtocol: tcp, FromPort: 80, ToPort: 80, DestinationSecurityGroupId: "{{ ref('AWS::EC2::SecurityGroup/pong') }}" }
  - type: AWS::EC2::SecurityGroup
    name: pong
    properties:
      VpcId: "{{ ref('AWS::EC2::VPC/main') }}"
      GroupDescription: speaks to ping
      SecurityGroupEgress:
        - { IpProtocol: tcp, FromPort: 80, ToPort: 80, DestinationSecurityGroupId: "{{ ref('AWS::EC2::SecurityGroup/ping') }}" }
  - type: AWS::Logs::LogGroup
    name: for-ever
    properties: {}
"#;

#[test]
fn cloudformation_has_nothing_against_what_is_exported() {
    let python = env::var_os("PROVISION_TEST_PYTHON")
        .expect("PROVISION_TEST_PYTHON names a Python with tests/requirements.txt installed: run tests/run");
    let folder = local_aws::folder("export");
    fs::create_dir_all(&folder).expect("a folder of the test's own");
    let mut files = Vec::new();
    for blueprint in stacks() {
        let id = &blueprint.stack.id;
        let template = folder.join(format!("{}-{}.json", id.tenant, id.environment));
        fs::write(&template, cloudformation_json(&blueprint, &shapes())).expect("it can be written");
        files.push(template);
    }
    let mut lint = Command::new(&python);
    lint.args(["-c", "from cfnlint.runner import main; main()", "--format", "json", "--regions", "us-east-1", "--"]);
    let said = lint.args(&files).output().expect("the interpreter starts");
    let findings: Vec<Value> = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|why| panic!("cfn-lint: {why}\n{}", String::from_utf8_lossy(&said.stderr)));
    let errors: Vec<_> = findings.iter().filter(|finding| finding["Level"] == "Error").map(words).collect();
    fs::remove_dir_all(&folder).expect("it is ours");
    assert!(errors.is_empty(), "{} errors:\n{}", errors.len(), errors.join("\n"));
}

#[test]
fn an_export_makes_what_an_apply_makes() {
    let mut wrong = Vec::new();
    for blueprint in stacks() {
        let text = cloudformation_json(&blueprint, &shapes());
        let template: Value = serde_json::from_str(&text).expect("it is JSON");
        let mut made = Made::of(&template);
        let stack = &blueprint.stack;
        let (applied, held) = tags_of_creates(&blueprint);
        for resource in blueprint.resources.values().filter(|resource| resource.region == stack.region) {
            let address = &resource.address;
            let shape = shape(&address.kind);
            let mut say = |what: String| wrong.push(format!("{} {address}: {what}", stack.id));
            if is_answer(&resource.spec) || !shape.facts().cloudformation.is_there {
                continue;
            }
            let Some(mut thing) = made.things.remove(address) else {
                say("is not exported".to_owned());
                continue;
            };
            let tags = take_tags(&mut thing, shape.facts());
            let answered = shape.facts().cloudformation.answers.and_then(|answers| thing.remove(answers.list));
            let is_its = |other: &Value| Reference::all_in(other).iter().any(|(_, to)| to.address == *address);
            let all = blueprint.resources.values().filter(|other| is_answer(&other.spec));
            let answers = all.filter(|other| is_its(&other.spec)).count();
            if answered.is_some_and(|list| list.as_array().map(Vec::len) != Some(answers)) {
                say(format!("does not do what {answers} resources do here"));
            }
            if shape.facts().identity == Identity::Tags
                && shape.facts().cloudformation.tag_form != TagForm::Nowhere
                && Some(&tags) != applied.get(address)
                && !held.contains(address)
            {
                say(format!("tags {tags:?}, and an apply writes {:?}", applied.get(address)));
            }
            let is_named = matches!(shape.facts().name, NameRule::Unique { .. });
            if is_named || shape.facts().cloudformation.needs_name {
                let name = shape.facts().naming().name(&stack.project, &stack.id, &address.name, "").to_string();
                let name = resource.physical.clone().unwrap_or(name);
                let suffix = shape.facts().cloudformation.name_suffix;
                let suffix = suffix.filter(|suffix| suffix.is_on(&resource.spec));
                let name = name + suffix.map_or("", |suffix| suffix.suffix);
                if !take_name(&mut thing, &name) {
                    say(format!("nothing is called {name}"));
                }
            }
            if let Some((outer, inner)) = shape.facts().cloudformation.comment.and_then(|path| path.split_once('/')) {
                let comment = thing[outer].as_object_mut().and_then(|within| within.remove(inner));
                assert_eq!(comment, Some(json!("")), "{address}");
            }
            // Of the calls, not of what they make.
            if let Some(how) = resource.spec.get("ApplyImmediately") {
                thing.insert("ApplyImmediately".to_owned(), how.clone());
            }
            let exported = shape.normalise(Value::Object(thing)).unwrap_or_else(|why| panic!("{address}: {why}"));
            let differs = shape.compare(&exported, &resource.spec);
            for field in differs.fields.iter().chain(&differs.extra) {
                say(format!("{}: exported {:?}, applied {:?}", field.path, field.before, field.after));
            }
        }
        wrong.extend(made.things.keys().map(|address| format!("{} {address} is exported and not applied", stack.id)));
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_cloudformation_has_no_type_for_is_listed_as_left_out() {
    let tenant = "tenant: account-main\ntemplate: account\naccount: \"123456789012\"\n\
                  environments: { us-east-1: { region: us-east-1 } }\n";
    let stack = blueprints(&[("account.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    let template: Value = serde_json::from_str(&cloudformation_json(&stack, &shapes())).expect("it is JSON");
    let left_out = template["Metadata"]["NotInThisTemplate"].to_string();
    for kind in ["EBSEncryptionByDefault/volumes", "InstanceMetadataDefaults/instances"] {
        assert!(left_out.contains(&format!("AWS::EC2::{kind} has no type in CloudFormation")), "{left_out}");
    }
    let types: Vec<_> =
        template["Resources"].as_object().expect("resources").values().map(|one| &one["Type"]).collect();
    assert!(types.contains(&&json!("AWS::GuardDuty::Detector")) && types.len() == 3, "{types:?}");
}

/// CloudFormation leaves EC2's rule by which everything goes out in every group that has no other of its own.
#[test]
fn no_exported_group_lets_everything_out_that_was_not_told_to() {
    let mut groups = 0;
    for blueprint in stacks() {
        let template: Value = serde_json::from_str(&cloudformation_json(&blueprint, &shapes())).expect("it is JSON");
        for (id, body) in template["Resources"].as_object().expect("resources") {
            if body["Type"] == "AWS::EC2::SecurityGroup" {
                groups += 1;
                let own = body["Properties"]["SecurityGroupEgress"].as_array().map_or(0, Vec::len);
                assert!(own > 0, "{}: {id} has no egress rule of its own", blueprint.stack.id);
            }
        }
    }
    assert!(groups > 10, "{groups} groups");
}

/// ECS refuses a health check without a command, and a volume of no file system.
#[test]
fn nothing_is_exported_of_what_a_task_does_not_have() {
    let mut lacking = 0;
    for blueprint in stacks() {
        let template: Value = serde_json::from_str(&cloudformation_json(&blueprint, &shapes())).expect("it is JSON");
        let bodies = template["Resources"].as_object().expect("resources").values();
        for task in bodies.filter(|body| body["Type"] == "AWS::ECS::TaskDefinition").map(|body| &body["Properties"]) {
            let parts = |list: &str, part: &str| {
                let items = task[list].as_array().into_iter().flatten();
                items.map(|item| item.get(part).cloned()).collect::<Vec<_>>()
            };
            for (list, part, member) in [
                ("ContainerDefinitions", "HealthCheck", "Command"),
                ("Volumes", "EFSVolumeConfiguration", "FilesystemId"),
            ] {
                for part in parts(list, part) {
                    lacking += usize::from(part.is_none());
                    assert!(part.is_none_or(|part| part.get(member).is_some()), "{}: {task}", blueprint.stack.id);
                }
            }
        }
    }
    assert!(lacking > 1, "{lacking} containers and volumes");
}

/// The samples, both examples of every kind, and what none of them has.
fn stacks() -> Vec<Blueprint> {
    let samples = tenants();
    let samples: Vec<_> = samples.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut all = blueprints(&samples, &[]).unwrap_or_else(|why| panic!("{why}"));
    for facts in KINDS.iter().map(|kind| kind.facts()) {
        let examples = example_stack(facts).and_then(|first| Ok((first, changed_stack(facts)?)));
        let (first, second) = examples.unwrap_or_else(|why| panic!("{}: {why}", facts.kind));
        // CloudFormation takes no template without a resource.
        let is_typed = |stack: &Blueprint| {
            stack.resources.keys().any(|address| self::facts(&address.kind).cloudformation.is_there)
        };
        all.extend([Some(first), second].into_iter().flatten().filter(is_typed));
    }
    let tenant = "tenant: shut\ntemplate: closed\naccount: \"123456789012\"\ntags: { Name: given }\n\
                  environments: { test: { region: us-east-1 } }\n";
    all.extend(blueprints(&[("shut.yaml", tenant)], &[("closed.yaml", CLOSED)]).unwrap_or_else(|why| panic!("{why}")));
    all
}

/// What an apply to an empty account writes on each resource, but for what is about what was applied.
/// What waits for a person is made later.
fn tags_of_creates(blueprint: &Blueprint) -> (BTreeMap<Address, Tags>, BTreeSet<Address>) {
    let regions: BTreeSet<_> = blueprint.resources.values().map(|resource| resource.region.clone()).collect();
    let place = |region: &String| {
        let region = region.clone();
        KINDS.iter().map(move |kind| {
            ((region.clone(), kind.facts().kind.to_owned()), ListOutcome::Read(StackListing::default()))
        })
    };
    let inventory = Inventory { kinds: regions.iter().flat_map(place).collect(), ..Inventory::default() };
    let plan = plan_with(blueprint, &inventory, Mode::Apply);
    let creates = plan.steps.values().filter(|step| step.id.verb == Verb::Create);
    let tags = |tags: &Tags| tags.iter().filter(|(key, _)| ![key::DIGEST, key::ID].contains(key)).collect();
    let made = creates.map(|step| (step.id.address.clone(), tags(&step.set_tags))).collect();
    (made, plan.waiting.iter().map(|waiting| waiting.address.clone()).collect())
}

/// Whether a resource does what another asks of a person: CloudFormation does that by itself.
fn is_answer(spec: &Value) -> bool {
    let all = Reference::all_in(spec);
    all.iter().any(|(_, reference)| facts(&reference.address.kind).is_asking(&reference.output))
}

/// Takes out the property that is the physical name and no part of our spec.
fn take_name(thing: &mut Map<String, Value>, name: &str) -> bool {
    let is_name = |value: &Value| *value == name || *value == format!("alias/{name}");
    let property = thing.iter().find(|(_, value)| is_name(value)).map(|(property, _)| property.clone());
    property.is_some_and(|property| thing.remove(&property).is_some())
        || thing.values_mut().filter_map(Value::as_object_mut).any(|within| take_name(within, name))
}

/// The repository's tenant files: name and text.
fn tenants() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tenants");
    let entries = fs::read_dir(folder).expect("the samples").map(|entry| entry.expect("a readable folder").path());
    let mut tenants: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a readable sample"))
        })
        .collect();
    tenants.sort();
    assert!(!tenants.is_empty(), "there are samples");
    tenants
}

/// `acme-production.json E3012 /Resources/main/Properties/Port: what is wrong`.
fn words(finding: &Value) -> String {
    let steps = finding["Location"]["Path"].as_array().into_iter().flatten();
    let path: Vec<_> = steps.map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let file = Path::new(finding["Filename"].as_str().unwrap_or_default()).file_name().unwrap_or_default();
    let rule = finding["Rule"]["Id"].as_str().unwrap_or("E");
    format!("{} {rule} /{}: {}", file.to_string_lossy(), path.join("/"), text("Message"))
}
