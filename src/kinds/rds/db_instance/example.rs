//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: database
    properties: { GroupDescription: the database, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/database') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: db.r6g.large
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: insights
    properties: { EnableKeyRotation: true }
  - type: AWS::IAM::Role
    name: monitoring
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: monitoring.rds.amazonaws.com }, Action: sts:AssumeRole }
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: database
    properties: { GroupDescription: the database, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/database') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
  - type: AWS::RDS::DBParameterGroup
    name: main
    properties:
      Description: settings of the instances
      Family: aurora-postgresql16
      Parameters: { log_min_duration_statement: 1000 }
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: db.r6g.xlarge
      AutoMinorVersionUpgrade: false
      CACertificateIdentifier: rds-ca-ecc384-g1
      DBParameterGroupName: \"{{ ref('AWS::RDS::DBParameterGroup/main') }}\"
      EnablePerformanceInsights: true
      PerformanceInsightsKMSKeyId: \"{{ ref('AWS::KMS::Key/insights', 'Arn') }}\"
      PerformanceInsightsRetentionPeriod: 93
      MonitoringInterval: 60
      MonitoringRoleArn: \"{{ ref('AWS::IAM::Role/monitoring', 'Arn') }}\"
      PreferredMaintenanceWindow: sun:05:00-sun:06:00
      PromotionTier: 2
";
