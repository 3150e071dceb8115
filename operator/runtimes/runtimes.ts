import type { Language } from '../api/index.ts';
import { go } from './go/runtime.ts';
import type { LanguageRuntime } from './language-runtime.ts';
import { nodejs } from './nodejs/runtime.ts';
import { python } from './python/runtime.ts';

/** Every language that a function can be written in. */
export const runtimes = { nodejs, python, go } as const satisfies Readonly<Record<Language, LanguageRuntime>>;
