import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleImage } from '../../tools/image/bundle.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { type SupervisedPrograms, supervisePrograms } from '../cluster/supervised-programs.ts';
import { BuildPod, type BuiltFunction } from './build-pod.ts';
import { type ImageConfiguration, imageConfiguration, startContainer, writeContainerBundle } from './container.ts';
import { type ContainerTools, prepareContainerTools } from './container-tools.ts';
import { type ImageRegistry, startImageRegistry } from './image-registry.ts';
import { type WriteLanguageBase, writeGoBase, writeNodejsBase, writePythonBase } from './language-base.ts';
import { printed } from './machine-files.ts';

interface TestedFunction extends BuiltFunction {
  readonly writeBase: WriteLanguageBase;
  /** That a program of go is the same each time is proven with less in `test/conformance/`. */
  readonly isBuiltTwice: boolean;
  /** Of the answer to an event with the id 7 and the name Ada. */
  readonly answer: string;
}

/** Each depends on something that the author brings, where its language is built with that. */
const functions: readonly TestedFunction[] = [
  {
    language: 'nodejs',
    files: {
      'index.js':
        'exports.handler = (data, context) => ({ hello: data.name, id: context.id, user: process.getuid() });\n',
    },
    writeBase: writeNodejsBase,
    isBuiltTwice: true,
    answer: '"hello":"Ada","id":"7","user":65532',
  },
  {
    language: 'python',
    files: {
      'main.py': `import os
import h11

def handler(data, context):
    return {"hello": data["name"], "id": context.id, "user": os.getuid(), "parser": h11.__name__}
`,
      'requirements.txt': 'h11\n',
    },
    writeBase: writePythonBase,
    isBuiltTwice: true,
    answer: '"hello":"Ada","id":"7","user":65532,"parser":"h11"',
  },
  {
    language: 'go',
    files: {
      'main.go': `package main

import (
	"os"

	"example.com/greeting"
	"lambda.knative.io/runtime/lambda"
)

type visitor struct{ Name string }

func Handler(data visitor, context *lambda.Context) any {
	return []any{greeting.Of(data.Name), context.ID, os.Getuid()}
}
`,
      'go.mod': 'module function\n\ngo 1.22\n\nrequire example.com/greeting v1.0.0\n',
      'vendor/modules.txt': '# example.com/greeting v1.0.0\n## explicit; go 1.22\nexample.com/greeting\n',
      'vendor/example.com/greeting/greeting.go':
        'package greeting\n\nfunc Of(name string) string { return "hello " + name }\n',
    },
    writeBase: writeGoBase,
    isBuiltTwice: false,
    answer: '["hello Ada","7",65532]',
  },
];

let programs: SupervisedPrograms;
let tools: ContainerTools;
let registry: ImageRegistry;

beforeAll(async () => {
  programs = supervisePrograms();
  tools = prepareContainerTools(programs.folder);
  registry = await startImageRegistry(programs);
  await bundleImage(join(programs.folder, 'bundle'));
});

afterAll(() => programs.stop());

const buildah = (...args: readonly string[]): string => printed(tools.buildah, args, tools.environment);

/** Runs an image as a pod would. */
async function startImage(name: string, image: string): Promise<string> {
  const root = buildah('mount', buildah('from', '--tls-verify=false', image));
  const inspected: unknown = JSON.parse(buildah('inspect', '--type', 'image', image));
  const configuration: ImageConfiguration = imageConfiguration.parse(inspected).OCIv1;
  const [port = 0] = await findFreePorts(1);
  const bundle = join(programs.folder, name);
  const environment = { PORT: String(port) };
  writeContainerBundle(bundle, { root, image: configuration, args: [], environment, mounts: {} });
  startContainer(programs, tools, { name, bundle });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/readyz`)).ok, { giveUp: programs.failure });
  return url;
}

describe.each(functions)('a function of $language', (tested) => {
  let digest: string;
  let pod: BuildPod;

  beforeAll(() => {
    const place = {
      folder: programs.folder,
      tools,
      program: join(programs.folder, 'bundle', 'main.cjs'),
      registryHost: registry.host,
    };
    pod = new BuildPod(place, tested, tested.writeBase(join(programs.folder, `base-${tested.language}`)));
    pod.loadBases();
  });

  test('is built as its pod is told, and the pod tells the digest that the registry has', async () => {
    expect(pod.fetch()).toMatchObject({ outcome: 'fetched', files: Object.keys(tested.files).length });
    digest = pod.build('one');
    expect((await registry.manifest(pod.repository, 'one')).digest).toBe(digest);
  });

  if (tested.isBuiltTwice) {
    test('has the same digest when it is built again', () => {
      pod.fetch();
      expect(pod.build('two')).toBe(digest);
    });
  }

  test('answers an event, as nobody in particular, on a root that cannot be written', async () => {
    const url = await startImage(tested.language, `${registry.host}/${pod.repository}@${digest}`);
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '7',
        'ce-type': 'test',
        'ce-source': '/test',
      },
      body: JSON.stringify({ name: 'Ada' }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(tested.answer);
  });
});
