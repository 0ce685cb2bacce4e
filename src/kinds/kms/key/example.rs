//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::KMS::Key
    name: main
    properties:
      Description: Encrypts all data of the environment
      EnableKeyRotation: true
      RotationPeriodInDays: 180
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: main
    properties:
      Description: Retired, see the key data
      Enabled: false
      PendingWindowInDays: 7
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { AWS: \"arn:aws:iam::{{ account }}:root\" }
            Action: kms:*
            Resource: \"*\"
          - Effect: Deny
            Principal: \"*\"
            Action: [kms:Encrypt, kms:GenerateDataKey*]
            Resource: \"*\"
";
