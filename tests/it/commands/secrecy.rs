//! No secret is ever told: canaries in every place where somebody may put one, looked for in everything that is written.

use crate::commands::shell::{Shell, both, files};
use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, on_deep_stack};

/// What no output, file, tag or object may hold, whatever stands before and behind it.
const CANARY: &str = "canary";

/// A task, a listener rule, a secret and a web ACL with secrets wherever they take them.
const TEMPLATE: &str = "\
parameters:
  greeting: { type: object, writeOnly: true, additionalProperties: { type: string, maxLength: 40 }, default: {} }
  size: { type: integer, default: 1 }
resources:
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - Name: web
          Image: public.ecr.aws/nginx/nginx:1.29
          Command: [serve, \"--key\", canary-command]
          EntryPoint: [/run, canary-entry]
          Environment:
            - { Name: PASSWORD, Value: canary-literal }
            - for: { word: \"{{ greeting }}\" }
              each: { Name: \"{{ word.key }}\", Value: \"{{ word.value }}\" }
          HealthCheck: { Command: [CMD-SHELL, \"curl -H canary-health localhost\"] }
          LogConfiguration: { LogDriver: splunk, Options: { splunk-url: \"https://logs.example\", splunk-token: canary-splunk } }
        - Name: router
          Image: public.ecr.aws/aws-observability/aws-for-fluent-bit:2
          LogConfiguration: { LogDriver: awsfirelens, Options: { Name: datadog, apikey: canary-apikey } }
        - Name: fluent
          Image: public.ecr.aws/aws-observability/aws-for-fluent-bit:2
          FirelensConfiguration: { Type: fluentbit }
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { n: [1, 2] }
    name: \"private-{{ n }}\"
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: \"10.20.{{ n }}.0/24\", AvailabilityZoneId: \"use1-az{{ n }}\" }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets: \"{{ ref_all('AWS::EC2::Subnet/*') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: HTTP
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: \"403\", ContentType: text/plain } }]
  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: known
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: 10
      Conditions: [{ Field: http-header, HttpHeaderConfig: { HttpHeaderName: X-Key, Values: [canary-header] } }]
      Actions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: \"200\", ContentType: text/plain } }]
  - type: AWS::SecretsManager::Secret
    name: session
    properties:
      GenerateSecretString: { GenerateStringKey: key, SecretStringTemplate: '{\"user\": \"canary-stencil\"}' }
  - type: AWS::WAFv2::WebACL
    name: main
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: main }
      Rules:
        - Name: unknown
          Priority: 0
          Statement:
            NotStatement:
              Statement:
                ByteMatchStatement:
                  SearchString: canary-search
                  FieldToMatch: { SingleHeader: { Name: x-key } }
                  PositionalConstraint: EXACTLY
                  TextTransformations: [{ Priority: 0, Type: NONE }]
          Action: { Block: { CustomResponse: { ResponseCode: 403, ResponseHeaders: [{ Name: x-why, Value: canary-answer }] } } }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: unknown }
";

const TENANT: &str = "\
tenant: acme
template: t
account: \"500000000101\"
roles:
  read: arn:aws:iam::500000000101:role/plan
  write: arn:aws:iam::500000000101:role/apply
  external_id: canary-external
environments:
  test: { region: us-east-1, protected: false, greeting: { API_TOKEN: canary-parameter } }
";

async fn shell(name: &str) -> Shell {
    let shell = Shell::new(name, &local_aws::endpoint().await.url, "500000000101", TEMPLATE)
        .with("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
        .with("AWS_SESSION_TOKEN", "canary-session-token");
    shell.write("tenants/acme.yaml", TENANT);
    shell
}

/// Runs a command line and looks for canaries in what it writes.
async fn say(shell: &Shell, line: &str, exit: i32) -> String {
    let ran = shell.run(&line.split(' ').collect::<Vec<_>>()).await;
    let said = both(&ran);
    assert_eq!(ran.status.code(), Some(exit), "{line}:\n{said}");
    let told: Vec<_> = said.lines().filter(|line| line.contains(CANARY)).collect();
    assert!(told.is_empty(), "`{line}` tells:\n{}", told.join("\n"));
    said
}

#[test]
fn no_secret_is_told_by_any_command_in_any_format() {
    on_deep_stack(async {
        let shell = shell("secrets").await;
        for line in ["validate", "validate --format json", "graph", "permissions", "kinds AWS::ECS::*"] {
            say(&shell, line, 0).await;
        }
        for address in ["AWS::ECS::TaskDefinition/web", "AWS::WAFv2::WebACL/main"] {
            say(&shell, &format!("explain acme/test/{address}"), 0).await;
        }
        for format in ["text", "json", "markdown", "html"] {
            say(&shell, &format!("plan --offline --format {format}"), 0).await;
            say(&shell, &format!("plan --format {format}"), 0).await;
        }
        for more in ["-v", "-vv", "-vvv", "-vv --log-format json", "--timings"] {
            say(&shell, &format!("{more} plan acme --out plan.json"), 0).await;
        }
        say(&shell, "-vvv --timings apply --plan plan.json --yes", 0).await;
        shell.write("tenants/acme.yaml", &TENANT.replace("canary-parameter", "canary-other"));
        let template = TEMPLATE.replace("canary-header", "canary-newer").replace("canary-answer", "canary-later");
        shell.write("templates/t.yaml", &template);
        for format in ["text", "json", "markdown", "html"] {
            say(&shell, &format!("diff --format {format}"), 2).await;
            say(&shell, &format!("plan --format {format} -v"), 0).await;
        }
        say(&shell, "-vv --log-format json apply acme --yes --format json", 0).await;
        for line in ["show acme", "show acme --format json", "show acme --format env", "diff"] {
            say(&shell, line, 0).await;
        }
        say(&shell, "plan --destroy", 0).await;
        nothing_is_left_lying_about(&shell).await;
        say(&shell, "-vv destroy acme/test --yes", 0).await;
    });
}

/// Files of the program, tags and objects in the account: all but the input.
async fn nothing_is_left_lying_about(shell: &Shell) {
    let input = [shell.folder.join("tenants"), shell.folder.join("templates")];
    let written = files(&shell.folder).into_iter().filter(|file| !input.iter().any(|folder| file.starts_with(folder)));
    let mut looked_at = 0;
    for file in written {
        let text = std::fs::read_to_string(&file).expect("text");
        assert!(!text.contains(CANARY), "{} tells:\n{text}", file.display());
        looked_at += 1;
    }
    assert!(looked_at >= 3, "a saved plan and two journals");
    let local = LocalAccount::on(&shell.env["AWS_ENDPOINT_URL"], "500000000101");
    let config = local.by_hand().await;
    let tags = aws_sdk_resourcegroupstagging::Client::new(&config).get_resources().send().await.expect("tags");
    assert!(tags.resource_tag_mapping_list().len() > 3 && !format!("{tags:?}").contains(CANARY), "{tags:#?}");
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let bucket = "provision-provision-500000000101";
    let objects = s3.list_objects_v2().bucket(bucket).send().await.expect("a bucket");
    for object in objects.contents() {
        let lease = s3.get_object().bucket(bucket).key(object.key().expect("a key")).send().await.expect("it is there");
        let text = lease.body.collect().await.expect("its text").into_bytes();
        assert!(!String::from_utf8_lossy(&text).contains(CANARY), "{text:?}");
    }
    assert!(!objects.contents().is_empty(), "the lease is one");
    let calls = local.calls().await;
    assert!(!calls.iter().any(|call| call.ends_with(":GetSecretValue")), "nobody asks for a secret's value");
}

/// Whatever is wrong with a file, the line is shown without its secrets.
#[tokio::test]
async fn mistakes_next_to_secrets_are_told_without_them() {
    let shell = shell("secret-mistakes").await;
    let environment = "greeting: { API_TOKEN: canary-parameter }";
    for (reason, wrong) in [
        ("a wrong type beside it", format!("size: \"3\", {environment}")),
        ("an unknown parameter beside it", format!("sice: 3, {environment}")),
        ("itself of a wrong type", "greeting: { API_TOKEN: [canary-parameter] }".to_owned()),
        ("itself too long", format!("greeting: {{ API_TOKEN: canary-{} }}", "x".repeat(50))),
        ("the wrong form of the whole", "greeting: canary-parameter".to_owned()),
        ("a duplicate key", "greeting: { API_TOKEN: canary-parameter, API_TOKEN: canary-2 }".to_owned()),
        ("a bracket in it", "greeting: { API_TOKEN: canary⟦ }".to_owned()),
        ("a tag", "greeting: { API_TOKEN: !!str canary-parameter }".to_owned()),
        ("a missing brace", "greeting: { API_TOKEN: canary-parameter ".to_owned()),
        ("a missing quote", "greeting: { API_TOKEN: \"canary-parameter }".to_owned()),
        ("too many colons", "greeting: { API_TOKEN: canary: parameter: canary".to_owned()),
        ("an unknown region", format!("region: us-esat-1, {environment}")),
    ] {
        let text = TENANT.replace(environment, &wrong);
        shell.write(
            "tenants/acme.yaml",
            &if reason.contains("region") { text.replacen("region: us-east-1, ", "", 1) } else { text },
        );
        for line in
            ["validate", "validate --format json", "validate --format sarif", "--log-format json plan --offline"]
        {
            let said = say(&shell, line, 1).await;
            assert!(said.contains("acme.yaml"), "{reason}: {said}");
        }
    }
    shell.write(
        "tenants/acme.yaml",
        &TENANT.replace("  external_id: canary-external", "  external_id: [canary-external]"),
    );
    say(&shell, "validate", 1).await;
    shell.write("tenants/acme.yaml", TENANT);
    shell.write("templates/t.yaml", &TEMPLATE.replace("Value: canary-literal", "Value: [canary-literal]"));
    say(&shell, "validate", 1).await;
    shell.write("templates/t.yaml", &TEMPLATE.replace("[canary-header]", "{ a: canary-header }"));
    say(&shell, "validate", 1).await;
}

/// What is written where others could read it is for its owner alone.
#[tokio::test]
#[cfg(unix)]
async fn plans_and_journals_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let vpc = "resources: [{ type: \"AWS::EC2::VPC\", name: main, properties: { CidrBlock: 10.0.0.0/16 } }]\n";
    let shell = Shell::new("modes", &local_aws::endpoint().await.url, "500000000102", vpc);
    // Also where a file of this name was readable by all before.
    shell.write("plan.json", "old");
    let ran = shell
        .run_line("umask 000; \"$provision\" plan --out plan.json && \"$provision\" apply --plan plan.json --yes")
        .await;
    assert_eq!(ran.status.code(), Some(0), "{}", both(&ran));
    let state = shell.folder.join("state");
    let files: Vec<_> = files(&state).into_iter().chain([shell.folder.join("plan.json")]).collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        let mode = std::fs::metadata(&file).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}
