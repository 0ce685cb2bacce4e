//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/private-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::CertificateManager::Certificate
    name: site
    properties: { DomainName: www.example.com }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: HTTP
      DefaultActions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"404\", ContentType: text/plain, MessageBody: nothing here }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/private-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::CertificateManager::Certificate
    name: site
    properties: { DomainName: www.example.com }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 443
      Protocol: HTTPS
      SslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06
      Certificates: [{ CertificateArn: \"{{ ref('AWS::CertificateManager::Certificate/site') }}\" }]
      FurtherCertificates:
        - CertificateArn: \"arn:aws:acm:{{ region }}:{{ account }}:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41\"
      ListenerAttributes:
        - { Key: routing.http.response.server.enabled, Value: \"false\" }
      DefaultActions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"503\", ContentType: text/plain, MessageBody: back soon }
";
