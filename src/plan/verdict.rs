use std::sync::Arc;

use serde_json::Value;

use super::fields::{judged, overall};
use super::types::{Cause, Field};
use crate::resource::{Address, Facts, Live, Reference, Replacement, Shape, State};

/// The verdict on one desired resource.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// As it should be, except perhaps for its tags. `waiting`: it waits for a person; `ignored`: known differences.
    Keep { live: Arc<Live>, waiting: Option<String>, ignored: Vec<Field> },
    /// Not ready yet; then as it should be, or to be updated.
    Wait { live: Arc<Live> },
    /// It is there and differs.
    Update { live: Arc<Live>, spec: Arc<Value>, fields: Vec<Field> },
    /// It is not there. `deleting`: its predecessor, which still goes away.
    Create { spec: Arc<Value>, deleting: Option<Arc<Live>> },
    /// A new one has to take the place of the old.
    Replace { live: Arc<Live>, spec: Arc<Value>, fields: Vec<Field>, create_first: bool, why: Option<String> },
    /// Nothing may be done to it. `fields`: how it differs, as far as that can be told.
    Blocked { live: Option<Arc<Live>>, why: String, unreadable: bool, fields: Vec<Field> },
    /// It is to be created or replaced, which this sort of plan leaves to another.
    Left { live: Option<Arc<Live>>, cause: Cause },
    /// It needs what waits for a person.
    Held { live: Option<Arc<Live>>, by: Address },
}

impl Verdict {
    /// The verdict on a live resource with these differences.
    pub(super) fn of(shape: &dyn Shape, facts: &Facts, live: &Arc<Live>, spec: Arc<Value>, fields: Vec<Field>) -> Self {
        let waiting = match &live.state {
            State::AwaitsAction(what) => Some(what.clone()),
            _ => None,
        };
        let counted: Vec<_> = fields.iter().filter(|field| field.ignored.is_none()).collect();
        if counted.is_empty() {
            return match live.state {
                State::Settling(_) => Self::Wait { live: live.clone() },
                _ => Self::Keep { live: live.clone(), waiting, ignored: fields },
            };
        }
        if let Some(why) = shape.refuses(&live.spec, &spec, &judged(live, &fields)) {
            return Self::Blocked { live: Some(live.clone()), why, unreadable: false, fields };
        }
        if counted.iter().any(|field| field.replaces) {
            let create_first = facts.replacement == Replacement::CreateFirst;
            return Self::Replace { live: live.clone(), spec, fields, create_first, why: None };
        }
        Self::Update { live: live.clone(), spec, fields }
    }

    /// The same with nothing done to it. A resource that is being deleted counts as gone.
    pub(super) fn blocked(self, live: Option<&Arc<Live>>, why: String) -> Self {
        let live = live.filter(|live| live.state != State::Deleting).cloned();
        Self::Blocked { live, why, unreadable: false, fields: self.into_fields() }
    }

    /// The same where nothing is created or replaced.
    pub(super) fn in_place(self) -> Self {
        match self {
            Self::Create { .. } => Self::Left { live: None, cause: Cause::New },
            Self::Replace { live, fields, .. } => Self::Left { live: Some(live), cause: overall(fields.iter()) },
            other => other,
        }
    }

    fn into_fields(self) -> Vec<Field> {
        match self {
            Self::Update { fields, .. } | Self::Replace { fields, .. } | Self::Blocked { fields, .. } => fields,
            Self::Keep { ignored, .. } => ignored,
            Self::Wait { .. } | Self::Create { .. } | Self::Left { .. } | Self::Held { .. } => Vec::new(),
        }
    }

    /// Whether the resource is still to be created.
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Replace { .. })
    }

    pub(super) fn live(&self) -> Option<&Arc<Live>> {
        match self {
            Self::Keep { live, .. } | Self::Wait { live } | Self::Update { live, .. } | Self::Replace { live, .. } => {
                Some(live)
            }
            Self::Blocked { live, .. } | Self::Left { live, .. } | Self::Held { live, .. } => live.as_ref(),
            Self::Create { .. } => None,
        }
    }

    /// The fields that an update or a replacement changes.
    pub(super) fn fields(&self) -> &[Field] {
        match self {
            Self::Update { fields, .. } | Self::Replace { fields, .. } => fields,
            _ => &[],
        }
    }

    /// Returns the value of an output, as far as it is known before the plan is carried out.
    pub(super) fn output(&self, reference: &Reference, facts: &Facts) -> Option<Value> {
        match self {
            Self::Create { .. } | Self::Replace { .. } => None,
            Self::Update { .. } if facts.updated_outputs.contains(&reference.output.as_str()) => None,
            other => other.live()?.output(&reference.output),
        }
    }

    /// Returns whether the output will be another after the plan.
    pub(super) fn changes_output(&self, reference: &Reference, facts: &Facts) -> bool {
        match self {
            Self::Create { .. } | Self::Replace { .. } => true,
            Self::Update { .. } => facts.updated_outputs.contains(&reference.output.as_str()),
            _ => false,
        }
    }

    /// A word for comparing two rounds.
    pub(super) fn outline(&self) -> (u8, usize) {
        match self {
            Self::Keep { .. } => (0, 0),
            Self::Wait { .. } => (1, 0),
            Self::Update { fields, .. } => (2, fields.len()),
            Self::Create { .. } => (3, 0),
            Self::Replace { fields, .. } => (4, fields.len()),
            Self::Blocked { fields, .. } => (5, fields.len()),
            Self::Held { .. } => (6, 0),
            Self::Left { .. } => (7, 0),
        }
    }
}
