//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::S3::Bucket
    name: logs
    properties:
      BucketNamespace: account-regional
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: logging.s3.amazonaws.com }
            Action: s3:PutObject
            Resource: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/media/*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
  - type: AWS::S3::Bucket
    name: media
    properties:
      BucketNamespace: account-regional
      VersioningConfiguration: { Status: Enabled }
      LifecycleConfiguration:
        Rules:
          - Id: old-versions
            Status: Enabled
            NoncurrentVersionExpiration: { NoncurrentDays: 30 }
          - { Id: uploads, Status: Enabled, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Deny
            Principal: \"*\"
            Action: s3:*
            Resource: [\"{{ ref('AWS::S3::Bucket/media', 'Arn') }}\", \"{{ ref('AWS::S3::Bucket/media', 'Arn') }}/*\"]
            Condition: { Bool: { \"aws:SecureTransport\": \"false\" } }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: files
    properties: { Description: encrypts files }
  - type: AWS::S3::Bucket
    name: logs
    properties:
      BucketNamespace: account-regional
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: logging.s3.amazonaws.com }
            Action: s3:PutObject
            Resource: \"{{ ref('AWS::S3::Bucket/logs', 'Arn') }}/media/*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
  - type: AWS::SQS::Queue
    name: uploads
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: s3.amazonaws.com }
            Action: sqs:SendMessage
            Resource: \"{{ ref('AWS::SQS::Queue/uploads', 'Arn') }}\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
  - type: AWS::S3::Bucket
    name: media
    properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: true
            ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms, KMSMasterKeyID: \"{{ ref('AWS::KMS::Key/files', 'Arn') }}\" }
      BucketNamespace: account-regional
      CorsConfiguration:
        CorsRules:
          - { AllowedMethods: [GET, PUT], AllowedOrigins: [https://www.acme.example], AllowedHeaders: [\"*\"], MaxAge: 3600 }
      LifecycleConfiguration:
        Rules:
          - Id: old-versions
            Status: Enabled
            NoncurrentVersionExpiration: { NoncurrentDays: 90, NewerNoncurrentVersions: 3 }
          - Id: archive
            Status: Enabled
            Prefix: archive/
            TagFilters: [{ Key: keep, Value: long }]
            Transitions: [{ StorageClass: GLACIER_IR, TransitionInDays: 30 }]
      LoggingConfiguration:
        DestinationBucketName: \"{{ ref('AWS::S3::Bucket/logs') }}\"
        LogFilePrefix: media/
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: incoming/ }] } }
            Queue: \"{{ ref('AWS::SQS::Queue/uploads', 'Arn') }}\"
      ObjectLockEnabled: true
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: GOVERNANCE, Days: 1 } } }
      OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] }
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true }
      VersioningConfiguration: { Status: Enabled }
";
