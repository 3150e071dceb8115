import { randomUUID } from 'node:crypto';
import { join, posix } from 'node:path';
import { unpack } from '../archive/unpack.ts';
import { nameSingleFile } from '../entry.ts';
import { FetchError } from '../failure.ts';
import { countDownload, saveDownload } from '../http/body.ts';
import type { ReadRequest, Source } from '../source.ts';
import { digestOf, refuseChange, type Version } from '../version.ts';
import type { ObjectStore, OpenObject, StoredObject } from './object-store.ts';

const parallelDownloads = 8;

/** One object, which may be an archive, or all objects under a key that ends in `/`. */
export function buildObjectStoreSource(store: ObjectStore, key: string): Source {
  return key.endsWith('/') ? prefixSource(store, key) : objectSource(store, key);
}

function objectSource(store: ObjectStore, key: string): Source {
  return {
    resolve: () => store.version(key),
    read: async ({ tree, scratch, expected, runtime }) => {
      const { version, response } = await openPlain(store, key, expected);
      const path = join(scratch, randomUUID());
      await saveDownload(response, path, tree.budget);
      await unpack(path, tree, nameSingleFile(runtime, posix.basename(key)));
      return version;
    },
  };
}

function prefixSource(store: ObjectStore, prefix: string): Source {
  const what = `${store.name}/${prefix}`;
  return {
    resolve: async () => {
      const objects: StoredObject[] = [];
      for await (const object of store.list(prefix)) objects.push(object);
      return listingVersion(what, objects);
    },
    read: async (request) => {
      const objects = await listWithin(store, prefix, request);
      const version = listingVersion(what, objects);
      refuseChange(what, request.expected, version);
      await inParallel(objects, async (object) => {
        const { response } = await openPlain(store, object.key, object.version);
        const { tree } = request;
        await tree.addFile(object.key.slice(prefix.length), countDownload(response, tree.budget));
      });
      return version;
    },
  };
}

/** An object whose bytes are the file: stored with an encoding, only a browser would see the file. */
async function openPlain(store: ObjectStore, key: string, expected: Version | undefined): Promise<OpenObject> {
  const object = await store.open(key, expected);
  const encoding = object.response.header('content-encoding') ?? 'identity';
  if (encoding === 'identity' || encoding === 'aws-chunked') return object;
  object.response.discard();
  const what = `${store.name}/${key}`;
  throw new FetchError('Unsupported', `${what}: got content encoding ${encoding}, allowed none; upload it without`);
}

/** The listing, refused as soon as what it names is too much. */
async function listWithin(store: ObjectStore, prefix: string, { tree }: ReadRequest): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  let bytes = 0;
  for await (const object of store.list(prefix)) {
    objects.push(object);
    bytes += object.bytes;
    tree.budget.refuseDownload(bytes);
    tree.budget.refuseFiles(objects.length);
  }
  return objects;
}

function listingVersion(what: string, objects: readonly StoredObject[]): Version {
  if (objects.length === 0) {
    throw new FetchError('NotFound', `${what}: got no objects under this key, allowed one or more; correct the key`);
  }
  const parts = objects.map(({ key, version }) => [key, `${version.kind}:${version.value}`] as const);
  return { kind: 'listing', value: digestOf(new Map(parts)) };
}

/** Works on some at a time; the first fault ends all, once those that run have ended. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: parallelDownloads }, worker));
  const fault = ends.find((end) => end.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
}
