//! How CloudFormation says what a kind says otherwise: facts for the export.

use serde_json::Value;

/// Parts of a kind's spec that the export writes in another form.
#[derive(Clone, Copy, Debug)]
pub struct CloudFormation {
    /// Fields that are resources of their own in CloudFormation: things that AWS can't tag.
    pub parts: &'static [Part],
    /// Properties that it does not have: parameters of AWS's calls.
    pub call_only: &'static [&'static str],
    /// Values that it says by leaving the property out, and refuses when they are written: a property, or the path to one
    /// (`Config/IsOwn`), and a value in JSON.
    pub left_out: &'static [(&'static str, &'static str)],
    /// Values in place of an empty list: a property and its elements in JSON.
    pub in_place_of_empty: &'static [(&'static str, &'static str)],
    /// Names of lists, at any depth, that it wants even when nothing is in them.
    pub wanted_empty: &'static [&'static str],
    /// Objects, at any depth, that say nothing while one of their members is empty: names of the object and of the member.
    pub nothing_without: &'static [(&'static str, &'static str)],
    /// Whether an empty object says something: `{ "Block": {} }`.
    pub empty_objects_say: bool,
    /// What the physical name ends in while a property has a value: `.fifo`.
    pub name_suffix: Option<NameSuffix>,
    /// Whether it makes up no physical name, so that one has to be written.
    pub needs_name: bool,
    /// The path of a comment that it wants, which has our note in AWS; it is written empty.
    pub comment: Option<&'static str>,
    /// How it does by itself what other resources of ours do in a person's place.
    pub answers: Option<Answers>,
    /// Texts that it wants encoded: paths to a property (`Config/Script`).
    pub base64: &'static [&'static str],
    /// Properties that it wants as JSON text, and that are objects here.
    pub json_text: &'static [&'static str],
    /// Its property for tags, which most types call `Tags`.
    pub tags: &'static str,
    /// How that property is written.
    pub tag_form: TagForm,
    /// An output that it has functions for.
    pub divided: Option<Divided>,
    /// Whether its `DeletionPolicy` can be `Snapshot`.
    pub snapshots: Snapshots,
    /// Whether it has the type at all: settings of an account it leaves to calls.
    pub is_there: bool,
}

/// How a type writes its tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagForm {
    /// As keys and values.
    Plain,
    /// The same, each of which says whether what the resource starts gets it as well.
    Propagated,
    /// As an object of values by key.
    ByKey,
    /// It takes none, though the service does.
    Nowhere,
    /// Below the sort of things that they are for, by EC2's name.
    OfType(&'static str),
}

/// The end of a physical name, which the engine does not know.
#[derive(Clone, Copy, Debug)]
pub struct NameSuffix {
    /// The property that decides.
    pub property: &'static str,
    /// Its value with which the name ends so, as text.
    pub value: &'static str,
    /// `.fifo`; `${AWS::AccountId}` and `${AWS::Region}` stand for where the stack is.
    pub suffix: &'static str,
}

impl NameSuffix {
    /// One while a property is true.
    pub const fn while_true(property: &'static str, suffix: &'static str) -> Self {
        Self { property, value: "true", suffix }
    }

    /// Returns whether names end so with these properties.
    pub fn is_on(self, spec: &Value) -> bool {
        match spec.get(self.property) {
            Some(Value::Bool(is_on)) => is_on.to_string() == self.value,
            Some(Value::String(text)) => text == self.value,
            _ => false,
        }
    }

    /// The end of a name in an account and region.
    pub fn text(self, account: &str, region: &str) -> String {
        self.suffix.replace("${AWS::AccountId}", account).replace("${AWS::Region}", region)
    }
}

/// An output whose values, by number, are the equal parts of a range that nobody knows before it is there: what CloudFormation
/// counts by `Fn::Cidr`.
#[derive(Clone, Copy, Debug)]
pub struct Divided {
    pub output: &'static str,
    /// CloudFormation's attribute that is a list, of which the range stands first.
    pub whole: &'static str,
    /// How many parts there are.
    pub into: u16,
    /// How many bits of an address a part leaves to those in it.
    pub bits: u8,
}

