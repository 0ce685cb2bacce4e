//! The two examples.

/// What the docs show and the life-cycle test creates.
pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::GuardDuty::Detector
    name: main
    properties:
      Enable: true
      Features:
        - { Name: S3_DATA_EVENTS, Status: ENABLED }
        - Name: RUNTIME_MONITORING
          Status: ENABLED
          AdditionalConfiguration:
            - { Name: ECS_FARGATE_AGENT_MANAGEMENT, Status: ENABLED }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::GuardDuty::Detector
    name: main
    properties:
      Enable: false
      FindingPublishingFrequency: FIFTEEN_MINUTES
      Features:
        - { Name: S3_DATA_EVENTS, Status: DISABLED }
        - Name: RUNTIME_MONITORING
          Status: ENABLED
          AdditionalConfiguration:
            - { Name: ECS_FARGATE_AGENT_MANAGEMENT, Status: DISABLED }
";
