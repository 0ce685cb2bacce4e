use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, RouteTable, RouteTableAssociation, RouteTableAssociationStateCode};

use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::ec2;
use crate::resource::{Class, Failure, Result, Unmodelled, pointer};

/// Where the associations of gateways stand, which others add: `AWS::EC2::GatewayRouteTableAssociation`.
pub const OF_GATEWAYS: &str = "/GatewayAssociations";

/// Returns the id of each subnet's association by subnet; the main association has no subnet.
pub fn of(table: &RouteTable) -> BTreeMap<String, String> {
    standing(table)
        .filter_map(|one| Some((one.subnet_id()?.to_owned(), one.route_table_association_id()?.to_owned())))
        .collect()
}

/// Returns the gateways whose traffic into the VPC takes the table's routes, and the pools of addresses that do.
pub fn of_gateways(table: &RouteTable) -> impl Iterator<Item = Unmodelled> {
    let guests = standing(table).filter_map(|one| one.gateway_id().or(one.public_ipv4_pool()));
    guests.map(|guest| Unmodelled {
        path: pointer::join(OF_GATEWAYS, guest),
        text: format!("what comes in by {guest} takes its routes"),
    })
}

fn standing(table: &RouteTable) -> impl Iterator<Item = &RouteTableAssociation> {
    use RouteTableAssociationStateCode::{Disassociated, Disassociating};
    table.associations().iter().filter(|one| {
        let state = one.association_state().and_then(|state| state.state());
        !matches!(state, Some(Disassociated | Disassociating))
    })
}

/// Associates a subnet, taking it over from another table without a gap. A holder that lets go of it meanwhile leaves
/// nothing to take over: then it is associated anew.
pub async fn put(writer: &Writer, table: &str, subnet: &str) -> Result<()> {
    let again = |failure: &Failure| failure.is(Class::AlreadyExists) || failure.is(Class::NotFound);
    retry(2 * MINUTE, again, || take(writer, table, subnet)).await
}

async fn take(writer: &Writer, table: &str, subnet: &str) -> Result<()> {
    let call = || {
        let call = writer.ec2().associate_route_table().route_table_id(table).subnet_id(subnet);
        async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
    };
    match retry(5 * MINUTE, ec2::is_fresh, call).await {
        Err(failure) if failure.is(Class::AlreadyExists) => take_over(writer, table, subnet, failure).await,
        other => other,
    }
}

async fn take_over(writer: &Writer, table: &str, subnet: &str, failure: Failure) -> Result<()> {
    let filter = Filter::builder().name("association.subnet-id").values(subnet).build();
    let answer = writer.ec2().describe_route_tables().filters(filter).send().await?;
    for holder in answer.route_tables() {
        let Some(id) = of(holder).remove(subnet) else { continue };
        if holder.route_table_id() != Some(table) {
            let call = writer.ec2().replace_route_table_association().association_id(id).route_table_id(table);
            call.send().await?;
        }
        return Ok(());
    }
    Err(failure)
}

/// Ends a subnet's association by what was listed; if another table has taken the subnet over, that id is gone.
pub async fn delete(writer: &Writer, listed: &BTreeMap<String, String>, subnet: &str) -> Result<()> {
    let Some(id) = listed.get(subnet) else { return Ok(()) };
    writer.admit(id);
    let codes = &["InvalidAssociationID.NotFound"];
    ec2::delete(5 * MINUTE, codes, || writer.ec2().disassociate_route_table().association_id(id).send()).await
}
