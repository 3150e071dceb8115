import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { readSealedSecrets } from './sealed-secrets.ts';
import { synthesizeEnvironment } from './synth.ts';

const pro = findEnvironment(readEnvironments(), 'pro');
const releases = readReleases();
const encrypted = 'AgB'.padEnd(400, 'x');

const sealed = (values: Readonly<Record<string, string>>, name = 'minio-credentials') => ({
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: { name, namespace: 'knative-lambda' },
  spec: { encryptedData: values },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-sealed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string) => writeFileSync(join(folder, 'minio-credentials.yaml'), text);
const synthesize = () => synthesizeEnvironment(pro, { releases, sealedSecrets: readSealedSecrets(folder) });

describe('sealed Secrets', () => {
  test('become part of the environment', () => {
    write(stringify(sealed({ accesskey: encrypted, secretkey: encrypted })));
    const { files, missingSecrets } = synthesize();
    expect(missingSecrets.map(({ name }) => name)).toEqual([
      'rabbitmq-credentials',
      'knative-lambda-broker-paths',
      'rabbitmq-dead-letters',
      'knative-lambda-alert-token',
    ]);
    expect(files.find(({ name }) => name === 'secrets')?.manifests).toHaveLength(1);
  });

  test('are left out and reported while nobody has sealed them', () => {
    const { files, missingSecrets } = synthesize();
    expect(missingSecrets).toEqual([
      { name: 'minio-credentials', namespace: 'knative-lambda' },
      { name: 'rabbitmq-credentials', namespace: 'knative-lambda' },
      { name: 'knative-lambda-broker-paths', namespace: 'knative-lambda' },
      { name: 'rabbitmq-dead-letters', namespace: 'knative-lambda' },
      { name: 'knative-lambda-alert-token', namespace: 'knative-lambda' },
    ]);
    expect(files.some(({ name }) => name === 'secrets')).toBe(false);
  });

  test('fails on a Secret in clear, without showing a value', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'y' },
      stringData: { key: 'hunter2' },
    };
    write(stringify(secret));
    expect(synthesize).toThrow(
      /got no SealedSecret \(see apiVersion, kind, spec\).*change every value that was committed in clear/,
    );
    expect(synthesize).not.toThrow(/hunter2/);
  });

  test('fails on a value in clear inside a SealedSecret, without showing it', () => {
    write(stringify(sealed({ accesskey: encrypted, secretkey: 'hunter2' })));
    expect(synthesize).toThrow(/got no SealedSecret \(see spec\.encryptedData\.secretkey\)/);
    expect(synthesize).not.toThrow(/hunter2/);
  });

  test('fails on a text that is no YAML', () => {
    write('key: [hunter2\n');
    expect(synthesize).toThrow(/minio-credentials\.yaml: got no YAML/);
    expect(synthesize).not.toThrow(/hunter2/);
  });

  test('fails on a Secret that lacks a key', () => {
    write(stringify(sealed({ accesskey: encrypted })));
    expect(synthesize).toThrow('got no value of secretkey, allowed all of accesskey, secretkey; seal the Secret again');
  });

  test('fails on a Secret that the environment does not need', () => {
    write(stringify(sealed({ accesskey: encrypted, secretkey: encrypted }, 'forgotten')));
    expect(synthesize).toThrow(
      'got Secret knative-lambda/forgotten, allowed knative-lambda/minio-credentials, knative-lambda/rabbitmq-credentials, knative-lambda/knative-lambda-broker-paths, knative-lambda/rabbitmq-dead-letters, knative-lambda/knative-lambda-alert-token in pro; remove the file',
    );
  });
});
