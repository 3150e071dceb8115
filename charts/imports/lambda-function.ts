import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import { apiVersion, type lambdaFunctionManifestSchema } from '../../operator/api/index.ts';

export interface LambdaFunctionProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: z.input<typeof lambdaFunctionManifestSchema>['spec'];
}

export class LambdaFunction extends ApiObject {
  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    super(scope, id, { apiVersion, kind: 'LambdaFunction', ...props });
  }
}
