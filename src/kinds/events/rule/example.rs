//! The two examples.

/// What the docs show and the life-cycle test creates.
pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::SNS::Topic
    name: alerts
    properties: {}
  - type: AWS::Events::Rule
    name: findings
    properties:
      EventPattern:
        source: [aws.guardduty]
        detail: { severity: [{ numeric: ['>=', 7] }] }
      Targets:
        - Id: alerts
          Arn: \"{{ ref('AWS::SNS::Topic/alerts', 'TopicArn') }}\"
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SNS::Topic
    name: alerts
    properties: {}
  - type: AWS::SQS::Queue
    name: jobs
    properties: {}
  - type: AWS::IAM::Role
    name: rule
    properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::Events::Rule
    name: findings
    properties:
      Description: Findings of GuardDuty, and every hour
      State: DISABLED
      RoleArn: \"{{ ref('AWS::IAM::Role/rule', 'Arn') }}\"
      ScheduleExpression: rate(1 hour)
      EventPattern: { source: [aws.guardduty] }
      Targets:
        - Id: alerts
          Arn: \"{{ ref('AWS::SNS::Topic/alerts', 'TopicArn') }}\"
          InputTransformer:
            InputPathsMap: { what: $.detail.title }
            InputTemplate: '\"GuardDuty: <what>\"'
        - Id: jobs
          Arn: \"{{ ref('AWS::SQS::Queue/jobs', 'Arn') }}\"
          InputPath: $.detail
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 }
          DeadLetterConfig: { Arn: \"{{ ref('AWS::SQS::Queue/jobs', 'Arn') }}\" }
";
