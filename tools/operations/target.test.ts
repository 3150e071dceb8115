import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { questionsOf } from './confirm.ts';
import { toCommandLine } from './kubectl.ts';
import { checkCluster, chooseEnvironment } from './target.ts';
import type { Risk } from './verb.ts';

const environments = readEnvironments();
const answer = (stdout: string) => ({ code: 0, stdout, stderr: '' });

describe('the environment that is meant', () => {
  test('is the one that is named, whatever the context', () => {
    expect(chooseEnvironment(environments, 'prd', 'homelab-pro').name).toBe('prd');
  });

  test('is the only one of the current context', () => {
    expect(chooseEnvironment(environments, '', 'homelab-studio').name).toBe('studio');
  });

  test.each([
    ['', 'homelab-tiers', 'which several have, allowed dev, staging, prd; add ENV=name'],
    ['', 'minikube', 'which no environment has, allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node'],
    ['', '', 'got no ENV and no current context'],
    ['production', 'homelab-pro', 'got "production", allowed dev'],
  ])('fails for ENV="%s" on context "%s"', (...[name, context, refusal]) => {
    expect(() => chooseEnvironment(environments, name, context)).toThrow(refusal);
  });
});

describe('the cluster of an environment', () => {
  const dev = findEnvironment(environments, 'dev');

  test('is the one whose control namespace is labelled with its name', () => {
    expect(() => checkCluster(dev, 'here', answer('knative-lambda-dev=dev'))).not.toThrow();
  });

  test.each([
    [answer(''), 'got no namespace knative-lambda-dev'],
    [answer('knative-lambda-dev='), 'got no environment in namespace knative-lambda-dev, allowed dev'],
    [answer('knative-lambda-dev=prd'), 'got environment prd in namespace knative-lambda-dev, allowed dev'],
    [{ code: 1, stdout: '', stderr: 'refused\n' }, 'got refused, allowed the cluster of dev (homelab-tiers)'],
  ])('fails for %j', (...[outcome, refusal]) => {
    expect(() => checkCluster(dev, 'here', outcome)).toThrow(refusal);
  });
});

describe('questions', () => {
  test.each<[Risk, string, number]>([
    ['reads', 'prd', 0],
    ['changes', 'dev', 0],
    ['changes', 'prd', 1],
    ['destroys', 'dev', 1],
    ['destroys', 'staging', 1],
    ['destroys', 'prd', 2],
    ['destroys', 'studio', 2],
    ['destroys', 'studio-1-node', 2],
  ])('of a verb that %s in %s are %i', (...[risk, name, count]) => {
    const answers = questionsOf('x', risk, findEnvironment(environments, name)).map((one) => one.answer);
    expect(answers).toEqual(['yes', name].slice(0, count));
  });
});

test('a printed command is read by a shell as it was meant', () => {
  const args = ['{"a":"b c"}', "it's", '$HOME', '', '--flag=x', '*'];
  const printed = execFileSync('sh', ['-c', toCommandLine('printf', ['%s\\n', ...args])], { encoding: 'utf8' });
  expect(printed.split('\n').slice(0, -1)).toEqual(args);
});
