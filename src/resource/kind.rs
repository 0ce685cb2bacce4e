use std::future::Future;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Address, Attached, Changes, Class, Disruption, Facts, Failure, FieldDiff, InUse, Mistake, Name, Neighbours,
    Pending, Question, Quota, Result, Scope, State, States, Tags, Turn, WayBack, Window, normal,
};

/// The cloud of a kind: AWS, or the fake one of the tests.
pub trait Cloud: 'static {
    /// Can only read.
    type Reader: Send + Sync;
    /// Made for one step; can change what the step may touch.
    type Writer: Send + Sync;
}

/// One AWS resource type: how to read it in bulk, and how to create, change, retag and delete it.
///
/// [`FACTS`](Kind::FACTS) has everything that data can say; the functions have the rest.
pub trait Kind: Sized + Send + Sync + 'static {
    type Cloud: Cloud;
    /// The facts by which the engine knows it.
    const FACTS: Facts;

    /// The properties, named and shaped as CloudFormation's.
    type Spec: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// CloudFormation's return values, which references are checked against; `#[serde(skip)]` fields may keep lock tokens
    /// for update and delete.
    type Outputs: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// Reads everything of this kind that the scope's stacks own, in bulk.
    fn list(reader: &Reader<Self>, scope: &Scope) -> impl Future<Output = Result<Listing<Self>>> + Send;

    /// Returns the states of some things, by what names their ids: what the engine asks while it waits, before it lists what
    /// has come to its end. What is not found is left out. None: the kind can't be read so, or its list is one call as well.
    fn states(_reader: &Reader<Self>, _ids: &[String]) -> impl Future<Output = Result<Option<States>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Makes it, idempotently. It need not be ready on return: the engine lists until it is.
    fn create(
        writer: &Writer<Self>,
        name: &Name,
        spec: &Self::Spec,
        tags: &Tags,
    ) -> impl Future<Output = Result<Made<Self>>> + Send;

    /// Carries out the planned changes, and only those; `spec` is the whole desired state.
    ///
    /// Where AWS takes one change after the other, it sends the first and answers [`Turn::More`]: the engine waits until
    /// the resource is ready, lists it anew and calls again, with what is left of the changes. What is left is what a list
    /// shows, so that a run which died in between is gone on with by the next plan: until all is sent, what is there has to
    /// differ from what is wanted. If nothing does, the update is over without another call.
    fn update(
        writer: &Writer<Self>,
        live: &Found<Self>,
        spec: &Self::Spec,
        changes: &Changes,
    ) -> impl Future<Output = Result<Turn<Made<Self>>>> + Send;

    /// Returns what goes with it when it is deleted, in words, from one cheap read (`12 object versions`); none if nothing is in
    /// it. Asked of what is to be deleted alone. What has something goes only when it is named, also where nothing is protected.
    fn contents(_reader: &Reader<Self>, _id: &str) -> impl Future<Output = Result<Option<String>>> + Send {
        std::future::ready(Ok(None))
    }

    /// How it is doing, in few words, from what the list has read: `2 of 2 tasks running`, `available`.
    fn health(_: &Found<Self>) -> Option<String> {
        None
    }

    /// Finds what a found one can go back to, of a kind with [`Facts::rollback`]: the newest revision before the one it runs
    /// that has run in it, or the one that is asked for by its number.
    fn way_back(
        _reader: &Reader<Self>,
        _found: &Found<Self>,
        _wanted: Option<&str>,
    ) -> impl Future<Output = Result<WayBack>> + Send {
        std::future::ready(Ok(WayBack::none()))
    }

    /// Sets and removes tags; of what AWS can't tag, writes the [note](super::key::NOTE).
    fn retag(
        writer: &Writer<Self>,
        bearer: &Bearer<'_, Self>,
        set: &Tags,
        unset: &[String],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Deletes it; one that is gone already is done. Returns the things that it keeps on purpose (snapshots, keys in their
    /// window).
    ///
    /// A call that has to come before it (to disable, to detach) is sent, or found to be under way, and answered with
    /// [`Turn::More`]: the engine waits, lists it anew and calls again with what it finds.
    fn delete(writer: &Writer<Self>, live: &Found<Self>) -> impl Future<Output = Result<Turn<Vec<Kept>>>> + Send;

    /// Starts one that is [`stopped`](Kind::stopped); it need not run on return.
    fn start(_writer: &Writer<Self>, live: &Found<Self>) -> impl Future<Output = Result<()>> + Send {
        let failure = Failure::new(Class::Other, format!("bug: {} {} cannot be started", Self::FACTS.kind, live.id));
        async { Err(failure) }
    }

    /// Returns why no spec can express a found one, if it has another shape than what is offered here (a database that
    /// belongs to no cluster). It counts as bearing data: it is not adopted, changed nor replaced, and deleted only when
    /// named; `delete` has to know its shape.
    fn unsupported(_found: &Found<Self>) -> Option<String> {
        None
    }

    /// Returns values in force on a found one that AWS does not show as set, in the form of a spec: what the YAML sets to
    /// the same is no difference. So is what counts only until something above overrules it (what a cluster turns on for
    /// all).
    fn in_force(_found: &Found<Self>) -> Option<Value> {
        None
    }

    /// Returns the changes that AWS has accepted for a found one and makes later; its spec reads as if they were made.
    fn pending(_found: &Found<Self>) -> Vec<Pending> {
        Vec::new()
    }

    /// Returns whether AWS, when it is sent this change, does it only in the maintenance window.
    fn waits_for_window(_live: &Value, _desired: &Value, _field: &FieldDiff) -> bool {
        false
    }

    /// Returns whether an update of these fields, or of none, makes AWS carry out the pending changes at once: they are
    /// then part of it.
    fn applies_pending(_desired: &Value, _fields: &[FieldDiff]) -> bool {
        false
    }

    /// Returns the maintenance window of a live one that is open at a time, or the next one after it.
    fn window(_live: &Value, _now: Timestamp) -> Option<Window> {
        None
    }

    /// Returns why a change of these fields can't be taken back, if so: on a protected resource it then needs its name.
    fn irreversible(_live: &Value, _desired: &Value, _fields: &[FieldDiff]) -> Option<String> {
        None
    }

    /// Returns notes for the reviewer of a change of these fields: how long it takes, which instances restart; a sentence
    /// each.
    fn advice(_live: &Value, _desired: &Value, _fields: &[FieldDiff]) -> Vec<String> {
        Vec::new()
    }

    /// Returns the typical seconds of an update of these fields, which AWS does at once; as the [`advice`](Kind::advice)
    /// says.
    fn update_seconds(_live: &Value, _fields: &[FieldDiff]) -> u32 {
        Self::FACTS.seconds
    }

    /// Returns the seconds for which AWS waits on purpose in a rollout of this spec (a deployment that bakes): they add to
    /// the estimate, and to how long is waited for it.
    fn pauses(_spec: &Value) -> u32 {
        0
    }

    /// Returns in which way a found one is stopped, if it is: AWS neither changes nor deletes it until it is started.
    fn stopped(_found: &Found<Self>) -> Option<String> {
        None
    }

    /// Returns the disruption of a change of these fields for the users of the resource.
    fn disruption(_fields: &[FieldDiff]) -> Disruption {
        Disruption::None
    }

    /// Returns why an update of these fields can't be done in place nor by replacement, if so.
    fn refuses(_live: &Value, _desired: &Value, _fields: &[FieldDiff]) -> Option<String> {
        None
    }

    /// Returns whether a new one of this spec waits for a person, of a kind of which [some do](Facts::awaits_action).
    fn needs_person(_desired: &Value) -> bool {
        Self::FACTS.awaits_action
    }

    /// Returns whether the create of one of this spec needs several calls, of a kind of which [some do](Facts::several_calls).
    fn several_calls(_desired: &Value) -> bool {
        Self::FACTS.several_calls
    }

    /// Returns why none can be made from a spec, though one that is there may have it (a password that is left as it is).
    fn refuses_new(_desired: &Value) -> Option<String> {
        None
    }

    /// Returns further create-only fields, for properties that are create-only under conditions.
    fn replaces(_live: &Value, _desired: &Value, _field: &FieldDiff) -> bool {
        false
    }

    /// Returns whether the live value at an external path is somebody else's, and not one of our own that is out of date.
    fn is_deployed_by_others(_path: &str, _live: &Value, _desired: &Value) -> bool {
        true
    }

    /// Returns the value of a field below [`grants`](Facts::grants) that has what there is and what is wanted; none if
    /// nothing is taken away, or if it can't have both. Of a list, all elements of both.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        normal::union(path, before, after)
    }

    /// Returns the property (or `""` for the whole resource) that needs `other` in place although it does not refer to it: a
    /// service needs the rule that attaches its target group. It is then made after the other, and deleted before it.
    ///
    /// The specs are two of a blueprint, unresolved, or two live ones; `neighbours` has the resources that either names.
    fn depends_on(
        _spec: &Value,
        _other: &Address,
        _other_spec: &Value,
        _neighbours: &dyn Neighbours,
    ) -> Option<&'static str> {
        None
    }

    /// Returns mistakes that the schema cannot express: the pointer and what is wrong, one each.
    fn check(_spec: &Self::Spec) -> Vec<Mistake> {
        Vec::new()
    }

    /// Returns the values that only AWS can judge, to be asked about before anything is made.
    fn questions(_spec: &Self::Spec) -> Vec<Question> {
        Vec::new()
    }

    /// Returns how much of a quota is in use in the reader's account and region, whoever uses it, by one bulk read; none: no
    /// read tells. Asked of quotas of [`Facts::quotas`] to which a plan adds.
    fn in_use(_reader: &Reader<Self>, _quota: &Quota) -> impl Future<Output = Result<Option<InUse>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Returns why AWS would refuse the values of a question; none: it would not.
    fn answer(_reader: &Reader<Self>, _about: &[String]) -> impl Future<Output = Result<Option<String>>> + Send {
        std::future::ready(Ok(None))
    }
}

