//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: cache
    properties: { GroupDescription: the cache, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::ElastiCache::SubnetGroup
    name: data
    properties:
      Description: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
  - type: AWS::ElastiCache::ReplicationGroup
    name: main
    properties:
      ReplicationGroupDescription: sessions
      Engine: valkey
      EngineVersion: '8.0'
      CacheNodeType: cache.t4g.small
      ReplicasPerNodeGroup: 1
      AutomaticFailoverEnabled: true
      MultiAZEnabled: true
      CacheSubnetGroupName: \"{{ ref('AWS::ElastiCache::SubnetGroup/data') }}\"
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/cache') }}\"]
      AtRestEncryptionEnabled: true
      TransitEncryptionEnabled: true
      SnapshotRetentionLimit: 7
      SnapshotWindow: 03:00-04:00
";

/// The parameter group that it names has to be there.
pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: cache
    properties: { GroupDescription: the cache, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: sessions
    properties: { GroupDescription: the sessions, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::Logs::LogGroup
    name: cache
    properties: { RetentionInDays: 30 }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::ElastiCache::SubnetGroup
    name: data
    properties:
      Description: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
  - type: AWS::ElastiCache::User
    name: sessions
    properties:
      Engine: valkey
      UserName: \"{{ physical('AWS::ElastiCache::User/sessions') }}\"
      AccessString: on ~* +@all
      AuthenticationMode: { Type: iam }
  - type: AWS::ElastiCache::UserGroup
    name: sessions
    properties: { Engine: valkey, UserIds: [\"{{ ref('AWS::ElastiCache::User/sessions') }}\"] }
  - type: AWS::ElastiCache::ReplicationGroup
    name: main
    properties:
      ReplicationGroupDescription: sessions of the test
      Engine: valkey
      EngineVersion: '8.1'
      CacheParameterGroupName: sessions
      CacheNodeType: cache.t4g.medium
      AutoMinorVersionUpgrade: false
      CacheSubnetGroupName: \"{{ ref('AWS::ElastiCache::SubnetGroup/data') }}\"
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/sessions') }}\"]
      AtRestEncryptionEnabled: true
      TransitEncryptionEnabled: true
      UserGroupIds: [\"{{ ref('AWS::ElastiCache::UserGroup/sessions') }}\"]
      SnapshotRetentionLimit: 14
      SnapshotWindow: 01:00-02:00
      PreferredMaintenanceWindow: mon:04:00-mon:05:00
      LogDeliveryConfigurations:
        - LogType: slow-log
          LogFormat: json
          DestinationType: cloudwatch-logs
          DestinationDetails: { CloudWatchLogsDetails: { LogGroup: \"{{ ref('AWS::Logs::LogGroup/cache') }}\" } }
";
