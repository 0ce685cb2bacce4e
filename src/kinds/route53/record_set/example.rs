/// What the docs show and the life-cycle test creates.
pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::Route53::HostedZone
    name: main
    properties: { Name: example.com }
  - type: AWS::Route53::RecordSet
    name: mail
    properties:
      HostedZoneId: \"{{ ref('AWS::Route53::HostedZone/main') }}\"
      Name: example.com
      Type: MX
      TTL: 300
      ResourceRecords: [10 mail.example.com]
";

/// Another name and type, and an alias in place of values.
pub(super) const CHANGED: &str = "
resources:
  - type: AWS::Route53::HostedZone
    name: main
    properties: { Name: example.com }
  - type: AWS::Route53::RecordSet
    name: mail
    properties:
      HostedZoneId: \"{{ ref('AWS::Route53::HostedZone/main') }}\"
      Name: \"*.example.com\"
      Type: A
      AliasTarget:
        DNSName: main-1234567890.us-east-1.elb.amazonaws.com
        HostedZoneId: Z35SXDOTRQ7X7K
        EvaluateTargetHealth: true
";
