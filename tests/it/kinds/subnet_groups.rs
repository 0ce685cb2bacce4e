//! The subnet groups of databases and caches: what their services say at first, and what a change sends.

use provision::aws::{Aws, Writer};
use provision::resource::{AnyKind, Live, Name, Settled, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, tags, xml, xml_error, xml_tags};

const NAME: &str = "acme-production-main";

/// What differs between the two kinds.
struct Group {
    kind: &'static str,
    /// The end of its operations: `CreateDBSubnetGroup`.
    noun: &'static str,
    name: &'static str,
    description: &'static str,
    arn: &'static str,
    /// What its service says as long as its own role is not there, and while something is in the group.
    first: (&'static str, &'static str),
    in_use: &'static str,
}

const GROUPS: [Group; 2] = [
    Group {
        kind: "AWS::RDS::DBSubnetGroup",
        noun: "DBSubnetGroup",
        name: "DBSubnetGroupName",
        description: "DBSubnetGroupDescription",
        arn: "DBSubnetGroupArn",
        first: (
            "InvalidParameterValue",
            "Missing necessary credentials. Please check http://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/\
             UsingWithRDS.IAM.ServiceLinkedRoles.html",
        ),
        in_use: "InvalidDBSubnetGroupStateFault",
    },
    Group {
        kind: "AWS::ElastiCache::SubnetGroup",
        noun: "CacheSubnetGroup",
        name: "CacheSubnetGroupName",
        description: "CacheSubnetGroupDescription",
        arn: "ARN",
        first: ("ServiceLinkedRoleNotFoundFault", "Please create new role using IAM API CreateServiceLinkedRole."),
        in_use: "CacheSubnetGroupInUse",
    },
];

impl Group {
    fn any(&self) -> &'static dyn AnyKind<Aws> {
        kind_of(self.kind)
    }

    fn operation(&self, verb: &str) -> String {
        format!("{verb}{}", self.noun)
    }

    /// A specification with these subnets, in this order.
    fn spec(&self, description: &str, subnets: &[&str]) -> Value {
        let text = if self.noun == "DBSubnetGroup" { "DBSubnetGroupDescription" } else { "Description" };
        self.any().normalise(json!({ text: description, "SubnetIds": subnets })).unwrap()
    }

    fn told(&self) -> String {
        let subnet = |id: &str| format!("<Subnet><SubnetIdentifier>{id}</SubnetIdentifier></Subnet>");
        format!(
            "<{noun}><{name}>{NAME}</{name}><{text}>old</{text}><{arn}>arn:aws:x:us-east-1:123456789012:y:{NAME}</{arn}>\
             <Subnets>{}{}</Subnets></{noun}>",
            subnet("subnet-b"),
            subnet("subnet-a"),
            noun = self.noun,
            name = self.name,
            text = self.description,
            arn = self.arn,
        )
    }

    async fn live(&self) -> Live {
        let operation = format!("Describe{}s", self.noun);
        let groups = xml(&operation, &format!("<{noun}s>{}</{noun}s>", self.told(), noun = self.noun));
        let tags = format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"));
        let tags = xml("ListTagsForResource", &tags);
        let aws = Canned::by_operation(&[(operation.as_str(), 200, &groups), ("ListTagsForResource", 200, &tags)]);
        aws.live(self.any()).await
    }

    async fn writer(&self, aws: &Canned) -> Writer {
        aws.writer(self.kind, &[NAME], &[]).await
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_group_of_an_account_waits_for_the_role_of_the_service() {
    for group in &GROUPS {
        let create = group.operation("Create");
        let (refused, made) = (xml_error(group.first.0, group.first.1), xml(&create, &group.told()));
        let aws = Canned::by_operation(&[(&create, 400, &refused), (&create, 200, &made)]);
        let spec = Settled::new(group.spec("data", &["subnet-a", "subnet-b"])).unwrap();
        let name = Name::given(NAME);
        let done = group.any().create(&group.writer(&aws).await, &name, &spec, &tags()).await;
        assert_eq!(done.map(|made| made.id), Ok(NAME.to_owned()), "{}", group.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_sends_the_whole_group() {
    for group in &GROUPS {
        let modify = group.operation("Modify");
        let done = xml(&modify, &group.told());
        let aws = Canned::by_operation(&[(&modify, 200, &done)]);
        let spec = Settled::new(group.spec("new", &["subnet-a", "subnet-b"])).unwrap();
        let changes = changes(&[&format!("/{}", group.description)]);
        let live = group.live().await;
        group.any().update(&group.writer(&aws).await, &live, &spec, &changes).await.unwrap();
        let sent = aws.asked().into_iter().find(|asked| asked.contains(&modify)).unwrap();
        for part in [&*format!("{}=new", group.description), "=subnet-a", "=subnet-b"] {
            assert!(sent.contains(part), "{part}: {sent}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_order_of_subnets_is_no_difference_and_another_subnet_is_one() {
    for group in &GROUPS {
        let live = group.live().await;
        let left = |subnets: &[&str]| group.any().compare(&live.spec, &group.spec("old", subnets)).fields;
        assert_eq!(left(&["subnet-a", "subnet-b"]), left(&["subnet-b", "subnet-a"]), "{}", group.kind);
        assert_eq!(left(&["subnet-a", "subnet-b"]).len(), 0, "{}", group.kind);
        assert!(left(&["subnet-a", "subnet-b", "subnet-c"]).iter().any(|field| field.path.starts_with("/SubnetIds")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_goes_when_what_was_in_it_has_gone() {
    for group in &GROUPS {
        let delete = group.operation("Delete");
        let (refused, done) = (xml_error(group.in_use, "is currently in use"), xml(&delete, ""));
        let live = group.live().await;
        let aws = Canned::by_operation(&[(&delete, 400, &refused), (&delete, 200, &done)]);
        assert_eq!(group.any().delete(&group.writer(&aws).await, &live).await, Ok(Turn::Done(Vec::new())));
        assert_eq!(aws.asked().len(), 2, "{:#?}", aws.asked());
        let gone = xml_error(&format!("{}NotFoundFault", group.noun), "gone");
        let aws = Canned::by_operation(&[(&delete, 404, &gone)]);
        assert!(group.any().delete(&group.writer(&aws).await, &live).await.is_ok(), "what is gone is deleted");
    }
}

#[test]
fn a_group_without_subnets_is_a_mistake() {
    for group in &GROUPS {
        let at: Vec<_> = group.any().check(&group.spec("data", &[])).into_iter().map(|mistake| mistake.path).collect();
        assert_eq!(at, ["/SubnetIds"], "{}", group.kind);
    }
}
