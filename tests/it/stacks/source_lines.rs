//! A plan points at the line that a person would change.

use provision::blueprint::Blueprint;
use provision::resource::Address;
use provision::template::Origin;

use crate::stacks::local_account::blueprints;

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
    line_of(stack, address, at, |origin| if is_removed { origin.of_removed() } else { origin.clone() })
}

fn line_of(stack: &Blueprint, address: &str, at: &str, how: impl Fn(&Origin) -> Origin) -> String {
    let address: Address = address.parse().expect("an address");
    let origin = stack.resources[&address].origin(at).unwrap_or_else(|| panic!("{address}{at} comes from nowhere"));
    let origin = how(origin);
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

/// A service that each layer says a part of.
const LAYERS: &str = "tenant: lines
template: modyo
account: \"300000000041\"
defaults:
  services:
    web:
      image: public.ecr.aws/nginx/nginx:1.27
      public: true
      priority: 10
      port: 9000
      databases:
        - main
      environment:
        LOG_LEVEL: info
      egress:
        - cidr: 192.0.2.0/24
          port: 25
          description: mail
  databases:
    main:
      engine: postgresql
      version: \"16.4\"
environments:
  production:
    region: us-east-1
    cidr: 10.60.0.0/20
    nat: none
    zones: 3
    services:
      web:
        cpu: 512
        memory: 1024
";

fn layers() -> Blueprint {
    blueprints(&[("lines.yaml", LAYERS)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

#[test]
fn what_comes_anew_points_at_what_brought_it() {
    let stack = layers();
    let variables = "/ContainerDefinitions/web/Environment";
    for (address, at, expected) in [
        ("AWS::EC2::SecurityGroup/database-main", "/SecurityGroupIngress/0", "- main"),
        ("AWS::ECS::TaskDefinition/web", &*format!("{variables}/DATABASE_MAIN_PORT"), "- main"),
        ("AWS::ECS::TaskDefinition/web", &*format!("{variables}/LOG_LEVEL"), "LOG_LEVEL: info"),
        ("AWS::EC2::SecurityGroup/service-web", "/SecurityGroupIngress/0", "public: true"),
        ("AWS::ECS::Service/web", "/LoadBalancers/0", "public: true"),
    ] {
        let line = line_of(&stack, address, at, Origin::of_new);
        assert_eq!(line, format!("tenants/lines.yaml: {expected}"), "{address}{at}");
    }
    let address: Address = "AWS::EC2::SecurityGroup/service-web".parse().expect("an address");
    let rules = stack.resources[&address].spec["SecurityGroupEgress"].as_array().expect("rules");
    let mail = rules.iter().position(|rule| rule["Description"] == "mail").expect("its rule");
    let line = line_of(&stack, &address.to_string(), &format!("/SecurityGroupEgress/{mail}"), Origin::of_new);
    assert!(line.contains("192.0.2.0/24") || line.contains("port: 25"), "{line}");
}

#[test]
fn what_a_service_is_called_says_less_than_what_it_is() {
    let line = line_of(&layers(), "AWS::ECS::Service/web", "/LoadBalancers/0", Clone::clone);
    assert_eq!(line, "tenants/lines.yaml: port: 9000");
}

#[test]
fn a_list_that_is_another_one_points_at_what_chose_it() {
    let stack = layers();
    let subnets = "/NetworkConfiguration/AwsvpcConfiguration/Subnets";
    assert_eq!(line_of(&stack, "AWS::ECS::Service/web", subnets, Clone::clone), "tenants/lines.yaml: zones: 3");
    assert_eq!(line_of(&stack, "AWS::ECS::Service/web", subnets, Origin::of_another), "tenants/lines.yaml: nat: none");
}