/// The reader of a kind's cloud.
pub type Reader<K> = <<K as Kind>::Cloud as Cloud>::Reader;
/// The writer of a kind's cloud.
pub type Writer<K> = <<K as Kind>::Cloud as Cloud>::Writer;

/// One live resource, as its kind read it.
pub struct Found<K: Kind> {
    /// AWS's id, or the ARN or name where there is none: the word that a person would search the console for.
    pub id: String,
    /// The physical name, on kinds that have one; compared with the tag `provision:id`.
    pub name: Option<String>,
    pub spec: K::Spec,
    pub outputs: K::Outputs,
    /// Of what AWS can't tag, its [note](super::key::NOTE) alone.
    pub tags: Tags,
    pub state: State,
    /// Parts that the spec can't express: equal to nothing, shown as drift.
    pub unmodelled: Vec<Unmodelled>,
    /// The spec that an outside pipeline deployed since, for resources whose template says `external`.
    pub external: Option<K::Spec>,
}

impl<K: Kind> Found<K> {
    /// One that is ready and has nothing that its spec cannot express.
    pub fn ready(id: String, name: Option<String>, spec: K::Spec, outputs: K::Outputs, tags: Tags) -> Self {
        Self { id, name, spec, outputs, tags, state: State::Ready, unmodelled: Vec::new(), external: None }
    }

