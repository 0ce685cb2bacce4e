use std::collections::BTreeSet;

use super::cloudformation::CloudFormation;
use super::{Attachable, Disruption, Identity, NameRule, Naming, Permissions, Replacement, Switch};

/// What the engine, the writer's gate, the export and the docs know of a [`Kind`](super::Kind).
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
    /// See [`Essentials::sends_once`].
    pub sends_once: &'static [&'static str],
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
    /// Properties of which, taken together (and with its name, on kinds that have one), only one living resource can have
    /// a value: a subnet's VPC and range. Something else that has them is in the way of a create, or is what was to be
    /// created and lost its tags. Where one of them refers to something, `list` finds what stands in it if that is asked
    /// for in [`Scope::also`](super::Scope::also).
    pub claims: &'static [&'static str],
    /// Properties whose values, over all resources of the kind in a stack, may be added to and not taken away while the
    /// stack lives: a network's range, the zones that its subnets stand in.
    pub lasting: &'static [&'static str],
    /// Properties under which all of the content is (`/DistributionConfig`): the digest has each property below them by
    /// itself.
    pub digest_below: &'static [&'static str],
    /// Whether a replacement can stand beside the old one.
    pub replacement: Replacement,
    /// What those who use it suffer when a new one, made first, takes its place: a load balancer has another name then.
    pub handover: Disruption,
    /// Lists of objects and the property that names an element; two of one name are a mistake.
    pub keyed: &'static [(&'static str, &'static str)],
    /// Keyed lists, or maps, that must not have a name in common: the variables of a container and its secrets. A `*` of
    /// the second is the same step as in the first.
    pub apart: &'static [(&'static str, &'static str)],
    /// Properties that count only beside others (the period of a rotation that is off); set without, they are a mistake.
    pub switches: &'static [Switch],
    /// Keyed lists of which only the elements are compared that are declared or known to the type, which fills in what AWS
    /// documents (load balancer attributes).
    pub listed_only: &'static [&'static str],
    /// Lists in which others may add elements: those are reported as unmanaged and left alone (routes, further ranges of a
    /// VPC).
    pub additive: &'static [&'static str],
    /// Properties that count only at creation; afterwards the live value is carried over.
    pub initial: &'static [&'static str],
    /// Properties that cannot be read back; they are sent again when their digest changed.
    pub write_only: &'static [&'static str],
    /// Write-only properties that say only how others are changed (parameters of the call): alone they are no difference.
    pub sent_along: &'static [&'static str],
    /// Properties that can be set after creation; cycles are cut there, and what waits for a person leaves them out.
    pub late: &'static [&'static str],
    /// Properties that count only beside a late one, which stands second: while that is left out, so are they.
    pub beside_late: &'static [(&'static str, &'static str)],
    /// Properties that give something to those who use the resource, or whom they name: rules, policies, routes, providers.
    /// An update gives before those are changed, and takes away after it: see [`Kind::widened`](super::Kind::widened).
    pub grants: &'static [&'static str],
    /// Lists of the security groups in which the resource stands: others come to it by what these admit. An update of such
    /// a list gives first and takes away last, as one of [`grants`](Self::grants); unlike those, it is a use of the groups.
    pub memberships: &'static [&'static str],
    /// Properties whose change starts a rollout: what runs is replaced by what needs only what the YAML says now. Any other
    /// update leaves running what runs, with all that it needs.
    pub rollout: &'static [&'static str],
    /// Properties that AWS raises by itself: a newer live value within the given prefix is equal (engine versions).
    pub versions: &'static [&'static str],
    /// Properties whose values are shown only on request (environments, commands, headers).
    pub sensitive: &'static [&'static str],
    /// Outputs that change when the resource is updated; unknown in the plan while it has an update.
    pub updated_outputs: &'static [&'static str],
    /// Whether it bears data or cannot be had back: never deleted or replaced without consent.
    pub stateful: bool,
    /// Whether a new one that is in use does all that the old one did, so that nothing is lost with that: a certificate, and
    /// neither a key, whose data it alone can read, nor an address, which others know.
    pub interchangeable: bool,
    /// Properties that make AWS refuse a deletion while they are true: what has one on goes by name only, and so does
    /// an update that turns it off.
    pub protection: &'static [&'static str],
    /// Properties that can be changed while the resource has not settled yet: such an update takes the place of what is under
    /// way. Without them, an update waits: most services refuse it until then. A change that can't come to its end by itself
    /// (tasks that don't start) has to be here, or nobody gets its correction in.
    pub overtakes: &'static [&'static str],
    /// Whether it can be deleted while it has not settled yet.
    pub deleted_unsettled: bool,
    /// Where [`Found::unmodelled`](super::Found::unmodelled) says how the last change went, which the next one mends: a difference only if alone.
    pub status: &'static [&'static str],
    /// What of [`Found::unmodelled`](super::Found::unmodelled) an update takes away that is handed its path. What is elsewhere is told and left to a
    /// person: an update would send nothing for it, say that it is done, and come again with every plan.
    pub mends: &'static [&'static str],
    /// Whether an update makes a new revision beside the old one (task definitions); old revisions are not claimants.
    pub revisioned: bool,
    /// Whether a new one waits for a person before it can be used (a certificate for its DNS records).
    pub awaits_person: bool,
    /// Whether an update sends all of it, so that what the spec cannot express is lost (the rules of a web ACL).
    pub sent_whole: bool,
    /// Whether create needs several calls: its digest reads `pending` until all are done.
    pub several_calls: bool,
    /// Why, and for how long, AWS goes on showing a deleted one with its tags, if it does. The ledger says so.
    pub lingers: Option<&'static str>,
    /// Whether it is deleted after everything that may still make it anew (log groups that services write to).
    pub deleted_last: bool,
    /// Properties that name what is needed to read what a deletion leaves (the key of a final snapshot).
    pub leaves: &'static [&'static str],
    /// What a deletion leaves it for (a key, for its snapshots), where AWS alone knows whether there is such.
    pub stays_for: Option<&'static str>,
    /// The IAM actions that [`Kind::answer`](super::Kind::answer) needs, all of them reads. Who may not call them is told less, and no more.
    pub asks: &'static [&'static str],
    /// Typical seconds from the first create call until ready, for the order of steps and the estimate.
    pub seconds: u32,
    /// How CloudFormation says what the kind says otherwise, for the export.
    pub cloudformation: CloudFormation,
    /// The longest that an apply waits for one of the kind, in seconds; without it see [`Facts::patience`].
    pub patience: Option<u32>,
}

