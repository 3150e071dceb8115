import { join } from 'node:path';
import type { LocalRuntime } from '../../operator/runtimes/index.ts';
import { type PreparedFunction, prepareFunction } from '../../cli/prepared-function.ts';
import { startWrapper, type WrapperProcess } from './wrapper-process.ts';

/** A language as the suite sees it: how its wrapper starts, and what its functions in `functions/<language>/` are called. */
export interface TestedLanguage {
  readonly language: string;
  readonly runtime: LocalRuntime;
  /** HANDLER of functions that the suite needs beside the default one. */
  readonly handlers: {
    /** Takes the data only and returns it. */
    readonly single: string;
    /** The default one, without its module. */
    readonly unqualified: string;
    /** Functions that fail to load, with what the message must contain. */
    readonly broken: readonly { readonly what: string; readonly handler: string; readonly message: RegExp }[];
  };
}

type Environment = Readonly<Record<string, string>>;

/** Functions of one language, each built once; starts wrappers and ends them all. */
export class Workbench {
  readonly #tested: TestedLanguage;
  readonly #prepared = new Map<string, PreparedFunction>();
  readonly #started: WrapperProcess[] = [];

  constructor(tested: TestedLanguage) {
    this.#tested = tested;
  }

  /** Starts the wrapper and waits for nothing. */
  async launch(environment: Environment = {}): Promise<WrapperProcess> {
    const { HANDLER: handler } = environment;
    const wrapper = await startWrapper(this.prepare(handler).command, environment);
    this.#started.push(wrapper);
    return wrapper;
  }

  /** Starts the wrapper and waits until it listens. */
  async start(environment: Environment = {}): Promise<WrapperProcess> {
    const wrapper = await this.launch(environment);
    await wrapper.listening();
    return wrapper;
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((wrapper) => wrapper.stop()));
    for (const { remove } of this.#prepared.values()) remove();
  }

  /** Installs what the language needs and builds the function, once for each handler. */
  prepare(handler: string | undefined): PreparedFunction {
    const known = this.#prepared.get(handler ?? '');
    if (known !== undefined) return known;
    const { runtime, language } = this.#tested;
    const source = join(import.meta.dirname, 'functions', language);
    const prepared = prepareFunction(runtime, { source, handler });
    this.#prepared.set(handler ?? '', prepared);
    return prepared;
  }
}
