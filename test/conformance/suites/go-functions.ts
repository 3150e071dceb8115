import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { prepareFunction } from '../../../cli/prepared-function.ts';
import { localGo } from '../../../operator/runtimes/index.ts';
import { parseObject } from '../parse-object.ts';
import { act } from '../request.ts';
import { startWrapper, type WrapperProcess } from '../wrapper-process.ts';

export type Files = Readonly<Record<string, string>>;

/** A function of go that returns its data. */
export const returning = (name: string, type = 'string'): string => `package ${name}

func Handler(data ${type}) ${type} { return data }
`;

/** The member `result` of its answer to this data. */
export const resultOf = async (wrapper: WrapperProcess, data: unknown): Promise<unknown> =>
  parseObject((await wrapper.answer(act('any', data)('an-id'))).body)['result'];

/** Functions of a test, from their files; all of them are gone after it. */
export interface GoFunctions {
  /** Folder with these files. */
  folderOf(this: void, files: Files): string;
  /** Path of the program. */
  build(this: void, files: Files, handler?: string): string;
  /** Waits for nothing. */
  launch(this: void, files: Files, handler?: string): Promise<WrapperProcess>;
  /** Waits until it listens. */
  serve(this: void, files: Files, handler?: string): Promise<WrapperProcess>;
  /** To be called after the test. */
  readonly removals: (() => void)[];
}

export function useGoFunctions(): GoFunctions {
  const removals: (() => void)[] = [];

  afterEach(() => removals.splice(0).forEach((remove) => remove()));

  function folderOf(files: Files): string {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-go-'));
    removals.push(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  function build(files: Files, handler?: string): string {
    const { command, remove } = prepareFunction(localGo, { source: folderOf(files), handler });
    removals.push(remove);
    return command.program;
  }

  async function launch(files: Files, handler?: string): Promise<WrapperProcess> {
    const wrapper = await startWrapper({ program: build(files, handler), arguments: [] }, {});
    removals.push(() => void wrapper.stop());
    return wrapper;
  }

  async function serve(files: Files, handler?: string): Promise<WrapperProcess> {
    const wrapper = await launch(files, handler);
    await wrapper.listening();
    return wrapper;
  }

  return { folderOf, build, launch, serve, removals };
}
