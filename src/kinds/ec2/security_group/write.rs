use aws_sdk_ec2::types::IpPermission;

use super::rule::Rule;
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::shared::deletion::gone;
use crate::resource::{Class, Failure, Result};

/// Which way rules go; EC2 has an operation of its own for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

/// How one list of rules becomes another without a moment in which something wanted is refused, if the group has room for
/// both.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// First: what is new.
    authorise: Vec<Rule>,
    /// What stands, under another description.
    describe: Vec<Rule>,
    /// Last: what goes.
    revoke: Vec<Rule>,
}

impl Steps {
    pub fn between(live: &[Rule], desired: &[Rule]) -> Self {
        let find = |rules: &[Rule], like: &Rule| rules.iter().find(|rule| rule.is_same(like)).cloned();
        let mut steps = Self::default();
        for rule in desired {
            match find(live, rule) {
                None => steps.authorise.push(rule.clone()),
                Some(there) if there.description != rule.description => steps.describe.push(rule.clone()),
                Some(_) => {}
            }
        }
        let gone = live.iter().filter(|rule| find(desired, rule).is_none());
        steps.revoke = gone.map(Rule::without_description).collect();
        steps
    }

    pub async fn take(&self, writer: &Writer, group: &str, direction: Direction) -> Result<()> {
        let call = Call { writer, group, direction };
        match call.each(&self.authorise, Verb::Authorise).await {
            Err(failure) if failure.is(Class::Quota) && !self.revoke.is_empty() => return self.make_room(&call).await,
            other => other?,
        }
        call.each(&self.describe, Verb::Describe).await?;
        call.each(&self.revoke, Verb::Revoke).await
    }

    /// Revokes before it authorises. What goes is put back if the new rules don't fit by themselves either.
    async fn make_room(&self, call: &Call<'_>) -> Result<()> {
        call.each(&self.revoke, Verb::Revoke).await?;
        if let Err(failure) = call.each(&self.authorise, Verb::Authorise).await {
            call.each(&self.revoke, Verb::Authorise).await?;
            return Err(failure);
        }
        call.each(&self.describe, Verb::Describe).await
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Authorise,
    Describe,
    Revoke,
}

impl Verb {
    /// Returns whether the failure means that the rule is as wanted already.
    fn is_done(self, failure: &Failure) -> bool {
        match self {
            Self::Authorise => failure.code == "InvalidPermission.Duplicate",
            Self::Describe => false,
            Self::Revoke => failure.code == NO_RULE,
        }
    }
}

/// What EC2 says of a rule that is not there: no matter of waiting, unlike a fresh group.
const NO_RULE: &str = "InvalidPermission.NotFound";

struct Call<'a> {
    writer: &'a Writer,
    group: &'a str,
    direction: Direction,
}

impl Call<'_> {
    /// Sends all rules in one call. EC2 does all or nothing, so if one of them is as wanted already (somebody was
    /// quicker), they are sent one by one.
    async fn each(&self, rules: &[Rule], verb: Verb) -> Result<()> {
        if rules.is_empty() {
            return Ok(());
        }
        match self.send(verb, rules.iter().map(Rule::permission).collect()).await {
            Err(failure) if verb.is_done(&failure) => {}
            other => return other,
        }
        for rule in rules {
            match self.send(verb, vec![rule.permission()]).await {
                Err(failure) if verb.is_done(&failure) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Two minutes for groups, ours and those the rules name, that are seconds old.
    async fn send(&self, verb: Verb, rules: Vec<IpPermission>) -> Result<()> {
        let is_fresh = |failure: &Failure| ec2::is_fresh(failure) && failure.code != NO_RULE;
        retry(2 * MINUTE, is_fresh, || self.send_once(verb, rules.clone())).await
    }

    async fn send_once(&self, verb: Verb, rules: Vec<IpPermission>) -> Result<()> {
        use {Direction as D, Verb as V};
        let (ec2, group, rules) = (self.writer.ec2(), self.group, Some(rules));
        match (verb, self.direction) {
            (V::Authorise, D::In) => {
                ec2.authorize_security_group_ingress().group_id(group).set_ip_permissions(rules).send().await?;
            }
            (V::Authorise, D::Out) => {
                ec2.authorize_security_group_egress().group_id(group).set_ip_permissions(rules).send().await?;
            }
            (V::Describe, D::In) => {
                let call = ec2.update_security_group_rule_descriptions_ingress();
                call.group_id(group).set_ip_permissions(rules).send().await?;
            }
            (V::Describe, D::Out) => {
                let call = ec2.update_security_group_rule_descriptions_egress();
                call.group_id(group).set_ip_permissions(rules).send().await?;
            }
            (V::Revoke, D::In) => {
                ec2.revoke_security_group_ingress().group_id(group).set_ip_permissions(rules).send().await?;
            }
            (V::Revoke, D::Out) => {
                ec2.revoke_security_group_egress().group_id(group).set_ip_permissions(rules).send().await?;
            }
        }
        Ok(())
    }
}

/// Revokes a rule that EC2 may have put into a group.
pub async fn revoke_if_there(writer: &Writer, group: &str, rule: &Rule, direction: Direction) -> Result<()> {
    let call = Call { writer, group, direction };
    match call.send(Verb::Revoke, vec![rule.permission()]).await {
        Err(failure) if Verb::Revoke.is_done(&failure) => Ok(()),
        answer => answer,
    }
}

/// Revokes everything; a group that is gone has no rules, and a rule goes with the group that it names. So nothing that
/// is missing is waited for.
pub async fn revoke_all(writer: &Writer, group: &str, rules: &[Rule], direction: Direction) -> Result<()> {
    let revoke: Vec<_> = rules.iter().map(|rule| rule.without_description().permission()).collect();
    if revoke.is_empty() {
        return Ok(());
    }
    let call = Call { writer, group, direction };
    match call.send_once(Verb::Revoke, revoke.clone()).await {
        // One that is missing stops them all.
        Err(failure) if failure.is(Class::NotFound) => {}
        other => return other,
    }
    for rule in revoke {
        gone(call.send_once(Verb::Revoke, vec![rule]).await)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(port: i32, range: &str, description: &str) -> Rule {
        Rule {
            protocol: "tcp".into(),
            from_port: Some(port),
            to_port: Some(port),
            cidr: range.into(),
            description: description.into(),
            ..Rule::default()
        }
    }

    #[test]
    fn a_new_description_neither_adds_nor_removes_a_rule() {
        let steps = Steps::between(&[tcp(443, "0.0.0.0/0", "web")], &[tcp(443, "0.0.0.0/0", "the world")]);
        assert_eq!(steps, Steps { describe: vec![tcp(443, "0.0.0.0/0", "the world")], ..Steps::default() });
    }

    #[test]
    fn a_foreign_rule_goes_and_a_missing_one_comes() {
        let steps = Steps::between(&[tcp(22, "0.0.0.0/0", "by hand")], &[tcp(443, "10.0.0.0/8", "")]);
        assert_eq!(steps.authorise, [tcp(443, "10.0.0.0/8", "")]);
        assert_eq!(steps.revoke, [tcp(22, "0.0.0.0/0", "")]);
    }

    #[test]
    fn a_new_group_without_declared_egress_loses_the_rule_that_lets_everything_out() {
        assert_eq!(Steps::between(&[Rule::allow_all()], &[]).revoke, [Rule::allow_all()]);
        assert_eq!(Steps::between(&[Rule::allow_all()], &[Rule::allow_all()]), Steps::default());
    }
}
