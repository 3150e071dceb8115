import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { localPython } from '../../operator/runtimes/index.ts';
import { describeDecoder } from './describe-decoder.ts';

describeDecoder('python', () =>
  spawn(localPython.interpreter.program, [join(import.meta.dirname, 'decode_requests.py')], {
    env: { ...process.env, PYTHONPATH: localPython.folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  }),
);
