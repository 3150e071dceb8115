import { describe, expect, test } from '@jest/globals';
import { type Threshold, thresholds } from './thresholds.ts';

const rows = Object.entries<Threshold>(thresholds);

describe('the table of thresholds', () => {
  test('writes durations as Prometheus does', () => {
    expect(rows.filter(([, one]) => !/^\d+[smhd]$/.test(one.for))).toEqual([]);
  });

  test('keeps ratios between 0 and 1', () => {
    expect(rows.filter(([, { unit, value }]) => unit === 'ratio' && (value < 0 || value > 1))).toEqual([]);
  });

  test('pages only beyond what it warns of', () => {
    expect(thresholds.buildP95Page.value).toBeGreaterThan(thresholds.buildP95.value);
    expect(thresholds.buildFailureRatioPage.value).toBeGreaterThan(thresholds.buildFailureRatio.value);
    expect(thresholds.queueScaleUp.value).toBeGreaterThan(thresholds.queueBacklog.value);
    expect(thresholds.certificateExpiryPage.value).toBeLessThan(thresholds.certificateExpiry.value);
  });
});
