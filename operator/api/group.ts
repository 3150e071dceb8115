/** API group of both custom resources, and the prefix of every label and annotation of the product. */
export const group = 'lambda.knative.io';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}` as const;

export const kinds = ['LambdaFunction', 'LambdaAgent'] as const;
export type Kind = (typeof kinds)[number];
