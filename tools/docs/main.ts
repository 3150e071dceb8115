import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../stacks/index.ts';
import { readFiles } from '../verification/read-files.ts';
import { runCommand } from '../command.ts';
import { generatedDocs, generatedFolders, writtenPages } from './generated-docs.ts';

const usage = `usage: make docs

Writes the generated pages: ${generatedFolders.join(', ')}.
`;

await runCommand(usage, () => {
  const docs = generatedDocs();
  const present = generatedFolders.flatMap((folder) =>
    [...readFiles(join(projectRoot, folder)).keys()].map((path) => `${folder}/${path}`),
  );
  for (const path of present.filter((one) => !docs.has(one) && !writtenPages.includes(one)))
    rmSync(join(projectRoot, path));
  for (const [path, text] of docs) {
    mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
    writeFileSync(join(projectRoot, path), text);
  }
  process.stderr.write(`${generatedFolders.join(', ')}: ${docs.size} files\n`);
});
