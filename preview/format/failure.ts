import type { PreviewFailure } from '../source/failure.ts';
import type { FormatName } from './index.ts';
import { codeSpan, escapeHtml, fence, visible } from './inert.ts';
import { commentMark } from './markdown.ts';

/** Most lines of a failed program that are shown: the last ones say what went wrong. */
const mostLines = 60;

/** What a comparison that could not be made says in a format: never what looks like a report without changes. */
export function failureReport(failure: PreviewFailure, format: FormatName): string {
  const lines = failure.output.split('\n').slice(-mostLines).map(visible);
  switch (format) {
    case 'markdown':
    case 'summary':
      return `${[commentMark, '### Preview failed', '', codeSpan(failure.message), '', fence('text', lines)].join('\n')}\n`;
    case 'json':
      return `${JSON.stringify({ version: 1, failed: { side: failure.side, reason: failure.message, output: lines } }, null, 2)}\n`;
    case 'html':
      return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview failed</title><h1>Preview failed</h1><p>${escapeHtml(failure.message)}</p><pre>${lines.map(escapeHtml).join('\n')}</pre></html>\n`;
    case 'sarif':
      return `${JSON.stringify(failedRun(failure), null, 2)}\n`;
    case 'terminal':
      return `preview failed: ${visible(failure.message)}\n${lines.join('\n')}\n`;
  }
}

function failedRun(failure: PreviewFailure) {
  const notification = { level: 'error', message: { text: visible(failure.message) } };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'knative-lambda preview' } },
        invocations: [{ executionSuccessful: false, toolExecutionNotifications: [notification] }],
        results: [],
      },
    ],
  };
}
