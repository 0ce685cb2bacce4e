//! What readers and writers let through, over canned answers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use provision::aws::{Fence, Writer, WriterScope};
use provision::resource::{Address, Class, Failure, StackId};

use crate::aws::canned::Canned;

const ILL: (u16, &str) =
    (500, "<Response><Errors><Error><Code>InternalError</Code><Message>ill</Message></Error></Errors></Response>");
const VPCS: (u16, &str) = (
    200,
    "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-0aaaaaaaaaaaaaaaa</vpcId></item></vpcSet><nextToken>more</nextToken>\
     </DescribeVpcsResponse>",
);
const MORE_VPCS: (u16, &str) = (
    200,
    "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-0bbbbbbbbbbbbbbbb</vpcId></item></vpcSet></DescribeVpcsResponse>",
);
const DONE: (u16, &str) = (200, "<Response><return>true</return></Response>");
const OWN: &str = "vpc-0aaaaaaaaaaaaaaaa";
const FOREIGN: &str = "vpc-0ffffffffffffffff";

/// A lease that is lost after so many checks.
#[derive(Debug)]
struct Lasts(AtomicU32);

impl Fence for Lasts {
    fn check(&self, _: &str) -> Result<(), Failure> {
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| Failure::new(Class::Refused, "the lease is lost"))
    }
}

