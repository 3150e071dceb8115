import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { localGo } from '../../operator/runtimes/index.ts';
import { fuzzing } from '../../operator/runtimes/random-request.ts';
import { describeDecoder } from './describe-decoder.ts';

const work = mkdtempSync(join(tmpdir(), 'knative-lambda-decoder-'));

afterAll(() => rmSync(work, { recursive: true }));

/** The program is overlaid into the module of the wrapper, whose packages nobody else may import. */
function build(): string {
  const overlay = join(work, 'overlay.json');
  const program = join(import.meta.dirname, 'decode_requests.go');
  writeFileSync(overlay, JSON.stringify({ Replace: { [join(localGo.folder, 'decoderequests', 'main.go')]: program } }));
  const output = join(work, 'decode');
  const { status, stderr } = spawnSync('go', ['build', `-overlay=${overlay}`, '-o', output, './decoderequests'], {
    cwd: localGo.folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return output;
}

describeDecoder('go', () => spawn(build(), [], { stdio: ['pipe', 'pipe', 'inherit'] }));

const fuzzers = [
  ['FuzzParse', 'event'],
  ['FuzzHeader', 'event'],
  ['FuzzForms', 'event'],
  ['FuzzOf', 'trace'],
  ['FuzzForms', 'settings'],
] as const;

/** Go's own fuzzer knows which parts of the code a request has reached. */
describe('the fuzzer of go', () => {
  const time = fuzzing.seconds === 0 ? '200x' : `${Math.ceil(fuzzing.seconds / 2)}s`;

  test.each(fuzzers)('%s of %s finds nothing', (name, folder) => {
    const args = ['test', '-run=^$', `-fuzz=^${name}$`, `-fuzztime=${time}`, `./internal/${folder}`];
    const { status, stdout, stderr } = spawnSync('go', args, { cwd: localGo.folder, encoding: 'utf8' });
    expect({ status, printed: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, printed: '' });
  });
});