    /// What an update leaves behind that changes no output and has not to be waited for.
    pub fn updated(&self) -> Made<K>
    where
        K::Outputs: Clone,
    {
        Made::ready(self.id.clone(), self.outputs.clone())
    }
}

/// Part of a live resource that its spec cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmodelled {
    /// The JSON pointer of the property it belongs to.
    pub path: String,
    /// The live part, in words.
    pub text: String,
}

/// A live thing that has our name and not our tags: a create would be refused because it already exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameConflict {
    pub id: String,
    /// Its physical name.
    pub name: String,
    /// Its tags; maybe another stack's.
    pub tags: Tags,
}

/// A resource of ours that is listed and could not be read.
#[derive(Clone, Debug)]
pub struct Unseen {
    pub id: String,
    /// Its tags, if those could be read; without them every address of the kind may be it.
    pub tags: Option<Tags>,
    pub failure: Failure,
}

/// The answer of a kind's `list`.
pub struct Listing<K: Kind> {
    pub found: Vec<Found<K>>,
    pub name_conflicts: Vec<NameConflict>,
    pub unseen: Vec<Unseen>,
    /// Things of others that stand on what may be ours, of kinds that say so ([`Detection::Listed`](super::Detection)).
    pub attached: Vec<Attached>,
}

impl<K: Kind> Default for Listing<K> {
    fn default() -> Self {
        Self { found: Vec::new(), name_conflicts: Vec::new(), unseen: Vec::new(), attached: Vec::new() }
    }
}

/// The result of a create or an update.
pub struct Made<K: Kind> {
    pub id: String,
    pub outputs: K::Outputs,
    /// `Settling` if it has to be waited for.
    pub state: State,
}

impl<K: Kind> Made<K> {
    /// One that has not to be waited for.
    pub fn ready(id: String, outputs: K::Outputs) -> Self {
        Self { id, outputs, state: State::Ready }
    }
}

/// What bears the tags that are to change: as it was listed, or as a create or an update has just left it.
pub struct Bearer<'a, K: Kind> {
    pub id: &'a str,
    pub outputs: &'a K::Outputs,
}

/// A thing that a deletion keeps on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its sort, `snapshot` or `key`.
    pub what: String,
    pub id: String,
    /// Why, and until when.
    pub why: String,
    /// Whether AWS charges for it while it is there.
    pub costs: bool,
    /// Whether it is the resource itself, whose deletion is then not waited for.
    #[serde(skip)]
    pub is_itself: bool,
    /// Whether the resource itself is not deleted, now or later.
    #[serde(skip)]
    pub stays: bool,
}
