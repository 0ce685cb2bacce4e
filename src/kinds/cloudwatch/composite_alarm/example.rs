//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::CloudWatch::Alarm
    name: cpu
    properties:
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Average
      Period: 60
      EvaluationPeriods: 3
      Threshold: 90
      ComparisonOperator: GreaterThanThreshold
  - type: AWS::CloudWatch::CompositeAlarm
    name: pages
    properties:
      AlarmRule: ALARM(\"{{ ref('AWS::CloudWatch::Alarm/cpu', 'Arn') }}\")
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SNS::Topic
    name: page
    properties: {}
  - type: AWS::CloudWatch::Alarm
    name: cpu
    properties:
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Average
      Period: 60
      EvaluationPeriods: 3
      Threshold: 90
      ComparisonOperator: GreaterThanThreshold
  - type: AWS::CloudWatch::Alarm
    name: works
    properties:
      Namespace: Shop
      MetricName: Maintenance
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
  - type: AWS::CloudWatch::CompositeAlarm
    name: pages
    properties:
      ActionsEnabled: false
      ActionsSuppressor: \"{{ ref('AWS::CloudWatch::Alarm/works') }}\"
      ActionsSuppressorExtensionPeriod: 300
      ActionsSuppressorWaitPeriod: 60
      AlarmActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
      AlarmDescription: Somebody has to look.
      AlarmRule: NOT OK(\"{{ ref('AWS::CloudWatch::Alarm/cpu', 'Arn') }}\")
      InsufficientDataActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
      OKActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
";
