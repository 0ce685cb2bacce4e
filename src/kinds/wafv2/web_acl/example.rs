//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: requests
    physical: aws-waf-logs-acme-production
    properties: { RetentionInDays: 30 }
  - type: AWS::WAFv2::IPSet
    name: blocked
    properties: { Scope: REGIONAL, IPAddressVersion: IPV4, Addresses: [192.0.2.0/24] }
  - type: AWS::WAFv2::WebACL
    name: main
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: main }
      Rules:
        - Name: blocked
          Priority: 0
          Statement: { IPSetReferenceStatement: { Arn: \"{{ ref('AWS::WAFv2::IPSet/blocked', 'Arn') }}\" } }
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: blocked }
        - Name: rate
          Priority: 1
          Statement: { RateBasedStatement: { Limit: 2000, AggregateKeyType: IP } }
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: rate }
        - Name: common
          Priority: 2
          Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesCommonRuleSet } }
          OverrideAction: { None: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: common }
      LoggingConfiguration:
        LogDestinationConfigs: [\"{{ ref('AWS::Logs::LogGroup/requests', 'Arn') }}\"]
        RedactedFields: [{ SingleHeader: { Name: cookie } }]
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: requests
    physical: aws-waf-logs-acme-production
    properties: { RetentionInDays: 30 }
  - type: AWS::WAFv2::IPSet
    name: blocked
    properties: { Scope: REGIONAL, IPAddressVersion: IPV4, Addresses: [192.0.2.0/24] }
  - type: AWS::WAFv2::RegexPatternSet
    name: scanners
    properties: { Scope: REGIONAL, RegularExpressionList: ['^/wp-admin'] }
  - type: AWS::WAFv2::WebACL
    name: main
    properties:
      Scope: REGIONAL
      Description: In front of the site
      DefaultAction: { Block: { CustomResponse: { ResponseCode: 403, CustomResponseBodyKey: closed } } }
      CustomResponseBodies:
        closed: { ContentType: TEXT_PLAIN, Content: closed to the public }
      TokenDomains: [example.com]
      OnSourceDDoSProtectionConfig: { ALBLowReputationMode: ALWAYS_ON }
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: true, MetricName: main }
      Rules:
        - Name: blocked
          Priority: 0
          Statement: { IPSetReferenceStatement: { Arn: \"{{ ref('AWS::WAFv2::IPSet/blocked', 'Arn') }}\" } }
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: blocked }
        - Name: scanners
          Priority: 3
          Statement:
            RegexPatternSetReferenceStatement:
              Arn: \"{{ ref('AWS::WAFv2::RegexPatternSet/scanners', 'Arn') }}\"
              FieldToMatch: { UriPath: {} }
              TextTransformations: [{ Priority: 0, Type: URL_DECODE }]
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: scanners }
        - Name: rate
          Priority: 1
          Statement: { RateBasedStatement: { Limit: 500, AggregateKeyType: IP } }
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: rate }
        - Name: common
          Priority: 2
          Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesCommonRuleSet } }
          OverrideAction: { None: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: common }
      LoggingConfiguration:
        LogDestinationConfigs: [\"{{ ref('AWS::Logs::LogGroup/requests', 'Arn') }}\"]
        RedactedFields: [{ QueryString: {} }]
        LoggingFilter:
          DefaultBehavior: DROP
          Filters:
            - { Behavior: KEEP, Requirement: MEETS_ANY, Conditions: [{ ActionCondition: { Action: BLOCK } }] }
";
