//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::Route53::HealthCheck
    name: site
    properties:
      HealthCheckConfig:
        Type: HTTPS_STR_MATCH
        FullyQualifiedDomainName: www.example.com
        ResourcePath: /health
        SearchString: well
        Regions: [eu-west-1, us-east-1, us-west-2]
  - type: AWS::Route53::HealthCheck
    name: mail
    properties:
      HealthCheckConfig: { Type: TCP, FullyQualifiedDomainName: mail.example.com, Port: 25, RequestInterval: 10 }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::Route53::HealthCheck
    name: site
    properties:
      HealthCheckConfig:
        Type: HTTPS_STR_MATCH
        FullyQualifiedDomainName: shop.example.com
        ResourcePath: /health?deep=1
        SearchString: all is well
        EnableSNI: false
        FailureThreshold: 2
        Inverted: true
        Port: 8443
  - type: AWS::Route53::HealthCheck
    name: mail
    properties:
      HealthCheckConfig: { Type: TCP, FullyQualifiedDomainName: mail.example.com, Port: 465, RequestInterval: 10 }
";
