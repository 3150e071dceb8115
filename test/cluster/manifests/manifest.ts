import { apiVersion, type Kind } from '../../../operator/api/index.ts';

export interface Manifest {
  readonly apiVersion: typeof apiVersion;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

export function manifest(kind: Kind, spec: object, name = 'sample'): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}

const inline = { type: 'inline', inline: { code: 'def handler(event): return event' } };
const python = { language: 'python', version: '3.11' };

/** A small function; the parts given replace its own. */
export function functionWith(parts: object, name?: string): Manifest {
  return manifest('LambdaFunction', { source: inline, runtime: python, ...parts }, name);
}

/** A small agent; the parts given replace its own. */
export function agentWith(parts: object, name?: string): Manifest {
  return manifest('LambdaAgent', { image: { repository: 'example/agent' }, ...parts }, name);
}
