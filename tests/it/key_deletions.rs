//! A key whose deletion somebody has scheduled is the stack's still: the plan tells it, and an apply has the key back.

use aws_sdk_kms::types::KeyState;
use provision::plan::{Action, Cause};

use crate::stage::{Stage, blueprints, on_deep_stack, words};

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
        let stage = Stage::new(ACCOUNT).await;
        let tenant = format!(
            "tenant: host\ntemplate: own\naccount: \"{ACCOUNT}\"\nenvironments: {{ production: {{ region: us-east-1 }} }}\n"
        );
        let stack = blueprints(&[("host.yaml", &tenant)], &[("own.yaml", TEMPLATE)]).unwrap().remove(0);
        stage.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let id = stage.inventory(&stack).await.all().next().expect("the key").1.id.clone();
        let kms = aws_sdk_kms::Client::new(&stage.by_hand().await);
        kms.schedule_key_deletion().key_id(&id).pending_window_in_days(7).send().await.unwrap();

        let plan = stage.plan(&stack).await;
        let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
        assert_eq!((change.action, change.cause), (Action::Update, Cause::Drift), "{}", words(&plan));
        assert!(words(&plan).contains("scheduled its deletion"), "{}", words(&plan));
        stage.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let key = kms.describe_key().key_id(&id).send().await.unwrap();
        assert_eq!(key.key_metadata().unwrap().key_state(), Some(&KeyState::Enabled));
        assert!(stage.plan(&stack).await.is_empty());

        // What a destroy has scheduled is no longer the stack's: the next apply makes another.
        stage.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = stage.plan(&stack).await;
        assert_eq!(plan.changes.iter().map(|change| change.action).collect::<Vec<_>>(), [Action::Create]);
    });
}
