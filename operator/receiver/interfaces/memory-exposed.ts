import type { LambdaAgent, LambdaFunction } from '../../api/index.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient, ListQuery } from '../../kube/client.ts';
import type { KubernetesObject } from '../../kube/object.ts';
import type { Resource } from '../../kube/resource.ts';
import type { ListPage } from '../../kube/wire.ts';

/** The API server as far as it holds functions and agents, for tests. */
export class MemoryExposed implements Pick<KubeClient, 'get' | 'list'> {
  readonly objects = new Map<string, LambdaAgent | LambdaFunction>();
  /** What was said to be no tool. */
  readonly wrong: string[] = [];
  /** Requests that came. */
  reads = 0;

  put(object: LambdaAgent | LambdaFunction): void {
    this.objects.set(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object);
  }

  readonly get: KubeClient['get'] = async (resource, { name, namespace }) => {
    this.reads += 1;
    const object = this.objects.get(`${resource.kind} ${namespace}/${name}`);
    if (object === undefined) throw new ApiError({ status: 404, reason: 'NotFound', message: 'not found' });
    return JSON.parse(JSON.stringify(object));
  };

  async *list<T extends KubernetesObject>(
    resource: Resource<T>,
    { namespace }: ListQuery = {},
  ): AsyncGenerator<ListPage<T>> {
    this.reads += 1;
    const found = [...this.objects.values()].filter(
      ({ kind, metadata }) => kind === resource.kind && (namespace === undefined || metadata.namespace === namespace),
    );
    yield { items: JSON.parse(JSON.stringify(found)), resourceVersion: '1' };
  }
}
