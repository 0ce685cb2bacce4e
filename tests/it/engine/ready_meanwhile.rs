//! What waits for a person, and is ready before the run is over.

use std::time::Duration;

use provision::apply::{Ending, Event};
use provision::plan::{Mode, Verb};
use serde_json::json;

use crate::engine::{environment, reference};
use crate::world::agreeing::Agreeing;
use crate::world::cloud::FakeCloud;
use crate::world::process::Process;
use crate::world::{Bench, YamlResource, blueprint};

/// An environment whose work is reached through a door with a certificate.
fn with_door() -> Vec<YamlResource> {
    let mut resources = environment();
    let (net, cert) = (reference("Net", "main", "Id"), reference("Cert", "www", "Id"));
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    resources.push(YamlResource::new("Fake::Door", "https", json!({ "Net": net, "Cert": cert })));
    let work = resources.iter_mut().find(|resource| resource.kind == "Fake::Work").expect("there is one");
    work.properties["Doors"] = json!([reference("Door", "https", "Id")]);
    resources
}

/// A person does what certificates wait for, some time after the run has begun.
async fn person(cloud: &FakeCloud, after: u64) {
    tokio::time::sleep(Duration::from_secs(after)).await;
    cloud.world().things.values_mut().for_each(|thing| thing.human = false);
}

/// How often the cloud was sent an operation.
fn sent(cloud: &FakeCloud, operation: &str) -> usize {
    cloud.world().calls.iter().filter(|call| call.operation == operation).count()
}

/// A cloud in which the store takes 400 s, and the work 60 s after it.
fn slow() -> Bench {
    let bench = Bench::new();
    {
        let mut world = bench.cloud.world();
        world.pace.slowness.insert("Fake::Store".into(), Duration::from_secs(400));
        world.pace.slowness.insert("Fake::Work".into(), Duration::from_secs(60));
    }
    bench
}

#[tokio::test(start_paused = true)]
async fn a_service_that_has_not_begun_is_made_with_what_it_waited_for_and_only_once() {
    let (bench, wanted) = (slow(), blueprint(&with_door()));
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut command = Agreeing::new(&process);
    let (ended, ()) = tokio::join!(command.run(Duration::ZERO), person(&bench.cloud, 20));
    assert_eq!(ended.unwrap(), Ending::Done);
    assert_eq!(command.ended.len(), 1, "one round");
    assert_eq!((sent(&bench.cloud, "CreateWork"), sent(&bench.cloud, "UpdateWork")), (1, 0));
    let run_summary = &command.ended[0].1;
    assert_eq!((run_summary.waiting.len(), run_summary.is_late), (0, false), "{run_summary:#?}");
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
    let events = process.events.lock().unwrap();
    let ready: Vec<_> =
        events.iter().filter(|event| matches!(event, Event::Ready { steps, .. } if *steps > 0)).collect();
    assert_eq!(ready.len(), 1, "{events:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_began_without_it_is_given_it_in_a_second_round_under_the_same_lease() {
    let (bench, wanted) = (slow(), blueprint(&with_door()));
    bench.cloud.world().pace.slowness.insert("Fake::Work".into(), Duration::from_secs(300));
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut command = Agreeing::new(&process);
    let began = async {
        while sent(&bench.cloud, "CreateWork") == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        person(&bench.cloud, 1).await;
    };
    let (ended, ()) = tokio::join!(command.run(Duration::ZERO), began);
    assert_eq!(ended.unwrap(), Ending::Done);
    assert_eq!(command.ended.iter().map(|(_, run_summary)| run_summary.is_late).collect::<Vec<_>>(), [true, false]);
    assert_eq!((sent(&bench.cloud, "CreateWork"), sent(&bench.cloud, "UpdateWork")), (1, 1));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_person_who_does_nothing_holds_nothing_up() {
    let mut took = Vec::new();
    for acts in [true, false] {
        let (bench, wanted) = (slow(), blueprint(&with_door()));
        let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
        let mut command = Agreeing::new(&process);
        let acting = async {
            if acts {
                person(&bench.cloud, 20).await;
            }
        };
        let start = tokio::time::Instant::now();
        let (ended, ()) = tokio::join!(command.run(Duration::ZERO), acting);
        assert_eq!(ended.unwrap(), Ending::Done);
        took.push(start.elapsed());
        let waiting: Vec<_> = command.ended[0].1.waiting.iter().map(|one| one.address.to_string()).collect();
        let expected: &[&str] = if acts { &[] } else { &["Fake::Cert/www", "Fake::Door/https"] };
        assert_eq!(waiting, expected);
    }
    assert!(took[1] <= took[0] + Duration::from_secs(2), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_when_all_else_is_done_is_not_left_for_another_run() {
    let (bench, wanted) = (Bench::new(), blueprint(&with_door()));
    bench.cloud.world().pace.slowness.insert("Fake::Store".into(), Duration::from_secs(20));
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut command = Agreeing::new(&process);
    // After the second look (at 5 and at 12.5 s) and before the third.
    let (ended, ()) = tokio::join!(command.run(Duration::ZERO), person(&bench.cloud, 16));
    assert_eq!(ended.unwrap(), Ending::Done);
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_replaced_certificate_is_followed_and_its_predecessor_goes_in_the_same_run() {
    let mut resources = with_door();
    let bench = slow();
    bench.apply(&blueprint(&resources)).await;
    person(&bench.cloud, 0).await;
    bench.apply(&blueprint(&resources)).await;
    let cert = resources.iter_mut().find(|resource| resource.kind == "Fake::Cert").expect("there is one");
    cert.properties["Domain"] = json!("shop.acme.example");
    // Something else that takes its time.
    let another = resources.iter().find(|resource| resource.kind == "Fake::Store").expect("there is one").clone();
    resources.push(YamlResource { name: "another".to_owned(), ..another });
    let wanted = blueprint(&resources);
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut command = Agreeing::new(&process);
    let (ended, ()) = tokio::join!(command.run(Duration::ZERO), person(&bench.cloud, 20));
    assert_eq!(ended.unwrap(), Ending::Done);
    assert_eq!(bench.cloud.world().things.values().filter(|thing| thing.kind == "Fake::Cert").count(), 1);
    assert!(command.ended[0].1.steps.keys().any(|id| id.verb == Verb::Delete && id.address.kind == "Fake::Cert"));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_became_ready_while_the_question_was_open_makes_no_plan_stale() {
    let (bench, wanted) = (slow(), blueprint(&with_door()));
    bench.apply(&wanted).await;
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    // Something to agree to, beside what waits.
    let mut resources = with_door();
    resources.push(YamlResource::new("Fake::Net", "more", json!({ "Range": "10.9.0.0/16", "Dns": true })));
    let wanted = blueprint(&resources);
    let process = Process { blueprints: vec![&wanted], ..process };
    let mut command = Agreeing { thinks: Duration::from_secs(300), ..Agreeing::new(&process) };
    let (ended, ()) = tokio::join!(command.run(Duration::ZERO), person(&bench.cloud, 30));
    assert_eq!((ended.unwrap(), &*command.left_out), (Ending::Done, [].as_slice()));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty(), "what waited was done, too");
}
