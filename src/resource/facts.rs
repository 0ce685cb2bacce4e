use std::collections::BTreeSet;

use serde_json::Value;

use super::cloudformation::CloudFormation;
use super::{Attachable, Disruption, Identity, NameRule, Naming, Permissions, Quota, Replacement, Sole, Switch};

/// The facts of a [`Kind`](super::Kind), for the engine, the writer's gate, the export and the docs.
///
/// Paths are JSON pointers into the spec, where `*` stands for any one step and elements of keyed lists are named by their
/// key. The facts that no kind may leave unsaid come from [`Essentials`]; every other has a default that fits most kinds.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// See [`Essentials::kind`].
    pub kind: &'static str,
    /// See [`Essentials::indexed_as`].
    pub indexed_as: Option<&'static str>,
    /// See [`Essentials::is_global`].
    pub is_global: bool,
    /// See [`Essentials::reference`].
    pub reference: &'static str,
    /// See [`Essentials::name`].
    pub name: NameRule,
    /// See [`Essentials::identity`].
    pub identity: Identity,
    /// See [`Essentials::name_property`].
    pub name_property: Option<&'static str>,
    /// See [`Essentials::non_idempotent`].
    pub non_idempotent: &'static [&'static str],
    /// See [`Essentials::id_prefixes`].
    pub id_prefixes: &'static [&'static str],
    /// See [`Essentials::attachable`].
    pub attachable: &'static [Attachable],
    /// See [`Essentials::example`].
    pub example: &'static str,
    /// See [`Essentials::changed`].
    pub changed: &'static str,
    /// See [`Essentials::permissions`].
    pub permissions: Permissions,
    /// Properties that only a new resource can have differently.
    pub create_only: &'static [&'static str],
    /// Properties of which, taken together (and with the name, on kinds that have one), only one live resource can have a
    /// value: a subnet's VPC and range. A resource that has them without our tags is in the way of a create, or is the
    /// missing resource itself. Where one of them is a reference, `list` also returns the resources in its target, if
    /// [`Scope::requested`](super::Scope::requested) has that.
    pub unique_key: &'static [&'static str],
    /// Where AWS has one alone, whoever made it: whatever is there and is not this resource is in the way of it, under any
    /// name, and no two stacks of one such place can have it.
    pub sole: Option<Sole>,
    /// The changing calls that name nothing, since they are about the one thing that there is: the writer's gate lets none but
    /// a step of this kind make them.
    pub nameless: &'static [&'static str],
    /// Properties whose values, over all resources of the kind in a stack, can be added and not removed while the stack
    /// lives: a network's range, the zones of its subnets.
    pub immutable_in_stack: &'static [&'static str],
    /// Properties under which all of the content is (`/DistributionConfig`): the digest has each property below them by
    /// itself.
    pub digest_below: &'static [&'static str],
    /// Whether a replacement can stand beside the old one.
    pub replacement: Replacement,
    /// The disruption for its users when a replacement that was created first takes its place: a load balancer has
    /// another DNS name then.
    pub replacement_disruption: Disruption,
    /// The disruption for its users when it is deleted and none takes its place: whoever watches an alarm is no user.
    pub deletion_disruption: Disruption,
    /// Lists of objects and the property that names an element; two of one name are a mistake.
    pub keyed: &'static [(&'static str, &'static str)],
    /// Pairs of keyed lists, or maps, that must not have a name in common: the variables of a container and its secrets. A
    /// `*` of the second is the same step as in the first.
    pub disjoint_names: &'static [(&'static str, &'static str)],
    /// Properties that count only beside others (the period of a rotation that is off); without these they are a mistake.
    pub switches: &'static [Switch],
    /// Keyed lists of which only those elements are compared that the template declares or the type fills in with AWS's
    /// documented defaults (load balancer attributes).
    pub declared_only: &'static [&'static str],
    /// Lists to which others may add elements: those are reported as unmanaged and left alone (routes, further ranges of a
    /// VPC).
    pub additive: &'static [&'static str],
    /// Properties that count only at creation; afterwards the live value is carried over, whatever the template says.
    pub ignored_after_create: &'static [&'static str],
    /// Properties that cannot be read back; they are sent again when their digest changed.
    pub write_only: &'static [&'static str],
    /// Write-only properties that say only how the call changes others (`ApplyImmediately`): alone they are no difference.
    pub call_parameters: &'static [&'static str],
    /// Properties that can be set after creation: circles of references are cut there, and they are left out while they
    /// refer to a resource that waits for a person.
    pub deferrable: &'static [&'static str],
    /// Properties that AWS takes only of a resource that is ready: after the create an update of its own sets them, before
    /// anybody uses it.
    pub set_when_ready: &'static [&'static str],
    /// Properties that count only beside a deferrable one, which stands second: they are left out with it.
    pub deferred_with: &'static [(&'static str, &'static str)],
    /// Properties that grant something to the users of the resource, or to resources that they name: rules, policies,
    /// routes, providers. An update adds before these are changed, and removes afterwards: see
    /// [`Kind::union`](super::Kind::union).
    pub grants: &'static [&'static str],
    /// Lists of the security groups in which the resource stands: others reach it by the rules of these. An update of such a
    /// list adds first and removes last, as one of [`grants`](Self::grants); unlike those, it is a use of the groups.
    pub memberships: &'static [&'static str],
    /// Properties whose change starts a rollout: the running version is replaced by one that needs only what the YAML says
    /// now. Any other update leaves the running version as it is, with all that it needs.
    pub rollout: &'static [&'static str],
    /// Properties that AWS raises by itself: a newer live value within the given prefix is equal (engine versions).
    pub auto_upgraded: &'static [&'static str],
    /// Properties whose values are shown only on request (environments, commands, headers).
    pub sensitive: &'static [&'static str],
    /// Outputs that change when the resource is updated; unknown in the plan while it has an update.
    pub updated_outputs: &'static [&'static str],
    /// Whether it bears data or can't be had back: never deleted or replaced without consent.
    pub stateful: bool,
    /// Whether nothing is lost with the old resource once its successor is in use: a certificate. Neither a key, which alone
    /// can read its data, nor an address, which others know.
    pub interchangeable: bool,
    /// Properties that make AWS refuse a deletion while they are true, or objects that do while they are there: a deletion of
    /// such a resource needs its name, and so does an update that turns one off.
    pub protection: &'static [&'static str],
    /// Properties that can be changed while the resource has not settled yet: such an update preempts the change under way.
    /// An update of other properties waits, since most services refuse it until then. A change that can't end by itself
    /// (tasks that don't start) has to be here, or its correction never gets in.
    pub preempts: &'static [&'static str],
    /// Whether it can be deleted while it has not settled yet.
    pub deletable_unsettled: bool,
    /// Where [`Found::unmodelled`](super::Found::unmodelled) says how the last change went, which the next one mends: a
    /// difference only if alone.
    pub status: &'static [&'static str],
    /// Paths of [`Found::unmodelled`](super::Found::unmodelled) that an update takes away. Unmodelled parts elsewhere are
    /// shown and left to a person: an update would send nothing for them, report success, and come again with every plan.
    pub prunes: &'static [&'static str],
    /// How everything that runs in it is started anew, where AWS offers that.
    pub restart: Option<Restart>,
    /// The property that names the revision which runs, of a kind that [can go back](super::Kind::way_back) to one before.
    pub rollback: Option<&'static str>,
    /// Whether an update makes a new revision beside the old one (task definitions); old revisions are not claimants.
    pub revisioned: bool,
    /// Whether a new one waits for a person's action before it can be used (a certificate for its DNS records).
    pub awaits_action: bool,
    /// Outputs that it has while it waits for a person, and that say what is asked for; each by its whole name, or by what
    /// stands before a dot. A resource that refers to these alone does what is asked in the person's place: it is not held.
    pub asks: &'static [&'static str],
    /// Whether an update overwrites the whole object, as a PUT does, so that parts which the spec can't express are lost
    /// (the rules of a web ACL).
    pub put_semantics: bool,
    /// Whether a stack has many of them, of which one says little (alarms): where a plan creates more than a few, people are
    /// shown how many. Other changes are always shown one by one.
    pub folds_in_plans: bool,
    /// Whether create needs several calls, at least for [some specs](super::Kind::several_calls): its digest reads `pending`
    /// until all are done.
    pub several_calls: bool,
    /// Why, and for how long, AWS goes on showing a deleted one with its tags, if it does: for the summary of a run.
    pub tombstone: Option<&'static str>,
    /// Whether it is deleted after everything that may still make it anew (log groups that services write to).
    pub deleted_last: bool,
    /// Properties that name a resource without which a thing that a deletion keeps can't be read (the key of a final
    /// snapshot).
    pub kept_with: &'static [&'static str],
    /// The things for which a deletion keeps it (a key, for its snapshots), where only AWS knows whether there are any.
    pub kept_for: Option<&'static str>,
    /// What becomes of it when it leaves the stack, where that is not that it is gone: for reviewers of the deletion.
    pub left_as: Option<&'static str>,
    /// The IAM actions that [`Kind::answer`](super::Kind::answer) needs, all of them reads. A role
    /// without them gets a warning.
    pub preflight_reads: &'static [&'static str],
    /// The quotas of AWS that its resources count against; see [`Kind::in_use`](super::Kind::in_use). Not those of a hundred
    /// thousand and more, which no plan meets.
    pub quotas: &'static [Quota],
    /// Typical seconds from the first create call until ready, for the order of steps and the estimate.
    pub seconds: u32,
    /// Parts of the spec that CloudFormation has in another form, for the export.
    pub cloudformation: CloudFormation,
    /// The longest that an apply waits for one of the kind, in seconds; without it see [`Facts::timeout`].
    pub timeout: Option<u32>,
}

