//! The examples.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::ResponseHeadersPolicy
    name: strict
    properties:
      ResponseHeadersPolicyConfig:
        SecurityHeadersConfig:
          StrictTransportSecurity: { AccessControlMaxAgeSec: 31536000, IncludeSubdomains: true, Override: true }
          ContentTypeOptions: { Override: true }
          FrameOptions: { FrameOption: DENY, Override: true }
          ReferrerPolicy: { ReferrerPolicy: strict-origin-when-cross-origin, Override: true }
          ContentSecurityPolicy: { ContentSecurityPolicy: \"default-src 'self'\", Override: false }
        RemoveHeadersConfig: { Items: [{ Header: X-Powered-By }] }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::ResponseHeadersPolicy
    name: strict
    properties:
      ResponseHeadersPolicyConfig:
        CorsConfig:
          AccessControlAllowCredentials: false
          AccessControlAllowHeaders: { Items: ['*'] }
          AccessControlAllowMethods: { Items: [GET, HEAD] }
          AccessControlAllowOrigins: { Items: ['https://www.acme.example'] }
          AccessControlExposeHeaders: { Items: [ETag] }
          AccessControlMaxAgeSec: 600
          OriginOverride: true
        CustomHeadersConfig: { Items: [{ Header: Permissions-Policy, Value: camera=(), Override: true }] }
        SecurityHeadersConfig:
          StrictTransportSecurity: { AccessControlMaxAgeSec: 63072000, IncludeSubdomains: true, Preload: true, Override: true }
          FrameOptions: { FrameOption: SAMEORIGIN, Override: true }
          XSSProtection: { Protection: true, ModeBlock: true, Override: false }
        ServerTimingHeadersConfig: { Enabled: true, SamplingRate: 50 }
";
