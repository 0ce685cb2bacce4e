//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"private-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::EC2::SecurityGroup
    name: files
    properties: { GroupDescription: the mount targets, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EFS::FileSystem
    name: files
    properties:
      Encrypted: true
      BackupPolicy: { Status: ENABLED }
      LifecyclePolicies:
        - { TransitionToIA: AFTER_30_DAYS }
      MountTargets:
        - SubnetId: \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/files', 'GroupId') }}\"]
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"private-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::EC2::SecurityGroup
    name: files
    properties: { GroupDescription: the mount targets, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: more
    properties: { GroupDescription: further mount targets, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EFS::FileSystem
    name: files
    properties:
      Encrypted: true
      BackupPolicy: { Status: DISABLED }
      FileSystemPolicy:
        Version: \"2012-10-17\"
        Statement:
          - Sid: NotInTheClear
            Effect: Deny
            Principal: \"*\"
            Action: \"*\"
            Condition: { Bool: { \"aws:SecureTransport\": \"false\" } }
      FileSystemProtection: { ReplicationOverwriteProtection: DISABLED }
      LifecyclePolicies:
        - { TransitionToIA: AFTER_7_DAYS }
        - { TransitionToPrimaryStorageClass: AFTER_1_ACCESS }
      ThroughputMode: provisioned
      ProvisionedThroughputInMibps: 16
      MountTargets:
        - SubnetId: \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/more', 'GroupId') }}\"]
        - SubnetId: \"{{ ref('AWS::EC2::Subnet/private-2') }}\"
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/files', 'GroupId') }}\"]
";
