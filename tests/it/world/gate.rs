//! The gate of one step's changes: lease, permit, and the truth.

use std::sync::PoisonError;

use provision::apply::Fence;
use provision::resource::{Class, Failure, Result};
use serde_json::Value;
use tokio::time::Instant;

use super::cloud::{Call, World, Writer, ids, short};
use super::faults::FAKE;
use super::thing::Thing;

impl Writer {
    /// Makes a change to what `place` and `id` name, if lease and permit allow it.
    pub async fn change<T>(
        &self,
        verb: &str,
        kind: &str,
        id: &str,
        spec: Option<&Value>,
        effect: impl Fn(&mut World) -> Result<T>,
    ) -> Result<T> {
        let operation = format!("{verb}{}", short(kind));
        let check = || {
            self.fence.as_ref().map_or(Ok(()), Fence::check)?;
            self.admit(&mut self.cloud.world(), &operation, id, spec)
        };
        let recorded = |world: &mut World| {
            let before = world.found(id, &self.region).map(|thing| (thing.place(), thing.clone()));
            let held = world.held();
            let answer = effect(world)?;
            world.check_held(&held, &format!("{operation} {id}"));
            if let Some((_, old)) = &before {
                world.remember(old);
            }
            if before.is_none() && !id.is_empty() {
                // What is not there is not changed.
                return Ok(answer);
            }
            let shown = before.as_ref().map(|(_, thing)| thing.shown_id().to_owned()).unwrap_or_default();
            let place = before.map_or_else(|| self.permit.address.to_string(), |(place, _)| place);
            let call = Call {
                at: Instant::now(),
                run: self.client.run.clone(),
                region: self.region.clone(),
                operation: operation.clone(),
                place,
                id: shown,
            };
            world.calls.push(call);
            Ok(answer)
        };
        self.cloud.send(&self.client, FAKE, &operation, &check, &recorded).await
    }

    /// Counts what this writer made as the stack's own.
    pub fn made(&self, id: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Checks a change against what the step may touch, as the product's gate does, and against the truth.
    fn admit(&self, world: &mut World, operation: &str, id: &str, spec: Option<&Value>) -> Result<()> {
        let permit = &self.permit;
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wrong = None;
        let stack = &permit.stack;
        let is_adopted = |thing: &Thing| operation.starts_with("Tag") && world.adopting.as_ref() == Some(&thing.id);
        let bears =
            |thing: &Thing| is_adopted(thing) || thing.is_of(&stack.tenant, &stack.environment) && !thing.is_copy();
        if !id.is_empty()
            && (!(permit.own.contains(id) || made.contains(id)) || !world.things.get(id).is_none_or(bears))
        {
            wrong = Some(id.to_owned());
        }
        for mentioned in spec.into_iter().flat_map(ids) {
            let is_permitted =
                permit.own.contains(&mentioned) || permit.mentioned.iter().any(|text| text.contains(&mentioned));
            // The YAML may name what is somebody else's by its id.
            if !is_permitted {
                wrong = Some(mentioned);
            }
        }
        let Some(foreign) = wrong else { return Ok(()) };
        let text = format!("{operation} for {} touches {foreign}, which is not the stack's", permit.address);
        world.trespasses.push(text.clone());
        Err(Failure::new(Class::Refused, text))
    }
}
