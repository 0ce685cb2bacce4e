use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair};

use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::elb;
use crate::kinds::shared::ownership;
use crate::kinds::shared::ownership::is_same;
use crate::resource::{Result, Tags, key};

/// The last priority that AWS allows.
const LAST: i32 = 50_000;
/// What AWS says when another rule of the listener has the priority.
pub const IN_USE: &str = "PriorityInUse";

/// A rule's ARN and priority.
type Place = (String, i32);

/// How a priority is had.
#[derive(Debug, PartialEq, Eq)]
enum Move {
    /// Nothing stands in the way.
    Set(Vec<Place>),
    /// This rule stands there; if it is of our stack, these places are set in one call, which AWS carries out as one.
    Displace { holder: String, places: Vec<Place> },
}

/// Decides how the rule `own` gets the priority `wanted`.
///
/// The rule that holds it takes our old priority. So two rules that swap are both right after the first of the two
/// updates, and the second finds nothing to do; of three in a circle each update puts one right and displaces only rules
/// that have to move anyway.
fn take(rules: &[Place], own: &str, wanted: i32) -> Move {
    let old = rules.iter().find(|(arn, _)| arn == own).map(|(_, priority)| *priority);
    let place = (own.to_owned(), wanted);
    match holder(rules, wanted) {
        Some(holder) if holder != own => {
            let aside = old.unwrap_or_else(|| free(rules));
            Move::Displace { holder: holder.to_owned(), places: vec![place, (holder.to_owned(), aside)] }
        }
        Some(_) => Move::Set(Vec::new()),
        None => Move::Set(vec![place]),
    }
}

fn holder(rules: &[Place], priority: i32) -> Option<&str> {
    rules.iter().find(|(_, taken)| *taken == priority).map(|(arn, _)| arn.as_str())
}

/// The last free priority: behind everything, where a displaced rule does least harm until its own step.
fn free(rules: &[Place]) -> i32 {
    (1..=LAST).rev().find(|priority| holder(rules, *priority).is_none()).expect("a listener has far fewer rules")
}

/// Gives a rule its priority, moving another rule of the same stack out of the way.
///
/// AWS reorders rules within one call. Where that is refused (a step of the same plan was quicker, or an emulator knows
/// no better), the holder goes behind everything first, until its own step puts it right, and we look again.
pub async fn set(writer: &Writer, listener: &str, own: &str, wanted: i32, tags: &Tags) -> Result<()> {
    let attempt = || async {
        let rules = places(writer, listener).await?;
        let (holder, places) = match take(&rules, own, wanted) {
            Move::Set(places) => return send(writer, places).await,
            Move::Displace { holder, places } => (holder, places),
        };
        let theirs = elb::tags(writer, &holder).await?;
        check_owner(&holder, wanted, &theirs, tags)?;
        match send(writer, places).await {
            Err(failure) if failure.code == IN_USE => {
                send(writer, vec![(holder, free(&rules))]).await?;
                Err(failure)
            }
            other => other,
        }
    };
    retry(MINUTE, |failure| failure.code == IN_USE, attempt).await
}

/// Who has the priority that a new rule wants.
pub enum Room {
    /// The rule itself, from an earlier create that was cut short.
    Ours(String),
    /// Nobody any more.
    Free,
}

/// Makes room for a new rule. A rule of the same stack that is to go or to move in the same run is moved aside.
pub async fn make_room(writer: &Writer, listener: &str, wanted: i32, tags: &Tags) -> Result<Room> {
    let rules = places(writer, listener).await?;
    let Some(holder) = holder(&rules, wanted) else { return Ok(Room::Free) };
    let theirs = elb::tags(writer, holder).await?;
    if is_same(&theirs, tags) {
        return Ok(Room::Ours(holder.to_owned()));
    }
    check_owner(holder, wanted, &theirs, tags)?;
    send(writer, vec![(holder.to_owned(), free(&rules))]).await?;
    Ok(Room::Free)
}

/// Only rules of our own stack are moved; the refusal names the owner.
fn check_owner(holder: &str, priority: i32, theirs: &Tags, ours: &Tags) -> Result<()> {
    let project = theirs.get(key::PROJECT);
    if project.is_some() && project == ours.get(key::PROJECT) && theirs.stack() == ours.stack() {
        return Ok(());
    }
    ownership::adopt(&format!("a rule of priority {priority} ({holder})"), theirs, ours)
        .map_err(|failure| failure.hint("give the rule another Priority, or remove the foreign rule"))
}

async fn places(writer: &Writer, listener: &str) -> Result<Vec<Place>> {
    let call = writer.elb().describe_rules().listener_arn(listener).page_size(elb::PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    Ok(all.iter().filter_map(|rule| Some((rule.rule_arn()?.to_owned(), of(rule)?))).collect())
}

/// Returns a rule's priority; the default rule has none.
pub fn of(rule: &Rule) -> Option<i32> {
    rule.priority()?.parse().ok()
}

async fn send(writer: &Writer, places: Vec<Place>) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let pair = |(arn, priority): Place| RulePriorityPair::builder().rule_arn(arn).priority(priority).build();
    let pairs = places.into_iter().map(pair).collect();
    writer.elb().set_rule_priorities().set_rule_priorities(Some(pairs)).send().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(places: &[(&str, i32)]) -> Vec<Place> {
        places.iter().map(|(arn, priority)| ((*arn).to_owned(), *priority)).collect()
    }

    /// Carries a move out, as AWS would.
    fn carry_out(rules: &mut [Place], own: &str, wanted: i32) {
        let (Move::Set(places) | Move::Displace { places, .. }) = take(rules, own, wanted);
        for (arn, priority) in places {
            rules.iter_mut().find(|(other, _)| *other == arn).unwrap().1 = priority;
        }
    }

    #[test]
    fn two_rules_that_swap_are_right_after_the_first_step_and_the_second_does_nothing() {
        let mut live = rules(&[("a", 1), ("b", 2)]);
        carry_out(&mut live, "a", 2);
        assert_eq!(live, rules(&[("a", 2), ("b", 1)]));
        assert_eq!(take(&live, "b", 1), Move::Set(Vec::new()));
    }

    #[test]
    fn three_rules_in_a_circle_come_right_in_any_order() {
        let goal = [("a", 2), ("b", 3), ("c", 1)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut live = rules(&[("a", 1), ("b", 2), ("c", 3)]);
            for step in order {
                carry_out(&mut live, goal[step].0, goal[step].1);
            }
            assert_eq!(live, rules(&goal));
        }
    }

    #[test]
    fn a_free_priority_is_simply_taken() {
        assert_eq!(take(&rules(&[("a", 1)]), "a", 5), Move::Set(rules(&[("a", 5)])));
        assert_eq!(free(&rules(&[("a", LAST), ("b", LAST - 1)])), LAST - 2);
    }
}
