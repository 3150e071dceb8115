import http, { type RefinedResponse } from 'k6/http';
import { namespace } from './run.ts';

const accountFolder = __ENV['SERVICE_ACCOUNT_FOLDER'] ?? '/var/run/secrets/kubernetes.io/serviceaccount';
const server = `https://${__ENV['KUBERNETES_SERVICE_HOST'] ?? 'localhost'}:${__ENV['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
const token = readToken();

/** Empty where no token is mounted, as in the pod that only inspects the script. */
function readToken(): string {
  try {
    return open(`${accountFolder}/token`).trim();
  } catch {
    return '';
  }
}

/** One request to the Kubernetes API as the ServiceAccount of the pod, outside of what thresholds judge. */
function call(method: string, path: string, body?: object): RefinedResponse<'text'> {
  return http.request(method, `${server}${path}`, body === undefined ? null : JSON.stringify(body), {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    tags: { name: 'kubernetes' },
    responseType: 'text',
    timeout: '30s',
  });
}

function refuse(what: string, { status, body, error }: RefinedResponse<'text'>): Error {
  return new Error(`${what}: got ${status} ${error} ${body ?? ''}`);
}

const functionsPath = `/apis/lambda.knative.io/v1alpha1/namespaces/${namespace}/lambdafunctions`;

export interface LambdaFunction {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
  readonly status?: {
    readonly phase?: string;
    readonly serviceStatus?: { readonly url?: string };
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[];
  };
}

export function createFunction(object: object): void {
  const response = call('POST', functionsPath, object);
  if (response.status !== 201) {
    throw refuse('create a LambdaFunction', response);
  }
}

/** The function, or undefined when there is none of that name. */
export function findFunction(name: string): LambdaFunction | undefined {
  const response = call('GET', `${functionsPath}/${name}`);
  if (response.status === 404) {
    return undefined;
  }
  if (response.status !== 200) {
    throw refuse(`read LambdaFunction ${name}`, response);
  }
  return JSON.parse(response.body);
}

export function listFunctions(): readonly LambdaFunction[] {
  const response = call('GET', functionsPath);
  if (response.status !== 200) {
    throw refuse('list LambdaFunctions', response);
  }
  return JSON.parse(response.body).items;
}

/** Removes a function; one that is gone already is no fault. */
export function deleteFunction(name: string): void {
  const response = call('DELETE', `${functionsPath}/${name}`);
  if (response.status !== 200 && response.status !== 202 && response.status !== 404) {
    throw refuse(`delete LambdaFunction ${name}`, response);
  }
}

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
}

/** Whether the API server would let a user do something in the namespace of the run. */
export function isAllowed(user: string, attributes: Access): boolean {
  const response = call('POST', `/apis/authorization.k8s.io/v1/namespaces/${namespace}/localsubjectaccessreviews`, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace },
    spec: { user, resourceAttributes: { namespace, ...attributes } },
  });
  if (response.status !== 201) {
    throw refuse('review access', response);
  }
  return JSON.parse(response.body).status.allowed;
}