/// A restart: an update of one path, by which the kind knows it, and of nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Restart {
    /// A path that is in no spec.
    pub path: &'static str,
    /// What becomes of what runs, in words, from the live spec.
    pub told: fn(&Value) -> String,
}

/// The facts without a default: a kind that leaves one of them out does not compile.
#[derive(Clone, Copy, Debug)]
pub struct Essentials {
    /// The CloudFormation type, `AWS::EC2::Subnet`.
    pub kind: &'static str,
    /// The service by which its ARNs name it (`elasticloadbalancing`) in the tag index, the Resource Groups Tagging API:
    /// where no template names the type, it is read of the stacks of which the index shows something of that service. Behind a
    /// colon may stand how such an ARN goes on behind the account (`ssm:parameter/`). None: the index does not show it, and it
    /// is always read.
    pub indexed_as: Option<&'static str>,
    /// Whether its resources belong to no region, and are listed in each: IAM's roles.
    pub is_global: bool,
    /// The output that CloudFormation's `Ref` returns.
    pub reference: &'static str,
    /// How AWS names it.
    pub name: NameRule,
    /// Whether AWS can tag it; if not, its name or a thing beside it says whose it is.
    pub identity: Identity,
    /// CloudFormation's property for the physical name, on kinds that have one. A key has none: its name is its alias.
    pub name_property: Option<&'static str>,
    /// Creates that have neither a token nor a natural key: sent twice they make two, so they are never sent again.
    pub non_idempotent: &'static [&'static str],
    /// The prefixes of the ids that AWS makes for it, `subnet-`, of which 8 or 17 hexadecimal digits follow: by them the
    /// writer's gate sees whether a call names something that is not the stack's.
    pub id_prefixes: &'static [&'static str],
    /// The things that others can attach to it, and how each is detected.
    pub attachable: &'static [Attachable],
    /// A small template that needs nothing else: the example in the docs, and what the life-cycle test creates.
    pub example: &'static str,
    /// The example with a different value for every property that can be updated, which the life-cycle test applies to it;
    /// empty where tags alone can.
    pub changed: &'static str,
    /// The IAM actions that each verb needs; a reader refuses every operation that no kind lists under `read`.
    pub permissions: Permissions,
}

