//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::CloudWatch::Alarm
    name: slow
    properties:
      AlarmDescription: Answers take more than a second; look at the databases first.
      Namespace: AWS/ApplicationELB
      MetricName: TargetResponseTime
      Dimensions: [{ Name: LoadBalancer, Value: app/main/0123456789abcdef }]
      ExtendedStatistic: p99
      Period: 60
      EvaluationPeriods: 5
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
  - type: AWS::CloudWatch::Alarm
    name: busy
    properties:
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Average
      Period: 300
      EvaluationPeriods: 3
      Threshold: 90
      ComparisonOperator: GreaterThanThreshold
  - type: AWS::CloudWatch::Alarm
    name: errors
    properties:
      AlarmDescription: More than one in a hundred requests fails.
      Metrics:
        - Id: failed
          MetricStat:
            Metric: { Namespace: AWS/ApplicationELB, MetricName: HTTPCode_Target_5XX_Count }
            Period: 60
            Stat: Sum
          ReturnData: false
        - Id: all
          MetricStat:
            Metric: { Namespace: AWS/ApplicationELB, MetricName: RequestCount }
            Period: 60
            Stat: Sum
          ReturnData: false
        - { Id: rate, Expression: failed / all * 100, Label: failed }
      EvaluationPeriods: 5
      DatapointsToAlarm: 3
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SNS::Topic
    name: page
    properties: {}
  - type: AWS::CloudWatch::Alarm
    name: slow
    properties:
      ActionsEnabled: false
      AlarmActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
      AlarmDescription: Answers take more than two seconds.
      ComparisonOperator: GreaterThanOrEqualToThreshold
      DatapointsToAlarm: 2
      Dimensions:
        - { Name: LoadBalancer, Value: app/main/0123456789abcdef }
        - { Name: TargetGroup, Value: targetgroup/web/0123456789abcdef }
      EvaluateLowSampleCountPercentile: ignore
      EvaluationPeriods: 3
      ExtendedStatistic: p95
      InsufficientDataActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
      MetricName: TargetConnectionErrorCount
      Namespace: Shop
      OKActions: [\"{{ ref('AWS::SNS::Topic/page') }}\"]
      Period: 300
      Threshold: 2
      TreatMissingData: breaching
      Unit: Seconds
  - type: AWS::CloudWatch::Alarm
    name: busy
    properties:
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Maximum
      Period: 300
      EvaluationPeriods: 3
      Threshold: 90
      ComparisonOperator: GreaterThanThreshold
  - type: AWS::CloudWatch::Alarm
    name: errors
    properties:
      AlarmDescription: The rate of failures is beyond what is usual.
      Metrics:
        - Id: failed
          MetricStat:
            Metric: { Namespace: AWS/ApplicationELB, MetricName: HTTPCode_Target_5XX_Count }
            Period: 300
            Stat: Sum
            Unit: Count
        - { Id: usual, Expression: 'ANOMALY_DETECTION_BAND(failed, 2)' }
      EvaluationPeriods: 5
      ThresholdMetricId: usual
      ComparisonOperator: GreaterThanUpperThreshold
";
