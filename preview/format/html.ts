import type { Report } from '../report.ts';
import { escapeHtml } from './inert.ts';
import { headline } from './summary.ts';

/** The whole report as one page. */
export function toHtml(report: Report): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview</title><p>${escapeHtml(headline(report))}</p></html>\n`;
}
