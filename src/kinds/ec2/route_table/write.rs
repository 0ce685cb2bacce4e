use super::route::{Destination, Way};
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::ec2;
use crate::resource::{Class, Failure, Result};

/// Makes or redirects a route, whichever it takes. Five minutes for targets that are seconds old.
pub async fn put(writer: &Writer, table: &str, route: &Way<'_>, is_there: bool) -> Result<()> {
    let first = if is_there { replace(writer, table, route).await } else { create(writer, table, route).await };
    match first {
        Err(failure) if is_there && is_missing(&failure) => create(writer, table, route).await,
        Err(failure) if !is_there && failure.is(Class::AlreadyExists) => replace(writer, table, route).await,
        other => other,
    }
}

/// Returns whether the route, not its target, is not there: no matter of waiting. `DeleteRoute` has a code for it,
/// `ReplaceRoute` only words.
fn is_missing(failure: &Failure) -> bool {
    failure.code == "InvalidRoute.NotFound" || failure.message.contains("no route defined")
}

fn is_transient(failure: &Failure) -> bool {
    ec2::is_fresh(failure) && !is_missing(failure)
}

/// Names the route: `CreateRoute`, `ReplaceRoute` and `DeleteRoute` take the destination by the same arguments.
macro_rules! to {
    ($call:expr, $table:ident, $destination:expr) => {{
        let (four, six) = ranges($destination);
        $call.route_table_id($table).set_destination_cidr_block(four).set_destination_ipv6_cidr_block(six)
    }};
}

/// `CreateRoute` and `ReplaceRoute` take the same arguments.
macro_rules! send {
    ($writer:ident, $operation:ident, $table:ident, $route:ident) => {{
        let call = || {
            let call = to!($writer.ec2().$operation(), $table, $route.destination)
                .set_gateway_id($route.to("GatewayId"))
                .set_egress_only_internet_gateway_id($route.to("EgressOnlyInternetGatewayId"))
                .set_nat_gateway_id($route.to("NatGatewayId"))
                .set_vpc_peering_connection_id($route.to("VpcPeeringConnectionId"))
                .set_transit_gateway_id($route.to("TransitGatewayId"))
                .set_vpc_endpoint_id($route.to("VpcEndpointId"))
                .set_network_interface_id($route.to("NetworkInterfaceId"))
                .set_carrier_gateway_id($route.to("CarrierGatewayId"))
                .set_local_gateway_id($route.to("LocalGatewayId"))
                .set_core_network_arn($route.to("CoreNetworkArn"));
            async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
        };
        retry(5 * MINUTE, is_transient, call).await
    }};
}

fn ranges(destination: Destination<'_>) -> (Option<String>, Option<String>) {
    match destination {
        Destination::Four(range) => (Some(range.as_str().to_owned()), None),
        Destination::Six(range) => (None, Some(range.as_str().to_owned())),
    }
}

async fn create(writer: &Writer, table: &str, route: &Way<'_>) -> Result<()> {
    send!(writer, create_route, table, route)
}

async fn replace(writer: &Writer, table: &str, route: &Way<'_>) -> Result<()> {
    send!(writer, replace_route, table, route)
}

pub async fn delete(writer: &Writer, table: &str, destination: Destination<'_>) -> Result<()> {
    let call = || to!(writer.ec2().delete_route(), table, destination).send();
    ec2::delete(MINUTE, &["InvalidRoute.NotFound"], call).await
}

/// Lets a local route that was redirected lead to the VPC again; it can't be deleted.
pub async fn restore(writer: &Writer, table: &str, destination: Destination<'_>) -> Result<()> {
    Ok(to!(writer.ec2().replace_route(), table, destination).local_target(true).send().await.map(drop)?)
}
