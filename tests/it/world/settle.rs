//! The end of every history: the faults are over, and it runs until nothing is left to do.

use provision::plan::{Action, Mode, Plan};

use super::build::REGIONS;
use super::history::{Edit, Job, Verb};
use super::invariants::Broken;
use super::model::{standing, wanted};
use super::play::Player;
use super::process::Process;

/// So many calm runs must be enough: one for each link of the longest chain of things that wait for each other.
const RUNS: usize = 10;
/// So many hints are followed.
const HINTS: usize = 4;

impl Player {
    /// Runs until it is settled, and compares with what the YAML alone says.
    pub async fn settle(&mut self) -> Result<(), Broken> {
        self.strangers.guests_leave(&mut self.cloud.world());
        self.leave_far_users().await?;
        self.some_part().await?;
        // What one hint leads to may need another.
        for _ in 0..HINTS {
            let left = self.until_empty(Verb::Apply).await?;
            if self.leave_former_homes(&left).await? {
                continue;
            }
            if !is_blocked(&left) {
                break;
            }
            self.follow_the_hint().await?;
        }
        self.leave_former_regions().await?;
        let calls = self.cloud.world().calls.len();
        let second = self.calm(Verb::Apply).await?;
        let mut world = self.cloud.world();
        world.note("promise 2: a second apply is empty");
        if !is_empty(&second) || world.calls.len() != calls {
            return Err(Broken::new("2: a second apply is empty", outline(&second)));
        }
        world.note("promise 1: the same final world");
        let (is, should) = (standing(&world), wanted(&self.yaml));
        if is == should {
            return Ok(());
        }
        let lines = |from: &[String], other: &[String], sign: char| -> String {
            from.iter().filter(|line| !other.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
        };
        let text = format!("{}{}", lines(&should, &is, '-'), lines(&is, &should, '+'));
        Err(Broken::new("1: the same final world, no duplicate, no orphan", text))
    }

    /// Applies only one of the resources that have to change.
    async fn some_part(&mut self) -> Result<(), Broken> {
        let plan = self.calm(Verb::Plan).await?;
        let places: Vec<_> = plan.stacks[0].changes.iter().map(|change| change.address.to_string()).collect();
        let chosen = self.cloud.world().pace.rng.usize(0..places.len().max(1));
        match places.into_iter().nth(chosen) {
            Some(place) => self.calm_part(place).await,
            None => Ok(()),
        }
    }

    /// Destroys the stack where it lives instead, as a blocked plan's note says; returns whether it said so.
    async fn leave_former_homes(&mut self, plan: &Plan) -> Result<bool, Broken> {
        let changes = plan.stacks.iter().flat_map(|stack| &stack.changes);
        let named = |region: &&&str| {
            let command = format!("--region {region}⟫`");
            changes.clone().any(|change| change.notes.iter().any(|note| note.contains(&command)))
        };
        let regions: Vec<_> = REGIONS.iter().filter(named).collect();
        for region in &regions {
            let is_used =
                |from: &&str| from != *region && self.cloud.world().reaches(from, |thing| thing.region == ***region);
            if REGIONS.iter().any(is_used) {
                // The other way out: what is used from elsewhere can't go.
                self.cloud.world().note("a former home put back");
                self.yaml.edit(&Edit::Home { region: (**region).to_owned() });
                return Ok(true);
            }
            self.cloud.world().note("a former home left");
            self.destroy_orphan(region).await?;
        }
        Ok(!regions.is_empty())
    }

    /// Destroys what is left where nothing of the YAML is any more, as a plan tells.
    async fn leave_former_regions(&mut self) -> Result<(), Broken> {
        for region in self.former_regions().await {
            self.cloud.world().note("a former region left");
            self.destroy_orphan(&region).await?;
        }
        Ok(())
    }

    /// Destroys first what would keep hold of what is elsewhere, unseen: a role, a certificate.
    async fn leave_far_users(&mut self) -> Result<(), Broken> {
        for region in self.former_regions().await {
            let keeps_hold = self.cloud.world().reaches(&region, |_| true);
            if keeps_hold {
                let job = Job { orphan: Some(region), ..Job::new(Verb::Destroy) };
                self.calm_run(job).await?;
            }
        }
        Ok(())
    }

    async fn former_regions(&self) -> Vec<String> {
        let blueprint = self.blueprint();
        let project = self.project();
        let process = Process { project, ..Process::new(&self.cloud, "strays", vec![&blueprint], Mode::Apply) };
        let strays = process.fleet().orphans().await;
        let own = strays.found.into_iter().filter(|stray| stray.stack == blueprint.stack.id);
        own.map(|stray| stray.region).collect()
    }

    async fn destroy_orphan(&mut self, region: &str) -> Result<(), Broken> {
        let job = Job { orphan: Some(region.to_owned()), ..Job::new(Verb::Destroy) };
        self.until_done(&job).await.map(drop)
    }

    /// Takes out of the YAML what cannot let go, applies, and puts it back: as a blocked replacement's note says.
    async fn follow_the_hint(&mut self) -> Result<(), Broken> {
        self.cloud.world().note("a blocked replacement's hint followed");
        let whole = self.yaml.clone();
        for kind in ["Fake::Store", "Fake::Work", "Fake::Door", "Fake::Gate"] {
            for resource in whole.resources.iter().filter(|resource| resource.kind == kind) {
                self.yaml.remove(&resource.place());
            }
        }
        self.until_empty(Verb::Apply).await?;
        self.yaml = whole;
        // What is put back is new: there is nothing under a former name.
        self.until_empty(Verb::Apply).await.map(drop)
    }

    /// Everything goes, and nothing that bears the stack's tags is left.
    pub async fn destroy(&mut self) -> Result<(), Broken> {
        self.until_empty(Verb::Destroy).await?;
        let mut world = self.cloud.world();
        world.note("promise 5: destroy leaves nothing");
        let left = standing(&world);
        if left.is_empty() { Ok(()) } else { Err(Broken::new("5: destroy leaves nothing", left.join("\n"))) }
    }

    async fn until_empty(&mut self, verb: Verb) -> Result<Plan, Broken> {
        self.until_done(&Job::new(verb)).await
    }

    async fn until_done(&mut self, job: &Job) -> Result<Plan, Broken> {
        let mut plan = Plan::default();
        for _ in 0..RUNS {
            plan = self.calm_run(job.clone()).await?.plan;
            if is_empty(&plan) || (plan.stacks[0].steps.is_empty() && is_blocked(&plan)) {
                return Ok(plan);
            }
        }
        Err(Broken::new("1: it comes to an end", outline(&plan)))
    }
}

fn is_empty(plan: &Plan) -> bool {
    plan.stacks.iter().all(|stack| stack.changes.is_empty() && stack.steps.is_empty() && stack.waiting.is_empty())
}

fn is_blocked(plan: &Plan) -> bool {
    plan.stacks.iter().flat_map(|stack| &stack.changes).any(|change| change.action == Action::Blocked)
}

fn outline(plan: &Plan) -> String {
    let changes = plan.stacks.iter().flat_map(|stack| &stack.changes);
    let lines = changes.map(|change| {
        let fields: Vec<_> = change.fields.iter().map(|field| field.path.as_str()).collect();
        format!(
            "{:?} {} in {} ({:?}) {} {}",
            change.action,
            change.address,
            change.region,
            change.cause,
            fields.join(" "),
            change.notes.join("; ")
        )
    });
    let waiting = plan.stacks.iter().flat_map(|stack| &stack.waiting).map(|waiting| format!("waiting {waiting:?}"));
    let steps = plan.stacks.iter().flat_map(|stack| stack.steps.keys()).map(|step| format!("step {step}"));
    lines.chain(waiting).chain(steps).collect::<Vec<_>>().join("\n")
}
