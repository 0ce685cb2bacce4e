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
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: web, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
  - type: AWS::ApplicationAutoScaling::ScalableTarget
    name: web
    properties:
      ServiceNamespace: ecs
      ScalableDimension: ecs:service:DesiredCount
      ResourceId: \"service/{{ ref('AWS::ECS::Cluster/main') }}/{{ ref('AWS::ECS::Service/web', 'Name') }}\"
      MinCapacity: 1
      MaxCapacity: 4
      ScalingPolicies:
        - PolicyName: cpu
          PolicyType: TargetTrackingScaling
          TargetTrackingScalingPolicyConfiguration:
            TargetValue: 60
            PredefinedMetricSpecification:
              PredefinedMetricType: ECSServiceAverageCPUUtilization
";

/// The same with every property changed that can be updated.
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
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: web, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
  - type: AWS::ApplicationAutoScaling::ScalableTarget
    name: web
    properties:
      ServiceNamespace: ecs
      ScalableDimension: ecs:service:DesiredCount
      ResourceId: \"service/{{ ref('AWS::ECS::Cluster/main') }}/{{ ref('AWS::ECS::Service/web', 'Name') }}\"
      MinCapacity: 2
      MaxCapacity: 8
      ScalingPolicies:
        - PolicyName: cpu
          PolicyType: TargetTrackingScaling
          TargetTrackingScalingPolicyConfiguration:
            TargetValue: 50
            ScaleOutCooldown: 60
            PredefinedMetricSpecification:
              PredefinedMetricType: ECSServiceAverageCPUUtilization
        - PolicyName: backlog
          PolicyType: TargetTrackingScaling
          TargetTrackingScalingPolicyConfiguration:
            TargetValue: 100
            CustomizedMetricSpecification:
              Metrics:
                - Id: waiting
                  MetricStat:
                    Metric:
                      Namespace: AWS/SQS
                      MetricName: ApproximateNumberOfMessagesVisible
                      Dimensions: [{ Name: QueueName, Value: jobs }]
                    Stat: Average
                  ReturnData: false
                - { Id: backlog, Expression: waiting / 2 }
      SuspendedState: { DynamicScalingInSuspended: true }
      ScheduledActions:
        - ScheduledActionName: night
          Schedule: cron(0 20 * * ? *)
          Timezone: America/Santiago
          ScalableTargetAction: { MinCapacity: 1 }
";
