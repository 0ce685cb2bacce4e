mod read;

use aws_sdk_ec2::types::{
    DestinationFileFormat, DestinationOptionsRequest, FlowLogsResourceType, LogDestinationType, ResourceType,
    TrafficType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ec2;
use crate::kinds::ec2::vpc_endpoint::refusal;
use crate::kinds::iam::role::Role;
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::resource::{
    Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Ref, Replacement, Result, Scope, Switch, Tags, Turn,
};

/// A record of the connections of a network.
pub struct FlowLog;

const GROUP: &str = "cloud-watch-logs";
const BUCKET: &str = "s3";
/// What AWS writes in a line if nothing else is asked for.
const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                      ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// The properties of `AWS::EC2::FlowLog`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The VPC, subnet, network interface or transit gateway whose connections are recorded.
    pub resource_id: String,
    /// `VPC`, `Subnet`, `NetworkInterface`, `TransitGateway` or `TransitGatewayAttachment`.
    pub resource_type: String,
    /// `ACCEPT`, `REJECT` or `ALL`; not of a transit gateway, which records all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_type: Option<String>,
    /// `cloud-watch-logs` or `s3`.
    #[serde(default = "default_destination_type")]
    pub log_destination_type: String,
    /// The log group, by its name.
    #[serde(default, skip_serializing_if = "ec2::is_blank")]
    pub log_group_name: Ref<LogGroup>,
    /// The ARN of the bucket, with a folder or without.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log_destination: String,
    /// The ARN of the role by which it writes into the log group.
    #[serde(default, skip_serializing_if = "ec2::is_blank")]
    pub deliver_logs_permission_arn: Ref<Role>,
    /// What a line has.
    #[serde(default = "default_format")]
    pub log_format: String,
    /// Seconds that are told in one line, 60 or 600. AWS takes 60 for some machines whatever is asked for.
    #[serde(default = "number::<600>")]
    pub max_aggregation_interval: i32,
    /// How files in a bucket are written.
    #[serde(default)]
    pub destination_options: DestinationOptions,
}

/// How files in a bucket are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DestinationOptions {
    /// `plain-text` or `parquet`.
    #[serde(default = "default_file_format")]
    pub file_format: String,
    /// Whether folders are named as Hive wants them.
    #[serde(default)]
    pub hive_compatible_partitions: bool,
    /// Whether there is a folder for every hour, not only for every day.
    #[serde(default)]
    pub per_hour_partition: bool,
}

impl Default for DestinationOptions {
    fn default() -> Self {
        Self { file_format: default_file_format(), hive_compatible_partitions: false, per_hour_partition: false }
    }
}

