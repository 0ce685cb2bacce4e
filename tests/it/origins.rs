//! A plan points at the line that a person would change.

use provision::blueprint::Blueprint;
use provision::resource::Address;

use crate::stage::blueprints;

const TENANT: &str = "tenant: lines
template: modyo
account: \"300000000041\"
defaults:
  services:
    web:
      image: public.ecr.aws/nginx/nginx:1.27
      public: true
      priority: 10
      databases: [main]
      environment:
        LOG_LEVEL: info
        NEW_VARIABLE: \"1\"
    worker:
      image: public.ecr.aws/docker/library/busybox:1.37
      databases: [main]
  databases:
    main: { engine: postgresql, version: \"16.4\", readers: 2 }
environments:
  production:
    region: us-east-1
    cidr: 10.60.0.0/20
    nat: single
    zones: 3
";

fn stack() -> Blueprint {
    blueprints(&[("lines.yaml", TENANT)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// The line that a value's origin points at, as it reads.
fn line(stack: &Blueprint, address: &str, at: &str, is_removed: bool) -> String {
    let address: Address = address.parse().expect("an address");
    let origin = stack.resources[&address].origin(at).unwrap_or_else(|| panic!("{address}{at} comes from nowhere"));
    let origin = if is_removed { origin.of_removed() } else { origin.clone() };
    let place = origin.place();
    let text = place.source.text.lines().nth(place.line_column().0 - 1).unwrap_or_default().trim().to_owned();
    format!("{}: {text}", place.path().display())
}

#[test]
fn a_value_points_at_the_parameter_that_it_was_computed_from() {
    let stack = stack();
    for (address, at, expected) in [
        ("AWS::ECS::TaskDefinition/web", "/ContainerDefinitions/web/Environment/NEW_VARIABLE", "NEW_VARIABLE: \"1\""),
        ("AWS::ECS::TaskDefinition/web", "/ContainerDefinitions/web/Image", "image: public.ecr.aws/nginx/nginx:1.27"),
        (
            "AWS::ECS::TaskDefinition/web",
            "/ContainerDefinitions/web/Environment/DATABASE_MAIN_PORT/Value",
            "main: { engine: postgresql, version: \"16.4\", readers: 2 }",
        ),
        ("AWS::RDS::DBSubnetGroup/main", "/SubnetIds", "zones: 3"),
        ("AWS::ECS::Service/web", "/NetworkConfiguration/AwsvpcConfiguration/Subnets", "zones: 3"),
        ("AWS::RDS::DBCluster/main", "/Port", "main: { engine: postgresql, version: \"16.4\", readers: 2 }"),
    ] {
        assert_eq!(line(&stack, address, at, false), format!("tenants/lines.yaml: {expected}"), "{address}{at}");
    }
}

#[test]
fn what_is_taken_out_of_a_list_points_at_what_it_was_taken_out_of() {
    let stack = stack();
    let group = "AWS::EC2::SecurityGroup/database-main";
    assert_eq!(line(&stack, group, "/SecurityGroupIngress", true), "tenants/lines.yaml: services:");
}

#[test]
fn an_element_of_a_set_points_at_its_own_line() {
    let stack = stack();
    let address: Address = "AWS::EC2::SecurityGroup/database-main".parse().expect("an address");
    let rules = stack.resources[&address].spec["SecurityGroupIngress"].as_array().expect("rules");
    let worker = rules.iter().position(|rule| rule["Description"] == "Service worker").expect("its rule");
    let text = line(&stack, &address.to_string(), &format!("/SecurityGroupIngress/{worker}/Description"), false);
    assert_eq!(text, "tenants/lines.yaml: worker:");
}
