//! What a person asks for beside the YAML, on the local AWS: a resource is forgotten, restarted, or rolled back.

use serde_json::Value;

use crate::commands::shell::{Shell, both};
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;

const VPC: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
";
const GROUP: &str = "  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: of the web }
";
const LOGS: &str = "  - type: AWS::Logs::LogGroup
    name: audit
    properties: { RetentionInDays: 400 }
";
const SERVICE: &str = "  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties: {}
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: web, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      DesiredCount: 2
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
";

/// Runs the program; fails unless it ends with this code.
async fn ran(shell: &Shell, line: &str, code: i32) -> String {
    let ran = shell.run(&line.split(' ').collect::<Vec<_>>()).await;
    assert_eq!(ran.status.code(), Some(code), "{line}: {}", both(&ran));
    both(&ran)
}

#[tokio::test]
async fn what_is_forgotten_is_foreign_and_destroy_leaves_it() {
    let account = "600000000041";
    let shell = Shell::new("forget", &local_aws::endpoint().await.url, account, &[VPC, GROUP, LOGS].concat());
    ran(&shell, "apply acme/test --yes", 0).await;
    let text = ran(&shell, "forget acme/test/AWS::Logs::LogGroup/audit --yes", 6).await;
    assert!(text.contains("the YAML still names AWS::Logs::LogGroup/audit"), "{text}");

    shell.write("templates/t.yaml", &[VPC, GROUP].concat());
    let text = ran(&shell, "forget acme/test/AWS::Logs::LogGroup/audit", 64).await;
    assert!(text.contains("tags that are taken off: provision:") && text.contains("no terminal"), "{text}");
    let text = ran(&shell, "forget acme/test/AWS::Logs::LogGroup/audit --yes", 0).await;
    assert!(text.contains("\nforgotten; "), "{text}");
    assert!(ran(&shell, "plan acme/test", 0).await.contains("nothing to do"));
    let text = ran(&shell, "forget acme/test/AWS::Logs::LogGroup/audit --yes", 1).await;
    assert!(text.contains("acme/test has no AWS::Logs::LogGroup/audit"), "{text}");

    // In a network of the stack it is foreign; a network itself goes on being used by it.
    shell.write("templates/t.yaml", VPC);
    let text = ran(&shell, "forget acme/test/AWS::EC2::SecurityGroup/web --yes", 0).await;
    assert!(text.contains("it uses AWS::EC2::VPC/main"), "{text}");
    let text = ran(&shell, "diff acme/test", 0).await;
    assert!(text.contains(" ?  foreign  AWS::EC2::SecurityGroup sg-"), "{text}");
    shell.write("templates/t.yaml", "resources: []\n");
    let text = ran(&shell, "history acme/test", 0).await;
    assert_eq!(text.matches("  forget  ").count(), 2, "{text}");

    let logs = aws_sdk_cloudwatchlogs::Client::new(&LocalAccount::new(account).await.by_hand().await);
    let ec2 = aws_sdk_ec2::Client::new(&LocalAccount::new(account).await.by_hand().await);
    let groups = ec2.describe_security_groups().send().await.expect("an answer").security_groups.unwrap_or_default();
    let group = groups.iter().find(|group| group.description() == Some("of the web")).expect("it is there");
    assert!(group.tags().iter().all(|tag| !tag.key().unwrap_or_default().starts_with("provision:")), "{group:?}");
    ec2.delete_security_group().group_id(group.group_id().expect("an id")).send().await.expect("nothing uses it");
    ran(&shell, "destroy acme/test --yes", 0).await;
    let there = logs.describe_log_groups().send().await.expect("an answer").log_groups.unwrap_or_default();
    assert_eq!(there.len(), 1, "{there:?}");
}

#[tokio::test]
async fn a_restart_replaces_the_tasks_and_changes_nothing() {
    let account = "600000000042";
    let shell = Shell::new("restart", &local_aws::endpoint().await.url, account, &[VPC, SERVICE].concat());
    ran(&shell, "apply acme/test --yes", 0).await;
    let local = LocalAccount::new(account).await;
    let before = local.calls().await.len();
    let text = ran(&shell, "restart acme/test/web", 64).await;
    let told = "a rolling deployment replaces its 2 tasks by new ones of the same revision: 100 to 200 % of them run meanwhile";
    assert!(text.contains(" ~  restart  AWS::ECS::Service/web") && text.contains(told), "{text}");
    let text = ran(&shell, "restart acme/test/* --yes", 0).await;
    assert!(text.contains("\nrestarted: 1 service\n"), "{text}");
    let calls = local.calls().await.split_off(before);
    let is_change =
        |call: &&String| ["Update", "Create", "Delete", "Register", "Tag"].iter().any(|verb| call.contains(verb));
    assert_eq!(calls.iter().filter(is_change).collect::<Vec<_>>(), ["ecs:UpdateService"], "{calls:?}");
    assert!(ran(&shell, "plan acme/test", 0).await.contains("nothing to do"));
    assert!(ran(&shell, "history acme/test", 0).await.contains("  restart  done"));
    let text = ran(&shell, "restart acme/test/AWS::EC2::VPC/main --yes", 64).await;
    assert!(text.contains("matches no resource") && text.contains("can be restarted: AWS::ECS::Service"), "{text}");

    let shown: Value =
        serde_json::from_str(&ran(&shell, "show acme/test/AWS::ECS::Service/web --format json", 0).await)
            .expect("JSON alone");
    let health = shown["stacks"][0]["resources"][0]["health"].as_str().expect("it is told");
    assert!(health.contains("2 of 2 tasks running"), "{health}");
}

