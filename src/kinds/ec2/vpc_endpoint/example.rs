//! What the docs show and the life-cycle test creates.

pub const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::RouteTable
    name: private-1
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
  - type: AWS::EC2::SecurityGroup
    name: endpoints
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: Endpoints
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.20.0.0/16, Description: the network }
      SecurityGroupEgress: []
  - type: AWS::EC2::VPCEndpoint
    name: s3
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      ServiceName: \"com.amazonaws.{{ region }}.s3\"
      RouteTableIds: [\"{{ ref('AWS::EC2::RouteTable/private-1') }}\"]
  - type: AWS::EC2::VPCEndpoint
    name: logs
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      ServiceName: \"com.amazonaws.{{ region }}.logs\"
      VpcEndpointType: Interface
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/endpoints') }}\"]
      IpAddressType: ipv4
      DnsOptions: { DnsRecordIpType: ipv4 }
";

pub const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20 }
  - type: AWS::EC2::RouteTable
    name: private-1
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
  - type: AWS::EC2::RouteTable
    name: private-2
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-2') }}\"]
  - type: AWS::EC2::SecurityGroup
    name: endpoints
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: Endpoints
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.20.0.0/16, Description: the network }
      SecurityGroupEgress: []
  - type: AWS::EC2::SecurityGroup
    name: others
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: Other endpoints
      SecurityGroupEgress: []
  - type: AWS::EC2::VPCEndpoint
    name: s3
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      ServiceName: \"com.amazonaws.{{ region }}.s3\"
      RouteTableIds: [\"{{ ref('AWS::EC2::RouteTable/private-2') }}\"]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: 'arn:aws:s3:::acme-assets/*' }
  - type: AWS::EC2::VPCEndpoint
    name: logs
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      ServiceName: \"com.amazonaws.{{ region }}.logs\"
      VpcEndpointType: Interface
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-2') }}\"]
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/others') }}\"]
      PrivateDnsEnabled: false
      IpAddressType: dualstack
      DnsOptions: { DnsRecordIpType: dualstack }
";