/// The facts without a default: a kind that leaves one of them out does not compile.
#[derive(Clone, Copy, Debug)]
pub struct Essentials {
    /// The CloudFormation type, `AWS::EC2::Subnet`.
    pub kind: &'static str,
    /// The service by which its ARNs name it (`elasticloadbalancing`) in the tag index, the Resource Groups Tagging API: where
    /// no template names the type, it is read of the stacks of which the index shows something of that service. None: the
    /// index does not show it, and it is always read.
    pub indexed_as: Option<&'static str>,
    /// Whether its resources belong to no region, and are listed in each: IAM's roles.
    pub is_global: bool,
    /// The output that CloudFormation's `Ref` returns.
    pub reference: &'static str,
    /// How AWS names it.
    pub name: NameRule,
    /// Whether AWS can tag it; if not, its name says whose it is.
    pub identity: Identity,
    /// CloudFormation's property for the physical name, of kinds that have one. A key has none: its name is its alias.
    pub name_property: Option<&'static str>,
    /// Creates that have neither a token nor a natural key: sent twice they make two, so they are never sent again.
    pub sends_once: &'static [&'static str],
    /// The prefixes of the ids that AWS makes for it, `subnet-`, of which 8 or 17 hexadecimal digits follow: by them the
    /// writer's gate sees whether a call names something that is not the stack's.
    pub id_prefixes: &'static [&'static str],
    /// What others can attach to it, and how that is told.
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
    /// The facts of a kind of which there is no more to say than what every kind has to.
    pub const fn of(essentials: Essentials) -> Self {
        let Essentials {
            kind,
            is_global,
            indexed_as,
            reference,
            name,
            identity,
            name_property,
            sends_once,
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
            sends_once,
            id_prefixes,
            attachable,
            example,
            changed,
            permissions,
            create_only: &[],
            claims: &[],
            lasting: &[],
            digest_below: &[],
            replacement: Replacement::DeleteFirst,
            handover: Disruption::None,
            keyed: &[],
            apart: &[],
            switches: &[],
            listed_only: &[],
            additive: &[],
            initial: &[],
            write_only: &[],
            sent_along: &[],
            late: &[],
            beside_late: &[],
            grants: &[],
            memberships: &[],
            rollout: &[],
            versions: &[],
            sensitive: &[],
            updated_outputs: &[],
            stateful: false,
            interchangeable: false,
            protection: &[],
            overtakes: &[],
            deleted_unsettled: false,
            status: &[],
            mends: &[],
            revisioned: false,
            awaits_person: false,
            sent_whole: false,
            several_calls: false,
            lingers: None,
            deleted_last: false,
            leaves: &[],
            stays_for: None,
            asks: &[],
            seconds: 2,
            cloudformation: CloudFormation::SAME,
            patience: None,
        }
    }

    /// What its resources are called.
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
        assert!(matches!(self.name, NameRule::Unique { .. }), "a name that tells whose it is has no hash");
        if let Some(room) = self.identity.digest_room() {
            assert!(room >= 32, "a note with no room for a digest is none");
        } else {
            assert!(self.write_only.is_empty(), "without a digest nobody knows that a write-only property changed");
            assert!(
                self.additive.is_empty(),
                "without a digest nobody knows which elements of an additive list are ours"
            );
            assert!(
                !self.several_calls && self.late.is_empty(),
                "without a digest nobody knows that a create is half done"
            );
        }
    }

    /// Whether it is read of every stack of a project whose templates name these types: one of them, or what no tag index shows.
    pub fn is_always_read(&self, named: &BTreeSet<String>) -> bool {
        self.indexed_as.is_none() || named.contains(self.kind)
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
    pub fn patience(&self) -> u32 {
        self.patience.unwrap_or(3 * self.seconds + 30 * 60)
    }
}
