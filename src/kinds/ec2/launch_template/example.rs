//! What the docs show and the life-cycle test creates.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData:
        ImageId: resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id
        InstanceType: m7i.large
        MetadataOptions: { HttpTokens: required, HttpPutResponseHopLimit: 1 }
        BlockDeviceMappings:
          - DeviceName: /dev/xvda
            Ebs: { VolumeSize: 30, VolumeType: gp3, Encrypted: true }
        UserData: |
          #!/bin/bash
          echo ECS_CLUSTER=small >> /etc/ecs/ecs.config
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: instances
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The instances }
  - type: AWS::IAM::Role
    name: instances
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::IAM::InstanceProfile
    name: instances
    properties: { Roles: [\"{{ ref('AWS::IAM::Role/instances') }}\"] }
  - type: AWS::EC2::LaunchTemplate
    name: small
    properties:
      LaunchTemplateData:
        ImageId: resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id
        InstanceType: m8g.large
        EbsOptimized: true
        KeyName: people
        IamInstanceProfile: { Arn: \"{{ ref('AWS::IAM::InstanceProfile/instances', 'Arn') }}\" }
        SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/instances', 'GroupId') }}\"]
        MetadataOptions: { HttpTokens: required, HttpPutResponseHopLimit: 2, InstanceMetadataTags: enabled }
        Monitoring: { Enabled: true }
        BlockDeviceMappings:
          - DeviceName: /dev/xvda
            Ebs: { VolumeSize: 50, VolumeType: gp3, Throughput: 250, Encrypted: true, DeleteOnTermination: true }
        TagSpecifications:
          - { ResourceType: instance, Tags: [{ Key: Name, Value: small }] }
        UserData: |
          #!/bin/bash
          echo ECS_CLUSTER=other >> /etc/ecs/ecs.config
";
