//! What the docs show and the life-cycle test creates.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData: { ImageId: ami-12c6146b, InstanceType: m7i.large }
  - type: AWS::AutoScaling::AutoScalingGroup
    name: small
    properties:
      MinSize: 0
      MaxSize: 4
      VPCZoneIdentifier: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
      MixedInstancesPolicy:
        InstancesDistribution: { SpotAllocationStrategy: price-capacity-optimized }
        LaunchTemplate:
          LaunchTemplateSpecification:
            LaunchTemplateId: \"{{ ref('AWS::EC2::LaunchTemplate/small') }}\"
            Version: \"{{ ref('AWS::EC2::LaunchTemplate/small', 'LatestVersionNumber') }}\"
          Overrides: [{ InstanceType: m7i.large }, { InstanceType: m6i.large }]
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20 }
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData: { ImageId: ami-12c6146b, InstanceType: m7i.xlarge }
  - type: AWS::AutoScaling::AutoScalingGroup
    name: small
    properties:
      MinSize: 0
      MaxSize: 6
      CapacityRebalance: true
      Cooldown: 60
      DefaultInstanceWarmup: 120
      HealthCheckGracePeriod: 90
      HealthCheckType: EBS
      MaxInstanceLifetime: 1209600
      NewInstancesProtectedFromScaleIn: true
      TerminationPolicies: [OldestLaunchTemplate, Default]
      VPCZoneIdentifier: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\", \"{{ ref('AWS::EC2::Subnet/private-2') }}\"]
      LaunchTemplate:
        LaunchTemplateId: \"{{ ref('AWS::EC2::LaunchTemplate/small') }}\"
        Version: \"{{ ref('AWS::EC2::LaunchTemplate/small', 'LatestVersionNumber') }}\"
";
