import { expect, test } from '@jest/globals';
import { receiverSettings } from '../charts/receiver-settings.ts';
import { readReceiverConfig } from '../operator/receiver/configuration.ts';
import { type Environment, readEnvironments } from '../stacks/index.ts';

test.each(readEnvironments())('the receiver of $name has the token of Alertmanager where there are alerts', (one) => {
  const settings = (alerts: Environment['monitoring']['alerts']) =>
    receiverSettings({ ...one, monitoring: { ...one.monitoring, alerts } });
  const told = settings('silent').volumes.filter(({ name }) => name === 'alert-tokens');
  expect(told).toEqual([
    { name: 'alert-tokens', secret: { secretName: 'knative-lambda-alert-token', optional: true } },
  ]);
  expect(configOf(one, {}).alertTokensFolder).toMatch(/\/alert-tokens$/);
  expect(JSON.stringify(settings('none'))).not.toContain('alert-token');
});

type Features = Partial<Environment['features']>;

/** What the receiver reads of the variables that the charts set for it. */
function configOf(environment: Environment, features: Features) {
  const { env } = receiverSettings({ ...environment, features: { ...environment.features, ...features } });
  return readReceiverConfig(['--mode=receiver'], Object.fromEntries(env.map(({ name, value }) => [name, value ?? ''])));
}

test.each(readEnvironments())(
  'the receiver of $name tells of commands and keeps letters as its features say',
  (one) => {
    expect(configOf(one, { auditEvents: true, deadLetterRetentionDays: 30 })).toMatchObject({
      auditEvents: true,
      deadLetters: { kind: 'bucket', retentionDays: 30 },
    });
    expect(configOf(one, { auditEvents: false, deadLetterRetentionDays: 'forever' })).toMatchObject({
      auditEvents: false,
      deadLetters: { kind: 'bucket', retentionDays: undefined },
    });
  },
);
