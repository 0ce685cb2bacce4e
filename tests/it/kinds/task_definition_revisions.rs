//! The revisions of a family among which a pipeline's stand before our own.

use provision::aws::Writer;
use provision::resource::{AnyListing, Changes, Failure, Scope, Settled};
use serde_json::json;

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{json_tags, kind_of};

const KIND: &str = "AWS::ECS::TaskDefinition";
const FAMILY: &str = "acme-production-web";
const NOT_THERE: &str = r#"{"__type":"ClientException","message":"Unable to describe task definition."}"#;

fn arn(number: u32) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{FAMILY}:{number}")
}

/// A family whose newest revision is `newest`; `ours` bears our tags, what `gone` names is listed and not found, and
/// what `left` names is deregistered while we look.
#[derive(Clone, Copy)]
struct Family {
    newest: u32,
    ours: u32,
    gone: u32,
    left: u32,
}

type Answer = (String, u16, String);

impl Family {
    fn revision(&self, number: u32) -> Answer {
        // CloudFormation made it once.
        let theirs = json!({ "key": "aws:cloudformation:stack-name", "value": "legacy" });
        let mut tags = json_tags("key", "value");
        tags.as_array_mut().unwrap().push(theirs);
        let tags = if number == self.ours { tags } else { json!([]) };
        let status = if number == self.left { "INACTIVE" } else { "ACTIVE" };
        let definition = json!({ "taskDefinitionArn": arn(number), "status": status, "containerDefinitions": [] });
        (described(&arn(number)), 200, json!({ "taskDefinition": definition, "tags": tags }).to_string())
    }

    /// Everything that looking at the family may ask, often enough.
    fn answers(&self) -> Vec<Answer> {
        let gone = (described(&arn(self.gone)), 400, NOT_THERE.to_owned());
        let arns: Vec<_> = (1..=self.newest).rev().map(arn).collect();
        let list = (" ListTaskDefinitions ".to_owned(), 200, json!({ "taskDefinitionArns": arns }).to_string());
        let families = json!({ "families": [FAMILY] }).to_string();
        let newest = (described(FAMILY), 200, self.revision(self.newest).2);
        let once = [(" ListTaskDefinitionFamilies ".to_owned(), 200, families), newest, gone, list];
        let revisions = (1..=self.newest).filter(|number| *number != self.gone).map(|number| self.revision(number));
        once.into_iter().chain(revisions).collect()
    }
}

fn described(name: &str) -> String {
    format!(" DescribeTaskDefinition {{\"taskDefinition\":\"{name}\"")
}

fn index(arns: &[String]) -> Answer {
    let tags = json_tags("Key", "Value");
    let all: Vec<_> = arns.iter().map(|arn| json!({ "ResourceARN": arn, "Tags": tags })).collect();
    (" GetResources ".to_owned(), 200, json!({ "ResourceTagMappingList": all }).to_string())
}

async fn list(aws: &Canned) -> AnyListing {
    list_also(aws, &[]).await
}

