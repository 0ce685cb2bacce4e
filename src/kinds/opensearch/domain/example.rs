//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::EC2::SecurityGroup
    name: search
    properties: { GroupDescription: the domain, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::OpenSearchService::Domain
    name: items
    properties:
      EngineVersion: OpenSearch_2.17
      ClusterConfig:
        InstanceType: r7g.large.search
        InstanceCount: 2
        ZoneAwarenessEnabled: true
      EBSOptions: { EBSEnabled: true, VolumeType: gp3, VolumeSize: 20 }
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: Policy-Min-TLS-1-2-2019-07 }
      VPCOptions:
        SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
        SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/search', 'GroupId') }}\"]
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2, use1-az3] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::EC2::SecurityGroup
    name: search
    properties: { GroupDescription: the domain, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: more
    properties: { GroupDescription: the domain too, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::IAM::Role
    name: master
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }]
  - type: AWS::Logs::LogGroup
    name: slow
    properties: { RetentionInDays: 30 }
  - type: AWS::Logs::ResourcePolicy
    name: search
    properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: es.amazonaws.com }
            Action: [\"logs:CreateLogStream\", \"logs:PutLogEvents\"]
            Resource: \"{{ ref('AWS::Logs::LogGroup/slow', 'Arn') }}\"
  - type: AWS::OpenSearchService::Domain
    name: items
    properties:
      EngineVersion: OpenSearch_2.19
      AccessPolicies:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { AWS: \"arn:aws:iam::{{ account }}:root\" }
            Action: es:ESHttp*
            Resource: \"arn:aws:es:{{ region }}:{{ account }}:domain/{{ physical('AWS::OpenSearchService::Domain/items') }}/*\"
      AdvancedOptions: { indices.query.bool.max_clause_count: \"2048\" }
      AdvancedSecurityOptions:
        Enabled: true
        MasterUserOptions: { MasterUserARN: \"{{ ref('AWS::IAM::Role/master', 'Arn') }}\" }
      ClusterConfig:
        InstanceType: m7g.large.search
        InstanceCount: 3
        DedicatedMasterEnabled: true
        DedicatedMasterType: m7g.medium.search
        DedicatedMasterCount: 3
        ZoneAwarenessEnabled: true
        ZoneAwarenessConfig: { AvailabilityZoneCount: 3 }
        MultiAZWithStandbyEnabled: true
      EBSOptions: { EBSEnabled: true, VolumeType: gp3, VolumeSize: 40, Iops: 4000, Throughput: 250 }
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10 }
      EncryptionAtRestOptions: { Enabled: true }
      NodeToNodeEncryptionOptions: { Enabled: true }
      IPAddressType: dualstack
      LogPublishingOptions:
        INDEX_SLOW_LOGS: { CloudWatchLogsLogGroupArn: \"{{ ref('AWS::Logs::LogGroup/slow', 'Arn') }}\" }
      OffPeakWindowOptions: { OffPeakWindow: { WindowStartTime: { Hours: 2, Minutes: 30 } } }
      SoftwareUpdateOptions: { AutoSoftwareUpdateEnabled: true }
      VPCOptions:
        SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
        SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/more', 'GroupId') }}\"]
";
