//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::CloudWatch::Dashboard
    name: main
    properties:
      DashboardBody:
        start: -PT6H
        widgets:
          - { type: text, width: 24, height: 1, properties: { markdown: '# Shop' } }
          - type: metric
            width: 12
            height: 6
            properties:
              title: CPU
              region: us-east-1
              period: 60
              stat: Average
              metrics:
                - [AWS/ECS, CPUUtilization, ClusterName, main, ServiceName, web]
                - [AWS/ECS, CPUUtilization, ClusterName, main, ServiceName, api, { label: '', color: '#1f77b4' }]
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::CloudWatch::Dashboard
    name: main
    properties:
      DashboardBody:
        start: -PT3H
        periodOverride: inherit
        widgets:
          - { type: text, width: 24, height: 1, properties: { markdown: '# The shop' } }
          - type: metric
            width: 12
            height: 6
            properties:
              title: CPU
              region: us-east-1
              period: 60
              stat: Maximum
              metrics:
                - [AWS/ECS, CPUUtilization, ClusterName, main, ServiceName, web]
";
