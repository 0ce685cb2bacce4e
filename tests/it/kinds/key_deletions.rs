//! A key whose deletion somebody has scheduled is the stack's still: the plan tells it, and an apply has the key back.

use aws_sdk_kms::types::KeyState;
use provision::plan::{Action, Cause, Mode, Verb};
use provision::resource::Disruption;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};

const ACCOUNT: &str = "300000000150";
const TEMPLATE: &str = "
resources:
  - type: AWS::KMS::Key
    name: main
    properties: { EnableKeyRotation: true }
";

#[test]
fn a_scheduled_deletion_is_drift_that_an_apply_cancels() {
    on_deep_stack(async {
        let local = LocalAccount::new(ACCOUNT).await;
        let stack = stack_of("host", ACCOUNT, TEMPLATE);
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let id = local.inventory(&stack).await.all().next().expect("the key").1.id.clone();
        let kms = aws_sdk_kms::Client::new(&local.by_hand().await);
        kms.schedule_key_deletion().key_id(&id).pending_window_in_days(7).send().await.unwrap();

        let plan = local.plan(&stack).await;
        let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
        assert_eq!((change.action, change.cause), (Action::Update, Cause::Drift), "{}", words(&plan));
        assert!(words(&plan).contains("scheduled its deletion"), "{}", words(&plan));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let key = kms.describe_key().key_id(&id).send().await.unwrap();
        assert_eq!(key.key_metadata().unwrap().key_state(), Some(&KeyState::Enabled));
        assert!(local.plan(&stack).await.is_empty());

        // What a destroy has scheduled is no longer the stack's: the next apply makes another.
        local.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&stack).await;
        assert_eq!(plan.changes.iter().map(|change| change.action).collect::<Vec<_>>(), [Action::Create]);
    });
}

const DATABASE: &str = "
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
      ManageMasterUserPassword: true
      StorageEncrypted: true
      KmsKeyId: \"{{ ref('AWS::KMS::Key/main', 'Arn') }}\"
";

#[test]
fn a_key_that_a_final_snapshot_needs_is_told_to_stay_and_not_counted_as_deleted() {
    on_deep_stack(async {
        let account = "300000000154";
        let local = LocalAccount::new(account).await;
        let template = format!("{}{}", TEMPLATE, DATABASE.trim_start_matches('\n'));
        let stack = stack_of("host", account, &template);
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = plan_with(&stack, &local.inventory(&stack).await, Mode::Destroy);
        let key = |plan: &provision::plan::StackPlan| {
            plan.changes.iter().find(|change| change.address.kind == "AWS::KMS::Key").expect("the key").clone()
        };
        let told = key(&plan);
        assert_eq!(told.disruption, Disruption::None, "{}", words(&plan));
        let why =
            "stays: the deletion of AWS::RDS::DBCluster/main leaves a snapshot, a backup or a secret that it encrypts";
        assert!(told.notes.iter().any(|note| note.starts_with(why)), "{:?}", told.notes);

        let run_summary = local.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let left: Vec<_> = run_summary.left.iter().map(|id| (id.verb, &*id.address.kind)).collect();
        assert_eq!(left, [(Verb::Delete, "AWS::KMS::Key")]);
        let plan = plan_with(&stack, &local.inventory(&stack).await, Mode::Destroy);
        let told = key(&plan);
        assert!(told.notes[0].starts_with("stays as long as there is a snapshot"), "{:?}", told.notes);
    });
}
