//! The master user's password: RDS's own, one's own from a secret, or left as it is; never in what is told.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Mode};

use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties: { GroupDescription: data, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: '16.4'
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      MasterUsername: master
";
const PASSWORD: &str = "canary-9f31-password";

/// A cluster with these properties beside the others.
fn database(account: &str, more: &str) -> Blueprint {
    stack_of("safe", account, &format!("{TEMPLATE}{more}"))
}

#[test]
fn a_password_comes_from_a_secret_and_is_told_nowhere() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000075").await;
        let secrets = aws_sdk_secretsmanager::Client::new(&local.by_hand().await);
        let text = format!("{{\"password\": \"{PASSWORD}\"}}");
        let made = secrets.create_secret().name("db").secret_string(text).send().await.expect("made");
        let arn = made.arn().expect("an ARN");
        let own = |arn: &str| {
            let reference = format!("'{{' ~ '{{resolve:secretsmanager:{arn}:SecretString:password}}' ~ '}}'");
            let more =
                format!("      ManageMasterUserPassword: false\n      MasterUserPassword: \"{{{{ {reference} }}}}\"\n");
            database(&local.account, &more)
        };
        let first = own(arn);
        let plan = local.plan(&first).await;
        assert!(!words(&plan).contains(PASSWORD));
        local.apply(&first).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.calls().await.contains(&"secretsmanager:GetSecretValue".to_owned()));

        // Left as it is, it is no difference; RDS's own is one.
        let kept = database(&local.account, "");
        let plan = local.plan(&kept).await;
        let is_other = |change: &provision::plan::Change| matches!(change.action, Action::Update | Action::Replace);
        assert!(!plan.changes.iter().any(is_other), "{}", words(&plan));
        let managed = database(&local.account, "      ManageMasterUserPassword: true\n");
        let plan = local.plan(&managed).await;
        assert!(words(&plan).contains("/ManageMasterUserPassword  false → true"), "{}", words(&plan));

        let nowhere = own(&arn.replace("secret:db", "secret:other"));
        let failed = local.run(&nowhere, Mode::Apply).await.expect_err("there is no such secret");
        assert!(!failed.contains(PASSWORD), "{failed}");
    });
}

#[test]
fn a_new_cluster_needs_a_password() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000076").await;
        let plan = local.plan(&database(&local.account, "")).await;
        let notes: Vec<_> = plan.changes.iter().flat_map(|change| &change.notes).collect();
        assert!(notes.iter().any(|note| note.starts_with("a new cluster needs a password")), "{}", words(&plan));
    });
}
