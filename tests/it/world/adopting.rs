//! A person adopts what lost a tag that made it the stack's own.

use std::time::Duration;

use provision::apply::PlanSnapshot;
use provision::blueprint::{Blueprint, Resource};
use provision::fleet::{Adoption, AdoptionError};
use provision::plan::{Mode, Plan};
use provision::resource::{Class, Failure, Result};

use super::agreeing::once;
use super::invariants::{self, Broken};
use super::play::Player;
use super::process::Process;
use super::thing::Thing;

/// How long the adoption waits for a run that holds the stack.
const PATIENCE: Duration = Duration::from_secs(600);

/// An adoption.
struct Adopting<'a> {
    process: &'a Process<'a>,
    blueprint: &'a Blueprint,
    resource: &'a Resource,
    id: &'a str,
}

impl Adopting<'_> {
    async fn look(&self) -> Result<Adoption, AdoptionError> {
        self.process.fleet().adoption(self.blueprint, self.resource, self.id).await
    }

    async fn snapshot(&self) -> Result<PlanSnapshot> {
        let adoption = self.look().await.map_err(|why| Failure::new(Class::Other, format!("{why:?}")))?;
        let live = [(self.blueprint.stack.id.clone(), vec![adoption.live])].into();
        Ok(PlanSnapshot { plan: whole(adoption.plan), live, ..PlanSnapshot::default() })
    }
}

fn whole(plan: provision::plan::StackPlan) -> Plan {
    Plan { stacks: vec![plan], ..Plan::default() }
}

impl Player {
    /// Adopts what lost a tag, as the hint of a blocked plan says; what the YAML no longer has, or what can't be adopted, gets
    /// its tags or its name back by hand.
    pub async fn put_right(&mut self) -> Result<(), Broken> {
        for lost in self.strangers.mistagged.clone() {
            let is_adopted = self.adopt(&lost).await?;
            let mut world = self.cloud.world();
            world.note(if is_adopted { "adopted" } else { "tags put back by hand" });
            if let Some(thing) = world.things.get_mut(&lost.id).filter(|_| !is_adopted) {
                (thing.tags, thing.name) = (lost.tags, lost.name);
            }
        }
        self.strangers.mistagged.clear();
        Ok(())
    }

    async fn adopt(&mut self, lost: &Thing) -> Result<bool, Broken> {
        let blueprint = self.blueprint();
        let address = lost.place().parse().expect("an address");
        let resource = blueprint.resources.get(&address).filter(|resource| lost.is_in(&resource.region));
        let Some(resource) = resource else { return Ok(false) };
        tokio::time::sleep(Duration::from_secs(200)).await;
        let name = self.next_run();
        let project = self.project();
        let process = Process { project, ..Process::new(&self.cloud, &name, vec![&blueprint], Mode::Apply) };
        let id = lost.shown_id();
        let adopting = Adopting { process: &process, blueprint: &blueprint, resource, id };
        let first = self.cloud.world().calls.len();
        self.cloud.world().adopting = Some(lost.id.clone());
        let carried_out = once(&process, PATIENCE, || adopting.snapshot()).await;
        let mut world = self.cloud.world();
        world.adopting = None;
        let is_retag = |call: &&super::cloud::Call| {
            call.operation.starts_with("Tag") && [lost.id.as_str(), lost.shown_id()].contains(&&*call.id)
        };
        if let Some(call) = world.calls[first..].iter().find(|call| !is_retag(call)) {
            return Err(Broken::new("11: an adoption writes the tags of the one thing", format!("{call:?}")));
        }
        let is_ours = world.things.get(&lost.id).is_some_and(|thing| invariants::is_ours(thing, lost));
        let is_done = carried_out.is_ok_and(|ended| ended.iter().any(|(_, run_summary)| run_summary.done() > 0));
        if is_done && !is_ours {
            let text = format!("{lost:?} is now {:?}", world.things.get(&lost.id));
            return Err(Broken::new("11: an adoption writes the tags of the one thing", text));
        }
        Ok(is_done)
    }
}