/// Asks for things by name or ARN as well.
async fn list_also(aws: &Canned, requested: &[&str]) -> AnyListing {
    let requested = requested.iter().map(|asked| (*asked).to_owned()).collect();
    let session = aws.session(kind_of(KIND).facts().permissions.read).await;
    kind_of(KIND).list(&session.reader(), &Scope { requested, ..scope() }).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn our_revision_is_found_however_many_a_pipeline_has_registered_since() {
    let family = Family { newest: 60, ours: 5, gone: 0, left: 50 };
    for (known, most) in [(vec![arn(5)], 22), (vec![], 60)] {
        let aws = Canned::matching(&family.answers().into_iter().chain([index(&known)]).collect::<Vec<_>>());
        let listing = list(&aws).await;
        assert_eq!(listing.unseen.first().map(|unseen| unseen.failure.to_string()), None);
        let found: Vec<_> = listing.found.iter().map(|live| live.id.clone()).collect();
        assert_eq!((found, listing.name_conflicts.len()), (vec![arn(5)], 0));
        let described = aws.asked().iter().filter(|asked| asked.contains(" DescribeTaskDefinition ")).count();
        assert!(described <= most, "{described}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_family_that_was_read_to_its_end_is_a_strangers() {
    let whole = Family { newest: 30, ours: 0, gone: 0, left: 3 };
    // What was not found may have been ours.
    for (family, seen) in [(whole, (0, 1, 0)), (Family { gone: 3, ..whole }, (0, 0, 1))] {
        let listing =
            list(&Canned::matching(&family.answers().into_iter().chain([index(&[])]).collect::<Vec<_>>())).await;
        assert_eq!((listing.found.len(), listing.name_conflicts.len(), listing.unseen.len()), seen, "{}", family.gone);
    }
}

/// Else a lagging answer would have it registered anew, with the template's image in the place of a pipeline's.
#[tokio::test(start_paused = true)]
async fn one_of_ours_that_is_listed_and_not_found_hides_behind_no_older_one() {
    let family = Family { newest: 9, ours: 3, gone: 5, left: 0 };
    let listing = list(&Canned::matching(&family.answers().into_iter().chain([index(&[])]).collect::<Vec<_>>())).await;
    let unseen: Vec<_> = listing.unseen.iter().map(|unseen| unseen.id.as_str()).collect();
    assert_eq!((listing.found.len(), listing.name_conflicts.len(), &unseen[..]), (0, 0, &[FAMILY][..]));
}

#[tokio::test(start_paused = true)]
async fn a_family_that_is_listed_and_not_described_is_unseen_and_one_without_an_active_revision_is_not_there() {
    let refused = r#"{"__type":"ClientException","message":"Something else is wrong."}"#;
    for body in [refused, NOT_THERE] {
        let mut answers = Family { newest: 1, ours: 1, gone: 0, left: 0 }.answers();
        answers[1] = (described(FAMILY), 400, body.to_owned());
        let listing = list(&Canned::matching(&answers)).await;
        assert_eq!((listing.found.len(), listing.name_conflicts.len(), listing.unseen.len()), (0, 0, 1), "{body}");
    }
    let inactive = Family { newest: 1, ours: 1, gone: 0, left: 1 };
    let listing = list(&Canned::matching(&inactive.answers())).await;
    assert_eq!((listing.found.len(), listing.name_conflicts.len(), listing.unseen.len()), (0, 0, 0));
}

/// A revision's ARN, as services refer to it, or as somebody gives it to `adopt`.
#[tokio::test(start_paused = true)]
async fn a_family_is_found_by_a_revision_that_is_asked_for() {
    let legacy = "arn:aws:ecs:us-east-1:123456789012:task-definition/legacy:7";
    let families = json!({ "families": ["legacy", "legacy-other"] }).to_string();
    let definition = json!({ "taskDefinitionArn": legacy, "containerDefinitions": [] });
    let aws = Canned::matching(&[
        (" ListTaskDefinitionFamilies {\"familyPrefix\":\"acme-production-\"".to_owned(), 200, "{}".to_owned()),
        (" ListTaskDefinitionFamilies {\"familyPrefix\":\"legacy\"".to_owned(), 200, families),
        (described("legacy"), 200, json!({ "taskDefinition": definition, "tags": [] }).to_string()),
        (" ListTaskDefinitions ".to_owned(), 200, json!({ "taskDefinitionArns": [legacy] }).to_string()),
    ]);
    let listing = list_also(&aws, &[legacy]).await;
    let found: Vec<_> = listing.found.iter().map(|live| live.id.as_str()).collect();
    assert_eq!((found, listing.name_conflicts.len(), listing.unseen.len()), (vec![legacy], 0, 0), "{:#?}", aws.asked());
}

/// Registers another revision of a family whose tenth is ours, of nineteen; returns what was sent for it.
async fn update(registers: &[(u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    let family = Family { newest: 19, ours: 10, gone: 0, left: 0 };
    let looks = family.answers().into_iter().chain(family.answers());
    let registers =
        registers.iter().map(|(code, says)| (" RegisterTaskDefinition ".to_owned(), *code, (*says).to_owned()));
    let prunes = registers.chain([(" ListClusters ".to_owned(), 200, "{}".to_owned())]);
    let leaves =
        [" DeregisterTaskDefinition ", " DeleteTaskDefinitions "].map(|part| (part.to_owned(), 200, "{}".into()));
    let aws = Canned::matching(&looks.chain(prunes).chain(leaves).collect::<Vec<_>>());
    let live = list(&aws).await.found.remove(0);
    let spec = Settled::new(live.spec.clone()).unwrap();
    let before = aws.asked().len();
    let made = kind_of(KIND).update(&writer(&aws).await, &live, &spec, &Changes::default()).await;
    (made.map(drop), aws.asked().split_off(before))
}

fn place(asked: &[String], operation: &str) -> Option<usize> {
    asked.iter().position(|asked| asked.contains(&format!(" {operation} ")))
}

#[tokio::test(start_paused = true)]
async fn our_last_revision_stays_until_its_successor_is_there() {
    let refused = r#"{"__type":"ClientException","message":"Invalid setting for container"}"#;
    let (made, asked) = update(&[(400, refused)]).await;
    assert!(made.is_err());
    assert_eq!(place(&asked, "DeregisterTaskDefinition"), None, "{asked:#?}");

    let registered = json!({ "taskDefinition": { "taskDefinitionArn": arn(20) } }).to_string();
    let (made, asked) = update(&[(200, &registered)]).await;
    assert_eq!(made, Ok(()));
    let (came, went) = (place(&asked, "RegisterTaskDefinition"), place(&asked, "DeregisterTaskDefinition"));
    assert!(came.is_some() && came < went, "{asked:#?}");
    let sent = &asked[came.unwrap()];
    assert!(sent.contains("provision:name") && !sent.contains("aws:cloudformation"), "AWS alone may set these: {sent}");
    assert!(asked[went.unwrap()].contains(&arn(10)));
}

#[tokio::test(start_paused = true)]
async fn a_revision_waits_for_one_that_a_pipeline_registers() {
    let text = "Too many concurrent attempts to create a new revision of the specified family.";
    let busy = json!({ "__type": "ClientException", "message": text }).to_string();
    let registered = json!({ "taskDefinition": { "taskDefinitionArn": arn(20) } }).to_string();
    let (made, asked) = update(&[(400, &busy), (400, &busy), (200, &registered)]).await;
    assert_eq!(made, Ok(()));
    assert_eq!(asked.iter().filter(|asked| asked.contains(" RegisterTaskDefinition ")).count(), 3, "{asked:#?}");
}

/// A resource that was renamed in the YAML keeps its family, whose old revisions keep the old name's tags.
#[tokio::test(start_paused = true)]
async fn all_of_a_renamed_familys_revisions_go_but_a_pipelines() {
    let family = Family { newest: 3, ours: 3, gone: 0, left: 0 };
    let mut answers = family.answers();
    let former = family.revision(3).2.replace("\"main\"", "\"site\"").replace(&arn(3), &arn(2));
    answers.retain(|(part, ..)| *part != described(&arn(2)));
    answers.push((described(&arn(2)), 200, former));
    let leaves = [" DeregisterTaskDefinition ", " DeregisterTaskDefinition ", " DeleteTaskDefinitions "];
    answers.extend(leaves.map(|part| (part.to_owned(), 200, "{}".to_owned())));
    answers.push((" ListTaskDefinitions ".to_owned(), 200, "{}".to_owned()));
    let aws = Canned::matching(&answers);
    let live = list(&aws).await.found.remove(0);
    kind_of(KIND).delete(&writer(&aws).await, &live).await.unwrap();
    let asked = aws.asked();
    let went: Vec<_> = asked.iter().filter(|asked| asked.contains(" DeregisterTaskDefinition ")).collect();
    let is = |number: u32| went.iter().any(|asked| asked.contains(&arn(number)));
    assert_eq!((is(3), is(2), is(1)), (true, true, false), "{asked:#?}");
}

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &[FAMILY, &arn(10), &arn(3)], &[]).await
}
