//! What is known of every stack of a project, selected or not: enough for the checks over the whole fleet, and little enough
//! for a thousand tenants.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::layers::{self, Keys};
use super::sources::Source;
use crate::problem::Problem;
use crate::resource::{Stack, StackId, Tags};
use crate::template::{Library, Template};
use crate::tenant::{Environment, Head, Project, Settings, Tenant, cidr, read};
use crate::yaml::{self, Placed};

/// The tenants and their environments, without the values of their parameters.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub tenants: Vec<Entry>,
    /// The mistakes of each template that is used, and whether a selected stack uses it.
    pub templates: BTreeMap<String, (Vec<Problem>, bool)>,
}

/// One tenant.
#[derive(Debug)]
pub(super) struct Entry {
    pub head: Head,
    /// Which of the files it is.
    pub file: usize,
    pub members: Vec<Member>,
}

/// One environment.
#[derive(Debug)]
pub(super) struct Member {
    pub id: StackId,
    pub name: Placed<String>,
    pub is_selected: bool,
    /// Where it lives and as whom it is read, as far as its file and its template are right.
    pub stack: Option<Stack>,
    /// The range of its VPC.
    pub range: Option<Placed<Ipv4Net>>,
    /// What is wrong with what the index knows of it.
    pub problems: Vec<Problem>,
}

/// What the index is made with.
pub(super) struct Indexing<'a> {
    pub project: &'a Project,
    pub library: &'a mut Library,
    pub is_selected: &'a dyn Fn(&StackId) -> bool,
}

/// Reads a tenant's file; notes every mistake that it shows alone.
pub(super) fn tenant(file: &Source, problems: &mut Vec<Problem>) -> Option<Tenant> {
    let root = yaml::read_on(&file.path, &file.bytes, problems)?;
    read(&root, problems)
}

impl Index {
    /// The tenants by name.
    pub(super) fn by_name(&self) -> Vec<&Entry> {
        let mut all: Vec<_> = self.tenants.iter().collect();
        all.sort_by_key(|entry| &entry.head.name.value);
        all
    }
}

impl Indexing<'_> {
    /// Reads every tenant's file, one at a time: the trees are not kept.
    pub(super) fn index(&mut self, files: &[Source], problems: &mut Vec<Problem>) -> Index {
        let mut index = Index::default();
        for (at, file) in files.iter().enumerate() {
            if let Some(tenant) = tenant(file, problems) {
                let entry = self.entry(at, tenant, &mut index, problems);
                index.tenants.push(entry);
            }
        }
        index
    }

    fn entry(&mut self, file: usize, tenant: Tenant, index: &mut Index, problems: &mut Vec<Problem>) -> Entry {
        let head = &tenant.head;
        let id = |environment: &Environment| StackId::new(&head.name.value, &environment.name.value);
        let is_used = tenant.environments.iter().any(|environment| (self.is_selected)(&id(environment)));
        let template = head.template.as_ref().and_then(|name| {
            let is_there = self.library.has(&name.value);
            if !is_there {
                let unknown = self.library.unknown(name);
                problems.push(if is_used { unknown } else { unknown.mild() });
            }
            let meant = self.library.meant(&name.value)?.to_owned();
            let (mistakes, is_selected) = index.templates.entry(meant.clone()).or_default();
            *is_selected |= is_used;
            self.library.template(&meant, mistakes).filter(|_| is_there)
        });
        problems.extend(self.project.check_account(head));
        let mut members: Vec<_> = tenant
            .environments
            .iter()
            .map(|environment| self.member(id(environment), &tenant, environment, template.as_deref()))
            .collect();
        members.sort_by(|a, b| a.id.cmp(&b.id));
        Entry { head: tenant.head, file, members }
    }

    fn member(&self, id: StackId, tenant: &Tenant, environment: &Environment, template: Option<&Template>) -> Member {
        let mut problems = Vec::new();
        let settings = layers::settings(template, tenant, environment, self.project, Keys::Indexed, &mut problems);
        let range = settings.as_ref().and_then(|settings| settings.parameters.get(layers::RANGE));
        let range = range.and_then(Placed::text).and_then(|range| {
            let read = cidr::read(&range).map_err(|problem| problems.push(problem)).ok();
            read.map(|value| Placed { value, span: range.span })
        });
        let stack = template
            .zip(settings.as_ref())
            .and_then(|(template, settings)| stack(self.project, &tenant.head, &id, template, settings));
        let is_selected = (self.is_selected)(&id);
        Member { id, name: environment.name.clone(), is_selected, stack, range, problems }
    }
}

/// Where a stack lives, as whom it is read, and what all of it is tagged with; nothing while its file lacks a part of that.
pub(super) fn stack(
    project: &Project,
    head: &Head,
    id: &StackId,
    template: &Template,
    settings: &Settings,
) -> Option<Stack> {
    Some(Stack {
        id: id.clone(),
        project: project.name.clone(),
        account: project.account(&head.account.as_ref()?.value).to_owned(),
        region: settings.region.as_ref()?.value.clone(),
        template: template.name.clone(),
        tags: tags(project, head),
        read_role: head.roles.read.clone(),
        write_role: head.roles.write.clone(),
        external_id: head.roles.external_id.clone(),
        protected: settings.protected,
    })
}

/// The project's tags under the tenant's. To IAM a key is the same in any case, so the tenant's spelling counts.
fn tags(project: &Project, head: &Head) -> Tags {
    let is_free = |key: &str| !head.tags.iter().any(|(other, _)| other.to_lowercase() == key.to_lowercase());
    project.tags.iter().filter(|(key, _)| is_free(key)).chain(head.tags.iter()).collect()
}
