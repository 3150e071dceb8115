import { expect, test } from '@jest/globals';
import { acknowledge, parseAcknowledgements } from './acknowledgement.ts';
import type { ReportDanger } from './report.ts';

const danger = (object: string): ReportDanger => ({
  code: 'alert-removed',
  severity: 'danger',
  object,
  text: 'is removed',
  scopes: ['prd'],
});

test('a line accepts a code, for one object or for all', () => {
  const text = [
    'Preview-Accept: alert-removed PrometheusRule one/rules because its metric is gone',
    'preview-accept: cloud-replaced aws:s3/bucket:Bucket code because it is empty\r',
    '  Preview-Accept: iam-gained because the new queue needs it  ',
  ].join('\n');
  expect(parseAcknowledgements(text)).toEqual([
    { code: 'alert-removed', object: 'PrometheusRule one/rules', reason: 'its metric is gone' },
    { code: 'cloud-replaced', object: 'aws:s3/bucket:Bucket code', reason: 'it is empty' },
    { code: 'iam-gained', object: '', reason: 'the new queue needs it' },
  ]);
});

test.each([
  'Preview-Accept: alert-removed',
  'Preview-Accept: alert-removed because ',
  'Preview-Accept: none because a',
])('a line without a reason or a code accepts nothing: %s', (text) => {
  expect(parseAcknowledgements(text)).toEqual([]);
});

test('a reason stands beside what it accepts, and what accepts nothing is named', () => {
  const acknowledgements = parseAcknowledgements(
    'Preview-Accept: alert-removed A a because of b\nPreview-Accept: alert-removed A c because of d',
  );
  const { dangers, notices } = acknowledge([danger('A a'), danger('A b')], acknowledgements);
  expect(dangers.map(({ acknowledged }) => acknowledged)).toEqual(['of b', undefined]);
  expect(notices).toEqual(['Preview-Accept: alert-removed A c accepts nothing']);
});