impl Facts {
    /// The facts of a kind that leaves every other at its default.
    pub const fn of(essentials: Essentials) -> Self {
        let Essentials {
            kind,
            is_global,
            indexed_as,
            reference,
            name,
            identity,
            name_property,
            non_idempotent,
            id_prefixes,
            attachable,
            example,
            changed,
            permissions,
        } = essentials;
        Self {
            kind,
            is_global,
            indexed_as,
            reference,
            name,
            identity,
            name_property,
            non_idempotent,
            id_prefixes,
            attachable,
            example,
            changed,
            permissions,
            create_only: &[],
            unique_key: &[],
            sole: None,
            nameless: &[],
            immutable_in_stack: &[],
            digest_below: &[],
            replacement: Replacement::DeleteFirst,
            replacement_disruption: Disruption::None,
            deletion_disruption: Disruption::Outage,
            keyed: &[],
            disjoint_names: &[],
            switches: &[],
            declared_only: &[],
            additive: &[],
            ignored_after_create: &[],
            write_only: &[],
            call_parameters: &[],
            deferrable: &[],
            set_when_ready: &[],
            deferred_with: &[],
            grants: &[],
            memberships: &[],
            rollout: &[],
            auto_upgraded: &[],
            sensitive: &[],
            updated_outputs: &[],
            stateful: false,
            interchangeable: false,
            protection: &[],
            preempts: &[],
            deletable_unsettled: false,
            status: &[],
            prunes: &[],
            restart: None,
            rollback: None,
            revisioned: false,
            awaits_action: false,
            asks: &[],
            put_semantics: false,
            folds_in_plans: false,
            several_calls: false,
            tombstone: None,
            deleted_last: false,
            kept_with: &[],
            kept_for: None,
            left_as: None,
            preflight_reads: &[],
            quotas: &[],
            seconds: 2,
            cloudformation: CloudFormation::SAME,
            timeout: None,
        }
    }

