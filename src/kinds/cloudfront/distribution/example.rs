//! The template in the docs, and what the life-cycle test makes of it. The ids of the policies are AWS's own: CachingOptimized,
//! CachingDisabled, AllViewer and SecurityHeadersPolicy.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::OriginAccessControl
    name: assets
    properties:
      OriginAccessControlConfig: { OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4 }
  - type: AWS::CloudFront::Distribution
    name: site
    properties:
      DistributionConfig:
        Enabled: true
        HttpVersion: http2and3
        DefaultRootObject: index.html
        Origins:
          - Id: assets
            DomainName: example-assets.s3.us-east-1.amazonaws.com
            S3OriginConfig: {}
            OriginAccessControlId: \"{{ ref('AWS::CloudFront::OriginAccessControl/assets', 'Id') }}\"
        DefaultCacheBehavior:
          TargetOriginId: assets
          ViewerProtocolPolicy: redirect-to-https
          Compress: true
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
          ResponseHeadersPolicyId: 67f7725c-6f97-4210-82d7-5512b31e9d03
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::OriginAccessControl
    name: assets
    properties:
      OriginAccessControlConfig: { OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4 }
  - type: AWS::WAFv2::WebACL
    name: site
    properties:
      Scope: CLOUDFRONT
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: site }
  - type: AWS::CloudFront::Distribution
    name: site
    properties:
      DistributionConfig:
        Enabled: true
        Aliases: [www.example.com]
        Comment: the shop
        HttpVersion: http2
        IPV6Enabled: true
        PriceClass: PriceClass_100
        WebACLId: \"{{ ref('AWS::WAFv2::WebACL/site', 'Arn') }}\"
        ViewerCertificate:
          AcmCertificateArn: arn:aws:acm:us-east-1:{{ account }}:certificate/0f5a1c2e-3b4d-4e5f-8a6b-7c8d9e0f1a2b
          MinimumProtocolVersion: TLSv1.2_2021
          SslSupportMethod: sni-only
        Restrictions: { GeoRestriction: { RestrictionType: blacklist, Locations: [AQ] } }
        Logging: { Bucket: example-logs.s3.amazonaws.com, Prefix: site/ }
        CustomErrorResponses:
          - { ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /index.html, ErrorCachingMinTTL: 10 }
        Origins:
          - Id: assets
            DomainName: example-assets.s3.us-east-1.amazonaws.com
            OriginPath: /live
            S3OriginConfig: {}
            OriginAccessControlId: \"{{ ref('AWS::CloudFront::OriginAccessControl/assets', 'Id') }}\"
          - Id: shop
            DomainName: shop.example.com
            ConnectionAttempts: 2
            OriginShield: { Enabled: true, OriginShieldRegion: us-east-1 }
            OriginCustomHeaders: [{ HeaderName: X-Origin-Verify, HeaderValue: ours }]
            CustomOriginConfig:
              OriginProtocolPolicy: https-only
              OriginSSLProtocols: [TLSv1.2]
              OriginReadTimeout: 60
        DefaultCacheBehavior:
          TargetOriginId: shop
          ViewerProtocolPolicy: redirect-to-https
          AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
          OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3
          ResponseHeadersPolicyId: 67f7725c-6f97-4210-82d7-5512b31e9d03
          GrpcConfig: { Enabled: true }
        CacheBehaviors:
          - PathPattern: /assets/*
            TargetOriginId: assets
            ViewerProtocolPolicy: redirect-to-https
            Compress: true
            CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
";