/// The return values of `AWS::EC2::FlowLog`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::Logs::LogGroup
    name: flows
    properties: { RetentionInDays: 30 }
  - type: AWS::IAM::Role
    name: flows
    properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: { Service: vpc-flow-logs.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: write
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: [logs:CreateLogStream, logs:DescribeLogStreams, logs:PutLogEvents]
                Resource: \"{{ ref('AWS::Logs::LogGroup/flows', 'Arn') }}\"
  - type: AWS::EC2::FlowLog
    name: rejected
    properties:
      ResourceId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      ResourceType: VPC
      TrafficType: REJECT
      LogGroupName: \"{{ ref('AWS::Logs::LogGroup/flows') }}\"
      DeliverLogsPermissionArn: \"{{ ref('AWS::IAM::Role/flows', 'Arn') }}\"
";

impl Kind for FlowLog {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        // AWS changes nothing of a flow log.
        create_only: &[
            "/DeliverLogsPermissionArn",
            "/DestinationOptions",
            "/LogDestination",
            "/LogDestinationType",
            "/LogFormat",
            "/LogGroupName",
            "/MaxAggregationInterval",
            "/ResourceId",
            "/ResourceType",
            "/TrafficType",
        ],
        // EC2 refuses a second one of the same resource and destination (FlowLogAlreadyExists).
        replacement: Replacement::DeleteFirst,
        switches: &[
            Switch::with("/LogGroupName", "/LogDestinationType", &[GROUP]),
            Switch::with("/DeliverLogsPermissionArn", "/LogDestinationType", &[GROUP]),
            Switch::with("/LogDestination", "/LogDestinationType", &[BUCKET]),
            Switch::with("/DestinationOptions", "/LogDestinationType", &[BUCKET]),
        ],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::FlowLog",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["fl-"],
            attachable: &[],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["ec2:DescribeFlowLogs"],
                create: &["ec2:CreateFlowLogs", "ec2:CreateTags", "iam:PassRole", "logs:CreateLogDelivery"],
                update: &[],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteFlowLogs", "logs:DeleteLogDelivery"],
                on: &[
                    ("ec2:CreateFlowLogs", &[On::Made("vpc-flow-log/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateFlowLogs")]),
                    ("iam:PassRole", &[On::PassedTo("vpc-flow-logs.amazonaws.com")]),
                    ("logs:CreateLogDelivery", &[On::Everything]),
                    ("logs:DeleteLogDelivery", &[On::Everything]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_flow_logs().set_filter(Some(ec2::filters(scope))).max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let found = all.iter().map(read::found).filter(|log| scope.owns(&log.id, &log.tags)).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let send = || async {
            let call = writer
                .ec2()
                .create_flow_logs()
                .client_token(writer.token())
                .resource_ids(&spec.resource_id)
                .resource_type(FlowLogsResourceType::from(spec.resource_type.as_str()))
                .set_traffic_type(spec.traffic_type.as_deref().map(TrafficType::from))
                .log_destination_type(LogDestinationType::from(spec.log_destination_type.as_str()))
                .set_log_group_name(given(spec.log_group_name.as_str()))
                .set_log_destination(given(&spec.log_destination))
                .set_deliver_logs_permission_arn(given(spec.deliver_logs_permission_arn.as_str()))
                .log_format(&spec.log_format)
                .max_aggregation_interval(spec.max_aggregation_interval)
                .set_destination_options(destination_options(spec))
                .tag_specifications(ec2::tagged(ResourceType::VpcFlowLog, tags));
            let answer = call.send().await?;
            match answer.unsuccessful().iter().find_map(|item| item.error()) {
                Some(error) => Err(refusal(error)),
                None => ec2::id_in(answer.flow_log_ids().first().map(String::as_str), "CreateFlowLogs"),
            }
        };
        // The role may be seconds old, and so may be the network.
        let id = retry_while(3 * MINUTE, &[Class::Propagating, Class::NotFound], send).await?;
        Ok(Made::ready(id.clone(), Outputs { id }))
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // Every property is create-only.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = || async {
            let answer = writer.ec2().delete_flow_logs().flow_log_ids(&live.id).send().await?;
            answer.unsuccessful().iter().find_map(|item| item.error()).map(refusal).map_or(Ok::<_, Failure>(()), Err)
        };
        ec2::delete(MINUTE, &["InvalidFlowLogId.NotFound"], call).await?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_group = spec.log_destination_type == GROUP;
        let is_gateway = spec.resource_type.starts_with("TransitGateway");
        Mistake::all([
            (
                ![GROUP, BUCKET].contains(&&*spec.log_destination_type),
                "/LogDestinationType",
                "is cloud-watch-logs or s3",
            ),
            (is_group && ec2::is_blank(&spec.log_group_name), "/LogGroupName", "is needed: where the lines go"),
            (
                is_group && ec2::is_blank(&spec.deliver_logs_permission_arn),
                "/DeliverLogsPermissionArn",
                "is needed: the role by which it writes into the log group",
            ),
            (
                spec.log_destination_type == BUCKET && spec.log_destination.is_empty(),
                "/LogDestination",
                "is needed: the ARN of the bucket",
            ),
            (!is_gateway && spec.traffic_type.is_none(), "/TrafficType", "is needed: ACCEPT, REJECT or ALL"),
            (is_gateway && spec.traffic_type.is_some(), "/TrafficType", "a transit gateway records all"),
            (![60, 600].contains(&spec.max_aggregation_interval), "/MaxAggregationInterval", "is 60 or 600 seconds"),
            (
                is_gateway && spec.max_aggregation_interval != 60,
                "/MaxAggregationInterval",
                "a transit gateway records each minute: say 60",
            ),
        ])
        .collect()
    }
}

fn default_destination_type() -> String {
    GROUP.to_owned()
}

fn default_format() -> String {
    FORMAT.to_owned()
}

fn default_file_format() -> String {
    DestinationFileFormat::PlainText.as_str().to_owned()
}

fn destination_options(spec: &Spec) -> Option<DestinationOptionsRequest> {
    let options = &spec.destination_options;
    (spec.log_destination_type == BUCKET).then(|| {
        DestinationOptionsRequest::builder()
            .file_format(DestinationFileFormat::from(options.file_format.as_str()))
            .hive_compatible_partitions(options.hive_compatible_partitions)
            .per_hour_partition(options.per_hour_partition)
            .build()
    })
}