    /// The names of its resources.
    pub fn naming(&self) -> Naming {
        Naming { rule: self.name, identity: self.identity }
    }

    /// Whether it bears its own name in `provision:id`, which tells it from its copies.
    pub fn bears_id(&self) -> bool {
        self.name.is_physical() && self.identity.bears(super::key::ID)
    }

    /// Refuses facts that can't be true together; a kind that has them does not compile.
    pub(super) const fn check(&self) {
        if matches!(self.identity, Identity::Tags) {
            return;
        }
        assert!(self.indexed_as.is_none(), "no tag index shows what has no tags");
        let is_unique = matches!(self.name, NameRule::Unique { .. });
        assert!(is_unique || !self.identity.is_name(), "a name that tells whose it is has no hash");
        if let Some(room) = self.identity.digest_room() {
            assert!(room >= 32, "a note with no room for a digest is none");
        } else {
            assert!(self.write_only.is_empty(), "without a digest nobody knows that a write-only property changed");
            assert!(
                self.additive.is_empty(),
                "without a digest nobody knows which elements of an additive list are ours"
            );
            assert!(
                !self.several_calls && self.deferrable.is_empty() && self.set_when_ready.is_empty(),
                "without a digest nobody knows that a create is half done"
            );
        }
    }

    /// Whether it is read of every stack of a project whose templates name these types: one of them, or what no tag index
    /// shows.
    pub fn is_always_read(&self, named: &BTreeSet<String>) -> bool {
        self.indexed_as.is_none() || named.contains(self.kind)
    }

    /// Whether a thing of the tag index, `ec2:vpc/vpc-1`, says that there may be one of the kind: it is of the service that shows
    /// the kind, or of the part of it that the kind names.
    pub fn is_shown_by(&self, thing: &str) -> bool {
        self.indexed_as.is_none_or(|service| is_of(thing, service))
    }

    /// Whether an output is one of those that say what a person is asked for.
    pub fn is_asking(&self, output: &str) -> bool {
        let is_it = |own: &&str| output.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.asks.iter().any(is_it)
    }

    /// The part of a spec that a path is in, as the digest has them: a top-level property, or one
    /// [below](Self::digest_below) such a one; a pointer without its first slash.
    pub fn digested<'p>(&self, path: &'p str) -> &'p str {
        let path = path.strip_prefix('/').unwrap_or(path);
        let end = |steps: usize| path.match_indices('/').nth(steps - 1).map_or(path.len(), |(at, _)| at);
        let property = &path[..end(1)];
        let is_parted = self.digest_below.iter().any(|below| below.strip_prefix('/') == Some(property));
        if is_parted { &path[..end(2)] } else { property }
    }

    /// The longest that an apply waits for one of the kind, in seconds. Ending a wait forgets nothing: the next run goes on.
    pub fn timeout(&self) -> u32 {
        self.timeout.unwrap_or(3 * self.seconds + 30 * 60)
    }
}

/// Whether a thing of the tag index is of a service, or of the part of it that is named behind a colon.
fn is_of(thing: &str, service: &str) -> bool {
    let rest = thing.strip_prefix(service);
    rest.is_some_and(|rest| service.contains(':') || rest.is_empty() || rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_of_its_service_and_of_the_part_that_it_begins_with() {
        assert!(is_of("ssm:parameter/a/b", "ssm") && is_of("ssm", "ssm"));
        assert!(is_of("ssm:parameter/a/b", "ssm:parameter/a/") && !is_of("ssm:parameter/b", "ssm:parameter/a/"));
        assert!(!is_of("ecs:cluster/a", "ec") && !is_of("ssmx:a", "ssm"));
    }
}
