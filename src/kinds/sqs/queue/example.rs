//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::SQS::Queue
    name: orders-dead
    properties: { MessageRetentionPeriod: 1209600 }
  - type: AWS::SQS::Queue
    name: orders
    properties:
      VisibilityTimeout: 120
      RedrivePolicy: { deadLetterTargetArn: \"{{ ref('AWS::SQS::Queue/orders-dead', 'Arn') }}\", maxReceiveCount: 5 }
  - type: AWS::SQS::Queue
    name: ledger
    properties: { FifoQueue: true }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: queues
    properties: { Description: encrypts messages }
  - type: AWS::SQS::Queue
    name: orders-dead
    properties: { MessageRetentionPeriod: 1209600 }
  - type: AWS::SQS::Queue
    name: orders
    properties:
      DelaySeconds: 5
      KmsDataKeyReusePeriodSeconds: 600
      KmsMasterKeyId: \"{{ ref('AWS::KMS::Key/queues', 'Arn') }}\"
      MaximumMessageSize: 262144
      MessageRetentionPeriod: 86400
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Deny
            Principal: \"*\"
            Action: sqs:*
            Resource: \"{{ ref('AWS::SQS::Queue/orders', 'Arn') }}\"
            Condition: { Bool: { \"aws:SecureTransport\": \"false\" } }
      ReceiveMessageWaitTimeSeconds: 20
      RedriveAllowPolicy: { redrivePermission: denyAll }
      RedrivePolicy: { deadLetterTargetArn: \"{{ ref('AWS::SQS::Queue/orders-dead', 'Arn') }}\", maxReceiveCount: 3 }
      VisibilityTimeout: 60
  - type: AWS::SQS::Queue
    name: ledger
    properties:
      ContentBasedDeduplication: true
      DeduplicationScope: messageGroup
      FifoQueue: true
      FifoThroughputLimit: perMessageGroupId
";
