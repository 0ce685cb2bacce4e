use aws_sdk_ec2::types::FlowLog as Description;

use super::{DestinationOptions, FORMAT, FlowLog, GROUP, Outputs, Spec, default_file_format};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Found, State, Unmodelled};

pub(super) fn found(log: &Description) -> Found<FlowLog> {
    let id = log.flow_log_id().unwrap_or_default().to_owned();
    Found {
        name: None,
        spec: spec(log),
        outputs: Outputs { id: id.clone() },
        id,
        tags: tag::read(log.tags()),
        state: State::Ready,
        unmodelled: unmodelled(log),
        external: None,
    }
}

fn spec(log: &Description) -> Spec {
    let text = |told: Option<&str>| told.unwrap_or_default().to_owned();
    let kind = log.log_destination_type().map_or(GROUP, |kind| kind.as_str());
    let options = log.destination_options();
    let resource_id = text(log.resource_id());
    Spec {
        resource_type: resource_type(&resource_id).to_owned(),
        resource_id,
        traffic_type: log.traffic_type().map(|kind| kind.as_str().to_owned()),
        log_destination_type: kind.to_owned(),
        log_group_name: group(log).into(),
        // Of a log group it is told by its name and by its ARN.
        log_destination: if kind == GROUP { String::new() } else { text(log.log_destination()) },
        deliver_logs_permission_arn: text(log.deliver_logs_permission_arn()).into(),
        log_format: log.log_format().unwrap_or(FORMAT).to_owned(),
        max_aggregation_interval: log.max_aggregation_interval().unwrap_or(600),
        destination_options: options.map_or_else(DestinationOptions::default, |options| DestinationOptions {
            file_format: options.file_format().map_or_else(default_file_format, |format| format.as_str().to_owned()),
            hive_compatible_partitions: options.hive_compatible_partitions().unwrap_or_default(),
            per_hour_partition: options.per_hour_partition().unwrap_or_default(),
        }),
    }
}

/// The name of the log group, which a flow log that was made by an ARN tells in that alone.
fn group(log: &Description) -> &str {
    let by_arn = || log.log_destination().and_then(|arn| arn.split(":log-group:").nth(1));
    log.log_group_name().or_else(by_arn).map(|name| name.trim_end_matches(":*")).unwrap_or_default()
}

/// EC2 does not tell the type, but its ids do.
fn resource_type(id: &str) -> &'static str {
    match id {
        _ if id.starts_with("subnet-") => "Subnet",
        _ if id.starts_with("eni-") => "NetworkInterface",
        _ if id.starts_with("tgw-attach-") => "TransitGatewayAttachment",
        _ if id.starts_with("tgw-") => "TransitGateway",
        _ => "VPC",
    }
}

/// What someone may have given it and the spec has no word for, and that nothing arrives where it writes to.
fn unmodelled(log: &Description) -> Vec<Unmodelled> {
    let status = log.deliver_logs_status().filter(|status| *status != "SUCCESS");
    let why = log.deliver_logs_error_message().unwrap_or("AWS does not say why");
    let fields = log.tag_field_specifications().iter().map(|one| {
        let of = one.resource_type().map_or("what it is about", |kind| kind.as_str());
        format!("lines have tags of {of}: {}", one.tag_keys().join(", "))
    });
    UnmodelledParts::default()
        .tell(
            "/DeliverLogsStatus",
            status.map(|status| match status {
                "FAILED" => format!("nothing arrives at its destination: {why}"),
                _ => format!("is {status}"),
            }),
        )
        .value("/FlowLogStatus", log.flow_log_status(), "ACTIVE")
        .value("/DeliverCrossAccountRole", log.deliver_cross_account_role(), "")
        .tell("/TagFieldSpecifications", fields)
        .take()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::TagFieldSpecificationResponse;

    use super::*;

    #[test]
    fn a_log_group_is_one_by_its_name_and_by_its_arn() {
        let arn = |text: &str| Description::builder().log_destination(text).build();
        let named = Description::builder().log_group_name("/flows").log_destination("arn:x:log-group:/flows").build();
        assert_eq!(group(&named), "/flows");
        assert_eq!(group(&arn("arn:aws:logs:us-east-1:123456789012:log-group:/flows")), "/flows");
        assert_eq!(group(&arn("arn:aws:logs:us-east-1:123456789012:log-group:/flows:*")), "/flows");
        assert_eq!(spec(&named).log_destination, "", "one way to say it is enough");
    }

    #[test]
    fn a_log_that_arrives_nowhere_says_so() {
        let failed = Description::builder().deliver_logs_status("FAILED").deliver_logs_error_message("Access error");
        let told: Vec<_> = unmodelled(&failed.build()).into_iter().map(|part| (part.path, part.text)).collect();
        let text = "nothing arrives at its destination: Access error".to_owned();
        assert_eq!(told, [("/DeliverLogsStatus".to_owned(), text)]);
        assert!(unmodelled(&Description::builder().deliver_logs_status("SUCCESS").build()).is_empty());
    }

    #[test]
    fn tags_in_its_lines_are_told_by_their_keys() {
        let keys = TagFieldSpecificationResponse::builder().tag_keys("team").tag_keys("tier");
        let log = Description::builder().tag_field_specifications(keys.build()).build();
        assert_eq!(unmodelled(&log)[0].text, "lines have tags of what it is about: team, tier");
    }
}
