import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedMark } from '../charts/tree.ts';
import { ConfigurationError, projectRoot } from '../stacks/index.ts';
import { cloudFiles } from './cloud/cloud-files.ts';
import { runCommand } from './command.ts';
import { generatedDocs, generatedFolders, writtenPages } from './docs/generated-docs.ts';
import { readFiles } from './verification/read-files.ts';
import { type Files, findStaleFiles } from './verification/stale-files.ts';

/** What the sources give now, in a folder of its own: the checkout stays as it is, whatever state git is in. */
function synthesize(): Files {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-synth-'));
  const output = join(folder, 'manifests');
  try {
    for (const script of ['tools/bundle.mjs', 'dist/synth.cjs']) {
      const { status, stderr } = spawnSync(process.execPath, [script], {
        cwd: projectRoot,
        encoding: 'utf8',
        env: { ...process.env, OUT: output, ENV: '' },
      });
      if (status !== 0) throw new ConfigurationError([stderr.trimEnd()]);
    }
    return readFiles(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files that a person put beside the generated ones are nobody's business. */
function generatedManifests(): Files {
  const files = [...readFiles(join(projectRoot, 'manifests'))];
  return new Map(files.filter(([, text]) => text.startsWith(generatedMark)));
}

function presentCloudFiles(): Files {
  return new Map([...readFiles(join(projectRoot, 'manifests'))].filter(([path]) => path.endsWith('/cloud.json')));
}

/** Whole folders of generated pages, and those that stand among pages of people. */
function presentDocs(): Files {
  const lone = [...generatedDocs().keys()].filter((path) => existsSync(join(projectRoot, path)));
  const inFolders = generatedFolders.flatMap((folder) =>
    [...readFiles(join(projectRoot, folder))].map(([path, text]): [string, string] => [`${folder}/${path}`, text]),
  );
  return new Map([
    ...lone.map((path): [string, string] => [path, readFileSync(join(projectRoot, path), 'utf8')]),
    ...inFolders.filter(([path]) => !writtenPages.includes(path)),
  ]);
}

function report(command: string, stale: readonly string[]): void {
  if (stale.length > 0) {
    process.stdout.write(`${stale.join('\n')}\nrefresh with: ${command}\n`);
    process.exitCode = 1;
  }
}

const usage = `usage: node --import tsx tools/verify-generated.ts

Compares manifests/ and the generated pages with what the sources give now; names each file that differs.
`;

await runCommand(usage, async () => {
  const stale = [
    ...findStaleFiles(synthesize(), generatedManifests()),
    ...findStaleFiles(await cloudFiles(), presentCloudFiles()),
  ];
  report(
    'make synth',
    stale.map((line) => `manifests/${line}`),
  );
  report('make docs', findStaleFiles(generatedDocs(), presentDocs()));
});
