import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { prepareFunction } from '../../../cli/prepared-function.ts';
import { localPython } from '../../../operator/runtimes/index.ts';
import { parseObject } from '../parse-object.ts';
import { act } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { startWrapper, type WrapperProcess } from '../wrapper-process.ts';

const sdkVersions = [
  {
    requirement: 'cloudevents==1.12.0',
    code: `from cloudevents.http import CloudEvent

def build(data):
    return CloudEvent({"type": "order.placed", "source": "/shop", "tenant": "blue"}, data)
`,
  },
  {
    requirement: 'cloudevents==2.2.0',
    code: `from datetime import datetime, timezone
from cloudevents.core.v1.event import CloudEvent

def build(data):
    now = datetime.now(timezone.utc)
    names = {"id": "1", "specversion": "1.0", "type": "order.placed", "source": "/shop", "tenant": "blue", "time": now}
    return CloudEvent(names, data)
`,
  },
] as const;

const resultOf = async (wrapper: WrapperProcess, data: unknown): Promise<unknown> =>
  parseObject((await wrapper.answer(act('any', data)('an-id'))).body)['result'];

/** What only python has. */
export function describePython(bench: () => Workbench): void {
  describe('python', () => {
    const removals: (() => void)[] = [];

    afterEach(() => removals.splice(0).forEach((remove) => remove()));

    /** Starts a function of these files, and waits for nothing. */
    async function launch(files: Readonly<Record<string, string>>): Promise<WrapperProcess> {
      const source = mkdtempSync(join(tmpdir(), 'knative-lambda-python-'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
      const { command, remove } = prepareFunction(localPython, { source, handler: undefined });
      const wrapper = await startWrapper(command, {});
      removals.push(
        remove,
        () => rmSync(source, { recursive: true }),
        () => void wrapper.stop(),
      );
      return wrapper;
    }

    async function serve(files: Readonly<Record<string, string>>): Promise<WrapperProcess> {
      const wrapper = await launch(files);
      await wrapper.listening();
      return wrapper;
    }

    test.each([
      ['with_default', 'an-id'],
      ['with_rest', 2],
      ['with_keyword', [{ a: 1 }, null]],
      ['an_object', 'an-id'],
    ] as const)('the handler %s gets the parameters that it has', async (name, body) => {
      const wrapper = await bench().start({ HANDLER: `signatures.${name}` });
      expect(await resultOf(wrapper, { a: 1 })).toEqual({ statusCode: 200, body });
    });

    test('fails with the name of an error that cannot be looked at', async () => {
      const wrapper = await bench().start({ HANDLER: 'signatures.raises_the_unspeakable' });
      const { status, body } = await wrapper.answer(act('any')('unspeakable'));
      expect(status).toBe(500);
      expect(parseObject(body)['error']).toEqual({ code: 'UnspeakableError', message: '', retryable: true });
    });

    test('a module without handler may call it main', async () => {
      const wrapper = await serve({ 'main.py': 'def main(data):\n    return data\n' });
      expect(await resultOf(wrapper, [1])).toEqual({ statusCode: 200, body: [1] });
    });

    test.each(sdkVersions)('an event of $requirement is the reply', async ({ requirement, code }) => {
      const wrapper = await serve({ 'main.py': `${code}\nhandler = build\n`, 'requirements.txt': `${requirement}\n` });
      const { headers, body } = await wrapper.answer(act('any', { total: 3 })('sdk'));
      expect(headers.get('ce-type')).toBe('order.placed');
      expect(headers.get('ce-tenant')).toBe('blue');
      expect(parseObject(body)).toEqual({ total: 3 });
    });

    test('the code gets the version that it asked for of what the wrapper needs too', async () => {
      const wrapper = await serve({
        'main.py': 'import uvicorn\n\ndef handler(data):\n    return [uvicorn.__version__, uvicorn.Config.__name__]\n',
        'requirements.txt': 'uvicorn==0.30.6\n',
      });
      expect(await resultOf(wrapper, {})).toEqual({ statusCode: 200, body: ['0.30.6', 'Config'] });
    });

    test('fails to load code that did not ask for what the wrapper needs', async () => {
      const wrapper = await launch({ 'main.py': 'import uvicorn\n\ndef handler(data):\n    return 1\n' });
      expect((await wrapper.ended).code).toBe(1);
      expect(wrapper.terminationMessage()).toContain("ModuleNotFoundError: No module named 'uvicorn'");
    });

    test('an async handler that blocks its thread stops no other', async () => {
      const wrapper = await bench().start({ HANDLER: 'asynchronous.handler', TIMEOUT_SECONDS: '0.5' });
      expect((await wrapper.answer(act('any', { block: 20 })('blocks'))).status).toBe(504);
      // those that were in the same thread ran into their own deadline
      const statuses: number[] = [];
      while (statuses.at(-1) !== 200) statuses.push((await wrapper.answer(act('any')('next'))).status);
      expect(statuses.length).toBeLessThan(10);
      expect(wrapper.log()).not.toContainEqual(expect.objectContaining({ msg: 'late result dropped' }));
    });
  });
}
