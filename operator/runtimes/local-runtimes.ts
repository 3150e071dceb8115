import type { Language } from '../api/index.ts';
import { localGo } from './go/local.ts';
import type { LocalRuntime } from './local-runtime.ts';
import { localNodejs } from './nodejs/local.ts';
import { localPython } from './python/local.ts';

/** Languages whose wrapper runs on this machine. */
export const localRuntimes: Readonly<Record<Language, LocalRuntime>> = {
  nodejs: localNodejs,
  python: localPython,
  go: localGo,
};