/// A list by which CloudFormation itself does what a resource [asks](super::Facts::asks) of a person. Resources of ours that do it
/// are not in the template.
#[derive(Clone, Copy, Debug)]
pub struct Answers {
    pub list: &'static str,
    /// The property of an element that names what is asked for: what stands behind the dot of an output.
    pub key: &'static str,
    /// A property of the resource that does it, which the element has as well.
    pub property: &'static str,
}

/// Whether a deletion can leave a snapshot.
#[derive(Clone, Copy, Debug)]
pub enum Snapshots {
    No,
    Yes,
    /// Not of what has this property: the snapshot is that of the thing it names.
    Unless(&'static str),
}

/// A field that CloudFormation has a type for.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The type, `AWS::EC2::Route`.
    pub kind: &'static str,
    /// The suffix of its logical id, after its owner's.
    pub suffix: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// Its property that names the owner.
    pub owner: &'static str,
    /// Whether that is a list, of which the owner is the one element.
    pub is_list: bool,
    /// The attribute that names the owner; without one, `Ref` does.
    pub attribute: Option<&'static str>,
    /// Its property that bears the value; without one, the value is an object with properties of its own.
    pub value: Option<&'static str>,
    /// A property that goes along with it, and what it has if nothing is said, in JSON.
    pub along: Option<(&'static str, &'static str)>,
    /// How one of a list is told from the others, and referred to.
    pub called: Option<Called>,
}

/// The name of a part.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    /// Its property that is its name; its logical id has that in place of a number.
    pub by: &'static str,
    /// The owner's output that is the part's `Ref`, with the name behind a dot.
    pub output: &'static str,
}

/// Where a part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A property.
    Property(&'static str),
    /// Every element of a list.
    Elements(&'static str),
    /// The elements of a list that refer to something of the stack: inside the owners they would go in a circle.
    References(&'static str),
    /// A whole list, if an element refers to something of the stack that needs the owner: inside it they would go in a circle.
    Referring(&'static str),
    /// The physical name, after a prefix.
    Name(&'static str),
}

impl CloudFormation {
    /// For a kind whose spec is CloudFormation's own.
    pub const SAME: Self = Self {
        parts: &[],
        call_only: &[],
        left_out: &[],
        in_place_of_empty: &[],
        wanted_empty: &[],
        nothing_without: &[],
        empty_objects_say: false,
        name_suffix: None,
        needs_name: false,
        comment: None,
        answers: None,
        base64: &[],
        json_text: &[],
        tags: "Tags",
        tag_form: TagForm::Plain,
        divided: None,
        snapshots: Snapshots::No,
        is_there: true,
    };
    /// For a kind that it has no type for; the kind's name is what people call it.
    pub const NONE: Self = Self { is_there: false, ..Self::SAME };
}

impl Part {
    /// A part whose owner is named by `Ref` and that is an object with properties of its own.
    pub const fn of(kind: &'static str, suffix: &'static str, source: Source, owner: &'static str) -> Self {
        Self { kind, suffix, source, owner, is_list: false, attribute: None, value: None, along: None, called: None }
    }

    /// A part that is one value.
    pub const fn with_value(self, property: &'static str) -> Self {
        Self { value: Some(property), ..self }
    }

    /// A part with which another property goes.
    pub const fn along(self, property: &'static str, otherwise: &'static str) -> Self {
        Self { along: Some((property, otherwise)), ..self }
    }

    /// A part that is called by one of its properties, and that others refer to by an output of its owner.
    pub const fn called(self, by: &'static str, output: &'static str) -> Self {
        Self { called: Some(Called { by, output }), ..self }
    }

    /// A part that could have several owners.
    pub const fn of_list(self) -> Self {
        Self { is_list: true, ..self }
    }

    /// A part that names its owner by an attribute.
    pub const fn by_attribute(self, attribute: &'static str) -> Self {
        Self { attribute: Some(attribute), ..self }
    }
}