async fn writer(aws: &Canned, checks: u32) -> Writer {
    aws.session(&[]).await.writer(WriterScope {
        address: Address::new("AWS::EC2::VPC", "main"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from([OWN.to_owned(), "acme-production-main".to_owned()]),
        mentioned: BTreeSet::from(["pl-1".to_owned()]),
        token: "0".repeat(32),
        named: false,
        fence: Arc::new(Lasts(AtomicU32::new(checks))),
    })
}

fn failure<T: std::fmt::Debug, E: Into<Failure>>(sent: Result<T, E>) -> Failure {
    sent.map_err(Into::into).unwrap_err()
}

fn our_tags() -> aws_sdk_ec2::types::TagSpecification {
    let tag = |key: &str, value: &str| aws_sdk_ec2::types::Tag::builder().key(key).value(value).build();
    aws_sdk_ec2::types::TagSpecification::builder()
        .resource_type("vpc".into())
        .tags(tag("provision:tenant", "acme"))
        .tags(tag("provision:environment", "production"))
        .build()
}

#[tokio::test]
async fn a_reader_reads_page_after_page() {
    let aws = Canned::new(&[VPCS, MORE_VPCS]);
    let reader = aws.session(&["ec2:DescribeVpcs"]).await.reader();
    let pages = reader.ec2().describe_vpcs().max_results(5).into_paginator().items().send();
    let ids: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let ids: Vec<_> = ids.iter().filter_map(|vpc| vpc.vpc_id()).collect();
    assert_eq!(ids, [OWN, "vpc-0bbbbbbbbbbbbbbbb"]);
    assert!(aws.asked()[1].contains("NextToken=more"), "{:?}", aws.asked());
}

#[tokio::test]
async fn a_reader_sends_no_change_and_no_read_that_no_kind_declares() {
    let aws = Canned::new(&[]);
    let reader = aws.session(&["ec2:DescribeVpcs"]).await.reader();
    let change = failure(reader.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await);
    assert_eq!(change.class, Class::Refused);
    assert_eq!(
        change.to_string(),
        "ec2:CreateVpc: ec2:CreateVpc was stopped: it is not on the list of reads that the kinds declare"
    );
    let read = failure(reader.ec2().get_password_data().instance_id("i-1").send().await);
    assert_eq!((read.class, read.operation.as_str()), (Class::Refused, "ec2:GetPasswordData"));
    assert_eq!(aws.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_create_without_token_or_name_is_sent_once() {
    let aws = Canned::new(&[ILL, ILL]);
    let call = writer(&aws, 9).await;
    let call = call.ec2().create_vpc().cidr_block("10.0.0.0/16").tag_specifications(our_tags()).send();
    let failure = failure(call.await);
    assert_eq!((failure.class, failure.operation.as_str()), (Class::Other, "ec2:CreateVpc"));
    assert_eq!(aws.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_refused_once_the_lease_is_lost() {
    let aws = Canned::new(&[ILL, DONE]);
    let writer = writer(&aws, 1).await;
    let failure = failure(writer.ec2().delete_vpc().vpc_id(OWN).send().await);
    assert_eq!(failure.class, Class::Refused);
    assert_eq!(failure.to_string(), "ec2:DeleteVpc: the lease is lost");
    assert_eq!(aws.asked().len(), 1);
}

#[tokio::test]
async fn a_writer_does_not_touch_what_is_foreign() {
    let aws = Canned::new(&[DONE]);
    let writer = writer(&aws, 9).await;
    let foreign = failure(writer.ec2().delete_vpc().vpc_id(FOREIGN).send().await);
    assert_eq!(foreign.class, Class::Refused);
    assert_eq!(
        foreign.message,
        "the step for AWS::EC2::VPC/main was stopped from touching vpc-0ffffffffffffffff, which is not its own"
    );
    let nothing = failure(writer.iam().delete_role().role_name("admin").send().await);
    assert_eq!(
        nothing.message,
        "the step for AWS::EC2::VPC/main was stopped: the change names nothing of the stack's own"
    );
    assert_eq!(aws.asked(), Vec::<String>::new());
    writer.ec2().delete_vpc().vpc_id(OWN).send().await.unwrap();
}

#[tokio::test]
async fn a_writer_may_touch_what_it_has_made() {
    let created = format!("<CreateVpcResponse><vpc><vpcId>{FOREIGN}</vpcId></vpc></CreateVpcResponse>");
    let aws = Canned::new(&[(200, &created), DONE]);
    let writer = writer(&aws, 9).await;
    let call = writer.ec2().create_vpc().cidr_block("10.0.0.0/16").tag_specifications(our_tags());
    let made = call.send().await.unwrap();
    assert_eq!(made.vpc().unwrap().vpc_id(), Some(FOREIGN));
    writer.ec2().delete_vpc().vpc_id(FOREIGN).send().await.unwrap();
    assert_eq!(aws.asked().len(), 2);
}

#[tokio::test]
async fn what_a_writer_read_of_others_stays_foreign() {
    let aws = Canned::new(&[MORE_VPCS, DONE]);
    let writer = writer(&aws, 9).await;
    writer.ec2().describe_vpcs().send().await.unwrap();
    let failure = failure(writer.ec2().delete_vpc().vpc_id("vpc-0bbbbbbbbbbbbbbbb").send().await);
    assert_eq!(failure.class, Class::Refused);
}

#[tokio::test]
async fn a_part_that_only_the_kind_knows_is_let_in_by_name() {
    let aws = Canned::new(&[DONE]);
    let writer = writer(&aws, 9).await;
    let id = "rtbassoc-0cccccccccccccccc";
    let call = || writer.ec2().disassociate_route_table().association_id(id).send();
    assert_eq!(failure(call().await).class, Class::Refused);
    writer.admit(id);
    call().await.unwrap();
}

/// What was adopted, or is named in full by a template, may be called anything.
#[tokio::test]
async fn what_has_a_short_name_is_named_by_the_whole_of_it() {
    let aws = Canned::new(&[DONE, DONE]);
    let own = ["web", "/app", "8080", "tcp"].map(str::to_owned);
    let writer = aws.session(&[]).await.writer(WriterScope {
        address: Address::new("AWS::IAM::Role", "web"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from(own),
        mentioned: BTreeSet::new(),
        token: "0".repeat(32),
        named: false,
        fence: Arc::new(Lasts(AtomicU32::new(9))),
    });
    writer.iam().delete_role().role_name("web").send().await.unwrap();
    writer.logs().delete_log_group().log_group_name("/app").send().await.unwrap();
    for foreign in ["webmaster", "web-admin", "8080"] {
        let failure = failure(writer.iam().delete_role().role_name(foreign).send().await);
        assert_eq!(failure.class, Class::Refused, "{foreign}");
    }
}
