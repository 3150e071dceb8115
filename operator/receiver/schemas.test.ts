import { describe, expect, test } from '@jest/globals';
import { buildEventSchemas } from './event-data.ts';
import { EventSchemas } from './schemas.ts';

const deploy = 'io.knative.lambda.command.function.deploy';
const rollback = 'io.knative.lambda.command.function.rollback';
const buildStart = 'io.knative.lambda.command.build.start';
const remove = 'io.knative.lambda.command.service.delete';
const invoke = 'io.knative.lambda.invoke.async';
const success = 'io.knative.lambda.response.success';

const runtime = { language: 'python', version: '3.12' };
const hello = { metadata: { name: 'hello' }, spec: { source: { type: 'inline', inline: { code: 'x' } }, runtime } };
const withSpec = (spec: object) => ({ ...hello, spec: { ...hello.spec, ...spec } });
const image = { type: 'image', image: { repository: 'ghcr.io/a/b', tag: 'v1' } };
const secrets = (...imagePullSecrets: readonly unknown[]) => ({
  source: { ...image, image: { ...image.image, imagePullSecrets } },
});

const schemas = new EventSchemas();

describe('the schemas', () => {
  test('are of draft 2020-12, one for each command, invocation and response', () => {
    const documents = [...buildEventSchemas()];
    expect(documents.map(([type]) => type)).toHaveLength(16);
    for (const [type, document] of documents) {
      expect(document['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(document['$id']).toBe(`https://lambda.knative.io/schemas/1.1.0/${type}`);
    }
  });

  test.each([
    [deploy, hello],
    [
      deploy,
      { metadata: { name: 'a', namespace: 'b', labels: { c: 'd' }, annotations: { e: 'f' } }, spec: { source: image } },
    ],
    [deploy, withSpec({ scaling: { minReplicas: 1 }, env: [{ name: 'A', value: 'b' }] })],
    [deploy, withSpec(secrets('one', { name: 'two' }))],
    [remove, {}],
    [remove, { name: 'hello', namespace: 'default', reason: 'old' }],
    [buildStart, { name: 'hello', forceRebuild: true }],
    [rollback, { name: 'hello', revision: 'hello-00001' }],
    [rollback, { revision: `sha256:${'a'.repeat(64)}` }],
    [invoke, { payload: null, timeout: '30s', more: 1 }],
    [success, { functionName: 'hello', result: { statusCode: 200 }, error: { code: 'X' }, metrics: { durationMs: 1 } }],
  ])('accept for %s %j', (type, data) => {
    expect(schemas.faultsOf(type, data)).toEqual([]);
  });

  test.each([
    [deploy, {}, '/data/metadata'],
    [deploy, { ...hello, more: 1 }, '/data/more'],
    [deploy, { ...hello, metadata: {} }, '/data/metadata/name'],
    [deploy, { ...hello, metadata: { name: 'Hello' } }, '/data/metadata/name'],
    [deploy, { ...hello, metadata: { name: 'a'.repeat(64) } }, '/data/metadata/name'],
    [deploy, { ...hello, metadata: { name: 'a', namespace: '-' } }, '/data/metadata/namespace'],
    [deploy, { ...hello, metadata: { name: 'a', uid: 'x' } }, '/data/metadata/uid'],
    [deploy, { ...hello, metadata: { name: 'a', labels: { b: 1 } } }, '/data/metadata/labels/b'],
    [deploy, { ...hello, spec: {} }, '/data/spec/source'],
    [deploy, { ...hello, spec: { source: hello.spec.source } }, '/data/spec/runtime'],
    [deploy, withSpec({ source: { type: 's3' } }), '/data/spec/source/s3'],
    [deploy, withSpec({ source: { type: 'ftp' } }), '/data/spec/source/type'],
    [deploy, withSpec({ source: { type: 'git', git: { url: 'ftp://x' } } }), '/data/spec/source/git/url'],
    [deploy, withSpec({ runtime: { language: 'cobol', version: '1' } }), '/data/spec/runtime/language'],
    [deploy, withSpec({ scaling: { minReplicas: -1 } }), '/data/spec/scaling/minReplicas'],
    [deploy, withSpec({ 'a/b': 1 }), '/data/spec/a~1b'],
    [deploy, withSpec(secrets({})), '/data/spec/source/image/imagePullSecrets/0'],
    [buildStart, { name: 'hello', more: 1 }, '/data/more'],
    [buildStart, [], '/data'],
    [rollback, { name: 'hello' }, '/data/revision'],
    [rollback, { name: 'hello', revision: 'sha256:12' }, '/data/revision'],
    [remove, { name: 1 }, '/data/name'],
    [invoke, { timeout: 'soon' }, '/data/timeout'],
    [success, { statusCode: 99 }, '/data/statusCode'],
  ])('fail for %s %j at %s', (type, data, pointer) => {
    expect(schemas.faultsOf(type, data).map((fault) => fault.pointer)).toContain(pointer);
  });

  test('know nothing of other types', () => {
    expect([schemas.has('a.b'), schemas.faultsOf('a.b', 1)]).toEqual([false, []]);
  });
});

describe('schemas of a ConfigMap', () => {
  test('take the place of the built-in ones, and give it back', () => {
    const loaded = new EventSchemas();
    loaded.load({ [`${remove}.json`]: '{"required":["reason"]}', 'a.b': '{"type":"string"}' });
    expect(loaded.faultsOf(remove, {})).toEqual([{ pointer: '/data/reason', message: 'missing; add it' }]);
    expect(loaded.faultsOf('a.b', 1)).toHaveLength(1);
    expect(loaded.faultsOf(rollback, {})).not.toEqual([]);
    loaded.load({});
    expect([loaded.faultsOf(remove, {}), loaded.has('a.b')]).toEqual([[], false]);
  });

  test.each([
    ['{', `schema of ${remove}: got no JSON; correct it`],
    ['[]', `schema of ${remove}: got no JSON object, allowed a schema of draft 2020-12`],
    ['{"type":"text"}', `schema of ${remove}: schema is invalid`],
  ])('fail as %s and leave all as it was', (text, message) => {
    const loaded = new EventSchemas();
    expect(() => loaded.load({ 'a.b': '{}', [remove]: text })).toThrow(message);
    expect([loaded.has('a.b'), loaded.faultsOf(remove, {})]).toEqual([false, []]);
  });
});
