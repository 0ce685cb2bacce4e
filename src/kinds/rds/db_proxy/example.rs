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
    name: proxy
    properties: { GroupDescription: the proxy, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/proxy', 'GroupId') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: db.r6g.large
  - type: AWS::IAM::Role
    name: proxy
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: rds.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: login
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: secretsmanager:GetSecretValue
                Resource: \"{{ ref('AWS::RDS::DBCluster/main', 'MasterUserSecret.SecretArn') }}\"
  - type: AWS::RDS::DBProxy
    name: main
    properties:
      EngineFamily: POSTGRESQL
      RoleArn: \"{{ ref('AWS::IAM::Role/proxy', 'Arn') }}\"
      VpcSubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/proxy', 'GroupId') }}\"]
      Auth:
        - SecretArn: \"{{ ref('AWS::RDS::DBCluster/main', 'MasterUserSecret.SecretArn') }}\"
      TargetGroup:
        DBClusterIdentifiers: [\"{{ ref('AWS::RDS::DBCluster/main') }}\"]
";

pub(super) const CHANGED: &str = "
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
    name: proxy
    properties: { GroupDescription: the proxy, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: reports
    properties: { GroupDescription: of reports as well, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/proxy', 'GroupId') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: db.r6g.large
  - type: AWS::IAM::Role
    name: other
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: rds.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: login
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: secretsmanager:GetSecretValue
                Resource: \"{{ ref('AWS::RDS::DBCluster/main', 'MasterUserSecret.SecretArn') }}\"
  - type: AWS::RDS::DBProxy
    name: main
    properties:
      EngineFamily: POSTGRESQL
      RoleArn: \"{{ ref('AWS::IAM::Role/other', 'Arn') }}\"
      VpcSubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/reports', 'GroupId') }}\"]
      DefaultAuthScheme: IAM_AUTH
      Auth:
        - SecretArn: \"{{ ref('AWS::RDS::DBCluster/main', 'MasterUserSecret.SecretArn') }}\"
          ClientPasswordAuthType: POSTGRES_MD5
          IAMAuth: REQUIRED
      RequireTLS: true
      IdleClientTimeout: 900
      DebugLogging: true
      TargetGroup:
        DBClusterIdentifiers: [\"{{ ref('AWS::RDS::DBCluster/main') }}\"]
        ConnectionPoolConfigurationInfo:
          MaxConnectionsPercent: 80
          MaxIdleConnectionsPercent: 10
          ConnectionBorrowTimeout: 30
          InitQuery: SET search_path = shop
          SessionPinningFilters: [EXCLUDE_VARIABLE_SETS]
";