#[tokio::test]
async fn a_rollback_goes_to_the_revision_before_and_an_apply_does_not_undo_it_unasked() {
    let account = "600000000043";
    let template = |tag: &str| [VPC, &SERVICE.replace("1.29", tag)].concat();
    let shell = Shell::new("rollback", &local_aws::endpoint().await.url, account, &template("1.27"));
    ran(&shell, "apply acme/test --yes", 0).await;
    let text = ran(&shell, "rollback acme/test/web --yes", 6).await;
    assert!(text.contains("has nothing to go back to") && text.contains("is the oldest active revision"), "{text}");
    for tag in ["1.28", "1.29"] {
        shell.write("templates/t.yaml", &template(tag));
        ran(&shell, "apply acme/test --yes", 0).await;
    }
    let local = LocalAccount::new(account).await;
    let before = local.calls().await.len();
    let text = ran(&shell, "rollback acme/test/web", 64).await;
    for told in [
        " ~  rollback AWS::ECS::Service/web",
        "from revision 3 (public.ecr.aws/nginx/nginx:1.29, registered ",
        ") to revision 2 (public.ecr.aws/nginx/nginx:1.28, registered ",
        "100 to 200 % of them run meanwhile",
        "no terminal",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let text = ran(&shell, "rollback acme/test/web --yes", 0).await;
    assert!(text.contains("\nrolled back: 1 service; the YAML still names what ran before"), "{text}");
    let calls = local.calls().await.split_off(before);
    let is_change =
        |call: &&String| ["Update", "Create", "Delete", "Register", "Tag"].iter().any(|verb| call.contains(verb));
    assert_eq!(calls.iter().filter(is_change).collect::<Vec<_>>(), ["ecs:TagResource", "ecs:UpdateService"]);
    assert_eq!(running(account).await, "acme-test-web:2");
    assert!(ran(&shell, "history acme/test", 0).await.contains("  rollback  done"));

    // The next plan says why, and refuses to bring back what was given up.
    let text = ran(&shell, "plan acme/test", 6).await;
    assert!(
        text.contains("rolled back on 20") && text.contains(", from revision 3 to 2; this brings revision 3 back"),
        "{text}"
    );
    assert!(ran(&shell, "plan acme/test --only config", 0).await.contains("left alone"), "it is no change of the YAML");
    let text = ran(&shell, "apply acme/test --yes", 6).await;
    assert!(text.contains("--allow-roll-forward acme/test/AWS::ECS::Service/web"), "{text}");

    // Once more: and what was given up first is what an apply would bring back.
    ran(&shell, "rollback acme/test/web --yes", 0).await;
    assert_eq!(running(account).await, "acme-test-web:1");
    let text = ran(&shell, "plan acme/test", 6).await;
    assert!(text.contains(", from revision 3 to 1"), "{text}");
    let text = ran(&shell, "rollback acme/test/web --to 1 --yes", 6).await;
    assert!(text.contains("it runs revision 1 already"), "{text}");
    ran(&shell, "rollback acme/test/web --to 2 --yes", 0).await;

    // A correction in the YAML is another revision, and needs no consent.
    shell.write("templates/t.yaml", &template("1.30"));
    let text = ran(&shell, "apply acme/test --yes", 0).await;
    assert!(text.contains("this rolls forward, to another revision"), "{text}");
    assert_eq!(running(account).await, "acme-test-web:4");
    assert!(ran(&shell, "plan acme/test", 0).await.contains("nothing to do"), "nothing is left of it");

    // The very revision comes back when that is said.
    ran(&shell, "rollback acme/test/web --yes", 0).await;
    ran(&shell, "apply acme/test --yes --allow-roll-forward acme/test/AWS::ECS::Service/web", 0).await;
    assert_eq!(running(account).await, "acme-test-web:4");
    let text = ran(&shell, "rollback acme/test", 64).await;
    assert!(text.contains("names no service") && text.contains("rollback acme/test/web"), "{text}");
}

#[tokio::test]
async fn a_rollback_passes_over_a_revision_that_never_came_up() {
    let account = "600000000044";
    let breaker = "      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } }\n";
    let template = |tag: &str| [VPC, &SERVICE.replace("1.29", tag), breaker].concat();
    let shell = Shell::new("rollback-broken", &local_aws::endpoint().await.url, account, &template("1.27"));
    ran(&shell, "apply acme/test --yes", 0).await;
    shell.write("templates/t.yaml", &template("broken"));
    ran(&shell, "apply acme/test --yes", 1).await;
    let text = ran(&shell, "rollback acme/test/web --yes", 6).await;
    assert!(text.contains("is the oldest active revision"), "ECS itself went back already: {text}");
    shell.write("templates/t.yaml", &template("1.28"));
    ran(&shell, "apply acme/test --yes", 0).await;
    let text = ran(&shell, "rollback acme/test/web --yes", 0).await;
    assert!(text.contains("from revision 3 (public.ecr.aws/nginx/nginx:1.28"), "{text}");
    assert!(text.contains("to revision 1 (public.ecr.aws/nginx/nginx:1.27"), "revision 2 has never run: {text}");
    let text = ran(&shell, "rollback acme/test/web --to 2", 64).await;
    assert!(text.contains("no deployment of it has succeeded"), "{text}");
}

/// The revision that the service runs.
async fn running(account: &str) -> String {
    let ecs = aws_sdk_ecs::Client::new(&LocalAccount::new(account).await.by_hand().await);
    let answer =
        ecs.describe_services().cluster("acme-test-main").services("acme-test-web").send().await.expect("an answer");
    let arn = answer.services().first().and_then(|service| service.task_definition()).expect("it runs one").to_owned();
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}
