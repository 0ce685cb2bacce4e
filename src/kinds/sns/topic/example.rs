//! The template in the docs, and what the life-cycle test makes of it.

/// CloudWatch cannot publish by the key `alias/aws/sns`, whose policy nobody can change.
pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::KMS::Key
    name: alerts
    properties:
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { AWS: \"arn:aws:iam::{{ account }}:root\" }
            Action: kms:*
            Resource: \"*\"
          - Effect: Allow
            Principal: { Service: cloudwatch.amazonaws.com }
            Action: [kms:Decrypt, kms:GenerateDataKey*]
            Resource: \"*\"
  - type: AWS::SNS::Topic
    name: alerts
    properties:
      DisplayName: Alerts
      KmsMasterKeyId: \"{{ ref('AWS::KMS::Key/alerts', 'Arn') }}\"
      Subscription:
        - { Protocol: email, Endpoint: ops@example.com }
  - type: AWS::SNS::Topic
    name: orders
    properties: { FifoTopic: true }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: alerts
    properties: {}
  - type: AWS::IAM::Role
    name: logs
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sts:AssumeRole
  - type: AWS::SQS::Queue
    name: alerts
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: \"*\"
            Condition: { ArnEquals: { \"aws:SourceArn\": \"{{ ref('AWS::SNS::Topic/alerts') }}\" } }
  - type: AWS::SQS::Queue
    name: undelivered
    properties: { MessageRetentionPeriod: 1209600 }
  - type: AWS::SNS::Topic
    name: alerts
    properties:
      DeliveryStatusLogging:
        - Protocol: sqs
          SuccessFeedbackRoleArn: \"{{ ref('AWS::IAM::Role/logs', 'Arn') }}\"
          SuccessFeedbackSampleRate: \"10\"
          FailureFeedbackRoleArn: \"{{ ref('AWS::IAM::Role/logs', 'Arn') }}\"
      DisplayName: Alarms
      MaximumMessageSize: 1048576
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: cloudwatch.amazonaws.com }
            Action: sns:Publish
            Resource: \"*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
      SignatureVersion: \"2\"
      Subscription:
        - Protocol: sqs
          Endpoint: \"{{ ref('AWS::SQS::Queue/alerts', 'Arn') }}\"
          FilterPolicy: { severity: [page, ticket] }
          FilterPolicyScope: MessageBody
          RawMessageDelivery: true
          RedrivePolicy: { deadLetterTargetArn: \"{{ ref('AWS::SQS::Queue/undelivered', 'Arn') }}\" }
      TracingConfig: Active
  - type: AWS::SNS::Topic
    name: orders
    properties:
      FifoTopic: true
      ArchivePolicy: { MessageRetentionPeriod: \"30\" }
      ContentBasedDeduplication: true
      FifoThroughputScope: MessageGroup
";
