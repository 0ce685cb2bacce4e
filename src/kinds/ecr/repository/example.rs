pub(super) const EXAMPLE: &str = r#"
resources:
  - type: AWS::ECR::Repository
    name: shop
    properties:
      ImageTagMutability: IMMUTABLE
      ImageScanningConfiguration: { ScanOnPush: true }
      LifecyclePolicy:
        LifecyclePolicyText: >-
          {"rules": [{"rulePriority": 1, "description": "a hundred", "action": {"type": "expire"},
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100}}]}
"#;

pub(super) const CHANGED: &str = r#"
resources:
  - type: AWS::ECR::Repository
    name: shop
    properties:
      ImageTagMutability: IMMUTABLE_WITH_EXCLUSION
      ImageTagMutabilityExclusionFilters:
        - { ImageTagMutabilityExclusionFilterType: WILDCARD, ImageTagMutabilityExclusionFilterValue: latest }
      ImageScanningConfiguration: { ScanOnPush: false }
      LifecyclePolicy:
        LifecyclePolicyText: >-
          {"rules": [{"rulePriority": 1, "description": "fifty", "action": {"type": "expire"},
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50}}]}
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement:
          - Sid: Pull
            Effect: Allow
            Principal: { AWS: "arn:aws:iam::210987654321:root" }
            Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
"#;
