import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { chromiumPart } from '../../tools/real-parts/parts.ts';

/** Starts Chromium without a window, with libraries and a font of its own: a machine for tests may have none. */
export function startBrowser(folder: string): Promise<Browser> {
  const part = locateFolder(chromiumPart);
  if (part === undefined) throw new Error('no chromium found, make it with: make real-parts PART=chromium');
  const fonts = join(folder, 'fonts.conf');
  const folders = [join(part, 'fonts'), '/usr/share/fonts'].map((one) => `<dir>${one}</dir>`).join('');
  writeFileSync(fonts, `<fontconfig>${folders}<cachedir>${folder}</cachedir></fontconfig>\n`);
  return chromium.launch({
    executablePath: join(part, 'chromium'),
    // it only reads a file of ours, and a container has no namespaces for its sandbox
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: join(part, 'libraries', 'lib'), FONTCONFIG_FILE: fonts },
  });
}
