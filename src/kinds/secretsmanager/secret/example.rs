//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::SecretsManager::Secret
    name: session
    properties:
      Description: signs the cookies of sessions
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: secrets
    properties: { Description: encrypts secrets }
  - type: AWS::SecretsManager::Secret
    name: session
    properties:
      Description: signs the cookies of all sessions
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true }
      KmsKeyId: \"{{ ref('AWS::KMS::Key/secrets', 'Arn') }}\"
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Deny
            Principal: \"*\"
            Action: secretsmanager:DeleteSecret
            Resource: \"*\"
            Condition: { Bool: { \"aws:MultiFactorAuthPresent\": \"false\" } }
      Rotation:
        RotationLambdaARN: \"arn:aws:lambda:us-east-1:{{ account }}:function:rotate\"
        RotationRules: { ScheduleExpression: rate(10 days), Duration: 3h }
";
