import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formats } from '../../preview/index.ts';
import { projectRoot } from '../../stacks/index.ts';
import { startBrowser } from './browser.ts';
import { exampleReport } from './example.ts';

/** Writes the picture of the page that README.md shows: node --import tsx test/browser/picture.ts */
const folder = mkdtempSync(join(tmpdir(), 'preview-picture-'));
try {
  const file = join(folder, 'preview.html');
  writeFileSync(file, formats.html.print(exampleReport()));
  const browser = await startBrowser(folder);
  const page = await browser.newPage({ viewport: { width: 1100, height: 640 }, offline: true });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path: join(projectRoot, 'docs', 'preview.png') });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true });
}
