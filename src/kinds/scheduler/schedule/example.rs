/// What the docs show and the life-cycle test creates.
pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties: {}
  - type: AWS::ECS::TaskDefinition
    name: report
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: report, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::IAM::Role
    name: report
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: run
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement: [{ Effect: Allow, Action: ecs:RunTask, Resource: \"*\" }]
  - type: AWS::Scheduler::ScheduleGroup
    name: main
    properties: {}
  - type: AWS::Scheduler::Schedule
    name: report
    properties:
      GroupName: \"{{ ref('AWS::Scheduler::ScheduleGroup/main') }}\"
      ScheduleExpression: cron(0 4 * * ? *)
      ScheduleExpressionTimezone: America/Santiago
      FlexibleTimeWindow: { Mode: \"OFF\" }
      Target:
        Arn: \"{{ ref('AWS::ECS::Cluster/main', 'Arn') }}\"
        RoleArn: \"{{ ref('AWS::IAM::Role/report', 'Arn') }}\"
        EcsParameters:
          TaskDefinitionArn: \"{{ ref('AWS::ECS::TaskDefinition/report') }}\"
          LaunchType: FARGATE
          NetworkConfiguration:
            AwsvpcConfiguration: { Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"] }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties: {}
  - type: AWS::ECS::TaskDefinition
    name: report
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: report, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::KMS::Key
    name: main
    properties:
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { AWS: \"arn:aws:iam::{{ account }}:root\" }, Action: \"kms:*\", Resource: \"*\" }
  - type: AWS::IAM::Role
    name: report
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: run
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement: [{ Effect: Allow, Action: ecs:RunTask, Resource: \"*\" }]
  - type: AWS::SQS::Queue
    name: missed
    properties: {}
  - type: AWS::Scheduler::ScheduleGroup
    name: main
    properties: {}
  - type: AWS::Scheduler::Schedule
    name: report
    properties:
      GroupName: \"{{ ref('AWS::Scheduler::ScheduleGroup/main') }}\"
      ScheduleExpression: rate(1 hour)
      FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: 10 }
      State: DISABLED
      KmsKeyArn: \"{{ ref('AWS::KMS::Key/main', 'Arn') }}\"
      Target:
        Arn: \"{{ ref('AWS::ECS::Cluster/main', 'Arn') }}\"
        RoleArn: \"{{ ref('AWS::IAM::Role/report', 'Arn') }}\"
        Input: '{\"containerOverrides\":[{\"name\":\"report\",\"command\":[\"nightly\"]}]}'
        DeadLetterConfig: { Arn: \"{{ ref('AWS::SQS::Queue/missed', 'Arn') }}\" }
        RetryPolicy: { MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 2 }
        EcsParameters:
          TaskDefinitionArn: \"{{ ref('AWS::ECS::TaskDefinition/report') }}\"
          TaskCount: 2
          LaunchType: FARGATE
          PlatformVersion: LATEST
          PropagateTags: TASK_DEFINITION
          EnableECSManagedTags: true
          EnableExecuteCommand: true
          NetworkConfiguration:
            AwsvpcConfiguration:
              Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
              AssignPublicIp: ENABLED
";
